"""The network as a diagram: units, weights as widths and colours, biases, names of inputs and outputs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.theme import FAINT, INK, SIGN_COLOURS, SIGN_STYLES, bare, look, new_axes, shortened

Parameters = Sequence[tuple[ArrayLike, ArrayLike]]  # weights (inputs, units) and bias (units,) of every layer

MOST_UNITS = 12  # of a layer that are drawn; the middle of a longer one is left out
WIDEST = 6.0  # points, of the largest weight
NAME_ROOM = 125.0  # points, of an input's or output's name
LARGEST = 95.0  # square points, of the largest bias


class NetworkDisplay:
    """A network in ``ax``; ``update`` shows other weights of the same shape. ``largest`` is what the widest line stands for."""

    def __init__(self, ax: Axes, sizes: Sequence[int], names: Sequence[str], answers: Sequence[str], largest: float) -> None:
        self.ax, self.largest = ax, max(largest, 1e-12)
        self.shown = [_shown_units(size) for size in sizes]
        self.places = [
            np.stack([np.full(len(units), float(layer)), _heights(len(units), sizes[layer])], axis=1)
            for layer, units in enumerate(self.shown)
        ]
        ends = [
            [(one, other) for one in before for other in after]
            for before, after in zip(self.places, self.places[1:], strict=False)
        ]
        self.weights = [LineCollection(lines, zorder=1, capstyle="butt") for lines in ends]
        for lines in self.weights:
            ax.add_collection(lines, autolim=False)
        self.biases = [
            ax.scatter(places[:, 0], places[:, 1] + self._gap(places), marker="D", zorder=3, linewidths=0.6, edgecolors="white")
            for places in self.places[1:]
        ]
        self.moving: list[Any] = [*self.weights, *self.biases]
        self.numbers: list[Any] = []  # of the hidden units
        self._draw_units(names, answers)
        bare(ax)
        ax.set(xlim=(-0.55, len(sizes) - 0.45), ylim=(-0.1, 1.1))

    def _gap(self, places: NDArray[Any]) -> float:
        """How far above its unit a bias stands."""
        return 0.4 / max(8, len(places)) + 0.012

    def _draw_units(self, names: Sequence[str], answers: Sequence[str]) -> None:
        last = len(self.places) - 1
        for layer, (places, units) in enumerate(zip(self.places, self.shown, strict=True)):
            size = 300 if len(places) <= 10 else 150
            self.ax.scatter(places[:, 0], places[:, 1], s=size, color="white", edgecolors=INK, linewidths=1.1, zorder=2)
            for (x, y), unit in zip(places, units, strict=True):
                if layer in (0, last):
                    text, shift, align = (names[unit], -0.13, "right") if layer == 0 else (answers[unit], 0.13, "left")
                    line = shortened(str(text), NAME_ROOM, 10.0)
                    self.ax.text(x + shift, y, line, ha=align, va="center", zorder=4, parse_math=False)
                else:
                    small = 7.5 if unit < 99 else 5.0
                    number = self.ax.text(x, y, str(unit + 1), ha="center", va="center", fontsize=small, zorder=4)
                    self.numbers.append(number)
            if len(places) > 1 and np.any(np.diff(units) > 1):
                middle = places[len(places) // 2 - 1 : len(places) // 2 + 1].mean(axis=0)
                self.ax.text(middle[0], middle[1], "⋮", ha="center", va="center", color=FAINT, fontsize=13)

    def update(self, layers: Parameters) -> None:
        """Show these weights and biases."""
        pairs = zip(self.shown, self.shown[1:], self.weights, self.biases, layers, strict=False)
        for before, after, lines, marks, (weights, bias) in pairs:
            flat = np.asarray(weights)[np.ix_(before, after)].ravel()
            share = np.minimum(np.abs(flat) / self.largest, 1)
            lines.set_linewidth(WIDEST * share + 0.15)
            lines.set_color([SIGN_COLOURS[int(value > 0)] for value in flat])
            lines.set_linestyle([SIGN_STYLES[int(value > 0)] for value in flat])
            lines.set_alpha(0.25 + 0.65 * share)
            size = np.asarray(bias)[after]
            marks.set_sizes(LARGEST * np.minimum(np.abs(size) / self.largest, 1) + 1)
            marks.set_facecolor([SIGN_COLOURS[int(value > 0)] for value in size])


def draw_network(
    layers: Parameters,
    *,
    names: Sequence[str],
    answers: Sequence[str],
    largest: float | None = None,
    title: str = "",
    ax: Axes | None = None,
    language: str = "en",
) -> Axes:
    """Draw a network of ``layers``, pairs of weights (inputs, units) and bias (units,).

    ``names``: the inputs'; ``answers``: the outputs'. ``largest``: the size of a weight or bias that gets the widest line, by
    default the largest there is. Of a layer with more than 12 units the middle ones are left out. Returns the axes.
    """
    with look():
        ax = ax if ax is not None else new_axes(7.2, 5.4)
        sizes = [np.shape(layers[0][0])[0], *(np.shape(bias)[0] for _, bias in layers)]
        display = NetworkDisplay(ax, sizes, names, answers, largest or largest_of(layers))
        display.update(layers)
        network_legend(ax, display.largest, language)
        ax.set_title(title, parse_math=False)
    return ax


def largest_of(layers: Parameters) -> float:
    """The size of the largest weight or bias."""
    return max(float(np.abs(np.asarray(part)).max(initial=0.0)) for pair in layers for part in pair)


def network_legend(ax: Axes, largest: float, language: str) -> None:
    """What lines and diamonds mean, below the axes."""
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
