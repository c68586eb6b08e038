"""What is promised of method central: the plain loop's numbers, but for so much, of which the loop's own rounding is a part."""

from typing import Any

import numpy as np

from koubai.core.losses import Loss
from koubai.core.network import Network


def off_the_loop(wanted: Network, found: Network, loss: float, h: float, rounding: float = 0.0, eps: float = 0.0) -> float:
    """Return the largest deviation over 1e-9·max(largest slope of the layer, 1e-6) + max(8e-15·max(1, loss), rounding)/h.

    ``rounding``: of one loss, as ``rounding_of_the_loss`` estimates it. ``eps``: of the numbers, where these aren't float64.
    """
    worst = 0.0
    for layer, mine in zip(wanted.layers, found.layers, strict=True):
        largest = max(np.abs(layer.weights).max(), np.abs(layer.bias).max(), 1e-6)
        off = max(np.abs(mine.weights - layer.weights).max(), np.abs(mine.bias - layer.bias).max())
        allowed = max(1e-9, 1e3 * eps) * largest + max(max(8e-15, 36 * eps) * max(1.0, loss), rounding) / h
        worst = max(worst, float(off / allowed))
    return worst


def same_loss(wanted: float, found: float, rounding: float = 0.0) -> bool:
    """Return whether two losses of the same numbers are one: within 1e-12·max(1, loss), or the rounding of the two together."""
    return bool(abs(found - wanted) <= max(1e-12 * max(1.0, abs(wanted)), 2 * rounding))


def rounding_of_the_loss(loss: Loss, network: Network, inputs: Any, targets: Any) -> float:
    """Return how far rounding moves a loss in float64, to first order: the rows' mean of Σ |∂loss/∂z|·ε·(|x|·|W| + |b|).

    The sum goes over all units; z is a unit's pre-activation, of which (|x|·|W| + |b|)·ε bounds the rounding where few numbers
    are added (N. Higham, Accuracy and Stability of Numerical Algorithms, section 3.1). A parameter that is moved is rounded
    too, to the digits of its own size; |x|·|W| + |b| covers that. A loss that declares no gradient gives 0.
    """
    if loss.gradient is None:
        return 0.0
    before, values = [], [np.asarray(inputs)]
    with np.errstate(all="ignore"):
        for number, layer in enumerate(network.layers):
            before.append(values[-1] @ layer.weights + layer.bias)
            if number < len(network.layers) - 1:
                values.append(network.activations[number].apply(before[-1], np))
        steep = loss.gradient(before[-1], np.asarray(targets), np)
        total = 0.0
        for number in reversed(range(len(network.layers))):
            layer = network.layers[number]
            sizes = np.abs(values[number]) @ np.abs(layer.weights) + np.abs(layer.bias)
            total += float((np.abs(steep) * sizes).sum(axis=1).mean())
            if number:
                steep = steep @ layer.weights.T * network.activations[number - 1].derivative(before[number - 1], np)
    return float(np.finfo(np.float64).eps) * total
