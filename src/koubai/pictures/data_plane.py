"""The plane in which the rows of a run are shown: that of its two features, or of the first two principal components."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from koubai.core.projection import PlaneProjection, extent, principal
from koubai.locale import sentence

if TYPE_CHECKING:
    from koubai.core.network import Network
    from koubai.data import Dataset
    from koubai.experiment import Run

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DataPlane:
    """A plane through the inputs of a run, with a grid of ``resolution`` places along either axis, which shows all rows."""

    run: "Run"
    resolution: int

    @cached_property
    def projection(self) -> PlaneProjection:
        """From inputs to the plane."""
        return principal(self.run.data.inputs)

    @cached_property
    def _inputs(self) -> Floats:
        """Of all rows, whatever part they are in."""
        return np.concatenate([part.inputs for part in self.run.experiment.problem.parts.values()])

    @cached_property
    def _grid(self) -> tuple[Floats, Floats]:
        """The places along either axis, in the network's units."""
        parts = self.run.experiment.problem.parts.values()
        left, right, bottom, top = extent(np.concatenate([self.projection.flat(part.inputs) for part in parts]))
        return np.linspace(left, right, self.resolution), np.linspace(bottom, top, self.resolution)

    @cached_property
    def _units(self) -> tuple[Floats, Floats]:
        """The scale and the mean of either axis: two features are shown in their own units."""
        data = self.run.data
        return column_units(data) if data.inputs.shape[1] == 2 else (np.ones(2), np.zeros(2))

    @property
    def axes(self) -> tuple[Floats, Floats]:
        """The places along either axis, as they are shown, (resolution,) each."""
        (x, y), (scale, mean) = self._grid, self._units
        return x * scale[0] + mean[0], y * scale[1] + mean[1]

    @property
    def points(self) -> Floats:
        """All rows, as they are shown, (p, 2)."""
        scale, mean = self._units
        return self.projection.flat(self._inputs) * scale + mean

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """The classes of all rows, (p,)."""
        return np.concatenate([part.labels for part in self.run.experiment.problem.parts.values()])

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Which rows the network of the run answers wrong, (p,)."""
        return np.asarray(self.run.network.classify(self._inputs) != self.labels)

    def answers(self, network: "Network") -> tuple[NDArray[np.integer], NDArray[np.float32]]:
        """The class that ``network`` answers over the grid, and how surely, each (resolution, resolution) from the lowest y."""
        outputs = self.projection.over(network, *self._grid)
        classes = outputs.argmax(axis=-1).astype(np.uint8 if outputs.shape[-1] < 256 else np.int32)
        return classes, np.nan_to_num(np.clip(outputs.max(axis=-1), 0, 1), nan=0.0).astype(np.float32)

    def names(self, language: str) -> tuple[str, str]:
        """What the axes are called."""
        data = self.run.data
        if data.inputs.shape[1] == 2:
            return data.feature_names[0], data.feature_names[1]
        first, second = (sentence("picture-principal", language, number=number) for number in (1, 2))
        return first, second

    def note(self, language: str) -> str:
        """What must be said of the plane: the share of the variance that lies in it, or nothing of two features."""
        if self.run.data.inputs.shape[1] == 2:
            return ""
        return sentence("picture-principal-note", language, share=f"{100 * self.projection.share:.0f}")


def column_units(data: "Dataset") -> tuple[Floats, Floats]:
    """What the inputs are to be multiplied by, and what is then to be added, to have them as they were in the table."""
    from koubai.data.preprocessing import NumberColumn

    columns = data.preparation.columns if data.preparation else ()
    numbers = [column for column in columns if isinstance(column, NumberColumn)]
    if not columns or len(numbers) < len(columns):
        return np.ones(data.inputs.shape[1]), np.zeros(data.inputs.shape[1])
    return np.array([column.scale for column in numbers]), np.array([column.mean for column in numbers])
