"""The film of a regression with one feature: the curve over the data, one frame a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from koubai.pictures.artists.curve import CurveArtist, curve_limits, curve_marks, fewer_points
from koubai.pictures.display import Floats, freeze_arrays
from koubai.pictures.feature_curve import FeatureCurve
from koubai.pictures.films.artist_tracks import CurveTrack
from koubai.pictures.films.canvas import FilmCanvas
from koubai.pictures.films.data_film import DataFilm, training_curves
from koubai.pictures.films.film import MOST_FRAMES, thinned_records

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from koubai.experiment import Run


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class CurveFilm(DataFilm):
    """The film of a regression with one feature.

    Attributes:
        x: (n,), the feature, ascending.
        values: (k, n), what is predicted at every record.
        points: (p,), the feature of the data; at most 3000 are drawn, evenly thinned.
        targets: (p,), the true values.
        names: Of the feature and of the target.

    >>> import koubai as kb
    >>> data = kb.data.Dataset.from_arrays([[0.0], [1.0]], [0.5, 2.0], task="regress")
    >>> CurveFilm.from_run(kb.train(data, steps=1, record_every=1, hidden=(2,))).values.shape
    (2, 401)
    """

    x: Floats
    values: Floats
    points: Floats
    targets: Floats
    names: Sequence[str] = ("x", "y")

    def __post_init__(self) -> None:
        super().__post_init__()
        freeze_arrays(self, x=np.float64, values=None, points=np.float64, targets=np.float64)

    @classmethod
    def from_run(cls, run: "Run", language: str = "en", most: int = MOST_FRAMES) -> Self:
        """The film of a run that predicts one value from one feature, in the units of the data."""
        cls.require(FeatureCurve.shows(run), run, language)
        records, curve = thinned_records(run.records, most), FeatureCurve(run)
        return cls(
            **training_curves(run, records, language),
            x=curve.x,
            values=np.stack([curve.values(step.parameters) for step in records]),
            points=curve.points,
            targets=curve.targets,
            names=curve.names,
        )

    def add_answers(self, canvas: FilmCanvas, ax: "Axes") -> list[str]:
        """The data, and over it the curve."""
        curve = CurveArtist(ax, self.x, self.points, self.targets, self.names)
        ax.set_ylim(*curve_limits(self.values, self.targets))
        ax.legend(handles=curve_marks(self.language), loc="upper center", bbox_to_anchor=(0.5, -0.09), ncols=2)
        canvas.add(CurveTrack(curve, self.values))
        return fewer_points(len(curve.shown), self.points.size, self.language)
