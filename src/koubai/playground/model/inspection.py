"""Questions that a page asks: what one slope is, measured and exactly, and what a step costs."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from koubai.core.methods import METHODS
from koubai.core.network import Layer, parameters_in
from koubai.core.slopes.measurement import slopes
from koubai.core.slopes.response import LayerReport
from koubai.errors import Diverged
from koubai.experiment import Experiment
from koubai.playground.model.compile_cache import compiling
from koubai.playground.model.setting_changes import place_of
from koubai.playground.model.workspace import Workspace
from koubai.playground.session.messages import number_or_none

SECONDS_TO_TIME = 0.05  # a price is measured for so long


def slope(lesson: Workspace, place: str) -> dict[str, Any]:
    """One parameter's slope, as the training measures it at the step that is looked at, and exactly, on the same rows.

    ``above`` and ``below`` are what the formula of the method takes: losses on these rows, or, of the complex step, an
    imaginary part; ``drawn`` is this parameter's part of a direction that was drawn.
    """
    experiment, network = lesson.stretch.experiment, lesson.network
    name, index = place_of(place, network.sizes)
    measured, exact = lesson.measured()
    value = float(network.arrays()[name][index])
    above, below, drawn = _taken(lesson, name, index)
    return {
        "place": place,
        "step": lesson.at,
        "value": value,
        "method": experiment.method,
        "rows": measured.rows,
        "all": len(lesson.source.train.inputs),
        "above": above,
        "below": below,
        "drawn": drawn,
        "h": experiment.h,
        "measured": number_or_none(float(measured.gradient.arrays()[name][index])),
        "exact": number_or_none(float(exact.gradient.arrays()[name][index])),
    }


def _taken(lesson: Workspace, name: str, index: tuple[int, ...]) -> tuple[float | None, float | None, float | None]:
    """The two numbers that the formula of the method takes, and what was drawn for this parameter; None for what it has not."""
    experiment, (measured, _) = lesson.stretch.experiment, lesson.measured()
    h = measured.batch.inputs.dtype.type(experiment.h or 0.0)
    network = measured.network
    alone = replace(network, layers=tuple(map(_nothing_like, network.layers)))
    alone.arrays()[name][index] = 1
    direction = measured.direction or alone

    def loss(far: Any) -> Any:
        pairs = zip(network.layers, direction.layers, strict=True)
        layers = tuple(Layer.holding(a.weights + far * b.weights, a.bias + far * b.bias) for a, b in pairs)
        return measured.loss_at(replace(network, layers=layers))

    if METHODS[experiment.method].difference == "none":
        return None, None, None
    if METHODS[experiment.method].difference == "complex":
        return number_or_none(float(np.imag(loss(1j * h)))), None, None
    below = measured.loss if METHODS[experiment.method].difference == "forward" else float(loss(-h))
    drawn = float(direction.arrays()[name][index]) if measured.direction else None
    return number_or_none(float(loss(h))), number_or_none(below), drawn


def _nothing_like(layer: Layer) -> Layer:
    return Layer.holding(np.zeros_like(layer.weights), np.zeros_like(layer.bias))


def price(lesson: Workspace) -> dict[str, Any]:
    """What a step costs: by the definition, and as it is really made; what is timed is timed now, on this machine.

    ``defined`` evaluations of the loss on ``rows`` rows are what the definition of the method takes, ``evaluation`` is how
    long one of them takes: the definition's time is their product, and nobody has waited for it. ``made`` evaluations were
    really made, but by central, which computes ``points`` of ``curves`` instead.
    """
    experiment = lesson.stretch.experiment
    exact = replace(experiment, method="backprop")
    parameters = parameters_in(lesson.network.sizes)
    with compiling(experiment, exact):
        measured, _ = lesson.measured()
        report = _report(lesson) if METHODS[experiment.method].reported else ()
        return {
            "method": experiment.method,
            "step": lesson.at,
            "rows": measured.rows,
            "defined": METHODS[experiment.method].evaluations_each(parameters),
            "made": evaluations_made(experiment.method, parameters),
            "curves": sum(layer.pairs for layer in report),
            "points": sum(layer.points for layer in report),
            "evaluation": _microseconds_of_an_evaluation(lesson),
            "microseconds": _microseconds(experiment, lesson),
            "backprop": _microseconds(exact, lesson),
        }


def _report(lesson: Workspace) -> tuple[LayerReport, ...]:
    """How central measures each layer on the rows of the step that is looked at."""
    experiment, (measured, _) = lesson.stretch.experiment, lesson.measured()
    how = slopes(experiment.method, h=experiment.h, loss=measured.function.name, precision=experiment.precision)
    with compiling(experiment, purpose="report"):
        how(measured.network, measured.batch)
    return how.report


def evaluations_made(method: str, parameters: int) -> int | None:
    """How often the loss is really evaluated for one step, the loss that is told among them; None where it is not so made."""
    if METHODS[method].reported:
        return None
    here = not METHODS[method].evaluates_here  # the others need the loss itself in any case
    return METHODS[method].evaluations_each(parameters) + here


def _microseconds_of_an_evaluation(lesson: Workspace) -> float | None:
    """Of the loss on the rows of a step, as the definition evaluates it: by NumPy, one after another."""
    measured, _ = lesson.measured()

    def evaluate() -> int:
        measured.loss_at(measured.network)
        return 1

    return _microseconds_each(evaluate)


def _microseconds(experiment: Experiment, lesson: Workspace) -> float | None:
    """Of a step, from the one that is looked at."""
    long = replace(experiment, steps=lesson.step.number + 10**7, record_every=10**7)
    steps = long.run(resume=lesson.step, pace=lambda: (SECONDS_TO_TIME / 4, 10**6))
    at = lesson.step.number

    def go_on() -> int:
        nonlocal at
        before, at = at, next(steps).number
        return at - before

    return _microseconds_each(go_on)


def _microseconds_each(make: Callable[[], int]) -> float | None:
    """Of one of what ``make`` makes, which says how many it made; the first call, which may compile, is not timed."""
    count = 0
    try:
        make()
        began = ended = perf_counter()
        while ended - began <= SECONDS_TO_TIME:
            count, ended = count + make(), perf_counter()
    except (Diverged, StopIteration):
        return None
    return 1e6 * (ended - began) / max(1, count)
