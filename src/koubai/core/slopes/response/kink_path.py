"""Kinks are exact: what a response curve does beyond a kink, added to what it would have done without.

Between kinks, a network of straight activations moves its logits along a line. ``interpolated`` reads every curve as if
that line went on. Here a walk follows each curve, away from where the sample is, on both sides, from kink to kink: its own
unit's, and those of any later unit, in any later layer. At a kink, t away, the line changes its direction, and what the loss
gains or loses by that from there on, Q(y) with y = |h·a| - t, is a smooth function again: it is interpolated, and every
weight whose shift goes beyond the kink adds it.

All units of the layer walk at once, each through its own list of samples and sides, so that there is no limit to the number
of kinks and nothing to overflow: a rare kink costs a step of the walk, many cost many.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import jax.numpy as jnp
from jax import lax
from jax.tree_util import register_dataclass

from koubai.core.activations import Activation
from koubai.core.array_types import Array, Index, Scalar
from koubai.core.network import Layer
from koubai.core.slopes import chunked_map
from koubai.core.slopes.response import kinks, last_layer_kink_path
from koubai.core.slopes.response.curves import LayerSamples
from koubai.core.slopes.response.kinks import AT_ONCE, Gains, Kinks, PolynomialChoice


@register_dataclass
@dataclass(frozen=True, eq=False)
class _Path:
    """Where every unit's walk stands. Arrays have the units first.

    ``place``: which sample and side, a row of the flagged; ``fresh``: it is yet to be begun; ``t``: how far the
    pre-activation has been shifted; ``at`` and ``active``: the pre-activations of the unit itself (units, 1) and of every
    later layer (units, inner), and whether each is taken to be above its kink; ``moves`` (units, outputs): of the logits.
    """

    place: Array
    fresh: Array
    t: Array
    at: tuple[Array, ...]
    active: tuple[Array, ...]
    moves: Array


def read(
    activation: Activation,
    layers: tuple[Layer, ...],
    rows: LayerSamples,
    values: Array,
    h: Scalar,
    reaches: Array,
    reach: Scalar,
    listed: tuple[Array, Array],
    tried: PolynomialChoice,
) -> Gains:
    """All kinks of a hidden layer that isn't the last; its inputs are ``values`` (n, inputs), ``layers`` those that follow.

    ``reaches`` (n,): how far each sample's shifts go, 0 for those that don't count; ``reach``: the largest. ``listed``: as
    ``flagged`` has it.
    """
    places = jnp.concatenate(listed)
    onward = kinks.first_from(places)
    if len(layers) == 2:
        start, step = last_layer_kink_path.walk(activation, layers, rows, reaches, onward)
    else:
        start, step = _walk(activation, layers, rows, reaches, onward)

    def find(walk: Array) -> tuple[Array, Kinks]:
        return lax.scan(lambda walk, _: step(walk), walk, None, length=AT_ONCE)

    return kinks.gathered(find, start, lambda walk: walk.place < len(places), rows.response, values, h, reach, tried)


def _walk(
    activation: Activation, layers: tuple[Layer, ...], rows: LayerSamples, reaches: Array, onward: Array
) -> tuple[Array, Array]:
    """Where all units stand at first, and how they go on from there to the next kink."""
    n, units = rows.before.shape
    unit, dtype = jnp.arange(units), rows.before.dtype

    def step(walk: _Path) -> tuple[_Path, Kinks]:
        sample, side = walk.place % n, jnp.where(walk.place < n, 1.0, -1.0).astype(dtype)
        begun = (rows.before[sample, unit][:, None], *(z[sample] for z in rows.later))
        fresh = walk.fresh[:, None]
        at = tuple(jnp.where(fresh, new, old) for new, old in zip(begun, walk.at, strict=True))
        active = tuple(jnp.where(fresh, new > 0, old) for new, old in zip(begun, walk.active, strict=True))
        t, moves = jnp.where(walk.fresh, 0, walk.t), jnp.where(fresh, 0, walk.moves)

        ways, onwards = _directions(activation, layers, side, active)
        further, distances = _step(at, active, ways)
        happens = (walk.place < 2 * n) & (t + further < reaches[sample])
        further = jnp.where(happens, further, 0)
        t, at = t + further, tuple(z + further[:, None] * d for z, d in zip(at, ways, strict=True))
        moves = moves + further[:, None] * onwards
        active = tuple(on ^ (some == further[:, None]) for on, some in zip(active, distances, strict=True))
        ways, turned = _directions(activation, layers, side, active)
        goes_on = happens & (t + _step(at, active, ways)[0] < reaches[sample])
        place = jnp.where(goes_on, walk.place, onward[walk.place + 1, unit])
        kink = Kinks(sample, side, t, moves.T, onwards.T, turned.T, happens)
        return _Path(place, ~goes_on, t, at, active, moves), kink

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
    way = side[:, None]
    ways = [way]
    onwards = activation.slope(active[0], jnp) * way * layers[0].weights
    for layer, on in zip(layers[1:], active[1:], strict=True):
        ways.append(onwards)
        onwards = (activation.slope(on, jnp) * onwards) @ layer.weights
    return ways, onwards


def _step(at: tuple[Array, ...], active: tuple[Array, ...], ways: list[Array]) -> tuple[Array, list[Array]]:
    """How much farther the shift must go until the next kink is met, (units,); and until each later unit's is."""
    distances = []
    for z, on, way in zip(at, active, ways, strict=True):
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
    active = rows.before > 0
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

    def some(which: Index, counted: Array, found: tuple[Array, Array]) -> tuple[Array, Array]:
        span = reaches[which, None] * slope[which]
        crossed = [_crossing(rows.later[0][which], span, sign * layers[0].weights) for sign in (1, -1)]
        for z, spread in zip(rows.later[1:], spreads[1:], strict=True):
            crossed = [either | _near(z[which], span, spread) for either in crossed]
        return tuple(so_far.at[which].max(new) for so_far, new in zip(found, crossed, strict=True))

    far = reaches > 0
    asked = far & jnp.any(jnp.stack(near), axis=0)
    up, down = chunked_map.of_chosen(some, asked, layers[0].weights.size, (up, down))
    return up & far[:, None], down & far[:, None]


def _crossing(z: Array, span: Array, w: Array) -> Array:
    return jnp.any((z[:, None, :] > 0) != (z[:, None, :] + span[:, :, None] * w > 0), axis=2)


def _near(z: Array, span: Array, spread: Array) -> Array:
    return jnp.any(jnp.abs(z)[:, None, :] < span[:, :, None] * spread, axis=2)
