"""Odd functions known at a few points: Chebyshev interpolation with a traced number of nodes.

An odd function on [-1, 1] is interpolated at the K positive roots of the Chebyshev polynomial T_2K, by a sum of T_1, T_3, …,
T_(2K-1). For a function that is analytic in an ellipse with foci ±1 and half-axes that sum to ϱ, the error falls like
ϱ^(-2K) (L. N. Trefethen, Approximation Theory and Approximation Practice, theorems 8.1 and 8.2). In this basis no digits are
lost, however many nodes there are; and the size of the last coefficients says how large the error is.

K is a traced number, so that a change of h compiles nothing: arrays have room for ``MOST`` nodes.
"""

from collections.abc import Callable
from math import log, sinh

import jax
import jax.numpy as jnp
from jax import lax

from koubai.core.array_types import Array, DType, PyTree, Scalar

MOST = 8
DIGITS = log(1e11)
FARTHEST = 1 / sinh(DIGITS / (2 * MOST))  # reach over distance to the nearest singularity, at most


def nodes(count: Scalar, dtype: DType) -> Array:
    """t_k = cos((2k - 1)π/4K), k = 1 … K, from the outermost inwards; what follows up to ``MOST`` means nothing. (MOST,)"""
    k = jnp.arange(MOST, dtype=dtype)
    return jnp.cos((2 * k + 1) * jnp.pi / (4 * count))


def fit(count: Scalar, dtype: DType) -> Array:
    """The matrix (coefficient, node) from values at the nodes to the coefficients of T_1, T_3, …: 0 beyond ``count``.

    c_k = (2/K)·Σ_m f(t_m)·T_(2k-1)(t_m).
    """
    k = jnp.arange(MOST, dtype=dtype)
    known = k < count
    angle = (2 * k[:, None] + 1) * (2 * k + 1) * jnp.pi / (4 * count)
    return jnp.where(known[:, None] & known, 2 / count * jnp.cos(angle), 0)


def coefficients(values: Array, count: Scalar) -> Array:
    """Of T_1, T_3, … from the values (MOST, …) at the nodes, of which ``count`` are known."""
    return jnp.tensordot(fit(count, values.dtype), values, 1)


def measured(at_node: Callable[[Scalar], PyTree], count: Scalar, room: PyTree) -> PyTree:
    """The same from ``at_node(t)``, node by node. ``room``: anything like what comes out, (MOST, …) for each array."""
    dtype = jax.tree.leaves(room)[0].dtype
    t, weights = nodes(count, dtype), fit(count, dtype)

    def body(k: Scalar, c: PyTree) -> PyTree:
        def more(so_far: Array, value: Array) -> Array:
            column = weights[:, k].reshape(-1, *[1] * value.ndim)
            return jnp.where(k > 0, so_far, 0) + column * value

        return jax.tree.map(more, c, at_node(t[k]))

    return lax.fori_loop(0, count, body, room)


def polynomials(s: Array, count: Scalar, with_next: Callable[[Scalar, Array, PyTree], PyTree], start: PyTree) -> PyTree:
    """Folds ``with_next(k, T_(2k+1)(s), so far)`` over k = 1 … count - 1; ``start`` has seen T_1(s) = s.

    T_(n+2) = 2·T_2·T_n - T_(n-2), written for the difference of neighbours, which is changed in place: d' = d - 4(1 - s²)·T,
    T' = T + d'.
    """
    bend = 4 * (1 - s * s)
    difference = -bend * s

    def body(k: Scalar, carry: PyTree) -> PyTree:
        t, difference, total = carry
        total = with_next(k, t, total)
        difference = difference - bend * t
        return t + difference, difference, total

    return lax.fori_loop(1, count, body, (s + difference, difference, start))[2]


def odd_sum(c: Array, s: Array, count: Scalar) -> Array:
    """Σ_k c_k·T_(2k-1)(s), for coefficients (MOST, …) that broadcast with ``s``; count ≥ 1."""
    s = jnp.asarray(s)
    return polynomials(s, count, lambda k, t, total: total + c[k] * t, c[0] * s)


def left_out(c: Array) -> Array:
    """How much an interpolant with 1, 2, …, MOST nodes leaves out, for sizes (MOST,) of the coefficients that MOST nodes gave.

    That is the sum of what follows; the last one, after which nothing is known, is credited with all of its own size.
    """
    after = jnp.cumsum(c[::-1])[::-1]
    return jnp.concatenate([after[1:], c[-1:]])


def enough(left: Array, tolerance: Scalar) -> Array:
    """The fewest nodes that leave out no more than ``tolerance``; MOST where none is enough."""
    return 1 + jnp.sum(left[:-1] > tolerance)
