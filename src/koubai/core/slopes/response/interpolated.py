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

    def shift(self, pre_activations: Array, u: Array) -> Array:
        """Of the value, when the pre-activation shifts by ``u``; a kink on the way isn't seen."""
        if self.activation is None:
            return jnp.broadcast_to(u, pre_activations.shape)
        if self.activation.kind == "straight":
            return self.activation.slope(pre_activations > 0, jnp) * u
        return (self.activation.near or self.activation.change)(pre_activations, u, jnp)


@register_dataclass
@dataclass(frozen=True, eq=False)
class _Series:
    """ρ(sV) = Σ_k (odd_k + s·even_k)·T_(2k-1)(s); ``even`` is None where only the odd part is wanted."""

    odd: Array
    even: Array | None
    count: Scalar

    def value(self, s: Array) -> Array:
        odd = chebyshev.odd_sum(self.odd, s, self.count)
        return odd if self.even is None else odd + s * chebyshev.odd_sum(self.even, s, self.count)


def _halves(own: UnitResponse, above: Array, below: Array, t: Array) -> tuple[Array, Array | None]:
    """From ρ(±tV): its odd half, and, where it is wanted, the even one over t."""
    return (above - below) / 2, (above + below) / (2 * t) if own.bends else None


def _bracket(own: UnitResponse, series: _Series, pre_activations: Array, reach: Scalar, count: Scalar) -> Array:
    """The coefficients (MOST, n, units) of D(s) = ρ(v(sR)) - ρ(v(-sR)), v being the shift of the unit's value."""
    span = reach * own.steepest
    if own.activation is None:
        return 2 * series.odd
    if own.activation.slopes in ((0.0, 1.0), (1.0, 1.0)):
        return 2 * own.activation.slope(pre_activations > 0, jnp) * series.odd

    def at_node(t: Array) -> Array:
        u = t * reach
        return series.value(own.shift(pre_activations, u) / span) - series.value(own.shift(pre_activations, -u) / span)

    return chebyshev.measured(at_node, count, series.odd)


@dataclass(frozen=True, eq=False)
class _Interpolation:
    """A layer whose curves are to be interpolated, and for which samples.

    ``n``: how many samples count; ``within`` (n,): for which the interpolation holds; ``reaches`` (n,): how far their shifts
    go, ``reach``: the largest, R; ``span``: how far the units' values are shifted then. ``gain``: as ``ResponseCurve.gain``.
    ``promised``: from a layer's largest slope, how far off its slopes may be.
    """

    curve: ResponseCurve
    own: UnitResponse
    rows: LayerSamples
    h: Scalar
    n: Scalar
    within: Array
    reaches: Array
    reach: Scalar
    span: Scalar
    gain: Scalar
    promised: Callable[[Scalar], Scalar]

    def at_node(self, t: Scalar) -> tuple[Array, Array | None]:
        """The odd half, and where it is wanted the even one, at a node."""
        shift = t * self.span
        if self.own.bends:
            return _halves(self.own, self.curve.change(self.rows, shift), self.curve.change(self.rows, -shift), t)
        return self.curve.half(self.rows, shift, self.gain * self.reach), None

    def probe(self) -> "_Probes":
        """Measure the curves of a few samples at ``chebyshev.MOST`` nodes, and at the test point."""
        own, reach, dtype = self.own, self.reach, self.rows.pre_activations.dtype
        numbers = _telling(self.rows, self.within)
        rows, counted = self.rows[numbers], self.within[numbers]
        most = jnp.asarray(chebyshev.MOST)
        t = chebyshev.nodes(most, dtype)
        ends = at_points(self.curve, rows, self.span * jnp.concatenate([t, -t]))
        halves = _halves(own, ends[: chebyshev.MOST], ends[chebyshev.MOST :], t[:, None, None])
        odd, even = (None if half is None else chebyshev.coefficients(half, most) for half in halves)
        bracket = _bracket(own, _Series(odd, even, most), rows.pre_activations, reach, most)
        shrinks = jnp.exp(-2 * jnp.arcsinh(1 / jnp.maximum(self.gain * reach, 1e-30)))  # beside the one before it, ϱ^(-2)
        sizes = jnp.maximum(_sizes(odd, counted), 0 if even is None else _sizes(even, counted))
        outside = chebyshev.left_out(sizes).at[0].max(shrinks * sizes[0])  # one node tells nothing of how fast they shrink
        inside = chebyshev.left_out(_sizes(bracket, counted)) / 2 if own.bends else outside
        above, below = (self.curve.change(rows, own.shift(rows.pre_activations, end)) for end in (reach, -reach))
        slope = jnp.max(jnp.abs(chebyshev.odd_sum(_mean(bracket, counted), self.h / reach, most))) / (2 * self.h)
        return _Probes(numbers, counted, above - below, sizes, shrinks, outside, inside, slope)


@dataclass(frozen=True, eq=False)
class _Probes:
    """A few samples, by their ``numbers``, and which of them count; what was measured of them.

    ``at_one`` (probes, units): their brackets at s = 1. ``sizes`` (MOST,): of their coefficients; ``shrinks``: how much smaller
    than the one before it a coefficient is. ``outside`` and ``inside`` (MOST,): what 1, 2, … nodes leave out of ρ, and of the
    brackets. ``slope``: the largest of the layer, by them alone.
    """

    numbers: Array
    counted: Array
    at_one: Array
    sizes: Array
    shrinks: Scalar
    outside: Array
    inside: Array
    slope: Scalar


