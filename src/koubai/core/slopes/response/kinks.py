"""Kinks are exact: what a response curve does beyond a kink, added to what it would have done without.

Beyond a kink, t away, what the bracket D gains or loses is again a smooth function, Q(y) with y = |h·a| - t. It is 0 at y =
0; it is interpolated at ``DEGREE`` nodes, and every weight whose shift goes beyond the kink adds it, with the sign of its
input.

In the last hidden layer a curve has one kink at most, its own unit's: ``read``. In the layers before it there may be many, of
later units too: ``walk.read``.
"""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.tree_util import register_dataclass

from koubai.core.activations import Activation
from koubai.core.losses import Response
from koubai.core.network import Layer
from koubai.core.slopes.response.curves import Rows

DEGREE = 8
NODES = 0.5 - 0.5 * np.cos((2 * np.arange(DEGREE) + 1) * np.pi / (2 * DEGREE))
FIT = np.linalg.inv(NODES[:, None] ** np.arange(1, DEGREE + 1))
LAST = 2.0 ** (1 - 2 * DEGREE)  # the largest that y^DEGREE differs on [0, 1] from its best approximation by lower powers


@register_dataclass
@dataclass(frozen=True, eq=False)
class Gains:
    """What kinks add to a layer's sums. Arrays have the units first: (units, inputs) and (units,).

    ``met``: how many kinks there were. ``left_out`` (units,): at most so much the interpolants of Q left out of the sums.
    """

    weights: Any
    bias: Any
    met: Any
    left_out: Any

    @classmethod
    def none(cls, units: int, values: Any) -> "Gains":
        """Before the first kink."""
        none = jnp.zeros(units, values.dtype)
        return cls(jnp.zeros((units, values.shape[1]), values.dtype), none, jnp.asarray(0), none)

    def and_of(self, kink: "Kink", shifts: Any, h: Any) -> "Gains":
        """And what every weight, by its ``shifts`` (units, inputs), and the bias, by h, get from one more kink of each unit."""
        weights = self.weights + _beyond([c[:, None] for c in kink.q], shifts, kink.t[:, None], kink.wide[:, None])
        bias = self.bias + _beyond(list(kink.q), h, kink.t, kink.wide)
        return Gains(weights, bias, self.met + jnp.sum(kink.met), self.left_out + jnp.abs(kink.q[-1]) * LAST + kink.off)

    def and_sums(self, sums: Layer) -> Layer:
        """``sums`` (inputs, units) with what all kinks add."""
        return Layer(sums.weights + self.weights.T, sums.bias + self.bias)


@dataclass(frozen=True, eq=False)
class Kink:
    """One kink of every unit, ``t`` away (units,), where it was ``met``; Q(y) = Σ_m q[m - 1]·(y/wide)^m.

    ``off`` (units,): infinite where the logits move farther than their response is known.
    """

    t: Any
    wide: Any
    q: Any
    met: Any
    off: Any

    @classmethod
    def of(cls, response: Response, start: Any, onwards: Any, turned: Any, t: Any, reach: Any, side: Any, met: Any) -> "Kink":
        """At the moves ``start`` (outputs, units) of the logits their direction ``onwards`` changes to ``turned``.

        ``side`` (units,): 1 upwards, -1 downwards. ``reach``: how far Q must be known.
        """
        wide = jnp.maximum(reach - t, reach * 1e-9)
        y = wide * jnp.asarray(NODES[:, None], wide.dtype)
        paths = [start[:, None] + y * way[:, None] for way in (turned, onwards)]
        after, without = (response.lost(path, -1, jnp) for path in paths)
        q = jnp.tensordot(jnp.asarray(FIT, y.dtype), after - without, 1) * side
        farthest = jnp.maximum(*(jnp.max(jnp.abs(path), axis=(0, 1)) for path in paths))
        return cls(t, wide, jnp.where(met, q, 0), met, jnp.where(met & ~(farthest <= response.largest), jnp.inf, 0))


def read(activation: Activation, layer: Layer, rows: Rows, values: Any, h: Any, flagged: Any, reach: Any) -> Gains:
    """The own kinks of the last hidden layer; its inputs are ``values`` (n, inputs), ``layer`` is the one that follows.

    ``flagged`` (n, units): whose kinks are in reach, as ``own`` has it; ``reach``: how far the shifts go at most. All units
    take their turns at once, each with one of its samples.
    """
    n, units = flagged.shape
    weights = layer.weights.T

    def turn(carry: tuple[Any, Gains]) -> tuple[Any, Gains]:
        sample, gains = carry
        z = rows.before[sample, jnp.arange(units)]
        active, t = z > 0, jnp.abs(z)
        side = jnp.where(active, -1, 1).astype(z.dtype)
        onwards = side * activation.slope(active, jnp) * weights
        turned = side * activation.slope(~active, jnp) * weights
        response = jax.tree.map(lambda array: array[sample], rows.response)
        kink = Kink.of(response, t * onwards, onwards, turned, t, reach, side, sample < n)
        return next_place(flagged, sample), gains.and_of(kink, values[sample] * h, h)

    first = next_place(flagged, jnp.full(units, -1))
    return lax.while_loop(lambda carry: jnp.any(carry[0] < n), turn, (first, Gains.none(units, values)))[1]


def own(rows: Rows, reaches: Any) -> Any:
    """Which samples and units have the unit's own kink in reach: (n, units)."""
    return jnp.abs(rows.before) < reaches[:, None]


def next_place(flagged: Any, place: Any) -> Any:
    """The first flagged row of every column after row ``place`` of it; one after the last where there is none."""
    index = jnp.arange(len(flagged))[:, None]
    return jnp.min(jnp.where(flagged & (index > place), index, len(flagged)), axis=0)


def _beyond(q: list[Any], shift: Any, t: Any, wide: Any) -> Any:
    """sign(shift)·Q(|shift| - t), or 0 where the shift doesn't reach the kink."""
    y = (shift - jnp.clip(shift, -t, t)) / wide
    size = jnp.abs(y)
    total = q[-1]
    for number in range(len(q) - 2, -1, -1):
        total = total * size + q[number]
    return total * y
