"""View: the arrays that a page draws of a network at one moment, small and of small types."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.core.losses import softmax
from koubai.core.network import Network
from koubai.core.projection import lead
from koubai.playground.model.data_source import Source
from koubai.playground.protocol.limits import FIELD, SMALL

_SMALL = slice(FIELD // SMALL // 2, None, FIELD // SMALL)  # the places of a small picture in the grid
LEAST_SCALE = 1e-6
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Fields:
    """What a network answers over the plane, as ``types.js`` says of a Frame; ``extremes``.

    The values of 0 and 255 in ``field``.
    """

    field: Pixels
    winner: Pixels | None
    units: NDArray[np.int8]
    scales: NDArray[np.float32]
    look: NDArray[np.int8] | None
    extremes: tuple[float, float]


def fields_of(network: Network, source: Source, look: tuple[int, int] | None = None) -> Fields:
    """The fields of all units, of the output, and the whole of that unit's (layer from 1, place) which is looked at."""
    with np.errstate(all="ignore"):  # weights beyond all measure answer inf or nan
        return _fields(network, source, look)


def _fields(network: Network, source: Source, look: tuple[int, int] | None) -> Fields:
    values = _through(network, source.grid)
    classes = source.train.task == "classify"
    answers = softmax(values[-1], np) if network.output == "softmax" else values[-1]
    shown = [*values[1:-1], 2 * answers - 1 if classes else answers]
    looked = None
    small, scales = [], []
    for number, layer in enumerate(shown, 1):
        square = layer.reshape(FIELD, FIELD, -1)
        few = np.moveaxis(square[_SMALL, _SMALL], -1, 0)
        scale = np.maximum(np.abs(few).max(axis=(1, 2)), LEAST_SCALE)
        if number == len(shown) and classes:
            scale = np.ones_like(scale)
        small.append(_signed(few, scale[:, None, None]))
        scales.append(scale)
        if look is not None and look[0] == number and look[1] < layer.shape[1]:
            looked = _signed(square[:, :, look[1]], scale[look[1]])
    field, winner, extremes = _field(answers.reshape(FIELD, FIELD, -1), source)
    return Fields(field, winner, np.concatenate(small), np.concatenate(scales).astype(np.float32), looked, extremes)


def _through(network: Network, inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The values of every layer (points, units), float32; of the last, before the output.

    One unit's values lie together in memory: softmax over two outputs takes less than a quarter of the time.
    """
    values = [inputs]
    for number, layer in enumerate(network.layers):
        made = (layer.weights.T.astype(np.float32) @ values[-1].T + layer.bias.astype(np.float32)[:, None]).T
        if number < len(network.layers) - 1:
            made = network.activations[number].apply(made, np)
        made = made.astype(np.float32, copy=False)
        values.append(made if np.isfinite(made).all() else np.nan_to_num(made, nan=0.0, posinf=1e30, neginf=-1e30))
    return values


def _signed(values: NDArray[Any], scale: Any) -> NDArray[np.int8]:
    rounded: NDArray[np.int8] = np.clip(np.rint(values * (127 / scale)), -127, 127).astype(np.int8)
    return rounded


def _bytes(values: NDArray[Any]) -> Pixels:
    rounded: Pixels = np.clip(np.rint(values * 255), 0, 255).astype(np.uint8)
    return rounded


def _field(answers: NDArray[Any], source: Source) -> tuple[Pixels, Pixels | None, tuple[float, float]]:
    train = source.train
    if train.task == "regress":
        low, high = _range(train.targets[:, 0])
        return _bytes((answers[..., 0] - low) / (high - low)), None, (low, high)
    if answers.shape[-1] <= 2:
        return _fine_about_the_middle(lead(answers)), None, (0.0, 1.0)
    winner = answers.argmax(axis=-1)
    return _bytes(answers.max(axis=-1)), winner.astype(np.uint8), (0.0, 1.0)


def _fine_about_the_middle(share: NDArray[Any]) -> Pixels:
    """0 to 255 for 0 to 1, by the root of the distance from a half: the line between the classes is exact."""
    ahead = np.clip(2 * share - 1, -1, 1)
    return _bytes(0.5 + 0.5 * np.sign(ahead) * np.sqrt(np.abs(ahead)) - 1e-6)  # of two that are alike the first is taken


def _range(values: NDArray[np.float64]) -> tuple[float, float]:
    """As far to both sides of 0 as the targets go where they have both signs; else from the least to the largest."""
    low, high = float(values.min()), float(values.max())
    if low < 0 < high:
        low, high = -max(-low, high), max(-low, high)
    return (low, high) if high > low else (low - 1, high + 1)
