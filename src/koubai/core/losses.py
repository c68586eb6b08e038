"""Losses: what is descended. Each says what one row (one sample) loses, for NumPy, for JAX and for complex numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from math import factorial, inf, log, pi
from typing import Literal

import numpy as np

from koubai.core.array_types import Array, Namespace
from koubai.core.brackets import CROSS_ENTROPY, FEW_OUTPUTS, FLOOR, SQUARED, Bracket, Moves
from koubai.core.script_text import NOTHING, ScriptText
from koubai.errors import chosen

TERMS = 16  # of the exponential series, which is good
LARGEST_MOVE = 0.8  # up to here


@dataclass(frozen=True)
class Response:
    """What each row loses more when its logits move by m: ``total(sums, rows)`` of one or more sums over the outputs.

    sums[k] = Σ over c of weights[k][n, c]·kernels[k](m[c]). ``weights``: (n, outputs) each; ``rows`` (n,): what else
    ``total`` must know of a row. ``total`` broadcasts, and keeps its digits however small the moves are; they may be up to
    ``largest`` in size. ``radius``: how far the moves of a row's outputs may spread, one from another, before the response
    meets a singularity in the complex plane.

    ``halves``, where they are given, make half the bracket, (total at m - total at -m)/2, cheaper than two totals do.
    """

    weights: tuple[Array, ...]
    rows: Array
    kernels: tuple[Callable[[Array, Namespace], Array], ...]
    total: Callable[[tuple[Array, ...], Array, Namespace], Array]
    radius: float
    largest: float = inf
    halves: "Halves | None" = None

    def lost(self, moves: Array, samples: int, xp: Namespace) -> Array:
        """What is lost more when the logits make ``moves`` (outputs, …), of which the axis ``samples`` is the rows': (…)."""
        axes, shape = "abcd"[: moves.ndim - 1], [1] * (moves.ndim - 1)
        samples_axis = samples if samples < 0 else samples - 1  # the outputs' axis is summed over
        subscripts = f"{axes[samples_axis]}z,z{axes}->{axes}"
        shape[samples_axis] = -1
        sums = tuple(xp.einsum(subscripts, w, kernel(moves, xp)) for w, kernel in zip(self.weights, self.kernels, strict=True))
        return self.total(sums, self.rows.reshape(shape), xp)


@dataclass(frozen=True)
class Halves:
    """Half the bracket of a response: ``total(even, odd, rows)``, from the even and the odd part of each of its sums.

    ``parts(m)``: those of the kernel, which all sums share; ``parts_near(m)``: the same, cheaper, for moves up to ``near``.
    """

    parts: Callable[[Array], tuple[Array, Array]]
    parts_near: Callable[[Array], tuple[Array, Array]]
    near: float
    total: Callable[[tuple[Array, ...], tuple[Array, ...], Array, Namespace], Array]


@dataclass(frozen=True)
class Loss:
    """A loss and the output that belongs to it.

    ``rows(logits, targets, xp)``: (n, outputs) twice -> (n,), what each row loses; the loss is their mean.
    ``response(logits, targets, xp)``: what each row loses more when its logits move. It is all that the response curves of
    ``slopes/response`` need to know of a loss. ``brackets``: faster ways for small layers, from the one that is for the
    smallest moves; beyond them, and where there are none, ``plain_brackets`` serve. ``least_wrong``: what a row of a class
    costs at least whose answer is wrong, or tied; 0 where that isn't known. ``floor``: of a loss that is -log(p + floor), p
    being the true class's probability; None for others. ``gradient(logits, targets, xp)``: (n, outputs), its derivatives in a
    row's logits; None where they aren't declared.
    """

    name: str
    output: Literal["softmax", "identity"]
    rows: Callable[[Array, Array, Namespace], Array]
    response: Callable[[Array, Array, Namespace], Response]
    brackets: tuple[Bracket, ...] = ()
    least_wrong: float = 0.0
    floor: float | None = None
    gradient: Callable[[Array, Array, Namespace], Array] | None = None
    script: ScriptText = NOTHING


def softmax(logits: Array, xp: Namespace) -> Array:
    """Probabilities over the last axis; the row's maximum is subtracted first, so that no magnitude overflows."""
    e = _exponentials(logits, xp)
    return e / _over_outputs(xp.sum, xp.add, e, xp)[..., None]


