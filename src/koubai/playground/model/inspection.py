"""Questions that a page asks: what one slope is, measured and exactly, and what a step costs."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from koubai.core.methods import METHODS
from koubai.core.network import Layer, Network, parameters_in
from koubai.core.parameters import ParameterName, value_of
from koubai.core.slopes.measurement import slopes
from koubai.core.slopes.response import LayerReport
from koubai.errors import Diverged
from koubai.experiment import Experiment
from koubai.playground.model.compile_cache import compiling
from koubai.playground.model.setting_changes import entry_named
from koubai.playground.model.training import Clock, Training
from koubai.playground.protocol.outgoing import PriceAnswer, SlopeAnswer, finite_or_none

SECONDS_TO_TIME = 0.05  # a price is measured for so long


class _Terms(NamedTuple):
    """The two numbers that the formula of a method takes, and what was drawn for a parameter; None for what it has not."""

    above: float | None = None
    below: float | None = None
    drawn: float | None = None


def slope(training: Training, place: str, rows: int) -> SlopeAnswer:
    """One parameter's slope, as the training measures it at the step that is looked at, and exactly, on the same rows.

    Args:
        training: The training.
        place: The parameter's name.
        rows: How many rows there are in all.

    Returns:
        The answer. Its ``above`` and ``below`` are what the formula of the method takes: losses on these rows, or, of the
        complex step, an imaginary part; ``drawn`` is this parameter's part of a direction that was drawn.

    Raises:
        InputError: The network has no such parameter.
    """
    experiment, network = training.segment.experiment, training.network
    name = entry_named(place, network.sizes)
    measured, exact = training.slopes()
    terms = _terms(training, name)
    return SlopeAnswer(
        place=place,
        step=training.step_number,
        value=value_of(network, name),
        method=experiment.method,
        rows=measured.rows,
        all=rows,
        above=terms.above,
        below=terms.below,
        drawn=terms.drawn,
        h=experiment.h or 0.0,
        measured=finite_or_none(value_of(measured.gradient, name)),
        exact=finite_or_none(value_of(exact.gradient, name)),
    )


def _terms(training: Training, name: ParameterName) -> _Terms:
    experiment, (measured, _) = training.segment.experiment, training.slopes()
    h = measured.batch.inputs.dtype.type(experiment.h or 0.0)
    network = measured.network
    alone = replace(network, layers=tuple(map(_zeros_like, network.layers)))
    alone.arrays()[name.array][name.index] = 1
    direction = measured.direction or alone

    def moved(distance: float | complex) -> Network:
        pairs = zip(network.layers, direction.layers, strict=True)
        layers = tuple(
            Layer.holding(layer.weights + distance * way.weights, layer.bias + distance * way.bias) for layer, way in pairs
        )
        return replace(network, layers=layers)

    method = METHODS[experiment.method]
    if method.difference == "none":
        return _Terms()
    if method.difference == "complex":
        return _Terms(above=finite_or_none(float(np.imag(measured.loss_at(moved(1j * h))))))
    below = measured.loss if method.difference == "forward" else float(measured.loss_at(moved(-h)))
    drawn = value_of(direction, name) if measured.direction else None
    return _Terms(finite_or_none(float(measured.loss_at(moved(h)))), finite_or_none(below), drawn)


def _zeros_like(layer: Layer) -> Layer:
    return Layer.holding(np.zeros_like(layer.weights), np.zeros_like(layer.bias))


def price(training: Training) -> PriceAnswer:
    """What a step costs: by the definition, and as it is really made; what is timed is timed now, on this machine.

    ``defined`` evaluations of the loss on ``rows`` rows are what the definition of the method takes, ``evaluation`` is how
    long one of them takes: the definition's time is their product, and nobody has waited for it. ``made`` evaluations were
    really made, but by central, which computes ``points`` of ``curves`` instead.

    Args:
        training: The training, whose clock is used.

    Returns:
        The answer.
    """
    experiment = training.segment.experiment
    exact = replace(experiment, method="backprop")
    parameters = parameters_in(training.network.sizes)
    with compiling(experiment, exact):
        measured, _ = training.slopes()
        report = _report(training) if METHODS[experiment.method].reported else ()
        return PriceAnswer(
            method=experiment.method,
            step=training.step_number,
            rows=measured.rows,
            defined=METHODS[experiment.method].evaluations_each(parameters),
            made=evaluations_made(experiment.method, parameters),
            curves=sum(layer.pairs for layer in report),
            points=sum(layer.points for layer in report),
            evaluation=_microseconds_of_an_evaluation(training),
            microseconds=_microseconds(experiment, training),
            backprop=_microseconds(exact, training),
        )


def _report(training: Training) -> tuple[LayerReport, ...]:
    """How central measures each layer on the rows of the step that is looked at."""
    experiment, (measured, _) = training.segment.experiment, training.slopes()
    method = slopes(experiment.method, h=experiment.h, loss=measured.function.name, precision=experiment.precision)
    with compiling(experiment, purpose="report"):
        method(measured.network, measured.batch)
    return method.report


def evaluations_made(method: str, parameters: int) -> int | None:
    """Count how often the loss is really evaluated for one step, the loss that is shown among them.

    Args:
        method: How slopes are measured.
        parameters: How many parameters there are.

    Returns:
        The number; None where slopes are not measured by evaluations of the loss.
    """
    if METHODS[method].reported:
        return None
    adds_one = not METHODS[method].evaluates_here  # the others need the loss itself in any case
    return METHODS[method].evaluations_each(parameters) + adds_one


def _microseconds_of_an_evaluation(training: Training) -> float | None:
    """Of the loss on the rows of a step, as the definition evaluates it: by NumPy, one after another."""
    measured, _ = training.slopes()

    def evaluate() -> int:
        measured.loss_at(measured.network)
        return 1

    return _microseconds_each(evaluate, training.clock)


def _microseconds(experiment: Experiment, training: Training) -> float | None:
    """Of a step, from the one that is looked at."""
    long = replace(experiment, steps=training.step.number + 10**7, record_every=10**7)
    steps = long.run(resume=training.step, pace=lambda: (SECONDS_TO_TIME / 4, 10**6))
    number = training.step.number

    def train() -> int:
        nonlocal number
        previous, number = number, next(steps).number
        return number - previous

    return _microseconds_each(train, training.clock)


def _microseconds_each(make: Callable[[], int], clock: Clock) -> float | None:
    """Of one of what ``make`` makes, which says how many it made; the first call, which may compile, is not timed."""
    count = 0
    try:
        make()
        began = ended = clock()
        while ended - began <= SECONDS_TO_TIME:
            count, ended = count + make(), clock()
    except (Diverged, StopIteration):
        return None
    return 1e6 * (ended - began) / max(1, count)
