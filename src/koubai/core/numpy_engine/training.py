"""The steps of a training in NumPy, one after the other, and their records. It has the interface of ``core.compiled``."""

from dataclasses import dataclass
from math import isfinite

import numpy as np

from koubai.arrays import sealed
from koubai.core.array_types import DType, Floats, PyTree, RandomState, Scalar
from koubai.core.batches import Batches
from koubai.core.network import Network, parameters_in
from koubai.core.numpy_engine import random_numbers, slopes
from koubai.core.numpy_engine.central import PreparedRows
from koubai.core.numpy_engine.parameters import flattened, network_of, splits
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
    network: Network


def optimizer_state(descent: Descent, network: Network) -> PyTree:
    """The optimizer's state before the first step: flat arrays."""
    return descent.optimizer.start_plain(parameters_in(network.sizes), network.layers[0].bias.dtype, descent.optimizer_options)


def begin(descent: Descent, network: Network, number: int, optimizer_state: PyTree) -> State:
    """The state from which a training goes on: nothing is measured yet."""
    flat = flattened(network)
    return State(number, FlatParameters(flat, network), np.zeros_like(flat), flat.dtype.type(0), optimizer_state)


def rows(descent: Descent, batch: Batch, *, batched: bool) -> PreparedBatch:
    """``batch`` as ``chunk`` takes it."""
    return PreparedBatch(batch.inputs, batch.targets, penalty=batch.penalty, rows=PreparedRows.of(descent.loss, batch))


def snapshot(state: State) -> tuple[Network, PyTree]:
    """The parameters and the optimizer's state in arrays that nobody writes to."""
    return network_of(state.parameters.flat, state.parameters.network), tuple(map(sealed, state.optimizer_state))


def gradient(state: State) -> Network:
    """The slopes that were measured."""
    return network_of(state.gradient, state.parameters.network)


def direction(descent: Descent, network: Network, key: RandomState, number: int) -> Network | None:
    """What is drawn for every parameter at step ``number``; None for a method that doesn't draw."""
    if not descent.method.drawn_by:
        return None
    return network_of(_drawn(descent, key, number, parameters_in(network.sizes), network.layers[0].bias.dtype), network)


def _drawn(descent: Descent, key: RandomState, number: int, size: int, dtype: DType) -> Floats:
    draw = getattr(random_numbers, descent.method.drawn_by)
    drawn: Floats = random_numbers.cached_draw(draw, key, number, size, dtype)
    return drawn


def chunk(descent: Descent, batches: Batches | None, state: State, is_first: bool, count: int, numbers: Numbers) -> ChunkResult:
    """At most ``count`` steps, ending early where one isn't finite; where it ``is_first``, measuring the state is a step.

    A step moves by the slopes that were measured before, then measures where that led.
    """
    network, optimizer, data = state.parameters.network, descent.optimizer, numbers.data
    assert isinstance(data, PreparedBatch)
    assert data.rows is not None
    objective = Objective(descent.loss, network, numbers.h, data.penalty)
    measure = getattr(slopes, descent.method.numpy_function)
    frozen = None if numbers.frozen is None else flattened(numbers.frozen)
    splits_of_arrays = splits(network.sizes) if optimizer.per_array else None
    every, last = int(numbers.record_every), int(numbers.last)
    flat, slopes_now, optimizer_state = state.parameters.flat, state.gradient, state.optimizer_state
    first = int(state.number) + (not is_first)
    result, losses, drawn, rows, last_good = ChunkResult(state, first, np.zeros(0), True), [], None, data.rows, None
    with np.errstate(all="ignore"):
        for number in range(first, first + count):
            if number > state.number or not is_first:
                rate = descent.schedule.rate(numbers.learning_rate, number - 1, last, descent.schedule_options, np)
                move, optimizer_state = optimizer.move_plain(
                    slopes_now, flat, number, optimizer_state, descent.optimizer_options, splits_of_arrays
                )
                flat = flat - rate * move if frozen is None else np.where(frozen, flat, flat - rate * move)
            if batches is not None:
                rows = data.rows.part(batches.rows_of(orders_of(numbers), number))
            if descent.method.drawn_by:
                drawn = _drawn(descent, numbers.key, number, len(flat), flat.dtype)
            loss, slopes_now = measure(objective, flat, rows, drawn)
            if not (loss <= numbers.most_loss and isfinite(loss) and _are_finite(flat)):
                result.finite = False
                result.beyond = float(loss) if isfinite(loss) and _are_finite(flat) else None
                break
            losses.append(loss)
            last_good = number, flat, slopes_now, loss, optimizer_state
            if number % every == 0 or number == last:
                result.records.append((number, *snapshot(_state(last_good, network))))
    result.losses = np.asarray(losses)
    result.state = _state(last_good, network) if last_good else state
    return result


def _state(good: tuple[int, Floats, Floats, Scalar, PyTree], network: Network) -> State:
    number, flat, slope, loss, optimizer_state = good
    return State(number, FlatParameters(flat, network), slope, loss, optimizer_state)


def _are_finite(values: Floats) -> bool:
    """Whether all are: their sum is, or else each is asked."""
    return isfinite(np.add.reduce(values)) or bool(np.isfinite(values).all())
