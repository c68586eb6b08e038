"""Films of a training on data: what the network answers, the loss, and the accuracy, one frame a record."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from koubai.locale import sentence
from koubai.pictures.film_canvas import TITLE_SIZE, LossTrack, PartTrack, Stage
from koubai.pictures.history import place_accuracy
from koubai.pictures.multiclass_regions import ClassDisplay, class_notes, legend_below
from koubai.pictures.regression import CurveDisplay, curve_legend, curve_limits, fewer_points
from koubai.pictures.theme import BLUE, QUIET, shortened, width_of


@dataclass(frozen=True, eq=False, kw_only=True)
class _Course:
    data: str
    numbers: NDArray[np.int64]
    losses: NDArray[np.float64]
    validation: NDArray[np.float64] | None = None
    accuracy: Mapping[str, NDArray[np.float64]] | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class ClassReel(_Course):
    """What the film of a classification shows: k records, of the steps ``numbers`` (k,).

    - ``data``: its name.
    - ``losses`` (steps + 1,): of all steps, as in a Run; or at least up to the last of ``numbers``.
    - ``x`` (n,), ``y`` (m,): a grid over a plane, evenly spaced; ``names``: of its two axes (features or principal components).
    - ``answers`` (k, m, n), uint8: the number of the class answered at every (x, y), row by row from the lowest y;
      ``confidence`` (k, m, n), float32: its probability. About 120 points along either axis are enough.
    - ``points`` (p, 2) in that plane with ``labels`` (p,), numbers of classes; at most 3000 are drawn, evenly thinned.
    - ``classes``: the names of all classes, two or more.
    - ``validation`` (k,): the loss of the validation rows, if there are any.
    - ``accuracy``: from "train", "validation" or "test" to the accuracies (k,), between 0 and 1.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    answers: NDArray[np.integer[Any]]
    confidence: NDArray[np.floating[Any]]
    points: NDArray[np.float64]
    labels: NDArray[np.integer[Any]]
    classes: Sequence[Any]
    names: Sequence[str] = ("x1", "x2")

    def stage(self, size: tuple[int, int], language: str) -> Stage:
        """Where the film is drawn."""
        return ClassStage(self, size, language)


@dataclass(frozen=True, eq=False, kw_only=True)
class CurveReel(_Course):
    """What the film of a regression with one feature shows: k records, of the steps ``numbers`` (k,).

    ``data``, ``losses`` and ``validation`` as in ClassReel. ``x`` (n,), ascending, with ``values`` (k, n): what is predicted at
    every record. ``points`` (p,) with ``targets`` (p,): the data. ``names``: of the feature and of the target.
    """

    x: NDArray[np.float64]
    values: NDArray[np.floating[Any]]
    points: NDArray[np.float64]
    targets: NDArray[np.float64]
    names: Sequence[str] = ("x", "y")

    def stage(self, size: tuple[int, int], language: str) -> Stage:
        """Where the film is drawn."""
        return CurveStage(self, size, language)


