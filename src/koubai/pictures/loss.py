"""The loss, step by step."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from koubai.locale import sentence
from koubai.pictures.style import BLUE, ORANGE, look, new_axes

MOST_POINTS = 4000  # of a curve that is drawn: more than a picture has columns


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
        shown = np.unique(np.linspace(0, len(values) - 1, MOST_POINTS).astype(int))
        ax.plot(shown, values[shown], color=BLUE, linewidth=1.8, label=sentence("picture-loss", language))
        if marked.size:
            label = sentence("picture-records", language)
            ax.plot(marked, values[marked], "|", color=ORANGE, markersize=7, alpha=0.9, label=label)
            ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)  # beside the title: no curve runs there
        ax.grid(True)
        ax.set_ylim(0, 1.08 * max(float(values.max()), 1e-12))
        last = max(1, len(values) - 1)
        ax.set_xlim(-0.01 * last, 1.01 * last)
        ax.set(xlabel=sentence("picture-step", language), ylabel=sentence(f"picture-loss-{loss}", language), title=title)
    return ax
