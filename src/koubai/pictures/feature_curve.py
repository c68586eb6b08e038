"""What a network predicts from one feature, as a curve beside the rows of a run."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from koubai.pictures.data_names import target_names
from koubai.pictures.data_plane import column_units

if TYPE_CHECKING:
    from koubai.core.network import Network
    from koubai.experiment import Run

Floats = NDArray[np.float64]

RESOLUTION = 401  # places along the feature
MARGIN = 0.05  # of the rows' span, on either side


@dataclass(frozen=True, eq=False)
class FeatureCurve:
    """The one feature and the one target of a run, both in the units of the data."""

    run: "Run"

    @staticmethod
    def shows(run: "Run") -> bool:
        """Whether a run predicts one value from one feature."""
        data = run.data
        return data.task == "regress" and data.inputs.shape[1] == data.targets.shape[1] == 1

    @cached_property
    def _inputs(self) -> Floats:
        """Of all rows, whatever part they are in, as the network gets them, (p,)."""
        return np.concatenate([part.inputs[:, 0] for part in self.run.experiment.problem.parts.values()])

    @cached_property
    def _places(self) -> Floats:
        """Places along the feature, as the network gets them, a little further than the rows go."""
        low, high = float(self._inputs.min()), float(self._inputs.max())
        return np.linspace(low - MARGIN * (high - low), high + MARGIN * (high - low), RESOLUTION)

    def _in_units(self, values: Floats) -> Floats:
        scale, mean = column_units(self.run.data)
        return np.asarray(values * scale[0] + mean[0])

    @property
    def x(self) -> Floats:
        """Places along the feature, ascending, (401,)."""
        return self._in_units(self._places)

    @property
    def points(self) -> Floats:
        """The feature of all rows, (p,)."""
        return self._in_units(self._inputs)

    @property
    def targets(self) -> Floats:
        """The true values of all rows, (p,)."""
        from koubai.experiment.metrics import values_of

        parts = self.run.experiment.problem.parts.values()
        return np.concatenate([values_of(part.targets, part)[:, 0] for part in parts])

    @property
    def names(self) -> tuple[str, str]:
        """Of the feature and of the target."""
        return self.run.data.feature_names[0], target_names(self.run.data)[0]

    def values(self, network: "Network") -> Floats:
        """What ``network`` predicts along ``x``, (401,)."""
        from koubai.experiment.metrics import values_of

        return values_of(network.logits(self._places[:, None]), self.run.data)[:, 0]
