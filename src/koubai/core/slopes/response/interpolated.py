"""The slopes of a layer from interpolated curves: K pairs of evaluations for each sample and unit, whatever the inputs are.

With R the layer's reach, the largest shift ±h·a that any weight causes, the bracket D(s) = r(sR) - r(-sR) is odd in s. It is
measured at K nodes, and every weight and bias reads the interpolant: a layer's slopes are K matrix products.

Four things decide whether that is good enough, and how large K is:

- how far the nearest singularity of ρ is, in units of R (``ResponseCurve.gain``): samples that reach too far are left out;
- a few samples, the probes, whose curves are measured at ``chebyshev.MOST`` nodes: what fewer would leave out is seen there.
  For all others it is taken from their last coefficient, which the next one is smaller than by ϱ²;
- the layer's largest slope (of its biases), known once all samples are measured: where what is left out is too much beside
  it, K grows and they are measured again;
- a test point, the farthest one (s = 1), at which the interpolants of the probes are compared with what is measured there.

Samples that are left out, and layers that miss the test, are for ``direct.of_rows``, which evaluates every point.
"""

from collections.abc import Callable
from dataclasses import dataclass

import jax.numpy as jnp
from jax import lax
from jax.tree_util import register_dataclass

from koubai.core.activations import Activation
from koubai.core.array_types import Array, DType, Scalar
from koubai.core.network import Layer
from koubai.core.slopes.response import chebyshev
from koubai.core.slopes.response.curves import LayerSamples, ResponseCurve, at_points, of_logits

PROBES = 4
MARGIN = 2  # what is promised, over what may be left out, once by the nodes and once by the kinks
AVERAGING = 8  # a layer's largest slope is taken to be so much less than the probes' alone, until it is known
ATTEMPTS = 4
SHARPER = 0.05  # how much stricter the next attempt is
FARTHEST_WITH_KINKS = 0.2  # as ``chebyshev.FARTHEST``, where a hidden layer has kinks: its gains take as many nodes


@register_dataclass
@dataclass(frozen=True, eq=False)
class LayerSums:
    """``sums`` over some samples of the brackets that each weight and bias reads; K, the number of nodes.

    ``reaches`` (n,): how far the shifts of these samples go, 0 for the samples that are left out; ``reach``: R, the largest.
    ``bend``: R over the distance to the nearest singularity; ``sizes`` (MOST,): of the probes' coefficients.
    """

    sums: Layer
    reach: Scalar
    reaches: Array
    nodes: Scalar
    bend: Scalar
    sizes: Array


@register_dataclass
@dataclass(frozen=True, eq=False)
class _Attempt:
    tolerance: Scalar
    count: Scalar
    own_count: Scalar
    c: Array
    good: Array
    number: Scalar
    rounded: Array


@dataclass(frozen=True)
class UnitResponse:
    """How the unit's own value answers a shift of its pre-activation: ``None`` for a logit, which is its own value."""

    activation: Activation | None

    @property
    def bends(self) -> bool:
        """Whether the value's shift isn't odd in the shift of the pre-activation."""
        return self.activation is not None and self.activation.kind == "smooth"

    @property
    def steepest(self) -> float:
        """The most that the value shifts when the pre-activation shifts by 1."""
        return 1.0 if self.activation is None else self.activation.steepest

    def gain(self) -> float:
        """As ``ResponseCurve.gain``, for the value itself."""
        return 0.0 if self.activation is None else 1 / self.activation.strip

    def shift(self, before: Array, u: Array) -> Array:
        """Of the value, when the pre-activation shifts by ``u``; a kink on the way isn't seen."""
        if self.activation is None:
            return jnp.broadcast_to(u, before.shape)
        if self.activation.kind == "straight":
            return self.activation.slope(before > 0, jnp) * u
        return (self.activation.near or self.activation.change)(before, u, jnp)


@register_dataclass
@dataclass(frozen=True, eq=False)
class _Series:
    """ρ(sV) = Σ_k (odd_k + s·even_k)·T_(2k-1)(s); ``even`` is None where only the odd part is wanted."""

    odd: Array
    even: Array
    count: Scalar

    def at(self, s: Array) -> Array:
        made = chebyshev.odd_sum(self.odd, s, self.count)
        return made if self.even is None else made + s * chebyshev.odd_sum(self.even, s, self.count)


def _halves(own: UnitResponse, above: Array, below: Array, t: Array) -> tuple[Array, Array]:
    """From ρ(±tV): its odd half, and, where it is wanted, the even one over t."""
    return (above - below) / 2, (above + below) / (2 * t) if own.bends else None


