"""The compiled engine: a chunk of steps is one program of JAX, which keeps the records, too.

How many steps it makes is a traced number, so that nothing is compiled anew for another. The method ``loop`` is plain NumPy; it
is here with optax's rules for runs that were begun so.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.flatten_util import ravel_pytree
from numpy.typing import NDArray

from koubai.arrays import sealed
from koubai.core import pytrees as pytrees
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


def optimizer_state(descent: Descent, network: Network) -> Any:
    """The optimiser's state before the first step, in NumPy arrays."""
    with computing_in(descent.precision):
        return jax.tree.map(np.asarray, descent.optimizer.start(network, descent.optimizer_options))


def begin(descent: Descent, network: Network, number: int, optimizer_state: Any) -> State:
    """The state from which a training goes on: nothing is measured yet."""
    nothing = jax.tree.map(np.zeros_like, network)
    return State(np.int32(number), network, nothing, network.layers[0].bias.dtype.type(0), optimizer_state)


def rows(descent: Descent, batch: Batch, *, batched: bool) -> Batch:
    """``batch`` as the program takes it."""
    batch = prepared(descent.method, batch)
    if not (descent.method.compiled and batched):
        return batch
    with computing_in(descent.precision):
        made: Batch = jax.device_put(filled_up(batch))
        return made


def snapshot(state: State) -> tuple[Network, Any]:
    """The parameters and the optimiser's state in NumPy arrays, to which nobody writes."""
    network, optimizer_state = jax.tree.map(_sealed, _recorded(state))
    return network, optimizer_state


def _sealed(leaf: Any) -> NDArray[Any]:
    return sealed(np.asarray(leaf))


def gradient(state: State) -> Network:
    """The slopes that were measured, in NumPy arrays."""
    made: Network = jax.tree.map(np.asarray, state.gradient)
    return made


def direction(descent: Descent, network: Network, key: NDArray[np.uint32], number: int) -> Network | None:
    """What is drawn for every parameter at step ``number``; None for a method that doesn't draw."""
    if descent.method.draw is None:
        return None
    with computing_in(descent.precision):
        flat, unravel = ravel_pytree(jax.tree.map(jnp.asarray, network))
        drawn: Network = jax.tree.map(np.asarray, unravel(descent.method.draw(flat, key_of(key, np.int32(number)))))
        return drawn


def chunk(descent: Descent, batches: Batches | None, state: State, fresh: bool, count: int, numbers: Numbers) -> ChunkResult:
    """At most ``count`` steps; ``fresh``: the state has measured nothing yet, which is the first of them."""
    with computing_in(descent.precision):
        make = _program_chunk if descent.method.compiled else _plain_chunk
        return make(descent, batches, state, fresh, count, numbers)


def _rate(descent: Descent, state: State, numbers: Numbers, xp: Any) -> Any:
    return descent.schedule.rate(numbers.learning_rate, state.number, numbers.last, descent.schedule_options, xp)


def _put_back(frozen: Any, before: Any, after: Any, xp: Any) -> Any:
    """``after`` a step, those parameters that are ``frozen`` as they were ``before``."""
    return after if frozen is None else jax.tree.map(xp.where, frozen, before, after)


def _advanced(descent: Descent, cut: BatchSlices | None, state: State, fresh: Any, numbers: Numbers) -> State:
    """One step: move by the slopes measured before, then measure where that led. A ``fresh`` state has none and stays."""
    rate = _rate(descent, state, numbers, jnp)
    moved, optimizer_state = descent.optimizer.move(
        state.gradient, state.optimizer_state, state.parameters, rate, descent.optimizer_options
    )
    moved = _put_back(numbers.frozen, state.parameters, moved, jnp)
    moved, optimizer_state = jax.tree.map(
        lambda new, old: jnp.where(fresh, old, new), (moved, optimizer_state), (state.parameters, state.optimizer_state)
    )
    number = state.number + jnp.where(fresh, 0, 1).astype(jnp.int32)
    key = key_of(numbers.key, number)
    data = cut.batch(numbers.data, orders_of(numbers), number) if cut else numbers.data
    loss, gradient = descent.method.measure(descent.loss, moved, data, numbers.h, key)
    return State(number, moved, gradient, loss, optimizer_state)


