"""The weights of units that look at images, as images."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.palette import thinned
from koubai.pictures.theme import FAINT, QUIET, SIGN_COLOURS, bare, look, new_axes, write_below, write_title

SIGNS = LinearSegmentedColormap.from_list("koubai-signs", [SIGN_COLOURS[0], "#ffffff", SIGN_COLOURS[1]])
MOST_UNITS = 100
WIDTH, WIDEST = 6.0, 2.2  # inches: of all images together at most, and of one
HEAD = 0.22  # above an image, as a share of its width: its number


def draw_weights(images: ArrayLike, *, title: str = "", language: str = "en") -> Axes:
    """Draw ``images`` (units, h, w), the weights of every unit at the pixels: above zero orange, below zero blue.

    All on one scale. Of more than 100 units 100 are drawn, evenly chosen. Every image has its unit's number. Returns the axes.
    """
    with look():
        weights = np.asarray(images, np.float64)
        units = len(weights)
        shown = thinned(units, MOST_UNITS)
        high, wide = weights.shape[1:]
        columns = _columns(len(shown), high / wide)
        rows = -(-len(shown) // columns)
        cell = min(WIDTH / columns, WIDEST)
        ax = new_axes(max(columns * cell, 3.0) + 1.7, rows * cell * (high / wide + HEAD) + 1.1)
        largest = float(np.abs(weights[np.isfinite(weights)]).max(initial=0.0)) or 1.0
        for place, unit in enumerate(shown):
            _draw_unit(ax, weights[unit], (place % columns, place // columns), largest, int(unit) + 1, cell)
        bare(ax)
        ax.set(xlim=(-0.02, columns), ylim=(rows * (high / wide + HEAD), -HEAD), aspect="equal")
        bar = ax.figure.colorbar(ax.images[0], ax=ax, fraction=0.05, pad=0.02, aspect=25)
        bar.set_label(sentence("picture-weight", language))
        bar.outline.set_visible(False)
        write_title(ax, title)
        if len(shown) < units:
            write_below(ax, [sentence("picture-fewer-units", language, shown=len(shown), units=units)], down=6)
    return ax


def _columns(count: int, slope: float) -> int:
    """How many images stand side by side: together they are about a square, and few places stay empty."""
    even = (count * (slope + HEAD)) ** 0.5
    near = range(max(1, int(even) - 1), min(count, int(even) + 2) + 1)
    return min(near, key=lambda columns: (-count % columns, abs(columns - even)), default=1)


def _draw_unit(
    ax: Axes, weights: NDArray[np.float64], place: tuple[int, int], largest: float, number: int, cell: float
) -> None:
    slope = weights.shape[0] / weights.shape[1]
    left, top = place[0], place[1] * (slope + HEAD)
    extent = (left, left + 0.92, top + slope * 0.92, top)
    ax.imshow(weights, extent=extent, cmap=SIGNS, vmin=-largest, vmax=largest, origin="upper", interpolation="nearest")
    ax.plot([left, left + 0.92, left + 0.92, left, left], [top, top, extent[2], extent[2], top], color=FAINT, linewidth=0.5)
    size = float(np.clip(72 * cell * 0.17, 4.5, 9))
    ax.text(left, top - 0.02, str(number), fontsize=size, color=QUIET, va="bottom")
