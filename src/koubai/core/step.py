"""Descent: what is done at every step of a training; TrainingPlan: its numbers; Step: where it stands after some steps."""

from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from koubai.core.array_types import PyTree, RandomState
from koubai.core.losses import Loss
from koubai.core.methods import Method
from koubai.core.network import Network
from koubai.core.optimizers import Optimizer
from koubai.core.precision import Precision
from koubai.core.regularization import Penalty
from koubai.core.schedules import SCHEDULES, Schedule

Engine = Literal["numpy", "jax"]
ENGINES: dict[str, Engine] = {"numpy": "numpy", "jax": "jax"}


@dataclass(frozen=True)
class Descent:
    """What is done at every step: which loss is descended, with which slopes, by which optimizer. Hashable: it is compiled in.

    ``batch_size``: how many rows are measured at a step, None for all of them. ``engine``: "numpy" or "jax".
    """

    loss: Loss
    method: Method
    optimizer: Optimizer
    optimizer_options: tuple[tuple[str, float], ...] = ()
    precision: Precision = "float64"
    schedule: Schedule = SCHEDULES["constant"]
    schedule_options: tuple[tuple[str, float], ...] = ()
    batch_size: int | None = None
    engine: Engine = "jax"


@dataclass(frozen=True, eq=False)
class TrainingPlan:
    """The numbers of a training, none of which is compiled in.

    Attributes:
        h: The step size of the differences.
        learning_rate: What a slope is multiplied by for a move, before the schedule.
        steps: How many steps the whole training has.
        record_every: Every so many steps a Step is kept.
        seed: Of the batches and of the draws.
        penalty: What the weights cost, which is part of the loss; None where they cost nothing.
        most_loss: A step with a larger loss has diverged.
        frozen: Truth values in the places of the parameters, True for those that no step moves; None where all are moved.
    """

    h: float
    learning_rate: float
    steps: int
    record_every: int
    seed: int = 0
    penalty: Penalty | None = None
    most_loss: float = inf
    frozen: Network | None = None


@dataclass(frozen=True, eq=False)
class Step:
    """Where the training stands after ``number`` steps: all that is needed to go on from there. Arrays are NumPy's.

    ``losses`` are the losses since the Step before, each at its parameters, the last one being ``loss``. ``recorded`` tells the
    Steps that are kept (the first, every multiple of record_every, the last) from those that only show progress.
    """

    number: int
    parameters: Network
    loss: float
    losses: NDArray[np.float64]
    optimizer_state: PyTree
    random_state: RandomState
    recorded: bool
