"""What changes from frame to frame in a film: titles, losses, answers, weights."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.artists.part_curves import part_stroke
from koubai.pictures.theme import BLUE, FAINT, INK, ORANGE, shortened, width_of

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from koubai.pictures.films.canvas import FilmCanvas

TITLE_SIZE = 14.0  # points
CURVE_POINTS = 1000  # of a loss curve that are drawn

Floats = NDArray[np.floating]
Integers = NDArray[np.integer]


class TitleTrack:
    """The line above a film: its data, and the step and the loss of the record.

    Args:
        canvas: Where it is written.
        left: Where it begins, as a share of the width.
        data: The name of the data, which is shortened so that the line ends within the figure.
        numbers: (k,), the steps of the records.
        losses: (steps + 1,).
        language: Of the sentence.
    """

    def __init__(self, canvas: "FilmCanvas", left: float, data: str, numbers: Integers, losses: Floats, language: str) -> None:
        height = 0.955 if canvas.wide else 0.972
        self.text = canvas.figure.text(left, height, "", fontsize=TITLE_SIZE, va="center", color=INK, parse_math=False)
        self.room = 72 * canvas.figure.get_figwidth() * (0.98 - left)
        self.data, self.numbers, self.losses, self.language = data, numbers, losses, language
        self.moving: list[Artist] = [self.text]

    def update(self, record: int) -> None:
        """Show the step and the loss of ``record``."""
        room = self.room - width_of(self._line("", record), TITLE_SIZE)
        self.text.set_text(self._line(shortened(self.data, room, TITLE_SIZE), record))

    def _line(self, data: str, record: int) -> str:
        number, last = int(self.numbers[record]), int(self.numbers[-1])
        loss = f"{self.losses[number]:.4f}"
        return sentence("film-title", self.language, data=data, step=number, last=last, loss=loss)


class LossTrack:
    """The loss of every step in ``ax``, pale, and over it up to the record that is shown.

    Args:
        ax: Where it is drawn.
        numbers: (k,), the steps of the records.
        losses: (steps + 1,).
        language: Of the labels.
        further: Other losses for which there must be room.
        mark: The colour of the mark at the record.
    """

    def __init__(
        self,
        ax: "Axes",
        numbers: Integers,
        losses: Floats,
        language: str,
        *,
        further: ArrayLike = (),
        mark: str = ORANGE,
    ) -> None:
        self.numbers, self.losses = numbers, losses
        shown = _evenly(len(losses) - 1)
        ax.plot(shown, losses[shown], color=FAINT, linewidth=1.0, alpha=0.6)
        (self.curve,) = ax.plot([], [], color=BLUE, linewidth=2.0)
        (self.now,) = ax.plot([], [], "o", color=mark, markersize=6)
        ax.grid(True)
        known = np.concatenate([losses, np.asarray(further, np.float64)])
        ax.set_ylim(0, 1.08 * max(float(known[np.isfinite(known)].max(initial=0)), 1e-12))
        ax.set_xlim(-0.03 * max(1, len(losses) - 1), 1.03 * max(1, len(losses) - 1))
        ax.set_title(sentence("picture-loss", language), fontsize=10, pad=4)
        ax.set_xlabel(sentence("picture-step", language))
        self.moving: list[Artist] = [self.curve, self.now]

    def update(self, record: int) -> None:
        """Show the losses up to ``record``."""
        number = int(self.numbers[record])
        shown = _evenly(number)
        self.curve.set_data(shown, self.losses[shown])
        self.now.set_data([number], [self.losses[number]])


def _evenly(last: int) -> NDArray[np.int64]:
    """At most a thousand steps from 0 to ``last``."""
    return np.unique(np.linspace(0, last, CURVE_POINTS).astype(int))


class PartTrack:
    """What was measured at the records on parts of the data, as curves in ``ax`` and in words above it.

    Args:
        ax: Where it is drawn.
        numbers: (k,), the steps of the records.
        curves: From "train", "validation" or "test" to the values (k,).
        form: How a value is written, as in "{:.1%}".
        language: Of the words.
    """

    def __init__(self, ax: "Axes", numbers: Integers, curves: Mapping[str, ArrayLike], form: str, language: str) -> None:
        self.numbers, self.form, self.language = numbers, form, language
        self.curves = {part: np.asarray(curve, np.float64) for part, curve in reversed(list(curves.items()))}
        self.lines, self.texts, self.dots = [], [], []
        for number, (part, curve) in enumerate(self.curves.items()):
            stroke = part_stroke(part)
            ax.plot(numbers, curve, color=FAINT, linewidth=1.0, alpha=0.6, linestyle=stroke["linestyle"])
            self.lines += ax.plot([], [], **stroke)
            self.dots += ax.plot([], [], "o", color=stroke["color"], markersize=5)
            text = ax.annotate(
                "",
                (1, 1),
                xytext=(-115 * number, 4),
                fontsize=10,
                color=stroke["color"],
                xycoords="axes fraction",
                textcoords="offset points",
                ha="right",
            )
            self.texts.append(text)
        self.moving: list[Artist] = [*self.lines, *self.dots, *self.texts]

    def update(self, record: int) -> None:
        """Show the values up to ``record``."""
        for (part, curve), line, dot, text in zip(self.curves.items(), self.lines, self.dots, self.texts, strict=True):
            line.set_data(self.numbers[: record + 1], curve[: record + 1])
            dot.set_data([self.numbers[record]], [curve[record]])
            name, share = sentence(f"picture-part-{part}", self.language), self.form.format(curve[record])
            text.set_text(sentence("picture-part-share", self.language, part=name, share=share))


class AnswersTrack:
    """The answers to some rows of a truth table, each with a sign that says whether it is right.

    Args:
        ax: Where they are written.
        inputs: (rows, features), the rows that are written.
        labels: (rows,), their classes.
        answers: (k, all rows), the probability of class 1 at every record.
        classes: The names of both classes.
    """

    def __init__(self, ax: "Axes", inputs: Floats, labels: Integers, answers: Floats, classes: Sequence[str]) -> None:
        self.inputs, self.labels, self.answers, self.classes = inputs, labels, answers, classes
        self.lines = [ax.text(0, 0.86 - 0.25 * row, "", fontsize=11, transform=ax.transAxes) for row in range(len(inputs))]
        self.moving: list[Artist] = [*self.lines]

    def update(self, record: int) -> None:
        """Show the answers of ``record``."""
        for line, inputs, label, answer in zip(self.lines, self.inputs, self.labels, self.answers[record], strict=False):
            right = (answer > 0.5) == (label == 1)
            values = " ".join(f"{value:g}" for value in inputs)
            line.set_text(f"{values}  →  {self.classes[int(answer > 0.5)]}  {'✓' if right else '✗'}")
            line.set_color(INK if right else ORANGE)


class RightAnswersTrack:
    """How many rows are answered right.

    Args:
        ax: Where it is written.
        labels: (rows,), the classes.
        answers: (k, rows), the probability of class 1 at every record.
        language: Of the words.
    """

    def __init__(self, ax: "Axes", labels: Integers, answers: Floats, language: str) -> None:
        self.labels, self.answers, self.language = labels, answers, language
        self.text = ax.text(0, 0.6, "", fontsize=11, transform=ax.transAxes)
        self.moving: list[Artist] = [self.text]

    def update(self, record: int) -> None:
        """Show how many are right at ``record``."""
        right = (self.answers[record] > 0.5) == (self.labels == 1)
        self.text.set_text(sentence("progress-right", self.language, right=int(right.sum()), rows=len(right)))
