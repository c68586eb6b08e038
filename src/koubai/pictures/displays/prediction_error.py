"""How well values are predicted: against the true ones, and what is missing."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike

from koubai.locale import sentence
from koubai.pictures.artists.curve import MOST_POINTS, fewer_points, limits_of
from koubai.pictures.data_names import target_names
from koubai.pictures.display import FigureDisplay, Floats, RunDisplay, freeze_arrays
from koubai.pictures.palette import thinned
from koubai.pictures.theme import BLUE, INK, QUIET, leave_room_above, new_figure, shortened, write_below

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from koubai.experiment import Run

MOST_OUTPUTS = 6
WIDTH, SIDE = 8.6, 3.7  # inches: of the figure, and the height of an output
DASHES = (0, (4.5, 1.6))


@dataclass(frozen=True, eq=False, repr=False)
class PredictionErrorDisplay(FigureDisplay, RunDisplay):
    """Predicted values against true ones, and beside it the residuals against the predicted values.

    There is a row of pictures for each output, up to six; of more than 3000 points evenly chosen ones are drawn. What is not
    finite is left out.

    Attributes:
        true: (p, outputs).
        predicted: (p, outputs).
        names: (outputs,).
        note: A small line below the title.

    >>> true = np.array([[1.0], [2.0], [3.0]])
    >>> figure = PredictionErrorDisplay(true, true + 0.1, names=["price"]).plot()
    >>> [ax.get_ylabel() for ax in figure.axes]
    ['predicted value', 'residual: true − predicted']
    """

    name = "fit"

    true: Floats
    predicted: Floats
    _: KW_ONLY
    names: Sequence[str]
    note: str = ""

    def __post_init__(self) -> None:
        freeze_arrays(self, true=np.float64, predicted=np.float64)

    @classmethod
    def from_run(cls, run: "Run", language: str = "en") -> Self:
        """The predictions of a run with values, for the rows that it is judged by, in the units of the data."""
        from koubai.experiment.metrics import values_of

        cls.require(run.data.task == "regress")
        part, scores = run.experiment.problem.parts[run.judged], run.scores().r2
        shown = [f"{r2:.3f}" if abs(r2) < 1e6 else f"{r2:.1e}" for r2 in ([] if scores is None else scores) if np.isfinite(r2)]
        return cls(
            values_of(part.targets, part),
            values_of(run.network.logits(part.inputs), part),
            names=target_names(part),
            note=sentence("picture-fit-note", language, r2=", ".join(shown)) if shown else "",
            title=cls.title_of(run, language),
            language=language,
        )

    @classmethod
    def from_predictions(
        cls, true: ArrayLike, predicted: ArrayLike, names: Sequence[str] = ("y",), *, title: str = "", language: str = "en"
    ) -> Self:
        """Any predictions.

        Args:
            true: (p,) or (p, outputs).
            predicted: Of the same shape.
            names: (outputs,), what the outputs are called.
            title: The line above the picture.
            language: The language of the labels.

        >>> PredictionErrorDisplay.from_predictions([1.0, 2.0], [1.5, 2.0]).predicted.shape
        (2, 1)
        """
        columns = [np.asarray(values, np.float64) for values in (true, predicted)]
        columns = [values[:, None] if values.ndim == 1 else values for values in columns]
        return cls(columns[0], columns[1], names=names, title=title, language=language)

    def _draw(self) -> "Figure":
        outputs = min(self.true.shape[1], MOST_OUTPUTS)
        head = (0.32 if self.title else 0.0) + (0.24 if self.note else 0.0)
        height = SIDE * outputs + head + 0.25
        figure = new_figure(WIDTH, height)
        leave_room_above(figure, head / height)
        axes = figure.subplots(outputs, 2, squeeze=False)
        shown = thinned(len(self.true), MOST_POINTS)
        for number, (left, right) in enumerate(axes):
            self._draw_output(left, right, self.true[shown, number], self.predicted[shown, number])
            left.set_title(shortened(self.names[number], 200, 11), fontsize=11, parse_math=False)
        self._write_head(figure, height)
        lines = fewer_points(len(shown), len(self.true), self.language)
        if outputs < self.true.shape[1]:
            lines.append(self.say("picture-fewer-outputs", shown=outputs, outputs=self.true.shape[1]))
        write_below(axes[-1, 0], lines)
        return figure

    def _write_head(self, figure: "Figure", height: float) -> None:
        """Title and note, in the inches that the pictures leave free at the top."""
        x, room = 0.15 / WIDTH, 72 * (WIDTH - 0.5)
        figure.text(x, 1 - 0.12 / height, shortened(self.title, room, 12), fontsize=12, va="top", parse_math=False)
        note = shortened(self.note, room, 9)
        figure.text(x, 1 - 0.36 / height, note, fontsize=9, color=QUIET, va="top", parse_math=False)

    def _draw_output(self, left: "Axes", right: "Axes", true: Floats, predicted: Floats) -> None:
        finite = np.isfinite(true) & np.isfinite(predicted)
        t, y = true[finite].astype(np.float64), predicted[finite].astype(np.float64)
        size = float(np.clip(4000 / max(1, len(t)), 5, 26))
        low, high = limits_of(np.concatenate([t, y]))
        left.plot([low, high], [low, high], color=INK, linewidth=1.0, linestyle=DASHES)
        left.set(xlim=(low, high), ylim=(low, high), aspect="equal")
        left.set(xlabel=self.say("picture-true-value"), ylabel=self.say("picture-predicted-value"))
        right.axhline(0, color=INK, linewidth=1.0, linestyle=DASHES)
        most = float(np.abs(t - y).max(initial=0.0)) or 1.0
        right.set(xlim=limits_of(y), ylim=(-1.1 * most, 1.1 * most))
        right.set(xlabel=self.say("picture-predicted-value"), ylabel=self.say("picture-residual"))
        for ax, across, up in ((left, t, y), (right, y, t - y)):
            ax.scatter(across, up, s=size, color=BLUE, alpha=0.65, linewidths=0, zorder=3)
            ax.grid(True)
            ax.set_axisbelow(True)
