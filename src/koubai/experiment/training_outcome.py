"""How a training came out, by its losses and records: whether it has diverged, whether it is over, which record is best."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from koubai.core.training import Step
from koubai.experiment import divergence
from koubai.experiment.experiment import Experiment
from koubai.experiment.metrics import EarlyStopping


def risen_since(experiment: Experiment, losses: NDArray[np.float64]) -> int | None:
    """Find since which step a training is far above its ``level``.

    Args:
        experiment: What is trained.
        losses: (steps made + 1,), before the first and after each step.

    Returns:
        The step; None where the loss isn't there at the end, and with early stopping, which keeps the best network whatever
        came after it.
    """
    if experiment.patience is not None:
        return None
    return divergence.risen_since(losses, experiment.steps_each_epoch, experiment.level)


def is_stopped(experiment: Experiment, records: Iterable[Step]) -> bool:
    """Tell whether early stopping ends a training that has made these records."""
    patience = experiment.patience
    return patience is not None and EarlyStopping.after(experiment.problem, patience, records).is_over


def best_record(experiment: Experiment, records: Sequence[Step]) -> Step:
    """Choose the record whose network is kept of a training that has made these."""
    if experiment.patience is None:
        return records[-1]
    return EarlyStopping.after(experiment.problem, experiment.patience, records).best or records[-1]
