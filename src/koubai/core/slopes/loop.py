"""The definition: the plain double loop, in NumPy. Every other way of measuring is judged by its numbers.

For each parameter, one after the other: move it by +h and evaluate the loss of the whole batch, move it by -h and evaluate
again; the slope is the difference over 2h. That is 2P evaluations for P parameters.
"""

from typing import Any

import numpy as np

from koubai.core.losses import Loss
from koubai.core.network import Layer, Network
from koubai.core.slopes.base import Batch, mean_loss


def measure(loss: Loss, network: Network, data: Batch, h: Any, key: Any = None) -> tuple[Any, Network]:
    """The loss and its central differences, one parameter at a time, all at the same point."""
    layers = tuple(Layer(np.array(layer.weights), np.array(layer.bias)) for layer in network.layers)
    moving = Network(layers, network.activation, network.output)  # its arrays are moved in place and put back
    gradient = tuple(Layer(np.zeros_like(layer.weights), np.zeros_like(layer.bias)) for layer in layers)
    for layer, slopes in zip(layers, gradient, strict=True):
        for parameters, slope in ((layer.weights, slopes.weights), (layer.bias, slopes.bias)):
            for place in np.ndindex(parameters.shape):
                kept = parameters[place]
                parameters[place] = kept + h
                above = mean_loss(loss, moving, data, np)
                parameters[place] = kept - h
                below = mean_loss(loss, moving, data, np)
                parameters[place] = kept
                slope[place] = (above - below) / (2 * h)
    return mean_loss(loss, network, data, np), Network(gradient, network.activation, network.output)
