"""A curve over one feature, and the data."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.palette import thinned
from koubai.pictures.theme import BLUE, ORANGE, shortened

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

MOST_POINTS = 3000


class CurveArtist:
    """A curve over one feature in ``ax``, over points; ``update`` shows another.

    Attributes:
        x: (n,), ascending.
        shown: The numbers of the points that are drawn.
        moving: The artists that ``update`` changes, the rest stays.
    """

    def __init__(self, ax: "Axes", x: ArrayLike, points: ArrayLike, targets: ArrayLike, names: Sequence[str]) -> None:
        self.x = np.asarray(x, np.float64)
        places, values = np.asarray(points, np.float64).ravel(), np.asarray(targets, np.float64).ravel()
        self.shown = thinned(len(places), MOST_POINTS)
        size = float(np.clip(4000 / max(1, len(self.shown)), 6, 34))
        ax.scatter(
            places[self.shown],
            values[self.shown],
            s=size,
            color=BLUE,
            alpha=0.7,
            linewidths=0.3,
            edgecolors="white",
            zorder=2,
        )
        (self.curve,) = ax.plot([], [], color=ORANGE, linewidth=2.2, zorder=4)
        self.moving: list[Artist] = [self.curve]
        ax.grid(True)
        ax.set_axisbelow(True)
        ax.set(xlim=(self.x[0], self.x[-1]) if self.x[0] < self.x[-1] else limits_of(self.x))
        ax.set_xlabel(shortened(names[0], 280, 10), parse_math=False)
        ax.set_ylabel(shortened(names[1], 220, 10), parse_math=False)

    def update(self, values: ArrayLike) -> None:
        """Show ``values`` (n,) of the curve."""
        self.curve.set_data(self.x, np.asarray(values, np.float64))


def limits_of(values: NDArray[np.float64]) -> tuple[float, float]:
    """A little more than all of ``values``, and never nothing."""
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    spare = 0.05 * (high - low) or 0.5 * (abs(high) or 1.0)
    return low - spare, high + spare


def curve_limits(values: ArrayLike, targets: ArrayLike) -> tuple[float, float]:
    """Heights between which the curve and the data lie; a curve that leaves the data far behind is cut off."""
    data = np.asarray(targets, np.float64).ravel()
    curve = np.asarray(values, np.float64).ravel()
    low, high = limits_of(data[np.isfinite(data)])
    span = high - low
    finite = curve[np.isfinite(curve)]
    ends = [low + 0.05 * span, high - 0.05 * span]
    return limits_of(np.clip(np.concatenate([ends, finite]), low - span / 2, high + span / 2))


def curve_marks(language: str) -> "list[Line2D]":
    """What stands for the curve and for the data in a legend."""
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color=ORANGE, linewidth=2.2, label=sentence("picture-curve", language)),
        Line2D([], [], color=BLUE, marker="o", linestyle="", markersize=5.5, label=sentence("picture-data", language)),
    ]


def fewer_points(shown: int, points: int, language: str) -> list[str]:
    """What is said where not all points are drawn."""
    return [sentence("picture-fewer-points", language, shown=shown, points=points)] if shown < points else []