def _exponentials(logits: Array, xp: Namespace) -> Array:
    return xp.exp(logits - _over_outputs(xp.max, xp.maximum, xp.real(logits), xp)[..., None])


def _over_outputs(whole: Callable[..., Array], pair: Callable[..., Array], values: Array, xp: Namespace) -> Array:
    """A sum or a maximum over the last axis. JAX reduces a short last axis slowly, so that few outputs are taken one by one."""
    outputs = values.shape[-1]
    if xp is np or outputs > FEW_OUTPUTS:
        return whole(values, axis=-1)
    return reduce(pair, [values[..., output] for output in range(outputs)])


def _cross_entropy_rows(logits: Array, targets: Array, xp: Namespace) -> Array:
    e = _exponentials(logits, xp)
    true, every = (_over_outputs(xp.sum, xp.add, some, xp) for some in (e * targets, e))
    return -xp.log(true / every + FLOOR)


def _cross_entropy_gradient(logits: Array, targets: Array, xp: Namespace) -> Array:
    """P - y for each output, less what the floor takes from it where the true class is thought unlikely."""
    p = softmax(logits, xp)
    right = xp.sum(p * targets, axis=-1)[..., None]
    return (p - targets) * right / (right + FLOOR)


def _cross_entropy_response(logits: Array, targets: Array, xp: Namespace) -> Response:
    p = softmax(logits, xp)
    true = xp.sum(p * targets, axis=-1)
    return Response((p, targets), true, (_near_expm1, _near_expm1), _cross_entropy_total, pi, LARGEST_MOVE, BRACKET)


def _near_expm1(m: Array, xp: Namespace) -> Array:
    """exp(m) - 1 for moves up to ``LARGEST_MOVE``: the series costs XLA a fraction of its own, and leaves out 1e-16·m."""
    if xp is np:
        return xp.expm1(m)
    total = 1 / factorial(TERMS)
    for k in range(TERMS - 1, 0, -1):
        total = total * m + 1 / factorial(k)
    return total * m


def _cross_entropy_total(sums: tuple[Array, ...], p: Array, xp: Namespace) -> Array:
    """With S = Σ p_c·exp(m_c) = 1 + a and exp(m_y) = 1 + b, the true class's p becomes p·(1 + b)/(1 + a)."""
    a, b = sums
    gained, denominator = p * (b - a), (1 + a) * (p + FLOOR)
    if xp is np:
        return -xp.log1p(gained / denominator)
    return -2 * _near_artanh(gained / (2 * denominator + gained))


def _artanh_series(farthest: float = 0.665, degree: int = 14) -> tuple[float, ...]:
    """R of artanh(u) = u·(1 + u²·R(u²)), interpolated at Chebyshev points of u² up to ``farthest``²."""
    points = (1 + np.cos((2 * np.arange(degree + 1) + 1) * pi / (2 * degree + 2))) / 2
    u = farthest * np.sqrt(points)
    scaled = np.linalg.solve(points[:, None] ** np.arange(degree + 1), (np.arctanh(u) / u - 1) / u**2)
    return tuple(map(float, scaled / farthest ** (2 * np.arange(degree + 1))))


ARTANH = _artanh_series()


def _near_artanh(u: Array) -> Array:
    w = u * u
    return u * (1 + w * reduce(lambda total, c: total * w + c, reversed(ARTANH)))


