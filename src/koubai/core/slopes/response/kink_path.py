"""Kinks are exact: what a response curve does beyond a kink, added to what it would have done without.

Between kinks, a network of straight activations moves its logits along a line. ``interpolated`` reads every curve as if
that line went on. Here a path follows each curve, away from where the sample is, on both sides, from kink to kink: its own
unit's, and those of any later unit, in any later layer. At a kink, t away, the line changes its direction, and what the loss
gains or loses by that from there on, Q(y) with y = |h·a| - t, is a smooth function again: it is interpolated, and every
weight whose shift goes beyond the kink adds it.

All units of the layer go on at once, each through its own list of samples and sides, so that there is no limit to the number
of kinks and nothing to overflow: a rare kink costs a step, many cost many.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax.numpy as jnp
from jax import lax
from jax.tree_util import register_dataclass

from koubai.core.activations import Activation
from koubai.core.array_types import Array, Index, PyTree, Scalar
from koubai.core.network import Layer
from koubai.core.slopes import chunked_map
from koubai.core.slopes.response import kinks, last_layer_kink_path
from koubai.core.slopes.response.curves import LayerSamples
from koubai.core.slopes.response.interpolated import LayerSums
from koubai.core.slopes.response.kinks import AT_ONCE, Gains, Kinks, PolynomialChoice


@register_dataclass
@dataclass(frozen=True, eq=False)
class _Path:
    """Where every unit stands on its path. Arrays have the units first.

    ``flag_row``: which sample and side it follows, a row of the flags; ``is_new``: whether that one is yet to be begun; ``t``:
    how far the pre-activation has been shifted. ``pre_activations``: those of the unit itself (units, 1) and of every later
    layer (units, inner); ``active``: whether each is taken to be above its kink; ``moves`` (units, outputs): of the logits.
    """

    flag_row: Array
    is_new: Array
    t: Array
    pre_activations: tuple[Array, ...]
    active: tuple[Array, ...]
    moves: Array


def read(
    activation: Activation,
    layers: tuple[Layer, ...],
    rows: LayerSamples,
    values: Array,
    h: Scalar,
    smooth: LayerSums,
    flags: tuple[Array, Array],
    choice: PolynomialChoice,
) -> Gains:
    """All kinks of a hidden layer that isn't the last; its inputs are ``values`` (n, inputs), ``layers`` those that follow.

    ``smooth``: the layer's sums without them, and how far its shifts go. ``flags``: as ``flagged`` has it.
    """
    flag_rows = jnp.concatenate(flags)
    onward = kinks.first_from(flag_rows)
    follow = last_layer_kink_path.paths if len(layers) == 2 else _paths
    start, step = follow(activation, layers, rows, smooth.reaches, onward)

    def find(path: PyTree) -> tuple[PyTree, Kinks]:
        return lax.scan(lambda path, _: step(path), path, None, length=AT_ONCE)

    def goes_on(path: PyTree) -> Array:
        return path.flag_row < len(flag_rows)

    return kinks.gathered(find, start, goes_on, rows.response, values, h, smooth.reach, choice)


def _paths(
    activation: Activation, layers: tuple[Layer, ...], rows: LayerSamples, reaches: Array, onward: Array
) -> tuple[PyTree, Callable[[PyTree], tuple[PyTree, Kinks]]]:
    """Where all units stand at first, and how they go on from there to the next kink."""
    n, units = rows.pre_activations.shape
    unit, dtype = jnp.arange(units), rows.pre_activations.dtype

    def step(path: _Path) -> tuple[_Path, Kinks]:
        sample, side = path.flag_row % n, jnp.where(path.flag_row < n, 1.0, -1.0).astype(dtype)
        begun = (rows.pre_activations[sample, unit][:, None], *(z[sample] for z in rows.later))
        is_new = path.is_new[:, None]
        pre_activations = tuple(jnp.where(is_new, new, old) for new, old in zip(begun, path.pre_activations, strict=True))
        active = tuple(jnp.where(is_new, new > 0, old) for new, old in zip(begun, path.active, strict=True))
        t, moves = jnp.where(path.is_new, 0, path.t), jnp.where(is_new, 0, path.moves)

        ways, onwards = _directions(activation, layers, side, active)
        further, distances = _next_kink(pre_activations, active, ways)
        happens = (path.flag_row < 2 * n) & (t + further < reaches[sample])
        further = jnp.where(happens, further, 0)
        t = t + further
        pre_activations = tuple(z + further[:, None] * way for z, way in zip(pre_activations, ways, strict=True))
        moves = moves + further[:, None] * onwards
        active = tuple(on ^ (some == further[:, None]) for on, some in zip(active, distances, strict=True))
        ways, turned = _directions(activation, layers, side, active)
        goes_on = happens & (t + _next_kink(pre_activations, active, ways)[0] < reaches[sample])
        flag_row = jnp.where(goes_on, path.flag_row, onward[path.flag_row + 1, unit])
        kink = Kinks(sample, side, t, moves.T, onwards.T, turned.T, happens)
        return _Path(flag_row, ~goes_on, t, pre_activations, active, moves), kink

    widths = [1, *(z.shape[1] for z in rows.later)]
    start = _Path(
        onward[0],
        jnp.ones(units, bool),
        jnp.zeros(units, dtype),
        tuple(jnp.zeros((units, width), dtype) for width in widths),
        tuple(jnp.zeros((units, width), bool) for width in widths),
        jnp.zeros((units, rows.response.weights[0].shape[1]), dtype),
    )
    return start, step


def _directions(
    activation: Activation, layers: Sequence[Layer], side: Array, active: tuple[Array, ...]
) -> tuple[list[Array], Array]:
    """How every pre-activation, and at last the logits, move with the shift: (units, inner) each, and (units, outputs)."""
    direction = side[:, None]
    directions = [direction]
    onwards = activation.slope(active[0], jnp) * direction * layers[0].weights
    for layer, on in zip(layers[1:], active[1:], strict=True):
        directions.append(onwards)
        onwards = (activation.slope(on, jnp) * onwards) @ layer.weights
    return directions, onwards


def _next_kink(pre_activations: tuple[Array, ...], active: tuple[Array, ...], ways: list[Array]) -> tuple[Array, list[Array]]:
    """How much farther the shift must go until the next kink is met, (units,); and until each later unit's is."""
    distances = []
    for z, on, way in zip(pre_activations, active, ways, strict=True):
        towards = jnp.where(on, way < 0, way > 0)
        distances.append(jnp.where(towards, jnp.maximum(-z / jnp.where(towards, way, 1), 0), jnp.inf))
    nearest = [jnp.min(some, axis=1) for some in distances]
    step = nearest[0]
    for some in nearest[1:]:
        step = jnp.minimum(step, some)
    return step, distances