def read(
    curve: ResponseCurve,
    own: UnitResponse,
    rows: LayerSamples,
    values: Array,
    h: Scalar,
    counted: Array,
    promised: Callable[[Scalar], Scalar],
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
    s = values * jnp.where(within, h / reach, 0)[:, None]
    layer = _Interpolation(curve, own, rows, h, n, within, reaches, reach, reach * own.steepest, gain, promised)
    probes, most = layer.probe(), jnp.asarray(chebyshev.MOST)
    room = jnp.zeros((chebyshev.MOST, *rows.pre_activations.shape), dtype)
    tolerance = promised(probes.slope / AVERAGING) * h / MARGIN
    start = _Attempt(tolerance, most, most, room, jnp.asarray(False), jnp.asarray(0), jnp.asarray(False))
    last = lax.while_loop(
        lambda tried: ~tried.good & (tried.number < ATTEMPTS), lambda tried: _attempt(layer, probes, tried), start
    )
    within = within & last.good
    sums = _read(last.c, s, within, h / reach, last.own_count, last.rounded)
    return LayerSums(sums, reach, jnp.where(within, reaches, 0), last.count, gain * reach, probes.sizes)


def _attempt(layer: _Interpolation, probes: _Probes, tried: _Attempt) -> _Attempt:
    """Measure all samples at as many nodes as the tolerance asks for, and tell whether that is good enough."""
    own, h, within, shrinks = layer.own, layer.h, layer.within, probes.shrinks
    count, own_count = chebyshev.enough(probes.outside, tried.tolerance), chebyshev.enough(probes.inside, tried.tolerance)
    odd, even = chebyshev.measured(layer.at_node, count, (tried.c, tried.c if own.bends else None))
    c = _bracket(own, _Series(odd, even, count), layer.rows.pre_activations, layer.reach, own_count)
    of_bias = chebyshev.odd_sum(jnp.sum(jnp.where(within[:, None], c, 0), axis=1), h / layer.reach, own_count)
    largest_slope = jnp.max(jnp.abs(of_bias)) / (2 * h * layer.n)
    allowed = layer.promised(largest_slope) * h / MARGIN  # of what each pair's odd part may be off
    missed = jnp.max(_mean(jnp.abs(jnp.sum(c[:, probes.numbers], axis=0) - probes.at_one), probes.counted)) / 2
    left_out = jnp.maximum(probes.outside[count - 1], probes.inside[own_count - 1])
    left_out = jnp.maximum(left_out, shrinks * _last(odd, count, within))
    if own.bends:
        left_out = jnp.maximum(left_out, shrinks * _last(even, count, within))
        left_out = jnp.maximum(left_out, shrinks * _last(c, own_count, within) / 2)
    good = (left_out <= allowed) & (missed <= allowed)
    tolerance = jnp.minimum(tried.tolerance, allowed) * SHARPER
    higher = jnp.sum(jnp.max(_mean(jnp.abs(c[1:]), within), axis=1)) / 2
    rounded = left_out + higher * _rounding(layer.n) <= allowed
    return _Attempt(tolerance, count, own_count, c, good, tried.number + 1, rounded)


def _read(c: Array, s: Array, within: Array, s_bias: Array, count: Scalar, rounded: Array) -> Layer:
    """Σ over the samples ``within`` of Σ_k c_k·T_(2k-1)(s), for every input and for the bias.

    ``rounded``: whether the products for k > 1 may be rounded to float32, which takes a fraction of the time.
    """
    coefficients = jnp.where(within[:, None], c, 0)
    first = s.T @ coefficients[0]

    def higher(dtype: DType, start: Array) -> Array:
        def with_next(k: Array, t: Array, so_far: Array) -> Array:
            return so_far + t.astype(dtype).T @ coefficients[k].astype(dtype)

        return chebyshev.polynomials(s, count, with_next, start)

    ways = [
        lambda: first,
        lambda: first + higher(jnp.float32, jnp.zeros(first.shape, jnp.float32)),
        lambda: higher(first.dtype, first),
    ]
    weights = lax.switch(jnp.where(count == 1, 0, jnp.where(rounded, 1, 2)), ways)
    return Layer(weights, chebyshev.odd_sum(jnp.sum(coefficients, axis=1), s_bias, count))


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
    most = jnp.maximum(
        *(jnp.max(jnp.abs(one_logit(rows, jnp.asarray(v, rows.pre_activations.dtype))), axis=1) for v in (-0.5, 0.5))
    )
    score = jnp.where(within, jnp.nan_to_num(most), -1)
    parts = jnp.pad(score, (0, -n % each), constant_values=-1).reshape(-1, each)
    return jnp.minimum(jnp.argmax(parts, axis=1) + each * jnp.arange(len(parts)), n - 1)


def largest(sums: Layer, h: Scalar, n: Scalar) -> Array:
    """The largest slope of a layer, from its sums over ``n`` samples."""
    return jnp.maximum(jnp.max(jnp.abs(sums.weights)), jnp.max(jnp.abs(sums.bias))) / (2 * h * n)


def _sizes(c: Array, counted_probes: Array) -> Array:
    """Of each coefficient (MOST, n, units): the largest of the units' means over the samples that were found. (MOST,)"""
    return jnp.max(_mean(jnp.abs(c), counted_probes), axis=1)


def _last(c: Array, count: Scalar, within: Array) -> Array:
    """The size, as ``_sizes`` has it, of the last of ``count`` coefficients."""
    return jnp.max(_mean(jnp.abs(lax.dynamic_index_in_dim(c, count - 1, keepdims=False)), within))


def _mean(values: Array, counted_probes: Array) -> Array:
    """Over the samples, the last axis but one, that were ``counted_probes``."""
    return jnp.sum(jnp.where(counted_probes[:, None], values, 0), axis=-2) / jnp.maximum(jnp.sum(counted_probes), 1)
