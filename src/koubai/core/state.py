"""Where a training stands between two calls of an engine, and what one call made."""

from dataclasses import dataclass, field

from koubai.core.array_types import Floats, PyTree, RandomState, Scalar
from koubai.core.batches import Orders
from koubai.core.network import Network
from koubai.core.slopes.base import Batch

LOSSES_AT_ONCE = 8192  # the most steps of one call


@dataclass(frozen=True, eq=False)
class State:
    """After step ``number``: the parameters, and the slopes and the loss that were measured there."""

    number: Scalar
    parameters: PyTree
    gradient: PyTree
    loss: Scalar
    optimizer_state: PyTree


@dataclass(frozen=True, eq=False)
class Numbers:
    """What may change without compiling anew. ``key`` is the random state, the same at every step.

    ``most_loss``: a step with a larger loss doesn't count. ``frozen``: as ``training.descend`` has it.
    """

    h: Scalar
    learning_rate: Scalar
    record_every: Scalar
    last: Scalar
    key: RandomState
    data: Batch
    most_loss: Scalar
    orders: Orders | None = None
    frozen: Network | None = None


@dataclass
class ChunkResult:
    """What one call made: the state after it, the losses on the way, and the records.

    ``beyond``: the loss of a step that isn't counted, since its loss, a number still, is larger than it may be.
    """

    state: State
    first: int  # the number of the first of ``losses``
    losses: Floats
    finite: bool
    records: list[tuple[int, PyTree, PyTree]] = field(default_factory=list)  # number, parameters, optimizer's state
    beyond: float | None = None


def orders_of(numbers: Numbers) -> Orders:
    """The orders of a training by batches."""
    assert numbers.orders is not None
    return numbers.orders
