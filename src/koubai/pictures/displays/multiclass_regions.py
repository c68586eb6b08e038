"""Decision regions of any number of classes: which class a network answers where in a plane, and how surely."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from koubai.pictures.artists.class_regions import ClassRegionsArtist, legend_beside, reading_notes
from koubai.pictures.data_plane import DataPlane
from koubai.pictures.display import AxesDisplay, Booleans, Floats, Integers, RunDisplay, freeze_arrays
from koubai.pictures.theme import write_below, write_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from koubai.experiment import Run

RESOLUTION = 241  # places along either axis of the plane


@dataclass(frozen=True, eq=False, repr=False)
class MulticlassRegionsDisplay(AxesDisplay, RunDisplay):
    """The decision regions of two or more classes in a plane.

    Attributes:
        x: (n,), evenly spaced.
        y: (m,), evenly spaced.
        answers: (m, n), the number of the class that is answered at every (x, y), row by row from the lowest y.
        confidence: (m, n), its probability; the lower, the paler.
        points: (p, 2), the data; evenly thinned to 3000 if there are more.
        labels: (p,), numbers of classes.
        classes: The names of all classes.
        wrong: (p,), which points get rings.
        names: Of the two axes.
        note: A small line below the title.

    >>> x = np.linspace(-1, 1, 9)
    >>> answers = np.tile(np.arange(9) // 3, (9, 1))
    >>> regions = MulticlassRegionsDisplay(x, x, answers, answers / 8 + 0.5, np.zeros((1, 2)), np.array([1]), classes="abc")
    >>> [text.get_text() for text in regions.plot().get_legend().get_texts()]
    ['a', 'b', 'c']
    """

    name = "classes"
    size = (7.6, 5.8)

    x: Floats
    y: Floats
    answers: Integers
    confidence: Floats
    points: Floats
    labels: Integers
    _: KW_ONLY
    classes: Sequence[str]
    wrong: Booleans | None = None
    names: Sequence[str] = ("x1", "x2")
    note: str = ""

    def __post_init__(self) -> None:
        freeze_arrays(self, x=np.float64, y=np.float64, answers=None, confidence=None, points=np.float64)
        freeze_arrays(self, labels=np.int64, wrong=np.bool_)

    @classmethod
    def from_run(cls, run: "Run", language: str = "en") -> Self:
        """The regions of a run with classes and two features or more: of more, in the plane of the principal components."""
        cls.require(run.data.task == "classify" and run.data.inputs.shape[1] > 1)
        plane = DataPlane(run, RESOLUTION)
        return cls(
            *plane.axes,
            *plane.answers(run.network),
            plane.points,
            plane.labels,
            classes=[str(label) for label in run.data.classes],
            wrong=plane.wrong,
            names=plane.names(language),
            note=plane.note(language),
            title=cls.title_of(run, language),
            language=language,
        )

    def _draw(self, ax: "Axes") -> None:
        regions = ClassRegionsArtist(ax, self.x, self.y, self.names, len(self.classes))
        regions.update(self.answers, self.confidence)
        drawn = regions.mark_points(self.points, self.labels, self.wrong)
        any_wrong = self.wrong is not None and bool(self.wrong.any())
        legend_beside(ax, self.classes, self.language, wrong=any_wrong)
        write_title(ax, self.title, self.note)
        write_below(ax, reading_notes(drawn, len(self.points), self.language))
