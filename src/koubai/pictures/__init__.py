"""Arrays in, matplotlib axes out. Nothing here computes what it shows, and pyplot's global state is left alone.

``draw_…`` return axes; ``save_…`` take the same, and a path instead of axes.
"""

from pathlib import Path
from typing import Any

from koubai.pictures.loss import draw_loss
from koubai.pictures.region import draw_region
from koubai.pictures.style import new_axes, save

__all__ = ["draw_loss", "draw_region", "new_axes", "save", "save_loss", "save_region"]


def save_loss(path: Path, **values: Any) -> None:
    """``draw_loss`` into a file."""
    save(draw_loss(**values), path)


def save_region(path: Path, **values: Any) -> None:
    """``draw_region`` into a file."""
    save(draw_region(**values), path)
