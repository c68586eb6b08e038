"""The confusion matrix: which class got which answer how often."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.theme import BLUE, FAINT, INK, look, new_axes, shortened, width_of, write_title

SHARES = LinearSegmentedColormap.from_list("koubai-shares", ["#ffffff", "#a9d0e8", BLUE, "#003f66"])
EMPTY, LINES = "#e6e9ec", "#d0d7de"  # of a class without rows; between cells
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
        names = _Names.of(classes)
        if ax is None:
            side = _side(len(table))
            ax = new_axes(side + names.widest + 2.1, side + (names.widest if names.upright else 0.15) + 1.15)
        rows = table.sum(axis=1, keepdims=True)
        shares = np.divide(table, rows, out=np.full(table.shape, np.nan), where=rows > 0)
        image = ax.imshow(shares, cmap=SHARES.with_extremes(bad=EMPTY), norm=PowerNorm(0.5, 0, 1), interpolation="nearest")
        below = [sentence("picture-answered-class", language), *([] if rows.all() else [sentence("picture-no-rows", language)])]
        ax.set(xlabel="\n".join(below), ylabel=sentence("picture-true-class", language))
        _name_cells(ax, names, len(table))
        _number_cells(ax, table, shares)
        bar = ax.figure.colorbar(image, ax=ax, shrink=0.85, ticks=[0, 0.01, 0.05, 0.25, 0.5, 1], format="{x:.0%}")
        bar.set_label(sentence("picture-row-share", language))
        bar.outline.set_visible(False)
        write_title(ax, title)
    return ax


def _side(k: int) -> float:
    """Of the square of all cells, in inches."""
    return float(np.clip(0.42 * k, 3.6, 6.6))


@dataclass(frozen=True)
class _Names:
    """The ``texts`` of the classes ``shown``, in letters of ``size`` points; ``widest``, in inches; ``upright`` below cells."""

    shown: list[int]
    texts: list[str]
    size: float
    widest: float
    upright: bool

    @classmethod
    def of(cls, classes: Sequence[Any]) -> "_Names":
        k = len(classes)
        size = float(np.clip(190 / k, 6.5, 10))
        shown = list(range(0, k, 1 if k <= MOST_NAMES else -(-k // 20)))
        texts = [shortened(str(classes[at]), NAME_ROOM, size) for at in shown]
        widest = max(width_of(text, size) for text in texts) / 72
        return cls(shown, texts, size, widest, widest > 0.9 * _side(k) / len(shown))


def _name_cells(ax: Axes, names: _Names, k: int) -> None:
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(names.shown, labels=names.texts, parse_math=False)
    ax.tick_params(labelsize=names.size, length=0 if k <= MOST_NAMES else 2)
    ax.tick_params(axis="x", rotation=90 if names.upright else 0)
    ax.spines[:].set(visible=True, color=LINES)
    if k <= MOST_NUMBERED:
        edges = np.arange(1, k) - 0.5
        ax.hlines(edges, -0.5, k - 0.5, color=LINES, linewidth=0.6)
        ax.vlines(edges, -0.5, k - 0.5, color=LINES, linewidth=0.6)


def _number_cells(ax: Axes, table: NDArray[np.int64], shares: NDArray[np.float64]) -> None:
    """The numbers, as large as the longest of them allows."""
    k = len(table)
    if k > MOST_NUMBERED:
        return
    size = float(np.clip(1.35 * 72 * _side(k) / k / max(3, len(str(table.max()))), 4.0, 12.0))
    for (down, across), count in np.ndenumerate(table):
        colour = FAINT if count == 0 else "white" if shares[down, across] > 0.3 else INK
        ax.text(across, down, str(count), ha="center", va="center", fontsize=size, color=colour)
