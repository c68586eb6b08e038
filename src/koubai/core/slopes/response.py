"""Central differences of a dense network by response curves: the plain loop's numbers, without its repeated work.

Moving a weight w[i, j] of a layer by ±h moves, for sample n, only unit j's pre-activation, by ±h·a[n, i], where a is the
layer's input; moving the bias moves it by ±h, as if it were the weight of an input that is always 1. So for each pair
(sample n, unit j) there is one function of one variable, the response curve r(δ) = what sample n loses when that unit's
pre-activation is shifted by δ, and every weight into the unit, and its bias, reads that curve at two points:

    slope of w[i, j] = mean over n of [ r(h·a[n, i]) - r(-h·a[n, i]) ] / 2h

Nothing is differentiated. Only what lies downstream of the unit is evaluated: a rank-one product first, whole products
only after that; a logit's own curve takes a constant number of operations (``Loss.moved``). The bracket is odd in a, so
inputs that are equal but for their sign share one evaluation, and an input of 0 needs none.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from koubai.core.activations import activation_named
from koubai.core.losses import Loss
from koubai.core.network import Layer, Network, forward
from koubai.core.slopes.base import Batch, Points
from koubai.core.slopes.blocks import NUMBERS_AT_ONCE, over

Curve = Callable[[Any], Any]  # offsets a[n] (n,) -> r(h·a[n]) - r(-h·a[n]) for every unit and sample, (units, n)


def measure(loss: Loss, network: Network, data: Batch, h: Any, key: Any = None) -> tuple[Any, Network]:
    """The loss and its central differences of every weight and bias, all at the same point."""
    activation = activation_named(network.activation)
    points, values, gradient = data.points, data.inputs, []
    for number, layer in enumerate(network.layers):
        before = values @ layer.weights + layer.bias
        downstream = replace(network, layers=network.layers[number + 1 :])
        if downstream.layers:
            curve = partial(_unit_curves, loss, downstream, data.targets, h, before)
            width = max(downstream.sizes)
        else:
            curve = partial(_logit_curves, loss, data.targets, h, before)
            width = before.shape[1]
        gradient.append(_read(curve, values, points, h, 2 * before.size * width))
        values = activation.apply(before, jnp)
        points = None if activation.levels is None else _level_points(values, activation.levels)
    rows = loss.rows(before, data.targets, jnp)
    return jnp.mean(rows), replace(network, layers=tuple(gradient))


def _unit_curves(loss: Loss, downstream: Network, targets: Any, h: Any, before: Any, offsets: Any) -> Any:
    """The curves of a hidden layer's units, whose pre-activations are ``before`` (n, units)."""
    activation = activation_named(downstream.activation)
    first, later = downstream.layers[0], replace(downstream, layers=downstream.layers[1:])
    values = activation.apply(before, jnp)
    following = values @ first.weights + first.bias
    both = _both_ways(h, offsets)

    def difference(unit_before: Any, unit_value: Any, weights: Any) -> Any:
        change = activation.apply(unit_before + both, jnp) - unit_value
        moved = following + change[..., None] * weights
        rows = loss.rows(forward(later, activation.apply(moved, jnp), jnp) if later.layers else moved, targets, jnp)
        return rows[0] - rows[1]

    return over(difference, (before.T, values.T, first.weights), 2 * len(before) * max(downstream.sizes))


def _logit_curves(loss: Loss, targets: Any, h: Any, logits: Any, offsets: Any) -> Any:
    rows = loss.moved(logits, targets, _both_ways(h, offsets), jnp)
    return (rows[0] - rows[1]).T


def _both_ways(h: Any, offsets: Any) -> Any:
    """The shifts ±h·a[n], (2, n)."""
    shift = h * offsets
    return jnp.stack([shift, -shift])


def _read(curve: Curve, values: Any, points: Points | None, h: Any, numbers_each: int) -> Layer:
    """The slopes of a layer with inputs ``values`` (n, inputs): every weight and bias reads its unit's curve."""
    if points is None:
        every = jnp.concatenate([values.T, jnp.ones_like(values.T[:1])])
        sums = over(lambda offsets: curve(offsets).sum(axis=-1), (every,), numbers_each)
    else:
        sums = jnp.einsum("kni,kun->iu", points.reads, over(curve, (points.values,), numbers_each))
    slopes = sums / (2 * h * len(values))
    return Layer(slopes[:-1], slopes[-1])


def few_points(inputs: NDArray[Any]) -> Points | None:
    """The distinct sizes of each sample's inputs, the 1 of the bias among them; None where sharing them saves too little.

    ``values`` (k, n): the sizes, other than 0, that occur in sample n, padded with zeros. ``reads`` (k, n, inputs + 1): 1 or
    -1 where that input of that sample is ± that size, the last column for the bias; elsewhere 0.
    """
    signed = np.concatenate([inputs, np.ones_like(inputs[:, :1])], axis=1)
    ordered = np.sort(np.abs(signed), axis=1)
    new = ordered > 0
    new[:, 1:] &= ordered[:, 1:] != ordered[:, :-1]
    rank = np.cumsum(new, axis=1) - 1
    count = int(rank.max()) + 1
    if 2 * count > signed.shape[1] + 1 or count * signed.size > NUMBERS_AT_ONCE:
        return None
    values = np.zeros((count, len(signed)), inputs.dtype)
    rows, columns = np.nonzero(new)
    values[rank[rows, columns], rows] = ordered[rows, columns]
    reads = np.where(values[:, :, None] == np.abs(signed), np.sign(signed), 0).astype(inputs.dtype)
    return Points(values, reads)


def _level_points(values: Any, levels: tuple[float, ...]) -> Points:
    """``few_points`` for the outputs of a stepping activation: which sizes occur is known without looking."""
    signed = jnp.concatenate([values, jnp.ones_like(values[:, :1])], axis=1)
    sizes = jnp.asarray(sorted({abs(level) for level in levels if level} | {1.0}), signed.dtype)
    reads = jnp.where(jnp.abs(signed) == sizes[:, None, None], jnp.sign(signed), 0)
    return Points(jnp.broadcast_to(sizes[:, None], (len(sizes), len(signed))), reads)
