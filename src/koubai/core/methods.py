"""The methods by which slopes are measured, each with all that the rest must know of it."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

import numpy as np

from koubai.core.activations import activations_in
from koubai.core.array_types import Array, Key, PyTree, Scalar
from koubai.core.network import Network
from koubai.core.precision import Precision, dtype_of
from koubai.core.slopes.base import Measure
from koubai.errors import InputError, chosen

MOST_LAYERS = 1000  # hidden ones, by any method


@dataclass(frozen=True)
class Method:
    """A method by name, and what the rest of the house must know of it.

    Functions are named, not held, since JAX takes its time to load: the module that has one is imported when it is used.

    Attributes:
        name: What people call it.
        measured_by: Its function among the modules of ``slopes``, "module:function".
        numpy_function: Its function in ``numpy_engine.slopes``.
        definition: The function of ``numpy_engine.differences`` that defines it, which exported scripts have; empty for exact
            slopes, which scripts write out layer by layer.
        explained_as: The method whose explanation an exported script gives; its own where this is empty.
        difference: The difference quotient that it takes. A "complex" one evaluates the loss at complex parameters, so that
            every activation must be analytic. "none": slopes are derived, not measured, and there is no h.
        evaluations: How often the loss is evaluated by the definition, for each parameter and beside.
        evaluates_here: Whether the loss at the parameters as they are is among these evaluations.
        default_h: The step size where none is given.
        compiled: False for plain NumPy, which runs a step at a time.
        response_curves: Whether slopes are read from response curves, instead of evaluating the whole network for each
            parameter: then distinct inputs are looked for beforehand, and rows go through the network in blocks.
        reported_by: A function like ``measured_by`` that says also how every layer was measured; empty where there is none.
        drawn_by: The function of ``slopes.stochastic``, and of ``numpy_engine.random_numbers``, that draws the direction of a
            method that uses random numbers; empty for all others.
        copies: How often the parameters are in memory at once, at least, while a step is made: the start, the state before, on
            the way and after, the slopes, two records. Measured on nine million parameters: 8.5 by backprop, 13 to 16 by the
            others.
        most_layers: So many hidden layers were compiled in half a minute, by two cores of 2.1 GHz, for XOR and 8 units a layer
            (units hardly matter). Central compiles for every layer what lies behind it, so that its time grows with the square.
    """

    name: str
    measured_by: str
    numpy_function: str
    definition: str = ""
    explained_as: str = ""
    difference: Literal["central", "forward", "complex", "none"] = "central"
    evaluations: tuple[int, int] = (0, 2)
    evaluates_here: bool = False
    default_h: float = 0.1
    compiled: bool = True
    response_curves: bool = False
    reported_by: str = ""
    drawn_by: str = ""
    copies: int = 12
    most_layers: int = 100

    def evaluations_each(self, parameters: int) -> int:
        """Return how often the loss is evaluated for one step of so many parameters, by the definition."""
        each, beside = self.evaluations
        return each * parameters + beside

    @property
    def wants_analytic(self) -> bool:
        """Whether every activation must have a complex form."""
        return self.difference == "complex"

    @property
    def measure(self) -> Measure:
        """How a slope is measured."""
        measure: Measure = _function(self.measured_by)
        return measure

    @property
    def reported(self) -> Callable[..., tuple[Scalar, Network, PyTree]] | None:
        """``reported(loss, network, data, h)``; None for a method that has nothing to report."""
        return _function(self.reported_by) if self.reported_by else None

    @property
    def draw(self) -> Callable[[Array, Key], Array] | None:
        """``draw(entries, key)``, the direction for an array of entries; None for a method that doesn't draw."""
        return _function(f"stochastic:{self.drawn_by}") if self.drawn_by else None


def _function(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(f"koubai.core.slopes.{module}"), name)


METHODS = {
    method.name: method
    for method in (
        Method(
            "central",
            "response:measure",
            "central",
            definition="central",
            evaluations=(2, 0),
            response_curves=True,
            reported_by="response:measured",
            most_layers=50,
        ),
        Method(
            "loop",
            "loop:measure",
            "loop",
            definition="central",
            explained_as="central",
            evaluations=(2, 0),
            compiled=False,
            copies=5,
            most_layers=MOST_LAYERS,
        ),
        Method(
            "forward",
            "whole_network:forward",
            "forward",
            definition="forward",
            difference="forward",
            evaluations=(1, 1),
            evaluates_here=True,
            most_layers=150,
        ),
        Method(
            "complex-step",
            "whole_network:complex_step",
            "complex_step",
            definition="complex_step",
            difference="complex",
            evaluations=(1, 0),
            default_h=1e-20,
        ),
        Method(
            "backprop",
            "whole_network:exact",
            "backprop",
            difference="none",
            evaluations=(0, 1),
            evaluates_here=True,
            copies=8,
            most_layers=700,
        ),
        Method("spsa", "whole_network:spsa", "along_drawn", definition="along", drawn_by="signs"),
        Method("random-directions", "whole_network:random_directions", "along_drawn", definition="along", drawn_by="normals"),
    )
}


def method_named(name: str) -> Method:
    """Return the method called ``name``; InputError, with the nearest name, where there is none."""
    return chosen("method", name, METHODS)


def check_method(method: Method, activation: str) -> None:
    """InputError where ``method`` can't measure a network with that activation, or with one of those."""
    for one in activations_in(activation):
        if method.wants_analytic and not one.analytic:
            raise InputError("not-analytic", method=method.name, activation=one.name)


def check_h(h: float, precision: Precision) -> None:
    """InputError where ``h`` isn't a finite number above 0, in the precision that computes."""
    is_number = isinstance(h, (int, float, np.integer, np.floating)) and not isinstance(h, bool)
    if not (is_number and 0 < h <= float(np.finfo(float).max)):
        raise InputError("h", value=h)
    with np.errstate(under="ignore", over="ignore"):
        cast = dtype_of(precision)(h)
        usable = cast > 0 and np.isfinite(2 * cast)
    if not usable:
        raise InputError("h-precision", value=h, precision=precision)
