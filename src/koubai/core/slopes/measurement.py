"""``slopes``: a way of measuring, ready to be called on a network and data."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from koubai.core.losses import Loss, loss_named
from koubai.core.methods import Method, check_h, check_method, method_named
from koubai.core.network import Network
from koubai.core.precision import Precision, dtype_of, random_state
from koubai.core.slopes.base import Data, batch_of
from koubai.errors import InputError

if TYPE_CHECKING:
    from koubai.core.slopes.response import LayerReport


@dataclass(frozen=True)
class Slopes:
    """A way of measuring, ready to be called: ``(network, data) -> (loss, gradient)``."""

    method: Method
    h: float
    loss: Loss
    seed: int
    precision: Precision
    step: int = 0
    _reports: list[tuple["LayerReport", ...]] = field(default_factory=list, repr=False, compare=False)

    @property
    def report(self) -> tuple["LayerReport", ...]:
        """How the last call measured each layer, in their order; empty before it, and for all methods but central."""
        for report in self._reports:  # fetched from the device when somebody asks for it
            return tuple(layer.as_ints() for layer in report)
        return ()

    def __call__(self, network: Network, data: Data) -> tuple[float, Network]:
        """Measure the slopes of ``network`` on ``data``.

        Args:
            network: Whose loss is differentiated.
            data: Has ``inputs`` (n, features) and ``targets`` (n, outputs).

        Returns:
            The loss, and the gradient as a Network of slopes.

        Raises:
            InputError: Where the data don't fit the network, or the method can't measure it.
        """
        if not isinstance(network, Network):
            raise InputError("slopes-network", value=type(network).__name__)
        check_method(self.method, network.activation)
        cast = replace(network.astype(dtype_of(self.precision)), output=self.loss.output)
        if not self.method.compiled:
            batch = batch_of(data, network, self.loss, self.precision)
            value, gradient = self.method.measure(self.loss, cast, batch, self.h, None)
            return float(value), gradient
        from koubai.core.slopes import compiled  # JAX takes its time to load

        prepared = compiled.prepared_once(self.method, data, network, self.loss, self.precision)
        draw = (random_state(self.seed), np.int32(self.step)) if self.method.drawn_by else None
        value, gradient, report = compiled.measure(self.method, self.loss, cast, prepared, self.h, draw, self.precision)
        self._reports[:] = [report]
        return value, gradient


def slopes(
    method: str = "central",
    *,
    h: float | None = None,
    loss: str = "cross-entropy",
    seed: int = 0,
    step: int = 0,
    precision: Precision = "float64",
) -> Slopes:
    """Return a way to measure the slopes of a loss in every weight and bias of a network, or to derive them.

    Args:
        method: central, loop, forward, complex-step, backprop, spsa or random-directions.
        h: The step size, in the units of the parameters; by default 0.1 (complex-step: 1e-20); backprop has none.
        loss: cross-entropy or squared.
        seed: For the methods that draw: that of a training.
        step: For the methods that draw: the number of a step of that training, whose draw it is, and by which the training
            moves on from there.
        precision: float64 or float32.

    Returns:
        A callable, ``(network, data) -> (loss, gradient)``; after a call its ``report`` tells how central measured each layer.

    Raises:
        InputError: Where something can't be; it names what.

    Example:
        >>> import koubai as kb
        >>> loss, gradient = kb.slopes("central", h=0.1)(kb.Network.random([2, 8, 2]), kb.data.gate("xor"))
        >>> gradient.layers[0].weights.shape
        (2, 8)
    """
    how = method_named(method)
    dtype_of(precision)
    step_size = how.default_h if h is None else h
    check_h(step_size, precision)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32:
        raise InputError("seed", value=seed)
    if isinstance(step, bool) or not isinstance(step, (int, np.integer)) or not 0 <= step < 2**31:
        raise InputError("steps", value=step, most=2**31 - 1)
    return Slopes(how, float(step_size), loss_named(loss), int(seed), precision, int(step))
