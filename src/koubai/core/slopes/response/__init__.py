"""Central differences of a dense network by response curves: the plain loop's numbers, without its repeated work.

Moving a weight w[i, j] of a layer by ±h moves, for sample n, only unit j's pre-activation, by ±h·a[n, i], where a is the
layer's input; moving the bias moves it by ±h, as if it were the weight of an input that is always 1. So for each pair
(sample n, unit j) there is one function of one variable, the response curve r(δ) = what sample n loses when that unit's
pre-activation is shifted by δ, and every weight into the unit, and its bias, reads that curve at two points:

    slope of w[i, j] = mean over n of [ r(h·a[n, i]) - r(-h·a[n, i]) ] / 2h

Nothing is differentiated. Only what lies downstream of the unit is evaluated (``curves``). The bracket is odd in a: inputs
that are equal but for their sign share one evaluation, and an input of 0 needs none. A layer with few inputs, or with few
distinct ones, is evaluated at each of them (``small``); in all others the curves are measured at a few nodes and read by
matrix products (``interpolated``), and what lies beyond kinks is added (``kinks``, ``kink_path``); a network whose hidden
layers have different activations is evaluated at every point. docs/response-curves.md tells it at length.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.tree_util import register_dataclass

from koubai.core import pytrees as pytrees
from koubai.core.activations import Activation, activations_in
from koubai.core.array_types import Array, Scalar
from koubai.core.losses import Loss
from koubai.core.network import Layer, Network
from koubai.core.regularization import Penalty
from koubai.core.slopes import chunked_map
from koubai.core.slopes.base import Batch, Points
from koubai.core.slopes.response import chebyshev, curves, direct, flips, interpolated, kink_path, kinks, small
from koubai.core.slopes.response.curves import LayerSamples, ResponseCurve
from koubai.core.slopes.response.interpolated import LayerSums, UnitResponse
from koubai.core.slopes.response.kinks import Gains, PolynomialChoice
from koubai.core.slopes.response.small import ForwardPass


@register_dataclass
@dataclass(frozen=True, eq=False)
class LayerReport:
    """How a layer's slopes were measured.

    ``pairs``: of a sample and a unit, each a response curve. ``interpolated``: whether its curves were (else every pair is
    evaluated at every point that a weight reads, or, where there are few distinct ones, at these). ``nodes``: K, how many
    pairs of points an interpolated curve was measured at, the most of any block of samples. ``kinked``: pairs that may have a
    kink in reach, ``kinks``: how many were met. ``exact``: pairs that were evaluated at every point after all. ``reads``: at
    how many points a curve that isn't interpolated is evaluated.
    """

    interpolated: bool = field(metadata={"static": True})
    pairs: Array
    nodes: Scalar
    kinked: Array
    kinks: Array
    exact: Array
    reads: int = field(default=0, repr=False, metadata={"static": True})

    def as_ints(self) -> "LayerReport":
        """The same in plain numbers."""
        pairs, nodes, kinked, kinks, exact = map(int, (self.pairs, self.nodes, self.kinked, self.kinks, self.exact))
        return LayerReport(self.interpolated, pairs, nodes, kinked, kinks, exact, self.reads)

    @property
    def points(self) -> int:
        """At how many points curves were evaluated, of a report in plain numbers; what kinks took is not counted."""
        exactly = self.exact if self.interpolated else self.pairs
        return int(2 * self.nodes * self.pairs + self.reads * exactly)


def measure(loss: Loss, network: Network, data: Batch, h: Scalar, key: Array = None) -> tuple[Array, Network]:
    """The loss and its central differences of every weight and bias, all at the same point."""
    value, gradient, _ = measured(loss, network, data, h)
    return value, gradient


def measured(loss: Loss, network: Network, data: Batch, h: Scalar) -> tuple[Array, Network, tuple[LayerReport, ...]]:
    """The same, and how every layer was measured. Many samples are taken a block at a time."""
    n = len(data.inputs)
    pieces = -(-n // _samples_at_once(network))
    if pieces == 1:
        total = _block(loss, network, data, h, data.counted)
    else:

        def block(part: tuple[Batch, Array]) -> _BlockSums:
            return _block(loss, network, part[0], h, part[1])

        pieces_of_data = _split(data, pieces)
        shapes = jax.eval_shape(block, jax.tree.map(lambda array: array[0], pieces_of_data))
        nothing = jax.tree.map(lambda shape: jnp.zeros(shape.shape, shape.dtype), shapes)
        total, _ = lax.scan(lambda total, part: (_together(total, block(part)), None), nothing, pieces_of_data)
    count = n if data.counted is None else jnp.sum(data.counted)
    slopes = jax.tree.map(lambda sums: sums / (2 * h * count), total.sums)
    value = total.lost / count
    if data.penalty is not None:
        value = value + data.penalty.total(network, jnp)
        slopes = tuple(_with_penalty(data.penalty, *layers, h) for layers in zip(network.layers, slopes, strict=True))
    return value, replace(network, layers=slopes), total.report


def _with_penalty(penalty: Penalty, layer: Layer, slopes: Layer, h: Scalar) -> Layer:
    return replace(slopes, weights=slopes.weights + penalty.difference(layer.weights, h, jnp))


@register_dataclass
@dataclass(frozen=True, eq=False)
class _BlockSums:
    """By some of the samples: what they lose, and the sums of the brackets that each weight and bias reads."""

    lost: Array
    sums: tuple[Layer, ...]
    report: tuple[LayerReport, ...]


def _together(a: _BlockSums, b: _BlockSums) -> _BlockSums:
    sums, lost = jax.tree.map(jnp.add, (a.sums, a.lost), (b.sums, b.lost))
    report = tuple(
        replace(jax.tree.map(jnp.add, x, y), nodes=jnp.maximum(x.nodes, y.nodes))
        for x, y in zip(a.report, b.report, strict=True)
    )
    return _BlockSums(lost, sums, report)


def _block(loss: Loss, network: Network, data: Batch, h: Scalar, counted: Array) -> _BlockSums:
    """For the samples that are ``counted`` (n,), or for all of them."""
    by_curves = [number for number in range(len(network.layers)) if _is_interpolated(network, number, data)]
    if not by_curves:
        return _of_small(loss, network, data, h, counted)
    activations = network.activations
    values, pre_activations = [data.inputs], []
    for number, layer in enumerate(network.layers):
        pre_activations.append(values[-1] @ layer.weights + layer.bias)
        values.extend(activation.apply(pre_activations[-1], jnp) for activation in activations[number : number + 1])
    rows = loss.rows(pre_activations[-1], data.targets, jnp)
    lost = jnp.sum(rows if counted is None else jnp.where(counted, rows, 0))
    response = loss.response(pre_activations[-1], data.targets, jnp)
    promised = partial(_promised, lost / (len(rows) if counted is None else jnp.sum(counted)), h)
    everyone = jnp.ones(len(rows), bool) if counted is None else counted
    sums, report = {}, {}
    activation, *_ = activations_in(network.activation)
    for number in by_curves:
        behind = network.layers[number + 1 :]
        samples = LayerSamples(pre_activations[number], tuple(pre_activations[number + 1 : -1]), response)
        interpolated_layer = _InterpolatedLayer.of(activation, behind, samples, values[number], h, everyone, promised)
        layer_sums, layer_report, left_out = interpolated_layer.read()
        report[number] = replace(layer_report, reads=_reads(network, number, None))
        own, after = activation if behind else None, network.after(number)
        context = direct.LayerContext(loss, own, after, data.targets, pre_activations[number], values[number])
        sums[number] = direct.of_rows(context, h, left_out, layer_sums)
    others = [number for number in range(len(network.layers)) if number not in by_curves]
    if others:
        values_by_unit, pre_activations_by_unit = ([array.T for array in arrays] for arrays in (values, pre_activations))
        distinct = _distinct_inputs(network, data, values_by_unit)
        forward = ForwardPass(
            loss, network.layers, activations, values_by_unit, pre_activations_by_unit, data.targets.T, distinct, counted
        )
        point_sums, point_reports = _at_points(forward, network, others, h)
        sums, report = sums | point_sums, report | point_reports
    numbers = range(len(network.layers))
    return _BlockSums(lost, tuple(sums[number] for number in numbers), tuple(report[number] for number in numbers))


def _of_small(loss: Loss, network: Network, data: Batch, h: Scalar, counted: Array) -> _BlockSums:
    """The same where every layer is evaluated at points; samples are the last axis all the way."""
    activations = network.activations
    values, pre_activations = [data.inputs.T], []
    for number, layer in enumerate(network.layers):
        pre_activations.append(layer.weights.T @ values[-1] + layer.bias[:, None])
        values.extend(activation.apply(pre_activations[-1], jnp) for activation in activations[number : number + 1])
    rows = loss.rows(pre_activations[-1].T, data.targets, jnp)
    lost = jnp.sum(rows if counted is None else jnp.where(counted, rows, 0))
    forward = ForwardPass(
        loss,
        network.layers,
        activations,
        values,
        pre_activations,
        data.targets.T,
        _distinct_inputs(network, data, values),
        counted,
    )
    numbers = range(len(network.layers))
    sums, report = _at_points(forward, network, numbers, h)
    return _BlockSums(lost, tuple(sums[number] for number in numbers), tuple(report[number] for number in numbers))


def _distinct_inputs(network: Network, data: Batch, values: list[Array]) -> list[Points | None]:
    """For each layer the few distinct inputs that it has, where these are known: of data, and behind stepping units."""
    passed = zip(network.activations, values[1:], strict=True)
    behind = (direct.of_levels(v.T, activation) if activation.levels else None for activation, v in passed)
    return [data.points, *behind]


def _at_points(
    forward: ForwardPass, network: Network, numbers: Sequence[int], h: Scalar
) -> tuple[dict[int, Layer], dict[int, LayerReport]]:
    """The sums of layers that aren't interpolated, and how they were got: at every point, or by flips of stepping units."""

    def flips_of(number: int) -> bool:
        own = forward.activations[number] if number < len(forward.activations) else None
        return forward.few[number] is None and flips.are_read(own, network.sizes[number])

    def flipped(number: int) -> Layer:
        arrays = (forward.targets.T, forward.pre_activations[number].T, forward.values[number].T)
        context = direct.LayerContext(forward.loss, forward.activations[number], network.after(number), *arrays)
        return flips.read(context, h, forward.counted)

    stepping = [number for number in numbers if flips_of(number)]
    others = [number for number in numbers if number not in stepping]
    sums = (small.read(forward, others, h) if others else {}) | {number: flipped(number) for number in stepping}
    reads = {number: 1 if number in stepping else _reads(network, number, forward.few[number]) for number in numbers}
    report = {}
    for number in numbers:
        pre_activations = forward.pre_activations[number].T
        report[number] = _counts(pre_activations, forward.counted, reads[number], interpolated=False)
    return sums, report


