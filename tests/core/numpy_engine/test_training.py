"""Trainings in NumPy are those of the compiled engine to rounding, can be cut anywhere, and load nothing heavy."""

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from tests.runs import same, same_step

import koubai as kb
from koubai.core.losses import LOSSES
from koubai.core.methods import METHODS
from koubai.core.numpy_engine.cost import is_worth_it
from koubai.core.optimizers import OPTIMIZERS
from koubai.core.step import Descent
from koubai.errors import Diverged, InputError


def far(run: kb.Run, other: kb.Run) -> float:
    """The largest difference of two runs' weights over the largest weight."""
    pairs = list(zip(run.network.arrays().values(), other.network.arrays().values(), strict=True))
    largest = max(float(np.abs(b).max()) for _, b in pairs)
    return max(float(np.abs(a - b).max()) for a, b in pairs) / largest


def both(*args: Any, **given: Any) -> tuple[kb.Run, kb.Run]:
    numpy, jax = (kb.train(*args, engine=engine, **given) for engine in ("numpy", "jax"))
    assert (numpy.experiment.engine, jax.experiment.engine) == ("numpy", "jax")
    return numpy, jax


@pytest.mark.parametrize("given", [{"h": 0.1}, {"h": 1e-4, "activation": "tanh"}], ids=str)
def test_the_engines_agree_on_xor(given: dict[str, Any]) -> None:
    """With a small h a ReLU unit that is drawn to its kink from both sides magnifies every rounding."""
    numpy, jax = both("xor", steps=500, **given)
    np.testing.assert_allclose(numpy.losses, jax.losses, rtol=0, atol=1e-9)
    assert far(numpy, jax) < 1e-9


@pytest.mark.long
def test_the_engines_agree_on_iris() -> None:
    numpy, jax = both("iris", steps=200, optimizer="gradient-descent")
    assert far(numpy, jax) < 2e-6


@pytest.mark.parametrize("method", [name for name in METHODS if name != "loop"])
def test_every_method_is_that_of_the_compiled_engine(method: str) -> None:
    """With a penalty, on batches; complex steps and draws too."""
    given = {"steps": 7, "activation": "tanh", "hidden": (3,), "l1": 1e-3, "l2": 1e-2, "batch_size": 3, "learning_rate": 0.05}
    loss = "squared" if method in ("central", "complex-step") else "cross-entropy"
    numpy, jax = both("xor", method=method, loss=loss, **given)
    np.testing.assert_allclose(numpy.losses, jax.losses, rtol=0, atol=1e-11)
    assert far(numpy, jax) < 1e-10


@pytest.mark.parametrize("optimizer", ["momentum", "adam", "lamb"])
def test_optimizers_and_schedules_are_those_of_the_compiled_engine(optimizer: str) -> None:
    given = {"steps": 30, "schedule": "cosine", "schedule_options": {"warmup": 5}, "learning_rate": 0.02}
    numpy, jax = both("xor", optimizer=optimizer, frozen=("w1[0,3]", "b2"), **given)
    assert far(numpy, jax) < 1e-8
    start = numpy.records[0].parameters
    assert numpy.network.layers[0].weights[0, 3] == start.layers[0].weights[0, 3]
    assert numpy.network.layers[1].bias.tolist() == start.layers[1].bias.tolist()


def test_float32_stays_float32() -> None:
    numpy, jax = both("xor", steps=50, precision="float32", optimizer="adam", l2=1e-3)
    for step in numpy.records:
        arrays = [*step.parameters.arrays().values(), *step.optimizer_state]
        assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
    np.testing.assert_allclose(numpy.losses, jax.losses, rtol=1e-4)


