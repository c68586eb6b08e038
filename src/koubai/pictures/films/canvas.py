"""What films are drawn on: what stays is drawn once; each frame draws only what moves, over a copy of it.

(The manner of matplotlib's blitting.)
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from koubai.pictures.theme import use_theme

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

Image = NDArray[np.uint8]  # (height, width, 3)
Box = tuple[float, float, float, float]  # left, bottom, width and height as shares of the figure

DESIGN = (1280, 720)  # pixels, that all sizes of letters and marks are meant for, at 100 dots per inch


class Track(Protocol):
    """Something in a film that changes from frame to frame."""

    @property
    def moving(self) -> "Sequence[Artist]":
        """The artists that change, in the order in which they are drawn."""

    def update(self, record: int) -> None:
        """Let them show ``record``, its number among the records of the film."""


class FilmCanvas:
    """A figure of ``size`` (width, height) pixels, and the frame of any record.

    A film puts its axes and tracks on it first, then asks for frames.

    Attributes:
        wide: Whether the figure is so much wider than high that things lie side by side.
        tracks: What changes from frame to frame.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        width, height = size
        self.wide = width / height >= 1.2
        design = DESIGN if self.wide else DESIGN[::-1]
        dots = 100 * min(width / design[0], height / design[1])
        self.figure = Figure(figsize=(width / dots, height / dots), dpi=dots)
        self._canvas = FigureCanvasAgg(self.figure)
        self._background: object = None
        self._moving: list[Artist] = []
        self.tracks: list[Track] = []

    def add_axes(self, box: Box) -> "Axes":
        """New axes at ``box``."""
        axes: Axes = self.figure.add_axes(box)
        return axes

    def add(self, track: Track, *, above: "Sequence[Artist]" = ()) -> None:
        """Add what changes. It is drawn over what was added before; ``above`` are artists that must stay on top of it."""
        self.tracks.append(track)
        self._moving += [*track.moving, *above]

    def frame(self, record: int) -> Image:
        """The frame of ``record``."""
        if self._background is None:
            self._draw_background()
        for track in self.tracks:
            track.update(record)
        self._canvas.restore_region(self._background)  # type: ignore[no-untyped-call]
        for artist in self._moving:
            (artist.axes or self.figure).draw_artist(artist)
        image: Image = np.asarray(self._canvas.buffer_rgba())[..., :3].copy()  # type: ignore[no-untyped-call]
        return image

    def _draw_background(self) -> None:
        """Draw all that stays."""
        for artist in self._moving:
            artist.set_animated(True)
        with use_theme():
            self._canvas.draw()  # type: ignore[no-untyped-call]
        self._background = self._canvas.copy_from_bbox(self.figure.bbox)  # type: ignore[no-untyped-call]
