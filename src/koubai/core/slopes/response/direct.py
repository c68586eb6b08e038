"""Response curves read at every point that a weight asks for: exact whatever the curve is like, kinks, steps and huge shifts.

It is for samples that can't be interpolated; layers none of whose curves is are for ``small``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import jax
import jax.numpy as jnp

from koubai.core.activations import Activation
from koubai.core.array_types import Array, Index, Scalar
from koubai.core.losses import Loss
from koubai.core.network import Layer, Network, forward
from koubai.core.slopes.base import Points
from koubai.core.slopes.chunked_map import of_chosen, over

FEW_INPUTS = 16  # whose points are all evaluated: there are too few to be worth interpolating
FEW_NUMBERS = 2**14  # of a layer of logits, that cost less than interpolation takes before it begins

OddCurve = Callable[[Array], Array]  # offsets a[n] (n,) -> r(h·a[n]) - r(-h·a[n]) for every unit and sample, (units, n)


@dataclass(frozen=True, eq=False)
class LayerContext:
    """A layer, seen from its pre-activations ``pre_activations`` (n, units).

    ``activation`` is its own, None for the logits; ``downstream`` is what follows, empty behind the logits.
    """

    loss: Loss
    activation: Activation | None
    downstream: Network
    targets: Array
    pre_activations: Array
    values: Array

    def rows(self, which: Index) -> "LayerContext":
        """The same for some samples, by their numbers."""
        targets, pre_activations, values = (array[which] for array in (self.targets, self.pre_activations, self.values))
        return replace(self, targets=targets, pre_activations=pre_activations, values=values)


def read(context: LayerContext, h: Scalar, counted: Array) -> Layer:
    """The sums of a layer: over the samples that are ``counted`` (n,), of the brackets that each weight and bias reads."""
    if context.activation is not None:
        curve, width = partial(_unit_curves, context, context.activation, h), max(context.downstream.sizes)
    else:
        curve, width = partial(_logit_curves, context, h), context.pre_activations.shape[1] ** 2
    every = jnp.concatenate([context.values.T, jnp.ones_like(context.values.T[:1])])
    sums = over(
        lambda offsets: jnp.where(counted, curve(offsets), 0).sum(axis=-1), (every,), 2 * context.pre_activations.size * width
    )
    return Layer(sums[:-1], sums[-1])


def of_rows(context: LayerContext, h: Scalar, which: Index, sums: Layer) -> Layer:
    """``sums``, and the same for the samples ``which`` (n,), some at once: it costs nothing where there are none."""
    inputs, units = context.values.shape[1], context.pre_activations.shape[1]
    width = units if context.activation is None else max(context.downstream.sizes)

    def with_samples(rows: Array, counted: Array, sums: Layer) -> Layer:
        made: Layer = jax.tree.map(jnp.add, sums, read(context.rows(rows), h, counted))
        return made

    made: Layer = of_chosen(with_samples, which, 2 * (inputs + 1) * units * width, sums)
    return made


def _unit_curves(context: LayerContext, activation: Activation, h: Scalar, offsets: Array) -> Array:
    """The curves of a hidden layer's units, whose ``activation`` it is."""
    loss, downstream, targets, pre_activations = context.loss, context.downstream, context.targets, context.pre_activations
    first, later, activations = downstream.layers[0], downstream.after(0), downstream.activations
    behind = [activation.apply(pre_activations, jnp) @ first.weights + first.bias]
    for layer, passes in zip(later.layers, activations, strict=True):
        behind.append(passes.apply(behind[-1], jnp) @ layer.weights + layer.bias)
    both = _both_ways(h, offsets)

    def difference(unit_before: Array, weights: Array) -> Array:
        moves = activation.change(unit_before, both, jnp)[..., None] * weights
        moved = behind[0] + moves
        logits = forward(later, activations[0].apply(moved, jnp), jnp) if later.layers else moved
        rows = loss.rows(logits, targets, jnp)
        for layer, passes, z in zip(later.layers, activations, behind, strict=False):
            moves = passes.change(z, moves, jnp) @ layer.weights
        rows = _finely(loss, behind[-1], targets, moves, rows)
        return rows[0] - rows[1]

    return over(difference, (pre_activations.T, first.weights), 2 * len(pre_activations) * max(downstream.sizes))


def _logit_curves(context: LayerContext, h: Scalar, offsets: Array) -> Array:
    loss, targets, logits = context.loss, context.targets, context.pre_activations
    moves = _both_ways(h, offsets)[..., None, None] * jnp.eye(logits.shape[1], dtype=logits.dtype)  # (2, n, units, outputs)
    rows = loss.rows(logits[:, None, :] + moves, targets[:, None, :], jnp)
    rows = _finely(loss, logits, targets, moves, rows)
    return (rows[0] - rows[1]).T


def _finely(loss: Loss, logits: Array, targets: Array, moves: Array, rows: Array) -> Array:
    """What is lost more when the logits make ``moves`` (2, n, …, outputs), to the last digit where these are small.

    ``rows`` (2, n, …): what is lost then.
    """
    changes = loss.response(logits, targets, jnp).lost(jnp.moveaxis(moves, -1, 0), 2, jnp)
    now = loss.rows(logits, targets, jnp)
    return jnp.where(jnp.max(jnp.abs(moves), axis=-1) < 0.5, changes, rows - now.reshape(-1, *[1] * (moves.ndim - 3)))


def _both_ways(h: Scalar, offsets: Array) -> Array:
    """The shifts ±h·a[n], (2, n)."""
    shift = h * offsets
    return jnp.stack([shift, -shift])


def is_small(inputs: int, outputs: int, rows: int) -> bool:
    """Whether a layer of logits is evaluated at every point, one of which costs a few operations, however many outputs."""
    return (inputs + 1) * outputs * rows <= FEW_NUMBERS


def of_levels(values: Array, activation: Activation) -> Points:
    """``distinct.few`` for the outputs of a stepping activation: which sizes occur is known without looking."""
    signed = jnp.concatenate([values, jnp.ones_like(values[:, :1])], axis=1)
    sizes = jnp.asarray(activation.sizes, signed.dtype)
    reads = jnp.where(jnp.abs(signed) == sizes[:, None, None], jnp.sign(signed), 0)
    return Points(jnp.broadcast_to(sizes[:, None], (len(sizes), len(signed))), reads)
