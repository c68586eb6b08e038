"""Diagnosis: each is made by a run that has it, and said in both languages."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import koubai as kb
from koubai.data import Dataset
from koubai.experiment.diagnosis import _are_parted
from koubai.experiment.sampled_slopes import SampledSlopes

SMALL: dict[str, Any] = {"method": "loop", "hidden": (2,)}
MOONS: dict[str, Any] = {"method": "loop", "hidden": (4,), "learning_rate": 0.1, "batch_size": "all", "steps": 20}
# what is trained, the kind, what is to change, and a piece of the sentence
RUNS: list[tuple[dict[str, Any], str, dict[str, Any], str]] = [
    ({"l2": 300.0, "steps": 40, **SMALL}, "diverged", {"learning_rate": 0.001}, "a million times"),
    ({"learning_rate": 10.0, "steps": 300}, "risen", {"learning_rate": 1.0}, "since step 3 "),
    ({"learning_rate": 5.0, "steps": 20, "activation": "sigmoid", **SMALL}, "growing", {"learning_rate": 0.3}, "too long"),
    ({"data": "moons", "h": 10.0, **MOONS}, "growing-h", {"h": 1.0}, "h = 10"),
    ({"frozen": ["w1", "b1", "w2", "b2"], "steps": 2, **SMALL}, "frozen", {}, "frozen"),
    ({"h": 1e-17, "steps": 2, **SMALL}, "unchanged-h", {"h": 0.1}, "h = 1e-17"),
    ({"h": 1e-17, "steps": 2, **SMALL, "method": "forward"}, "unchanged-h", {"h": 0.1}, "h = 1e-17"),
    ({"learning_rate": 0.0, "steps": 10}, "unchanged-rate", {"learning_rate": 0.01}, "learning rate 0 "),
    ({"learning_rate": 1e-30, "steps": 10}, "unchanged-rate", {"learning_rate": 0.01}, "learning rate 1e-30"),
    ({"data": "moons", **MOONS, "steps": 2, "learning_rate": 0.0}, "unchanged-rate", {"learning_rate": 0.01}, "rate 0 "),
    ({"scale": 0.0, "steps": 10}, "unchanged-slopes", {"scale": 0.1}, "every slope is 0"),
    ({"hidden": (), "steps": 20, "method": "loop"}, "line", {"hidden": (8,)}, "without hidden units"),
    ({"activation": "identity", "steps": 20, **SMALL}, "line-identity", {"activation": "relu"}, "straight line"),
    ({"hidden": (1,), "steps": 20, "method": "loop"}, "line-single", {"hidden": (8,)}, "single hidden unit"),
    ({"learning_rate": 3.0, "steps": 400}, "dead", {"learning_rate": 0.3}, "hidden layer 1"),
    ({"h": 1.0, "steps": 1000}, "flat-h", {"h": 0.1}, "h = 1 "),
    ({"h": 3e-15, "steps": 10, **SMALL}, "flat-digits", {"h": 0.1}, "last digits"),
    ({"l2": 1.0, "learning_rate": 0.1, "steps": 60, **SMALL}, "flat-penalty", {"l2": 0.1}, "penalty"),
    ({"learning_rate": 1e-4, "steps": 300}, "flat-rate", {"learning_rate": 0.001}, "learning rate 0.0001 "),
    ({"steps": 600}, "falling", {"steps": 1200}, "still falling"),
    ({"seed": 36}, "seed", {"seed": 37}, "other starting weights"),
]


def trained(data: Any = "xor", **fields: Any) -> kb.Run:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kb.DivergenceWarning)
        return kb.train(data, **fields)


@pytest.mark.parametrize(("fields", "kind", "change", "piece"), RUNS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_run_says_why_it_has_not_learned(fields: dict[str, Any], kind: str, change: dict[str, Any], piece: str) -> None:
    found = trained(**fields).diagnosis
    assert found is not None
    assert (found.kind, dict(found.change)) == (kind, change)
    assert piece in found.sentence("en")
    assert found.sentence("ja") not in ("", found.sentence("en"))
    assert str(found).startswith(found.sentence("en"))
    assert all(f"{name}={value!r}" in str(found) for name, value in change.items())


@pytest.mark.long
def test_what_is_tried_helps() -> None:
    """The changes for the founding example's own faults, one after the other, come to a network that knows XOR."""
    faults: tuple[dict[str, Any], ...] = ({"learning_rate": 10.0}, {"learning_rate": 3.0}, {"seed": 36}, {"h": 1.0})
    for fields in faults:
        run, tried = trained(**fields), 0
        changed: dict[str, Any] = dict(fields)
        while run.diagnosis is not None and tried < 3:
            changed, tried = {**changed, **run.diagnosis.change}, tried + 1
            run = trained(**changed)
        assert run.correct.all(), changed


def test_a_run_that_has_learned_needs_none() -> None:
    assert trained(steps=3000).diagnosis is None
    assert trained("moons", **{**MOONS, "steps": 1}).diagnosis is None  # too early to say anything of a sample


def test_no_step_no_diagnosis() -> None:
    assert trained(steps=0).diagnosis is None


@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.integers(1, 12))
def test_classes_are_parted_by_lines_where_lines_made_them(seed: int, classes: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    inputs, lines = random.normal(size=(rows, 2)), random.normal(size=(2, classes))
    labels = (inputs @ lines).argmax(axis=1)
    data = Dataset.from_arrays(inputs, np.eye(classes)[labels], task="classify", classes=tuple(range(classes)))
    assert _are_parted(data) is True
    between = Dataset.from_arrays([[0.0, 0], [1, 1], [2, 2], *inputs], np.eye(classes)[[0, 1, 0, *labels]],
                                  task="classify", classes=tuple(range(classes)))  # fmt: skip
    assert _are_parted(between) is False


@given(st.integers(0, 2**32 - 1), st.sampled_from(["central", "loop", "forward", "backprop", "complex-step"]))
def test_probes_are_the_slopes_of_the_method(seed: int, method: str) -> None:
    experiment = kb.Experiment(
        kb.Learning("or", hidden=(3,), activation="tanh", frozen=("w1[0,1]",)), method=method, l2=0.1, seed=seed % 1000
    )
    network = experiment.problem.network(experiment.seed)
    sampled = SampledSlopes(experiment, network)
    measure = kb.slopes(
        method if method in ("forward", "loop") else "loop", h=0.1 if method in ("central", "loop", "forward") else 1e-5
    )
    gradient = measure(network, experiment.problem.dataset())[1].arrays()
    penalty = {name: 0.1 * array for name, array in network.arrays().items()}  # of l2: its central difference is exact
    expected = np.concatenate([(gradient[name] + penalty[name]).ravel() for name in ("w1", "w2")])
    found = sampled.at(experiment.h or 0.0)
    assert len(found) == len(expected) - 1
    ahead = 0.05 * 0.1 if method == "forward" else 0.0  # of l2/2·w² too
    assert found == pytest.approx(np.delete(expected, 1) + ahead, abs=1e-8)
