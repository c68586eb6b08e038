"""When two runs are the same."""

import jax
import numpy as np

from koubai.core.training import Step
from koubai.experiment import Run


def same_state(a: Step, b: Step) -> bool:
    """Whether all that is needed to go on is equal to the last bit, whatever was yielded between."""
    leaves = zip(
        jax.tree.leaves((a.parameters, a.optimizer_state, a.random_state)),
        jax.tree.leaves((b.parameters, b.optimizer_state, b.random_state)),
        strict=True,
    )
    equal = all(np.array_equal(x, y) and np.asarray(x).dtype == np.asarray(y).dtype for x, y in leaves)
    return a.number == b.number and a.loss == b.loss and equal


def same_step(a: Step, b: Step) -> bool:
    """The same, and whether both are records or neither."""
    return a.recorded == b.recorded and same_state(a, b)


def same(a: Run, b: Run) -> bool:
    """Whether two runs are equal to the last bit: their experiments, losses, records, and how they ended."""
    ended = (a.status, a.diverged_at) == (b.status, b.diverged_at) and a.experiment == b.experiment
    records = len(a.records) == len(b.records) and all(map(same_step, a.records, b.records))
    return ended and records and np.array_equal(a.losses, b.losses)
