"""What a network predicts from one feature, as a curve over the data."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from koubai.pictures.artists.curve import CurveArtist, curve_limits, curve_marks, fewer_points
from koubai.pictures.display import AxesDisplay, Floats, RunDisplay, freeze_arrays
from koubai.pictures.feature_curve import FeatureCurve
from koubai.pictures.theme import write_below, write_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from koubai.experiment import Run


@dataclass(frozen=True, eq=False, repr=False)
class RegressionCurveDisplay(AxesDisplay, RunDisplay):
    """A predicted value over one feature, and the data, evenly thinned to 3000 points if there are more.

    Attributes:
        x: (n,), the feature, ascending.
        values: (n,), what is predicted there.
        points: (p,), the feature of the data.
        targets: (p,), the true values of the data.
        names: Of the feature and of the target.
        note: A small line below the title.

    >>> x = np.linspace(0, 1, 5)
    >>> ax = RegressionCurveDisplay(x, x**2, points=x, targets=x, names=("time", "way")).plot()
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('time', 'way')
    """

    name = "curve"
    size = (7.8, 4.6)

    x: Floats
    values: Floats
    points: Floats
    targets: Floats
    _: KW_ONLY
    names: Sequence[str] = ("x", "y")
    note: str = ""

    def __post_init__(self) -> None:
        freeze_arrays(self, x=np.float64, values=np.float64, points=np.float64, targets=np.float64)

    @classmethod
    def from_run(cls, run: "Run", language: str = "en") -> Self:
        """The curve of a run that predicts one value from one feature, with all its rows, in the units of the data."""
        cls.require(FeatureCurve.shows(run))
        curve = FeatureCurve(run)
        return cls(
            curve.x,
            curve.values(run.network),
            curve.points,
            curve.targets,
            names=curve.names,
            title=cls.title_of(run, language),
            language=language,
        )

    def _draw(self, ax: "Axes") -> None:
        curve = CurveArtist(ax, self.x, self.points, self.targets, self.names)
        curve.update(self.values)
        ax.set_ylim(*curve_limits(self.values, self.targets))
        ax.legend(handles=curve_marks(self.language), loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0)
        write_title(ax, self.title, self.note)
        write_below(ax, fewer_points(len(curve.shown), self.points.size, self.language))
