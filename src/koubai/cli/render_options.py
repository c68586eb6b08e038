"""Which pictures and films a person wants, and how large: read from options."""

import re
from dataclasses import dataclass

from koubai.errors import InputError, chosen

PICTURES = {"png": ("png",), "svg": ("svg",), "both": ("png", "svg"), "none": ()}
FILMS = {"both": ("mp4", "gif"), "mp4": ("mp4",), "gif": ("gif",), "none": ()}
SMALLEST, LARGEST = 240, 4096  # sides of a film, in pixels
FASTEST = 60  # frames a second


@dataclass(frozen=True)
class RenderOptions:
    """What is drawn of a run.

    Attributes:
        pictures: The formats of pictures.
        films: The formats of the film.
        size: Of the film, (width, height) in pixels.
        rate: Its frames a second; None for one that fits the number of records.
    """

    pictures: tuple[str, ...]
    films: tuple[str, ...]
    size: tuple[int, int]
    rate: int | None

    @property
    def draws(self) -> bool:
        """Whether anything is to be drawn."""
        return bool(self.pictures or self.films)


def parse_render_options(pictures: str, film: str, film_size: str, film_rate: object) -> RenderOptions:
    """The options' values, checked.

    Args:
        pictures: One of ``PICTURES``.
        film: One of ``FILMS``.
        film_size: Width and height in pixels, as "1280x720".
        film_rate: Frames a second, or None.

    Raises:
        InputError: A value can't be; it is named.
    """
    size = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", film_size.strip().lower())
    sides = tuple(int(side) for side in size.groups()) if size else ()
    if not sides or not all(SMALLEST <= side <= LARGEST and side % 2 == 0 for side in sides):
        raise InputError("film-size", value=film_size, least=SMALLEST, most=LARGEST)
    if film_rate is not None and not (isinstance(film_rate, int) and 1 <= film_rate <= FASTEST):
        raise InputError("film-rate", value=film_rate, most=FASTEST)
    return RenderOptions(chosen("pictures", pictures, PICTURES), chosen("film", film, FILMS), (sides[0], sides[1]), film_rate)
