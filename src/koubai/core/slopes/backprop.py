"""Exact slopes by reverse-mode differentiation (backpropagation), for comparison. At a kink: the derivative from below."""

import jax

from koubai.core.array_types import PyTree, Scalar
from koubai.core.slopes.differences import ScalarFunction


def value_and_gradient(f: ScalarFunction, x: PyTree) -> tuple[Scalar, PyTree]:
    """f(x) and its exact gradient, a pytree like ``x``."""
    value, gradient = jax.value_and_grad(f)(x)
    return value, gradient
