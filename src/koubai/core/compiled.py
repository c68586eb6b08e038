"""The compiled engine: a chunk of steps is one program of JAX, which keeps the records, too.

How many steps it makes is a traced number, so that nothing is compiled anew for another. The method ``loop`` is plain NumPy; it
is here with optax's rules for runs that were begun so.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.flatten_util import ravel_pytree

from koubai.arrays import sealed
from koubai.core import pytrees as pytrees
from koubai.core.array_types import Array, Floats, Namespace, PyTree, RandomState, Scalar
from koubai.core.batches import Batches, BatchSlices, filled_up
from koubai.core.executables import Program
from koubai.core.network import Network
from koubai.core.precision import computing_in, key_of
from koubai.core.slopes.base import Batch
from koubai.core.slopes.preparation import prepared
from koubai.core.state import LOSSES_AT_ONCE, ChunkResult, Numbers, State, orders_of
from koubai.core.step import Descent

RECORDS_AT_ONCE = 256  # the most records of one call, fewer where they are large:
RECORD_BYTES_AT_ONCE = 2**24


def optimizer_state(descent: Descent, network: Network) -> PyTree:
    """The optimizer's state before the first step, in NumPy arrays."""
    with computing_in(descent.precision):
        return jax.tree.map(np.asarray, descent.optimizer.start(network, descent.optimizer_options))


def begin(descent: Descent, network: Network, number: int, optimizer_state: PyTree) -> State:
    """The state from which a training goes on: nothing is measured yet."""
    nothing = jax.tree.map(np.zeros_like, network)
    return State(np.int32(number), network, nothing, network.layers[0].bias.dtype.type(0), optimizer_state)


def rows(descent: Descent, batch: Batch, *, batched: bool) -> Batch:
    """``batch`` as the program takes it."""
    batch = prepared(descent.method, batch)
    if not (descent.method.compiled and batched):
        return batch
    with computing_in(descent.precision):
        on_device: Batch = jax.device_put(filled_up(batch))
        return on_device


def snapshot(state: State) -> tuple[Network, PyTree]:
    """The parameters and the optimizer's state in NumPy arrays, to which nobody writes."""
    network, optimizer_state = jax.tree.map(_sealed, _recorded(state))
    return network, optimizer_state


def _sealed(leaf: Array) -> Floats:
    return sealed(np.asarray(leaf))


def gradient(state: State) -> Network:
    """The slopes that were measured, in NumPy arrays."""
    slopes: Network = jax.tree.map(np.asarray, state.gradient)
    return slopes


def direction(descent: Descent, network: Network, key: RandomState, number: int) -> Network | None:
    """What is drawn for every parameter at step ``number``; None for a method that doesn't draw."""
    if descent.method.draw is None:
        return None
    with computing_in(descent.precision):
        flat, unravel = ravel_pytree(jax.tree.map(jnp.asarray, network))
        drawn: Network = jax.tree.map(np.asarray, unravel(descent.method.draw(flat, key_of(key, np.int32(number)))))
        return drawn


def chunk(descent: Descent, batches: Batches | None, state: State, is_first: bool, count: int, numbers: Numbers) -> ChunkResult:
    """At most ``count`` steps; ``is_first``: the state has measured nothing yet, which is the first of them."""
    with computing_in(descent.precision):
        run = _program_chunk if descent.method.compiled else _plain_chunk
        return run(descent, batches, state, is_first, count, numbers)


def _rate(descent: Descent, state: State, numbers: Numbers, xp: Namespace) -> Scalar:
    return descent.schedule.rate(numbers.learning_rate, state.number, numbers.last, descent.schedule_options, xp)


def _put_back(frozen: PyTree, old: PyTree, new: PyTree, xp: Namespace) -> PyTree:
    """``new`` a step, those parameters that are ``frozen`` as they were ``old``."""
    return new if frozen is None else jax.tree.map(xp.where, frozen, old, new)


def _advanced(descent: Descent, slices: BatchSlices | None, state: State, is_first: Scalar, numbers: Numbers) -> State:
    """One step: move by the slopes measured before, then measure where that led. A ``is_first`` state has none and stays."""
    rate = _rate(descent, state, numbers, jnp)
    moved, optimizer_state = descent.optimizer.move(
        state.gradient, state.optimizer_state, state.parameters, rate, descent.optimizer_options
    )
    moved = _put_back(numbers.frozen, state.parameters, moved, jnp)
    moved, optimizer_state = jax.tree.map(
        lambda new, old: jnp.where(is_first, old, new), (moved, optimizer_state), (state.parameters, state.optimizer_state)
    )
    number = state.number + jnp.where(is_first, 0, 1).astype(jnp.int32)
    key = key_of(numbers.key, number)
    data = slices.batch(numbers.data, orders_of(numbers), number) if slices else numbers.data
    loss, gradient = descent.method.measure(descent.loss, moved, data, numbers.h, key)
    return State(number, moved, gradient, loss, optimizer_state)


def _is_finite(state: State, most_loss: Scalar) -> Scalar:
    """Whether the step counts: its parameters are finite, its loss is, too, and no larger than it may be."""
    bounded = jnp.isfinite(state.loss) & (state.loss <= most_loss)
    return jnp.stack([bounded, *(jnp.isfinite(leaf).all() for leaf in jax.tree.leaves(state.parameters))]).all()


