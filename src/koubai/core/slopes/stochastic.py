"""Slopes from two evaluations, along one random direction. They are right on average only; the descent does the averaging.

SPSA: J. C. Spall, "Multivariate stochastic approximation using a simultaneous perturbation gradient approximation", IEEE
TAC 37 (1992). Random directions (Gaussian smoothing): Y. Nesterov and V. Spokoiny, Found. Comput. Math. 17 (2017).
"""

from collections.abc import Callable

import jax
from jax.flatten_util import ravel_pytree

from koubai.core.array_types import Array, Key, PyTree, Scalar
from koubai.core.slopes.differences import ScalarFunction


def spsa(f: ScalarFunction, x: PyTree, h: Scalar, key: Key) -> PyTree:
    """Every entry moves by +h or by -h, drawn with equal chance; each slope is the whole difference over its own 2·(±h)."""
    flat, unravel = ravel_pytree(x)
    drawn = signs(flat, key)
    return unravel(_along(f, flat, unravel, drawn, h) * drawn)


def random_directions(f: ScalarFunction, x: PyTree, h: Scalar, key: Key) -> PyTree:
    """The slope along one direction of standard normals, times that direction."""
    flat, unravel = ravel_pytree(x)
    drawn = normals(flat, key)
    return unravel(_along(f, flat, unravel, drawn, h) * drawn)


def signs(flat: Array, key: Key) -> Array:
    """The direction that ``spsa`` draws for an array of entries: 1 or -1 for each."""
    return jax.random.rademacher(key, flat.shape, flat.dtype)


def normals(flat: Array, key: Key) -> Array:
    """The direction that ``random_directions`` draws: a standard normal for each entry."""
    return jax.random.normal(key, flat.shape, flat.dtype)


def _along(f: ScalarFunction, flat: Array, unravel: Callable[[Array], PyTree], direction: Array, h: Scalar) -> Scalar:
    return (f(unravel(flat + h * direction)) - f(unravel(flat - h * direction))) / (2 * h)
