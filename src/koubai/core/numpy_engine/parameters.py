"""All parameters of a network in one flat array: each layer's weights, row by row, and its bias after them.

So a layer is one matrix (inputs + 1, units) whose last row is the bias, as if it were the weight of an input that is always 1;
and an optimizer moves all parameters at once.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from koubai.arrays import sealed
from koubai.core.array_types import Floats
from koubai.core.network import Layer, Network


def flattened(network: Network) -> Floats:
    """A new array (P,) of all parameters."""
    return np.concatenate([np.ravel(part) for layer in network.layers for part in (layer.weights, layer.bias)])


def matrices(flat: Floats, sizes: Sequence[int]) -> list[Floats]:
    """The layers in ``flat``, (inputs + 1, units) each, as views of it."""
    layers, start = [], 0
    for inputs, units in pairwise(sizes):
        end = start + (inputs + 1) * units
        layers.append(flat[start:end].reshape(inputs + 1, units))
        start = end
    return layers


def parts(flat: Floats, sizes: Sequence[int]) -> list[Floats]:
    """The weights and the bias of every layer in turn, as views of ``flat``."""
    return [part for matrix in matrices(flat, sizes) for part in (matrix[:-1], matrix[-1])]


def splits(sizes: Sequence[int]) -> list[int]:
    """Where ``flat`` is cut into these, as ``numpy.split`` takes it."""
    ends: list[int] = np.cumsum([size for inputs, units in pairwise(sizes) for size in (inputs * units, units)]).tolist()
    return ends[:-1]


def are_weights(sizes: Sequence[int]) -> NDArray[np.bool_]:
    """Which of the flat parameters are weights, (P,); the others are biases."""
    return np.concatenate([np.arange(inputs * units + units) < inputs * units for inputs, units in pairwise(sizes)])


def network_of(flat: Floats, like: Network) -> Network:
    """A network of these parameters, to which nobody writes from now on."""
    sealed(flat)
    layers = tuple(Layer.holding(matrix[:-1], matrix[-1]) for matrix in matrices(flat, like.sizes))
    return replace(like, layers=layers)
