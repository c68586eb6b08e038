"""The confusion matrix: which class got which answer how often."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.pictures.display import AxesDisplay, Integers, RunDisplay, freeze_arrays
from koubai.pictures.theme import BLUE, FAINT, INK, label_colorbar, shortened, width_of, write_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap

    from koubai.experiment import Run

EMPTY, LINES = "#e6e9ec", "#d0d7de"  # of a class without rows; between cells
MOST_NUMBERED = 20  # classes in whose cells there is room for a number
MOST_NAMES = 40  # classes that are named
NAME_ROOM = 110.0  # points


@dataclass(frozen=True, eq=False, repr=False)
class ConfusionMatrixDisplay(AxesDisplay, RunDisplay):
    """How many rows of each true class got each answer.

    A cell is the darker, the larger its share of its true class (its root is what shows: few mistakes are seen too); a class
    without rows is grey. Up to 20 classes have their numbers in the cells; of more than 40 not all are named.

    Attributes:
        counts: (k, k), the true classes down, the answers across.
        classes: (k,), what the classes are called.

    >>> ax = ConfusionMatrixDisplay(np.array([[8, 2], [1, 9]]), ["no", "yes"]).plot()
    >>> [text.get_text() for text in ax.texts]
    ['8', '2', '1', '9']
    """

    name = "confusion"

    counts: Integers
    classes: Sequence[str]

    def __post_init__(self) -> None:
        freeze_arrays(self, counts=np.int64)

    @classmethod
    def from_run(cls, run: "Run", language: str = "en") -> Self:
        """The answers of a run with classes to the rows that it is judged by: the test rows, or what there is instead."""
        cls.require(run.data.task == "classify")
        counts = run.scores().confusion
        return cls(
            np.zeros((0, 0), np.int64) if counts is None else counts,
            [str(label) for label in run.data.classes],
            title=cls.title_of(run, language),
            language=language,
        )

    @classmethod
    def from_predictions(
        cls, true: ArrayLike, predicted: ArrayLike, classes: Sequence[object], *, title: str = "", language: str = "en"
    ) -> Self:
        """Any answers.

        Args:
            true: (rows,), the true class of every row, as in ``classes``.
            predicted: (rows,), the class answered.
            classes: (k,), all classes, in the order of the matrix.
            title: The line above the picture.
            language: The language of the labels.

        >>> ConfusionMatrixDisplay.from_predictions(["a", "b", "b"], ["a", "a", "b"], ["a", "b"]).counts.tolist()
        [[1, 0], [1, 1]]
        """
        known = np.asarray(classes)
        columns = [np.asarray(values)[:, None] == known for values in (true, predicted)]
        return cls(columns[0].astype(np.int64).T @ columns[1], [str(name) for name in classes], title=title, language=language)

    @property
    def size(self) -> tuple[float, float]:
        """Of the square of all cells, and of what is around it."""
        side, names = _side(len(self.counts)), _Names.of(self.classes)
        return side + names.widest + 2.1, side + (names.widest if names.upright else 0.15) + 1.15

    def _draw(self, ax: "Axes") -> None:
        from matplotlib.colors import PowerNorm

        k, names = len(self.counts), _Names.of(self.classes)
        rows = self.counts.sum(axis=1, keepdims=True)
        shares = np.divide(self.counts, rows, out=np.full(self.counts.shape, np.nan), where=rows > 0)
        colours = _shares_colormap().with_extremes(bad=EMPTY)
        image = ax.imshow(shares, cmap=colours, norm=PowerNorm(0.5, 0, 1), interpolation="nearest")
        below = [self.say("picture-answered-class"), *([] if rows.all() else [self.say("picture-no-rows")])]
        ax.set(xlabel="\n".join(below), ylabel=self.say("picture-true-class"))
        _name_cells(ax, names, k)
        _number_cells(ax, self.counts, shares)
        bar = ax.figure.colorbar(image, ax=ax, shrink=0.85, ticks=[0, 0.01, 0.05, 0.25, 0.5, 1], format="{x:.0%}")
        label_colorbar(bar, self.say("picture-row-share"))
        write_title(ax, self.title)


@cache
def _shares_colormap() -> "LinearSegmentedColormap":
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("koubai-shares", ["#ffffff", "#a9d0e8", BLUE, "#003f66"])


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
    def of(cls, classes: Sequence[str]) -> "_Names":
        k = len(classes)
        size = float(np.clip(190 / k, 6.5, 10))
        shown = list(range(0, k, 1 if k <= MOST_NAMES else -(-k // 20)))
        texts = [shortened(str(classes[number]), NAME_ROOM, size) for number in shown]
        widest = max(width_of(text, size) for text in texts) / 72
        return cls(shown, texts, size, widest, widest > 0.9 * _side(k) / len(shown))


def _name_cells(ax: "Axes", names: _Names, k: int) -> None:
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(names.shown, labels=names.texts, parse_math=False)
    ax.tick_params(labelsize=names.size, length=0 if k <= MOST_NAMES else 2)
    ax.tick_params(axis="x", rotation=90 if names.upright else 0)
    ax.spines[:].set(visible=True, color=LINES)
    if k <= MOST_NUMBERED:
        edges = np.arange(1, k) - 0.5
        ax.hlines(edges, -0.5, k - 0.5, color=LINES, linewidth=0.6)
        ax.vlines(edges, -0.5, k - 0.5, color=LINES, linewidth=0.6)


def _number_cells(ax: "Axes", counts: Integers, shares: NDArray[np.float64]) -> None:
    """The numbers, as large as the longest of them allows."""
    k = len(counts)
    if k > MOST_NUMBERED:
        return
    size = float(np.clip(1.35 * 72 * _side(k) / k / max(3, len(str(counts.max()))), 4.0, 12.0))
    for (down, across), count in np.ndenumerate(counts):
        colour = FAINT if count == 0 else "white" if shares[down, across] > 0.3 else INK
        ax.text(across, down, str(count), ha="center", va="center", fontsize=size, color=colour)