def _is_interpolated(network: Network, number: int, data: Batch) -> bool:
    """Whether a layer's curves are; if not, they are evaluated at every point, or at the few distinct ones."""
    if network.sizes[number] <= direct.FEW_INPUTS or (number == 0 and data.points is not None):
        return False
    if number + 1 == len(network.layers) and direct.is_small(network.sizes[number], network.sizes[-1], len(data.inputs)):
        return False
    activations = set(network.activations)
    return len(activations) < 2 and not any(activation.kind == "stepping" for activation in activations)


@dataclass(frozen=True)
class _InterpolatedLayer:
    """A layer whose curves are interpolated: the layers ``behind`` it, what is known of its samples, and its inputs.

    ``activation``: that of all hidden layers. ``counted`` (n,): which samples count; ``count``: how many. ``promised``: from a
    layer's largest slope, how far off its slopes may be.
    """

    activation: Activation
    behind: tuple[Layer, ...]
    samples: LayerSamples
    values: Array
    h: Scalar
    counted: Array
    count: Scalar
    promised: Callable[[Scalar], Scalar]

    @classmethod
    def of(
        cls,
        activation: Activation,
        behind: tuple[Layer, ...],
        samples: LayerSamples,
        values: Array,
        h: Scalar,
        counted: Array,
        promised: Callable[[Scalar], Scalar],
    ) -> "_InterpolatedLayer":
        """The layer, with the lines along which its units move the logits, where activations are straight."""
        if len(behind) > 1 and activation.kind == "straight":
            samples = replace(samples, lines=curves.lines(activation, behind, samples.later))
        return cls(activation, behind, samples, values, h, counted, jnp.sum(counted), promised)

    def read(self) -> tuple[Layer, LayerReport, Array]:
        """The layer's sums, how they were got, and the samples (n,) that are left for ``direct``."""
        response = UnitResponse(self.activation if self.behind else None)
        curve = _curve(self.activation, self.behind)
        smooth = interpolated.read(curve, response, self.samples, self.values, self.h, self.counted, self.promised)
        units = self.samples.pre_activations.shape[1]
        report = replace(_counts(self.samples.pre_activations, self.counted, interpolated=True), nodes=smooth.nodes)
        left_out = self.counted & (smooth.reaches == 0)
        if not (self.behind and self.activation.kind == "straight" and self.activation.kinks):
            return smooth.sums, replace(report, exact=jnp.sum(left_out) * units), left_out
        upwards, downwards = self._flagged(smooth)
        pairs = jnp.sum(upwards | downwards)
        sums, met, failed = lax.cond(
            pairs > 0,
            lambda: self._with_kinks(smooth, upwards, downwards),
            lambda: (smooth.sums, jnp.asarray(0), jnp.asarray(False)),
        )
        left_out = left_out | (self.counted & failed)
        return sums, replace(report, kinked=pairs, kinks=met, exact=jnp.sum(left_out) * units), left_out

    def _flagged(self, smooth: LayerSums) -> tuple[Array, Array]:
        """Which samples and units may have a kink in reach, upwards and downwards: (n, units) each."""
        if len(self.behind) > 1:
            return kink_path.flagged(self.activation, self.behind, self.samples, smooth.reaches)
        flags = kinks.own(self.samples, smooth.reaches)
        return flags, flags

    def _with_kinks(self, smooth: LayerSums, upwards: Array, downwards: Array) -> tuple[Layer, Array, Array]:
        """The sums with what kinks add, how many there are, and whether it failed: then all sums are 0.

        Polynomials of a higher degree are tried where the first leave out too much.
        """

        def attempt(state: _KinkState) -> _KinkState:
            _, choice, *_ = state
            gains = self._gains(smooth, upwards, downwards, choice)
            sums = gains.and_sums(smooth.sums)
            failed = ~(jnp.max(gains.left_out) <= self._allowed(sums))
            return ~failed | choice.highest, PolynomialChoice.at_last(self.values.dtype), sums, gains.met, failed

        most = jnp.max(jnp.sum(upwards, axis=0) + jnp.sum(downwards, axis=0))
        allowed = self._allowed(smooth.sums)
        choice = PolynomialChoice(kinks.enough(smooth.bend, smooth.sizes, most, allowed), allowed)
        start = (jnp.asarray(False), choice, smooth.sums, jnp.asarray(0), jnp.asarray(False))
        _, _, sums, met, failed = lax.while_loop(lambda state: ~state[0], attempt, start)
        return jax.tree.map(lambda array: jnp.where(failed, 0, array), sums), met, failed

    def _gains(self, smooth: LayerSums, upwards: Array, downwards: Array, choice: PolynomialChoice) -> Gains:
        layer = self.activation, self.behind, self.samples, self.values, self.h
        if len(self.behind) == 1:
            activation, (last,), samples, values, h = layer
            return kinks.read(activation, last, samples, values, h, upwards, smooth.reach, choice)
        return kink_path.read(*layer, smooth, (upwards, downwards), choice)

    def _allowed(self, sums: Layer) -> Scalar:
        """How much may be left out of ``sums``."""
        promised = self.promised(interpolated.largest(sums, self.h, self.count))
        return promised / interpolated.MARGIN * (2 * self.h * self.count)