def _is_finite(state: State, most_loss: Any) -> Any:
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
    descent: Descent, cut: BatchSlices | None, slots: int, state: State, fresh: Any, count: Any, numbers: Numbers
) -> Any:
    """At most ``count`` steps, ending early where a step isn't finite or the room for records is full.

    Every step is written to the next free slot, which only a record uses up: that is cheaper than asking each time.
    Returns the state, how many finite steps were made, their losses, how many records, their slots, is the state finite?
    """

    def going(carry: Any) -> Any:
        _, _, made, _, used, _, finite = carry
        return (made < count) & (used < slots) & finite

    def body(carry: Any) -> Any:
        state, fresh, made, losses, used, rooms, _ = carry
        after = _advanced(descent, cut, state, fresh, numbers)
        finite = _is_finite(after, numbers.most_loss)
        losses = lax.dynamic_update_index_in_dim(losses, after.loss, made, 0)
        rooms = jax.tree.map(lambda room, value: lax.dynamic_update_index_in_dim(room, value, used, 0), rooms, _recorded(after))
        keep = finite & ((after.number % numbers.record_every == 0) | (after.number == numbers.last))
        return after, False, made + finite.astype(int), losses, used + keep.astype(int), rooms, finite

    rooms = jax.tree.map(lambda value: jnp.zeros((slots + 1, *jnp.shape(value)), jnp.result_type(value)), _recorded(state))
    losses = jnp.zeros(LOSSES_AT_ONCE, jnp.result_type(state.loss))
    carry = (state, jnp.asarray(fresh), jnp.asarray(0), losses, jnp.asarray(0), rooms, jnp.asarray(True))
    state, _, made, losses, used, rooms, finite = lax.while_loop(going, body, carry)
    return state, made, losses, used, rooms, finite


def _recorded(state: State) -> Any:
    return state.parameters, state.optimizer_state


def _program_chunk(
    descent: Descent, batches: Batches | None, state: State, fresh: bool, count: int, numbers: Numbers
) -> ChunkResult:
    bytes_each = sum(np.dtype(leaf.dtype).itemsize * leaf.size for leaf in jax.tree.leaves(_recorded(state)))
    slots = int(np.clip(RECORD_BYTES_AT_ONCE // max(1, bytes_each), 1, RECORDS_AT_ONCE))
    cut = batches.cut if batches else None
    after, made, losses, used, rooms, finite = _chunk(descent, cut, slots, state, fresh, count, numbers)
    first = int(state.number) + (not fresh)
    numbers_made = np.arange(first, first + int(made))
    at = numbers_made[(numbers_made % int(numbers.record_every) == 0) | (numbers_made == int(numbers.last))]
    kept = jax.tree.map(lambda room: sealed(np.asarray(room)[: int(used)].copy()), rooms)
    records = [(int(number), *jax.tree.map(lambda room, slot=slot: room[slot], kept)) for slot, number in enumerate(at)]
    losses = np.asarray(losses)[: int(made)].copy()  # a part of it would hold all the room that the program had for it
    return ChunkResult(after, first, losses, bool(finite), records, _beyond(after, bool(finite)))


def _plain_chunk(
    descent: Descent, batches: Batches | None, state: State, fresh: bool, count: int, numbers: Numbers
) -> ChunkResult:
    """The same for a method of plain NumPy, a step at a time."""
    made = ChunkResult(state, int(state.number) + (not fresh), np.zeros(0), True)
    losses: list[Any] = []
    for _ in range(count):
        after = _plainly_advanced(descent, batches, made.state, fresh, numbers)
        largest = [np.abs(array).max() for array in after.parameters.arrays().values()]
        if not (np.isfinite([after.loss, *largest]).all() and after.loss <= numbers.most_loss):
            made.finite, made.beyond = False, _beyond(after, finite=False)
            break
        made.state, fresh = after, False
        losses.append(after.loss)
        number = int(after.number)
        if number % int(numbers.record_every) == 0 or number == int(numbers.last):
            made.records.append((number, *_recorded(after)))
    made.losses = np.asarray(losses)
    return made


def _plainly_advanced(descent: Descent, batches: Batches | None, state: State, fresh: bool, numbers: Numbers) -> State:
    moved, optimizer_state, number = state.parameters, state.optimizer_state, state.number
    if not fresh:
        with np.errstate(all="ignore"):
            rate = _rate(descent, state, numbers, np)
            made = descent.optimizer.move(state.gradient, optimizer_state, moved, rate, descent.optimizer_options)
        moved, optimizer_state = jax.tree.map(np.asarray, made)
        moved, optimizer_state = jax.tree.map(
            _sealed, (_put_back(numbers.frozen, state.parameters, moved, np), optimizer_state)
        )
        number = np.int32(number + 1)
    data = batches.plain_batch(numbers.data, orders_of(numbers), int(number)) if batches else numbers.data
    with np.errstate(all="ignore"):
        loss, gradient = descent.method.measure(descent.loss, moved, data, numbers.h, None)
    return State(number, moved, gradient, loss, optimizer_state)
