"""Changes of activations for many shifts of the same units, without asking the activation itself again.

They are the addition theorems of ``activations``, with what depends on the unit alone computed once, and what depends on the
shift alone shared by all units. They keep their digits however small the shift is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import factorial, inf

import numpy as np

from koubai.core.array_types import Array, Namespace

NEAR = 0.5  # how far a pre-activation is shifted at most, where nothing else is said


@dataclass(frozen=True)
class Nearby:
    """A quick way to ``Activation.change`` for many shifts of the same pre-activations, none of them beyond ``within``.

    ``known(z, value, xp)``: arrays in the shape of z, what is known of a unit whose value is ``value`` before it is shifted.
    ``changes(known, up, down, xp)``: what its value rises by when it is shifted by ``up``, and by ``down``. Where many units
    share their shifts, ``shared(u, xp)`` is what these have in common, and ``both(known, shared, xp)`` the changes by u and by
    -u.
    """

    known: Callable[[Array, Array, Namespace], tuple[Array, ...]]
    changes: Callable[[tuple[Array, ...], Array, Array, Namespace], tuple[Array, Array]]
    shared: Callable[[Array, Namespace], tuple[Array, ...]] | None = None
    both: Callable[[tuple[Array, ...], tuple[Array, ...], Namespace], tuple[Array, Array]] | None = None
    within: float = NEAR


def _series(coefficients: Sequence[float], x: Array) -> Array:
    """Σ_k coefficients[k]·x^k."""
    total = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        total = total * x + coefficient
    return total


def tanh_fraction(u: Array, width: int) -> tuple[Array, Array]:
    """A fraction n/q that is tanh(u/width), for |u| ≤ NEAR·width: what Lambert's continued fraction leaves out is 2e-16 of it.

    tanh(x) = x/(1 + x²/(3 + x²/(5 + …))) (M. Abramowitz and I. Stegun, 4.5.70), as far as the 13.
    """
    w = u * u * width**-2.0
    n = u * (1 / width + w * (17325 / 135135 / width + w * (378 / 135135 / width + w / (135135 * width))))
    return n, 1 + w * (62370 / 135135 + w * (3150 / 135135 + w * (28 / 135135)))


def _tanh_longer_fraction(u: Array, width: int) -> tuple[Array, Array]:
    """The same for |u| ≤ 2·NEAR, as far as the 17."""
    w, whole = u * u, 34459425
    n = u * (1 + w * (4729725 / whole + w * (135135 / whole + w * (990 / whole + w / whole))))
    return n, 1 + w * (16216200 / whole + w * (945945 / whole + w * (13860 / whole + w * (45 / whole))))


def _of_a_rising_curve(width: int) -> Nearby:
    """For a curve like ½·width·tanh(z/width): with a = tanh(z/width), t = tanh(u/width), c = ½·width·(1 - a²): c·t / (1 + a·t).

    Both ways share one division.
    """

    fraction = _tanh_longer_fraction if width == 1 else tanh_fraction

    def changes(known: tuple[Array, ...], up: Array, down: Array, xp: Namespace) -> tuple[Array, Array]:
        a, c = known
        (n, q), (n_down, q_down) = (fraction(u, width) for u in (up, down))
        below, below_down = q + a * n, q_down + a * n_down
        share = c / (below * below_down)
        return n * below_down * share, n_down * below * share

    def both(known: tuple[Array, ...], shared: tuple[Array, ...], xp: Namespace) -> tuple[Array, Array]:
        (a, c), (t,) = known, shared
        share = a * t
        half = c * t / (1 - share * share)
        return half - share * half, -half - share * half

    def of_tanh(z: Array, value: Array, xp: Namespace) -> tuple[Array, ...]:
        return value, (1 - value) * (1 + value)

    def of_sigmoid(z: Array, value: Array, xp: Namespace) -> tuple[Array, ...]:
        return 2 * value - 1, 2 * value * (1 - value)

    return Nearby(of_tanh if width == 1 else of_sigmoid, changes, lambda u, xp: (xp.tanh(u / width),), both, 2 * NEAR)


def _artanh_twice(x: Array) -> Array:
    """2·artanh(x) for |x| ≤ tanh(NEAR/2): what the series leaves out is below 1e-17 of it."""
    return 2 * x * _series([1 / (2 * k + 1) for k in range(13)], x * x)


def _softplus_nearby(known: tuple[Array, ...], u: Array) -> Array:
    """log1p(s·(exp(u) - 1)), with tanh(u/2) = n/q: 2·artanh(s·n / (q - (1 - s)·n))."""
    s, other = known
    n, q = tanh_fraction(u, 2)
    return _artanh_twice(s * n / (q - other * n))


def _softplus_both(known: tuple[Array, ...], shared: tuple[Array, ...], xp: Namespace) -> tuple[Array, Array]:
    (s, other), (t,) = known, shared
    st, rest = s * t, other * t
    return _artanh_twice(st / (1 - rest)), -_artanh_twice(st / (1 + rest))


SINE = [(-1) ** k / factorial(2 * k + 1) for k in range(8)]
VERSINE = [(-1) ** k / factorial(2 * k + 2) for k in range(7)]


def _sine_shared(u: Array, xp: Namespace) -> tuple[Array, ...]:
    """sin(u) and 1 - cos(u) for |u| ≤ NEAR."""
    w = u * u
    return u * _series(SINE, w), w * _series(VERSINE, w)


def _sine_nearby(known: tuple[Array, ...], u: Array) -> Array:
    """sin(z + u) - sin(z) = cos(z)·sin(u) - sin(z)·(1 - cos(u))."""
    (cosine, sine), (rise, fall) = known, _sine_shared(u, np)
    return cosine * rise - sine * fall


def _sine_both(known: tuple[Array, ...], shared: tuple[Array, ...], xp: Namespace) -> tuple[Array, Array]:
    (cosine, sine), (rise, fall) = known, shared
    even, odd = sine * fall, cosine * rise
    return odd - even, -odd - even


GELU_TERMS = 20  # what they leave out of a change by NEAR is below 1e-16, by Cramér's bound (Abramowitz and Stegun, 22.14.17)


def _gelu_known(distribution: Array, z: Array, xp: Namespace) -> tuple[Array, ...]:
    """The coefficients of u, u², … in gelu(z + u) - gelu(z), from the derivatives of the density: Hermite polynomials."""
    density = 0.3989422804014327 * xp.exp(-z * z / 2)
    previous, current = xp.zeros_like(z), density  # (-1)^k·He_k(z)·density/(k + 1)!, for k - 1 and for k
    rises = [current]
    for k in range(1, GELU_TERMS):
        previous, current = current, -(z * current + previous * (k - 1) / k) / (k + 1)
        rises.append(current)
    slopes = [distribution + z * rises[0]]
    return *slopes, *(rises[k] * z + rises[k - 1] for k in range(1, GELU_TERMS))


def _gelu_nearby(known: tuple[Array, ...], u: Array) -> Array:
    return u * _series(known, u)


def _relu_known(z: Array, value: Array, xp: Namespace) -> tuple[Array, ...]:
    return xp.minimum(z, 0), -xp.maximum(z, 0)


def _relu_nearby(known: tuple[Array, ...], up: Array, down: Array, xp: Namespace) -> tuple[Array, Array]:
    low, high = known
    return xp.maximum(up + low, high), xp.maximum(down + low, high)


def _leaky_relu_nearby(known: tuple[Array, ...], up: Array, down: Array, xp: Namespace) -> tuple[Array, Array]:
    rise, fall = _relu_nearby(known, up, down, xp)
    return 0.01 * up + 0.99 * rise, 0.01 * down + 0.99 * fall


def _for_either(change: Callable[[tuple[Array, ...], Array], Array]) -> Callable[..., tuple[Array, Array]]:
    return lambda known, up, down, xp: (change(known, up), change(known, down))


RELU = Nearby(_relu_known, _relu_nearby, within=inf)
LEAKY_RELU = Nearby(_relu_known, _leaky_relu_nearby, within=inf)
TANH = _of_a_rising_curve(1)
SIGMOID = _of_a_rising_curve(2)
SINE_CURVE = Nearby(lambda z, value, xp: (xp.cos(z), value), _for_either(_sine_nearby), _sine_shared, _sine_both)


def of_softplus(sigmoid: Callable[[Array, Namespace], Array]) -> Nearby:
    """Softplus, whose slope is ``sigmoid``."""
    return Nearby(
        lambda z, value, xp: (sigmoid(z, xp), sigmoid(-z, xp)),
        _for_either(_softplus_nearby),
        lambda u, xp: (xp.tanh(u / 2),),
        _softplus_both,
    )


def of_gelu(distribution: Callable[[Array, Namespace], Array]) -> Nearby:
    """GELU, by the ``distribution`` function of a normal variable."""
    return Nearby(lambda z, value, xp: _gelu_known(distribution(z, xp), z, xp), _for_either(_gelu_nearby))
