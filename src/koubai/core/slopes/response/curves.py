"""ρ(v), what a sample loses more when the value of one unit shifts by v: everything that lies behind the unit, moved forward.

Only changes are carried, never values from which values would have to be subtracted: a small shift keeps all its digits.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial, reduce

import jax
import jax.numpy as jnp
from jax import lax
from jax.tree_util import register_dataclass

from koubai.core.activations import Activation
from koubai.core.array_types import Array, Index, Namespace, PyTree, Scalar
from koubai.core.brackets import FEW_OUTPUTS
from koubai.core.losses import Response
from koubai.core.network import Layer
from koubai.core.slopes.response import chebyshev

CHUNK = 2**18  # numbers of one intermediate array while shifts are carried: 2 MiB, which a processor's cache holds
SMALL = 2.0**-10

KernelParts = Callable[[Array], tuple[Array, Array]]  # the moves of logits -> the even and the odd part of a kernel


@register_dataclass
@dataclass(frozen=True, eq=False)
class LayerSamples:
    """What is known of every sample before anything moves.

    ``pre_activations`` (n, units): those of the layer whose units move. ``later``: those of the hidden layers behind it.
    ``lines`` (outputs, n, units), for straight activations: the direction in which a unit's value moves the logits.
    """

    pre_activations: Array
    later: tuple[Array, ...]
    response: Response
    lines: Array = None

    def __getitem__(self, which: Index) -> "LayerSamples":
        lines = None if self.lines is None else self.lines[:, which]
        later, pre_activations, response = jax.tree.map(
            lambda array: array[which], (self.later, self.pre_activations, self.response)
        )
        return LayerSamples(pre_activations, later, response, lines)


@dataclass(frozen=True)
class ResponseCurve:
    """``change(rows, v)`` -> ρ, (n, units), for a shift ``v`` of every unit's value, a number or (n, units).

    ``gain(rows)``: by how much of its distance to a singularity a shift of 1 moves whatever it moves most.
    ``sums(rows, v, parts)``, where ``v``, a number, moves the logits by multiples of itself: for each sum of the response, its
    even and its odd part (n, units), from ``parts(moves)``, those of the kernel.
    """

    change: Callable[[LayerSamples, Array], Array]
    gain: Callable[[LayerSamples], Scalar]
    sums: Callable[[LayerSamples, Scalar, KernelParts], list[tuple[Array, Array]]] | None = None

    def half(self, rows: LayerSamples, v: Array, bend: Scalar) -> Array:
        """(ρ(v) - ρ(-v))/2 for a number ``v``, at least 1/``bend`` of which it takes to a singularity."""
        sums, halves = self.sums, rows.response.halves
        if sums is None or halves is None:
            return (self.change(rows, v) - self.change(rows, -v)) / 2

        def by(parts: KernelParts) -> Array:
            even, uneven = zip(*sums(rows, v, parts), strict=True)
            return halves.total(even, uneven, rows.response.rows[:, None], jnp)

        if rows.lines is None:  # too few kernels to be worth two ways
            return by(halves.parts)
        farthest = bend * rows.response.largest / chebyshev.FARTHEST  # of all moves, as ``_gain`` has it
        return lax.cond(farthest <= halves.near, lambda: by(halves.parts_near), lambda: by(halves.parts))


def _total(response: Response, sums: tuple[Array, ...], axes: int) -> Array:
    return response.total(sums, response.rows.reshape(-1, *[1] * axes), jnp)


def at_samples(response: Response, sample: Index) -> Response:
    """The response at many places, each that of one ``sample`` (*places); its weights are (outputs, *places)."""
    return replace(response, weights=tuple(w.T[:, sample] for w in response.weights), rows=response.rows[sample])


def lost_at(response: Response, moves: Array) -> Array:
    """What is lost more at ``moves`` (outputs, …, *places) of the logits; ``response`` as ``at_samples`` has it."""

    def summed(kernel: Callable[[Array, Namespace], Array], w: Array) -> Array:
        kernels = lax.optimization_barrier(kernel(moves, jnp))  # type: ignore[no-untyped-call]
        return summed_over(len(w), lambda c: w[c] * kernels[c])

    return response.total(tuple(map(summed, response.kernels, response.weights)), response.rows, jnp)


def summed_over(outputs: int, of_one: Callable[[int], PyTree]) -> PyTree:
    """Σ of_one(output): a few are written out one by one, since that makes one loop of the sum and what is summed."""
    add = partial(jax.tree.map, jnp.add)
    if outputs <= FEW_OUTPUTS:
        return reduce(add, map(of_one, range(outputs)))
    return lax.fori_loop(1, outputs, lambda c, so_far: add(so_far, of_one(c)), of_one(0))


def _gain(moves: Array, response: Response) -> Scalar:
    """How far ``moves`` (outputs, …) go, by the distance at which the response meets a singularity, or is no longer known."""
    highest, lowest = (
        reduce(way, moves) if len(moves) <= FEW_OUTPUTS else way.reduce(moves) for way in (jnp.maximum, jnp.minimum)
    )
    return jnp.maximum(
        jnp.max(highest - lowest) / response.radius,
        jnp.max(jnp.maximum(highest, -lowest)) * (chebyshev.FARTHEST / response.largest),
    )


def of_logits() -> ResponseCurve:
    """The logits themselves are the units: one output moves, all others stay."""

    def change(rows: LayerSamples, v: Array) -> Array:
        response = rows.response
        sums = tuple(w * kernel(v, jnp) for w, kernel in zip(response.weights, response.kernels, strict=True))
        return _total(response, sums, 1)

    def parted(rows: LayerSamples, v: Array, parts: KernelParts) -> list[tuple[Array, Array]]:
        even, uneven = parts(v)
        return [(w * even, w * uneven) for w in rows.response.weights]

    return ResponseCurve(change, lambda rows: _gain(jnp.eye(2, dtype=rows.pre_activations.dtype), rows.response), parted)


def of_last_hidden(layer: Layer) -> ResponseCurve:
    """Units that feed the logits. The kernels of v·W don't depend on the sample: summing over the outputs is a product."""

    def change(rows: LayerSamples, v: Array) -> Array:
        if jnp.ndim(v):
            return rows.response.lost(v * layer.weights.T[:, None], 1, jnp)
        response = rows.response
        sums = tuple(w @ kernel(v * layer.weights.T, jnp) for w, kernel in zip(response.weights, response.kernels, strict=True))
        return _total(response, sums, 1)

    def parted(rows: LayerSamples, v: Array, parts: KernelParts) -> list[tuple[Array, Array]]:
        even, uneven = parts(v * layer.weights.T)
        return [(w @ even, w @ uneven) for w in rows.response.weights]

    return ResponseCurve(change, lambda rows: _gain(layer.weights.T, rows.response), parted)


