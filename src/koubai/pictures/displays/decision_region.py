"""The decision region: where in the plane a network answers which of two classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from koubai.core.projection import FINE, GRID, plane
from koubai.pictures.artists.region import RegionArtist, finish_bar, region_legend
from koubai.pictures.display import AxesDisplay, Floats, Integers, RunDisplay, freeze_arrays

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from koubai.experiment import Run


@dataclass(frozen=True, eq=False)
class GridAnswers:
    """The answers at the points of a grid: ``field`` (j, i), the probability of class 1, over ``x`` (i,) and ``y`` (j,)."""

    x: Floats
    y: Floats
    field: Floats

    def __post_init__(self) -> None:
        freeze_arrays(self, x=np.float64, y=np.float64, field=None)


@dataclass(frozen=True, eq=False, repr=False)
class DecisionRegionDisplay(AxesDisplay, RunDisplay):
    """A field of probability over the plane, with its boundary at 0.5.

    Attributes:
        x: (m,), evenly spaced.
        y: (n,), evenly spaced.
        field: (n, m), the probability of class 1, row by row from the lowest y.
        points: (k, 2), the data.
        labels: (k,), the classes of the points, 0 or 1.
        grid: Points that are marked where class 1 is answered.
        names: Of the two axes.
        output: "softmax", or "identity" where the field is the lead of class 1 and no probability.

    >>> x = np.linspace(-1.5, 1.5, 7)
    >>> ax = DecisionRegionDisplay(x, x, np.tile(x > 0, (7, 1)), title="right half").plot()
    >>> ax.get_title(loc="left")
    'right half'
    """

    name = "region"
    size = (6.4, 5.4)

    x: Floats
    y: Floats
    field: Floats
    points: Floats | None = None
    labels: Integers | None = None
    grid: GridAnswers | None = None
    names: Sequence[str] = ("x1", "x2")
    output: str = "softmax"

    def __post_init__(self) -> None:
        freeze_arrays(self, x=np.float64, y=np.float64, field=None, points=np.float64, labels=None)

    @classmethod
    def from_run(cls, run: "Run", language: str = "en") -> Self:
        """The region of a run with two inputs and two classes, over the square from -1.5 to 1.5."""
        data, network = run.data, run.network
        cls.require(data.inputs.shape[1] == 2 and len(data.classes) == 2)
        fine, grid = plane(network, FINE, FINE), plane(network, GRID, GRID)
        return cls(
            fine.x,
            fine.y,
            fine.lead,
            points=data.inputs,
            labels=data.labels,
            grid=GridAnswers(grid.x, grid.y, grid.lead),
            names=data.feature_names,
            output=network.output,
            title=cls.title_of(run, language),
            language=language,
        )

    def _draw(self, ax: "Axes") -> None:
        region = RegionArtist(ax, self.x, self.y, self.names, self.output)
        if self.points is not None and self.labels is not None:
            region.mark_points(self.points, self.labels)
        region.update(self.field)
        if self.grid is not None:
            region.update_grid(self.grid.x, self.grid.y, self.grid.field)
        finish_bar(ax.figure.colorbar(region.image, ax=ax, shrink=0.85), {self.output}, self.language)
        region_legend(ax, self.language)
        ax.set_title(self.title)
