"""The methods that take the loss as any function of all parameters: differences, random directions, backpropagation."""

from collections.abc import Callable

import jax.numpy as jnp

from koubai.core import pytrees as pytrees
from koubai.core.array_types import Key, PyTree, Scalar
from koubai.core.losses import Loss
from koubai.core.network import Network
from koubai.core.slopes import backprop, differences, stochastic
from koubai.core.slopes.base import Batch, Measure, mean_loss


def _of_the_whole_network(gradient: Callable[..., PyTree], *, draws: bool = False) -> Measure:
    """A method for any function of any pytree, applied to the loss as a function of the network."""

    def measure(loss: Loss, network: Network, data: Batch, h: Scalar, key: Key) -> tuple[Scalar, Network]:
        def f(moved: Network) -> Scalar:
            return mean_loss(loss, moved, data, jnp)

        return f(network), gradient(f, network, h, key) if draws else gradient(f, network, h)

    return measure


forward = _of_the_whole_network(differences.forward)
complex_step = _of_the_whole_network(differences.complex_step)
spsa = _of_the_whole_network(stochastic.spsa, draws=True)
random_directions = _of_the_whole_network(stochastic.random_directions, draws=True)


def exact(loss: Loss, network: Network, data: Batch, h: Scalar, key: Key) -> tuple[Scalar, Network]:
    """The loss and its slopes by backpropagation."""
    return backprop.value_and_gradient(lambda moved: mean_loss(loss, moved, data, jnp), network)