def _bracket(own: UnitResponse, series: _Series, before: Array, reach: Scalar, count: Scalar) -> Array:
    """The coefficients (MOST, n, units) of D(s) = ρ(v(sR)) - ρ(v(-sR)), v being the shift of the unit's value."""
    span = reach * own.steepest
    if own.activation is None:
        return 2 * series.odd
    if own.activation.slopes in ((0.0, 1.0), (1.0, 1.0)):
        return 2 * own.activation.slope(before > 0, jnp) * series.odd

    def at_node(t: Array) -> Array:
        u = t * reach
        return series.at(own.shift(before, u) / span) - series.at(own.shift(before, -u) / span)

    return chebyshev.measured(at_node, count, series.odd)


def read(
    curve: ResponseCurve,
    own: UnitResponse,
    rows: LayerSamples,
    values: Array,
    h: Scalar,
    counted: Array,
    promised: Callable[[Array], Array],
) -> LayerSums:
    """The sums of a layer with inputs ``values`` (n, inputs).

    ``counted`` (n,): which samples count. ``promised``: from a layer's largest slope, how far off its slopes may be.
    """
    n, dtype = jnp.sum(counted), values.dtype
    reaches = h * jnp.maximum(1, jnp.max(jnp.abs(values), axis=1))
    gain = jnp.maximum(curve.gain(rows[_telling(rows, counted)] if rows.lines is None else rows), own.gain())
    farthest = chebyshev.FARTHEST if own.activation is None or not own.activation.kinks else FARTHEST_WITH_KINKS
    within = counted & (reaches * gain <= farthest)
    reach = jnp.max(jnp.where(within, reaches, 0))
    reach = jnp.where(reach > 0, reach, h).astype(dtype)
    span = reach * own.steepest
    s = values * jnp.where(within, h / reach, 0)[:, None]

    places = _telling(rows, within)
    probes, found = rows[places], within[places]
    most = jnp.asarray(chebyshev.MOST)
    t = chebyshev.nodes(most, dtype)
    ends = at_points(curve, probes, span * jnp.concatenate([t, -t]))
    halves = _halves(own, ends[: chebyshev.MOST], ends[chebyshev.MOST :], t[:, None, None])
    fitted = [None if half is None else chebyshev.coefficients(half, most) for half in halves]
    probed = _Series(fitted[0], fitted[1], most)
    bent = _bracket(own, probed, probes.before, reach, most)
    shrinks = jnp.exp(-2 * jnp.arcsinh(1 / jnp.maximum(gain * reach, 1e-30)))  # a coefficient beside the one before it, ϱ^(-2)
    sizes = jnp.maximum(_sizes(probed.odd, found), 0 if probed.even is None else _sizes(probed.even, found))
    outside = chebyshev.left_out(sizes).at[0].max(shrinks * sizes[0])  # one node tells nothing of how fast they shrink
    inside = chebyshev.left_out(_sizes(bent, found)) / 2 if own.bends else outside
    at_one = curve.change(probes, own.shift(probes.before, reach)) - curve.change(probes, own.shift(probes.before, -reach))

    def at_node(t: Array) -> tuple[Array, Array]:
        if own.bends:
            return _halves(own, curve.change(rows, t * span), curve.change(rows, -t * span), t)
        return curve.half(rows, t * span, gain * reach), None

    def attempt(tried: _Attempt) -> _Attempt:
        count, own_count = chebyshev.enough(outside, tried.tolerance), chebyshev.enough(inside, tried.tolerance)
        fitted = chebyshev.measured(at_node, count, (tried.c, tried.c if own.bends else None))
        series = _Series(fitted[0], fitted[1], count)
        c = _bracket(own, series, rows.before, reach, own_count)
        of_bias = chebyshev.odd_sum(jnp.sum(jnp.where(within[:, None], c, 0), axis=1), h / reach, own_count)
        allowed = promised(jnp.max(jnp.abs(of_bias)) / (2 * h * n)) * h / MARGIN  # of what each pair's odd part may be off
        missed = jnp.max(_mean(jnp.abs(jnp.sum(c[:, places], axis=0) - at_one), found)) / 2
        left_out = jnp.maximum(outside[count - 1], inside[own_count - 1])
        left_out = jnp.maximum(left_out, shrinks * _last(series.odd, count, within))
        if own.bends:
            left_out = jnp.maximum(left_out, shrinks * _last(series.even, count, within))
            left_out = jnp.maximum(left_out, shrinks * _last(c, own_count, within) / 2)
        good = (left_out <= allowed) & (missed <= allowed)
        tolerance = jnp.minimum(tried.tolerance, allowed) * SHARPER
        higher = jnp.sum(jnp.max(_mean(jnp.abs(c[1:]), within), axis=1)) / 2
        rounded = left_out + higher * _rounding(n) <= allowed
        return _Attempt(tolerance, count, own_count, c, good, tried.number + 1, rounded)

    room = jnp.zeros((chebyshev.MOST, *rows.before.shape), dtype)
    of_probes = jnp.max(jnp.abs(chebyshev.odd_sum(_mean(bent, found), h / reach, most))) / (2 * h)
    start = _Attempt(
        promised(of_probes / AVERAGING) * h / MARGIN, most, most, room, jnp.asarray(False), jnp.asarray(0), jnp.asarray(False)
    )
    last = lax.while_loop(lambda tried: ~tried.good & (tried.number < ATTEMPTS), attempt, start)
    within = within & last.good
    sums = _read(last.c, s, within, h / reach, last.own_count, last.rounded)
    return LayerSums(sums, reach, jnp.where(within, reaches, 0), last.count, gain * reach, sizes)


