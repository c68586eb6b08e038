"""RunRecord: the plain data of a run, as files keep it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from koubai.core.network import Network
from koubai.core.step import Step
from koubai.experiment.experiment import Experiment
from koubai.experiment.training_outcome import best_record

Status = Literal["finished", "interrupted", "diverged"]


@dataclass(frozen=True, eq=False, repr=False)
class RunRecord:
    """What a run is made of, without what is computed from it; ``koubai.experiment.run.Run`` explains the fields."""

    experiment: Experiment
    losses: NDArray[np.float64]
    records: tuple[Step, ...]
    status: Status = "finished"
    diverged_at: int | None = None

    @property
    def network(self) -> Network:
        """The network as the last record has it; with early stopping, that which was best on the validation rows."""
        return best_record(self.experiment, self.records).parameters
