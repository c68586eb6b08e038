"""ComparisonRun: a kept run that is shown beside the one which learns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from koubai.arrays import evenly
from koubai.core.rasters import Rasters
from koubai.experiment import Run
from koubai.playground.model.data_source import UserData, source_of
from koubai.playground.model.rasters import page_rasters
from koubai.playground.model.setting_changes import setting_of
from koubai.playground.protocol.frames import ComparisonMoment

MOST_POINTS = 1024


@dataclass(frozen=True, eq=False)
class ComparisonRun:
    """Its name, its rasters at its last step, its loss curve."""

    name: str
    rasters: Rasters
    step: int
    loss: float
    accuracy: float | None
    numbers: NDArray[np.float64]
    losses: NDArray[np.float64]

    @classmethod
    def of(cls, run: Run, name: str) -> "ComparisonRun":
        """That of ``run``. InputError where a page can't show it."""
        source = source_of(setting_of(run), UserData(run=run))
        numbers = evenly(len(run.losses), MOST_POINTS)
        return cls(
            name,
            page_rasters(run.network, source),
            run.records[-1].number,
            float(run.losses[-1]),
            run.scores().accuracy,
            numbers.astype(np.float64),
            run.losses[numbers],
        )

    @property
    def moment(self) -> ComparisonMoment:
        """What a frame's header says of it."""
        return ComparisonMoment(step=self.step, loss=self.loss, accuracy=self.accuracy)
