"""The losses of several runs in one picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from koubai.locale import sentence
from koubai.pictures.artists.loss_axis import axis_label, set_limits, set_scale, shown_steps
from koubai.pictures.artists.part_curves import STYLES, Stroke
from koubai.pictures.display import AxesDisplay, Floats, frozen_array
from koubai.pictures.theme import BLUE, INK, ORANGE, shortened, write_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from koubai.experiment import Run

COLOURS = (BLUE, ORANGE, "#cc79a7", "#009e73", "#56b4e9", INK)  # of the runs, in this order
MARKERS = ("o", "s", "^")  # of the first four runs, the next four, the last; so no two of twelve look alike without colour
MARKS = 8  # along the curve of a run after the fourth
NAME_ROOM, NAME_SIZE = 170.0, 9.5  # points: the width and the size of a run's name


@dataclass(frozen=True, eq=False, repr=False)
class LossesDisplay(AxesDisplay):
    """The losses of several runs, up to twelve.

    Where the smallest loss is less than a hundredth of the largest the scale is logarithmic; where losses of 0 are among them
    it goes on to 0.

    Attributes:
        curves: The losses of every run, each (steps + 1,).
        names: What the runs are called.
        loss: What the losses are, "cross-entropy" or "squared"; None where not all are the same.

    >>> ax = LossesDisplay([np.array([1.0, 0.5]), np.array([1.0, 0.001])], names=["slow", "fast"]).plot()
    >>> ax.get_yscale()
    'log'
    """

    size = (9.2, 4.5)

    curves: Sequence[Floats]
    names: Sequence[str]
    loss: str | None = "cross-entropy"

    def __post_init__(self) -> None:
        object.__setattr__(self, "curves", tuple(frozen_array(curve, np.float64) for curve in self.curves))

    @classmethod
    def from_runs(cls, runs: "Sequence[Run]", names: Sequence[str], language: str = "en") -> Self:
        """The losses of any runs.

        Args:
            runs: The runs, in the order of the legend.
            names: What they are called.
            language: The language of titles and labels.
        """
        losses = {run.experiment.problem.loss for run in runs}
        title = sentence("compare-losses-title", language, runs=len(runs))
        loss = losses.pop() if len(losses) == 1 else None
        return cls([run.losses for run in runs], names, loss, title=title, language=language)

    def _draw(self, ax: "Axes") -> None:
        last = max(len(losses) for losses in self.curves) - 1
        handles = [_draw_run(ax, number, losses, last) for number, losses in enumerate(self.curves)]
        set_limits(ax, max(float(losses.max()) for losses in self.curves), last)
        label = self.say(f"picture-loss-{self.loss}" if self.loss else "picture-loss")
        logarithmic = set_scale(ax, np.concatenate(self.curves))
        ax.set(xlabel=self.say("picture-step"), ylabel=axis_label(label, logarithmic, self.language))
        ax.set_title(self.title, parse_math=False)
        _name_runs(ax, handles, self.names)


def _draw_run(ax: "Axes", number: int, losses: Floats, last: int) -> "Line2D":
    """The curve of a run, with a mark where it ends. Returns what stands for it in the legend."""
    from matplotlib.lines import Line2D

    shown = shown_steps(losses)
    marker = MARKERS[number // len(STYLES) % len(MARKERS)]
    has_marks = number >= len(STYLES)
    places = (np.arange(MARKS) + (number % len(STYLES) + 0.5) / len(STYLES)) * last / MARKS if has_marks else np.zeros(0)
    before_end = places[places < shown[-1] - 0.4 * last / MARKS]  # so that they keep away from the mark at the end
    marks = np.searchsorted(shown, [*before_end, shown[-1]])
    above = 2 + number % len(STYLES) / 10  # dashes over solid lines: of two equal curves both are seen
    stroke = _stroke(number)
    ax.plot(shown, losses[shown], marker=marker, markevery=marks.tolist(), zorder=above, **stroke)
    return Line2D([], [], marker=marker if has_marks else "", **stroke)


class _MarkedStroke(Stroke):
    markersize: float
    markeredgecolor: str
    markeredgewidth: float


def _stroke(number: int) -> _MarkedStroke:
    """The stroke of the curve of run ``number``."""
    return {
        "color": COLOURS[number % len(COLOURS)],
        "linestyle": STYLES[number % len(STYLES)],
        "linewidth": 1.8,
        "dash_capstyle": "butt",
        "markersize": 5,
        "markeredgecolor": "white",
        "markeredgewidth": 0.7,
    }


def _name_runs(ax: "Axes", handles: "Sequence[Line2D]", names: Sequence[str]) -> None:
    """The legend, right of the axes. Names are texts as they are: neither a $ nor a _ in front means anything in them."""
    labels = [shortened(name, NAME_ROOM, NAME_SIZE) for name in names]
    legend = ax.legend(
        handles=list(handles),
        labels=[str(number) for number in range(len(labels))],
        loc="upper left",
        bbox_to_anchor=(1.02, 1.0),
        borderaxespad=0.0,
        fontsize=NAME_SIZE,
        handlelength=4.0,
        labelspacing=0.7,
    )
    write_names(legend.get_texts(), labels)
