"""What all films have in common: they are frozen data, which know how to draw and encode themselves."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from koubai.arrays import evenly
from koubai.errors import InputError
from koubai.pictures.data_names import dataset_name
from koubai.pictures.display import Floats, Integers, freeze_arrays
from koubai.pictures.films.canvas import FilmCanvas
from koubai.pictures.films.video import frames_per_second, write_video
from koubai.pictures.theme import use_theme

if TYPE_CHECKING:
    from koubai.core.training import Step
    from koubai.experiment import Run

MOST_FRAMES = 600
SIZE = (1280, 720)  # pixels


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Film(ABC):
    """A film as the arrays and texts that it shows: k records of a run, a frame each.

    Making one computes nothing and draws nothing; ``save`` does. A film can be pickled.

    Attributes:
        data: The name of the data.
        numbers: (k,), the steps of the records.
        losses: (steps + 1,), of all steps, as in a Run, or at least up to the last of ``numbers``.
        language: The language of what is written in it, such as "en".
    """

    data: str
    numbers: Integers
    losses: Floats
    language: str = "en"

    def __post_init__(self) -> None:
        freeze_arrays(self, numbers=np.int64, losses=np.float64)

    @classmethod
    @abstractmethod
    def from_run(cls, run: "Run", language: str = "en", most: int = MOST_FRAMES) -> Self:
        """The film of a run.

        Args:
            run: What is shown.
            language: The language of what is written.
            most: How many records are shown at most; they are evenly chosen, the first and the last among them.

        Raises:
            InputError: There is no such film of a run like this.
        """

    @abstractmethod
    def canvas(self, size: tuple[int, int]) -> FilmCanvas:
        """All that the film shows, on a figure of ``size`` (width, height) pixels. It is drawn in the theme of pictures."""

    def save(
        self,
        paths: Sequence[str | Path],
        size: tuple[int, int] = SIZE,
        rate: int | None = None,
    ) -> None:
        """Draw the film into files of the same frames.

        Args:
            paths: Where to; each ends in .mp4 or .gif.
            size: Width and height in pixels, both even.
            rate: Frames a second; by default such that the film lasts five to twenty seconds.

        Raises:
            FileFault: A file can't be written.
        """
        with use_theme():
            canvas = self.canvas(size)
            rate = rate or frames_per_second(len(self.numbers))
            write_video(canvas.frame, len(self.numbers), [Path(path) for path in paths], size=size, rate=rate)

    @classmethod
    def require(cls, fits: bool, run: "Run", language: str) -> None:
        """InputError unless the run ``fits`` the film."""
        if not fits:
            raise InputError("take-no-film", data=dataset_name(run.data, language))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.data!r}, {len(self.numbers)} records)"


def thinned_records(records: "Sequence[Step]", most: int) -> "list[Step]":
    """At most ``most`` records, evenly chosen, the first and the last among them."""
    return [records[index] for index in evenly(len(records), most)]
