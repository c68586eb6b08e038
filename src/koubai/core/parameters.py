"""Parameters that stay as they are, by name: a whole array ("w1", "b2") or one of its entries ("w1[0,3]", "b1[2]").

Places count from 0: of a weight the input and the unit, of a bias the unit.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from koubai.core.network import Layer, Network
from koubai.errors import InputError

NAME = re.compile(r"([wb])([1-9][0-9]{0,6})(?:\[([0-9]{1,9})(?:,([0-9]{1,9}))?\])?", re.ASCII)


def frozen_names(names: Any, sizes: Sequence[int]) -> tuple[str, ...]:
    """The ``names``, each once and without spaces, of parameters of a network of these ``sizes``.

    InputError where one isn't the name of an array or of an entry of it, or the network has no such one.
    """
    if not isinstance(names, (list, tuple)):
        raise InputError("frozen-name", value=names)
    return tuple(dict.fromkeys(_checked(name, sizes)[0] for name in names))


def frozen_mask(network: Network, names: Sequence[str]) -> Network:
    """A Network of truth values, True in the places of the parameters that stay. InputError as above."""
    masks = [Layer.holding(np.zeros(np.shape(a.weights), bool), np.zeros(np.shape(a.bias), bool)) for a in network.layers]
    for name in names:
        _, field, layer, place = _checked(name, network.sizes)
        getattr(masks[layer], field)[place] = True
    return replace(network, layers=tuple(masks))


def _checked(name: Any, sizes: Sequence[int]) -> tuple[str, str, int, tuple[int, ...]]:
    """The name without spaces, which array of which layer (from 0), and the place in it, () for all of it."""
    plain = "".join(name.split()) if isinstance(name, str) else ""
    found = NAME.fullmatch(plain)
    if found is None:
        raise InputError("frozen-name", value=name)
    layer, place = int(found[2]) - 1, tuple(int(part) for part in (found[3], found[4]) if part is not None)
    shape = tuple(sizes[layer : layer + 2])
    if len(shape) < 2:
        raise InputError("frozen-layer", value=plain, layers=len(sizes) - 1)
    shape = shape if found[1] == "w" else shape[1:]
    if place and (len(place) != len(shape) or any(at >= size for at, size in zip(place, shape, strict=True))):
        raise InputError("frozen-place", value=plain, array=found[1] + found[2], shape=shape)
    return plain, "weights" if found[1] == "w" else "bias", layer, place