def flagged(activation: Activation, layers: tuple[Layer, ...], rows: LayerSamples, reaches: Array) -> tuple[Array, Array]:
    """Which samples and units may have a kink in reach, upwards and downwards: (n, units) each.

    Only samples for which some later unit is near its kink are asked about the units one by one.
    """
    active = rows.pre_activations > 0
    own = kinks.own(rows, reaches)
    up, down = own & ~active, own & active
    slope = activation.slope(active, jnp)
    steepest = max(activation.slopes or (1.0,))
    spreads = [jnp.abs(layers[0].weights)]  # how far a shift of 1 of the unit's value moves each later unit, at most
    for layer in layers[1:-1]:
        spreads.append(steepest * spreads[-1] @ jnp.abs(layer.weights))
    spans = reaches[:, None] * steepest
    near = [
        jnp.any(jnp.abs(z) <= spans * jnp.max(spread, axis=0), axis=1) for z, spread in zip(rows.later, spreads, strict=True)
    ]

    def some(which: Index, counted: Array, flags: tuple[Array, Array]) -> tuple[Array, Array]:
        span = reaches[which, None] * slope[which]
        crossed = [_crossing(rows.later[0][which], span, sign * layers[0].weights) for sign in (1, -1)]
        for z, spread in zip(rows.later[1:], spreads[1:], strict=True):
            crossed = [either | _near(z[which], span, spread) for either in crossed]
        return tuple(so_far.at[which].max(new) for so_far, new in zip(flags, crossed, strict=True))

    far = reaches > 0
    asked = far & jnp.any(jnp.stack(near), axis=0)
    up, down = chunked_map.of_chosen(some, asked, layers[0].weights.size, (up, down))
    return up & far[:, None], down & far[:, None]


def _crossing(z: Array, span: Array, w: Array) -> Array:
    return jnp.any((z[:, None, :] > 0) != (z[:, None, :] + span[:, :, None] * w > 0), axis=2)


def _near(z: Array, span: Array, spread: Array) -> Array:
    return jnp.any(jnp.abs(z)[:, None, :] < span[:, :, None] * spread, axis=2)
