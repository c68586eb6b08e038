"""The scales of axes that show a loss."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from koubai.locale import sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_POINTS = 4000  # of a curve that is drawn: more than a picture has columns
SPAN = 100.0  # the largest loss by the smallest, beyond which the scale is logarithmic
DEPTH = 1e-16  # of the largest loss: what is smaller is drawn near 0


def set_limits(ax: "Axes", largest: float, last: int) -> None:
    """Limits for losses of up to ``largest`` from step 0 to ``last``, the loss from 0, and a grid."""
    from matplotlib.ticker import MaxNLocator

    ax.grid(True)
    ax.set_ylim(0, 1.08 * largest if largest > 0 else 1)
    ax.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=True))
    last = max(1, last)
    ax.set_xlim(-0.01 * last, 1.01 * last)


def set_scale(ax: "Axes", losses: NDArray[np.float64]) -> bool:
    """Make the scale logarithmic if the small ones of ``losses`` could not be told apart otherwise.

    Returns:
        Whether it is logarithmic now.
    """
    from matplotlib.ticker import FixedLocator, LogFormatterMathtext, NullFormatter

    largest = float(losses.max())
    smallest = float(losses[losses > largest * DEPTH].min(initial=largest))
    if largest <= 0 or smallest * SPAN >= largest:
        return False
    low, high = int(np.floor(np.log10(smallest))), int(np.ceil(np.log10(largest)))
    every = max(1, round((high - low) / 7))
    decades = 10.0 ** np.arange(low, high + 1, every)
    between = np.outer(decades, np.arange(2, 10)).ravel() if every == 1 else np.zeros(0)
    if losses.min() < smallest:  # 0, or as good as that: a linear piece reaches down to it
        ax.set_yscale("symlog", linthresh=decades[0], linscale=0.5 + 0.05 * (high - low))
        ax.set_ylim(-0.2 * decades[0], largest * 1.5)  # so that a curve at 0 is not cut in half
        decades = np.array([0.0, *decades])
    else:
        ax.set_yscale("log")
        ax.set_ylim(smallest / 1.5, largest * 1.5)
    ax.yaxis.set_major_locator(FixedLocator(decades.tolist()))
    ax.yaxis.set_minor_locator(FixedLocator(between.tolist()))
    ax.yaxis.set_major_formatter(LogFormatterMathtext())
    ax.yaxis.set_minor_formatter(NullFormatter())
    return True


def axis_label(loss: str, logarithmic: bool, language: str) -> str:
    """What stands beside such an axis: the name of the ``loss``, and whether its scale is logarithmic."""
    return sentence("picture-log-scale", language, loss=loss) if logarithmic else loss


def shown_steps(losses: NDArray[np.floating]) -> NDArray[np.int64]:
    """The steps of a curve that are drawn, the first and the last among them."""
    return np.unique(np.linspace(0, len(losses) - 1, MOST_POINTS).astype(np.int64))
