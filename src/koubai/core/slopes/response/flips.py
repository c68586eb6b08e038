"""Units that step: their value is one of two, whatever the shift, so that a curve is known from one evaluation.

The loss with the unit's value high, less that with it low, is measured once for each sample and unit; what a weight reads is
that difference, or 0, or it with a minus, as its shifts ±h·a lift the unit across its kink, do nothing, or push it below.
"""

import jax.numpy as jnp
from jax import lax

from koubai.core.activations import Activation
from koubai.core.array_types import Array, Scalar
from koubai.core.network import Layer, forward
from koubai.core.slopes.chunked_map import over
from koubai.core.slopes.response.direct import FEW_INPUTS, LayerContext

AT_ONCE = 8  # samples that are added before the sums, the largest array, are written


def are_read(activation: Activation | None, inputs: int) -> bool:
    """Whether a layer of so many inputs is read so: with fewer there are too few points to be worth it."""
    return activation is not None and inputs > FEW_INPUTS and activation.levels is not None and len(activation.levels) == 2


def read(context: LayerContext, h: Scalar, counted: Array) -> Layer:
    """The sums of a layer of stepping units: over the samples ``counted`` (n,) of the brackets of each weight and bias."""
    n, units = context.pre_activations.shape
    jumps = _jumps(context)
    jumps = jumps if counted is None else jnp.where(counted[:, None], jumps, 0)
    shifts = h * jnp.concatenate([context.values, jnp.ones_like(context.values[:, :1])], axis=1)
    missing = -n % AT_ONCE
    jumps, pre_activations, shifts = (
        jnp.pad(array, ((0, missing), (0, 0))).reshape(-1, AT_ONCE, array.shape[1])
        for array in (jumps, context.pre_activations, shifts)
    )
    activation, (low, high) = _stepping(context)

    def more(sums: Array, some: tuple[Array, Array, Array]) -> tuple[Array, None]:
        for jump, z, shift in zip(*some, strict=True):
            above, below = (activation.apply(z + way, jnp) for way in (shift[:, None], -shift[:, None]))
            sums = sums + jump * (above - below) / (high - low)
        return sums, None

    nothing = jnp.zeros((shifts.shape[2], units), pre_activations.dtype)
    sums, _ = lax.scan(more, nothing, (jumps, pre_activations, shifts))
    return Layer(sums[:-1], sums[-1])


def _stepping(context: LayerContext) -> tuple[Activation, tuple[float, float]]:
    """The layer's activation, and its two values."""
    activation = context.activation
    if activation is None or activation.levels is None:
        raise TypeError(activation)
    low, high = activation.levels
    return activation, (low, high)


def _jumps(context: LayerContext) -> Array:
    """What a sample loses with a unit's value high, less what it loses with it low: (n, units)."""
    loss, downstream, targets = context.loss, context.downstream, context.targets
    activation, (low, high) = _stepping(context)
    first, later, activations = downstream.layers[0], downstream.after(0), downstream.activations
    values = activation.apply(context.pre_activations, jnp)
    behind = values @ first.weights + first.bias

    def lost(moved: Array) -> Array:
        return loss.rows(forward(later, activations[0].apply(moved, jnp), jnp) if later.layers else moved, targets, jnp)

    now = lost(behind)

    def jump(value: Array, weights: Array) -> Array:
        rises = value == low
        other = lost(behind + jnp.where(rises, high - low, low - high)[:, None] * weights)
        return jnp.where(rises, other - now, now - other)

    return over(jump, (values.T, first.weights), len(behind) * max(downstream.sizes)).T
