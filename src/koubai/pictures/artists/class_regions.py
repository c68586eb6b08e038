"""The regions of two or more classes in a plane, their boundaries, the data, and what the marks mean."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.palette import colour_of, edge_of, marker_of, shaded, thinned
from koubai.pictures.theme import INK, figure_of, shortened, width_of, write_names

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

MOST_POINTS = 3000  # that are drawn: more could not be told apart
MOST_NAMES = 12  # of classes in the legend
NAME_ROOM, NAME_SIZE, LABEL_SIZE = 120.0, 9.5, 10.0  # points
LABEL_ROOM = 250.0  # points, of an axis's name
LEAST_LEAD = 0.05  # of an answer over all others
SMOOTHED = 60  # points along an axis for each pass of the smoothing
FEW, ROUNDS = 500, 4  # more points than that are drawn in rounds, so that no class lies on top of all others


class ClassRegionsArtist:
    """Answers over the plane in ``ax``, with boundaries and points; ``update`` shows others.

    Attributes:
        x: (n,), evenly spaced.
        y: (m,), evenly spaced.
        moving: The artists that ``update`` changes, the rest stays.
    """

    def __init__(self, ax: "Axes", x: ArrayLike, y: ArrayLike, names: Sequence[str], classes: int) -> None:
        from matplotlib.collections import LineCollection

        self.ax, self.x, self.y, self.classes = ax, np.asarray(x, np.float64), np.asarray(y, np.float64), classes
        left, right, low, high = self.x[0], self.x[-1], self.y[0], self.y[-1]
        half = (right - left) / (len(self.x) - 1) / 2, (high - low) / (len(self.y) - 1) / 2
        extent = (left - half[0], right + half[0], low - half[1], high + half[1])
        empty = np.full((len(self.y), len(self.x), 3), 255, np.uint8)
        alike = 0.5 <= (right - left) / (high - low) <= 2  # numbers of one kind on both axes, or else of any
        self.image = ax.imshow(
            empty, extent=extent, origin="lower", interpolation="bilinear", aspect="equal" if alike else "auto"
        )
        self.boundaries = LineCollection([], colors=INK, linewidths=1.0, alpha=0.75, zorder=3)
        ax.add_collection(self.boundaries, autolim=False)
        self.moving: list[Artist] = [self.image, self.boundaries]
        ax.grid(True, alpha=0.5)
        ax.set_axisbelow(True)
        ax.set(xlim=(left, right), ylim=(low, high))
        ax.set_xlabel(shortened(names[0], LABEL_ROOM, LABEL_SIZE), parse_math=False)
        ax.set_ylabel(shortened(names[1], LABEL_ROOM, LABEL_SIZE), parse_math=False)

    def update(self, answers: NDArray[np.integer], confidence: NDArray[np.floating]) -> None:
        """Show ``answers`` (m, n), numbers of classes, and the ``confidence`` (m, n) of each, its probability."""
        from contourpy import contour_generator

        self.image.set_data(shaded(answers, confidence, self.classes))
        fields = boundary_fields(answers, confidence, self.classes)
        lines = [line for field in fields for line in contour_generator(self.x, self.y, field).lines(0.5)]
        self.boundaries.set_segments([np.asarray(line, np.float64) for line in lines])

    def mark_points(self, points: ArrayLike, labels: ArrayLike, wrong: ArrayLike | None = None) -> int:
        """Mark the data: ``points`` (p, 2) with ``labels`` (p,), and rings around those that are ``wrong`` (p,).

        Returns:
            How many are drawn.
        """
        positions, classes = np.asarray(points, np.float64), np.asarray(labels)
        shown = thinned(len(positions), MOST_POINTS, classes)
        size = float(np.clip(6000 / max(1, len(shown)), 12, 55))
        edge = 0.12 * size**0.5
        rounds = ROUNDS if len(shown) > FEW else 1
        for part in range(rounds):
            for number in np.unique(classes[shown]):
                x, y = positions[shown[classes[shown] == number][part::rounds]].T
                colour, marker, edges = colour_of(number), marker_of(number), edge_of(number)
                self.ax.scatter(x, y, s=size, linewidths=edge, zorder=4, color=colour, marker=marker, edgecolors=edges)
        if wrong is not None:
            x, y = positions[shown[np.asarray(wrong, bool)[shown]]].T
            width = 0.5 + 0.06 * size**0.5
            self.ax.scatter(x, y, s=2.2 * size + 10, zorder=4.5, facecolors="none", edgecolors=INK, linewidths=width)
        return len(shown)


def boundary_fields(answers: NDArray[np.integer], confidence: NDArray[np.floating], classes: int) -> list[NDArray[np.float64]]:
    """Fields (m, n) that are 0.5 where the answer changes, one for each class but one.

    Of two classes it is the probability of class 1. Of more only the probability of the answer is known: what it is above a
    half is how far its class leads, nearly so where no third class is likely, and elsewhere the steps of the grid are rounded.
    """
    if classes == 2:
        return [np.nan_to_num(np.where(answers == 1, confidence, 1 - confidence).astype(np.float64), nan=0.5)]
    lead = np.maximum(np.nan_to_num(2 * confidence.astype(np.float64) - 1, nan=0.0), LEAST_LEAD)
    return [0.5 + _smoothed(np.where(answers == number, lead, -lead)) / 2 for number in np.unique(answers)[:-1]]


def _smoothed(field: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is linear stays as it is, but at the edges."""
    for _ in ("down", "across"):
        for _ in range(max(1, len(field) // SMOOTHED)):
            padded = np.pad(field, ((1, 1), (0, 0)), mode="edge")
            field = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
        field = field.T
    return field


def reading_notes(drawn: int, points: int, language: str) -> list[str]:
    """What must be known to read such a picture."""
    fewer = [sentence("picture-fewer-points", language, shown=drawn, points=points)] if drawn < points else []
    return [sentence("picture-paler", language), *fewer]


def legend_beside(ax: "Axes", classes: Sequence[str], language: str, *, wrong: bool = False) -> None:
    """What the marks mean, right of the axes: up to twelve names, and how many more there are."""
    from matplotlib.lines import Line2D

    names = [shortened(name, NAME_ROOM, NAME_SIZE) for name in classes[:MOST_NAMES]]
    handles, labels = _entries(names, MOST_NAMES, len(classes), language)
    if wrong:
        ring = Line2D([], [], linestyle="", marker="o", markerfacecolor="none", markeredgecolor=INK, markersize=10)
        handles.append(ring)
        labels.append(sentence("picture-wrong", language))
    legend = ax.legend(
        handles,
        _numbers(labels),
        fontsize=NAME_SIZE,
        handletextpad=0.3,
        labelspacing=0.6,
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        borderaxespad=0.0,
    )
    write_names(legend.get_texts(), labels)


def legend_below(ax: "Axes", classes: Sequence[str], language: str, *, below: float) -> None:
    """The same below the axes, in at most three rows as long as the axes are wide."""
    width = 72 * figure_of(ax).get_figwidth() * ax.get_position().width
    names = [shortened(name, NAME_ROOM, NAME_SIZE) for name in classes[:MOST_NAMES]]
    columns = int(np.clip(width // (max(width_of(name, NAME_SIZE) for name in names) + 25), 1, MOST_NAMES))
    handles, labels = _entries(names, min(MOST_NAMES, 3 * columns), len(classes), language)
    rows = -(-len(labels) // columns)
    legend = ax.legend(
        handles,
        _numbers(labels),
        fontsize=NAME_SIZE,
        handletextpad=0.3,
        columnspacing=1.2,
        handlelength=1.0,
        loc="upper center",
        bbox_to_anchor=(0.5, below),
        ncols=-(-len(labels) // rows),
    )
    write_names(legend.get_texts(), labels)


def _numbers(labels: Sequence[str]) -> list[str]:
    """What stands for the labels until they are written: in matplotlib a _ in front would hide an entry."""
    return [str(number) for number in range(len(labels))]


def _entries(names: Sequence[str], most: int, classes: int, language: str) -> "tuple[list[Line2D], list[str]]":
    """Marks and names of a legend with ``most`` entries: if there are more classes the last says how many."""
    from matplotlib.lines import Line2D

    if classes <= most:
        return [_mark(number) for number in range(classes)], list(names)
    more = sentence("picture-more-classes", language, count=classes - most + 1)
    return [*(_mark(number) for number in range(most - 1)), Line2D([], [], linestyle="")], [*names[: most - 1], more]


def _mark(number: int) -> "Line2D":
    """The mark of class ``number``, for a legend."""
    from matplotlib.lines import Line2D

    return Line2D(
        [],
        [],
        linestyle="",
        markeredgewidth=0.7,
        markersize=7.5,
        marker=marker_of(number),
        color=colour_of(number),
        markeredgecolor=edge_of(number),
    )
