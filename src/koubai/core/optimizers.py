"""The rule by which parameters move once all slopes are known: by its optax name for the compiled engine, and in NumPy.

JAX and optax are imported when the compiled engine uses one of them: optax takes as long as a thousand steps of the founding
example.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from inspect import signature
from itertools import pairwise
from typing import Any

import numpy as np

from koubai.core.array_types import DType, Floats, PyTree, Scalar
from koubai.core.numpy_engine import optimizers
from koubai.errors import InputError, chosen

FlatArrays = tuple[Floats, ...]
Options = tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class Optimizer:
    """An optimizer by name. ``optax_name`` is what optax calls it (empty: plain descent), ``fixed`` what it is made with.

    ``plain`` is the rule in NumPy (see ``numpy_engine.optimizers``); ``per_array`` says whether it has to be called for each
    array of parameters, since it looks at whole ones. ``parameters`` are the names and defaults of what else can be set, in
    the order of its keywords. ``memory``: the names of what it remembers of every parameter, in the order of its arguments,
    and the value of each before the first update, where this can be set the parameter's name.
    """

    name: str
    plain: Callable[..., FlatArrays]
    optax_name: str = ""
    parameters: Mapping[str, float] = field(default_factory=dict)
    memory: Mapping[str, float | str] = field(default_factory=dict)
    fixed: Mapping[str, bool] = field(default_factory=dict)
    per_array: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the slope itself, times the learning rate, is the move."""
        return not self.optax_name

    def start(self, parameters: PyTree, options: Options) -> PyTree:
        """The optimizer's state before the first step."""
        return () if self.is_plain else self._of_optax(0.0, options).init(parameters)

    def move(
        self, gradient: PyTree, state: PyTree, parameters: PyTree, rate: Scalar, options: Options
    ) -> tuple[PyTree, PyTree]:
        """One step: the moved parameters, and the state after it."""
        if self.is_plain:
            import jax

            return jax.tree.map(lambda value, slope: value - rate * slope, parameters, gradient), state
        import optax

        changes, state = self._of_optax(rate, options).update(gradient, state, parameters)
        return optax.apply_updates(parameters, changes), state

    def start_plain(self, size: int, dtype: DType, options: Options) -> FlatArrays:
        """What ``plain`` remembers before the first update: flat arrays of ``size`` numbers."""
        values = {**self.parameters, **dict(options)}
        firsts = (values[first] if isinstance(first, str) else first for first in self.memory.values())
        return tuple(np.full(size, first, dtype) for first in firsts)

    def move_plain(
        self,
        slopes: Floats,
        parameters: Floats,
        t: int,
        state: FlatArrays,
        options: Options,
        splits: Sequence[int] | None = None,
    ) -> tuple[Floats, FlatArrays]:
        """Update number ``t``, from 1: the move of the flat ``parameters``, to be taken ``rate`` times, and the state after it.

        ``splits``: where the flat arrays are cut into those of the network, as ``numpy.split`` takes it.
        """
        values = _values(self, options)
        if not self.per_array or splits is None:
            move, *state_after = self.plain(slopes, parameters, t, *state, **values)
            return move, tuple(state_after)
        moves = []
        for a, b in pairwise((0, *splits, len(slopes))):
            memory_part = (memory[a:b] for memory in state)
            moves.append(self.plain(slopes[a:b], parameters[a:b], t, *memory_part, **values))
        move, *state_after = map(np.concatenate, zip(*moves, strict=True))
        return move, tuple(state_after)

    def plain_options(self) -> dict[str, str]:
        """What ``plain`` calls those of the ``parameters`` that it takes: formulas have Greek names."""
        keywords = [one.name for one in signature(self.plain).parameters.values() if one.kind is one.KEYWORD_ONLY]
        names = [name for name in self.parameters if name not in self.memory.values()]
        return dict(zip(names, keywords, strict=True))

    def _of_optax(self, rate: Scalar, options: Options) -> Any:
        import optax

        return getattr(optax, self.optax_name)(rate, **{**self.parameters, **dict(options)}, **self.fixed)


