"""Where a training stands between two calls of an engine, and what one call made."""

from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from koubai.core.batches import Orders
from koubai.core.slopes.base import Batch

LOSSES_AT_ONCE = 8192  # the most steps of one call


@dataclass(frozen=True, eq=False)
class State:
    """After step ``number``: the parameters, and the slopes and the loss that were measured there."""

    number: Any
    parameters: Any
    gradient: Any
    loss: Any
    optimizer_state: Any


@dataclass(frozen=True, eq=False)
class Numbers:
    """What may change without compiling anew. ``key`` is the random state, the same at every step.

    ``most_loss``: a step with a larger loss doesn't count. ``frozen``: as ``training.descend`` has it.
    """

    h: Any
    learning_rate: Any
    record_every: Any
    last: Any
    key: Any
    data: Batch
    most_loss: Any
    orders: Orders | None = None
    frozen: Any = None


@dataclass
class ChunkResult:
    """What one call made: the state after it, the losses on the way, and the records.

    ``beyond``: the loss of a step that isn't counted, since its loss, a number still, is larger than it may be.
    """

    state: State
    first: int  # the number of the first of ``losses``
    losses: NDArray[Any]
    finite: bool
    records: list[tuple[int, Any, Any]] = field(default_factory=list)  # number, parameters, optimiser's state
    beyond: float | None = None


def orders_of(numbers: Numbers) -> Orders:
    """The orders of a training by batches."""
    assert numbers.orders is not None
    return numbers.orders
