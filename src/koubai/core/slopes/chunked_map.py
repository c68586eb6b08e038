"""A function evaluated at many points at once, within a bound on memory."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from koubai.core.array_types import Array, Index, PyTree, Scalar

NUMBERS_AT_ONCE = 2**22  # of one intermediate array: 32 MiB in float64
ROWS_AT_ONCE = 8  # of those that are chosen: blocks as small as that waste little


def over(function: Callable[..., PyTree], points: tuple[Array, ...], numbers_each: int) -> PyTree:
    """``function`` over the first axis of each array of ``points``, in one piece where that stays small, else in blocks.

    ``numbers_each`` is the size of the largest intermediate array that one point needs.
    """
    count = len(points[0])
    block = max(1, NUMBERS_AT_ONCE // max(1, numbers_each))
    if count <= block:
        return jax.vmap(function)(*points)
    return lax.map(lambda point: function(*point), points, batch_size=block)


def of_chosen(function: Callable[[Index, Array, PyTree], PyTree], chosen: Array, numbers_each: int, start: PyTree) -> PyTree:
    """Folds ``function(which, counted, so_far)`` over blocks ``which`` of the rows that are ``chosen`` (n,), from ``start`` on.

    A block has ``ROWS_AT_ONCE`` rows, or fewer where ``numbers_each`` of one row ask for it. The last is filled up with rows
    that aren't ``counted``. Where none is chosen it costs nothing.
    """
    n = len(chosen)
    block = min(n, ROWS_AT_ONCE, max(1, NUMBERS_AT_ONCE // max(1, numbers_each)))
    count, order = jnp.sum(chosen), jnp.argsort(~chosen)

    def body(carry: tuple[Scalar, PyTree]) -> tuple[Scalar, PyTree]:
        first, so_far = carry
        index = first + jnp.arange(block)
        return first + block, function(order[jnp.minimum(index, n - 1)], index < count, so_far)

    return lax.while_loop(lambda carry: carry[0] < count, body, (jnp.zeros_like(count), start))[1]
