"""Every hidden unit's line in the plane: where its pre-activation is 0 (a ReLU begins there), with an arrow to its side."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from koubai.core.projection import FINE, plane
from koubai.pictures.artists.region import RegionArtist
from koubai.pictures.display import AxesDisplay, Floats, Integers, RunDisplay, freeze_arrays
from koubai.pictures.theme import INK, SIGN_COLOURS, SIGN_STYLES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from koubai.experiment import Run

MOST_UNITS = 16  # whose lines are drawn: more could not be told apart
ARROW = 0.22  # its length


@dataclass(frozen=True, eq=False, repr=False)
class HiddenUnitsDisplay(AxesDisplay, RunDisplay):
    """The lines of the first hidden layer over the decision region.

    Of more than 16 units the strongest are drawn. Units whose line misses the square are named below.

    Attributes:
        weights: (2, units), from the two inputs.
        bias: (units,).
        vote: (units,), above zero where a unit speaks for class 1 by its weights to the next layer; it colours the line.
        x: (m,), evenly spaced.
        y: (n,), evenly spaced.
        field: (n, m), the probability of class 1.
        points: (k, 2), the data.
        labels: (k,), the classes of the points, 0 or 1.
        names: Of the two axes.

    >>> x = np.linspace(-1.5, 1.5, 7)
    >>> region = {"x": x, "y": x, "field": np.full((7, 7), 0.5), "points": np.zeros((1, 2)), "labels": np.array([0])}
    >>> units = HiddenUnitsDisplay(np.array([[1.0], [0.0]]), np.array([-0.5]), vote=np.array([1.0]), **region)
    >>> units.plot().lines[0].get_xdata().tolist()
    [0.5, 0.5]
    """

    name = "units"
    size = (6.4, 5.7)

    weights: Floats
    bias: Floats
    vote: Floats
    _: KW_ONLY
    x: Floats
    y: Floats
    field: Floats
    points: Floats
    labels: Integers
    names: Sequence[str] = ("x1", "x2")

    def __post_init__(self) -> None:
        freeze_arrays(self, weights=np.float64, bias=np.float64, vote=np.float64, x=np.float64, y=np.float64, field=None)
        freeze_arrays(self, points=np.float64, labels=None)

    @staticmethod
    def shows(run: "Run") -> bool:
        """Whether a run has two inputs, two classes and a hidden layer."""
        return run.data.inputs.shape[1] == 2 and len(run.data.classes) == 2 and len(run.network.layers) > 1

    @classmethod
    def from_run(cls, run: "Run", language: str = "en") -> Self:
        """The units of a run with two inputs, two classes and a hidden layer."""
        cls.require(cls.shows(run))
        data, fine = run.data, plane(run.network, FINE, FINE)
        first, second = run.network.layers[:2]
        return cls(
            first.weights,
            first.bias,
            second.weights[:, -1] - second.weights[:, 0],
            x=fine.x,
            y=fine.y,
            field=fine.lead,
            points=data.inputs,
            labels=data.labels,
            names=data.feature_names,
            title=cls.title_of(run, language),
            language=language,
        )

    def _draw(self, ax: "Axes") -> None:
        region = RegionArtist(ax, self.x, self.y, self.names)
        region.update(self.field)
        region.image.set_alpha(0.45)
        region.boundary.set_alpha(0.35)
        region.label.set_visible(False)
        region.mark_points(self.points, self.labels)
        strength = np.abs(self.vote) * np.hypot(*self.weights)
        strongest = sorted(np.argsort(-strength, kind="stable")[:MOST_UNITS].tolist())
        outside = [unit for unit in strongest if not self._draw_line(ax, unit)]
        ax.set_title(self.title)
        self._write_legend(ax, outside)

    def _draw_line(self, ax: "Axes", unit: int) -> bool:
        """Draw the line of ``unit``, if it goes through the square. Returns whether it does."""
        weights = self.weights[:, unit]
        ends = line_ends(weights, float(self.bias[unit]), self.x[[0, -1]], self.y[[0, -1]])
        if ends is None:
            return False
        sign, number = int(self.vote[unit] > 0), unit + 1
        colour, style = SIGN_COLOURS[sign], SIGN_STYLES[sign]
        ax.plot(*ends.T, color=colour, linestyle=style, linewidth=1.8, zorder=3)
        foot = ends[0] + (0.3 + 0.4 * (number % 7) / 7) * (ends[1] - ends[0])  # spread, so that names don't meet
        tip = foot + ARROW * weights / np.hypot(*weights)
        arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", tip, foot, arrowprops=arrow)
        paper = {"facecolor": "white", "edgecolor": colour, "boxstyle": "circle,pad=0.2", "linewidth": 0.9}
        ax.text(foot[0], foot[1], str(number), fontsize=7.5, ha="center", va="center", color=INK, bbox=paper, zorder=3.6)
        return True

    def _write_legend(self, ax: "Axes", outside: Sequence[int]) -> None:
        from matplotlib.lines import Line2D

        handles = [
            Line2D([], [], color=SIGN_COLOURS[sign], linestyle=SIGN_STYLES[sign], linewidth=2, label=self.say(key))
            for sign, key in ((1, "picture-for-1"), (0, "picture-for-0"))
        ]
        handles.append(Line2D([], [], color=INK, marker=">", linestyle="", label=self.say("picture-active-side")))
        ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=3, columnspacing=1.2)
        notes = []
        if len(self.bias) > MOST_UNITS:
            notes.append(self.say("picture-strongest-units", shown=MOST_UNITS, units=len(self.bias)))
        if outside:
            notes.append(self.say("picture-missing-units", units=", ".join(str(unit + 1) for unit in outside)))
        if notes:
            ax.text(0.5, -0.2, "\n".join(notes), transform=ax.transAxes, ha="center", va="top", fontsize=9)


def line_ends(
    weights: NDArray[np.floating], bias: float, x: NDArray[np.floating], y: NDArray[np.floating]
) -> NDArray[np.float64] | None:
    """Where the line w·(x, y) + b = 0 enters and leaves a rectangle.

    Args:
        weights: (2,), w.
        bias: b.
        x: (2,), the left and the right end of the rectangle.
        y: (2,), the lower and the upper end.

    Returns:
        Both ends, (2, 2), each as (x, y); None where the line passes by.
    """
    crossings = []
    weights = np.where(np.abs(weights) < 1e-300, 0, weights)  # so that a quotient stays a number
    for axis, (sides, span) in enumerate(((x, y), (y, x))):
        if weights[1 - axis] != 0:
            for side in sides:
                across = -(bias + weights[axis] * side) / weights[1 - axis]
                inside = float(np.clip(across, span[0], span[1]))
                if abs(across - inside) <= 1e-12 * (span[1] - span[0]):  # a line through a corner may miss it by rounding
                    crossings.append((side, inside) if axis == 0 else (inside, side))
    if len(crossings) < 2:
        return None
    points = np.array(crossings, np.float64)
    farthest = max(range(1, len(points)), key=lambda i: float(np.hypot(*(points[i] - points[0]))))
    return points[[0, farthest]] if np.hypot(*(points[farthest] - points[0])) > 1e-9 else None
