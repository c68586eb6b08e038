"""Activations, each with what the engine must know of it: smooth, piecewise smooth (its kinks), or stepping.

Every function takes the pre-activations ``v`` and the array module that computes (``numpy`` or ``jax.numpy``), so that one
definition serves the plain loop, the compiled program and the complex step. "Where v > 0" asks the real part: this is
what makes them analytic beside a kink.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from koubai.errors import chosen

Array = Any  # a NumPy array, or a JAX array or tracer
Namespace = Any  # numpy or jax.numpy


@dataclass(frozen=True)
class Activation:
    """A function of one variable, applied to every pre-activation of a hidden layer.

    ``kinks`` are the places where its derivative (or, for a stepping one, its value) jumps; ``levels`` are all the values it
    takes, where these are few; ``analytic`` says whether it has a complex form, as the complex step needs.
    """

    name: str
    apply: Callable[[Array, Namespace], Array]
    kind: Literal["smooth", "piecewise", "stepping"] = "smooth"
    kinks: tuple[float, ...] = ()
    levels: tuple[float, ...] | None = None
    analytic: bool = True


def _relu(v: Array, xp: Namespace) -> Array:
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
    if xp is np:
        from scipy.special import erfc
    else:
        from jax.scipy.special import erfc
    return 0.5 * v * erfc(-v * 0.7071067811865476)


def _sin(v: Array, xp: Namespace) -> Array:
    return xp.sin(v)


def _identity(v: Array, xp: Namespace) -> Array:
    return v


def _step(v: Array, xp: Namespace) -> Array:
    return xp.where(xp.real(v) > 0, xp.ones_like(v), xp.zeros_like(v))


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("relu", _relu, "piecewise", kinks=(0.0,)),
        Activation("leaky-relu", _leaky_relu, "piecewise", kinks=(0.0,)),
        Activation("tanh", _tanh),
        Activation("sigmoid", _sigmoid),
        Activation("softplus", _softplus),
        Activation("gelu", _gelu, analytic=False),
        Activation("sin", _sin),
        Activation("identity", _identity),
        Activation("step", _step, "stepping", kinks=(0.0,), levels=(0.0, 1.0)),
    )
}


def activation_named(name: str) -> Activation:
    """The activation called ``name``; InputError, with the nearest name, where there is none."""
    return chosen("activation", name, ACTIVATIONS)
