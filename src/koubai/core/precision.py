"""float64 or float32, chosen for the length of a computation: the user's global JAX settings are never touched.

JAX is imported when it is to compute: the NumPy engine does without.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from koubai.core.array_types import Array, DType, Key, Scalar
from koubai.errors import chosen

if TYPE_CHECKING:
    from jax import Device

Precision = Literal["float64", "float32"]
PRECISIONS: dict[str, DType] = {"float64": np.float64, "float32": np.float32}


def dtype_of(precision: str) -> DType:
    """The NumPy type of that name; InputError for any other than float64 and float32."""
    return chosen("precision", precision, PRECISIONS)


@contextmanager
def computing_in(precision: Precision) -> Iterator[None]:
    """Within it JAX computes in ``precision``, and the same whatever the user's settings for products and draws are."""
    import jax

    with ExitStack() as scope:
        scope.enter_context(jax.enable_x64(precision == "float64"))
        scope.enter_context(jax.default_matmul_precision("highest"))
        scope.enter_context(jax.threefry_partitionable(True))
        scope.enter_context(jax.numpy_rank_promotion("allow"))
        scope.enter_context(jax.transfer_guard("allow"))
        yield


@contextmanager
def calling_in(precision: Precision) -> Iterator[None]:
    """As much of ``computing_in`` as a program asks for that is compiled already, and the reading of what it has computed."""
    import jax

    x64, put, read = jax.enable_x64, jax.transfer_guard_host_to_device, jax.transfer_guard_device_to_host
    with x64(precision == "float64"), put("allow"), read("allow"):
        yield


def precision_now() -> Precision:
    """That of the scope that one is in."""
    return "float64" if _settings().jax_enable_x64 else "float32"


def chosen_device() -> "Device | str | None":
    """The device, or the name of the platform, that the user has chosen to compute; None where JAX chooses."""
    return _settings().jax_default_device


def _settings() -> Any:
    import jax

    return jax.config  # whose attributes are made as it runs


def random_state(seed: int) -> NDArray[np.uint32]:
    """The random state of a seed from 0 to 2**32 - 1, as Threefry has it: (2,)."""
    return np.array([0, seed], np.uint32)


def key_of(state: Array, number: Scalar) -> Key:
    """The JAX key of the draws at step ``number``, always Threefry's."""
    import jax

    return jax.random.fold_in(jax.random.wrap_key_data(state, impl="threefry2x32"), number)
