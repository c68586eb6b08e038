"""How well values are predicted: against the true ones, and as a curve over one feature."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.palette import thinned
from koubai.pictures.theme import BLUE, INK, ORANGE, QUIET, look, new_axes, new_figure, shortened, write_below, write_title

MOST_POINTS = 3000
MOST_OUTPUTS = 6
WIDTH, SIDE = 8.6, 3.7  # inches: of the figure, and the height of an output


def draw_fit(
    true: ArrayLike, predicted: ArrayLike, *, names: Sequence[str], title: str = "", note: str = "", language: str = "en"
) -> Figure:
    """Draw ``predicted`` against ``true``, both (p,) or (p, outputs), and beside it what is missing against ``predicted``.

    ``names`` (outputs,). A row of pictures for each output, up to six; of more than 3000 points evenly chosen ones. What is not
    finite is left out. Returns the figure.
    """
    with look():
        t, y = (_columned(values) for values in (true, predicted))
        outputs = min(t.shape[1], MOST_OUTPUTS)
        head = (0.32 if title else 0.0) + (0.24 if note else 0.0)
        height = SIDE * outputs + head + 0.25
        figure = new_figure(WIDTH, height)
        engine: Any = figure.get_layout_engine()
        engine.set(rect=(0, 0, 1, 1 - head / height))
        grid = figure.subplots(outputs, 2, squeeze=False)
        shown = thinned(len(t), MOST_POINTS)
        for number, (left, right) in enumerate(grid):
            _draw_output(left, right, t[shown, number], y[shown, number], str(names[number]), language)
        _head(figure, title, note, height)
        lines = fewer_points(len(shown), len(t), language)
        if outputs < t.shape[1]:
            lines.append(sentence("picture-fewer-outputs", language, shown=outputs, outputs=t.shape[1]))
        write_below(grid[-1, 0], lines)
    return figure


def _columned(values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values, np.float64)
    return array[:, None] if array.ndim == 1 else array


def _head(figure: Figure, title: str, note: str, height: float) -> None:
    """Title and note, in the inches that the pictures leave free at the top."""
    texts: dict[str, Any] = {"x": 0.15 / WIDTH, "va": "top", "parse_math": False}
    figure.text(y=1 - 0.12 / height, s=shortened(title, 72 * (WIDTH - 0.5), 12), fontsize=12, **texts)
    figure.text(y=1 - 0.36 / height, s=shortened(note, 72 * (WIDTH - 0.5), 9), fontsize=9, color=QUIET, **texts)


def _draw_output(
    left: Axes, right: Axes, true: NDArray[np.float64], predicted: NDArray[np.float64], name: str, language: str
) -> None:
    good = np.isfinite(true) & np.isfinite(predicted)
    t, y = true[good], predicted[good]
    size = float(np.clip(4000 / max(1, len(t)), 5, 26))
    dots: dict[str, Any] = {"s": size, "color": BLUE, "alpha": 0.65, "linewidths": 0, "zorder": 3}
    low, high = _limits(np.concatenate([t, y]))
    left.plot([low, high], [low, high], color=INK, linewidth=1.0, linestyle=(0, (4.5, 1.6)))
    left.scatter(t, y, **dots)
    left.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    left.set(xlabel=sentence("picture-true-value", language), ylabel=sentence("picture-predicted-value", language))
    right.axhline(0, color=INK, linewidth=1.0, linestyle=(0, (4.5, 1.6)))
    right.scatter(y, t - y, **dots)
    most = float(np.abs(t - y).max(initial=0.0)) or 1.0
    right.set(xlim=_limits(y), ylim=(-1.1 * most, 1.1 * most))
    right.set(xlabel=sentence("picture-predicted-value", language), ylabel=sentence("picture-residual", language))
    left.set_title(shortened(name, 200, 11), fontsize=11, parse_math=False)
    for ax in (left, right):
        ax.grid(True)
        ax.set_axisbelow(True)


def _limits(values: NDArray[np.float64]) -> tuple[float, float]:
    """A little more than all of ``values``, and never nothing."""
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    spare = 0.05 * (high - low) or 0.5 * (abs(high) or 1.0)
    return low - spare, high + spare


class CurveDisplay:
    """A curve over one feature in ``ax``, over points; ``update`` shows another. ``moving`` is what changes."""

    def __init__(self, ax: Axes, x: ArrayLike, points: ArrayLike, targets: ArrayLike, names: Sequence[str]) -> None:
        self.x = np.asarray(x, np.float64)
        where, values = np.asarray(points, np.float64).ravel(), np.asarray(targets, np.float64).ravel()
        self.shown = thinned(len(where), MOST_POINTS)
        size = float(np.clip(4000 / max(1, len(self.shown)), 6, 34))
        at, value = where[self.shown], values[self.shown]
        ax.scatter(at, value, s=size, color=BLUE, alpha=0.7, linewidths=0.3, edgecolors="white", zorder=2)
        (self.curve,) = ax.plot([], [], color=ORANGE, linewidth=2.2, zorder=4)
        self.moving: list[Any] = [self.curve]
        ax.grid(True)
        ax.set_axisbelow(True)
        ax.set(xlim=(self.x[0], self.x[-1]) if self.x[0] < self.x[-1] else _limits(self.x))
        ax.set_xlabel(shortened(names[0], 280, 10), parse_math=False)
        ax.set_ylabel(shortened(names[1], 220, 10), parse_math=False)

    def update(self, values: ArrayLike) -> None:
        """Show ``values`` (n,) of the curve."""
        self.curve.set_data(self.x, np.asarray(values, np.float64))


def draw_curve(
    x: ArrayLike,
    values: ArrayLike,
    points: ArrayLike,
    targets: ArrayLike,
    *,
    names: Sequence[str] = ("x", "y"),
    title: str = "",
    note: str = "",
    ax: Axes | None = None,
    language: str = "en",
) -> Axes:
    """Draw what a network predicts from one feature: ``values`` (n,) over ``x`` (n,), ascending.

    ``points`` (p,) with ``targets`` (p,): the data, evenly thinned to 3000 if there are more. ``names``: of the feature and the
    target. Returns the axes, ``ax`` or new ones.
    """
    with look():
        ax = ax if ax is not None else new_axes(7.8, 4.6)
        display = CurveDisplay(ax, x, points, targets, names)
        display.update(values)
        ax.set_ylim(*curve_limits(values, targets))
        curve_legend(ax, language)
        write_title(ax, title, note)
        write_below(ax, fewer_points(len(display.shown), np.size(points), language))
    return ax


def fewer_points(shown: int, points: int, language: str) -> list[str]:
    """What is said where not all points are drawn."""
    return [sentence("picture-fewer-points", language, shown=shown, points=points)] if shown < points else []


def curve_limits(values: ArrayLike, targets: ArrayLike) -> tuple[float, float]:
    """Heights between which the curve and the data lie; a curve that leaves the data far behind is cut off."""
    data = np.asarray(targets, np.float64).ravel()
    curve = np.asarray(values, np.float64).ravel()
    low, high = _limits(data[np.isfinite(data)])
    span = high - low
    seen = curve[np.isfinite(curve)]
    return _limits(np.clip(np.concatenate([[low + 0.05 * span, high - 0.05 * span], seen]), low - span / 2, high + span / 2))


def curve_legend(ax: Axes, language: str, **place: Any) -> None:
    """What is the curve, and what the data."""
    handles = [
        Line2D([], [], color=ORANGE, linewidth=2.2, label=sentence("picture-curve", language)),
        Line2D([], [], color=BLUE, marker="o", linestyle="", markersize=5.5, label=sentence("picture-data", language)),
    ]
    ax.legend(handles=handles, **(place or {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "borderaxespad": 0.0}))
