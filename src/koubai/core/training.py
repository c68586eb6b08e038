"""Training: a generator of Steps. An engine makes a chunk of steps at a time, and keeps the records of it.

There are two, of the same interface: ``numpy_engine`` is readable NumPy, which begins at once; ``compiled`` is a program of
JAX, which is faster once it is compiled. Either returns by elapsed time, so that a Ctrl-C or a closed page is noticed soon,
however many steps there are. A run cut anywhere, and continued by the same engine from any Step, repeats the same bits.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from math import inf
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.arrays import sealed
from koubai.core.batches import Batches, BatchSlices, rows_compiled_for
from koubai.core.methods import check_h, check_method
from koubai.core.network import Network
from koubai.core.precision import dtype_of, random_state
from koubai.core.regularization import Penalty
from koubai.core.slopes.base import Batch, batch_of, mean_loss
from koubai.core.state import LOSSES_AT_ONCE, ChunkResult, Numbers, orders_of
from koubai.core.step import Descent as Descent
from koubai.core.step import Step as Step
from koubai.errors import Diverged

SECONDS_AT_ONCE = 0.05  # how long an engine runs before it returns


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
    dtype, engine = dtype_of(descent.precision), engine_of(descent)
    if resume is None:
        start = network.astype(dtype)
        optimizer_state = engine.optimizer_state(descent, start)
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
    numbers = Numbers(dtype(h), dtype(learning_rate), np.int32(record_every), np.int32(steps), key, batch, most, frozen=frozen)
    state = engine.begin(descent, start, number, optimizer_state)
    count, fresh = 1, True
    while fresh or number < end:
        if batches:
            numbers = _with_orders(numbers, batches, number + (not fresh))
            count = min(count, batches.reach(orders_of(numbers)) - number + fresh)
        began = perf_counter()
        made = engine.chunk(descent, batches, state, fresh, count, numbers)
        elapsed = perf_counter() - began
        state, number = made.state, made.first + len(made.losses) - 1
        if not (fresh and resume is not None):  # else it is the Step that is resumed, which was yielded before
            yield from _steps(engine, made, key)
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
    optimizer_state = engine_of(descent).optimizer_state(descent, start)
    at_start = Step(0, start, 0.0, np.zeros(0), optimizer_state, key, recorded=True)
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
    dtype, network, engine = dtype_of(descent.precision), step.parameters, engine_of(descent)
    batch, batches = _rows_to_see(network, data, descent, step.random_state, l1, l2)
    none = np.int32(np.iinfo(np.int32).max)
    numbers = Numbers(dtype(h), dtype(0), none, none, step.random_state, batch, dtype(inf), frozen=frozen)
    numbers = _with_orders(numbers, batches, step.number) if batches else numbers
    state = engine.begin(descent, network.astype(dtype), step.number, step.optimizer_state)
    state = engine.chunk(descent, batches, state, True, 1, numbers).state
    return float(state.loss), engine.gradient(state)


def rows_seen(step: Step, data: Any, descent: Descent, *, l1: float = 0.0, l2: float = 0.0) -> Batch:
    """The rows that a training measures on at ``step``, plain NumPy."""
    batch = _with_penalty(batch_of(data, step.parameters, descent.loss, descent.precision), l1, l2)
    batches = batches_of(descent.batch_size, len(batch.inputs), int(step.random_state[1]))
    return batches.plain_batch(batch, batches.orders_from(step.number), step.number) if batches else batch


def _rows_to_see(
    network: Network, data: Any, descent: Descent, key: NDArray[np.uint32], l1: float, l2: float
) -> tuple[Batch, Batches | None]:
    """All rows as the program takes them, and the batches that its steps see, None where each sees all."""
    batch = _with_penalty(batch_of(data, network, descent.loss, descent.precision), l1, l2)
    batches = batches_of(descent.batch_size, len(batch.inputs), int(key[1]))
    rows: Batch = engine_of(descent).rows(descent, batch, batched=batches is not None)
    return rows, batches


def engine_of(descent: Descent) -> Any:
    """The module that makes the steps: ``numpy_engine.training`` or ``compiled``, which JAX takes its time to load for."""
    return import_module("koubai.core.numpy_engine.training" if descent.engine == "numpy" else "koubai.core.compiled")


def _steps(engine: Any, made: ChunkResult, key: NDArray[np.uint32]) -> Iterator[Step]:
    """The records of one call, and where it ended."""
    losses, since = sealed(np.array(made.losses, np.float64)), 0
    for number, parameters, optimizer_state in made.records:
        upto = number - made.first + 1
        yield Step(number, parameters, float(losses[upto - 1]), losses[since:upto], optimizer_state, key, recorded=True)
        since = upto
    if since < len(losses) and made.finite:
        parameters, optimizer_state = engine.snapshot(made.state)
        number = made.first + len(losses) - 1
        yield Step(number, parameters, float(losses[-1]), losses[since:], optimizer_state, key, recorded=False)


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


def compiled_for(size: int | None, rows: int, features: int) -> tuple[int, BatchSlices | None]:
    """What of the rows a training's program is compiled for: how many it has room for, and how they are cut into batches."""
    batches = batches_of(size, rows, 0)
    return (rows_compiled_for(rows, features), batches.cut) if batches else (rows, None)


def _with_orders(numbers: Numbers, batches: Batches, number: int) -> Numbers:
    """``numbers`` with the orders that step ``number`` takes its batch from."""
    if numbers.orders is not None and number <= batches.reach(numbers.orders):
        return numbers
    return replace(numbers, orders=batches.orders_from(number))
