"""Training: a generator of Steps. Chunks of steps are one compiled program, which also keeps the records.

The program returns to Python by elapsed time, so that a Ctrl-C or a closed page is noticed soon, however many steps there
are. How many steps it makes is a traced number: a run cut anywhere, and continued from any Step, repeats the same bits.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from math import inf
from time import perf_counter
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.tree_util import register_dataclass
from numpy.typing import NDArray

from koubai.arrays import sealed
from koubai.core.batches import Batches, Cut, Orders, filled_up, rows_compiled_for
from koubai.core.executables import Program
from koubai.core.network import Network
from koubai.core.penalty import Penalty
from koubai.core.precision import computing_in, dtype_of, key_of, random_state
from koubai.core.slopes import check_h, check_method, prepared
from koubai.core.slopes.base import Batch, batch_of, mean_loss
from koubai.core.step import Descent as Descent
from koubai.core.step import Step as Step
from koubai.errors import Diverged

SECONDS_AT_ONCE = 0.05  # how long the program runs before it returns to Python
LOSSES_AT_ONCE = 8192  # the most steps of one call
RECORDS_AT_ONCE = 256  # the most records of one call, fewer where they are large:
RECORD_BYTES_AT_ONCE = 2**24


@register_dataclass
@dataclass(frozen=True, eq=False)
class _State:
    number: Any
    parameters: Any
    gradient: Any
    loss: Any
    optimizer_state: Any


@register_dataclass
@dataclass(frozen=True, eq=False)
class _Numbers:
    """What may change without compiling anew. ``key`` is the random state, the same at every step."""

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
class _Made:
    """What one call of the program made: the state after it, the losses on the way, and the records.

    ``beyond``: the loss of a step that isn't counted, since its loss, a number still, is larger than it may be.
    """

    state: _State
    first: int  # the number of the first of ``losses``
    losses: NDArray[Any]
    finite: bool
    records: list[tuple[int, Any, Any]] = field(default_factory=list)  # number, parameters, optimiser's state
    beyond: float | None = None


def descend(
    network: Network,
    data: Any,
    descent: Descent,
    *,
    h: float,
    learning_rate: float,
    steps: int,
    record_every: int,
    seed: int = 0,
    l1: float = 0.0,
    l2: float = 0.0,
    most_loss: float = inf,
    resume: Step | None = None,
    until: int | None = None,
    pace: Callable[[], tuple[float, int]] | None = None,
    frozen: Network | None = None,
) -> Iterator[Step]:
    """Train ``network`` on ``data`` (``inputs`` (n, features), ``targets`` (n, outputs)) and yield Steps on the way.

    ``l1`` and ``l2``: of the penalty (see ``Penalty``), which is part of the loss. ``most_loss``: a step with a larger loss
    has diverged. ``frozen``: truth values in the places of the parameters, True for those that no step moves; None where all
    are moved.

    The first Step is the start itself (number 0), the last one has the number ``steps``. With ``resume``, a Step of the same
    training, the Steps after it follow, bit for bit those of a training that was never cut. ``until``: the number of a step
    after which it is enough for now; that Step is yielded too, recorded only where it is a record of the whole training.
    ``pace``: says, each time the program is about to run, for how many seconds it may before it returns to Python, and how many
    steps it may make at most (0.05, and as many as there is time for).
    Raises Diverged at the first step whose loss or parameters aren't finite, or whose loss is above ``most_loss``; what was
    yielded before stays good.
    """
    check_method(descent.method, network.activation)
    check_h(h, descent.precision)
    dtype = dtype_of(descent.precision)
    if resume is None:
        start = network.astype(dtype)
        optimizer_state = _state_at_start(start, descent)
        number, key = 0, random_state(seed)
    else:
        start, number = resume.parameters.astype(dtype), resume.number
        optimizer_state, key = resume.optimizer_state, resume.random_state
    end = steps if until is None else min(steps, until)
    if resume is not None and number >= end:
        return
    batch, batches = _rows_to_see(network, data, descent, key, l1, l2)
    with np.errstate(over="ignore"):  # a bound that the precision doesn't hold is none
        most = dtype(most_loss)
    numbers = _Numbers(dtype(h), dtype(learning_rate), np.int32(record_every), np.int32(steps), key, batch, most, frozen=frozen)
    state = _State(np.int32(number), start, jax.tree.map(np.zeros_like, start), dtype(0), optimizer_state)
    program = _program(descent)
    count, fresh = 1, True
    while fresh or number < end:
        if batches:
            numbers = _with_orders(numbers, batches, number + (not fresh))
            count = min(count, batches.reach(_orders(numbers)) - number + fresh)
        began = perf_counter()
        with computing_in(descent.precision):
            made = program(descent, batches, state, fresh, count, numbers)
        elapsed = perf_counter() - began
        state, number = made.state, made.first + len(made.losses) - 1
        if not (fresh and resume is not None):  # else it is the Step that is resumed, which was yielded before
            yield from _steps(made, key)
        if not made.finite:
            code = "diverged" if number + 1 > 0 else "diverged-start"
            code = "diverged-grown" if made.beyond is not None else code
            diverged = Diverged(code, step=number + 1, learning_rate=learning_rate, loss=made.beyond)
            diverged.losses = made.losses[made.records[-1][0] - made.first + 1 :] if made.records else made.losses
            raise diverged
        if number < end:
            seconds, most = pace() if pace else (SECONDS_AT_ONCE, LOSSES_AT_ONCE)
            count = 1 if fresh else _next_count(len(made.losses), elapsed, seconds)
            count = min(count, end - number, max(1, most), LOSSES_AT_ONCE)
        fresh = False


def begun(
    network: Network, data: Any, descent: Descent, *, learning_rate: float, seed: int = 0, l1: float = 0.0, l2: float = 0.0
) -> Step:
    """The first Step of ``descend``, in plain NumPy: nothing is compiled for it. Diverged where its loss isn't finite."""
    dtype = dtype_of(descent.precision)
    key, start = random_state(seed), network.astype(dtype)
    at_start = Step(0, start, 0.0, np.zeros(0), _state_at_start(start, descent), key, recorded=True)
    batch = rows_seen(at_start, data, descent, l1=l1, l2=l2)
    with np.errstate(all="ignore"):
        loss = float(mean_loss(descent.loss, start, batch, np))
    if not np.isfinite(loss):
        raise Diverged("diverged-start", step=0, learning_rate=learning_rate)
    return replace(at_start, loss=loss, losses=np.array([loss]))


