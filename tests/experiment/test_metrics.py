"""How good answers are: against scikit-learn's figures; early stopping; the course of a training."""

from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support, r2_score, root_mean_squared_error

import koubai as kb
from koubai.core.regularization import Penalty
from koubai.data import Dataset, load
from koubai.errors import InputError
from koubai.experiment import Recording, experiment_of
from koubai.experiment.metrics import scores_of


@given(st.integers(0, 2**32 - 1), st.integers(2, 5), st.integers(1, 40))
def test_scores_of_classes_are_those_of_scikit_learn(seed: int, k: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    data = Dataset.from_arrays(random.normal(size=(rows, 3)), np.eye(k)[random.integers(0, k, rows)], classes=tuple(range(k)))
    network = kb.Network.random([3, 4, k], scale=1.0, seed=seed)
    scores, answers = scores_of(network, data, "cross-entropy"), network.classify(data.inputs)
    assert scores.confusion is not None
    assert np.array_equal(scores.confusion, confusion_matrix(data.labels, answers, labels=range(k)))
    assert scores.accuracy == pytest.approx(accuracy_score(data.labels, answers))
    with np.errstate(all="ignore"):
        precision, recall, *_ = precision_recall_fscore_support(data.labels, answers, labels=range(k), zero_division=np.nan)
    assert scores.precision == pytest.approx(precision, nan_ok=True)
    assert scores.recall == pytest.approx(recall, nan_ok=True)
    assert scores.loss == pytest.approx(kb.slopes("loop")(network, data)[0], rel=1e-12)
    assert (scores.r2, scores.error) == (None, None)


@given(st.integers(0, 2**32 - 1), st.integers(2, 40))
def test_scores_of_values_are_those_of_scikit_learn(seed: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    data = Dataset.from_arrays(random.normal(size=(rows, 3)), random.normal(size=(rows, 2)), task="regress")
    network = kb.Network.random([3, 4, 2], scale=1.0, seed=seed, output="identity")
    scores, answers = scores_of(network, data, "squared"), network.predict(data.inputs)
    assert scores.r2 == pytest.approx(r2_score(data.targets, answers, multioutput="raw_values"), rel=1e-9)
    assert scores.error == pytest.approx(root_mean_squared_error(data.targets, answers, multioutput="raw_values"), rel=1e-9)
    assert [getattr(scores, name) for name in ("right", "accuracy", "confusion", "precision", "recall")] == [None] * 5


def test_values_are_scored_in_the_units_of_the_data() -> None:
    x = np.linspace(0, 1, 60)
    parts = load(_frame(x, 1e6 + 1000 * x), task="regress")
    run = kb.train(parts, hidden=(8,), steps=300)
    inputs, scores = parts.test, run.scores("test")
    assert inputs is not None
    assert scores.error is not None
    assert scores.error[0] < 100
    assert run.predict(_frame(x, x)).answers[:, 0] == pytest.approx(1e6 + 1000 * x, abs=400)


def _frame(x: np.ndarray, y: np.ndarray) -> object:
    import pandas as pd

    return pd.DataFrame({"x": x, "y": y})


@pytest.mark.long
def test_early_stopping_keeps_the_best_network_and_ends() -> None:
    run = kb.train(load("moons", noise=0.5, samples=60, seed=1), hidden=(64,), patience=4, steps=5000, learning_rate=0.03)
    validation = run.history.loss["validation"]
    best = int(np.argmin(validation))
    assert run.status == "finished"
    assert run.records[-1].number < 5000
    assert len(run.records) - 1 - best == 4
    assert run.best.number == run.history.steps[best]
    assert run.network is run.records[best].parameters
    assert run.scores("validation").loss == pytest.approx(validation[best])
    with pytest.raises(InputError, match="stopped early"):
        run.extended(6000)


def test_early_stopping_goes_on_where_it_was() -> None:
    experiment = experiment_of(
        load("moons", noise=0.5, samples=60, seed=1), hidden=(64,), patience=4, steps=5000, learning_rate=0.03
    )
    whole = list(experiment.run())
    whole = [step for step in whole if step.recorded]  # the others depend on the pace
    for cut in (0, len(whole) // 2, len(whole) - 1):
        rest = [step for step in experiment.run(whole[: cut + 1]) if step.recorded]
        assert [step.number for step in rest] == [step.number for step in whole[cut + 1 :]]
        if rest:
            assert np.array_equal(rest[-1].parameters.layers[0].weights, whole[-1].parameters.layers[0].weights)


@pytest.mark.long
def test_a_run_that_was_left_early_is_not_finished() -> None:
    recording = Recording(experiment_of("moons", steps=5000, patience=100))
    for _ in recording.of(recording.experiment.run()):
        break
    assert recording.run is not None
    assert recording.run.status == "interrupted"


def test_the_history_of_batches_is_the_mean_since_the_record_before() -> None:
    run = kb.train("moons", steps=100, record_every=40, batch_size=8)
    assert run.history.steps.tolist() == [0, 40, 80, 100]
    assert run.history.loss["train"] == pytest.approx(
        [run.losses[0], run.losses[1:41].mean(), run.losses[41:81].mean(), run.losses[81:].mean()]
    )
    assert run.history.accuracy["validation"][-1] == run.scores("validation").accuracy


def test_what_is_usual_for_sets_and_what_for_gates() -> None:
    gate, moons = experiment_of("xor"), experiment_of("moons")
    assert (gate.optimizer, gate.learning_rate, gate.steps, gate.h, gate.batch_size) == (
        "gradient-descent",
        0.01,
        5001,
        0.1,
        None,
    )
    assert (gate.problem.hidden, gate.problem.init, gate.problem.scale, gate.record_every) == ((8,), "normal", 0.1, 100)
    assert (moons.optimizer, moons.learning_rate, moons.h, moons.batch_size) == ("adam", 0.01, 1e-4, 32)
    assert (moons.problem.hidden, moons.problem.init, moons.problem.scale) == ((32,), "he", 1.0)
    assert moons.steps == 1002  # epochs of 6 steps: 180 rows
    assert experiment_of("moons", epochs=7).steps == 42
    assert experiment_of("moons", epochs=7, batch_size="all").steps == 7
    assert experiment_of("xor", epochs=7).steps == 7
    assert experiment_of("moons", activation="tanh").problem.init == "xavier"
    assert experiment_of("moons", activation="step").h == 0.1
    assert experiment_of("moons", precision="float32").h == pytest.approx(0.01)
    assert experiment_of("moons", method="complex-step", activation="tanh").h == 1e-20


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"patience": 0}, "patience is 0"),
        ({"l1": -1.0}, "penalty l1 is -1.0"),
        ({"l2": float("nan")}, "penalty l2 is nan"),
        ({"batch_size": 2.5}, "batch size is 2.5"),
        ({"batch_size": "some"}, "batch size is 'some'"),
        ({"epochs": -1}, "number of epochs is -1"),
        ({"epochs": 1, "steps": 2}, "1 epochs and 2 steps"),
        ({"schedule": "cosin"}, "did you mean 'cosine'"),
        ({"schedule": "cosine", "schedule_options": {"every": 2}}, "no parameter called 'every'"),
        ({"schedule": "step", "schedule_options": {"every": 0}}, "parameter every of the schedule step is 0"),
        ({"init": "hee"}, "did you mean 'he'"),
    ],
)
def test_what_can_not_be(given: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        kb.train("moons", **given)  # type: ignore[arg-type]


def test_patience_needs_validation_rows() -> None:
    with pytest.raises(InputError, match="no validation rows"):
        kb.train(load("moons", validation=0), patience=3)


def test_parts_must_be_alike() -> None:
    with pytest.raises(InputError, match="validation rows don't fit"):
        kb.Learning(load("moons").train, validation=load("iris").train)


def test_a_schedule_that_knows_its_end_is_not_extended() -> None:
    run = kb.train("moons", steps=20, schedule="cosine")
    with pytest.raises(InputError, match="schedule cosine"):
        run.extended(40)


def test_everything_comes_back_from_json() -> None:
    experiment = experiment_of(
        "iris", patience=5, l1=0.1, l2=0.2, schedule="cosine", schedule_options={"warmup": 5}, init="xavier", batch_size=7
    )
    assert kb.Experiment.from_json(experiment.to_json(), experiment.arrays()) == experiment


def test_steps_that_are_cut_short_are_no_finished_run() -> None:
    recording = Recording(experiment_of("xor", steps=50))
    for _ in recording.of(islice(recording.experiment.run(), 1)):
        pass
    assert recording.run is not None
    assert recording.run.status == "interrupted"


def test_early_stopping_wants_all_records_to_go_on() -> None:
    experiment = experiment_of("moons", steps=60, patience=50)
    with pytest.raises(InputError, match="only that one was given"):
        next(experiment.run(list(experiment.run())[-1]))


def test_parts_of_other_columns_are_no_parts_of_it() -> None:
    one = load(_frame(np.linspace(0, 1, 60), np.linspace(2, 5, 60)), task="regress")
    other = load(_frame(np.linspace(0, 9, 60), np.linspace(2, 5, 60)), task="regress")
    with pytest.raises(InputError, match="test rows don't fit"):
        kb.Learning(one.train, test=other.test)


@pytest.mark.parametrize(
    ("arguments", "given", "message"),
    [
        (("iris", "wine"), {}, "data was given beside str"),
        ((kb.Network.random([2, 3, 2]), kb.Learning()), {}, "Learning"),
        ((kb.Learning(),), {"hidden": (3,)}, "hidden can't be set beside Learning"),
        ((kb.Experiment(steps=3),), {"steps": 5}, "steps can't be set beside Experiment"),
        (("moons",), {"method": ["central"]}, "no method of slope"),
        (("moons",), {"batch_size": np.array([1, 2])}, "batch size"),
    ],
)
def test_arguments_that_contradict_each_other(arguments: tuple[Any, ...], given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        kb.train(*arguments, **given)


def test_numbers_of_numpy_are_plain_in_json() -> None:
    parts = load("moons")
    experiment = experiment_of(parts, batch_size=np.int64(2), patience=np.int32(3), scale=np.float32(0.5), l1=np.float64(1))
    assert kb.Experiment.from_json(experiment.to_json(), experiment.arrays()) == experiment


def test_a_penalty_of_any_size_and_step_is_exact() -> None:
    weights = np.array([1.0, -2.0, 0.25, -0.25, 0.0])
    for h in (1e-16, 1e-12, 0.5, 3.0):
        wanted = np.sign(weights) * np.minimum(np.abs(weights), h) / h
        assert np.array_equal(Penalty(1.0, 0.0).difference(weights, h, np), wanted)