@lru_cache(maxsize=64)
def _values(optimizer: Optimizer, options: Options) -> dict[str, float]:
    """The keywords that ``rule.plain`` is called with."""
    values = {**optimizer.parameters, **dict(options)}
    return {keyword: values[name] for name, keyword in optimizer.plain_options().items()}


_MOMENTS = {"b1": 0.9, "b2": 0.999, "eps": 1e-8}
_MEANS = {"m": 0.0, "v": 0.0}

OPTIMIZERS = {
    optimizer.name: optimizer
    for optimizer in (
        Optimizer("gradient-descent", optimizers.gradient_descent),
        Optimizer("momentum", optimizers.momentum, "sgd", {"momentum": 0.9}, {"velocity": 0.0}),
        Optimizer("nesterov", optimizers.nesterov, "sgd", {"momentum": 0.9}, {"velocity": 0.0}, {"nesterov": True}),
        Optimizer("adam", optimizers.adam, "adam", _MOMENTS, _MEANS),
        Optimizer("adamw", optimizers.adamw, "adamw", {**_MOMENTS, "weight_decay": 1e-4}, _MEANS),
        Optimizer("nadam", optimizers.nadam, "nadam", _MOMENTS, _MEANS),
        Optimizer("adamax", optimizers.adamax, "adamax", _MOMENTS, {"m": 0.0, "u": 0.0}),
        Optimizer("amsgrad", optimizers.amsgrad, "amsgrad", _MOMENTS, {**_MEANS, "v_max": 0.0}),
        Optimizer("radam", optimizers.radam, "radam", {**_MOMENTS, "threshold": 5.0}, _MEANS),
        Optimizer("adabelief", optimizers.adabelief, "adabelief", {**_MOMENTS, "eps": 1e-16}, {"m": 0.0, "s": 0.0}),
        Optimizer("yogi", optimizers.yogi, "yogi", {**_MOMENTS, "eps": 1e-3}, {"m": 1e-6, "v": 1e-6}),
        Optimizer(
            "adagrad",
            optimizers.adagrad,
            "adagrad",
            {"initial_accumulator_value": 0.1, "eps": 1e-7},
            {"total": "initial_accumulator_value"},
        ),
        Optimizer("adadelta", optimizers.adadelta, "adadelta", {"rho": 0.9, "eps": 1e-6}, {"squares": 0.0, "moves": 0.0}),
        Optimizer("rmsprop", optimizers.rmsprop, "rmsprop", {"decay": 0.9, "eps": 1e-8}, {"squares": 0.0}),
        Optimizer("lion", optimizers.lion, "lion", {"b1": 0.9, "b2": 0.99, "weight_decay": 1e-3}, {"m": 0.0}),
        Optimizer(
            "lamb",
            optimizers.lamb,
            "lamb",
            {"b1": 0.9, "b2": 0.999, "eps": 1e-6, "weight_decay": 0.0},
            _MEANS,
            per_array=True,
        ),
    )
}


def optimizer_named(name: str) -> Optimizer:
    """The optimizer called ``name``; InputError, with the nearest name, where there is none."""
    return chosen("optimizer", name, OPTIMIZERS)


def check_options(optimizer: Optimizer, options: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """The options that were set, in the rule's own order; InputError where the rule has no such parameter or can't take it."""
    for name, value in options.items():
        if name not in optimizer.parameters:
            known = ", ".join(optimizer.parameters)
            code = "optimizer-option" if known else "optimizer-no-options"
            raise InputError(code, optimizer=optimizer.name, name=name, choices=known)
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not (np.isfinite(value) and value >= 0):
            raise InputError("optimizer-value", optimizer=optimizer.name, name=name, value=value)
        if name in ("b1", "b2", "momentum", "rho", "decay") and value >= 1:
            raise InputError("optimizer-decay", optimizer=optimizer.name, name=name, value=value)
    return tuple((name, float(options[name])) for name in optimizer.parameters if name in options)
