"""Slopes from two evaluations, along one random direction. They are right on average only; the descent does the averaging.

SPSA: J. C. Spall, "Multivariate stochastic approximation using a simultaneous perturbation gradient approximation", IEEE
TAC 37 (1992). Random directions (Gaussian smoothing): Y. Nesterov and V. Spokoiny, Found. Comput. Math. 17 (2017).
"""

from typing import Any

import jax
from jax.flatten_util import ravel_pytree

from koubai.core.slopes.differences import ScalarFunction


def spsa(f: ScalarFunction, x: Any, h: Any, key: Any) -> Any:
    """Every entry moves by +h or by -h, drawn with equal chance; each slope is the whole difference over its own 2·(±h)."""
    flat, unravel = ravel_pytree(x)
    drawn = signs(flat, key)
    return unravel(_along(f, flat, unravel, drawn, h) * drawn)


def random_directions(f: ScalarFunction, x: Any, h: Any, key: Any) -> Any:
    """The slope along one direction of standard normals, times that direction."""
    flat, unravel = ravel_pytree(x)
    drawn = normals(flat, key)
    return unravel(_along(f, flat, unravel, drawn, h) * drawn)


def signs(flat: Any, key: Any) -> Any:
    """The direction that ``spsa`` draws for an array of entries: 1 or -1 for each."""
    return jax.random.rademacher(key, flat.shape, flat.dtype)


def normals(flat: Any, key: Any) -> Any:
    """The direction that ``random_directions`` draws: a standard normal for each entry."""
    return jax.random.normal(key, flat.shape, flat.dtype)


def _along(f: ScalarFunction, flat: Any, unravel: Any, direction: Any, h: Any) -> Any:
    return (f(unravel(flat + h * direction)) - f(unravel(flat - h * direction))) / (2 * h)
