"""Rasters: what every unit of a network and its output are over a grid of points, as pictures of small numbers."""

from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.core.losses import softmax
from koubai.core.network import Network
from koubai.core.projection import lead

LEAST_SCALE = 1e-6
LARGEST = 1e30  # in place of an infinite value

Floats = NDArray[np.floating]
Pixels = NDArray[np.uint8]
SignedPixels = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Rasters:
    """A network over a square grid of ``side`` × ``side`` points; the small pictures are ``small`` × ``small``.

    ``field`` (side, side): of two classes, how far class 1 leads, by the root of the distance from a half; of more classes, the
    probability of the ``winner``, which is None else; of values, the values between the ``extremes``, those of 0 and 255.
    ``units`` (units, small, small): every hidden unit in order, then every output, -127 to 127 of its scale. ``scales``
    (units,): the values that 127 stands for. ``inspected`` (side, side): the whole of one unit, if it was asked for.
    """

    field: Pixels
    winner: Pixels | None
    units: SignedPixels
    scales: NDArray[np.float32]
    inspected: SignedPixels | None
    extremes: tuple[float, float]


def rasters_of(
    network: Network,
    grid: NDArray[np.float32],
    small: int,
    *,
    values: NDArray[np.float64] | None = None,
    unit: tuple[int, int] | None = None,
) -> Rasters:
    """Compute the rasters of a network.

    Args:
        network: The network.
        grid: Its inputs at every point of a square grid, row by row, (side², features).
        small: The side of the units' small pictures, a divisor of the grid's side.
        values: The values that are learned, (n,); None where classes are.
        unit: The layer, from 1, and the number, from 0, of a unit that is wanted whole.

    Returns:
        The rasters. Weights beyond all measure give infinite answers, which are shown as the largest.
    """
    with np.errstate(all="ignore"):
        layers = layer_values(network, grid)
        answers = softmax(layers[-1], np) if network.output == "softmax" else layers[-1]
        shown = [*layers[1:-1], 2 * answers - 1 if values is None else answers]
        units, scales, inspected = _units(shown, small, unit, has_classes=values is None)
        side = isqrt(len(grid))
        field, winner, extremes = _field(answers.reshape(side, side, -1), values)
    return Rasters(field, winner, units, scales, inspected, extremes)


def layer_values(network: Network, inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The values of every layer, (points, units), the inputs first; of the last layer before the output.

    One unit's values lie together in memory: softmax over two outputs takes less than a quarter of the time.
    """
    layers = [inputs]
    for number, layer in enumerate(network.layers):
        values = (layer.weights.T.astype(np.float32) @ layers[-1].T + layer.bias.astype(np.float32)[:, None]).T
        if number < len(network.layers) - 1:
            values = network.activations[number].apply(values, np)
        values = values.astype(np.float32, copy=False)
        is_finite = np.isfinite(values).all()
        layers.append(values if is_finite else np.nan_to_num(values, nan=0.0, posinf=LARGEST, neginf=-LARGEST))
    return layers


def _units(
    layers: list[NDArray[np.float32]], small: int, unit: tuple[int, int] | None, *, has_classes: bool
) -> tuple[SignedPixels, NDArray[np.float32], SignedPixels | None]:
    """The small pictures of all units, their scales, and the whole of ``unit``; classes lead by at most 1."""
    side = isqrt(len(layers[0]))
    cells = slice(side // small // 2, None, side // small)
    inspected, pictures, scales = None, [], []
    for number, layer in enumerate(layers, 1):
        square = layer.reshape(side, side, -1)
        few = np.moveaxis(square[cells, cells], -1, 0)
        scale = np.maximum(np.abs(few).max(axis=(1, 2)), LEAST_SCALE)
        if number == len(layers) and has_classes:
            scale = np.ones_like(scale)
        pictures.append(_signed(few, scale[:, None, None]))
        scales.append(scale)
        if unit is not None and unit[0] == number and unit[1] < layer.shape[1]:
            inspected = _signed(square[:, :, unit[1]], scale[unit[1]])
    return np.concatenate(pictures), np.concatenate(scales).astype(np.float32), inspected


def _signed(values: Floats, scale: Any) -> SignedPixels:
    rounded: SignedPixels = np.clip(np.rint(values * (127 / scale)), -127, 127).astype(np.int8)
    return rounded


def _bytes(values: Floats) -> Pixels:
    return np.clip(np.rint(values * 255), 0, 255).astype(np.uint8)


def _field(answers: Floats, values: NDArray[np.float64] | None) -> tuple[Pixels, Pixels | None, tuple[float, float]]:
    """The field of the output, the winner among more than two classes, and the extremes of the field."""
    if values is not None:
        low, high = _range(values)
        return _bytes((answers[..., 0] - low) / (high - low)), None, (low, high)
    if answers.shape[-1] <= 2:
        return _fine_about_the_middle(lead(answers)), None, (0.0, 1.0)
    winner = answers.argmax(axis=-1)
    return _bytes(answers.max(axis=-1)), winner.astype(np.uint8), (0.0, 1.0)


def _fine_about_the_middle(share: Floats) -> Pixels:
    """0 to 255 for 0 to 1, by the root of the distance from a half: the line between the classes is exact."""
    ahead = np.clip(2 * share - 1, -1, 1)
    return _bytes(0.5 + 0.5 * np.sign(ahead) * np.sqrt(np.abs(ahead)) - 1e-6)  # of two that are alike the first is taken


def _range(values: NDArray[np.float64]) -> tuple[float, float]:
    """As far to both sides of 0 as the values go where they have both signs; else from the least to the largest."""
    low, high = float(values.min()), float(values.max())
    if low < 0 < high:
        low, high = -max(-low, high), max(-low, high)
    return (low, high) if high > low else (low - 1, high + 1)
