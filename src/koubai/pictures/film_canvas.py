"""What films are drawn on: what stays is drawn once; each frame draws only what moves, over a copy of it.

(The manner of matplotlib's blitting.)
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.history import part_stroke
from koubai.pictures.theme import BLUE, FAINT, INK, ORANGE

Image = NDArray[np.uint8]  # (height, width, 3)
TITLE_SIZE = 14.0  # points


class Stage(ABC):
    """A figure of ``size`` (width, height) pixels, and the frame of any record."""

    def __init__(self, size: tuple[int, int], language: str) -> None:
        self.language = language
        width, height = size
        self.wide = width / height >= 1.2
        design = (1280, 720) if self.wide else (720, 1280)  # what all sizes below are meant for, at 100 dots per inch
        dots = 100 * min(width / design[0], height / design[1])
        self.figure = Figure(figsize=(width / dots, height / dots), dpi=dots)
        self.canvas = FigureCanvasAgg(self.figure)
        self.moving: list[Any] = []
        self.build()
        for artist in self.moving:
            artist.set_animated(True)
        self.canvas.draw()  # type: ignore[no-untyped-call]
        self.still = self.canvas.copy_from_bbox(self.figure.bbox)  # type: ignore[no-untyped-call]

    @abstractmethod
    def build(self) -> None:
        """Put everything in its place, and what moves into ``moving`` too, in the order in which it is drawn."""

    @abstractmethod
    def update(self, at: int) -> None:
        """Let what moves show record ``at``."""

    def title_at(self, left: float) -> Any:
        """The title, which moves."""
        height = 0.955 if self.wide else 0.972
        title = self.figure.text(left, height, "", fontsize=TITLE_SIZE, va="center", color=INK, parse_math=False)
        self.moving.append(title)
        return title

    def move(self, ax: Axes, moving: list[Any]) -> None:
        """Draw ``moving`` in every frame, and over it what else is there of ``ax``: it must stay on top."""
        self.moving += [*moving, *(artist for artist in ax.collections if artist not in moving)]

    def frame(self, at: int) -> Image:
        """The frame of record ``at``."""
        self.update(at)
        self.canvas.restore_region(self.still)  # type: ignore[no-untyped-call]
        for artist in self.moving:
            (artist.axes or self.figure).draw_artist(artist)
        image: Image = np.asarray(self.canvas.buffer_rgba())[..., :3].copy()  # type: ignore[no-untyped-call]
        return image


class LossTrack:
    """The loss of every step in ``ax``, pale, and over it up to the step that is shown. ``moving`` is what changes.

    ``losses`` (steps + 1,); ``further``: other losses for which there must be room.
    """

    def __init__(self, ax: Axes, losses: NDArray[np.float64], language: str, further: ArrayLike = ()) -> None:
        self.losses = losses
        shown = np.unique(np.linspace(0, len(losses) - 1, 1000).astype(int))
        ax.plot(shown, losses[shown], color=FAINT, linewidth=1.0, alpha=0.6)
        (self.curve,) = ax.plot([], [], color=BLUE, linewidth=2.0)
        (self.now,) = ax.plot([], [], "o", color=ORANGE, markersize=6)
        ax.grid(True)
        known = np.concatenate([losses, np.asarray(further, np.float64)])
        ax.set_ylim(0, 1.08 * max(float(known[np.isfinite(known)].max(initial=0)), 1e-12))
        ax.set_xlim(-0.03 * max(1, len(losses) - 1), 1.03 * max(1, len(losses) - 1))
        ax.set_title(sentence("picture-loss", language), fontsize=10, pad=4)
        ax.set_xlabel(sentence("picture-step", language))
        self.limits = ax.get_xlim()
        self.moving: list[Any] = [self.curve, self.now]

    def update(self, number: int) -> None:
        """Show the losses up to step ``number``."""
        shown = np.unique(np.linspace(0, number, 1000).astype(int))
        self.curve.set_data(shown, self.losses[shown])
        self.now.set_data([number], [self.losses[number]])


class PartTrack:
    """What was measured at the records on parts of the data: ``curves`` (k,) over ``numbers`` (k,), and the values in words.

    ``form`` writes a value, as "{:.1%}" does. ``moving`` is what changes.
    """

    def __init__(self, ax: Axes, numbers: NDArray[np.int64], curves: Mapping[str, ArrayLike], form: str, language: str) -> None:
        self.numbers, self.form, self.language = numbers, form, language
        self.curves = {part: np.asarray(curve, np.float64) for part, curve in curves.items()}
        self.lines, self.texts, self.dots = [], [], []
        for place, (part, curve) in enumerate(reversed(self.curves.items())):
            stroke = part_stroke(part)
            ax.plot(numbers, curve, color=FAINT, linewidth=1.0, alpha=0.6, linestyle=stroke["linestyle"])
            self.lines += ax.plot([], [], **stroke)
            self.dots += ax.plot([], [], "o", color=stroke["color"], markersize=5)
            beside: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "right"}
            self.texts.append(ax.annotate("", (1, 1), xytext=(-115 * place, 4), fontsize=10, color=stroke["color"], **beside))
        self.moving: list[Any] = [*self.lines, *self.dots, *self.texts]

    def update(self, at: int) -> None:
        """Show the values up to record ``at``."""
        drawn = zip(reversed(self.curves.items()), self.lines, self.dots, self.texts, strict=True)
        for (part, curve), line, dot, text in drawn:
            line.set_data(self.numbers[: at + 1], curve[: at + 1])
            dot.set_data([self.numbers[at]], [curve[at]])
            name = sentence(f"picture-part-{part}", self.language)
            text.set_text(sentence("picture-part-share", self.language, part=name, share=self.form.format(curve[at])))
