"""The rule by which parameters move once all slopes are known. Plain descent is written here; the others are optax's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np
import optax

from koubai.errors import InputError, unknown

Update = Callable[[Any, Any, Any], tuple[Any, Any]]  # (gradient, state, parameters) -> (parameters, state)


@dataclass(frozen=True)
class Rule:
    """An optimiser by name. ``make(learning_rate, **parameters)`` gives optax's ``(init, update)``, None for plain descent.

    ``parameters`` are the names and defaults of what else can be set.
    """

    name: str
    make: Callable[..., optax.GradientTransformation] | None = None
    parameters: Mapping[str, float] = field(default_factory=dict, compare=False)

    def start(self, parameters: Any, options: tuple[tuple[str, float], ...]) -> Any:
        """The optimiser's state before the first step."""
        return () if self.make is None else self.make(0.0, **dict(options)).init(parameters)

    def move(self, gradient: Any, state: Any, parameters: Any, rate: Any, options: tuple[tuple[str, float], ...]) -> Any:
        """One step: the moved parameters, and the state after it."""
        if self.make is None:
            return jax.tree.map(lambda value, slope: value - rate * slope, parameters, gradient), state
        changes, state = self.make(rate, **dict(options)).update(gradient, state, parameters)
        return optax.apply_updates(parameters, changes), state


def _momentum(learning_rate: Any, momentum: float = 0.9) -> optax.GradientTransformation:
    return optax.sgd(learning_rate, momentum=momentum)


def _nesterov(learning_rate: Any, momentum: float = 0.9) -> optax.GradientTransformation:
    return optax.sgd(learning_rate, momentum=momentum, nesterov=True)


_MOMENTS = {"b1": 0.9, "b2": 0.999, "eps": 1e-8}

RULES = {
    rule.name: rule
    for rule in (
        Rule("gradient-descent"),
        Rule("momentum", _momentum, {"momentum": 0.9}),
        Rule("nesterov", _nesterov, {"momentum": 0.9}),
        Rule("adam", optax.adam, _MOMENTS),
        Rule("adamw", optax.adamw, {**_MOMENTS, "weight_decay": 1e-4}),
        Rule("nadam", optax.nadam, _MOMENTS),
        Rule("adamax", optax.adamax, _MOMENTS),
        Rule("amsgrad", optax.amsgrad, _MOMENTS),
        Rule("radam", optax.radam, {**_MOMENTS, "threshold": 5.0}),
        Rule("adabelief", optax.adabelief, {"b1": 0.9, "b2": 0.999, "eps": 1e-16}),
        Rule("yogi", optax.yogi, {"b1": 0.9, "b2": 0.999, "eps": 1e-3}),
        Rule("adagrad", optax.adagrad, {"initial_accumulator_value": 0.1, "eps": 1e-7}),
        Rule("adadelta", optax.adadelta, {"rho": 0.9, "eps": 1e-6}),
        Rule("rmsprop", optax.rmsprop, {"decay": 0.9, "eps": 1e-8}),
        Rule("lion", optax.lion, {"b1": 0.9, "b2": 0.99, "weight_decay": 1e-3}),
        Rule("lamb", optax.lamb, {"b1": 0.9, "b2": 0.999, "eps": 1e-6, "weight_decay": 0.0}),
    )
}


def rule_named(name: str) -> Rule:
    """The optimiser called ``name``; InputError, with the nearest name, where there is none."""
    if name not in RULES:
        raise unknown("optimizer", name, RULES)
    return RULES[name]


def check_options(rule: Rule, options: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """The options that were set, in the rule's own order; InputError where the rule has no such parameter or can't take it."""
    for name, value in options.items():
        if name not in rule.parameters:
            known = ", ".join(rule.parameters)
            code = "optimizer-option" if known else "optimizer-no-options"
            raise InputError(code, optimizer=rule.name, name=name, choices=known)
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not (np.isfinite(value) and value >= 0):
            raise InputError("optimizer-value", optimizer=rule.name, name=name, value=value)
        if name in ("b1", "b2", "momentum", "rho", "decay") and value >= 1:
            raise InputError("optimizer-decay", optimizer=rule.name, name=name, value=value)
    return tuple((name, float(options[name])) for name in rule.parameters if name in options)
