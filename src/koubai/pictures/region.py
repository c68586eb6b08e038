"""The decision region: where in the plane a network answers which class."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from contourpy import contour_generator
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colorbar import Colorbar
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.theme import CLASS_COLOURS, CLASS_MARKERS, FIELD, INK, look, new_axes

BOUNDARY = {"softmax": "p = 0.5", "identity": "y(0) = y(1)"}  # where both classes are even
Grid = tuple[ArrayLike, ArrayLike, ArrayLike]  # x (i,), y (j,), and the field there (j, i)


class RegionDisplay:
    """A field of probability over the plane in ``ax``, with its boundary and marked grid points; ``update`` shows another.

    ``x`` (m,) and ``y`` (n,) are evenly spaced. The artists that change are ``moving``, the rest stays.
    """

    def __init__(
        self, ax: Axes, x: ArrayLike, y: ArrayLike, names: Sequence[str] = ("x1", "x2"), output: str = "softmax"
    ) -> None:
        self.points, self.clear = np.zeros((0, 2)), 0.35  # how far from them the boundary's label stays if it can
        self.output = output
        self.ax, self.x, self.y = ax, np.asarray(x, np.float64), np.asarray(y, np.float64)
        left, right, low, high = self.x[0], self.x[-1], self.y[0], self.y[-1]
        empty = np.full((2, 2), 0.5)
        extent = (left, right, low, high)
        self.image = ax.imshow(empty, extent=extent, origin="lower", cmap=FIELD, vmin=0, vmax=1, interpolation="bilinear")
        zero, one = CLASS_COLOURS
        self.zeros = ax.scatter([], [], s=1.5, color=zero, alpha=0.35, linewidths=0)
        self.ones = ax.scatter([], [], s=11, color=one, marker=CLASS_MARKERS[1], alpha=0.85, linewidths=0)
        self.boundary = LineCollection([], colors=INK, linewidths=1.6, zorder=3)
        ax.add_collection(self.boundary, autolim=False)
        paper = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.8}
        self.label = ax.text(0, 0, BOUNDARY[output], fontsize=9, ha="center", va="center", bbox=paper, zorder=3.5, clip_on=True)
        self.moving: list[Any] = [self.image, self.zeros, self.ones, self.boundary, self.label]
        ax.grid(True, alpha=0.5)
        ax.set_axisbelow(True)
        ax.set(xlim=(left, right), ylim=(low, high), xlabel=names[0], ylabel=names[1])
        ax.set_xticks(np.arange(left, right + 0.01, 0.5))
        ax.set_yticks(np.arange(low, high + 0.01, 0.5))

    def update(self, field: ArrayLike, grid: Grid | None = None) -> None:
        """Show ``field`` (n, m), the probability of class 1, and mark the points of ``grid`` where class 1 is answered."""
        values = np.clip(np.nan_to_num(np.asarray(field, np.float64), nan=0.5), 0, 1)
        self.image.set_data(values)
        lines = contour_generator(self.x, self.y, values).lines(0.5)
        self.boundary.set_segments([np.asarray(line) for line in lines])
        self._place_label([np.asarray(line) for line in lines])
        if grid is not None:
            points = np.stack([axis.ravel() for axis in np.meshgrid(np.asarray(grid[0]), np.asarray(grid[1]))], axis=1)
            one = np.asarray(grid[2]).ravel() > 0.5
            self.zeros.set_offsets(points[~one])
            self.ones.set_offsets(points[one])

    def _place_label(self, lines: list[NDArray[Any]]) -> None:
        """On the longest piece of the boundary, along it, away from its ends and from the data."""
        lengths = [np.hypot(*np.diff(line, axis=0).T).sum() for line in lines]
        self.label.set_visible(bool(lengths) and max(lengths) > 0.8)
        if not self.label.get_visible():
            return
        line = lines[int(np.argmax(lengths))]
        along = np.concatenate([[0.0], np.hypot(*np.diff(line, axis=0).T).cumsum()])
        places = [
            np.array([np.interp(along[-1] * at, along, line[:, axis]) for axis in (0, 1)]) for at in (0.5, 0.4, 0.6, 0.3, 0.7)
        ]
        far = [min((float(np.hypot(*(place - point))) for point in self.points), default=9.0) for place in places]
        middle = places[next((i for i, distance in enumerate(far) if distance > self.clear), int(np.argmax(far)))]
        self.label.set_visible(max(far) > 0.8 * self.clear)
        at = float(np.interp(np.hypot(*(line - middle).T).argmin(), np.arange(len(along)), along))
        ahead = np.array([np.interp(at + 0.02 * along[-1], along, line[:, axis]) for axis in (0, 1)])
        angle = np.degrees(np.arctan2(*(ahead - middle)[::-1]))
        self.label.set_position(tuple(middle))
        self.label.set_rotation((angle + 90) % 180 - 90)

    def mark_points(self, points: ArrayLike, labels: ArrayLike, *, size: float = 130.0) -> None:
        """The data: ``points`` (k, 2) with ``labels`` (k,), 0 or 1; ``size`` in square points, less if they are many."""
        where, which = np.asarray(points), np.asarray(labels)
        self.points = where
        size *= min(1.0, 32 / max(1, len(where)))
        edge = 1.8 * (size / 130) ** 0.5
        for label, (colour, marker) in enumerate(zip(CLASS_COLOURS, CLASS_MARKERS, strict=True)):
            x, y = where[which == label].T
            self.ax.scatter(x, y, s=size, color=colour, marker=marker, edgecolors="white", linewidths=edge, zorder=4)


def draw_region(
    x: ArrayLike,
    y: ArrayLike,
    field: ArrayLike,
    *,
    points: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    grid: Grid | None = None,
    title: str = "",
    names: Sequence[str] = ("x1", "x2"),
    output: str = "softmax",
    ax: Axes | None = None,
    language: str = "en",
) -> Axes:
    """Draw a field of probability over the plane, with its boundary at 0.5.

    ``x`` (m,) and ``y`` (n,), evenly spaced; ``field`` (n, m): the probability of class 1. ``points`` (k, 2) with ``labels``
    (k,), 0 or 1: the data. ``grid``: x (i,), y (j,) and field (j, i) of points to be marked where class 1 is answered.
    ``output``: "identity" where the field is the lead of class 1 and no probability. Returns the axes, ``ax`` or new ones.
    """
    with look():
        ax = ax if ax is not None else new_axes(6.4, 5.4)
        display = RegionDisplay(ax, x, y, names, output)
        if points is not None and labels is not None:
            display.mark_points(points, labels)
        display.update(field, grid)
        bar = ax.figure.colorbar(display.image, ax=ax, shrink=0.85)
        finish_bar(bar, {output}, language)
        region_legend(ax, language)
        ax.set_title(title)
    return ax


def region_legend(ax: Axes, language: str, *, below: float = -0.11) -> None:
    """What the marks mean, below the axes."""
    handles = [*class_marks(language), _mark(CLASS_COLOURS[1], CLASS_MARKERS[1], 3.5, "picture-answers-1", language)]
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, below), ncols=3, columnspacing=1.4, handletextpad=0.3)


def class_marks(language: str) -> list[Line2D]:
    """The marks of both classes' data, for a legend."""
    keys = ("picture-class-0", "picture-class-1")
    return [_mark(*kind, language) for kind in zip(CLASS_COLOURS, CLASS_MARKERS, (9.0, 9.0), keys, strict=True)]


def _mark(colour: str, marker: str, size: float, key: str, language: str) -> Line2D:
    return Line2D([], [], linestyle="", marker=marker, color=colour, markersize=size, label=sentence(key, language))


def finish_bar(bar: Colorbar, outputs: set[str], language: str) -> None:
    """Ticks and a label for a bar that belongs to fields of these ``outputs``."""
    bar.set_ticks([0, 0.25, 0.5, 0.75, 1])
    bar.set_label(sentence(f"picture-{min(outputs)}" if len(outputs) == 1 else "picture-outputs", language))
    bar.outline.set_visible(False)
