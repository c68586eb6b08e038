"""What classes look like, however many: ten colours, the darker and the paler, and ten marks.

Class 0 and class 1 look as in the pictures of two classes. The others were chosen so that the nearest two of the ten stay as
far apart as can be for eyes without the red, the green or the blue cones (as Machado, Oliveira and Fernandes simulate them,
2009); the smallest distance in CIE Lab is 20, that of Okabe and Ito's eight is 17.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.pictures.theme import CLASS_COLOURS, CLASS_MARKERS, INK

COLOURS = (*CLASS_COLOURS, "#009e73", "#332288", "#ffa90e", "#66ccee", "#882255", "#ddcc77", "#f7b6c2", "#7a0000")
FIELDS = ("#5aa9d6", "#f0a06b", "#6cc4a8", "#8f86bd", "#fccf7e", "#a8e1f4", "#bd84a2", "#e6dca4", "#f9d3da", "#b86f6f")
MARKERS = (*CLASS_MARKERS, "^", "D", "v", "P", "X", "<", "p", ">")  # of much the same size
UNDECIDED = "#f7f7f5"
LIGHT = 0.45  # the luminance from which a mark needs a dark edge to be seen


def colour_of(number: int) -> str:
    """The colour of class ``number``."""
    return COLOURS[number % len(COLOURS)]


def marker_of(number: int) -> str:
    """The mark of class ``number``; no two of a hundred classes have both the same colour and the same mark."""
    return MARKERS[(number + number // len(COLOURS)) % len(MARKERS)]


def edge_of(number: int) -> str:
    """The colour around the mark of class ``number``: white around a dark mark, ink around a light one."""
    red, green, blue = _rgb(colour_of(number))
    return INK if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > LIGHT else "white"


def _rgb(colour: str) -> tuple[float, float, float]:
    """Red, green and blue of "#rrggbb", each from 0 to 1."""
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def shaded(answers: NDArray[np.integer], confidence: NDArray[np.floating], classes: int) -> NDArray[np.uint8]:
    """The colour of every answer, (…, 3): that of its class, paler down to nothing as ``confidence`` falls to 1 / classes.

    A confidence that is no number counts as none.
    """
    fields = np.array([_rgb(FIELDS[number % len(FIELDS)]) for number in range(classes)], np.float32)
    paper = np.array(_rgb(UNDECIDED), np.float32)
    least = 1 / classes
    share = np.clip((np.nan_to_num(np.asarray(confidence, np.float32), nan=0.0) - least) / max(1 - least, least), 0, 1)
    colours = paper + share[..., None] * (fields[answers] - paper)
    return np.asarray(255 * colours + 0.5, np.uint8)


def thinned(count: int, most: int, kinds: ArrayLike | None = None) -> NDArray[np.int64]:
    """Which of ``count`` things to show, ``most`` of them at most: evenly spread over each of ``kinds`` (count,), in order."""
    if count <= most:
        return np.arange(count)
    order = np.arange(count) if kinds is None else np.argsort(np.asarray(kinds), kind="stable")
    return np.sort(order[np.linspace(0, count - 1, most).round().astype(np.int64)])