_KinkState = tuple[Array, PolynomialChoice, Layer, Array, Array]  # done?, what is tried next, sums, kinks met, failed?


def _curve(activation: Activation, behind: tuple[Layer, ...]) -> ResponseCurve:
    if not behind:
        return curves.of_logits()
    if len(behind) == 1:
        return curves.of_last_hidden(behind[0])
    return curves.of_lines() if activation.kind == "straight" else curves.carried(activation, behind)


def _counts(pre_activations: Array, counted: Array, reads: int = 0, *, interpolated: bool) -> LayerReport:
    none = jnp.asarray(0)
    pairs = jnp.asarray(pre_activations.size) if counted is None else jnp.sum(counted) * pre_activations.shape[1]
    return LayerReport(interpolated, pairs, none, none, none, none, reads)


def _reads(network: Network, number: int, few: Points | None) -> int:
    """At how many points a curve of a layer is read: two for each input and the bias, or for the ``few`` distinct ones."""
    return 2 * (network.sizes[number] + 1 if few is None else len(few.values))


def _promised(loss: Scalar, h: Scalar, largest: Scalar) -> Array:
    """How far a layer's slopes may be from the plain loop's, whose own rounding the last term is."""
    eps = float(np.finfo(loss.dtype).eps)
    return max(1e-9, 1e3 * eps) * jnp.maximum(largest, 1e-6) + 36 * eps * jnp.maximum(1, loss) / h


