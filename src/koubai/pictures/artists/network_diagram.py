"""A network as a diagram: units, weights as widths and colours, biases, names of inputs and outputs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from koubai.locale import sentence
from koubai.pictures.theme import FAINT, INK, SIGN_COLOURS, SIGN_STYLES, remove_ticks_and_frame, shortened

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.text import Text

Layers = Sequence[tuple[NDArray[np.floating], NDArray[np.floating]]]  # weights (inputs, units) and bias (units,) of each

MOST_UNITS = 12  # of a layer that are drawn; the middle of a longer one is left out
WIDEST = 6.0  # points, of the largest weight
NAME_ROOM = 125.0  # points, of an input's or output's name
LARGEST = 95.0  # square points, of the largest bias


class NetworkArtist:
    """A network in ``ax``; ``update`` shows other weights of the same shape.

    Attributes:
        largest: The size of a weight or bias that the widest line or largest diamond stands for.
        moving: The artists that ``update`` changes, the rest stays.
        numbers: The numbers in the hidden units.
    """

    def __init__(
        self, ax: "Axes", sizes: Sequence[int], input_names: Sequence[str], output_names: Sequence[str], largest: float
    ) -> None:
        from matplotlib.collections import LineCollection

        self.ax, self.largest = ax, max(largest, 1e-12)
        self.shown = [_shown_units(size) for size in sizes]
        self.positions = [
            np.stack([np.full(len(units), float(layer)), _heights(len(units), sizes[layer])], axis=1)
            for layer, units in enumerate(self.shown)
        ]
        edges = [
            [np.stack([start, end]) for start in starts for end in ends]
            for starts, ends in zip(self.positions, self.positions[1:], strict=False)
        ]
        self.weights = [LineCollection(lines, zorder=1, capstyle="butt") for lines in edges]
        for lines in self.weights:
            ax.add_collection(lines, autolim=False)
        self.biases = [
            ax.scatter(units[:, 0], units[:, 1] + _bias_height(units), marker="D", zorder=3, linewidths=0.6, edgecolors="white")
            for units in self.positions[1:]
        ]
        self.moving: list[Artist] = [*self.weights, *self.biases]
        self.numbers: list[Text] = []
        self._draw_units(input_names, output_names)
        remove_ticks_and_frame(ax)
        ax.set(xlim=(-0.55, len(sizes) - 0.45), ylim=(-0.1, 1.1))

    def _draw_units(self, input_names: Sequence[str], output_names: Sequence[str]) -> None:
        last = len(self.positions) - 1
        for layer, (positions, units) in enumerate(zip(self.positions, self.shown, strict=True)):
            size = 300 if len(positions) <= 10 else 150
            self.ax.scatter(positions[:, 0], positions[:, 1], s=size, color="white", edgecolors=INK, linewidths=1.1, zorder=2)
            for (x, y), unit in zip(positions, units, strict=True):
                if layer == 0:
                    self._write_name(x - 0.13, y, input_names[unit], "right")
                elif layer == last:
                    self._write_name(x + 0.13, y, output_names[unit], "left")
                else:
                    small = 7.5 if unit < 99 else 5.0
                    number = self.ax.text(x, y, str(unit + 1), ha="center", va="center", fontsize=small, zorder=4)
                    self.numbers.append(number)
            if len(positions) > 1 and np.any(np.diff(units) > 1):
                middle = positions[len(positions) // 2 - 1 : len(positions) // 2 + 1].mean(axis=0)
                self.ax.text(middle[0], middle[1], "⋮", ha="center", va="center", color=FAINT, fontsize=13)

    def _write_name(self, x: float, y: float, name: str, align: str) -> None:
        self.ax.text(x, y, shortened(name, NAME_ROOM, 10.0), ha=align, va="center", zorder=4, parse_math=False)

    def update(self, layers: Layers) -> None:
        """Show these weights and biases."""
        parts = zip(self.shown, self.shown[1:], self.weights, self.biases, layers, strict=False)
        for inputs, units, lines, marks, (weights, bias) in parts:
            flat = np.asarray(weights)[np.ix_(inputs, units)].ravel()
            share = np.minimum(np.abs(flat) / self.largest, 1)
            lines.set_linewidth((WIDEST * share + 0.15).tolist())
            lines.set_color([SIGN_COLOURS[int(value > 0)] for value in flat])
            lines.set_linestyle([SIGN_STYLES[int(value > 0)] for value in flat])
            lines.set_alpha((0.25 + 0.65 * share).tolist())
            size = np.asarray(bias)[units]
            marks.set_sizes(LARGEST * np.minimum(np.abs(size) / self.largest, 1) + 1)
            marks.set_facecolor([SIGN_COLOURS[int(value > 0)] for value in size])


def _bias_height(positions: NDArray[np.float64]) -> float:
    """How far above its unit a bias stands."""
    return 0.4 / max(8, len(positions)) + 0.012


def layer_sizes(layers: Layers) -> list[int]:
    """The inputs, and the units of every layer."""
    return [np.shape(layers[0][0])[0], *(np.shape(bias)[0] for _, bias in layers)]


def largest_parameter(layers: Layers) -> float:
    """The size of the largest weight or bias."""
    return max(float(np.abs(np.asarray(part)).max(initial=0.0)) for pair in layers for part in pair)


def network_legend(ax: "Axes", largest: float, language: str) -> None:
    """What lines and diamonds mean, below the axes."""
    from matplotlib.lines import Line2D

    signs = [
        Line2D([], [], color=SIGN_COLOURS[sign], linestyle=SIGN_STYLES[sign], linewidth=2.5, label=sentence(key, language))
        for sign, key in ((1, "picture-positive"), (0, "picture-negative"))
    ]
    bias = Line2D([], [], linestyle="", marker="D", color=FAINT, markersize=6, label=sentence("picture-bias", language))
    widest = Line2D([], [], linestyle="", label=sentence("picture-widest", language, size=f"{largest:.3g}"))
    ax.legend(handles=[*signs, bias, widest], loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=4, columnspacing=1.2)


def _shown_units(size: int) -> list[int]:
    if size <= MOST_UNITS:
        return list(range(size))
    return [*range(MOST_UNITS // 2), *range(size - MOST_UNITS // 2, size)]


def _heights(count: int, of: int) -> NDArray[np.float64]:
    """From the top down; few units stand closer to the middle, and where some of a layer are left out there is a gap."""
    if count == 1:
        return np.array([0.5])
    reach = min(0.5, 0.11 * count)
    if count == of:
        return np.linspace(0.5 + reach, 0.5 - reach, count)
    return np.delete(np.linspace(0.5 + reach, 0.5 - reach, count + 1), count // 2)
