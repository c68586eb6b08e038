"""Learning-rate schedules: by how much the learning rate is multiplied at each step.

``number`` is that of the step from which one moves, 0 at the start, and ``last`` that of the last one. For the cosine:
I. Loshchilov and F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite, pi

import numpy as np

from koubai.core.array_types import Array, Namespace
from koubai.errors import InputError, chosen

Factor = Callable[[Array, Array, Mapping[str, float], Namespace], Array]


@dataclass(frozen=True)
class Schedule:
    """A schedule by name: ``factor(number, last, options, xp)``, and the names and defaults of its options.

    ``wants_last``: whether it depends on how many steps there are, so that a run of more steps begins otherwise.
    """

    name: str
    factor: Factor
    parameters: Mapping[str, float] = field(default_factory=dict, compare=False)
    wants_last: bool = False

    @property
    def is_constant(self) -> bool:
        """Whether the factor is 1 at every step."""
        return self.factor is _constant

    def rate(self, rate: Array, number: Array, last: Array, options: tuple[tuple[str, float], ...], xp: Namespace) -> Array:
        """The learning rate of the step after step ``number``."""
        values = {**self.parameters, **dict(options)}
        if self.is_constant and not values["warmup"]:
            return rate
        k, end = xp.asarray(number, rate.dtype), xp.asarray(last, rate.dtype)
        factor = self.factor(k, end, values, xp)
        if values["warmup"]:
            factor = factor * xp.minimum(1, (k + 1) / values["warmup"])
        return rate * xp.asarray(factor, rate.dtype)


def _constant(number: Array, last: Array, options: Mapping[str, float], xp: Namespace) -> Array:
    return xp.ones_like(number)


def _linear(number: Array, last: Array, options: Mapping[str, float], xp: Namespace) -> Array:
    return 1 + (options["end"] - 1) * number / xp.maximum(last, 1)


def _cosine(number: Array, last: Array, options: Mapping[str, float], xp: Namespace) -> Array:
    return options["end"] + (1 - options["end"]) * (1 + xp.cos(pi * number / xp.maximum(last, 1))) / 2


def _exponential(number: Array, last: Array, options: Mapping[str, float], xp: Namespace) -> Array:
    return options["decay"] ** (number / options["every"])


def _step(number: Array, last: Array, options: Mapping[str, float], xp: Namespace) -> Array:
    return options["decay"] ** xp.floor(number / options["every"])


def _inverse_time(number: Array, last: Array, options: Mapping[str, float], xp: Namespace) -> Array:
    return 1 / (1 + options["decay"] * number / options["every"])


_WARM = {"warmup": 0.0}

SCHEDULES = {
    schedule.name: schedule
    for schedule in (
        Schedule("constant", _constant, _WARM),
        Schedule("linear", _linear, {"end": 0.0, **_WARM}, wants_last=True),
        Schedule("cosine", _cosine, {"end": 0.0, **_WARM}, wants_last=True),
        Schedule("exponential", _exponential, {"decay": 0.5, "every": 1000.0, **_WARM}),
        Schedule("step", _step, {"decay": 0.1, "every": 1000.0, **_WARM}),
        Schedule("inverse-time", _inverse_time, {"decay": 1.0, "every": 1000.0, **_WARM}),
    )
}


def schedule_named(name: str) -> Schedule:
    """The schedule called ``name``; InputError, with the nearest name, where there is none."""
    return chosen("schedule", name, SCHEDULES)


def check_schedule(schedule: Schedule, options: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """The options that were set, in the schedule's own order; InputError where it has no such option or can't take it."""
    for name, value in options.items():
        if name not in schedule.parameters:
            raise InputError("schedule-option", schedule=schedule.name, name=name, choices=", ".join(schedule.parameters))
        plain = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
        if not (plain and isfinite(value) and value >= 0 and (name != "every" or value > 0)):
            raise InputError("schedule-value", schedule=schedule.name, name=name, value=value)
    return tuple((name, float(options[name])) for name in schedule.parameters if name in options)
