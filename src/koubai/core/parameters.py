"""Parameters by name, and all of them in order.

A name stands for a whole array ("w1", "b2") or for one of its entries ("w1[0,3]", "b1[2]"). Layers count from 1; indices count
from 0: of a weight the input and the unit, of a bias the unit. Names are parsed and written here only.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from koubai.core.network import Layer, Network
from koubai.errors import InputError

_NAME = re.compile(r"([wb])([1-9][0-9]{0,6})(?:\[([0-9]{1,9})(?:,([0-9]{1,9}))?\])?", re.ASCII)


@dataclass(frozen=True)
class ParameterName:
    """The name of an array, or of an entry of it where ``index`` isn't empty.

    ``kind``: "w" for weights, "b" for a bias. ``layer`` counts from 1.
    """

    kind: str
    layer: int
    index: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "ParameterName | None":
        """Read a name such as "w1[0,3]"; spaces don't matter.

        Args:
            text: What somebody has typed, or a page has sent.

        Returns:
            The name, of whatever network; None where ``text`` isn't the name of a parameter.
        """
        match = _NAME.fullmatch("".join(text.split()))
        if match is None:
            return None
        return cls(match[1], int(match[2]), tuple(int(part) for part in (match[3], match[4]) if part is not None))

    @property
    def array(self) -> str:
        """The name of the whole array, such as "w1"."""
        return f"{self.kind}{self.layer}"

    @property
    def field(self) -> str:
        """The field of a Layer that holds the array."""
        return "weights" if self.kind == "w" else "bias"

    def shape_in(self, sizes: Sequence[int]) -> tuple[int, ...]:
        """The shape of the array in a network of these ``sizes``; empty where the network has no such layer."""
        if not 1 <= self.layer < len(sizes):
            return ()
        shape = tuple(sizes[self.layer - 1 : self.layer + 1])
        return shape if self.kind == "w" else shape[1:]

    def is_entry_of(self, shape: tuple[int, ...]) -> bool:
        """Whether ``index`` is that of an entry of an array of this ``shape``."""
        return len(self.index) == len(shape) and all(i < size for i, size in zip(self.index, shape, strict=True))

    def __str__(self) -> str:
        return f"{self.array}[{','.join(map(str, self.index))}]" if self.index else self.array


def entry_pattern(*, layer_digits: int, index_digits: int) -> str:
    """A regular expression of the names of entries with at most so many digits."""
    index = f"[0-9]{{1,{index_digits}}}"
    return rf"[wb][0-9]{{1,{layer_digits}}}\[{index}(,{index})?\]"


def frozen_names(names: object, sizes: Sequence[int]) -> tuple[str, ...]:
    """Check the ``names`` of parameters that stay as they are.

    Args:
        names: A list or tuple of names of arrays and entries.
        sizes: The sizes of the network that is to have them.

    Returns:
        The names, each once and without spaces.

    Raises:
        InputError: One of ``names`` isn't a name, or the network has no such parameter.
    """
    if not isinstance(names, (list, tuple)):
        raise InputError("frozen-name", value=names)
    return tuple(dict.fromkeys("".join(text.split()) for text in names if _checked(text, sizes)))


def frozen_mask(network: Network, names: Sequence[str]) -> Network:
    """A Network of truth values, True in the places of the parameters that stay. InputError as ``frozen_names``."""
    masks = [Layer.holding(np.zeros(np.shape(a.weights), bool), np.zeros(np.shape(a.bias), bool)) for a in network.layers]
    for text in names:
        name = _checked(text, network.sizes)
        getattr(masks[name.layer - 1], name.field)[name.index] = True
    return replace(network, layers=tuple(masks))


def _checked(text: object, sizes: Sequence[int]) -> ParameterName:
    """The name that ``text`` is, of an array or entry of a network of these ``sizes``. InputError where it is none."""
    name = ParameterName.parse(text) if isinstance(text, str) else None
    if name is None:
        raise InputError("frozen-name", value=text)
    shape = name.shape_in(sizes)
    if not shape:
        raise InputError("frozen-layer", value=str(name), layers=len(sizes) - 1)
    if name.index and not name.is_entry_of(shape):
        raise InputError("frozen-place", value=str(name), array=name.array, shape=shape)
    return name


def flatten(network: Network) -> NDArray[np.float64]:
    """All parameters in order, (parameters,): w1 row by row, b1, w2, …"""
    return np.concatenate([np.asarray(array, np.float64).ravel() for array in network.arrays().values()])


def unflatten(parameters: NDArray[np.float64], sizes: Sequence[int], activation: str = "relu") -> Network:
    """Make the network of these ``sizes`` whose parameters ``flatten`` gave.

    Args:
        parameters: As many numbers as such a network has parameters, (parameters,).
        sizes: The numbers of inputs, of units of every hidden layer, and of outputs.
        activation: That of the hidden layers.

    Returns:
        The network.
    """
    layers, start = [], 0
    for inputs, units in pairwise(sizes):
        middle, end = start + inputs * units, start + (inputs + 1) * units
        layers.append((parameters[start:middle].reshape(inputs, units), parameters[middle:end]))
        start = end
    return Network.from_arrays(layers, activation=activation)


def value_of(network: Network, name: ParameterName) -> float:
    """The number of the entry called ``name``, which the network has."""
    return float(network.arrays()[name.array][name.index])


def with_values(network: Network, values: Mapping[ParameterName, float]) -> Network:
    """The network with other numbers in the entries of these names, which it has."""
    arrays = {name: np.array(array, np.float64) for name, array in network.arrays().items()}
    for name, value in values.items():
        arrays[name.array][name.index] = value
    pairs = list(arrays.values())
    return Network.from_arrays(zip(pairs[::2], pairs[1::2], strict=True), activation=network.activation, output=network.output)


def widened(old: Network, drawn: Network) -> Network:
    """``drawn`` with the weights of ``old`` where both have such: what was learned stays when units are added or taken away.

    Networks of different numbers of layers have none in common.
    """
    pairs = [(layer.weights.copy(), layer.bias.copy()) for layer in drawn.layers]
    if len(old.layers) == len(drawn.layers):
        for (weights, bias), layer in zip(pairs, old.layers, strict=True):
            rows, columns = (min(a, b) for a, b in zip(weights.shape, layer.weights.shape, strict=True))
            weights[:rows, :columns] = layer.weights[:rows, :columns]
            bias[:columns] = layer.bias[:columns]
    return Network.from_arrays(pairs, activation=drawn.activation)
