"""Arrays in, matplotlib axes out. Nothing here computes what it shows, and pyplot's global state is left alone."""

from koubai.pictures.loss import draw_loss
from koubai.pictures.region import draw_region
from koubai.pictures.style import new_axes, save

__all__ = ["draw_loss", "draw_region", "new_axes", "save"]
