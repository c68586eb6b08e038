"""The confusion matrix: which class got which answer how often."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.palette import thinned
from koubai.pictures.style import BLUE, FAINT, INK, look, new_axes, shortened, write_title

SHARES = LinearSegmentedColormap.from_list("koubai-shares", ["#ffffff", "#a9d0e8", BLUE, "#003f66"])
EMPTY = "#e6e9ec"  # a class without rows
MOST_NUMBERED = 20  # classes in whose cells there is room for a number
MOST_NAMES = 40  # classes that are named
NAME_ROOM = 110.0  # points


def draw_confusion(
    counts: ArrayLike, classes: Sequence[Any], *, title: str = "", ax: Axes | None = None, language: str = "en"
) -> Axes:
    """Draw ``counts`` (k, k): how many rows of each true class (down) got each answer (across), named by ``classes`` (k,).

    A cell is the darker, the larger its share of its true class (its root is what shows: few mistakes are seen too); a class
    without rows is grey. Up to 20 classes have their
    numbers in the cells; of more than 40 not all are named. Returns the axes, ``ax`` or new ones.
    """
    with look():
        table = np.asarray(counts, np.int64)
        k = len(table)
        side = _side(k)
        ax = ax if ax is not None else new_axes(side + 2.6, side + 1.4)
        rows = table.sum(axis=1, keepdims=True)
        shares = np.divide(table, rows, out=np.full(table.shape, np.nan), where=rows > 0)
        image = ax.imshow(shares, cmap=SHARES.with_extremes(bad=EMPTY), norm=PowerNorm(0.5, 0, 1), interpolation="nearest")
        below = [sentence("picture-answered-class", language), *([] if rows.all() else [sentence("picture-no-rows", language)])]
        ax.set(xlabel="\n".join(below), ylabel=sentence("picture-true-class", language))
        _name_cells(ax, classes)
        _number_cells(ax, table, shares)
        bar = ax.figure.colorbar(image, ax=ax, shrink=0.85, ticks=[0, 0.01, 0.05, 0.25, 0.5, 1], format="{x:.0%}")
        bar.set_label(sentence("picture-row-share", language))
        bar.outline.set_visible(False)
        write_title(ax, title)
    return ax


def _side(k: int) -> float:
    """Of the square of all cells, in inches."""
    return float(np.clip(0.42 * k, 3.6, 6.6))


def _name_cells(ax: Axes, classes: Sequence[Any]) -> None:
    k = len(classes)
    size = float(np.clip(190 / k, 6.5, 10))
    shown = thinned(k, MOST_NAMES) if k <= MOST_NAMES else np.arange(0, k, -(-k // 20))
    names = [shortened(str(classes[at]), NAME_ROOM, size) for at in shown]
    widest = max(map(len, names)) * 0.62 * size
    upright = widest > 72 * 0.9 * _side(k) / len(shown)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(shown.tolist(), labels=names, parse_math=False)
    ax.tick_params(labelsize=size, length=0 if k <= MOST_NAMES else 2)
    ax.tick_params(axis="x", rotation=90 if upright else 0)
    ax.spines[:].set_visible(k > MOST_NUMBERED)
    if k <= MOST_NUMBERED:
        edges = np.arange(1, k) - 0.5
        ax.hlines(edges, -0.5, k - 0.5, color="#d0d7de", linewidth=0.6)
        ax.vlines(edges, -0.5, k - 0.5, color="#d0d7de", linewidth=0.6)


def _number_cells(ax: Axes, table: NDArray[np.int64], shares: NDArray[np.float64]) -> None:
    """The numbers, as large as the longest of them allows."""
    k = len(table)
    if k > MOST_NUMBERED:
        return
    size = float(np.clip(1.35 * 72 * _side(k) / k / max(3, len(str(table.max()))), 4.0, 12.0))
    for (down, across), count in np.ndenumerate(table):
        colour = FAINT if count == 0 else "white" if shares[down, across] > 0.3 else INK
        ax.text(across, down, str(count), ha="center", va="center", fontsize=size, color=colour)
