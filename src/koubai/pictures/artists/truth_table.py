"""A truth table as squares: one for every row of it, coloured by the network's answer."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from koubai.pictures.theme import class_colormap

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

MOST_TEXTS = 64  # squares that have room for their number


class TruthTableArtist:
    """The rows of the truth table of ``inputs`` inputs in ``ax``, the first half of the inputs down, the others across.

    Attributes:
        moving: The artists that ``update`` changes, the rest stays.
    """

    def __init__(self, ax: "Axes", inputs: int, labels: ArrayLike) -> None:
        down, across = 2 ** (inputs // 2), 2 ** (inputs - inputs // 2)
        self.shape, self.labels = (down, across), np.asarray(labels).reshape(down, across)
        undecided = np.full(self.shape, 0.5)
        self.image = ax.imshow(undecided, cmap=class_colormap(), vmin=0, vmax=1, aspect="auto" if down != across else "equal")
        self.marks = [[ax.text(j, i, "", ha="center", va="center", fontsize=9) for j in range(across)] for i in range(down)]
        self.moving: list[Artist] = [self.image, *(mark for row in self.marks for mark in row)]
        bits = inputs // 2
        ax.set_yticks(range(down), [f"{i:0{bits}b}" if bits else "" for i in range(down)])
        ax.set_xticks(range(across), [f"{j:0{inputs - bits}b}" for j in range(across)], rotation=90 if across > 8 else 0)
        first = " ".join(f"x{i + 1}" for i in range(bits))
        second = " ".join(f"x{i + 1}" for i in range(bits, inputs))
        ax.set(xlabel=second, ylabel=first)
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0)
        ax.hlines(np.arange(1, down) - 0.5, -0.5, across - 0.5, color="white", linewidth=2.5)
        ax.vlines(np.arange(1, across) - 0.5, -0.5, down - 0.5, color="white", linewidth=2.5)

    def update(self, field: ArrayLike) -> None:
        """Show ``field`` (rows,), the probability of class 1 in every row; a wrong answer is crossed out."""
        values = np.clip(np.nan_to_num(np.asarray(field, np.float64), nan=0.5), 0, 1).reshape(self.shape)
        self.image.set_data(values)
        for i, row in enumerate(self.marks):
            for j, mark in enumerate(row):
                right = (values[i, j] > 0.5) == (self.labels[i, j] == 1)
                number = f"{values[i, j]:.2f}" if values.size <= MOST_TEXTS else ""
                mark.set_text(number if right else f"{number}\n×".strip())