def _read(c: Array, s: Array, within: Array, s_bias: Array, count: Scalar, rounded: Array) -> Layer:
    """Σ over the samples ``within`` of Σ_k c_k·T_(2k-1)(s), for every input and for the bias.

    ``rounded``: whether the products for k > 1 may be rounded to float32, which takes a fraction of the time.
    """
    kept = jnp.where(within[:, None], c, 0)
    first = s.T @ kept[0]

    def higher(dtype: DType, start: Array) -> Array:
        def with_next(k: Array, t: Array, made: Array) -> Array:
            return made + t.astype(dtype).T @ kept[k].astype(dtype)

        return chebyshev.polynomials(s, count, with_next, start)

    ways = [
        lambda: first,
        lambda: first + higher(jnp.float32, jnp.zeros(first.shape, jnp.float32)),
        lambda: higher(first.dtype, first),
    ]
    weights = lax.switch(jnp.where(count == 1, 0, jnp.where(rounded, 1, 2)), ways)
    return Layer(weights, chebyshev.odd_sum(jnp.sum(kept, axis=1), s_bias, count))


def _rounding(n: Scalar) -> Array:
    """The part of a sum of ``n`` products that is lost where they are taken in float32.

    Its worst grows like n, but roundings that know nothing of each other add up like √n (N. J. Higham and T. Mary, A new
    approach to probabilistic rounding error analysis, SIAM Journal on Scientific Computing 41, 2019); three more are of the
    factors and of their product.
    """
    return (jnp.sqrt(n) + 3) * 2.0**-24


def _telling(rows: LayerSamples, within: Array) -> Array:
    """At most ``PROBES`` samples: of each part of the batch, of those ``within``, the one that loses most by a moved logit."""
    n = len(within)
    each = -(-n // PROBES)
    one_logit = of_logits().change
    most = jnp.maximum(*(jnp.max(jnp.abs(one_logit(rows, jnp.asarray(v, rows.before.dtype))), axis=1) for v in (-0.5, 0.5)))
    score = jnp.where(within, jnp.nan_to_num(most), -1)
    parts = jnp.pad(score, (0, -n % each), constant_values=-1).reshape(-1, each)
    return jnp.minimum(jnp.argmax(parts, axis=1) + each * jnp.arange(len(parts)), n - 1)


def largest(sums: Layer, h: Scalar, n: Scalar) -> Array:
    """The largest slope of a layer, from its sums over ``n`` samples."""
    return jnp.maximum(jnp.max(jnp.abs(sums.weights)), jnp.max(jnp.abs(sums.bias))) / (2 * h * n)


def _sizes(c: Array, found: Array) -> Array:
    """Of each coefficient (MOST, n, units): the largest of the units' means over the samples that were found. (MOST,)"""
    return jnp.max(_mean(jnp.abs(c), found), axis=1)


def _last(c: Array, count: Scalar, within: Array) -> Array:
    """The size, as ``_sizes`` has it, of the last of ``count`` coefficients."""
    return jnp.max(_mean(jnp.abs(lax.dynamic_index_in_dim(c, count - 1, keepdims=False)), within))


def _mean(values: Array, found: Array) -> Array:
    """Over the samples, the last axis but one, that were ``found``."""
    return jnp.sum(jnp.where(found[:, None], values, 0), axis=-2) / jnp.maximum(jnp.sum(found), 1)
