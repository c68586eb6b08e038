"""Images that were answered wrongly."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.theme import FAINT, QUIET, bare, look, new_figure, shortened

MOST_IMAGES = 25
COLUMNS = 5
SIDE, LEFT, ABOVE, BELOW = 1.25, 0.3, 0.78, 0.2  # inches: a cell's side, and what is around all cells
IMAGE, LINE = 1.1, 0.17  # inches: the side of an image, and the height of a line above it
NAME_SIZE, NOTE_SIZE = 10.0, 8.5  # points


def draw_mistakes(
    images: ArrayLike,
    truths: Sequence[Any],
    answers: Sequence[Any],
    probabilities: ArrayLike,
    *,
    title: str = "",
    language: str = "en",
) -> Figure:
    """Draw ``images`` (m, h, w), 0 white to 1 black, each below its true class and the class answered.

    ``truths`` and ``answers`` (m,): names of classes; ``probabilities`` (m,) of the answers. Of more than 25 the first are
    drawn. Without any a sentence says that there is none. Returns the figure.
    """
    with look():
        pixels, sure = np.asarray(images, np.float64), np.asarray(probabilities, np.float64)
        shown = min(len(pixels), MOST_IMAGES)
        heads = _heads(truths[:shown], answers[:shown], sure)
        above = LINE * (max(map(len, heads), default=0) + 0.6)
        columns, rows = COLUMNS, max(1, -(-shown // COLUMNS))
        width, height = 2 * LEFT + columns * SIDE, ABOVE + rows * (IMAGE + above) + BELOW
        figure = new_figure(width, height)
        figure.set_layout_engine("none")
        for at, (image, head) in enumerate(zip(pixels, heads, strict=False)):
            x, y = LEFT + at % columns * SIDE, height - ABOVE - (at // columns + 1) * (IMAGE + above)
            _draw_image(figure.add_axes((x / width, y / height, IMAGE / width, IMAGE / height)), image, head)
        room = 72 * (width - 2 * LEFT)
        figure.text(LEFT / width, 1 - 0.16 / height, shortened(title, room, 12), fontsize=12, va="top", parse_math=False)
        told = _told(shown, len(pixels), language)
        if shown:
            figure.text(LEFT / width, 1 - 0.44 / height, told, fontsize=9, va="top", color=QUIET)
        else:
            figure.text(0.5, 0.45, told, fontsize=12, ha="center", va="center", color=QUIET)
    return figure


def _told(shown: int, mistakes: int, language: str) -> str:
    if not shown:
        return sentence("picture-no-mistakes", language)
    fewer = [sentence("picture-fewer-mistakes", language, shown=shown, mistakes=mistakes)] if shown < mistakes else []
    return "\n".join([sentence("picture-mistakes", language), *fewer])


def _heads(truths: Sequence[Any], answers: Sequence[Any], sure: NDArray[np.float64]) -> list[list[str]]:
    """The lines above every image: both names in one if that is long enough for all of them, and the probability."""
    room = 72 * SIDE - 6
    both = [f"{truth} → {answer}" for truth, answer in zip(truths, answers, strict=True)]
    shares = [f"{share:.0%}" for share in sure]
    if all(shortened(names, room, NAME_SIZE) == names for names in both):
        return [[names, share] for names, share in zip(both, shares, strict=False)]
    return [
        [shortened(str(truth), room, NAME_SIZE), shortened(f"→ {answer}", room, NAME_SIZE), share]
        for truth, answer, share in zip(truths, answers, shares, strict=False)
    ]


def _draw_image(ax: Axes, pixels: NDArray[np.float64], head: Sequence[str]) -> None:
    ax.imshow(pixels, cmap="Greys", vmin=0, vmax=1, interpolation="nearest", aspect="equal")
    bare(ax)
    ax.spines[:].set(visible=True, color=FAINT, linewidth=0.6)
    above: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "parse_math": False}
    for line, text in enumerate(reversed(head)):
        style = {"fontsize": NAME_SIZE} if line else {"fontsize": NOTE_SIZE, "color": QUIET}
        ax.annotate(text, (0, 1), xytext=(0, 3.5 + 72 * LINE * line), **style, **above)
