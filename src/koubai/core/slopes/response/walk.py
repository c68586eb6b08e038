"""Kinks are exact: what a response curve does beyond a kink, added to what it would have done without.

Between kinks, a network of straight activations moves its logits along a line. ``interpolated`` reads every curve as if
that line went on. Here a walk follows each curve, away from where the sample is, on both sides, from kink to kink: its own
unit's, and those of any later unit, in any later layer. At a kink, t away, the line changes its direction, and what the loss
gains or loses by that from there on, Q(y) with y = |h·a| - t, is a smooth function again: it is interpolated at M nodes, and
every weight whose shift goes beyond the kink adds it.

All units of the layer walk at once, each through its own list of samples and sides, so that there is no limit to the number
of kinks and nothing to overflow: a rare kink costs a turn of the walk, many cost many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.tree_util import register_dataclass

from koubai.core.activations import Activation
from koubai.core.network import Layer
from koubai.core.slopes.response import kinks
from koubai.core.slopes.response.curves import Rows
from koubai.core.slopes.response.kinks import Gains, Kink, next_place


@register_dataclass
@dataclass(frozen=True, eq=False)
class _Walk:
    """Where every unit's walk stands. Arrays have the units first.

    ``place``: which sample and side, a row of the flagged; ``fresh``: it is yet to be begun; ``t``: how far the
    pre-activation has been shifted; ``at`` and ``active``: the pre-activations of the unit itself (units, 1) and of every
    later layer (units, inner), and whether each is taken to be above its kink; ``moves`` (units, outputs): of the logits.
    """

    place: Any
    fresh: Any
    t: Any
    at: tuple[Any, ...]
    active: tuple[Any, ...]
    moves: Any


def read(
    activation: Activation,
    layers: tuple[Layer, ...],
    rows: Rows,
    values: Any,
    h: Any,
    reaches: Any,
    reach: Any,
    listed: tuple[Any, Any],
) -> Gains:
    """All kinks of a hidden layer that isn't the last; its inputs are ``values`` (n, inputs), ``layers`` those that follow.

    ``reaches`` (n,): how far each sample's shifts go, 0 for those that don't count; ``reach``: the largest. ``listed``: as
    ``flagged`` has it.
    """
    n, units = rows.before.shape
    places = jnp.concatenate(listed)

    def turn(carry: tuple[_Walk, Gains]) -> tuple[_Walk, Gains]:
        walk, gains = carry
        live = walk.place < 2 * n
        sample, side = walk.place % n, jnp.where(walk.place < n, 1.0, -1.0).astype(values.dtype)
        begun = (rows.before[sample, jnp.arange(units)][:, None], *(z[sample] for z in rows.later))
        fresh = walk.fresh[:, None]
        at = tuple(jnp.where(fresh, new, old) for new, old in zip(begun, walk.at, strict=True))
        active = tuple(jnp.where(fresh, new > 0, old) for new, old in zip(begun, walk.active, strict=True))
        t, moves = jnp.where(walk.fresh, 0, walk.t), jnp.where(fresh, 0, walk.moves)

        ways, onwards = _directions(activation, layers, side, active)
        step, distances = _step(at, active, ways)
        happens = live & (t + step < reaches[sample])
        step = jnp.where(happens, step, 0)
        t, at = t + step, tuple(z + step[:, None] * d for z, d in zip(at, ways, strict=True))
        moves = moves + step[:, None] * onwards
        active = tuple(on ^ (some == step[:, None]) for on, some in zip(active, distances, strict=True))
        ways, turned = _directions(activation, layers, side, active)
        goes_on = happens & (t + _step(at, active, ways)[0] < reaches[sample])

        response = jax.tree.map(lambda array: array[sample], rows.response)
        kink = Kink.of(response, moves.T, onwards.T, turned.T, t, reach, side, happens)
        place = jnp.where(goes_on, walk.place, next_place(places, walk.place))
        return _Walk(place, ~goes_on, t, at, active, moves), gains.and_of(kink, values[sample] * h, h)

    dtype = values.dtype
    widths = [1, *(z.shape[1] for z in rows.later)]
    start = _Walk(
        next_place(places, jnp.full(units, -1)),
        jnp.ones(units, bool),
        jnp.zeros(units, dtype),
        tuple(jnp.zeros((units, width), dtype) for width in widths),
        tuple(jnp.zeros((units, width), bool) for width in widths),
        jnp.zeros((units, rows.response.weights[0].shape[1]), dtype),
    )
    begin = (start, Gains.none(units, values))
    return lax.while_loop(lambda carry: jnp.any(carry[0].place < 2 * n), turn, begin)[1]


def _directions(activation: Activation, layers: Sequence[Layer], side: Any, active: tuple[Any, ...]) -> tuple[list[Any], Any]:
    """How every pre-activation, and at last the logits, move with the shift: (units, inner) each, and (units, outputs)."""
    way = side[:, None]
    ways = [way]
    onwards = activation.slope(active[0], jnp) * way * layers[0].weights
    for layer, on in zip(layers[1:], active[1:], strict=True):
        ways.append(onwards)
        onwards = (activation.slope(on, jnp) * onwards) @ layer.weights
    return ways, onwards


def _step(at: tuple[Any, ...], active: tuple[Any, ...], ways: list[Any]) -> tuple[Any, list[Any]]:
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


def flagged(activation: Activation, layers: tuple[Layer, ...], rows: Rows, reaches: Any) -> tuple[Any, Any]:
    """Which samples and units may have a kink in reach, upwards and downwards: (n, units) each."""
    active, far = rows.before > 0, reaches[:, None]
    own = kinks.own(rows, reaches)
    up, down = own & ~active, own & active
    span = far * activation.slope(active, jnp)
    spread = jnp.abs(layers[0].weights)  # how far a shift of 1 of the unit's value moves each later unit, at most
    for number, z in enumerate(rows.later):
        if number == 0:
            weights = layers[0].weights
            up, down = up | _crossing(z, span, weights), down | _crossing(z, span, -weights)
        else:
            spread = max(activation.slopes or (1.0,)) * spread @ jnp.abs(layers[number].weights)
            near = _near(z, span, spread)
            up, down = up | near, down | near
    return up & (far > 0), down & (far > 0)


def _crossing(z: Any, span: Any, w: Any) -> Any:
    return jnp.any((z[:, None, :] > 0) != (z[:, None, :] + span[:, :, None] * w > 0), axis=2)


def _near(z: Any, span: Any, spread: Any) -> Any:
    return jnp.any(jnp.abs(z)[:, None, :] < span[:, :, None] * spread, axis=2)