@pytest.mark.parametrize(
    "given", [{}, {"optimizer": "adam", "batch_size": 3}, {"method": "spsa"}, {"method": "loop", "optimizer": "adam"}], ids=str
)
def test_a_training_cut_anywhere_repeats_the_same_bits(given: dict[str, Any]) -> None:
    experiment = kb.Experiment(steps=40, record_every=10, engine="numpy", **given)
    whole = [step for step in experiment.run() if step.recorded]
    for cut in (1, 2):
        rest = [step for step in experiment.run(resume=whole[cut]) if step.recorded]
        assert len(rest) == len(whole) - cut - 1
        assert all(map(same_step, rest, whole[cut + 1 :]))


def test_a_run_is_kept_with_its_engine(tmp_path: Any) -> None:
    run = kb.train("xor", steps=40, record_every=10, optimizer="adam")
    again = kb.load(run.save(tmp_path / "run"))
    assert same(again, run)
    assert again.experiment.engine == "numpy"
    longer = again.extended(60)
    more = [step for step in longer.experiment.run(resume=longer.records) if step.recorded]
    whole = kb.train(replace(run.experiment, steps=60))
    assert all(map(same_step, more, [step for step in whole.records if step.number > 40]))
    assert len(more) == 2


def test_experiments_of_before_were_compiled() -> None:
    values = kb.Experiment().to_dict()
    assert values.pop("engine") == "numpy"
    assert kb.Experiment.of_kept(values, {}).engine == "jax"
    assert kb.Experiment.from_dict(values) == kb.Experiment()


def test_records_are_read_only_and_of_their_own() -> None:
    run = kb.train("xor", steps=20, record_every=1, optimizer="adam", engine="numpy")
    for one, other in pairwise(run.records):
        assert not np.shares_memory(one.parameters.layers[0].weights, other.parameters.layers[0].weights)
        for array in (*one.parameters.arrays().values(), *one.optimizer_state):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def test_a_training_that_leaves_all_bounds_ends_there() -> None:
    with pytest.raises(Diverged) as found:
        list(kb.Experiment(learning_rate=1e200, engine="numpy", steps=50).run())
    assert 0 < found.value.values["step"] <= 50


def test_what_the_training_measures_can_be_asked() -> None:
    for method in ("central", "spsa", "random-directions"):
        experiment = kb.Experiment(steps=30, record_every=10, method=method, engine="numpy", batch_size=3)
        steps = [step for step in experiment.run() if step.recorded]
        found = experiment.measured(steps[1])
        assert found.loss == steps[1].loss
        at = kb.slopes(method, h=experiment.h, seed=experiment.drawing_seed, step=10)
        _, wanted = at(found.network, found.batch)
        for name, array in wanted.arrays().items():
            np.testing.assert_allclose(found.gradient.arrays()[name], array, rtol=0, atol=1e-11)
        assert (found.direction is None) == (method == "central")


def test_the_engine_is_chosen_by_counting() -> None:
    """The same on every machine: small work is NumPy's, long work is compiled, the plain loop is NumPy's always."""
    assert kb.Experiment().engine == "numpy"
    assert kb.Experiment(steps=10**6).engine == "jax"
    assert kb.Experiment(steps=10**6, method="loop").engine == "numpy"
    assert kb.Experiment(engine="jax", steps=1).engine == "jax"
    descent = Descent(LOSSES["cross-entropy"], METHODS["central"], OPTIMIZERS["adam"], batch_size=32)
    assert is_worth_it(descent, (4, 32, 3), 120, 500)
    assert not is_worth_it(descent, (784, 50, 10), 4000, 200)
    with pytest.raises(InputError, match="no engine called 'numby'; did you mean 'numpy'"):
        kb.Experiment(engine="numby")


def test_small_trainings_load_nothing_heavy() -> None:
    code = (
        "import sys, koubai as kb\n"
        "run = kb.train('xor', steps=20, optimizer='adam')\n"
        "run.network.predict([[0, 1]]), run.diagnosis, run.scores()\n"
        "kb.train('xor', steps=3, method='backprop'), kb.train('xor', steps=3, method='spsa')\n"
        "print([name for name in ('jax', 'optax', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]"], done.stderr
