"""Questions that a page asks: what one slope is, measured and exactly, and what a step costs."""

from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from koubai.core.slopes import slopes
from koubai.errors import Diverged
from koubai.experiment import Experiment
from koubai.experiment.scores import loss_on
from koubai.playground.course import evaluations_each
from koubai.playground.lesson import Lesson
from koubai.playground.plan import edited, parameters_of, place_of
from koubai.playground.programs import compiling
from koubai.playground.telling import number_or_none, penalty_of

SECONDS_TO_TIME = 0.05  # a price is measured for so long


def slope(lesson: Lesson, place: str) -> dict[str, Any]:
    """One parameter's slope at the step that is looked at, as it is measured and exactly. On all rows."""
    experiment, network, data = lesson.stretch.experiment, lesson.network, lesson.source.train
    name, index = place_of(place, network.sizes)
    value = float(network.arrays()[name][index])
    h = experiment.h or 0.0
    if experiment.method == "complex-step":
        h = 1e-5  # a real one, to be shown

    def loss(moved: float) -> float:
        changed = edited(network, {place: moved})
        return loss_on(changed, data, experiment.problem.loss or "") + penalty_of(changed, experiment)

    above, below = loss(value + h), loss(value - h)
    gradient = slopes("backprop", loss=experiment.problem.loss or "")(network, data)[1]
    exact = float(gradient.arrays()[name][index])
    if name.startswith("w"):
        exact += experiment.l1 * float(np.sign(value)) + experiment.l2 * value
    return {
        "place": place,
        "step": lesson.at,
        "value": value,
        "above": number_or_none(above),
        "below": number_or_none(below),
        "h": h,
        "measured": number_or_none((above - below) / (2 * h)),
        "exact": number_or_none(exact),
    }


def price(lesson: Lesson) -> dict[str, Any]:
    """What a step costs, measured now: as it is measured, and with backprop."""
    experiment = lesson.stretch.experiment
    exact = replace(experiment, method="backprop")
    with compiling(experiment, exact):
        measured, as_backprop = _microseconds(experiment, lesson), _microseconds(exact, lesson)
    return {
        "method": experiment.method,
        "evaluations": evaluations_each(experiment.method, parameters_of(lesson.network.sizes)),
        "microseconds": measured,
        "backprop": as_backprop,
    }


def _microseconds(experiment: Experiment, lesson: Lesson) -> float | None:
    """Of a step, from the one that is looked at."""
    long = replace(experiment, steps=lesson.step.number + 10**7, record_every=10**7)
    steps = long.run(resume=lesson.step, pace=lambda: (SECONDS_TO_TIME / 4, 10**6))
    try:
        first = last = next(steps)
        began = ended = perf_counter()
        while ended - began <= SECONDS_TO_TIME:
            last, ended = next(steps), perf_counter()
    except (Diverged, StopIteration):
        return None
    return 1e6 * (ended - began) / max(1, last.number - first.number)
