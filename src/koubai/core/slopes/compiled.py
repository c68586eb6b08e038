"""One measurement of all slopes as a compiled program, which is kept for each method, loss and shape of network and data."""

from functools import partial

import jax
import numpy as np

from koubai.core import pytrees as pytrees
from koubai.core.array_types import PyTree, RandomState, Scalar
from koubai.core.executables import Program
from koubai.core.losses import Loss
from koubai.core.methods import Method
from koubai.core.network import Network
from koubai.core.precision import Precision, calling_in, key_of
from koubai.core.slopes.base import Batch
from koubai.core.slopes.preparation import prepared_once as prepared_once


def measure(
    method: Method,
    loss: Loss,
    network: Network,
    data: Batch,
    h: float,
    draw: tuple[RandomState, Scalar] | None,
    precision: Precision,
) -> tuple[float, Network, PyTree]:
    """The loss, the slopes as NumPy arrays, and how every layer was measured, on the device still, where the method says it.

    ``draw``: the random state and the number of the step, for a method that draws.
    """
    with calling_in(precision):
        value, gradient, report = program(method, loss, network, data, h, draw)
        return float(value), jax.tree.map(np.asarray, gradient), report


@partial(Program, static=2)
def program(
    method: Method, loss: Loss, network: Network, data: Batch, h: Scalar, draw: tuple[RandomState, Scalar] | None
) -> tuple[Scalar, Network, PyTree]:
    """What is compiled."""
    key = key_of(*draw) if draw else None
    if method.reported:
        reported: tuple[Scalar, Network, PyTree] = method.reported(loss, network, data, h)
        return reported
    return *method.measure(loss, network, data, h, key), ()
