"""The six golden runs, computed elsewhere by a plain double loop in NumPy: the loop and central repeat them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import koubai as kb
from koubai.core.step import ENGINES
from koubai.experiment.fields import EngineName

GOLDEN = json.loads((Path(__file__).parent / "golden" / "gates.json").read_text())
CASES = [pytest.param(case, id=f"{case['gate']}-{case['seed']}-h{case['h']}") for case in GOLDEN]
SOME = [CASES[0], *(pytest.param(*case.values, id=case.id, marks=pytest.mark.slow) for case in CASES[1:])]


def network_of(parameters: dict[str, Any]) -> kb.Network:
    return kb.Network.from_arrays([(parameters["w1"], parameters["b1"]), (parameters["w2"], parameters["b2"])])


def assert_is(run: kb.Run, case: dict[str, Any]) -> None:
    for step, loss in case["losses"].items():
        assert run.losses[int(step)] == pytest.approx(loss, abs=1e-9), step
    for name, array in run.network.arrays().items():
        np.testing.assert_allclose(array, case["final"][name], rtol=0, atol=1e-9, err_msg=name)
    assert run.network.predict([[0, 0], [0, 1], [1, 0], [1, 1]]).tolist() == case["predictions"]
    assert run.status == "finished"


def numbers(case: dict[str, Any]) -> dict[str, Any]:
    return {name: case[name] for name in ("h", "learning_rate", "steps")}


@pytest.mark.parametrize("case", CASES)
def test_the_start_and_the_first_gradient(case: dict[str, Any]) -> None:
    network, data = network_of(case["initial"]), kb.data.gate(case["gate"])
    drawn = kb.Network.random([2, 8, 2], seed=case["seed"])
    for method in ("loop", "central"):
        loss, gradient = kb.slopes(method, h=case["h"])(network, data)
        assert loss == pytest.approx(case["losses"]["0"], abs=1e-12)
        for name, array in gradient.arrays().items():
            assert np.array_equal(drawn.arrays()[name], network.arrays()[name])
            np.testing.assert_allclose(array, case["first_gradient"][name], rtol=0, atol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES)
def test_central_from_the_seed_alone(case: dict[str, Any], engine: EngineName) -> None:
    assert_is(kb.train(case["gate"], seed=case["seed"], engine=engine, **numbers(case)), case)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES)
def test_central_from_the_given_weights(case: dict[str, Any], engine: EngineName) -> None:
    start, data = network_of(case["initial"]), kb.data.gate(case["gate"])
    run = kb.train(start, data, engine=engine, **numbers(case))
    assert_is(run, case)
    for name, array in run.experiment.measured(run.records[0]).gradient.arrays().items():
        np.testing.assert_allclose(array, case["first_gradient"][name], rtol=0, atol=1e-12)


@pytest.mark.long
@pytest.mark.parametrize("case", SOME)
def test_the_loop(case: dict[str, Any]) -> None:
    """From the seed; the given weights are the same bits, as the first test holds."""
    assert_is(kb.train(case["gate"], seed=case["seed"], method="loop", **numbers(case)), case)


def test_the_founding_example_is_the_default() -> None:
    experiment = kb.Experiment()
    assert experiment.to_dict() == {
        "problem": {
            "learning": {
                "data": "xor",
                "hidden": [8],
                "activation": "relu",
                "loss": "cross-entropy",
                "scale": 0.1,
                "start": None,
                "init": "normal",
                "validation": None,
                "test": None,
                "frozen": [],
            }
        },
        "method": "central",
        "h": 0.1,
        "optimizer": "gradient-descent",
        "optimizer_options": {},
        "learning_rate": 0.01,
        "steps": 5001,
        "seed": 0,
        "record_every": 100,
        "precision": "float64",
        "batch_size": None,
        "schedule": "constant",
        "schedule_options": {},
        "l1": 0.0,
        "l2": 0.0,
        "patience": None,
        "batch_seed": None,
        "engine": "numpy",
    }
