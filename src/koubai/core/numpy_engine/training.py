"""The steps of a training in NumPy, one after the other, and their records. It has the interface of ``core.compiled``."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.arrays import sealed
from koubai.core.batches import Batches
from koubai.core.network import Network, parameters_in
from koubai.core.numpy_engine import random_numbers, slopes
from koubai.core.numpy_engine.central import PreparedRows
from koubai.core.numpy_engine.parameters import Floats, flattened, network_of, splits
from koubai.core.numpy_engine.slopes import Objective
from koubai.core.slopes.base import Batch
from koubai.core.state import ChunkResult, Numbers, State, orders_of
from koubai.core.step import Descent


@dataclass(frozen=True, eq=False)
class PreparedBatch(Batch):
    """All rows of a training, and the same as the measuring takes them."""

    rows: PreparedRows | None = None


@dataclass(frozen=True, eq=False)
class FlatParameters:
    """The parameters in a flat array, and a network of their shape."""

    flat: Floats
    like: Network


def optimizer_state(descent: Descent, network: Network) -> Any:
    """The optimizer's state before the first step: flat arrays."""
    return descent.optimizer.start_plain(parameters_in(network.sizes), network.layers[0].bias.dtype, descent.optimizer_options)


def begin(descent: Descent, network: Network, number: int, optimizer_state: Any) -> State:
    """The state from which a training goes on: nothing is measured yet."""
    flat = flattened(network)
    return State(number, FlatParameters(flat, network), np.zeros_like(flat), flat.dtype.type(0), optimizer_state)


def rows(descent: Descent, batch: Batch, *, batched: bool) -> PreparedBatch:
    """``batch`` as ``chunk`` takes it."""
    return PreparedBatch(batch.inputs, batch.targets, penalty=batch.penalty, rows=PreparedRows.of(descent.loss, batch))


def snapshot(state: State) -> tuple[Network, Any]:
    """The parameters and the optimizer's state in arrays that nobody writes to."""
    return network_of(state.parameters.flat, state.parameters.like), tuple(map(sealed, state.optimizer_state))


def gradient(state: State) -> Network:
    """The slopes that were measured."""
    return network_of(state.gradient, state.parameters.like)


def direction(descent: Descent, network: Network, key: NDArray[np.uint32], number: int) -> Network | None:
    """What is drawn for every parameter at step ``number``; None for a method that doesn't draw."""
    if not descent.method.drawn_by:
        return None
    return network_of(_drawn(descent, key, number, parameters_in(network.sizes), network.layers[0].bias.dtype), network)


def _drawn(descent: Descent, key: NDArray[np.uint32], number: int, size: int, dtype: Any) -> Floats:
    draw = getattr(random_numbers, descent.method.drawn_by)
    drawn: Floats = random_numbers.cached_draw(draw, key, number, size, dtype)
    return drawn


def chunk(descent: Descent, batches: Batches | None, state: State, fresh: bool, count: int, numbers: Numbers) -> ChunkResult:
    """At most ``count`` steps, ending early where a step isn't finite. A ``fresh`` state has measured nothing yet: it does so.

    A step moves by the slopes that were measured before, then measures where that led.
    """
    like, optimizer, data = state.parameters.like, descent.optimizer, numbers.data
    assert isinstance(data, PreparedBatch)
    assert data.rows is not None
    objective = Objective(descent.loss, like, numbers.h, data.penalty)
    measure = getattr(slopes, descent.method.numpy_function)
    frozen = None if numbers.frozen is None else flattened(numbers.frozen)
    cuts = splits(like.sizes) if optimizer.per_array else None
    every, last = int(numbers.record_every), int(numbers.last)
    flat, slope, optimizer_state = state.parameters.flat, state.gradient, state.optimizer_state
    first = int(state.number) + (not fresh)
    made, losses, drawn, rows, good = ChunkResult(state, first, np.zeros(0), True), [], None, data.rows, None
    with np.errstate(all="ignore"):
        for number in range(first, first + count):
            if number > state.number or not fresh:
                rate = descent.schedule.rate(numbers.learning_rate, number - 1, last, descent.schedule_options, np)
                move, optimizer_state = optimizer.move_plain(
                    slope, flat, number, optimizer_state, descent.optimizer_options, cuts
                )
                flat = flat - rate * move if frozen is None else np.where(frozen, flat, flat - rate * move)
            if batches is not None:
                rows = data.rows.part(batches.rows_of(orders_of(numbers), number))
            if descent.method.drawn_by:
                drawn = _drawn(descent, numbers.key, number, len(flat), flat.dtype)
            loss, slope = measure(objective, flat, rows, drawn)
            if not (loss <= numbers.most_loss and isfinite(loss) and _are_finite(flat)):
                made.finite = False
                made.beyond = float(loss) if isfinite(loss) and _are_finite(flat) else None
                break
            losses.append(loss)
            good = number, flat, slope, loss, optimizer_state
            if number % every == 0 or number == last:
                made.records.append((number, *snapshot(_state(good, like))))
    made.losses = np.asarray(losses)
    made.state = _state(good, like) if good else state
    return made


def _state(at: tuple[int, Floats, Floats, Any, Any], like: Network) -> State:
    number, flat, slope, loss, optimizer_state = at
    return State(number, FlatParameters(flat, like), slope, loss, optimizer_state)


def _are_finite(values: Floats) -> bool:
    """Whether all are: their sum is, or else each is asked."""
    return isfinite(np.add.reduce(values)) or bool(np.isfinite(values).all())
