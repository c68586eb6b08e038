"""Which pictures and films a person wants, and how large: read from options."""

import re
from dataclasses import dataclass
from typing import Any

from koubai.errors import InputError, chosen

PICTURES = {"png": ("png",), "svg": ("svg",), "both": ("png", "svg"), "none": ()}
FILMS = {"both": ("mp4", "gif"), "mp4": ("mp4",), "gif": ("gif",), "none": ()}
SMALLEST, LARGEST = 240, 4096  # sides of a film, in pixels
FASTEST = 60  # frames a second


@dataclass(frozen=True)
class RenderOptions:
    """``pictures`` and ``films``: formats; ``size``: of the film, (width, height) in pixels; ``rate``: its frames a second."""

    pictures: tuple[str, ...]
    films: tuple[str, ...]
    size: tuple[int, int]
    rate: int | None

    @property
    def draws(self) -> bool:
        """Whether anything is to be drawn."""
        return bool(self.pictures or self.films)


def wanted(pictures: str, film: str, film_size: str, film_rate: Any) -> RenderOptions:
    """The options' values, checked. InputError names the one that can't be."""
    size = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", film_size.strip().lower())
    sides = tuple(int(side) for side in size.groups()) if size else ()
    if not sides or not all(SMALLEST <= side <= LARGEST and side % 2 == 0 for side in sides):
        raise InputError("film-size", value=film_size, least=SMALLEST, most=LARGEST)
    if film_rate is not None and not (isinstance(film_rate, int) and 1 <= film_rate <= FASTEST):
        raise InputError("film-rate", value=film_rate, most=FASTEST)
    return RenderOptions(chosen("pictures", pictures, PICTURES), chosen("film", film, FILMS), (sides[0], sides[1]), film_rate)
