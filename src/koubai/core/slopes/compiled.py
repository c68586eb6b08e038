"""One measurement of all slopes as a compiled program, which is kept for each method, loss and shape of network and data."""

from functools import partial
from typing import Any

import jax
import numpy as np

from koubai.core import pytrees as pytrees
from koubai.core.losses import Loss
from koubai.core.network import Network
from koubai.core.precision import Precision, computing_in, key_of, random_state
from koubai.core.slopes.base import Batch, Method


def measure(
    method: Method, loss: Loss, network: Network, data: Batch, h: float, precision: Precision, seed: int, step: int
) -> tuple[float, Network, tuple[Any, ...]]:
    """The loss, the slopes as NumPy arrays, and how every layer was measured, where the method says it."""
    with computing_in(precision):
        key = key_of(random_state(seed), step)
        value, gradient, report = program(method, loss, network, data, h, key)
        return float(value), jax.tree.map(np.asarray, gradient), tuple(layer.told() for layer in report)


@partial(jax.jit, static_argnums=(0, 1))
def program(method: Method, loss: Loss, network: Network, data: Batch, h: Any, key: Any) -> tuple[Any, Network, Any]:
    """What is compiled."""
    if method.reported:
        reported: tuple[Any, Network, Any] = method.reported(loss, network, data, h)
        return reported
    return *method.measure(loss, network, data, h, key), ()