def _parts(m: Array, terms: int = TERMS // 2) -> tuple[Array, Array]:
    """cosh(m) - 1 and sinh(m), the even and the odd part of exp(m) - 1, by their series."""
    square = m * m
    even, odd = 1 / factorial(2 * terms), 1 / factorial(2 * terms - 1)
    for k in range(terms - 1, 0, -1):
        even, odd = even * square + 1 / factorial(2 * k), odd * square + 1 / factorial(2 * k - 1)
    return even * square, odd * m


def _parts_near(m: Array) -> tuple[Array, Array]:
    """Three terms leave out m⁶/5040 of the odd part, and m⁶/20160 of the even one: at most 2e-13 of either."""
    return _parts(m, 3)


def _cross_entropy_half(even: tuple[Array, ...], odd: tuple[Array, ...], p: Array, xp: Namespace) -> Array:
    """-artanh(X) with a and b even and odd, as the loss changes by -log(T/S), S = 1 + a, T = (p(1 + b) + εS)/(p + ε).

    Half the bracket is -½·log(T₊S₋/(T₋S₊)), so that X = (T₊S₋ - T₋S₊)/(T₊S₋ + T₋S₊), where nothing cancels that is large. And
    artanh(X) = 2·artanh(X/(1 + √(1 - X²))), which is near enough for the series.
    """
    (ae, be), (ao, bo) = even, odd
    floor = FLOOR / p * ((1 + ae) * (1 + ae) - ao * ao)
    x = (bo * (1 + ae) - ao * (1 + be)) / ((1 + be) * (1 + ae) - bo * ao + floor)
    return -2 * _near_artanh(x / (1 + xp.sqrt(1 - x * x)))


BRACKET = Halves(_parts, _parts_near, 0.03, _cross_entropy_half)


def _squared_rows(logits: Array, targets: Array, xp: Namespace) -> Array:
    return 0.5 * _over_outputs(xp.sum, xp.add, (logits - targets) ** 2, xp)


def _squared_gradient(logits: Array, targets: Array, xp: Namespace) -> Array:
    return logits - targets


def _squared_response(logits: Array, targets: Array, xp: Namespace) -> Response:
    error = logits - targets
    return Response((error, xp.ones_like(error)), error[..., 0], (_itself, _half_square), _squared_total, inf)


def _itself(m: Array, xp: Namespace) -> Array:
    return m


def _half_square(m: Array, xp: Namespace) -> Array:
    return 0.5 * m * m


def _squared_total(sums: tuple[Array, ...], rows: Array, xp: Namespace) -> Array:
    return sums[0] + sums[1]


def _as_array(moves: Moves, axis: int, xp: Namespace) -> Array:
    """Moves of every output, a list or an array whose first axis they are, with the outputs along ``axis``."""
    return xp.stack(moves, axis) if isinstance(moves, list) else xp.moveaxis(moves, 0, axis)


def plain_brackets(loss: Loss) -> tuple[Bracket, ...]:
    """For any loss: where moves are small, by its response, so that no digits are lost; else what is lost at both sides."""

    def known(logits: Array, targets: Array, xp: Namespace) -> tuple[Array, ...]:
        return logits, targets

    def finely(known: tuple[Array, ...], up: Moves, down: Moves, xp: Namespace) -> Array:
        logits, targets = (array.T for array in known)
        response = loss.response(logits, targets, xp)
        above, below = (response.lost(_as_array(moves, 0, xp), -1, xp) for moves in (up, down))
        return above - below

    def twice(known: tuple[Array, ...], up: Moves, down: Moves, xp: Namespace) -> Array:
        logits, targets = (array.T for array in known)
        above, below = (loss.rows(logits + _as_array(moves, -1, xp), targets, xp) for moves in (up, down))
        return above - below

    known_to_it = loss.response(np.zeros((1, 2)), np.eye(1, 2), np).largest
    return Bracket(known, finely, within=lambda dtype: min(0.5, known_to_it)), Bracket(known, twice)


LOSSES = {
    loss.name: loss
    for loss in (
        # the true class has a half at most; both have a half, where 1 and 0 are meant
        Loss(
            "cross-entropy",
            "softmax",
            _cross_entropy_rows,
            _cross_entropy_response,
            CROSS_ENTROPY,
            log(2),
            floor=FLOOR,
            gradient=_cross_entropy_gradient,
            script=ScriptText(
                ("p = network({x}, parameters)", "right = (p * {y}).sum(axis=1)", "np.mean(-np.log(right + 1e-7))"),
                (
                    "p = softmax({z})",
                    "right = (p * {y}).sum(axis=1, keepdims=True)",
                    "(p - {y}) * right / (right + 1e-7) / len({x})",
                ),
            ),
        ),
        Loss(
            "squared",
            "identity",
            _squared_rows,
            _squared_response,
            SQUARED,
            0.25,
            gradient=_squared_gradient,
            script=ScriptText(
                ("error = network({x}, parameters) - {y}", "np.mean(0.5 * (error**2).sum(axis=1))"), ("({z} - {y}) / len({x})",)
            ),
        ),
    )
}


def loss_named(name: str) -> Loss:
    """The loss called ``name``; InputError, with the nearest name, where there is none."""
    return chosen("loss", name, LOSSES)
