"""Every update rule in NumPy is optax's, to the last digits, in both precisions and with other options than the usual."""

from functools import cache
from inspect import signature
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koubai.core.optimizers import OPTIMIZERS, check_options
from koubai.core.precision import PRECISIONS, Precision, computing_in

SHAPES = ((3, 4), (4,), (4, 2), (1,))
ENDS = np.cumsum([np.prod(shape) for shape in SHAPES])
STEPS, RATE = 100, 0.05
OWN: dict[str, dict[str, float]] = {
    "gradient-descent": {},
    "momentum": {"momentum": 0.5},
    "nesterov": {"momentum": 0.75},
    "adam": {"b1": 0.7, "b2": 0.95, "eps": 1e-3},
    "adamw": {"b1": 0.0, "weight_decay": 0.1},
    "nadam": {"b1": 0.8, "b2": 0.9, "eps": 1e-4},
    "adamax": {"b1": 0.6, "b2": 0.9, "eps": 1e-2},
    "amsgrad": {"b1": 0.5, "b2": 0.99, "eps": 1e-5},
    "radam": {"b2": 0.9, "threshold": 8.0},
    "adabelief": {"b1": 0.8, "b2": 0.9, "eps": 1e-6},
    "yogi": {"b1": 0.8, "b2": 0.9, "eps": 1e-2},
    "adagrad": {"initial_accumulator_value": 0.0, "eps": 0.0},
    "adadelta": {"rho": 0.5, "eps": 1e-3},
    "rmsprop": {"decay": 0.0, "eps": 1e-3},
    "lion": {"b1": 0.0, "b2": 0.5, "weight_decay": 0.1},
    "lamb": {"b1": 0.8, "b2": 0.9, "eps": 1e-3, "weight_decay": 0.2},
}
CASES = [(name, check_options(OPTIMIZERS[name], options)) for name in OPTIMIZERS for options in ({}, OWN[name])]


def cut(flat: Any) -> list[Any]:
    return [part.reshape(shape) for part, shape in zip(np.split(flat, ENDS[:-1]), SHAPES, strict=True)]


@cache
def compiled(precision: Precision) -> Any:
    """All rules with both sets of options in one program: where the parameters are after each of the updates."""

    def moved(slopes: Any, start: Any) -> Any:
        def update(carry: Any, slope: Any) -> Any:
            made = [
                OPTIMIZERS[name].move(slope, state, parameters, PRECISIONS[precision](RATE), options)
                for (name, options), (parameters, state) in zip(CASES, carry, strict=True)
            ]
            return made, [parameters for parameters, _ in made]

        first = [(start, OPTIMIZERS[name].start(start, options)) for name, options in CASES]
        return jax.lax.scan(update, first, slopes)[1]

    return jax.jit(moved)


def plain(name: str, options: Any, slopes: Any, start: Any) -> Any:
    rule, dtype, parameters, made = OPTIMIZERS[name], start.dtype, start, []
    state = rule.start_plain(len(start), dtype, options)
    for t, slope in enumerate(slopes, 1):
        move, state = rule.move_plain(slope, parameters, t, state, options, ENDS[:-1].tolist())
        parameters = parameters - dtype.type(RATE) * move
        made.append(parameters)
        assert {array.dtype for array in (move, parameters, *state)} == {dtype}
    return np.array(made)


@pytest.mark.long
@pytest.mark.parametrize("precision", PRECISIONS)
@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1), low=st.integers(-6, 0), high=st.integers(0, 4), zeros=st.sampled_from([0.0, 0.5]))
def test_a_rule_is_that_of_optax(precision: Precision, seed: int, low: int, high: int, zeros: float) -> None:
    """A hundred updates with slopes of all sizes, some of them 0: to a few roundings of the farthest parameter each."""
    random, dtype = np.random.default_rng(seed), PRECISIONS[precision]
    slopes = random.normal(size=(STEPS, ENDS[-1])) * 10.0 ** random.uniform(low, high, size=(STEPS, ENDS[-1]))
    slopes = np.where(random.random(slopes.shape) < zeros, 0, slopes).astype(dtype)
    start = random.normal(size=ENDS[-1]).astype(dtype)
    with computing_in(precision):
        rows = [np.array(part) for part in zip(*map(cut, slopes), strict=True)]
        expected = compiled(precision)(rows, cut(start))
    for (name, options), arrays in zip(CASES, expected, strict=True):
        flat = np.concatenate([np.asarray(array).reshape(STEPS, -1) for array in arrays], axis=1)
        found = plain(name, options, slopes, start)
        farthest = np.maximum.accumulate(np.abs(flat).max(axis=1))[:, None]
        off = np.abs(found - flat) / farthest / np.finfo(dtype).eps / np.sqrt(np.arange(1, STEPS + 1))[:, None]
        assert off.max() < 4, (name, options, off.max())


@pytest.mark.parametrize("rule", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_what_a_rule_remembers_and_takes_are_the_arguments_of_its_function(rule: Any) -> None:
    arguments = signature(rule.plain).parameters
    assert list(arguments) == ["slope", "parameter", "t", *rule.memory, *rule.plain_options().values()]
    assert [one.name for one in arguments.values() if one.kind is one.KEYWORD_ONLY] == list(rule.plain_options().values())


def test_each_array_for_itself() -> None:
    """Only a rule that looks at whole arrays is called for each of them, of any shape."""
    random = np.random.default_rng(0)
    slopes, parameters = random.normal(size=(2, ENDS[-1]))
    for rule in OPTIMIZERS.values():
        state = rule.start_plain(ENDS[-1], np.float64, ())
        move, _ = rule.move_plain(slopes, parameters, 1, state, (), ENDS[:-1].tolist())
        options = {keyword: rule.parameters[name] for name, keyword in rule.plain_options().items()}
        each = [
            rule.plain(slope, parameter, 1, *kept, **options)[0].ravel()
            for slope, parameter, *kept in zip(cut(slopes), cut(parameters), *map(cut, state), strict=True)
        ]
        assert np.allclose(move, np.concatenate(each), rtol=1e-15)
        whole, _ = rule.move_plain(slopes, parameters, 1, state, ())
        assert np.array_equal(whole, move) == (not rule.per_array)


def test_where_the_memory_begins() -> None:
    options = check_options(OPTIMIZERS["adagrad"], {"initial_accumulator_value": 0.25})
    (total,) = OPTIMIZERS["adagrad"].start_plain(3, np.float32, options)
    assert (str(total.dtype), total.tolist()) == ("float32", [0.25] * 3)
    assert OPTIMIZERS["gradient-descent"].start_plain(3, np.float64, ()) == ()
    assert [array.tolist() for array in OPTIMIZERS["yogi"].start_plain(2, np.float64, ())] == [[1e-6] * 2] * 2
