"""How the curves of the parts of the data look, which are trained on, watched, or kept for the end."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypedDict

import numpy as np
from numpy.typing import ArrayLike

from koubai.pictures.palette import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import LineStyleType

PARTS = ("train", "validation", "test")
STYLES: "tuple[LineStyleType, ...]" = ("solid", (0, (4.5, 1.6)), (0, (1.2, 2)), (0, (7, 1.6, 1.2, 1.6)))


class Stroke(TypedDict):
    """How a line is drawn, as matplotlib names it."""

    color: str
    linestyle: "LineStyleType"
    linewidth: float
    dash_capstyle: Literal["butt"]


def part_stroke(part: str) -> Stroke:
    """The stroke of the curves of a part of the data."""
    number = PARTS.index(part)
    return {"color": COLOURS[number], "linestyle": STYLES[number], "linewidth": 1.8, "dash_capstyle": "butt"}


def set_accuracy_limits(ax: "Axes", curves: Mapping[str, ArrayLike]) -> None:
    """From 0 to 1, or from the tenth below all of them if they are good."""
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    values = np.concatenate([np.asarray(curve, np.float64) for curve in curves.values()])
    least = float(np.nanmin(values, initial=1.0))
    low = 0.0 if least < 0.5 else np.floor(10 * least - 1e-9) / 10
    ax.set_ylim(low - 0.03 * (1 - low), 1 + 0.04 * (1 - low))
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.grid(True)