class _DataStage(Stage):
    """Right, or below, the loss, and the accuracy if it is known."""

    reel: _Course

    @property
    def left(self) -> float:
        """Where the axes and all texts begin, as a share of the width."""
        return 0.075 if self.wide else 0.13

    def build(self) -> None:
        left = (self.left, 0.21, 0.4, 0.68) if self.wide else (self.left, 0.545, 0.83, 0.39)
        self.title = self.title_at(left[0])
        ax = self.figure.add_axes(left)
        self.build_answers(ax)
        ax.ticklabel_format(axis="y", scilimits=(-2, 4))  # no numbers longer than there is room for
        upper, lower = self._places()
        self._build_loss(self.figure.add_axes(upper))
        if self.reel.accuracy:
            self._build_accuracy(self.figure.add_axes(lower), self.reel.accuracy)

    @abstractmethod
    def build_answers(self, ax: Axes) -> None:
        """Put what the network answers into ``ax``."""

    @abstractmethod
    def update_answers(self, at: int) -> None:
        """Let it show record ``at``."""

    def write_notes(self, notes: Sequence[str]) -> None:
        """Small, at the foot of the figure."""
        self.figure.text(self.left, 0.022 if self.wide else 0.015, "  ".join(notes), fontsize=9, color=QUIET, va="center")

    def _places(self) -> tuple[tuple[float, float, float, float], tuple[float, float, float, float]]:
        if self.wide:
            return ((0.57, 0.55, 0.4, 0.34) if self.reel.accuracy else (0.57, 0.21, 0.4, 0.68)), (0.57, 0.1, 0.4, 0.3)
        return ((0.13, 0.265, 0.83, 0.14) if self.reel.accuracy else (0.13, 0.09, 0.83, 0.315)), (0.13, 0.07, 0.83, 0.12)

    def _build_loss(self, ax: Axes) -> None:
        reel = self.reel
        self.loss = LossTrack(ax, reel.losses, self.language, () if reel.validation is None else reel.validation)
        self.loss.now.set_color(BLUE)  # as its curve, not as that of the validation rows
        self.moving += self.loss.moving
        self.parts: list[PartTrack] = []
        if reel.validation is not None:
            self._add(PartTrack(ax, reel.numbers, {"validation": reel.validation}, "{:.4f}", self.language))

    def _build_accuracy(self, ax: Axes, accuracy: Mapping[str, NDArray[np.float64]]) -> None:
        track = PartTrack(ax, self.reel.numbers, accuracy, "{:.1%}", self.language)
        place_accuracy(ax, accuracy)
        ax.set_xlim(self.loss.limits)
        ax.set_title(sentence("picture-accuracy", self.language), fontsize=10, pad=4)
        ax.set_xlabel(sentence("picture-step", self.language))
        self._add(track)

    def _add(self, track: PartTrack) -> None:
        self.parts.append(track)
        self.moving += track.moving

    def update(self, at: int) -> None:
        reel, number = self.reel, int(self.reel.numbers[at])
        told = {"step": number, "last": int(reel.numbers[-1]), "loss": f"{reel.losses[number]:.4f}"}
        room = 72 * self.figure.get_figwidth() * (0.98 - self.left) - width_of(self._title(data="", **told), TITLE_SIZE)
        self.title.set_text(self._title(data=shortened(reel.data, room, TITLE_SIZE), **told))
        self.loss.update(number)
        for part in self.parts:
            part.update(at)
        self.update_answers(at)

    def _title(self, **values: Any) -> str:
        return sentence("film-title", self.language, **values)


class ClassStage(_DataStage):
    """The stage of a ClassReel."""

    def __init__(self, reel: ClassReel, size: tuple[int, int], language: str) -> None:
        self.reel: ClassReel = reel
        super().__init__(size, language)

    def build_answers(self, ax: Axes) -> None:
        """The regions, and over them the data."""
        reel = self.reel
        self.display = ClassDisplay(ax, reel.x, reel.y, reel.names, len(reel.classes))
        ax.set_anchor("N")
        drawn = self.display.mark_points(reel.points, reel.labels)
        legend_below(ax, reel.classes, self.language, below=-0.09 if self.wide else -0.085)
        self.write_notes(class_notes(drawn, len(reel.points), self.language))
        self.move(ax, self.display.moving)

    def update_answers(self, at: int) -> None:
        """The regions of record ``at``."""
        self.display.update(self.reel.answers[at], self.reel.confidence[at])


class CurveStage(_DataStage):
    """The stage of a CurveReel."""

    def __init__(self, reel: CurveReel, size: tuple[int, int], language: str) -> None:
        self.reel: CurveReel = reel
        super().__init__(size, language)

    def build_answers(self, ax: Axes) -> None:
        """The data, and over it the curve."""
        reel = self.reel
        self.display = CurveDisplay(ax, reel.x, reel.points, reel.targets, reel.names)
        ax.set_ylim(*curve_limits(reel.values, reel.targets))
        curve_legend(ax, self.language, loc="upper center", bbox_to_anchor=(0.5, -0.09), ncols=2)
        self.write_notes(fewer_points(len(self.display.shown), np.size(reel.points), self.language))
        self.moving += self.display.moving

    def update_answers(self, at: int) -> None:
        """The curve of record ``at``."""
        self.display.update(self.reel.values[at])
