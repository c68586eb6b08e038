"""What the films of a training on data have in common: the loss, and the accuracy if it is known, beside the answers."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from koubai.locale import sentence
from koubai.pictures.artists.part_curves import set_accuracy_limits
from koubai.pictures.data_names import dataset_name
from koubai.pictures.display import Floats, Integers, freeze_arrays, frozen_curves
from koubai.pictures.films.canvas import Box, FilmCanvas
from koubai.pictures.films.film import Film
from koubai.pictures.films.tracks import LossTrack, PartTrack, TitleTrack
from koubai.pictures.theme import BLUE, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from koubai.core.training import Step
    from koubai.experiment import Run


class TrainingCurves(TypedDict):
    """The fields of a DataFilm, of the records of a run."""

    data: str
    numbers: Integers
    losses: Floats
    language: str
    validation: Floats | None
    accuracy: Mapping[str, Floats]


def training_curves(run: "Run", records: "Sequence[Step]", language: str) -> TrainingCurves:
    """What the film of a run shows of its training at ``records``: on the validation rows, if there are any."""
    from koubai.experiment.metrics import accuracy_on, loss_on

    part, loss = run.experiment.problem.validation, run.experiment.problem.loss or ""
    accuracy: dict[str, Floats] = {}
    if part is not None and part.task == "classify":
        accuracy["validation"] = np.array([accuracy_on(step.parameters, part) for step in records])
    return {
        "data": dataset_name(run.data, language),
        "numbers": np.array([step.number for step in records]),
        "losses": run.losses,
        "language": language,
        "validation": None if part is None else np.array([loss_on(step.parameters, part, loss) for step in records]),
        "accuracy": accuracy,
    }


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class DataFilm(Film):
    """The film of a training on data.

    Attributes:
        validation: (k,), the loss of the validation rows, if there are any.
        accuracy: From "train", "validation" or "test" to the accuracies (k,), between 0 and 1; empty where none is known.
    """

    validation: Floats | None = None
    accuracy: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        freeze_arrays(self, validation=np.float64)
        object.__setattr__(self, "accuracy", frozen_curves(self.accuracy))

    def canvas(self, size: tuple[int, int]) -> FilmCanvas:
        """Left, or above, the answers; right, or below, the loss, and the accuracy if it is known."""
        canvas = FilmCanvas(size)
        left = 0.075 if canvas.wide else 0.13  # where the axes and all texts begin
        canvas.add(TitleTrack(canvas, left, self.data, self.numbers, self.losses, self.language))
        ax = canvas.add_axes((left, 0.21, 0.4, 0.68) if canvas.wide else (left, 0.545, 0.83, 0.39))
        notes = self.add_answers(canvas, ax)
        height = 0.022 if canvas.wide else 0.015
        canvas.figure.text(left, height, "  ".join(notes), fontsize=9, color=QUIET, va="center")
        ax.ticklabel_format(axis="y", scilimits=(-2, 4))  # no numbers longer than there is room for
        upper, lower = self._curve_boxes(canvas.wide)
        losses = canvas.add_axes(upper)
        self._add_loss(canvas, losses)
        if self.accuracy:
            self._add_accuracy(canvas, canvas.add_axes(lower), losses.get_xlim())
        return canvas

    @abstractmethod
    def add_answers(self, canvas: FilmCanvas, ax: "Axes") -> list[str]:
        """Put what the network answers into ``ax``. Returns what must be said of it at the foot of the film."""

    def _curve_boxes(self, wide: bool) -> tuple[Box, Box]:
        """Where the loss and the accuracy are."""
        if wide:
            return ((0.57, 0.55, 0.4, 0.34) if self.accuracy else (0.57, 0.21, 0.4, 0.68)), (0.57, 0.1, 0.4, 0.3)
        return ((0.13, 0.265, 0.83, 0.14) if self.accuracy else (0.13, 0.09, 0.83, 0.315)), (0.13, 0.07, 0.83, 0.12)

    def _add_loss(self, canvas: FilmCanvas, ax: "Axes") -> None:
        validation: Floats = np.zeros(0) if self.validation is None else self.validation
        loss = LossTrack(ax, self.numbers, self.losses, self.language, further=validation, mark=BLUE)
        canvas.add(loss)
        if self.validation is not None:
            canvas.add(PartTrack(ax, self.numbers, {"validation": self.validation}, "{:.4f}", self.language))

    def _add_accuracy(self, canvas: FilmCanvas, ax: "Axes", limits: tuple[float, float]) -> None:
        track = PartTrack(ax, self.numbers, self.accuracy, "{:.1%}", self.language)
        set_accuracy_limits(ax, self.accuracy)
        ax.set_xlim(limits)
        ax.set_title(sentence("picture-accuracy", self.language), fontsize=10, pad=4)
        ax.set_xlabel(sentence("picture-step", self.language))
        canvas.add(track)
