"""Brackets: how much more a row loses by moves of its logits upwards than by others downwards, as a function of its own.

The difference of two losses would evaluate each with all its exponentials and logarithms, and lose digits where moves are
small. One quotient says the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from math import factorial, inf, log

import numpy as np

from koubai.core.array_types import Array, DType, Namespace
from koubai.core.nearby import NEAR, tanh_fraction

Moves = Array  # of the logits: of every output a list of (…, n), or an array (outputs, …, n)

FEW_OUTPUTS = 16
FLOOR = 1e-7  # added to a probability before its logarithm: a wrong certainty costs 16.1, not infinity


@dataclass(frozen=True)
class Bracket:
    """How much more a row loses by moves of its logits upwards than by others downwards, without evaluating a loss twice.

    Rows are the last axis of all arrays, outputs the first one. ``known(logits, targets, xp)``: what ``parts`` must know.
    ``parts(known, up, down, xp)``: of the moves of every output, a list or an array, each (…, n). They are brackets, or, where
    ``factors`` isn't 0, numbers whose logarithm, at most ``factors`` in size, is the bracket. Where it is ``relative``, moves
    are those against the first output's, which are left out. ``within``: from the type of the numbers, how far they may go.
    ``spared``: whether it only spares time, which may be less than compiling it takes: the next one serves as well.

    ``alone``: the same where one output moves by ±m: of what is known of that output, (…, n) each, and of ``shared(m, xp)``.
    ``known_alone``: (outputs, n) each.
    """

    known: Callable[[Array, Array, Namespace], tuple[Array, ...]]
    parts: Callable[[tuple[Array, ...], Moves, Moves, Namespace], Array]
    known_alone: Callable[[Array, Array, Namespace], tuple[Array, ...]] | None = None
    shared: Callable[[Array, Namespace], tuple[Array, ...]] = lambda m, xp: (m,)
    alone: Callable[[tuple[Array, ...], tuple[Array, ...], Namespace], Array] | None = None
    relative: bool = False
    factors: float = 0.0
    within: Callable[[DType], float] = lambda dtype: inf
    spared: bool = False


TINY = 2.0**-5  # moves of which exp(m) - 1 is a short series
TINY_TERMS = 8  # leave out 2e-17 of it
SQUARINGS = 3  # each doubles how far a fraction for the exponential of a move reaches, and its relative error
WIDTH = 2 * 2**SQUARINGS  # of that fraction
ARTANH_TERMS = 6  # leave out 3e-16 of artanh(x) for |x| ≤ 2·TINY


def _cross_entropy_small(logits: Array, targets: Array, xp: Namespace) -> tuple[Array, ...]:
    """p; and r - p, r being the shares that the outputs have in p_true + ε."""
    p, true = _probabilities(logits, targets, xp)
    return p, true / (true + FLOOR) * (targets - p), p[0] + p[1], p[1] - p[0]


def _probabilities(logits: Array, targets: Array, xp: Namespace) -> tuple[Array, Array]:
    """Of every output, (outputs, n), and of the true one, (n,)."""
    e = xp.exp(logits - _over_first(xp.max, xp.maximum, logits, xp))
    p = e / _over_first(xp.sum, xp.add, e, xp)
    return p, _over_first(xp.sum, xp.add, p * targets, xp)


def _over_first(whole: Callable[..., Array], pair: Callable[..., Array], values: Array, xp: Namespace) -> Array:
    """As ``_over_outputs``, over the first axis."""
    return reduce(pair, list(values)) if len(values) <= FEW_OUTPUTS else whole(xp.asarray(values), axis=0)


def _weighed(weights: Array, parts: Moves, xp: Namespace) -> Array:
    """Σ over the outputs of weights (outputs, n) × parts, (…, n) each."""
    if len(parts) <= FEW_OUTPUTS:
        return reduce(xp.add, [w * part for w, part in zip(weights, parts, strict=True)])
    return xp.sum(weights.reshape(len(weights), *[1] * (parts.ndim - 2), -1) * parts, axis=0)


def _short_expm1(m: Array) -> Array:
    total = 1 / factorial(TINY_TERMS)
    for k in range(TINY_TERMS - 1, 0, -1):
        total = total * m + 1 / factorial(k)
    return total * m


def _small_parts(known: tuple[Array, ...], up: Moves, down: Moves, xp: Namespace) -> Array:
    """With exp(m) = (q + n)/(q - n), n/q being tanh(m/2) by the beginning of its continued fraction."""
    p, d, whole, tilt = known
    if len(up) >= FEW_OUTPUTS:
        sums = [_weighed(some[1:], _short_expm1(moves), xp) for moves in (up, down) for some in (p, d)]
        return _small_bracket(1 + sums[0], sums[1], 1 + sums[2], sums[3])
    sides = []
    for moves in (up, down):
        n, q = _short_fraction(moves[0])
        s, grown, below = whole * q + tilt * n, 2 * d[1] * n, q - n
        for m, p_of, d_of in zip(moves[1:], p[2:], d[2:], strict=True):
            n, q = _short_fraction(m)
            less = q - n
            s, grown = s * less + p_of * ((q + n) * below), grown * less + 2 * d_of * (n * below)
            below = below * less
        sides.append((s, grown))
    return _small_bracket(*sides[0], *sides[1])


def _short_fraction(m: Array) -> tuple[Array, Array]:
    """A fraction n/q that is tanh(m/2): for |m| ≤ TINY 1e-14 of it is left out, which is less than 2e-15 of a bracket."""
    w = m * m
    return m * (0.5 + w * (1 / 120)), 1 + w * 0.1


def _small_bracket(s_up: Array, grown_up: Array, s_down: Array, grown_down: Array) -> Array:
    """With S = Σp·exp(m) and R = S + Σd·(exp(m) - 1), p_true + ε becomes (p_true + ε)·R/S, so that the bracket is

    log[R₋·S₊ / (R₊·S₋)] = -2·artanh[(R₊·S₋ - R₋·S₊) / (R₊·S₋ + R₋·S₊)], of which the numerator keeps all digits.
    """
    rise, fall = grown_up * s_down, grown_down * s_up
    x = (rise - fall) / (2 * s_up * s_down + rise + fall)
    w, total = x * x, 1 / (2 * ARTANH_TERMS - 1)
    for k in range(ARTANH_TERMS - 2, -1, -1):
        total = total * w + 1 / (2 * k + 1)
    return -2 * x * total


def _small_alone(known: tuple[Array, ...], shared: tuple[Array, ...], xp: Namespace) -> Array:
    (p, d, *_), (above, below) = known, shared
    return _small_bracket(1 + p * above, d * above, 1 + p * below, d * below)


def _cross_entropy_large(logits: Array, targets: Array, xp: Namespace) -> tuple[Array, ...]:
    """p; and r, the shares that the outputs have in p_true + ε."""
    p, true = _probabilities(logits, targets, xp)
    return p, true * targets + FLOOR * p


def _large_parts(known: tuple[Array, ...], up: Moves, down: Moves, xp: Namespace) -> Array:
    """R₋·S₊ / (R₊·S₋) with S = Σp·exp(m), R = Σr·exp(m): all terms are positive, so that nothing cancels."""
    p, r = known
    above, below = ([xp.exp(m) for m in moves] if len(moves) < FEW_OUTPUTS else xp.exp(moves) for moves in (up, down))
    s, t = (p[0] + _weighed(p[1:], moved, xp) for moved in (above, below))
    return (r[0] + _weighed(r[1:], below, xp)) * s / ((r[0] + _weighed(r[1:], above, xp)) * t)


def _middle_parts(known: tuple[Array, ...], up: Moves, down: Moves, xp: Namespace) -> Array:
    """The same with exp(m) = ((q + n)/(q - n))^8, where n/q = tanh(m/16): what is below the line is the same in R and S."""
    if len(up) >= FEW_OUTPUTS:
        return _large_parts(known, up, down, xp)
    p, r = known
    sides = []
    for moves in (up, down):
        s, t, below = p[0], r[0], 1.0
        for m, p_of, r_of in zip(moves, p[1:], r[1:], strict=True):
            n, q = tanh_fraction(m, WIDTH)
            less, more = q - n, q + n
            for _ in range(SQUARINGS):
                less, more = less * less, more * more
            more = more * below
            s, t, below = s * less + p_of * more, t * less + r_of * more, below * less
        sides.append((s, t))
    (s_up, r_up), (s_down, r_down) = sides
    return r_down * s_up / (r_up * s_down)


def _large_known_alone(logits: Array, targets: Array, xp: Namespace) -> tuple[Array, ...]:
    p, r = _cross_entropy_large(logits, targets, xp)
    return p, _others(p, xp), r, _others(r, xp)


def _others(values: Array, xp: Namespace) -> Array:
    """Of each output, the sum of all others: positive terms, none of which is subtracted."""
    if len(values) <= FEW_OUTPUTS:
        every = range(len(values))
        return xp.stack([reduce(xp.add, [values[k] for k in every if k != each], xp.zeros_like(values[0])) for each in every])
    none = xp.zeros_like(values[:1])
    sums_before = xp.cumsum(xp.concatenate([none, values[:-1]]), axis=0)
    sums_after = xp.cumsum(xp.concatenate([none, values[:0:-1]]), axis=0)[::-1]
    return sums_before + sums_after


def _large_alone(known: tuple[Array, ...], shared: tuple[Array, ...], xp: Namespace) -> Array:
    (p, others, r, r_others), (above, below) = known, shared
    return (r_others + r * below) * (others + p * above) / ((r_others + r * above) * (others + p * below))


def _most_of_exponents(dtype: DType) -> float:
    """How far one logit may move against another, so that a product of two exponentials fits a number.

    A probability that is too small for a number counts as 0. It must stay 0 beside ε, to the last digit, by twice that move.
    """
    limits = np.finfo(dtype)
    return float(log(limits.max) + log(limits.eps * FLOOR)) / 2


SMALL_MOVES = Bracket(
    _cross_entropy_small,
    _small_parts,
    known_alone=lambda logits, targets, xp: _cross_entropy_small(logits, targets, xp)[:2],
    shared=lambda m, xp: (_short_expm1(m), _short_expm1(-m)),
    alone=_small_alone,
    relative=True,
    within=lambda dtype: TINY,
)
LARGE_MOVES = Bracket(
    _cross_entropy_large,
    _large_parts,
    known_alone=_large_known_alone,
    shared=lambda m, xp: (xp.exp(m), xp.exp(-m)),
    alone=_large_alone,
    relative=True,
    factors=-log(FLOOR) + FLOOR,
    within=_most_of_exponents,
)
MIDDLE_MOVES = replace(LARGE_MOVES, parts=_middle_parts, within=lambda dtype: NEAR * WIDTH, spared=True)


CROSS_ENTROPY = (SMALL_MOVES, MIDDLE_MOVES, LARGE_MOVES)


def _squared_known(logits: Array, targets: Array, xp: Namespace) -> tuple[Array, ...]:
    return (logits - targets,)


def _squared_parts(known: tuple[Array, ...], up: Moves, down: Moves, xp: Namespace) -> Array:
    """½(e + a)² - ½(e + b)² = (a - b)·(e + (a + b)/2)."""
    (error,) = known
    if len(up) <= FEW_OUTPUTS:
        return reduce(xp.add, [(a - b) * (e + (a + b) / 2) for a, b, e in zip(up, down, error, strict=True)])
    return xp.sum((up - down) * (error.reshape(len(error), *[1] * (up.ndim - 2), -1) + (up + down) / 2), axis=0)


SQUARED = (
    Bracket(
        _squared_known,
        _squared_parts,
        known_alone=_squared_known,
        alone=lambda known, shared, xp: 2 * known[0] * shared[0],
    ),
)
