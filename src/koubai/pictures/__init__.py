"""Arrays in, matplotlib axes out. Nothing here computes what it shows, and pyplot's global state is left alone.

``draw_…`` return axes; ``save_…`` take the same, and a path instead of axes.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from koubai.pictures import film
from koubai.pictures.diagram import draw_network
from koubai.pictures.film import Reel
from koubai.pictures.loss import draw_loss
from koubai.pictures.region import draw_region, draw_regions
from koubai.pictures.style import new_axes, save
from koubai.pictures.table import draw_table
from koubai.pictures.units import draw_units

__all__ = [
    "Reel",
    "draw_loss",
    "draw_network",
    "draw_region",
    "draw_regions",
    "draw_table",
    "draw_units",
    "new_axes",
    "save",
    "save_film",
    "save_loss",
    "save_network",
    "save_region",
    "save_regions",
    "save_table",
    "save_units",
]


def _saving(draw: Callable[..., Any]) -> Callable[..., None]:
    def save_picture(path: Path, **values: Any) -> None:
        save(draw(**values), path)

    save_picture.__doc__ = draw.__doc__
    return save_picture


save_loss = _saving(draw_loss)
save_network = _saving(draw_network)
save_region = _saving(draw_region)
save_regions = _saving(draw_regions)
save_table = _saving(draw_table)
save_units = _saving(draw_units)


def save_film(
    paths: Sequence[Path], *, size: tuple[int, int] = (1280, 720), rate: int | None = None, language: str = "en", **reel: Any
) -> None:
    """``film.save_film`` of a Reel with the fields ``reel``."""
    film.save_film(Reel(**reel), paths=paths, size=size, rate=rate, language=language)
