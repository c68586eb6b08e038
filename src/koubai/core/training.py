"""Training: a generator of Steps. An engine makes a chunk of steps at a time, and keeps the records of it.

There are two engines of the same interface (see ``engine``): ``numpy_engine`` is readable NumPy, which begins at once;
``compiled`` is a program of JAX, which is faster once it is compiled. Either returns by elapsed time, so that a Ctrl-C or a
closed page is noticed soon, however many steps there are. A run cut anywhere, and continued by the same engine from any Step,
repeats the same bits.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import perf_counter

import numpy as np

from koubai.arrays import sealed
from koubai.core.array_types import RandomState
from koubai.core.batches import Batches, BatchSlices, rows_compiled_for
from koubai.core.engine import EngineModule, engine_of
from koubai.core.methods import check_h, check_method
from koubai.core.network import Network
from koubai.core.precision import dtype_of, random_state
from koubai.core.regularization import Penalty
from koubai.core.slopes.base import Batch, Data, batch_of, mean_loss
from koubai.core.state import LOSSES_AT_ONCE, ChunkResult, Numbers, orders_of
from koubai.core.step import Descent as Descent
from koubai.core.step import Step as Step
from koubai.core.step import TrainingPlan as TrainingPlan
from koubai.errors import Diverged

SECONDS_AT_ONCE = 0.05  # how long an engine runs before it returns

Pace = Callable[[], tuple[float, int]]  # -> seconds, and steps at most


def descend(
    network: Network,
    data: Data,
    descent: Descent,
    plan: TrainingPlan,
    *,
    resume: Step | None = None,
    until: int | None = None,
    pace: Pace | None = None,
) -> Iterator[Step]:
    """Train a network and yield Steps on the way.

    The first Step is the start itself (number 0), the last one has the number ``plan.steps``.

    Args:
        network: The start.
        data: Has ``inputs`` (n, features) and ``targets`` (n, outputs).
        descent: What is done at every step.
        plan: The numbers of the training.
        resume: A Step of the same training: the Steps after it follow, bit for bit those of a training that was never cut.
        until: The number of a step after which it is enough for now; that Step is yielded too, recorded only where it is a
            record of the whole training.
        pace: Says, each time the program is about to run, for how many seconds it may before it returns to Python, and how
            many steps it may make at most (0.05, and as many as there is time for).

    Yields:
        The Steps that are recorded, and those at which the program returned.

    Raises:
        Diverged: At the first step whose loss or parameters aren't finite, or whose loss is above ``plan.most_loss``; what was
            yielded before stays good.
        InputError: Where the method can't measure the network, or h is no step size.
    """
    check_method(descent.method, network.activation)
    check_h(plan.h, descent.precision)
    engine, first = engine_of(descent), resume or _first_step(network, descent, plan.seed)
    end = plan.steps if until is None else min(plan.steps, until)
    if resume is not None and first.number >= end:
        return
    numbers, batches = _numbers(network, data, descent, plan, first.random_state)
    number, start = first.number, first.parameters.astype(dtype_of(descent.precision))
    state = engine.begin(descent, start, number, first.optimizer_state)
    count, is_first = 1, True
    while is_first or number < end:
        if batches:
            numbers = _with_orders(numbers, batches, number + (not is_first))
            count = min(count, batches.reach(orders_of(numbers)) - number + is_first)
        began = perf_counter()
        result = engine.chunk(descent, batches, state, is_first, count, numbers)
        elapsed = perf_counter() - began
        state, number = result.state, result.first + len(result.losses) - 1
        if not (is_first and resume is not None):  # else it is the Step that is resumed, which was yielded before
            yield from _steps(engine, result, first.random_state)
        if not result.finite:
            raise _diverged(result, number + 1, plan.learning_rate)
        if number < end:
            seconds, most = pace() if pace else (SECONDS_AT_ONCE, LOSSES_AT_ONCE)
            count = 1 if is_first else _next_count(len(result.losses), elapsed, seconds)
            count = min(count, end - number, max(1, most), LOSSES_AT_ONCE)
        is_first = False


def _first_step(network: Network, descent: Descent, seed: int) -> Step:
    """Step 0, whose loss nobody has computed yet."""
    start = network.astype(dtype_of(descent.precision))
    optimizer_state = engine_of(descent).optimizer_state(descent, start)
    return Step(0, start, 0.0, np.zeros(0), optimizer_state, random_state(seed), recorded=True)


def _numbers(
    network: Network, data: Data, descent: Descent, plan: TrainingPlan, key: RandomState
) -> tuple[Numbers, Batches | None]:
    """The numbers of a training in the precision that computes, and the batches that its steps see."""
    dtype = dtype_of(descent.precision)
    batch, batches = _rows_to_see(network, data, descent, key, plan.penalty)
    with np.errstate(over="ignore"):  # a bound that the precision doesn't hold is none
        most_loss = dtype(plan.most_loss)
    numbers = Numbers(
        dtype(plan.h),
        dtype(plan.learning_rate),
        np.int32(plan.record_every),
        np.int32(plan.steps),
        key,
        batch,
        most_loss,
        frozen=plan.frozen,
    )
    return numbers, batches


def _diverged(result: ChunkResult, step: int, learning_rate: float) -> Diverged:
    """The error that says that ``step`` is no longer finite, or its loss too large."""
    code = "diverged" if step > 0 else "diverged-start"
    code = "diverged-grown" if result.beyond is not None else code
    diverged = Diverged(code, step=step, learning_rate=learning_rate, loss=result.beyond)
    diverged.losses = result.losses[result.records[-1][0] - result.first + 1 :] if result.records else result.losses
    return diverged


def begun(
    network: Network, data: Data, descent: Descent, *, learning_rate: float, seed: int = 0, penalty: Penalty | None = None
) -> Step:
    """The first Step of ``descend``, in plain NumPy: nothing is compiled for it. Diverged where its loss isn't finite."""
    first = _first_step(network, descent, seed)
    batch = rows_seen(first, data, descent, penalty=penalty)
    with np.errstate(all="ignore"):
        loss = float(mean_loss(descent.loss, first.parameters, batch, np))
    if not np.isfinite(loss):
        raise Diverged("diverged-start", step=0, learning_rate=learning_rate)
    return replace(first, loss=loss, losses=np.array([loss]))