def _samples_at_once(network: Network) -> int:
    """So many that no array is larger than the bound.

    Each sample has curves of K nodes, even and odd, and a line for every output; and a byte for every later unit that
    each unit might drive across its kink.
    """
    sizes, outputs = network.sizes, network.sizes[-1]
    curves_of = [size * max(outputs, 2 * chebyshev.MOST) for size in sizes[1:]]
    crossings = [a * b // 8 for a, b in pairwise(sizes[1:-1])]
    return max(1, chunked_map.NUMBERS_AT_ONCE // max(sizes[0], *curves_of, *crossings))


def _split(data: Batch, pieces: int) -> tuple[Batch, Array]:
    """Blocks of samples along a new first axis, the last one filled up, and which of their samples count."""
    n = len(data.inputs)
    each = -(-n // pieces)

    def split(array: Array, axis: int) -> Array:
        where = jnp.minimum(jnp.arange(pieces * each), n - 1)
        apart = jnp.take(array, where, axis=axis).reshape(*array.shape[:axis], pieces, each, *array.shape[axis + 1 :])
        return jnp.moveaxis(apart, axis, 0)

    few = None if data.points is None else Points(split(data.points.values, 1), split(data.points.reads, 1))
    counted = jnp.arange(pieces * each) < n
    if data.counted is not None:
        counted &= jnp.pad(data.counted, (0, pieces * each - n))
    return Batch(split(data.inputs, 0), split(data.targets, 0), few), counted.reshape(pieces, each)
