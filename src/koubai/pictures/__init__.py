"""Arrays in, pictures out. Nothing here computes what it shows, and pyplot's global state is left alone.

``draw_…`` return matplotlib axes or figures; ``save_…`` take the same values, and a path. The names are imported when they are
first used: matplotlib takes a second, and the terminal's pictures don't need it.
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

_HOME = {
    "Panel": "panel",
    "Reel": "film",
    "draw_loss": "loss",
    "draw_losses": "loss",
    "draw_network": "diagram",
    "draw_region": "region",
    "draw_regions": "regions",
    "draw_table": "table",
    "draw_units": "units",
    "new_axes": "style",
    "save": "style",
}

__all__ = [  # noqa: PLE0604
    *_HOME,
    "save_film",
    "save_loss",
    "save_losses",
    "save_network",
    "save_region",
    "save_regions",
    "save_table",
    "save_units",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'koubai.pictures' has no attribute {name!r}")
    return getattr(import_module(f"koubai.pictures.{_HOME[name]}"), name)


def save_loss(path: Path, **values: Any) -> None:
    """``draw_loss`` into a file; the format follows its name."""
    _save("draw_loss", path, values)


def save_losses(path: Path, **values: Any) -> None:
    """``draw_losses`` into a file; the format follows its name."""
    _save("draw_losses", path, values)


def save_network(path: Path, **values: Any) -> None:
    """``draw_network`` into a file; the format follows its name."""
    _save("draw_network", path, values)


def save_region(path: Path, **values: Any) -> None:
    """``draw_region`` into a file; the format follows its name."""
    _save("draw_region", path, values)


def save_regions(path: Path, **values: Any) -> None:
    """``draw_regions`` into a file; the format follows its name."""
    _save("draw_regions", path, values)


def save_table(path: Path, **values: Any) -> None:
    """``draw_table`` into a file; the format follows its name."""
    _save("draw_table", path, values)


def save_units(path: Path, **values: Any) -> None:
    """``draw_units`` into a file; the format follows its name."""
    _save("draw_units", path, values)


def save_film(
    paths: Sequence[Path], *, size: tuple[int, int] = (1280, 720), rate: int | None = None, language: str = "en", **reel: Any
) -> None:
    """``film.save_film`` of a Reel with the fields ``reel``: every path is an .mp4 or a .gif of the same frames."""
    from koubai.pictures import film

    film.save_film(film.Reel(**reel), paths=paths, size=size, rate=rate, language=language)


def _save(draw: str, path: Path, values: dict[str, Any]) -> None:
    from koubai.pictures.style import save

    save(__getattr__(draw)(**values), path)
