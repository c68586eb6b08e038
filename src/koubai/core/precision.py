"""float64 or float32, chosen for the length of a computation: the user's global JAX settings are never touched."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Literal

import jax
import numpy as np

from koubai.errors import unknown

Precision = Literal["float64", "float32"]
PRECISIONS = ("float64", "float32")


def dtype_of(precision: str) -> Any:
    """The NumPy type of that name; InputError for any other than float64 and float32."""
    if precision not in PRECISIONS:
        raise unknown("precision", precision, PRECISIONS)
    return np.dtype(precision).type


@contextmanager
def computing_in(precision: Precision) -> Iterator[None]:
    """Within it JAX computes in ``precision``, and the same whatever the user's settings for products and draws are."""
    with ExitStack() as scope:
        scope.enter_context(jax.enable_x64(precision == "float64"))
        scope.enter_context(jax.default_matmul_precision("highest"))
        scope.enter_context(jax.threefry_partitionable(True))
        yield
