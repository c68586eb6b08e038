"""The film of a training on data with classes: their regions in a plane, one frame a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from koubai.pictures.artists.class_regions import ClassRegionsArtist, legend_below, reading_notes
from koubai.pictures.data_plane import DataPlane
from koubai.pictures.display import Floats, Integers, freeze_arrays
from koubai.pictures.films.artist_tracks import ClassRegionsTrack
from koubai.pictures.films.canvas import FilmCanvas
from koubai.pictures.films.data_film import DataFilm, training_curves
from koubai.pictures.films.film import MOST_FRAMES, thinned_records

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from koubai.experiment import Run

RESOLUTION = 121  # places along either axis of the plane


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ClassFilm(DataFilm):
    """The film of a classification.

    Attributes:
        x: (n,), evenly spaced.
        y: (m,), evenly spaced.
        answers: (k, m, n), the number of the class answered at every (x, y), row by row from the lowest y.
        confidence: (k, m, n), its probability. About 120 points along either axis are enough.
        points: (p, 2), the data in that plane; at most 3000 are drawn, evenly thinned.
        labels: (p,), numbers of classes.
        classes: The names of all classes, two or more.
        names: Of the two axes (features or principal components).

    >>> import koubai as kb
    >>> film = ClassFilm.from_run(kb.train("moons", steps=1, record_every=1, hidden=(2,)))
    >>> film.answers.shape, film.names
    ((2, 121, 121), ('x1', 'x2'))
    """

    x: Floats
    y: Floats
    answers: Integers
    confidence: Floats
    points: Floats
    labels: Integers
    classes: Sequence[str]
    names: Sequence[str] = ("x1", "x2")

    def __post_init__(self) -> None:
        super().__post_init__()
        freeze_arrays(self, x=np.float64, y=np.float64, answers=None, confidence=None, points=np.float64, labels=np.int64)

    @staticmethod
    def shows(run: "Run") -> bool:
        """Whether a run has classes, and features that span a plane."""
        return run.data.task == "classify" and run.data.inputs.shape[1] > 1

    @classmethod
    def from_run(cls, run: "Run", language: str = "en", most: int = MOST_FRAMES) -> Self:
        """The film of a run with classes and two features or more: of more, in the plane of the principal components."""
        cls.require(cls.shows(run), run, language)
        records, plane = thinned_records(run.records, most), DataPlane(run, RESOLUTION)
        answers, confidence = zip(*(plane.answers(step.parameters) for step in records), strict=True)
        x, y = plane.axes
        return cls(
            **training_curves(run, records, language),
            x=x,
            y=y,
            answers=np.stack(answers),
            confidence=np.stack(confidence),
            points=plane.points,
            labels=plane.labels,
            classes=[str(label) for label in run.data.classes],
            names=plane.names(language),
        )

    def add_answers(self, canvas: FilmCanvas, ax: "Axes") -> list[str]:
        """The regions, and over them the data."""
        regions = ClassRegionsArtist(ax, self.x, self.y, self.names, len(self.classes))
        ax.set_anchor("N")
        drawn = regions.mark_points(self.points, self.labels)
        legend_below(ax, self.classes, self.language, below=-0.09 if canvas.wide else -0.085)
        points = [artist for artist in ax.collections if artist not in regions.moving]
        canvas.add(ClassRegionsTrack(regions, self.answers, self.confidence), above=points)
        return reading_notes(drawn, len(self.points), self.language)
