"""The definition: the plain double loop, in NumPy. Every other way of measuring is judged by its numbers.

For each parameter, one after the other: move it by +h and evaluate the loss of the whole batch, move it by -h and evaluate
again; the slope is the difference over 2h. That is 2P evaluations for P parameters.
"""

import numpy as np

from koubai.arrays import sealed
from koubai.core.array_types import Floats, Key, Scalar
from koubai.core.losses import Loss
from koubai.core.network import Layer, Network
from koubai.core.numpy_engine.differences import central
from koubai.core.slopes.base import Batch, mean_loss


def measure(loss: Loss, network: Network, data: Batch, h: Scalar, key: Key = None) -> tuple[Scalar, Network]:
    """The loss and its central differences, one parameter at a time, all at the same point."""
    moving = movable(network)
    slopes = central(lambda _: mean_loss(loss, moving, data, np), list(moving.arrays().values()), h)
    layers = tuple(
        Layer.holding(sealed(weights), sealed(bias)) for weights, bias in zip(slopes[::2], slopes[1::2], strict=True)
    )
    return mean_loss(loss, network, data, np), Network(layers, network.activation, network.output)


def movable(network: Network) -> Network:
    """The same network with arrays of its own, which ``difference`` moves in place and puts back."""
    layers = tuple(Layer.holding(np.array(layer.weights), np.array(layer.bias)) for layer in network.layers)
    return Network(layers, network.activation, network.output)


def difference(
    loss: Loss, moving: Network, parameters: Floats, index: tuple[int, ...], data: Batch, up: Scalar, down: Scalar
) -> Scalar:
    """The loss where one entry is moved by ``up``, less that where it is moved by ``down``.

    It stands in ``parameters``, an array of ``moving``, at ``index``.
    """
    value = parameters[index]
    parameters[index] = value + up
    above = mean_loss(loss, moving, data, np)
    parameters[index] = value + down
    below = mean_loss(loss, moving, data, np)
    parameters[index] = value
    return above - below
