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
    """Where every unit stands on its path. Arrays have the units first.

    ``flag_row``: which sample and side it follows, a row of the flags; ``is_new``: whether that one is yet to be begun; ``t``:
    how far the pre-activation has been shifted; ``own``: how much farther the unit's own kink is; ``slope``: that of its value;
    ``ahead`` (units, inner): how much farther the value must go until each later unit's kink, infinite where it moves away;
    ``direction`` and ``moves`` (outputs, units): of the logits, for a value that rises by 1, and so far.
    """

    flag_row: Array
    is_new: Array
    t: Array
    own: Array
    slope: Array
    ahead: Array
    direction: Array
    moves: Array


class _LastLayerPaths:
    """All that stays the same while the units go on from kink to kink. ``onward``: as ``kinks.first_from`` has it."""

    def __init__(
        self, activation: Activation, layers: tuple[Layer, ...], rows: LayerSamples, reaches: Array, onward: Array
    ) -> None:
        self.activation, self.rows, self.reaches, self.onward = activation, rows, reaches, onward
        self.n, units = rows.pre_activations.shape
        self.unit, self.dtype = jnp.arange(units), rows.pre_activations.dtype
        self.inner, self.last = layers[0].weights, layers[1].weights.T
        self.number = jnp.arange(self.inner.shape[1], dtype=self.dtype)

    def start(self) -> _LastLayerPath:
        """Where all units stand at first."""
        outputs, units = len(self.last), len(self.unit)
        none = jnp.zeros((outputs, units), self.dtype)
        nothing = jnp.zeros(units, self.dtype)
        room = jnp.zeros((units, len(self.number)), self.dtype)
        return _LastLayerPath(self.onward[0], jnp.ones(units, bool), nothing, nothing, nothing, room, none, none)

    def step(self, path: _LastLayerPath) -> tuple[_LastLayerPath, Kinks]:
        """Where they stand at their next kinks, and these kinks."""
        n, reaches = self.n, self.reaches
        sample, side = path.flag_row % n, jnp.where(path.flag_row < n, 1.0, -1.0).astype(self.dtype)
        path = self._begun(path, sample, side)
        nearest = jnp.min(path.ahead, axis=1)
        to_later = _shift(nearest, path.slope)
        further = jnp.minimum(path.own, to_later)
        happens = (path.flag_row < 2 * n) & (path.t + further < reaches[sample])
        further, is_own = jnp.where(happens, further, 0), path.own <= to_later
        t, rise = path.t + further, further * path.slope
        onwards = side * path.slope * path.direction
        moves = path.moves + further * onwards

        first = jnp.min(jnp.where(path.ahead == nearest[:, None], self.number, jnp.inf), axis=1)  # of those equally near
        below, above = self.activation.slopes or (1.0, 1.0)
        direction = path.direction + self._turn(first, is_own, (above - below) * side)
        is_crossed = ~is_own[:, None] & (self.number == first[:, None])
        ahead = jnp.where(is_crossed, jnp.inf, path.ahead) - rise[:, None]
        own = jnp.where(is_own, jnp.inf, path.own - further)
        slope = jnp.where(is_own, jnp.where(side > 0, above, below), path.slope)
        turned = side * slope * direction

        next_one = jnp.minimum(own, _shift(jnp.min(ahead, axis=1), slope))
        goes_on = happens & (t + next_one < reaches[sample])
        flag_row = jnp.where(goes_on, path.flag_row, self.onward[path.flag_row + 1, self.unit])
        kink = Kinks(sample, side, t, moves, onwards, turned, happens)
        return _LastLayerPath(flag_row, ~goes_on, t, own, slope, ahead, direction, moves), kink

    def _begun(self, path: _LastLayerPath, sample: Index, side: Array) -> _LastLayerPath:
        """``path``, where those units that are new stand at their samples."""
        z, later, way = self.rows.pre_activations[sample, self.unit], self.rows.later[0][sample], side[:, None] * self.inner
        own = jnp.where((z > 0) == (side < 0), jnp.abs(z), jnp.inf)
        towards = jnp.where(later > 0, way < 0, way > 0)
        ahead = jnp.where(towards, -later / jnp.where(towards, way, 1), jnp.inf)
        return _LastLayerPath(
            path.flag_row,
            path.is_new,
            jnp.where(path.is_new, 0, path.t),
            jnp.where(path.is_new, own, path.own),
            jnp.where(path.is_new, self.activation.slope(z > 0, jnp), path.slope),
            jnp.where(path.is_new[:, None], ahead, path.ahead),
            jnp.where(path.is_new, self.rows.lines[:, sample, self.unit], path.direction),
            jnp.where(path.is_new, 0, path.moves),
        )

    def _turn(self, first: Array, is_own: Array, steeper: Array) -> Array:
        """By how much the logits' direction (outputs, units) changes where each unit's later unit ``first`` crosses."""
        crossed = jnp.minimum(first, self.number[-1]).astype(int)
        rate = jnp.where(is_own, 0, steeper * jnp.abs(self.inner[self.unit, crossed]))
        return rate * self.last[:, crossed]


def paths(
    activation: Activation, layers: tuple[Layer, ...], rows: LayerSamples, reaches: Array, onward: Array
) -> tuple[_LastLayerPath, Callable[[_LastLayerPath], tuple[_LastLayerPath, Kinks]]]:
    """Where all units stand at first, and how they go on from there to the next kink. ``onward``: as ``kinks.first_from``."""
    of_all = _LastLayerPaths(activation, layers, rows, reaches, onward)
    return of_all.start(), of_all.step


def _shift(rise: Array, slope: Array) -> Array:
    """By how much a pre-activation is shifted until the value has risen by ``rise``."""
    return jnp.where(slope > 0, jnp.maximum(rise, 0) / jnp.where(slope > 0, slope, 1), jnp.inf)
