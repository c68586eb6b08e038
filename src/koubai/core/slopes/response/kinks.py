"""Kinks are exact: what a response curve does beyond a kink, added to what it would have done without.

Beyond a kink, t away, what the bracket D gains or loses is again a smooth function, Q(y) with y = |h·a| - t. It is 0 at y =
0; it is interpolated by a polynomial, and every weight whose shift goes beyond the kink adds it, with the sign of its input.

In the last hidden layer a curve has one kink at most, its own unit's: ``read``. In the layers before it there may be many, of
later units too: ``kink_path.read``. Both find ``AT_ONCE`` kinks of every unit before they are read together: the sums of a
layer are the largest array there is, and are so written once instead of ``AT_ONCE`` times.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.tree_util import register_dataclass

from koubai.core.activations import Activation
from koubai.core.array_types import Array, DType, Floats, PyTree, Scalar
from koubai.core.losses import Response
from koubai.core.network import Layer
from koubai.core.slopes.response.curves import LayerSamples, at_samples, lost_at

AT_ONCE = 2
DEGREES = (5, 8)  # of the polynomials; one of them is chosen by ``enough``


@register_dataclass
@dataclass(frozen=True, eq=False)
class Gains:
    """What kinks add to a layer's sums. Arrays have the units first: (units, inputs) and (units,).

    ``met``: how many kinks there were. ``left_out`` (units,): at most so much the interpolants of Q left out of the sums.
    """

    weights: Array
    bias: Array
    met: Array
    left_out: Array

    @classmethod
    def none(cls, units: int, values: Array) -> "Gains":
        """Before the first kink."""
        none = jnp.zeros(units, values.dtype)
        return cls(jnp.zeros((units, values.shape[1]), values.dtype), none, jnp.asarray(0), none)

    def and_sums(self, sums: Layer) -> Layer:
        """``sums`` (inputs, units) with what all kinks add."""
        return Layer(sums.weights + self.weights.T, sums.bias + self.bias)


@register_dataclass
@dataclass(frozen=True, eq=False)
class Kinks:
    """Some kinks of every unit. Arrays are (kinks, units); those of the logits' moves (kinks, outputs, units).

    Each is that of one ``sample``, ``t`` away on one ``side``: 1 upwards, -1 downwards; there, at the moves ``start`` of the
    logits, their direction ``onwards`` changes to ``turned``. ``met``: whether there is one at all.
    """

    sample: Array
    side: Array
    t: Array
    start: Array
    onwards: Array
    turned: Array
    met: Array

    def pieces(self, response: Response, reach: Scalar, degree: Scalar) -> "_GainPolynomials":
        """Q of each. ``response``: of all samples. ``reach``: how far Q must be known. ``degree``: which of DEGREES."""
        wide = jnp.maximum(reach - self.t, reach * 1e-9)
        start, *ways = (jnp.moveaxis(way, 1, 0) for way in (self.start, self.turned, self.onwards))
        start, both = start[:, None], jnp.stack(ways, axis=1)  # (outputs, 2, kinks, units)
        rows = at_samples(response, self.sample)
        points, fit, last = (jnp.asarray(table, wide.dtype)[degree] for table in (POINTS, INVERSES, LAST))
        powers = jnp.asarray(DEGREES)[degree]

        def with_node(node: Scalar, q: Array) -> Array:
            after, without = lost_at(rows, start + points[node] * wide * both)
            return q + fit[:, node, None, None] * (after - without)

        room = jnp.zeros((DEGREES[-1], *wide.shape), wide.dtype)
        q = lax.fori_loop(0, powers, with_node, room) * jnp.where(self.met, self.side, 0)
        ends = jnp.maximum(jnp.abs(start), jnp.abs(start + wide * both))
        off = jnp.where(self.met & ~(jnp.max(ends, axis=(0, 1)) <= response.largest), jnp.inf, 0)
        left_out = jnp.abs(q[powers - 1]) * last + off
        return _GainPolynomials(self.t, 1 / wide, q, jnp.sum(left_out, axis=0))


@dataclass(frozen=True, eq=False)
class _GainPolynomials:
    """Q(y) = Σ_m q[m - 1]·(y·narrow)^m of kinks ``t`` away (kinks, units); ``q``: (degree, kinks, units).

    ``left_out`` (units,): at most so much is left out of all of them, that is what the last power could be left out for; it is
    infinite where the logits move farther than their response is known.
    """

    t: Array
    narrow: Array
    q: Array
    left_out: Array

    def read(self, kink: int, shift: Array, degree: int) -> Array:
        """sign(shift)·Q(|shift| - t), or 0 where the ``shift`` (units,) or (units, inputs) doesn't reach the kink."""

        def apart(array: Array) -> Array:
            return array[kink][:, None] if jnp.ndim(shift) == 2 else array[kink]

        t = apart(self.t)
        y = (shift - jnp.clip(shift, -t, t)) * apart(self.narrow)
        size = jnp.abs(y)
        *lower, total = [apart(q) for q in self.q[:degree]]
        for q in reversed(lower):
            total = total * size + q
        return total * y


def _polynomials() -> tuple[Floats, Floats]:
    """For each of DEGREES: the Chebyshev points of [0, 1], and what makes of values there the coefficients of y, y², ….

    Both are filled up with zeros.
    """
    most = DEGREES[-1]
    points, inverses = np.zeros((len(DEGREES), most)), np.zeros((len(DEGREES), most, most))
    for number, degree in enumerate(DEGREES):
        points[number, :degree] = 0.5 - 0.5 * np.cos((2 * np.arange(degree) + 1) * np.pi / (2 * degree))
        inverses[number, :degree, :degree] = np.linalg.inv(points[number, :degree, None] ** np.arange(1, degree + 1))
    return points, inverses