def slopes_at(
    step: Step, data: Any, descent: Descent, *, h: float, l1: float = 0.0, l2: float = 0.0, frozen: Network | None = None
) -> tuple[float, Network]:
    """The loss and the slopes that a training measures at ``step``, and moves by from there: the arguments of ``descend``.

    They come from the program of the training itself, which measures a fresh state without moving it. Nothing of them depends
    on the steps before: the step's number says which batch and which draw are its own.
    """
    dtype, network = dtype_of(descent.precision), step.parameters
    batch, batches = _rows_to_see(network, data, descent, step.random_state, l1, l2)
    none = np.int32(np.iinfo(np.int32).max)
    numbers = _Numbers(dtype(h), dtype(0), none, none, step.random_state, batch, dtype(inf), frozen=frozen)
    numbers = _with_orders(numbers, batches, step.number) if batches else numbers
    start = network.astype(dtype)
    nothing = jax.tree.map(np.zeros_like, start)
    state = _State(np.int32(step.number), start, nothing, dtype(0), step.optimizer_state)
    with computing_in(descent.precision):
        state = _program(descent)(descent, batches, state, True, 1, numbers).state
        return float(state.loss), jax.tree.map(np.asarray, state.gradient)


def rows_seen(step: Step, data: Any, descent: Descent, *, l1: float = 0.0, l2: float = 0.0) -> Batch:
    """The rows that a training measures on at ``step``, plain NumPy."""
    batch = _with_penalty(batch_of(data, step.parameters, descent.loss, descent.precision), l1, l2)
    batches = batches_of(descent.batch_size, len(batch.inputs), int(step.random_state[1]))
    return batches.plain_batch(batch, batches.orders_from(step.number), step.number) if batches else batch


