"""The loss, step by step: of one run, or of several."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.loss_axis import loss_label, place_axes, scale_loss
from koubai.pictures.theme import BLUE, INK, ORANGE, look, new_axes, shortened, write_names

MOST_POINTS = 4000  # of a curve that is drawn: more than a picture has columns
COLOURS = (BLUE, ORANGE, "#cc79a7", "#009e73", "#56b4e9", INK)  # of the runs, in this order
STYLES: tuple[Any, ...] = ("solid", (0, (4.5, 1.6)), (0, (1.2, 2)), (0, (7, 1.6, 1.2, 1.6)))
MARKERS = ("o", "s", "^")  # of the first four runs, the next four, the last; so no two of twelve look alike without colour
MARKS = 8  # along the curve of a run after the fourth
NAME_ROOM, NAME_SIZE = 170.0, 9.5  # points: the width and the size of a run's name


def draw_loss(
    losses: ArrayLike,
    *,
    records: ArrayLike = (),
    loss: str = "cross-entropy",
    title: str = "",
    ax: Axes | None = None,
    language: str = "en",
) -> Axes:
    """Draw ``losses`` (steps + 1,), with the steps numbered ``records`` marked.

    ``loss`` names what the losses are. Returns the axes, ``ax`` or new ones.
    """
    with look():
        ax = ax if ax is not None else new_axes(6.4, 4.0)
        values, marked = np.asarray(losses, np.float64), np.asarray(records, np.int64)
        shown = _shown_steps(values)
        ax.plot(shown, values[shown], color=BLUE, linewidth=1.8, label=sentence("picture-loss", language))
        if marked.size:
            label = sentence("picture-records", language)
            ax.plot(marked, values[marked], "|", color=ORANGE, markersize=7, alpha=0.9, label=label)
            ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)  # beside the title: no curve runs there
        place_axes(ax, float(values.max()), len(values) - 1)
        ax.set(xlabel=sentence("picture-step", language), ylabel=sentence(f"picture-loss-{loss}", language))
        ax.set_title(title, parse_math=False)
    return ax


def draw_losses(
    curves: Sequence[ArrayLike],
    *,
    names: Sequence[str],
    loss: str | None = "cross-entropy",
    title: str = "",
    ax: Axes | None = None,
    language: str = "en",
) -> Axes:
    """Draw the losses of several runs, up to twelve: ``curves``, each (steps + 1,), of the runs called ``names``.

    ``loss`` names what the losses are, None where not all are the same. Where the smallest is less than a hundredth of the
    largest the scale is logarithmic; where losses of 0 are among them it goes on to 0. Returns the axes, ``ax`` or new ones.
    """
    with look():
        ax = ax if ax is not None else new_axes(9.2, 4.5)
        runs = [np.asarray(curve, np.float64) for curve in curves]
        last = max(len(values) for values in runs) - 1
        handles = [_draw_run(ax, number, values, last) for number, values in enumerate(runs)]
        place_axes(ax, max(float(values.max()) for values in runs), last)
        label = sentence(f"picture-loss-{loss}" if loss else "picture-loss", language)
        label = loss_label(label, scale_loss(ax, np.concatenate(runs)), language)
        ax.set(xlabel=sentence("picture-step", language), ylabel=label)
        ax.set_title(title, parse_math=False)
        _name_runs(ax, handles, names)
    return ax


def _draw_run(ax: Axes, number: int, values: NDArray[np.float64], last: int) -> Line2D:
    """The curve of a run, with a mark where it ends. Returns what stands for it in the legend."""
    shown = _shown_steps(values)
    marker = MARKERS[number // len(STYLES) % len(MARKERS)]
    along = number >= len(STYLES)
    places = (np.arange(MARKS) + (number % len(STYLES) + 0.5) / len(STYLES)) * last / MARKS if along else np.zeros(0)
    clear = places[places < shown[-1] - 0.4 * last / MARKS]  # of the mark at the end
    marks = np.searchsorted(shown, [*clear, shown[-1]])
    stroke: dict[str, Any] = {
        "color": COLOURS[number % len(COLOURS)],
        "linestyle": STYLES[number % len(STYLES)],
        "linewidth": 1.8,
        "dash_capstyle": "butt",
        "markersize": 5,
        "markeredgecolor": "white",
        "markeredgewidth": 0.7,
    }
    above = 2 + number % len(STYLES) / 10  # dashes over solid lines: of two equal curves both are seen
    ax.plot(shown, values[shown], marker=marker, markevery=marks.tolist(), zorder=above, **stroke)
    return Line2D([], [], marker=marker if along else "", **stroke)


def _name_runs(ax: Axes, handles: Sequence[Line2D], names: Sequence[str]) -> None:
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


def _shown_steps(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """The steps of a curve that are drawn, the first and the last among them."""
    return np.unique(np.linspace(0, len(values) - 1, MOST_POINTS).astype(np.int64))
