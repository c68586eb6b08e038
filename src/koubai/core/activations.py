"""Activations, each with what the engine must know of it: smooth, piecewise smooth (its kinks), or stepping.

Every function takes the pre-activations ``v`` and the array module that computes (``numpy`` or ``jax.numpy``), so that one
definition serves the plain loop, the compiled program and the complex step. "Where v > 0" asks the real part: this is
what makes them analytic beside a kink.

``change(z, u, xp)`` is apply(z + u) - apply(z), written so that it keeps its digits however small u is: by addition theorems
(``_tanh_change``, ``_sine_change``), or through expm1 and log1p.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, pi
from typing import Any, Literal

import numpy as np

from koubai.core import nearby
from koubai.core.nearby import Nearby
from koubai.errors import InputError, chosen

Array = Any  # a NumPy array, or a JAX array or tracer
Namespace = Any  # numpy or jax.numpy


@dataclass(frozen=True)
class Activation:
    """A function of one variable, applied to every pre-activation of a hidden layer.

    ``change(z, u, xp)``: apply(z + u) - apply(z) without cancellation; ``near``: the same, cheaper, for |u| ≤ 1; ``nearby``:
    the same for many shifts. ``derivative(v, xp)``: its slope, at a kink that from below. ``kinks`` are the places where its
    derivative (or, for a stepping one, its value) jumps; ``levels`` are all the values it takes, where these are few;
    ``slopes`` are those below and above the kink of one that is straight on both sides. ``strip``: how far from the real axis
    its nearest singularity lies (for an entire one, how far its values stay moderate); ``steepest``: its largest slope;
    ``span``: how far apart its values are at most. ``analytic`` says whether it has a complex form, as the complex step needs;
    ``monotone`` whether it never falls.
    """

    name: str
    apply: Callable[[Array, Namespace], Array]
    change: Callable[[Array, Array, Namespace], Array]
    derivative: Callable[[Array, Namespace], Array]
    near: Callable[[Array, Array, Namespace], Array] | None = None
    nearby: Nearby | None = None
    kinks: tuple[float, ...] = ()
    levels: tuple[float, ...] | None = None
    slopes: tuple[float, float] | None = None
    strip: float = inf
    steepest: float = 1.0
    span: float = inf
    analytic: bool = True
    monotone: bool = True

    @property
    def kind(self) -> Literal["smooth", "straight", "stepping"]:
        """How it runs between its kinks."""
        return "stepping" if self.levels else "straight" if self.slopes else "smooth"

    @property
    def sizes(self) -> tuple[float, ...]:
        """Of a stepping one: the sizes, other than 0, that occur among its values and the 1 of a bias; else none."""
        return tuple(sorted({abs(level) for level in self.levels if level} | {1.0})) if self.levels else ()

    def slope(self, active: Array, xp: Namespace) -> Array:
        """Of a straight one: its slope where the unit is ``active`` (above the kink), and where it is not."""
        below, above = self.slopes or (1.0, 1.0)
        return xp.where(active, above, below)


def _relu(v: Array, xp: Namespace) -> Array:
    if xp is np and v.dtype.kind == "f":  # in half the time
        return np.maximum(v, 0)
    return xp.where(xp.real(v) > 0, v, xp.zeros_like(v))


def _leaky_relu(v: Array, xp: Namespace) -> Array:
    return xp.where(xp.real(v) > 0, v, 0.01 * v)


def _tanh(v: Array, xp: Namespace) -> Array:
    return xp.tanh(v)


def _away_from_overflow(v: Array, xp: Namespace) -> Array:
    """exp(-|v|), at most 1. The sign is written as a factor, so that the function is smooth at 0 from both sides."""
    return xp.exp(xp.where(xp.real(v) > 0, -v, v))


def _sigmoid(v: Array, xp: Namespace) -> Array:
    e = _away_from_overflow(v, xp)
    return xp.where(xp.real(v) > 0, 1 / (1 + e), e / (1 + e))


def _softplus(v: Array, xp: Namespace) -> Array:
    return xp.where(xp.real(v) > 0, v, xp.zeros_like(v)) + xp.log1p(_away_from_overflow(v, xp))


def _gelu(v: Array, xp: Namespace) -> Array:
    """v·Φ(v), exactly; Φ(v) = erfc(-v/√2)/2 keeps its digits where v is far below 0."""
    return v * _normal_distribution(v, xp)


def _normal_distribution(v: Array, xp: Namespace) -> Array:
    if xp is np:
        from scipy.special import erfc
    else:
        from jax.scipy.special import erfc
    return 0.5 * erfc(-v * 0.7071067811865476)


def _sin(v: Array, xp: Namespace) -> Array:
    return xp.sin(v)


def _identity(v: Array, xp: Namespace) -> Array:
    return v


def _step(v: Array, xp: Namespace) -> Array:
    return xp.where(xp.real(v) > 0, xp.ones_like(v), xp.zeros_like(v))


def _relu_derivative(v: Array, xp: Namespace) -> Array:
    return _step(v, xp)


def _leaky_relu_derivative(v: Array, xp: Namespace) -> Array:
    return 0.01 + 0.99 * _step(v, xp)


def _tanh_derivative(v: Array, xp: Namespace) -> Array:
    a = xp.tanh(v)
    return (1 - a) * (1 + a)


def _sigmoid_derivative(v: Array, xp: Namespace) -> Array:
    return _sigmoid(v, xp) * _sigmoid(-v, xp)


def _gelu_derivative(v: Array, xp: Namespace) -> Array:
    """Φ(v) + v·φ(v)."""
    return _normal_distribution(v, xp) + v * (0.3989422804014327 * xp.exp(-v * v / 2))


def _sine_derivative(v: Array, xp: Namespace) -> Array:
    return xp.cos(v)


def _identity_derivative(v: Array, xp: Namespace) -> Array:
    return xp.ones_like(v)


def _step_derivative(v: Array, xp: Namespace) -> Array:
    return xp.zeros_like(v)


def _relu_change(z: Array, u: Array, xp: Namespace) -> Array:
    """A unit can fall by no more than its value, and rises by no more than what lies above the kink."""
    return xp.maximum(u + xp.minimum(z, 0), -xp.maximum(z, 0))


def _leaky_relu_change(z: Array, u: Array, xp: Namespace) -> Array:
    return 0.01 * u + 0.99 * _relu_change(z, u, xp)


def _sigmoid_change(z: Array, u: Array, xp: Namespace) -> Array:
    """σ(b) - σ(a) = σ(b)·σ(-a)·(1 - exp(a - b)) for a ≤ b."""
    rise = -xp.expm1(-xp.abs(u)) * _sigmoid(xp.maximum(z, z + u), xp) * _sigmoid(-xp.minimum(z, z + u), xp)
    return xp.where(u < 0, -rise, rise)


def _sigmoid_near(z: Array, u: Array, xp: Namespace) -> Array:
    """With s = σ(z) and e = exp(u) - 1: s·(1 - s)·e / (1 + s·e)."""
    s, e = _sigmoid(z, xp), xp.expm1(u)
    return s * _sigmoid(-z, xp) * e / (1 + s * e)


def _tanh_change(z: Array, u: Array, xp: Namespace) -> Array:
    """tanh(z) = 2σ(2z) - 1."""
    return 2 * _sigmoid_change(2 * z, 2 * u, xp)


def _tanh_near(z: Array, u: Array, xp: Namespace) -> Array:
    """With a = tanh(z) and t = tanh(u): (1 - a²)·t / (1 + a·t)."""
    a, t = xp.tanh(z), xp.tanh(u)
    return (1 - a) * (1 + a) * t / (1 + a * t)


def _softplus_near(z: Array, u: Array, xp: Namespace) -> Array:
    """log(1 + exp(z + u)) - log(1 + exp(z)) = log1p(σ(z)·(exp(u) - 1)); for u > 0 through softplus(x) = x + softplus(-x)."""
    rises = u > 0
    s = _sigmoid(xp.where(rises, -z, z), xp)
    return xp.where(rises, u, xp.zeros_like(u)) + xp.log1p(s * xp.expm1(-xp.abs(u)))


def _softplus_change(z: Array, u: Array, xp: Namespace) -> Array:
    small = xp.abs(u) < 1
    return xp.where(small, _softplus_near(z, xp.where(small, u, 0.0), xp), _softplus(z + u, xp) - _softplus(z, xp))


def _gelu_change(z: Array, u: Array, xp: Namespace) -> Array:
    """u·Φ(z + u) + z·(Φ(z + u) - Φ(z)); for a small u the difference is the density's series about the middle m.

    It is u·φ(m)·(1 + (m² - 1)u²/24 + (m⁴ - 6m² + 3)u⁴/1920 + …), the derivatives of φ being Hermite polynomials (M.
    Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.2.31).
    """
    after = z + u
    small = xp.abs(u) < 0.02
    v = xp.where(small, u, 0.0)
    m = z + v / 2
    m2, v2 = m * m, v * v
    series = 1 + v2 / 24 * (m2 - 1 + v2 / 80 * (m2 * m2 - 6 * m2 + 3))
    density = 0.3989422804014327 * xp.exp(-m2 / 2) * v * series
    upper = _normal_distribution(after, xp)
    return u * upper + z * xp.where(small, density, upper - _normal_distribution(z, xp))


def _sine_change(z: Array, u: Array, xp: Namespace) -> Array:
    """2·sin(u/2)·cos(z + u/2)."""
    return 2 * xp.sin(u / 2) * xp.cos(z + u / 2)


def _identity_change(z: Array, u: Array, xp: Namespace) -> Array:
    return u + 0 * z


def _step_change(z: Array, u: Array, xp: Namespace) -> Array:
    return _step(z + u, xp) - _step(z, xp)


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("relu", _relu, _relu_change, _relu_derivative, nearby=nearby.RELU, kinks=(0.0,), slopes=(0.0, 1.0)),
        Activation(
            "leaky-relu",
            _leaky_relu,
            _leaky_relu_change,
            _leaky_relu_derivative,
            nearby=nearby.LEAKY_RELU,
            kinks=(0.0,),
            slopes=(0.01, 1.0),
        ),
        Activation("tanh", _tanh, _tanh_change, _tanh_derivative, _tanh_near, nearby.TANH, strip=pi / 2, span=2.0),
        Activation(
            "sigmoid",
            _sigmoid,
            _sigmoid_change,
            _sigmoid_derivative,
            _sigmoid_near,
            nearby.SIGMOID,
            strip=pi,
            steepest=0.25,
            span=1.0,
        ),
        Activation("softplus", _softplus, _softplus_change, _sigmoid, _softplus_near, nearby.of_softplus(_sigmoid), strip=pi),
        Activation(
            "gelu",
            _gelu,
            _gelu_change,
            _gelu_derivative,
            nearby=nearby.of_gelu(_normal_distribution),
            strip=1.5,
            steepest=1.13,
            analytic=False,
            monotone=False,
        ),
        Activation("sin", _sin, _sine_change, _sine_derivative, nearby=nearby.SINE_CURVE, strip=1.5, span=2.0, monotone=False),
        Activation("identity", _identity, _identity_change, _identity_derivative, slopes=(1.0, 1.0)),
        Activation("step", _step, _step_change, _step_derivative, kinks=(0.0,), levels=(0.0, 1.0), steepest=inf, span=1.0),
    )
}


def activation_named(name: str) -> Activation:
    """The activation called ``name``; InputError, with the nearest name, where there is none."""
    return chosen("activation", name, ACTIVATIONS)


def activations_in(text: str | Sequence[str]) -> tuple[Activation, ...]:
    """Those that ``text`` names, separated by commas, or that a sequence names; InputError where there is no such one."""
    names = [name.strip() for name in text.split(",")] if isinstance(text, str) else text
    if not isinstance(names, (list, tuple)):
        raise InputError("activation", value=text, choices=", ".join(ACTIVATIONS))
    return tuple(activation_named(name) for name in names) or activations_in("")


def activations_named(text: str | Sequence[str], layers: int) -> tuple[Activation, ...]:
    """The activations of so many hidden layers: one name is that of all of them, several are one for each.

    InputError where a name is unknown, or there are neither one nor as many as hidden layers.
    """
    named = activations_in(text)
    if len(named) not in (1, layers):
        raise InputError("activation-count", value=",".join(one.name for one in named), given=len(named), layers=layers)
    return named * layers if len(named) == 1 else named


def spelled(text: str | Sequence[str], layers: int) -> str:
    """How a network of so many hidden layers names its activations: once where all are alike. InputError as above."""
    activations_named(text, layers)
    names = [one.name for one in activations_in(text)]
    return names[0] if len(set(names)) == 1 else ",".join(names)