def _rows_to_see(
    network: Network, data: Any, descent: Descent, key: NDArray[np.uint32], l1: float, l2: float
) -> tuple[Batch, Batches | None]:
    """All rows as the program takes them, and the batches that its steps see, None where each sees all."""
    batch = _with_penalty(prepared(descent.method, batch_of(data, network, descent.loss, descent.precision)), l1, l2)
    batches = batches_of(descent.batch_size, len(batch.inputs), int(key[1]))
    if not (descent.method.compiled and batches):
        return batch, batches
    with computing_in(descent.precision):
        return jax.device_put(filled_up(batch)), batches


def _program(descent: Descent) -> Callable[..., _Made]:
    return _compiled_chunk if descent.method.compiled else _plain_chunk


def _state_at_start(network: Network, descent: Descent) -> Any:
    """The optimiser's state before the first step."""
    with computing_in(descent.precision):
        return jax.tree.map(np.asarray, descent.rule.start(network, descent.rule_options))


def _steps(made: _Made, key: NDArray[np.uint32]) -> Iterator[Step]:
    """The records of one call, and where it ended."""
    losses, since = sealed(np.array(made.losses, np.float64)), 0
    for number, parameters, optimizer_state in made.records:
        upto = number - made.first + 1
        yield Step(number, parameters, float(losses[upto - 1]), losses[since:upto], optimizer_state, key, recorded=True)
        since = upto
    if since < len(losses) and made.finite:
        parameters, optimizer_state = jax.tree.map(_sealed_leaf, _recorded(made.state))
        number = made.first + len(losses) - 1
        yield Step(number, parameters, float(losses[-1]), losses[since:], optimizer_state, key, recorded=False)


def _sealed_leaf(leaf: Any) -> NDArray[Any]:
    """The NumPy array that a part of a Step is: nobody writes to it."""
    return sealed(np.asarray(leaf))


def _next_count(count: int, elapsed: float, seconds: float) -> int:
    """As many steps as fill ``seconds``, but at most eight times as many as before."""
    return max(1, int(count * min(8.0, seconds / max(elapsed, 1e-6))))


def _with_penalty(batch: Batch, l1: float, l2: float) -> Batch:
    """``batch`` with what the weights cost, in its own precision; as it is where they cost nothing."""
    number = batch.inputs.dtype.type
    return replace(batch, penalty=Penalty(number(l1), number(l2))) if l1 or l2 else batch


def batches_of(size: int | None, rows: int, seed: int) -> Batches | None:
    """The batches of a training; None where every step takes all rows."""
    return None if size is None or size >= rows else Batches(rows, size, seed)


def compiled_for(size: int | None, rows: int, features: int) -> tuple[int, Cut | None]:
    """What of the rows a training's program is compiled for: how many it has room for, and how they are cut into batches."""
    batches = batches_of(size, rows, 0)
    return (rows_compiled_for(rows, features), batches.cut) if batches else (rows, None)


def _orders(numbers: _Numbers) -> Orders:
    assert numbers.orders is not None
    return numbers.orders


def _with_orders(numbers: _Numbers, batches: Batches, number: int) -> _Numbers:
    """``numbers`` with the orders that step ``number`` takes its batch from."""
    if numbers.orders is not None and number <= batches.reach(numbers.orders):
        return numbers
    return replace(numbers, orders=batches.orders_from(number))


def _rate(descent: Descent, state: _State, numbers: _Numbers, xp: Any) -> Any:
    return descent.schedule.rate(numbers.learning_rate, state.number, numbers.last, descent.schedule_options, xp)


