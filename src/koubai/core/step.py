"""Descent: what is done at every step of a training; Step: where it stands after some of them."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from koubai.core.losses import Loss
from koubai.core.methods import Method
from koubai.core.network import Network
from koubai.core.optimizers import Optimizer
from koubai.core.precision import Precision
from koubai.core.schedules import SCHEDULES, Schedule

Engine = Literal["numpy", "jax"]
ENGINES: dict[str, Engine] = {"numpy": "numpy", "jax": "jax"}


@dataclass(frozen=True)
class Descent:
    """What is done at every step: which loss is descended, with which slopes, by which rule. Hashable: it is compiled in.

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
class Step:
    """Where the training stands after ``number`` steps: all that is needed to go on from there. Arrays are NumPy's.

    ``losses`` are the losses since the Step before, each at its parameters, the last one being ``loss``. ``recorded`` tells the
    Steps that are kept (the first, every multiple of record_every, the last) from those that only show progress.
    """

    number: int
    parameters: Network
    loss: float
    losses: NDArray[np.float64]
    optimizer_state: Any
    random_state: NDArray[np.uint32]
    recorded: bool
