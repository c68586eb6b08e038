"""Images that were answered wrongly."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from koubai.pictures.display import FigureDisplay, Floats, RunDisplay, freeze_arrays
from koubai.pictures.theme import FAINT, INK, QUIET, new_figure, remove_ticks_and_frame, shortened, write_at

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from koubai.experiment import Run

MOST_IMAGES = 25
COLUMNS = 5
SIDE, LEFT, ABOVE, BELOW = 1.25, 0.3, 0.78, 0.2  # inches: a cell's side, and what is around all cells
IMAGE, LINE = 1.1, 0.17  # inches: the side of an image, and the height of a line above it
NAME_SIZE, NOTE_SIZE = 10.0, 8.5  # points


@dataclass(frozen=True, eq=False, repr=False)
class MisclassifiedImagesDisplay(FigureDisplay, RunDisplay):
    """Images, each below its true class and the class answered. Of more than 25 the first are drawn.

    Without any image a sentence says that there is no mistake.

    Attributes:
        images: (m, h, w), 0 white to 1 black.
        truths: (m,), the names of the true classes.
        answers: (m,), the names of the classes answered.
        probabilities: (m,), of the answers.

    >>> figure = MisclassifiedImagesDisplay(np.zeros((1, 8, 8)), ["3"], ["5"], np.array([0.9])).plot()
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['90%', '3 → 5']
    """

    name = "mistakes"

    images: Floats
    truths: Sequence[str]
    answers: Sequence[str]
    probabilities: Floats

    def __post_init__(self) -> None:
        freeze_arrays(self, images=np.float64, probabilities=np.float64)

    @staticmethod
    def shows(run: "Run") -> bool:
        """Whether a run has images in classes."""
        return run.data.task == "classify" and run.data.image is not None

    @classmethod
    def from_run(cls, run: "Run", language: str = "en") -> Self:
        """Of a run with images in classes, the 25 wrong answers that are surest, of the rows that it is judged by."""
        cls.require(cls.shows(run))
        part = run.experiment.problem.parts[run.judged]
        shape = run.data.image or (1, part.inputs.shape[1])
        probabilities = run.network.answers(part.inputs)
        answers, rows = probabilities.argmax(axis=1), np.arange(len(probabilities))
        wrong = rows[answers != part.labels]
        gap = probabilities[rows, answers] - probabilities[rows, part.labels]
        worst = wrong[np.argsort(-gap[wrong], kind="stable")][:MOST_IMAGES]
        return cls(
            part.inputs[worst].reshape(-1, *shape),
            [str(part.classes[label]) for label in part.labels[worst]],
            [str(part.classes[label]) for label in answers[worst]],
            probabilities[worst, answers[worst]],
            title=cls.title_of(run, language),
            language=language,
        )

    def _draw(self) -> "Figure":
        shown = min(len(self.images), MOST_IMAGES)
        captions = self._captions(shown)
        above = LINE * (max(map(len, captions), default=0) + 0.6)
        rows = max(1, -(-shown // COLUMNS))
        width, height = 2 * LEFT + COLUMNS * SIDE, ABOVE + rows * (IMAGE + above) + BELOW
        figure = new_figure(width, height)
        figure.set_layout_engine("none")
        for number, (image, caption) in enumerate(zip(self.images, captions, strict=False)):
            x, y = LEFT + number % COLUMNS * SIDE, height - ABOVE - (number // COLUMNS + 1) * (IMAGE + above)
            ax = figure.add_axes((x / width, y / height, IMAGE / width, IMAGE / height))
            _draw_image(ax, image, caption)
        title = shortened(self.title, 72 * (width - 2 * LEFT), 12)
        figure.text(LEFT / width, 1 - 0.16 / height, title, fontsize=12, va="top", parse_math=False)
        if shown:
            figure.text(LEFT / width, 1 - 0.44 / height, self._note(shown), fontsize=9, va="top", color=QUIET)
        else:
            none = self.say("picture-no-mistakes")
            figure.text(0.5, 0.45, none, fontsize=12, ha="center", va="center", color=QUIET)
        return figure

    def _note(self, shown: int) -> str:
        """How an image's caption is to be read, and how many images there are."""
        lines = [self.say("picture-mistakes")]
        if shown < len(self.images):
            lines.append(self.say("picture-fewer-mistakes", shown=shown, mistakes=len(self.images)))
        return "\n".join(lines)

    def _captions(self, shown: int) -> list[list[str]]:
        """The lines above every image: both names in one if that is long enough for all of them, and the probability."""
        room = 72 * SIDE - 6
        answered = list(zip(self.truths[:shown], self.answers[:shown], strict=True))
        both = [f"{truth} → {answer}" for truth, answer in answered]
        shares = [f"{share:.0%}" for share in self.probabilities]
        if all(shortened(names, room, NAME_SIZE) == names for names in both):
            return [[names, share] for names, share in zip(both, shares, strict=False)]
        return [
            [shortened(str(truth), room, NAME_SIZE), shortened(f"→ {answer}", room, NAME_SIZE), share]
            for (truth, answer), share in zip(answered, shares, strict=False)
        ]


def _draw_image(ax: "Axes", pixels: Floats, caption: Sequence[str]) -> None:
    ax.imshow(pixels, cmap="Greys", vmin=0, vmax=1, interpolation="nearest", aspect="equal")
    remove_ticks_and_frame(ax)
    ax.spines[:].set(visible=True, color=FAINT, linewidth=0.6)
    for line, text in enumerate(reversed(caption)):
        written = write_at(ax, text, (0, 1), (0, 3.5 + 72 * LINE * line), size=NAME_SIZE if line else NOTE_SIZE)
        written.set_color(INK if line else QUIET)
