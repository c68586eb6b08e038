"""The rule by which parameters move once all slopes are known. Plain descent is written here; the others are optax's.

optax is imported when one of them is used: it takes as long as a thousand steps of the founding example.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np

from koubai.errors import InputError, chosen


@dataclass(frozen=True)
class Rule:
    """An optimiser by name. ``optax_name`` is what optax calls it (empty: plain descent), ``fixed`` what it is made with.

    ``parameters`` are the names and defaults of what else can be set.
    """

    name: str
    optax_name: str = ""
    parameters: Mapping[str, float] = field(default_factory=dict, compare=False)
    fixed: Mapping[str, bool] = field(default_factory=dict, compare=False)

    def start(self, parameters: Any, options: tuple[tuple[str, float], ...]) -> Any:
        """The optimiser's state before the first step."""
        return self._made(0.0, options).init(parameters) if self.optax_name else ()

    def move(self, gradient: Any, state: Any, parameters: Any, rate: Any, options: tuple[tuple[str, float], ...]) -> Any:
        """One step: the moved parameters, and the state after it."""
        if not self.optax_name:
            return jax.tree.map(lambda value, slope: value - rate * slope, parameters, gradient), state
        import optax

        changes, state = self._made(rate, options).update(gradient, state, parameters)
        return optax.apply_updates(parameters, changes), state

    def _made(self, rate: Any, options: tuple[tuple[str, float], ...]) -> Any:
        import optax

        return getattr(optax, self.optax_name)(rate, **{**self.parameters, **dict(options)}, **self.fixed)


_MOMENTS = {"b1": 0.9, "b2": 0.999, "eps": 1e-8}

RULES = {
    rule.name: rule
    for rule in (
        Rule("gradient-descent"),
        Rule("momentum", "sgd", {"momentum": 0.9}),
        Rule("nesterov", "sgd", {"momentum": 0.9}, {"nesterov": True}),
        Rule("adam", "adam", _MOMENTS),
        Rule("adamw", "adamw", {**_MOMENTS, "weight_decay": 1e-4}),
        Rule("nadam", "nadam", _MOMENTS),
        Rule("adamax", "adamax", _MOMENTS),
        Rule("amsgrad", "amsgrad", _MOMENTS),
        Rule("radam", "radam", {**_MOMENTS, "threshold": 5.0}),
        Rule("adabelief", "adabelief", {"b1": 0.9, "b2": 0.999, "eps": 1e-16}),
        Rule("yogi", "yogi", {"b1": 0.9, "b2": 0.999, "eps": 1e-3}),
        Rule("adagrad", "adagrad", {"initial_accumulator_value": 0.1, "eps": 1e-7}),
        Rule("adadelta", "adadelta", {"rho": 0.9, "eps": 1e-6}),
        Rule("rmsprop", "rmsprop", {"decay": 0.9, "eps": 1e-8}),
        Rule("lion", "lion", {"b1": 0.9, "b2": 0.99, "weight_decay": 1e-3}),
        Rule("lamb", "lamb", {"b1": 0.9, "b2": 0.999, "eps": 1e-6, "weight_decay": 0.0}),
    )
}


def rule_named(name: str) -> Rule:
    """The optimiser called ``name``; InputError, with the nearest name, where there is none."""
    return chosen("optimizer", name, RULES)


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
