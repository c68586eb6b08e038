"""Experiment: what it refuses, and that it comes back exactly from a dict and from JSON."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import koubai as kb
from koubai.core.activations import ACTIVATIONS
from koubai.core.losses import LOSSES
from koubai.core.methods import METHODS
from koubai.core.optimizers import OPTIMIZERS
from koubai.data import GATES
from koubai.errors import InputError
from koubai.experiment import experiment_of

POSITIVE = st.floats(1e-30, 1e30)
LEARNINGS = st.builds(
    kb.Learning,
    data=st.sampled_from(sorted(GATES)),
    hidden=st.lists(st.integers(1, 50), max_size=3).map(tuple),
    activation=st.sampled_from([name for name, activation in ACTIVATIONS.items() if activation.analytic]),
    loss=st.sampled_from(sorted(LOSSES)),
    scale=st.floats(0, 1e10),
)


@st.composite
def experiments(draw: st.DrawFn) -> kb.Experiment:
    rule = draw(st.sampled_from(list(OPTIMIZERS.values())))
    chosen = draw(st.lists(st.sampled_from(sorted(rule.parameters)), unique=True)) if rule.parameters else []
    return kb.Experiment(
        draw(LEARNINGS),
        method=draw(st.sampled_from(sorted(METHODS))),
        h=draw(st.none() | POSITIVE),
        optimizer=rule.name,
        optimizer_options={name: draw(st.floats(0, 1, exclude_max=True)) for name in chosen},
        learning_rate=draw(st.floats(0, 1e300)),
        steps=draw(st.integers(0, 2**31 - 2)),
        seed=draw(st.integers(0, 2**32 - 1)),
        record_every=draw(st.integers(1, 2**31 - 2)),
    )


@given(experiments())
def test_it_comes_back_exactly(experiment: kb.Experiment) -> None:
    text = experiment.to_json()
    again = kb.Experiment.from_json(text)
    assert again == experiment
    assert hash(again) == hash(experiment)
    assert again.to_json() == text
    assert kb.Experiment.from_dict(json.loads(json.dumps(experiment.to_dict()))) == experiment


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_arrays_are_kept_beside_by_their_sum(seed: int) -> None:
    random = np.random.default_rng(seed)
    data = kb.data.Dataset.from_arrays(random.normal(size=(5, 3)), random.choice(["a", "b"], 5), classes=("a", "b"))
    start = kb.Network.from_arrays([(random.normal(size=(3, 2)), random.normal(size=2))], activation="tanh")
    experiment = kb.Experiment(kb.Learning(data, start=start))
    arrays = experiment.arrays()
    assert len(arrays) == 4
    again = kb.Experiment.from_json(experiment.to_json(), arrays)
    assert again == experiment
    assert np.array_equal(again.problem.dataset().inputs, data.inputs)
    assert again.problem.dataset().classes == ("a", "b")
    assert again.problem.activation == "tanh"
    with pytest.raises(InputError, match=r"array [0-9a-f]{64} is not at hand"):
        kb.Experiment.from_json(experiment.to_json())
    name = next(iter(arrays))
    with pytest.raises(InputError, match=name):
        kb.Experiment.from_json(experiment.to_json(), {**arrays, name: arrays[name] + 1})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"h": 0}, "step size h is 0, but it must be a finite number above 0; try h = 0.1"),
        ({"h": -0.5}, "h is -0.5"),
        ({"h": float("nan")}, "h is nan"),
        ({"h": True}, "h is True"),
        ({"learning_rate": float("nan")}, "learning rate is nan, but it must be a finite number, 0 or more; try 0.01"),
        ({"learning_rate": float("inf")}, "learning rate is inf"),
        ({"learning_rate": -1}, "learning rate is -1"),
        ({"learning_rate": 1e39, "precision": "float32"}, "learning rate is 1e"),
        ({"steps": -1}, "number of steps is -1, but it must be a whole number from 0"),
        ({"steps": 1.5}, "number of steps is 1.5"),
        ({"steps": 10**12}, "number of steps is 1000000000000"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**32}, "seed is 4294967296"),
        ({"batch_seed": -1}, "seed of the batches is -1, but it must be a whole number from 0 to 4294967295"),
        ({"batch_seed": 0.5}, "seed of the batches is 0.5"),
        ({"record_every": 0}, "every 0 steps"),
        ({"method": "centrl"}, "'centrl'; did you mean 'central'"),
        ({"optimizer": "adamm"}, "did you mean 'adam'"),
        ({"optimizer_options": [1]}, "options are .*1.*, but they must be a mapping"),
        ({"precision": "float16"}, "no precision called 'float16'"),
        ({"problem": "xor"}, "problem is 'xor', but it must be a Learning"),
        ({"method": "complex-step", "problem": kb.Learning("xor", activation="gelu")}, "complex-step can't measure"),
        (
            {"method": "complex-step", "problem": kb.Learning("xor", hidden=(3, 3), activation="tanh,gelu")},
            "can't measure a network with gelu units",
        ),
    ],
)
def test_what_can_not_be(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        kb.Experiment(**fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"data": "xro"}, "did you mean 'xor'"),
        ({"data": 3}, "data is 'int', but it must be a gate's name or a Dataset"),
        ({"hidden": (8, 0)}, r"hidden layers are \(8, 0\)"),
        ({"hidden": "8,,8"}, "hidden layers are 8,,8"),
        ({"hidden": (2.5,)}, "must be numbers of units"),
        ({"activation": "rely"}, "did you mean 'relu'"),
        ({"loss": "cross"}, "did you mean 'cross-entropy'"),
        ({"activation": ["rely"]}, "did you mean 'relu'"),
        ({"activation": []}, "no activation called"),
        ({"activation": 3}, "no activation called 3"),
        ({"activation": "relu,"}, "no activation called ''"),
        ({"activation": "relu,tanh"}, "'relu,tanh' names 2 activations, but there are 1 hidden layers; give one name"),
        ({"activation": "relu,tanh", "hidden": (2, 2, 2)}, "names 2 activations, but there are 3"),
        ({"activation": ["relu", "tanh"], "start": kb.Network.random([2, 3, 4, 2])}, "relu,tanh can't be given together"),
        ({"frozen": "w1"}, "no parameter called 'w1'; to freeze some"),
        ({"frozen": ["w3"]}, "w3 can't be frozen, because the network has only 2 layers"),
        ({"frozen": ["w1[2,0]"]}, r"w1\[2,0\] can't be frozen, because w1 has the shape \(2, 8\)"),
        ({"loss": 3}, "no loss called 3"),
        ({"scale": "a"}, "scale of the starting weights is a"),
        ({"scale": -1.0}, "scale of the starting weights is -1.0"),
        ({"start": kb.Network.random([2, 3, 2]), "hidden": (4,)}, r"hidden \(4,\) can't be given together"),
        ({"start": kb.Network.random([2, 3, 2]), "scale": 0.5}, "scale 0.5 can't be given together"),
    ],
)
def test_a_learning_that_can_not_be(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        kb.Learning(**fields)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not an experiment in JSON"),
        ("[]", "description is"),
        ('{"step": 3}', "no field called 'step'; it has: problem, method"),
        ('{"problem": {"learning": {"units": 3}}}', "no field called 'units'"),
        ('{"problem": 3}', "description is 3"),
        ('{"steps": "many"}', "number of steps is many"),
    ],
)
def test_text_that_is_no_experiment(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        kb.Experiment.from_json(text)


def test_missing_fields_are_the_founding_example() -> None:
    assert kb.Experiment.from_json('{"seed": 4}') == kb.Experiment(seed=4)
    assert kb.Experiment() != kb.Experiment(seed=4)
    assert kb.Experiment() != "xor"


def test_a_start_brings_its_own_layers() -> None:
    start = kb.Network.random([2, 5, 4, 2], activation="sin", scale=0.7)
    learning = kb.Learning("xor", start=start)
    assert (learning.hidden, learning.activation, learning.scale) == ((5, 4), "sin", None)
    assert kb.Learning("xor", hidden=(5, 4), activation="sin", start=start).hidden == (5, 4)
    assert kb.Learning("xor", loss="squared", start=start).network(0).output == "identity"


def test_an_activation_for_each_hidden_layer() -> None:
    mixed = kb.Learning("xor", hidden=(3, 2), activation=["relu", "tanh"])  # type: ignore[arg-type]
    assert mixed.to_dict() == kb.Learning("xor", hidden=(3, 2), activation="relu, tanh").to_dict()
    assert mixed.to_dict()["activation"] == mixed.network(0).activation == "relu,tanh"
    assert kb.Learning("xor", hidden=(3, 2), activation="tanh,tanh").activation == "tanh"
    again = kb.Learning("xor", activation="relu,tanh", start=mixed.network(0))
    assert again.activation == "relu,tanh"
    experiment = kb.Experiment(again)
    assert kb.Experiment.from_json(experiment.to_json(), experiment.arrays()) == experiment


def test_what_is_usual_depends_on_the_first_layer_and_on_any_that_steps() -> None:
    def usual(activation: str) -> tuple[str | None, float | None]:
        made = experiment_of("moons", hidden=(3, 2), activation=activation)
        return made.problem.init, made.h

    assert usual("relu,tanh") == ("he", 1e-4)
    assert usual("tanh,relu") == ("xavier", 1e-4)
    assert usual("tanh,step") == ("xavier", 0.1)


def test_what_is_frozen_comes_back() -> None:
    learning = kb.Learning("xor", frozen=["w1[ 0, 3]", "b2", "b2", "b1[7]"])  # type: ignore[arg-type]
    assert learning.frozen == ("w1[0,3]", "b2", "b1[7]")
    experiment = kb.Experiment(learning, batch_seed=5)
    assert experiment != kb.Experiment(kb.Learning("xor"), batch_seed=5)
    assert kb.Experiment.from_json(experiment.to_json()) == experiment
    assert kb.Learning("xor").mask() is None


def test_a_run_of_before_has_neither() -> None:
    values = kb.Experiment(seed=4).to_dict()
    del values["batch_seed"], values["problem"]["learning"]["frozen"]
    assert kb.Experiment.from_dict(values) == kb.Experiment(seed=4)
    assert kb.Experiment(seed=4).drawing_seed == 4
    assert kb.Experiment(seed=4, batch_seed=0).drawing_seed == 0