def slopes_at(
    step: Step, data: Data, descent: Descent, *, h: float, penalty: Penalty | None = None, frozen: Network | None = None
) -> tuple[float, Network]:
    """The loss and the slopes that a training measures at ``step``, and moves by from there: the numbers of its plan.

    They come from the program of the training itself, which measures a first state without moving it. Nothing of them depends
    on the steps before: the step's number says which batch and which draw are its own.
    """
    never = np.iinfo(np.int32).max
    plan = TrainingPlan(h, 0.0, never, never, penalty=penalty, frozen=frozen)
    engine = engine_of(descent)
    numbers, batches = _numbers(step.parameters, data, descent, plan, step.random_state)
    numbers = _with_orders(numbers, batches, step.number) if batches else numbers
    network = step.parameters.astype(dtype_of(descent.precision))
    state = engine.begin(descent, network, step.number, step.optimizer_state)
    state = engine.chunk(descent, batches, state, True, 1, numbers).state
    return float(state.loss), engine.gradient(state)


def rows_seen(step: Step, data: Data, descent: Descent, *, penalty: Penalty | None = None) -> Batch:
    """The rows that a training measures on at ``step``, plain NumPy."""
    batch = _with_penalty(batch_of(data, step.parameters, descent.loss, descent.precision), penalty)
    batches = batches_of(descent.batch_size, len(batch.inputs), int(step.random_state[1]))
    return batches.plain_batch(batch, batches.orders_from(step.number), step.number) if batches else batch


def _rows_to_see(
    network: Network, data: Data, descent: Descent, key: RandomState, penalty: Penalty | None
) -> tuple[Batch, Batches | None]:
    """All rows as the program takes them, and the batches that its steps see, None where each sees all."""
    batch = _with_penalty(batch_of(data, network, descent.loss, descent.precision), penalty)
    batches = batches_of(descent.batch_size, len(batch.inputs), int(key[1]))
    rows = engine_of(descent).rows(descent, batch, batched=batches is not None)
    return rows, batches


def _steps(engine: EngineModule, result: ChunkResult, key: RandomState) -> Iterator[Step]:
    """The records of one call, and where it ended."""
    losses, since = sealed(np.array(result.losses, np.float64)), 0
    for number, parameters, optimizer_state in result.records:
        upto = number - result.first + 1
        yield Step(number, parameters, float(losses[upto - 1]), losses[since:upto], optimizer_state, key, recorded=True)
        since = upto
    if since < len(losses) and result.finite:
        parameters, optimizer_state = engine.snapshot(result.state)
        number = result.first + len(losses) - 1
        yield Step(number, parameters, float(losses[-1]), losses[since:], optimizer_state, key, recorded=False)


def _next_count(count: int, elapsed: float, seconds: float) -> int:
    """As many steps as fill ``seconds``, but at most eight times as many as before."""
    return max(1, int(count * min(8.0, seconds / max(elapsed, 1e-6))))


def _with_penalty(batch: Batch, penalty: Penalty | None) -> Batch:
    """``batch`` with what the weights cost, in its own precision; as it is where they cost nothing."""
    return batch if penalty is None else replace(batch, penalty=penalty.astype(batch.inputs.dtype))


def batches_of(size: int | None, rows: int, seed: int) -> Batches | None:
    """The batches of a training; None where every step takes all rows."""
    return None if size is None or size >= rows else Batches(rows, size, seed)


def compiled_for(size: int | None, rows: int, features: int) -> tuple[int, BatchSlices | None]:
    """What of the rows a training's program is compiled for: how many it has room for, and how they are cut into batches."""
    batches = batches_of(size, rows, 0)
    return (rows_compiled_for(rows, features), batches.slices) if batches else (rows, None)


def _with_orders(numbers: Numbers, batches: Batches, number: int) -> Numbers:
    """``numbers`` with the orders that step ``number`` takes its batch from."""
    if numbers.orders is not None and number <= batches.reach(numbers.orders):
        return numbers
    return replace(numbers, orders=batches.orders_from(number))
