"""How a slope is measured. ``METHODS`` are all the ways by name; ``slopes`` is their public face."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from koubai.core.activations import activations_in
from koubai.core.losses import Loss, loss_named
from koubai.core.network import Network
from koubai.core.precision import Precision, dtype_of, random_state
from koubai.core.slopes.base import Method, batch_of
from koubai.errors import InputError, chosen

if TYPE_CHECKING:
    from koubai.core.slopes.response import LayerReport


MOST_LAYERS = 1000  # hidden ones, by any method

METHODS = {
    method.name: method
    for method in (
        Method(
            "central",
            "response:measure",
            evaluations=(2, 0),
            wants_points=True,
            reported_by="response:measured",
            takes_whole_batches=False,
            most_layers=50,
        ),
        Method("loop", "loop:measure", evaluations=(2, 0), compiled=False, copies=5, most_layers=MOST_LAYERS),
        Method("forward", "whole_network:forward", evaluations=(1, 1), most_layers=150),
        Method("complex-step", "whole_network:complex_step", evaluations=(1, 0), default_h=1e-20, wants_analytic=True),
        Method("backprop", "whole_network:exact", evaluations=(0, 1), copies=8, most_layers=700),
        Method("spsa", "whole_network:spsa", drawn_by="signs"),
        Method("random-directions", "whole_network:random_directions", drawn_by="normals"),
    )
}


def method_named(name: str) -> Method:
    """The method called ``name``; InputError, with the nearest name, where there is none."""
    return chosen("method", name, METHODS)


def check_method(method: Method, activation: str) -> None:
    """InputError where ``method`` can't measure a network with that activation, or with one of those."""
    for one in activations_in(activation):
        if method.wants_analytic and not one.analytic:
            raise InputError("not-analytic", method=method.name, activation=one.name)


def check_h(h: float, precision: Precision) -> None:
    """InputError where ``h`` isn't a finite number above 0, in the precision that computes."""
    if (
        isinstance(h, bool)
        or not isinstance(h, (int, float, np.integer, np.floating))
        or not 0 < h <= float(np.finfo(float).max)
    ):
        raise InputError("h", value=h)
    with np.errstate(under="ignore", over="ignore"):
        cast = dtype_of(precision)(h)
        usable = cast > 0 and np.isfinite(2 * cast)
    if not usable:
        raise InputError("h-precision", value=h, precision=precision)


@dataclass(frozen=True)
class Slopes:
    """A way of measuring, ready to be called: ``(network, data) -> (loss, gradient)``."""

    method: Method
    h: float
    loss: Loss
    seed: int
    precision: Precision
    step: int = 0
    _told: list[tuple["LayerReport", ...]] = field(default_factory=list, repr=False, compare=False)

    @property
    def report(self) -> tuple["LayerReport", ...]:
        """How the last call measured each layer, in their order; empty before it, and for all methods but central."""
        for report in self._told:  # fetched from the device when somebody asks for it
            return tuple(layer.told() for layer in report)
        return ()

    def __call__(self, network: Network, data: Any) -> tuple[float, Network]:
        """The loss, and the gradient as a Network of slopes.

        ``data`` has ``inputs`` (n, features) and ``targets`` (n, outputs). InputError where they don't fit the network.
        """
        if not isinstance(network, Network):
            raise InputError("slopes-network", value=type(network).__name__)
        check_method(self.method, network.activation)
        cast = replace(network.astype(dtype_of(self.precision)), output=self.loss.output)
        if not self.method.compiled:
            batch = batch_of(data, network, self.loss, self.precision)
            value, gradient = self.method.measure(self.loss, cast, batch, self.h, None)
            return float(value), gradient
        from koubai.core.slopes import compiled

        prepared = compiled.prepared_once(self.method, data, network, self.loss, self.precision)
        draw = (random_state(self.seed), np.int32(self.step)) if self.method.drawn_by else None
        value, gradient, report = compiled.measure(self.method, self.loss, cast, prepared, self.h, draw, self.precision)
        self._told[:] = [report]
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
    """The slopes of a loss in every weight and bias of a network, measured or exact.

    ``method``: central, loop, forward, complex-step, backprop, spsa or random-directions. ``h``: the step size, in the units of
    the parameters; by default 0.1 (complex-step: 1e-20); backprop has none. ``seed`` and ``step`` are for the methods that
    draw: they have the draw of that step of a training with that seed, by which it moves on from there. Returns a callable,
    ``(network, data) -> (loss, gradient)``; after a call its ``report`` tells how central measured each layer. InputError
    names what can't be.
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
