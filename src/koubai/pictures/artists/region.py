"""A field of probability over the plane, its boundary, and the data over it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.theme import CLASS_COLOURS, CLASS_MARKERS, INK, class_colormap, label_colorbar

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.lines import Line2D

BOUNDARY = {"softmax": "p = 0.5", "identity": "y(0) = y(1)"}  # where both classes are even
LABEL_SHARES = (0.5, 0.4, 0.6, 0.3, 0.7)  # of a boundary's length, where its label may stand, the best first

Line = NDArray[np.float64]  # (points, 2)


class RegionArtist:
    """A field of probability over the plane in ``ax``, with its boundary and marked grid points; ``update`` shows another.

    Attributes:
        x: (m,), evenly spaced.
        y: (n,), evenly spaced.
        moving: The artists that ``update`` changes, the rest stays.
    """

    def __init__(
        self, ax: "Axes", x: ArrayLike, y: ArrayLike, names: Sequence[str] = ("x1", "x2"), output: str = "softmax"
    ) -> None:
        from matplotlib.collections import LineCollection

        self.points, self.label_distance = np.zeros((0, 2)), 0.35  # how far from them the boundary's label stays if it can
        self.output = output
        self.ax, self.x, self.y = ax, np.asarray(x, np.float64), np.asarray(y, np.float64)
        left, right, low, high = self.x[0], self.x[-1], self.y[0], self.y[-1]
        empty = np.full((2, 2), 0.5)
        extent = (left, right, low, high)
        colours = class_colormap()
        self.image = ax.imshow(empty, extent=extent, origin="lower", cmap=colours, vmin=0, vmax=1, interpolation="bilinear")
        zero, one = CLASS_COLOURS
        self.zeros = ax.scatter([], [], s=1.5, color=zero, alpha=0.35, linewidths=0)
        self.ones = ax.scatter([], [], s=11, color=one, marker=CLASS_MARKERS[1], alpha=0.85, linewidths=0)
        self.boundary = LineCollection([], colors=INK, linewidths=1.6, zorder=3)
        ax.add_collection(self.boundary, autolim=False)
        paper = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.8}
        self.label = ax.text(0, 0, BOUNDARY[output], fontsize=9, ha="center", va="center", bbox=paper, zorder=3.5, clip_on=True)
        self.moving: list[Artist] = [self.image, self.zeros, self.ones, self.boundary, self.label]
        ax.grid(True, alpha=0.5)
        ax.set_axisbelow(True)
        ax.set(xlim=(left, right), ylim=(low, high), xlabel=names[0], ylabel=names[1])
        ax.set_xticks(np.arange(left, right + 0.01, 0.5))
        ax.set_yticks(np.arange(low, high + 0.01, 0.5))

    def update(self, field: ArrayLike) -> None:
        """Show ``field`` (n, m), the probability of class 1."""
        from contourpy import contour_generator

        values = np.clip(np.nan_to_num(np.asarray(field, np.float64), nan=0.5), 0, 1)
        self.image.set_data(values)
        lines = [np.asarray(line, np.float64) for line in contour_generator(self.x, self.y, values).lines(0.5)]
        self.boundary.set_segments(lines)
        self._place_label(lines)

    def update_grid(self, x: ArrayLike, y: ArrayLike, field: ArrayLike) -> None:
        """Mark the points of a grid, ``x`` (i,) and ``y`` (j,), where ``field`` (j, i) answers class 1, and those where not."""
        points = np.stack([axis.ravel() for axis in np.meshgrid(np.asarray(x), np.asarray(y))], axis=1)
        one = np.asarray(field).ravel() > 0.5
        self.zeros.set_offsets(points[~one])
        self.ones.set_offsets(points[one])

    def _place_label(self, lines: Sequence[Line]) -> None:
        """On the longest piece of the boundary, along it, away from its ends and from the data."""
        lengths = [float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in lines]
        self.label.set_visible(bool(lengths) and max(lengths) > 0.8)
        if not self.label.get_visible():
            return
        line = lines[int(np.argmax(lengths))]
        along = np.concatenate([[0.0], np.hypot(*np.diff(line, axis=0).T).cumsum()])
        candidates = [_point_along(line, along, along[-1] * share) for share in LABEL_SHARES]
        distances = [
            min((float(np.hypot(*(candidate - point))) for point in self.points), default=9.0) for candidate in candidates
        ]
        best = next((i for i, distance in enumerate(distances) if distance > self.label_distance), int(np.argmax(distances)))
        middle = candidates[best]
        self.label.set_visible(max(distances) > 0.8 * self.label_distance)
        nearest = float(np.interp(np.hypot(*(line - middle).T).argmin(), np.arange(len(along)), along))
        ahead = _point_along(line, along, nearest + 0.02 * along[-1])
        angle = float(np.degrees(np.arctan2(*(ahead - middle)[::-1])))
        self.label.set_position((middle[0], middle[1]))
        self.label.set_rotation((angle + 90) % 180 - 90)

    def mark_points(self, points: ArrayLike, labels: ArrayLike, *, size: float = 130.0) -> None:
        """The data: ``points`` (k, 2) with ``labels`` (k,), 0 or 1; ``size`` in square points, less if they are many."""
        positions, classes = np.asarray(points), np.asarray(labels)
        self.points = positions
        size *= min(1.0, 32 / max(1, len(positions)))
        edge = 1.8 * (size / 130) ** 0.5
        for label, (colour, marker) in enumerate(zip(CLASS_COLOURS, CLASS_MARKERS, strict=True)):
            x, y = positions[classes == label].T
            self.ax.scatter(x, y, s=size, color=colour, marker=marker, edgecolors="white", linewidths=edge, zorder=4)


def _point_along(line: Line, along: NDArray[np.float64], distance: float) -> NDArray[np.float64]:
    """The point of a line that is ``distance`` from its beginning; ``along`` (points,) are the distances of its own points."""
    return np.array([np.interp(distance, along, line[:, axis]) for axis in (0, 1)])


def region_legend(ax: "Axes", language: str, *, below: float = -0.11) -> None:
    """What the marks mean, below the axes."""
    handles = [*class_marks(language), _mark(CLASS_COLOURS[1], CLASS_MARKERS[1], 3.5, "picture-answers-1", language)]
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, below), ncols=3, columnspacing=1.4, handletextpad=0.3)


def class_marks(language: str) -> "list[Line2D]":
    """The marks of both classes' data, for a legend."""
    keys = ("picture-class-0", "picture-class-1")
    return [_mark(*kind, language) for kind in zip(CLASS_COLOURS, CLASS_MARKERS, (9.0, 9.0), keys, strict=True)]


def _mark(colour: str, marker: str, size: float, key: str, language: str) -> "Line2D":
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="", marker=marker, color=colour, markersize=size, label=sentence(key, language))


def finish_bar(bar: "Colorbar", outputs: set[str], language: str) -> None:
    """Ticks and a label for a bar that belongs to fields of these ``outputs``."""
    bar.set_ticks([0, 0.25, 0.5, 0.75, 1])
    label_colorbar(bar, sentence(f"picture-{min(outputs)}" if len(outputs) == 1 else "picture-outputs", language))