def of_lines() -> ResponseCurve:
    """Straight activations all the way: the logits move along a line, as long as no kink is met."""

    def change(rows: LayerSamples, v: Array) -> Array:
        return rows.response.lost(v * rows.lines, 1, jnp)

    def parted(rows: LayerSamples, v: Array, parts: KernelParts) -> list[tuple[Array, Array]]:
        def of_one(c: int) -> list[tuple[Array, Array]]:
            even, uneven = parts(v * rows.lines[c])
            return [(w[:, c, None] * even, w[:, c, None] * uneven) for w in rows.response.weights]

        parts_of_sums: list[tuple[Array, Array]] = summed_over(len(rows.lines), of_one)
        return parts_of_sums

    return ResponseCurve(change, lambda rows: _gain(rows.lines, rows.response), parted)


def lines(activation: Activation, layers: tuple[Layer, ...], later: tuple[Array, ...]) -> Array:
    """The direction (outputs, n, units) in which the logits move with each unit's value, as long as no kink is met.

    It is gathered from the logits backwards, outputs × n rows at a time, each hidden unit passing on its present slope.
    """
    directions = layers[-1].weights.T[:, None]
    for layer, z in zip(reversed(layers[:-1]), reversed(later), strict=True):
        passed = activation.slope(z > 0, jnp) * directions
        directions = (passed.reshape(-1, passed.shape[-1]) @ layer.weights.T).reshape(*passed.shape[:2], -1)
    return directions