def _beyond(state: State, finite: bool) -> float | None:
    """The loss of a step that doesn't count only because of its loss, which is a number still."""
    arrays = [np.asarray(leaf) for leaf in jax.tree.leaves(state.parameters)] if not finite else []
    is_number = not finite and bool(np.isfinite(state.loss)) and all(np.isfinite(array).all() for array in arrays)
    return float(state.loss) if is_number else None


@partial(Program, static=3)
def _chunk(
    descent: Descent, slices: BatchSlices | None, slots: int, state: State, is_first: Scalar, count: Scalar, numbers: Numbers
) -> PyTree:
    """At most ``count`` steps, ending early where a step isn't finite or the room for records is full.

    Every step is written to the next free slot, which only a record uses up: that is cheaper than asking each time.
    Returns the state, how many finite steps were made, their losses, how many records, their slots, is the state finite?
    """

    def going(carry: PyTree) -> PyTree:
        _, _, count_made, _, used, _, finite = carry
        return (count_made < count) & (used < slots) & finite

    def body(carry: PyTree) -> PyTree:
        state, is_first, count_made, losses, used, record_rooms, _ = carry
        after = _advanced(descent, slices, state, is_first, numbers)
        finite = _is_finite(after, numbers.most_loss)
        losses = lax.dynamic_update_index_in_dim(losses, after.loss, count_made, 0)
        record_rooms = jax.tree.map(
            lambda record_room, value: lax.dynamic_update_index_in_dim(record_room, value, used, 0),
            record_rooms,
            _recorded(after),
        )
        keep = finite & ((after.number % numbers.record_every == 0) | (after.number == numbers.last))
        return after, False, count_made + finite.astype(int), losses, used + keep.astype(int), record_rooms, finite

    record_rooms = jax.tree.map(
        lambda value: jnp.zeros((slots + 1, *jnp.shape(value)), jnp.result_type(value)), _recorded(state)
    )
    losses = jnp.zeros(LOSSES_AT_ONCE, jnp.result_type(state.loss))
    carry = (state, jnp.asarray(is_first), jnp.asarray(0), losses, jnp.asarray(0), record_rooms, jnp.asarray(True))
    state, _, count_made, losses, used, record_rooms, finite = lax.while_loop(going, body, carry)
    return state, count_made, losses, used, record_rooms, finite


def _recorded(state: State) -> PyTree:
    return state.parameters, state.optimizer_state


def _program_chunk(
    descent: Descent, batches: Batches | None, state: State, is_first: bool, count: int, numbers: Numbers
) -> ChunkResult:
    bytes_each = sum(np.dtype(leaf.dtype).itemsize * leaf.size for leaf in jax.tree.leaves(_recorded(state)))
    slots = int(np.clip(RECORD_BYTES_AT_ONCE // max(1, bytes_each), 1, RECORDS_AT_ONCE))
    slices = batches.slices if batches else None
    after, count_made, losses, used, record_rooms, finite = _chunk(descent, slices, slots, state, is_first, count, numbers)
    first = int(state.number) + (not is_first)
    numbers_of_steps = np.arange(first, first + int(count_made))
    recorded_numbers = numbers_of_steps[
        (numbers_of_steps % int(numbers.record_every) == 0) | (numbers_of_steps == int(numbers.last))
    ]
    recorded = jax.tree.map(lambda record_room: sealed(np.asarray(record_room)[: int(used)].copy()), record_rooms)
    records = [
        (int(number), *jax.tree.map(lambda record_room, slot=slot: record_room[slot], recorded))
        for slot, number in enumerate(recorded_numbers)
    ]
    losses = np.asarray(losses)[: int(count_made)].copy()  # a part of it would hold all the room that the program had for it
    return ChunkResult(after, first, losses, bool(finite), records, _beyond(after, bool(finite)))


def _plain_chunk(
    descent: Descent, batches: Batches | None, state: State, is_first: bool, count: int, numbers: Numbers
) -> ChunkResult:
    """The same for a method of plain NumPy, a step at a time."""
    result = ChunkResult(state, int(state.number) + (not is_first), np.zeros(0), True)
    losses: list[Scalar] = []
    for _ in range(count):
        after = _plainly_advanced(descent, batches, result.state, is_first, numbers)
        largest = [np.abs(array).max() for array in after.parameters.arrays().values()]
        if not (np.isfinite([after.loss, *largest]).all() and after.loss <= numbers.most_loss):
            result.finite, result.beyond = False, _beyond(after, finite=False)
            break
        result.state, is_first = after, False
        losses.append(after.loss)
        number = int(after.number)
        if number % int(numbers.record_every) == 0 or number == int(numbers.last):
            result.records.append((number, *_recorded(after)))
    result.losses = np.asarray(losses)
    return result


def _plainly_advanced(descent: Descent, batches: Batches | None, state: State, is_first: bool, numbers: Numbers) -> State:
    moved, optimizer_state, number = state.parameters, state.optimizer_state, state.number
    if not is_first:
        with np.errstate(all="ignore"):
            rate = _rate(descent, state, numbers, np)
            advanced = descent.optimizer.move(state.gradient, optimizer_state, moved, rate, descent.optimizer_options)
        moved, optimizer_state = jax.tree.map(np.asarray, advanced)
        moved, optimizer_state = jax.tree.map(
            _sealed, (_put_back(numbers.frozen, state.parameters, moved, np), optimizer_state)
        )
        number = np.int32(number + 1)
    data = batches.plain_batch(numbers.data, orders_of(numbers), int(number)) if batches else numbers.data
    with np.errstate(all="ignore"):
        loss, gradient = descent.method.measure(descent.loss, moved, data, numbers.h, None)
    return State(number, moved, gradient, loss, optimizer_state)
