"""Optimisers: plain descent is its formula, the others are optax used directly."""

import jax
import numpy as np
import optax
import pytest

from koubai.core.network import Network
from koubai.core.optimizers import OPTIMIZERS, check_options, optimizer_named
from koubai.core.precision import computing_in
from koubai.errors import InputError
from koubai.experiment import Experiment, Learning

DIRECT = {
    "momentum": optax.sgd(0.05, momentum=0.9),
    "nesterov": optax.sgd(0.05, momentum=0.9, nesterov=True),
    "adam": optax.adam(0.05),
    "adamw": optax.adamw(0.05),
    "nadam": optax.nadam(0.05),
    "adamax": optax.adamax(0.05),
    "amsgrad": optax.amsgrad(0.05),
    "radam": optax.radam(0.05),
    "adabelief": optax.adabelief(0.05),
    "yogi": optax.yogi(0.05),
    "adagrad": optax.adagrad(0.05),
    "adadelta": optax.adadelta(0.05),
    "rmsprop": optax.rmsprop(0.05),
    "lion": optax.lion(0.05),
    "lamb": optax.lamb(0.05),
}


def test_every_optimiser_is_compared() -> None:
    assert {*DIRECT, "gradient-descent"} == set(OPTIMIZERS)


@pytest.mark.parametrize("name", DIRECT)
def test_it_is_optax_used_directly(name: str) -> None:
    """Updates with random slopes, without a training around them, which would be compiled for every optimiser."""
    random, rule = np.random.default_rng(3), OPTIMIZERS[name]
    with computing_in("float64"):
        parameters = moved = [random.normal(size=shape) for shape in ((2, 3), (3,))]
        state, expected_state = rule.start(parameters, ()), DIRECT[name].init(parameters)
        for _ in range(7):  # radam divides from the 6th on
            slopes = [random.normal(size=array.shape) for array in parameters]
            moved, state = rule.move(slopes, state, moved, 0.05, ())
            changes, expected_state = DIRECT[name].update(slopes, expected_state, parameters)
            parameters = optax.apply_updates(parameters, changes)
            for one, other in zip(jax.tree.leaves((moved, state)), jax.tree.leaves((parameters, expected_state)), strict=True):
                assert np.array_equal(one, other)


@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_a_training_moves_by_it(name: str) -> None:
    experiment = Experiment(Learning("xor", hidden=(3,)), optimizer=name, learning_rate=0.05, steps=20, record_every=1)
    steps = [step for step in experiment.run() if step.recorded]
    from koubai.core.slopes.measurement import slopes

    measure = slopes("central", h=0.1)
    with computing_in("float64"):
        parameters = steps[0].parameters
        state = DIRECT[name].init(parameters)
        for step in steps[1:]:
            gradient = measure(parameters, experiment.problem.dataset())[1]
            changes, state = DIRECT[name].update(gradient, state, parameters)
            parameters = jax.tree.map(np.asarray, optax.apply_updates(parameters, changes))
            for key, expected in parameters.arrays().items():
                np.testing.assert_allclose(step.parameters.arrays()[key], expected, rtol=1e-9, atol=1e-12)


def test_plain_descent_moves_against_the_slope() -> None:
    network = Network.random([2, 3, 2])
    ones = jax.tree.map(np.ones_like, network)
    moved, state = OPTIMIZERS["gradient-descent"].move(ones, (), network, 0.25, ())
    assert state == ()
    assert np.array_equal(moved.layers[0].weights, network.layers[0].weights - 0.25)


def test_options_reach_the_optimiser() -> None:
    runs = [
        list(Experiment(optimizer="momentum", optimizer_options=options, steps=3).run())[-1].loss
        for options in ({}, {"momentum": 0.9}, {"momentum": 0.1})
    ]
    assert runs[0] == runs[1] != runs[2]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("adam", {"b3": 0.1}, "no parameter called 'b3'; it has: b1, b2, eps"),
        ("gradient-descent", {"momentum": 0.9}, "has no parameters to set"),
        ("adam", {"b1": 1.0}, "b1 of the optimizer adam is 1.0, but it must be below 1"),
        ("adam", {"eps": float("nan")}, "eps of the optimizer adam is nan"),
        ("momentum", {"momentum": "much"}, "momentum of the optimizer momentum is much"),
    ],
)
def test_options_that_can_not_be(name: str, options: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_options(OPTIMIZERS[name], options)


def test_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'adam'"):
        optimizer_named("adm")
