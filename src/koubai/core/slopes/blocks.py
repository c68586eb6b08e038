"""A function evaluated at many points at once, within a bound on memory."""

from collections.abc import Callable
from typing import Any

import jax
from jax import lax

NUMBERS_AT_ONCE = 2**22  # of one intermediate array: 32 MiB in float64


def over(function: Callable[..., Any], points: tuple[Any, ...], numbers_each: int) -> Any:
    """``function`` over the first axis of each array of ``points``, in one piece where that stays small, else in blocks.

    ``numbers_each`` is the size of the largest intermediate array that one point needs.
    """
    count = len(points[0])
    block = max(1, NUMBERS_AT_ONCE // max(1, numbers_each))
    if count <= block:
        return jax.vmap(function)(*points)
    return lax.map(lambda point: function(*point), points, batch_size=block)
