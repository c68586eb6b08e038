"""Decision regions of any number of classes: which class a network answers where in a plane, and how surely."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from contourpy import contour_generator
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.palette import colour_of, edge_of, marker_of, shaded, thinned
from koubai.pictures.theme import INK, look, new_axes, shortened, width_of, write_below, write_names, write_title

MOST_POINTS = 3000  # that are drawn: more could not be told apart
MOST_NAMES = 12  # of classes in the legend
NAME_ROOM, NAME_SIZE, LABEL_SIZE = 120.0, 9.5, 10.0  # points
LEAST_LEAD = 0.05  # of an answer over all others
SMOOTHED = 60  # points along an axis for each pass of the smoothing
FEW, ROUNDS = 500, 4  # more points than that are drawn in rounds, so that no class lies on top of all others


class ClassDisplay:
    """Answers over the plane in ``ax``, with boundaries and points; ``update`` shows others.

    ``x`` (n,) and ``y`` (m,) are evenly spaced. The artists that change are ``moving``, the rest stays.
    """

    def __init__(self, ax: Axes, x: ArrayLike, y: ArrayLike, names: Sequence[str], classes: int) -> None:
        self.ax, self.x, self.y, self.classes = ax, np.asarray(x, np.float64), np.asarray(y, np.float64), classes
        left, right, low, high = self.x[0], self.x[-1], self.y[0], self.y[-1]
        half = (right - left) / (len(self.x) - 1) / 2, (high - low) / (len(self.y) - 1) / 2
        extent = (left - half[0], right + half[0], low - half[1], high + half[1])
        empty = np.full((len(self.y), len(self.x), 3), 255, np.uint8)
        aspect: Any = "equal" if 0.5 <= (right - left) / (high - low) <= 2 else "auto"  # of like numbers, or else of any
        self.image = ax.imshow(empty, extent=extent, origin="lower", interpolation="bilinear", aspect=aspect)
        self.boundaries = LineCollection([], colors=INK, linewidths=1.0, alpha=0.75, zorder=3)
        ax.add_collection(self.boundaries, autolim=False)
        self.moving: list[Any] = [self.image, self.boundaries]
        ax.grid(True, alpha=0.5)
        ax.set_axisbelow(True)
        ax.set(xlim=(left, right), ylim=(low, high))
        room = 250.0
        ax.set_xlabel(shortened(names[0], room, LABEL_SIZE), parse_math=False)
        ax.set_ylabel(shortened(names[1], room, LABEL_SIZE), parse_math=False)

    def update(self, answers: ArrayLike, confidence: ArrayLike) -> None:
        """Show ``answers`` (m, n), numbers of classes, and the ``confidence`` (m, n) of each, its probability."""
        which, sure = np.asarray(answers), np.asarray(confidence)
        self.image.set_data(shaded(which, sure, self.classes))
        fields = boundary_fields(which, sure, self.classes)
        lines = [line for field in fields for line in contour_generator(self.x, self.y, field).lines(0.5)]
        self.boundaries.set_segments([np.asarray(line) for line in lines])

    def mark_points(self, points: ArrayLike, labels: ArrayLike, wrong: ArrayLike | None = None) -> int:
        """The data: ``points`` (p, 2) with ``labels`` (p,), rings around those that are ``wrong`` (p,).

        Says how many are drawn.
        """
        where, which = np.asarray(points, np.float64), np.asarray(labels)
        shown = thinned(len(where), MOST_POINTS, which)
        size = float(np.clip(6000 / max(1, len(shown)), 12, 55))
        edge = 0.12 * size**0.5
        kinds = np.unique(which[shown])
        rounds = ROUNDS if len(shown) > FEW else 1
        for part in range(rounds):
            for number in kinds:
                x, y = where[shown[which[shown] == number][part::rounds]].T
                style: dict[str, Any] = {"color": colour_of(number), "marker": marker_of(number), "edgecolors": edge_of(number)}
                self.ax.scatter(x, y, s=size, linewidths=edge, zorder=4, **style)
        if wrong is not None:
            x, y = where[shown[np.asarray(wrong, bool)[shown]]].T
            ring: dict[str, Any] = {"facecolors": "none", "edgecolors": INK, "linewidths": 0.5 + 0.06 * size**0.5}
            self.ax.scatter(x, y, s=2.2 * size + 10, zorder=4.5, **ring)
        return len(shown)


def boundary_fields(answers: NDArray[Any], confidence: NDArray[Any], classes: int) -> list[NDArray[np.float64]]:
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


def draw_classes(
    x: ArrayLike,
    y: ArrayLike,
    answers: ArrayLike,
    confidence: ArrayLike,
    points: ArrayLike,
    labels: ArrayLike,
    *,
    wrong: ArrayLike | None = None,
    names: Sequence[str] = ("x1", "x2"),
    classes: Sequence[Any],
    title: str = "",
    note: str = "",
    ax: Axes | None = None,
    language: str = "en",
) -> Axes:
    """Draw the decision regions of two or more ``classes`` in a plane.

    ``x`` (n,) and ``y`` (m,), evenly spaced; ``answers`` (m, n): the number of the class that is answered at every (x, y), row
    by row from the lowest y as in ``draw_region``; ``confidence`` (m, n): its probability, the paler the lower. ``points``
    (p, 2) with ``labels`` (p,), numbers of classes: the data, evenly thinned to 3000 if there are more; ``wrong`` (p,): which
    of them get rings. ``names``: the axes'; ``note``: a small line below the title. Returns the axes, ``ax`` or new ones.
    """
    with look():
        ax = ax if ax is not None else new_axes(7.6, 5.8)
        display = ClassDisplay(ax, x, y, names, len(classes))
        display.update(np.asarray(answers), confidence)
        drawn = display.mark_points(points, labels, wrong)
        class_legend(ax, classes, language, wrong=wrong is not None and bool(np.any(wrong)))
        write_title(ax, title, note)
        write_below(ax, class_notes(drawn, len(np.asarray(points)), language))
    return ax


def class_notes(drawn: int, points: int, language: str) -> list[str]:
    """What must be known to read such a picture."""
    fewer = [sentence("picture-fewer-points", language, shown=drawn, points=points)] if drawn < points else []
    return [sentence("picture-paler", language), *fewer]


def class_legend(ax: Axes, classes: Sequence[Any], language: str, *, wrong: bool = False) -> None:
    """What the marks mean, right of the axes: up to twelve names, and how many more there are."""
    names = [shortened(str(name), NAME_ROOM, NAME_SIZE) for name in classes[:MOST_NAMES]]
    handles, labels = _entries(names, MOST_NAMES, len(classes), language)
    if wrong:
        ring: dict[str, Any] = {"marker": "o", "markerfacecolor": "none", "markeredgecolor": INK, "markersize": 10}
        handles.append(Line2D([], [], linestyle="", **ring))
        labels.append(sentence("picture-wrong", language))
    beside: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "borderaxespad": 0.0}
    _write_legend(ax, handles, labels, labelspacing=0.6, **beside)


def legend_below(ax: Axes, classes: Sequence[Any], language: str, *, below: float) -> None:
    """The same below the axes, in at most three rows as long as the axes are wide."""
    figure: Any = ax.figure
    width = 72 * figure.get_figwidth() * ax.get_position().width
    names = [shortened(str(name), NAME_ROOM, NAME_SIZE) for name in classes[:MOST_NAMES]]
    columns = int(np.clip(width // (max(width_of(name, NAME_SIZE) for name in names) + 25), 1, MOST_NAMES))
    handles, labels = _entries(names, min(MOST_NAMES, 3 * columns), len(classes), language)
    rows = -(-len(labels) // columns)
    place: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, below), "ncols": -(-len(labels) // rows)}
    _write_legend(ax, handles, labels, columnspacing=1.2, handlelength=1.0, **place)


def _entries(names: Sequence[str], most: int, classes: int, language: str) -> tuple[list[Line2D], list[str]]:
    """Marks and names of a legend with ``most`` entries: if there are more classes the last says how many."""
    if classes <= most:
        return [mark(number) for number in range(classes)], list(names)
    more = sentence("picture-more-classes", language, count=classes - most + 1)
    return [*(mark(number) for number in range(most - 1)), Line2D([], [], linestyle="")], [*names[: most - 1], more]


def _write_legend(ax: Axes, handles: Sequence[Line2D], labels: Sequence[str], **place: Any) -> None:
    numbers = [str(number) for number in range(len(labels))]
    legend = ax.legend(list(handles), numbers, fontsize=NAME_SIZE, handletextpad=0.3, **place)
    write_names(legend.get_texts(), labels)


def mark(number: int) -> Line2D:
    """The mark of class ``number``, for a legend."""
    style: dict[str, Any] = {"marker": marker_of(number), "color": colour_of(number), "markeredgecolor": edge_of(number)}
    return Line2D([], [], linestyle="", markeredgewidth=0.7, markersize=7.5, **style)