POINTS, INVERSES = _polynomials()
# the largest that y^degree differs on [0, 1] from its best approximation by lower powers
LAST = 2.0 ** (1 - 2 * np.array(DEGREES))


def enough(bend: Scalar, sizes: Array, most: Scalar, allowed: Scalar) -> Array:
    """Which of ``DEGREES`` is likely to do; whether it does, the last coefficients say.

    ``bend``: the reach over the distance to the nearest singularity. A piece spans no more than the reach, so that the
    singularity is at least 2/bend of its half-widths away, and the last coefficient beside the size of Q is 2·ϱ^(-degree) with
    ϱ = 2/bend + √(4/bend² + 1), as in ``chebyshev``. That is the nearest singularity of all curves; ``sizes`` (MOST,) of the
    probes' coefficients show how fast those shrink that matter: by ϱ² of a curve, which spans twice as much. No Q is taken to
    be larger than the first of ``sizes``; ``most`` of them may add up, to no more than ``allowed``.
    """
    of_probes = jnp.sqrt(sizes[1] / jnp.maximum(sizes[0], 1e-300)) / 2
    shrinks = jnp.minimum(jnp.exp(-jnp.arcsinh(2 / jnp.maximum(bend, 1e-30))), of_probes)
    return jnp.sum(jnp.stack([2 * most * sizes[0] * shrinks**degree > allowed for degree in DEGREES[:-1]]))


@register_dataclass
@dataclass(frozen=True, eq=False)
class PolynomialChoice:
    """With what polynomials kinks are read: ``degree``, which of DEGREES; past ``most_left_out`` it is given up."""

    degree: Scalar
    most_left_out: Scalar

    @property
    def highest(self) -> Array:
        """Whether there are none of a higher degree."""
        return self.degree == len(DEGREES) - 1

    @classmethod
    def at_last(cls, dtype: DType) -> "PolynomialChoice":
        """The highest, which isn't given up."""
        return cls(jnp.asarray(len(DEGREES) - 1), jnp.asarray(jnp.inf, dtype))


Find = Callable[[PyTree], tuple[PyTree, Kinks]]  # where all units stand -> where they stand then, and the kinks on the way


def gathered(
    find: Find,
    start: PyTree,
    goes_on: Callable[[PyTree], Array],
    response: Response,
    values: Array,
    h: Scalar,
    reach: Scalar,
    choice: "PolynomialChoice",
) -> Gains:
    """What all the kinks add that ``find`` finds, from ``start`` until no unit ``goes_on``, or too much is left out."""
    degree = choice.degree
    units = len(goes_on(start))

    def turn(carry: tuple[PyTree, Gains]) -> tuple[PyTree, Gains]:
        where, kinks = find(carry[0])
        pieces, gains = kinks.pieces(response, reach, degree), carry[1]

        def sums(weights: Array, bias: Array, degree: int) -> tuple[Array, Array]:
            for kink in range(len(kinks.t)):
                weights = weights + pieces.read(kink, values[kinks.sample[kink]] * h, degree)
                bias = bias + pieces.read(kink, h, degree)
            return weights, bias

        weights, bias = lax.switch(degree, [partial(sums, degree=d) for d in DEGREES], gains.weights, gains.bias)
        return where, Gains(weights, bias, gains.met + jnp.sum(kinks.met), gains.left_out + pieces.left_out)

    begin = (start, Gains.none(units, values))
    return lax.while_loop(
        lambda carry: jnp.any(goes_on(carry[0])) & ~(jnp.max(carry[1].left_out) > choice.most_left_out), turn, begin
    )[1]


def read(
    activation: Activation,
    layer: Layer,
    rows: LayerSamples,
    values: Array,
    h: Scalar,
    flagged: Array,
    reach: Scalar,
    choice: PolynomialChoice,
) -> Gains:
    """The own kinks of the last hidden layer; its inputs are ``values`` (n, inputs), ``layer`` is the one that follows.

    ``flagged`` (n, units): whose kinks are in reach, as ``own`` has it; ``reach``: how far the shifts go at most. All units
    take their turns at once, each with some of its samples.
    """
    n, units = flagged.shape
    onward, unit = first_from(flagged), jnp.arange(units)

    def find(flag_row: Array) -> tuple[Array, Kinks]:
        taken = []
        for _ in range(AT_ONCE):
            taken.append(flag_row)
            flag_row = onward[flag_row + 1, unit]
        sample = jnp.minimum(jnp.stack(taken), n - 1)
        z = rows.pre_activations[sample, unit]
        active, t = z > 0, jnp.abs(z)
        side = jnp.where(active, -1, 1).astype(z.dtype)
        onwards, turned = ((side * activation.slope(on, jnp))[:, None] * layer.weights.T for on in (active, ~active))
        return flag_row, Kinks(sample, side, t, t[:, None] * onwards, onwards, turned, jnp.stack(taken) < n)

    return gathered(find, onward[0], lambda place: place < n, rows.response, values, h, reach, choice)


def own(rows: LayerSamples, reaches: Array) -> Array:
    """Which samples and units have the unit's own kink in reach: (n, units)."""
    return jnp.abs(rows.pre_activations) < reaches[:, None]


def first_from(flagged: Array) -> Array:
    """(n + 2, units) from (n, units): the first flagged row of every column from each row on; n where there is none."""
    n, units = flagged.shape
    index = jnp.where(flagged, jnp.arange(n)[:, None], n)
    return jnp.concatenate([lax.cummin(index, axis=0, reverse=True), jnp.full((2, units), n, index.dtype)])