def _put_back(frozen: Any, before: Any, after: Any, xp: Any) -> Any:
    """``after`` a step, those parameters that are ``frozen`` as they were ``before``."""
    return after if frozen is None else jax.tree.map(xp.where, frozen, before, after)


def _advanced(descent: Descent, cut: Cut | None, state: _State, fresh: Any, numbers: _Numbers) -> _State:
    """One step: move by the slopes measured before, then measure where that led. A ``fresh`` state has none and stays."""
    rate = _rate(descent, state, numbers, jnp)
    moved, optimizer_state = descent.rule.move(
        state.gradient, state.optimizer_state, state.parameters, rate, descent.rule_options
    )
    moved = _put_back(numbers.frozen, state.parameters, moved, jnp)
    moved, optimizer_state = jax.tree.map(
        lambda new, old: jnp.where(fresh, old, new), (moved, optimizer_state), (state.parameters, state.optimizer_state)
    )
    number = state.number + jnp.where(fresh, 0, 1).astype(jnp.int32)
    key = key_of(numbers.key, number)
    data = cut.batch(numbers.data, _orders(numbers), number) if cut else numbers.data
    loss, gradient = descent.method.measure(descent.loss, moved, data, numbers.h, key)
    return _State(number, moved, gradient, loss, optimizer_state)


def _is_finite(state: _State, most_loss: Any) -> Any:
    """Whether the step counts: its parameters are finite, its loss is, too, and no larger than it may be."""
    bounded = jnp.isfinite(state.loss) & (state.loss <= most_loss)
    return jnp.stack([bounded, *(jnp.isfinite(leaf).all() for leaf in jax.tree.leaves(state.parameters))]).all()


def _beyond(state: _State, finite: bool) -> float | None:
    """The loss of a step that doesn't count only because of its loss, which is a number still."""
    arrays = [np.asarray(leaf) for leaf in jax.tree.leaves(state.parameters)] if not finite else []
    is_number = not finite and bool(np.isfinite(state.loss)) and all(np.isfinite(array).all() for array in arrays)
    return float(state.loss) if is_number else None


@partial(Program, static=3)
def _chunk(descent: Descent, cut: Cut | None, slots: int, state: _State, fresh: Any, count: Any, numbers: _Numbers) -> Any:
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


def _recorded(state: _State) -> Any:
    return state.parameters, state.optimizer_state


def _compiled_chunk(
    descent: Descent, batches: Batches | None, state: _State, fresh: bool, count: int, numbers: _Numbers
) -> _Made:
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
    return _Made(after, first, losses, bool(finite), records, _beyond(after, bool(finite)))


def _plain_chunk(descent: Descent, batches: Batches | None, state: _State, fresh: bool, count: int, numbers: _Numbers) -> _Made:
    """The same for a method of plain NumPy, a step at a time."""
    made = _Made(state, int(state.number) + (not fresh), np.zeros(0), True)
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


def _plainly_advanced(descent: Descent, batches: Batches | None, state: _State, fresh: bool, numbers: _Numbers) -> _State:
    moved, optimizer_state, number = state.parameters, state.optimizer_state, state.number
    if not fresh:
        with np.errstate(all="ignore"):
            rate = _rate(descent, state, numbers, np)
            made = descent.rule.move(state.gradient, optimizer_state, moved, rate, descent.rule_options)
        moved, optimizer_state = jax.tree.map(np.asarray, made)
        moved, optimizer_state = jax.tree.map(
            _sealed_leaf, (_put_back(numbers.frozen, state.parameters, moved, np), optimizer_state)
        )
        number = np.int32(number + 1)
    data = batches.plain_batch(numbers.data, _orders(numbers), int(number)) if batches else numbers.data
    with np.errstate(all="ignore"):
        loss, gradient = descent.method.measure(descent.loss, moved, data, numbers.h, None)
    return _State(number, moved, gradient, loss, optimizer_state)
