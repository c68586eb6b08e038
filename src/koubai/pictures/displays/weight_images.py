"""The weights of units that look at images, as images."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Self

import numpy as np

from koubai.pictures.display import AxesDisplay, Floats, RunDisplay, freeze_arrays
from koubai.pictures.palette import thinned
from koubai.pictures.theme import (
    FAINT,
    QUIET,
    SIGN_COLOURS,
    label_colorbar,
    remove_ticks_and_frame,
    write_below,
    write_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap

    from koubai.experiment import Run

MOST_UNITS = 100
WIDTH, WIDEST = 6.0, 2.2  # inches: of all images together at most, and of one
HEAD = 0.22  # above an image, as a share of its width: its number
SHARE = 0.92  # of a cell's width that an image takes


@dataclass(frozen=True, eq=False, repr=False)
class WeightImagesDisplay(AxesDisplay, RunDisplay):
    """The weights of every unit at the pixels: above zero orange, below zero blue, all on one scale.

    Every image has its unit's number. Of more than 100 units 100 are drawn, evenly chosen.

    Attributes:
        images: (units, h, w).

    >>> ax = WeightImagesDisplay(np.linspace(-1, 1, 8).reshape(2, 2, 2)).plot()
    >>> [text.get_text() for text in ax.texts]
    ['1', '2']
    """

    name = "weights"

    images: Floats

    def __post_init__(self) -> None:
        freeze_arrays(self, images=np.float64)

    @staticmethod
    def shows(run: "Run") -> bool:
        """Whether a run has images, and a hidden layer that looks at them."""
        return run.data.image is not None and len(run.network.layers) > 1

    @classmethod
    def from_run(cls, run: "Run", language: str = "en") -> Self:
        """The first layer of a run with images and a hidden layer."""
        cls.require(cls.shows(run))
        weights = run.network.layers[0].weights.T
        images = weights.reshape(-1, *(run.data.image or ()))
        return cls(images, title=cls.title_of(run, language), language=language)

    @property
    def size(self) -> tuple[float, float]:
        """Of all images, with what is around them."""
        layout = self._layout
        width, height = layout.columns * layout.cell, layout.rows * layout.cell * (layout.slope + HEAD)
        return max(width, 3.0) + 1.7, height + 1.1

    @property
    def _layout(self) -> "_Layout":
        units, height, width = self.images.shape
        count, slope = min(units, MOST_UNITS), height / width
        columns = _columns(count, slope)
        return _Layout(columns, -(-count // columns), slope, min(WIDTH / columns, WIDEST))

    def _draw(self, ax: "Axes") -> None:
        units, layout = len(self.images), self._layout
        shown, columns, slope = thinned(units, MOST_UNITS), layout.columns, layout.slope
        largest = float(np.abs(self.images[np.isfinite(self.images)]).max(initial=0.0)) or 1.0
        for number, unit in enumerate(shown):
            left, top = number % columns, number // columns * (slope + HEAD)
            _draw_unit(ax, self.images[unit], left, top, largest)
            size = float(np.clip(72 * layout.cell * 0.17, 4.5, 9))
            ax.text(left, top - 0.02, str(unit + 1), fontsize=size, color=QUIET, va="bottom")
        remove_ticks_and_frame(ax)
        ax.set(xlim=(-0.02, columns), ylim=(layout.rows * (slope + HEAD), -HEAD), aspect="equal")
        bar = ax.figure.colorbar(ax.images[0], ax=ax, fraction=0.05, pad=0.02, aspect=25)
        label_colorbar(bar, self.say("picture-weight"))
        write_title(ax, self.title)
        if len(shown) < units:
            write_below(ax, [self.say("picture-fewer-units", shown=len(shown), units=units)], down=6)


@dataclass(frozen=True)
class _Layout:
    """How many columns and rows of images there are, how much higher than wide each is, and the width of a cell in inches."""

    columns: int
    rows: int
    slope: float
    cell: float


@cache
def _sign_colormap() -> "LinearSegmentedColormap":
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("koubai-signs", [SIGN_COLOURS[0], "#ffffff", SIGN_COLOURS[1]])


def _columns(count: int, slope: float) -> int:
    """How many images stand side by side: together they are about a square, and few places stay empty."""
    even = (count * (slope + HEAD)) ** 0.5
    near = range(max(1, int(even) - 1), min(count, int(even) + 2) + 1)
    return min(near, key=lambda columns: (-count % columns, abs(columns - even)), default=1)


def _draw_unit(ax: "Axes", weights: Floats, left: float, top: float, largest: float) -> None:
    """The image of a unit, with a frame, below and to the right of its left upper corner."""
    right, bottom = left + SHARE, top + weights.shape[0] / weights.shape[1] * SHARE
    ax.imshow(
        weights,
        extent=(left, right, bottom, top),
        cmap=_sign_colormap(),
        vmin=-largest,
        vmax=largest,
        origin="upper",
        interpolation="nearest",
    )
    ax.plot([left, right, right, left, left], [top, top, bottom, bottom, top], color=FAINT, linewidth=0.5)
