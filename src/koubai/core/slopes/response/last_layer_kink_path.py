"""The path from kink to kink where one hidden layer follows, at a third of the cost of ``kink_path``, which takes any number.

While the value of a unit moves, every later pre-activation moves by it times one weight, whatever has been crossed: so the
value must go V = -z/w until a later unit is at its kink. These distances are divided out once for a sample and then only
shortened; and a later unit that crosses changes the logits' direction by one row of the last weights.
"""

from collections.abc import Callable
from dataclasses import dataclass

import jax.numpy as jnp
from jax.tree_util import register_dataclass

from koubai.core.activations import Activation
from koubai.core.array_types import Array, Index
from koubai.core.network import Layer
from koubai.core.slopes.response.curves import LayerSamples
from koubai.core.slopes.response.kinks import Kinks


@register_dataclass
@dataclass(frozen=True, eq=False)
class _LastLayerPath:
    """Where every unit's walk stands. Arrays have the units first.

    ``place``: which sample and side, a row of the flagged; ``fresh``: it is yet to be begun; ``t``: how far the
    pre-activation has been shifted; ``own``: how much farther the unit's own kink is; ``slope``: of its value there;
    ``ahead`` (units, inner): how much farther the value must go until each later unit's kink, infinite where it moves away;
    ``direction`` and ``moves`` (outputs, units): of the logits, for a value that rises by 1, and so far.
    """

    place: Array
    fresh: Array
    t: Array
    own: Array
    slope: Array
    ahead: Array
    direction: Array
    moves: Array


def walk(
    activation: Activation, layers: tuple[Layer, ...], rows: LayerSamples, reaches: Array, onward: Array
) -> tuple[_LastLayerPath, Callable[[_LastLayerPath], tuple[_LastLayerPath, Kinks]]]:
    """Where all units stand at first, and how they go on from there to the next kink. ``onward``: as ``kinks.first_from``."""
    n, units = rows.before.shape
    unit, dtype = jnp.arange(units), rows.before.dtype
    inner, last = layers[0].weights, layers[1].weights.T
    number = jnp.arange(inner.shape[1], dtype=dtype)
    below, above = activation.slopes or (1.0, 1.0)

    def begun(walk: _LastLayerPath, sample: Index, side: Array) -> _LastLayerPath:
        """With those that are fresh at their samples."""
        z, later, way = rows.before[sample, unit], rows.later[0][sample], side[:, None] * inner
        own = jnp.where((z > 0) == (side < 0), jnp.abs(z), jnp.inf)
        towards = jnp.where(later > 0, way < 0, way > 0)
        ahead = jnp.where(towards, -later / jnp.where(towards, way, 1), jnp.inf)
        every = walk.fresh[:, None]
        return _LastLayerPath(
            walk.place,
            walk.fresh,
            jnp.where(walk.fresh, 0, walk.t),
            jnp.where(walk.fresh, own, walk.own),
            jnp.where(walk.fresh, activation.slope(z > 0, jnp), walk.slope),
            jnp.where(every, ahead, walk.ahead),
            jnp.where(walk.fresh, rows.lines[:, sample, unit], walk.direction),
            jnp.where(walk.fresh, 0, walk.moves),
        )

    def step(walk: _LastLayerPath) -> tuple[_LastLayerPath, Kinks]:
        sample, side = walk.place % n, jnp.where(walk.place < n, 1.0, -1.0).astype(dtype)
        walk = begun(walk, sample, side)
        nearest = jnp.min(walk.ahead, axis=1)
        to_later = _shift(nearest, walk.slope)
        further = jnp.minimum(walk.own, to_later)
        happens = (walk.place < 2 * n) & (walk.t + further < reaches[sample])
        further, is_own = jnp.where(happens, further, 0), walk.own <= to_later
        t, rise = walk.t + further, further * walk.slope
        onwards = side * walk.slope * walk.direction
        moves = walk.moves + further * onwards

        first = jnp.min(jnp.where(walk.ahead == nearest[:, None], number, jnp.inf), axis=1)  # where two are equally near
        crossed = jnp.minimum(first, number[-1]).astype(int)
        rate = jnp.where(is_own, 0, (above - below) * side * jnp.abs(inner[unit, crossed]))
        direction = walk.direction + rate * last[:, crossed]
        gone = ~is_own[:, None] & (number == first[:, None])
        ahead = jnp.where(gone, jnp.inf, walk.ahead) - rise[:, None]
        own = jnp.where(is_own, jnp.inf, walk.own - further)
        slope = jnp.where(is_own, jnp.where(side > 0, above, below), walk.slope)
        turned = side * slope * direction

        next_one = jnp.minimum(own, _shift(jnp.min(ahead, axis=1), slope))
        goes_on = happens & (t + next_one < reaches[sample])
        place = jnp.where(goes_on, walk.place, onward[walk.place + 1, unit])
        kink = Kinks(sample, side, t, moves, onwards, turned, happens)
        return _LastLayerPath(place, ~goes_on, t, own, slope, ahead, direction, moves), kink

    none = jnp.zeros((len(last), units), dtype)
    nothing = jnp.zeros(units, dtype)
    room = jnp.zeros((units, len(number)), dtype)
    return _LastLayerPath(onward[0], jnp.ones(units, bool), nothing, nothing, nothing, room, none, none), step


def _shift(rise: Array, slope: Array) -> Array:
    """By how much a pre-activation is shifted until the value has risen by ``rise``."""
    return jnp.where(slope > 0, jnp.maximum(rise, 0) / jnp.where(slope > 0, slope, 1), jnp.inf)
