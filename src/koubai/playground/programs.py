"""Programs: which are compiled in this process, and that they don't fill its memory."""

import ctypes
import gc
from contextlib import suppress

import jax

from koubai.experiment import Experiment

MOST = 24  # each takes 10 to 20 MB: those of a whole class, which tries this and that, would fill the memory

_compiled: set[tuple[object, ...]] = set()  # losing an entry costs a word on the page


def is_compiled(experiment: Experiment) -> bool:
    """Whether its next steps come at once."""
    return _signature(experiment) in _compiled


def note_compiled(experiment: Experiment) -> None:
    """Its program was compiled. Where there are many, all are let go: what is needed is compiled again."""
    if len(_compiled) >= MOST:
        _compiled.clear()
        jax.clear_caches()  # type: ignore[no-untyped-call]
        give_back_memory()
    _compiled.add(_signature(experiment))


def give_back_memory() -> None:
    """Return freed memory to the system, where the C library can (glibc's ``malloc_trim``); elsewhere nothing happens."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _signature(experiment: Experiment) -> tuple[object, ...]:
    """What a program is compiled for."""
    problem = experiment.problem
    options = tuple(experiment.optimizer_options.items())
    penalty, frozen = bool(experiment.l1 or experiment.l2), bool(problem.frozen)
    rows = len(problem.dataset().inputs)
    how = (experiment.method, experiment.optimizer, options, experiment.precision, experiment.schedule, experiment.batch_size)
    return (*how, problem.loss, problem.activation, problem.sizes, rows, penalty, frozen)
