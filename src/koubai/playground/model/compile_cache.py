"""The cache of compiled programs: which there are, that they don't fill the memory, and that few are compiled at once."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import cpu_count
from threading import BoundedSemaphore, Lock

from koubai.core.executables import forget_all
from koubai.core.training import compiled_for
from koubai.experiment import Experiment

MOST_LAYERS = 64  # of all programs: each takes 10 to 15 MB, and those of a class that tries this and that would fill the memory
# a compilation can't be interrupted, and may last minutes: a core stays free for those who wait for none, and where there are
# but two, a short one needn't wait for a long one
AT_ONCE = max(2, (cpu_count() or 2) - 1)

_compiled: dict[tuple[object, ...], int] = {}  # the layers of each; losing an entry costs a word on the page
_counting = Lock()
_slots = {purpose: BoundedSemaphore(AT_ONCE) for purpose in ("training", "slope", "report")}  # the last are short


class Occupied(Exception):
    """As many programs as may be are being compiled: it is to be tried again soon."""


def is_compiled(experiment: Experiment) -> bool:
    """Say whether the next steps of an experiment come at once.

    Args:
        experiment: The experiment.

    Returns:
        Whether its program is compiled, or it needs none.
    """
    return _is_there(experiment, "training")


def _is_there(experiment: Experiment, purpose: str) -> bool:
    """Whether its program was compiled; the steps and slopes of the NumPy engine need none."""
    return (experiment.engine == "numpy" and purpose != "report") or _signature(experiment, purpose) in _compiled


@contextmanager
def compiling(*experiments: Experiment, purpose: str = "training", waits: bool = False) -> Iterator[None]:
    """Let the programs of experiments be compiled within it, after which they count.

    Args:
        *experiments: The experiments.
        purpose: What the programs are for: "training", "slope" or "report".
        waits: Whether to wait where too many are being compiled.

    Raises:
        Occupied: Too many programs are being compiled, and it doesn't wait.
    """
    if all(_is_there(experiment, purpose) for experiment in experiments):
        yield
        return
    slots = _slots[purpose]
    if not slots.acquire(blocking=waits):
        raise Occupied
    try:
        yield
    finally:
        for experiment in experiments:
            _note(_signature(experiment, purpose), len(_sizes(experiment)) - 1)
        give_back_memory()  # compiling takes much more than what is compiled
        slots.release()


def _note(signature: tuple[object, ...], layers: int) -> None:
    """A program was compiled. Where there are many, all are let go: what is needed is compiled again."""
    with _counting:
        if sum(_compiled.values()) + layers > MOST_LAYERS:
            _compiled.clear()
            forget_all()
        _compiled[signature] = layers


def give_back_memory() -> None:
    """Return freed memory to the system, where the C library can (glibc's ``malloc_trim``); elsewhere nothing happens."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _signature(experiment: Experiment, purpose: str = "training") -> tuple[object, ...]:
    """What a program is compiled for."""
    problem, start = experiment.problem, experiment.problem.start
    options = tuple(experiment.optimizer_options.items())
    penalty, frozen = experiment.penalty is not None, bool(problem.frozen)
    rows = compiled_for(experiment.batch_size, *problem.dataset().inputs.shape)
    how = (experiment.method, experiment.optimizer, options, experiment.precision, experiment.schedule)
    activation = problem.activation if start is None else start.activation
    return (purpose, *how, problem.loss, activation, _sizes(experiment), rows, penalty, frozen)


def _sizes(experiment: Experiment) -> tuple[int, ...]:
    start = experiment.problem.start
    return experiment.problem.sizes if start is None else start.sizes