def carried(activation: Activation, layers: tuple[Layer, ...]) -> ResponseCurve:
    """Smooth activations: the shift is carried through every hidden layer behind the unit, for all units at once."""
    near = activation.near or activation.change
    units = len(layers[0].weights)

    def stages(rows: LayerSamples, v: Array) -> tuple[Array, list[Array]]:
        """The logits' moves (outputs, n, units), and those (n, units, inner) of every hidden layer's pre-activations."""
        moves, inner_moves = ((v[..., None] if jnp.ndim(v) else v) * layers[0].weights)[None], []
        for layer, z in zip(layers[1:-1], rows.later, strict=False):
            inner_moves.append(moves[0])
            changes = near(z[:, None, :], moves[0], jnp)
            moves = (changes.reshape(-1, changes.shape[-1]) @ layer.weights).reshape(1, *changes.shape[:2], -1)
        inner_moves.append(moves[0])
        changes = near(rows.later[-1][:, None, :], moves[0], jnp)
        logits = lax.dot_general(layers[-1].weights, changes.reshape(-1, changes.shape[-1]), (((0,), (1,)), ((), ())))
        return logits.reshape(-1, *changes.shape[:2]), inner_moves

    def change(rows: LayerSamples, v: Array) -> Array:
        each = units * max(len(layer.weights) for layer in layers[1:])
        shifts = jnp.broadcast_to(v, rows.pre_activations.shape) if jnp.ndim(v) else None

        def of_samples(part: tuple[LayerSamples, Array | None]) -> Array:
            which, shift = part
            return which.response.lost(stages(which, v if shift is None else shift)[0], 1, jnp)

        return in_chunks(of_samples, (rows, shifts), len(rows.pre_activations), max(1, CHUNK // each))

    def gain(rows: LayerSamples) -> Scalar:
        moves, inner = stages(rows, jnp.asarray(SMALL, rows.pre_activations.dtype))
        farthest = [jnp.max(jnp.abs(some)) / activation.strip for some in inner]
        return jnp.max(jnp.stack([*farthest, _gain(moves, rows.response)])) / SMALL

    return ResponseCurve(change, gain)


def in_chunks(function: Callable[[PyTree], Array], arrays: PyTree, count: int, chunk: int) -> Array:
    """``function`` of ``chunk`` rows at a time of every array, the last ones filled up with copies of the first row."""
    if count <= chunk:
        return function(arrays)
    pieces = -(-count // chunk)
    chunk = -(-count // pieces)
    missing = pieces * chunk - count

    def split(array: Array) -> Array:
        whole = jnp.concatenate([array, jnp.broadcast_to(array[:1], (missing, *array.shape[1:]))]) if missing else array
        return whole.reshape(pieces, chunk, *array.shape[1:])

    values = lax.map(function, jax.tree.map(split, arrays))
    return values.reshape(pieces * chunk, *values.shape[2:])[:count]


def at_points(curve: ResponseCurve, rows: LayerSamples, shifts: Array) -> Array:
    """ρ at each of ``shifts`` (m,) -> (m, n, units), as if every sample were there m times."""
    m, n = len(shifts), len(rows.pre_activations)
    values = curve.change(rows[jnp.tile(jnp.arange(n), m)], jnp.repeat(shifts, n)[:, None])
    return values.reshape(m, n, -1)
