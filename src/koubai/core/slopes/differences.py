"""Differences for any scalar function of any pytree: central, forward, complex-step. All entries are moved at once, batched.

The difference is divided by the step that was really taken, which rounding makes a little other than h
(see W. H. Press et al., Numerical Recipes, section 5.7). The complex step has no difference to round: J. R. R. A. Martins,
P. Sturdza and J. J. Alonso, "The complex-step derivative approximation", ACM TOMS 29 (2003).
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from koubai.core.array_types import Array, PyTree, Scalar
from koubai.core.slopes.chunked_map import over

ScalarFunction = Callable[[PyTree], Scalar]


def central(f: ScalarFunction, x: PyTree, h: Scalar) -> PyTree:
    """(f(x + h) - f(x - h)) / 2h for every entry of the pytree ``x``: 2P evaluations. Returns a pytree like ``x``."""
    flat, unravel = ravel_pytree(x)

    def slope(p: Scalar) -> Scalar:
        above, below = flat[p] + h, flat[p] - h
        difference = f(unravel(flat.at[p].set(above))) - f(unravel(flat.at[p].set(below)))
        return _per_step(difference, above - below)

    return unravel(_every_entry(slope, flat))


def forward(f: ScalarFunction, x: PyTree, h: Scalar) -> PyTree:
    """(f(x + h) - f(x)) / h for every entry of the pytree ``x``: P + 1 evaluations. Returns a pytree like ``x``."""
    flat, unravel = ravel_pytree(x)
    here = f(x)

    def slope(p: Scalar) -> Scalar:
        above = flat[p] + h
        return _per_step(f(unravel(flat.at[p].set(above))) - here, above - flat[p])

    return unravel(_every_entry(slope, flat))


def complex_step(f: ScalarFunction, x: PyTree, h: Scalar) -> PyTree:
    """Im f(x + ih) / h for every entry of ``x``, exact to rounding for a small h: P evaluations of an analytic ``f``."""
    flat, unravel = ravel_pytree(x)
    moved = flat + 0j

    def slope(p: Scalar) -> Scalar:
        return jnp.imag(f(_unraveled_like(x, moved.at[p].add(1j * h)))) / h

    return unravel(_every_entry(slope, flat))


def _per_step(difference: Array, taken: Array) -> Array:
    """``difference`` over the step that was taken; 0 where h is lost among the digits of an entry, so that none was."""
    return jnp.where(taken == 0, 0, difference / jnp.where(taken == 0, 1, taken))


def _every_entry(slope: Callable[[Scalar], Scalar], flat: Array) -> Array:
    """A whole evaluation is taken to need about 64 numbers for each parameter that it reads."""
    return over(slope, (jnp.arange(len(flat)),), 64 * len(flat))


def _unraveled_like(x: PyTree, flat: Array) -> PyTree:
    """``flat`` in the structure of ``x``, of its own (complex) type, which ``ravel_pytree`` would cast back."""
    leaves, structure = jax.tree.flatten(x)
    ends = [0]
    for leaf in leaves:
        ends.append(ends[-1] + jnp.size(leaf))
    parts = [flat[a:b].reshape(jnp.shape(leaf)) for a, b, leaf in zip(ends, ends[1:], leaves, strict=False)]
    return jax.tree.unflatten(structure, parts)
