"""Divergence: one definition, by the level that a training is measured against."""

import warnings
from math import log
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import koubai as kb
from koubai.core.losses import LOSSES
from koubai.core.regularization import Penalty
from koubai.data import Dataset
from koubai.errors import Diverged
from koubai.experiment.divergence import BEYOND, level_of, risen_since, total_loss
from koubai.experiment.metrics import ROWS_AT_ONCE

LINE = Dataset.from_arrays(np.linspace(-1, 1, 20)[:, None], 3 * np.linspace(-1, 1, 20), task="regress")


def trained(*problem: Any, **fields: Any) -> kb.Run:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kb.DivergenceWarning)
        return kb.train(*problem, **fields)


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.floats(0.01, 100))
def test_the_level_is_the_start_or_the_answer_0(seed: int, outputs: int, size: float) -> None:
    random = np.random.default_rng(seed)
    data = Dataset.from_arrays(random.normal(size=(9, 2)), size * random.normal(size=(9, outputs)), task="regress")
    network = kb.Network.random([2, 3, outputs], scale=1.0, seed=seed, output="identity")
    zero = np.mean(np.sum(data.targets**2, axis=1)) / 2
    start, _ = kb.slopes("loop", loss="squared")(network, data)
    assert level_of(network, data, LOSSES["squared"]) == pytest.approx(max(zero, start), rel=1e-12)


def test_the_level_of_classes_is_the_logarithm_of_their_number() -> None:
    data = kb.data.gate("xor")
    zero = kb.Network.from_arrays([(np.zeros((2, 2)), np.zeros(2))])
    assert level_of(zero, data, LOSSES["cross-entropy"]) == pytest.approx(log(2), rel=1e-6)


def test_all_rows_and_the_penalty_count() -> None:
    rows = ROWS_AT_ONCE + 7
    data = Dataset.from_arrays(np.arange(rows)[:, None] / rows, np.arange(rows) / rows, task="regress")
    network = kb.Network.from_arrays([([[2.0]], [0.0])], output="identity")
    lost = np.mean((data.inputs - 0.0) ** 2) / 2
    assert total_loss(network, data, LOSSES["squared"], Penalty(0.5, 3.0)) == pytest.approx(lost + 1 + 6, rel=1e-12)


@given(st.lists(st.floats(0, 10), min_size=1, max_size=30), st.integers(1, 8))
def test_the_step_since_which_it_is_high(losses: list[float], window: int) -> None:
    """By the plain definition: the means over the last window, one by one."""
    means = [np.mean(losses[end - window : end]) for end in range(window, len(losses) + 1)]
    high = [mean > 2.0 for mean in means]
    found = risen_since(np.array(losses), window, 1.0)
    if not high or not high[-1]:
        assert found is None
    else:
        run = next((length for length, one in enumerate(reversed(high)) if not one), len(high))
        assert found == (0 if run == len(high) else len(losses) - run)


@pytest.mark.parametrize("method", ["central", "loop", "backprop"])
def test_a_loss_that_grows_without_bound_ends_the_training(method: str) -> None:
    """It would grow by 16 times a step, to 1e240 in 200 steps, and stay a number."""
    run = trained(LINE, hidden=(), method=method, learning_rate=12.0, steps=200)
    assert run.status == "diverged"
    assert run.diverged_at == len(run.losses)
    assert run.losses.max() <= BEYOND * run.experiment.level
    with pytest.raises(Diverged, match=f"at step {run.diverged_at} the loss had grown to .*, a million times"):
        list(run.experiment.run())
    whole = trained(LINE, hidden=(), method=method, learning_rate=12.0, steps=run.diverged_at - 1)
    assert np.array_equal(whole.losses, run.losses)


def test_a_training_that_ended_high_has_diverged_and_may_go_on() -> None:
    run = trained("xor", learning_rate=10.0, steps=300)
    assert (run.status, run.records[-1].number, len(run.losses)) == ("diverged", 300, 301)
    since = run.diverged_at
    assert since is not None
    assert (run.losses[since:] > 2 * run.experiment.level).all()
    assert run.losses[since - 1] <= 2 * run.experiment.level
    longer = run.extended(400)
    assert (longer.status, longer.diverged_at) == ("interrupted", None)
    with pytest.warns(kb.DivergenceWarning, match=rf"since step {since} .* Try learning_rate=1\.0\."):
        kb.train(run.experiment)


def test_a_leap_that_is_made_good_is_no_divergence() -> None:
    run = kb.train("xor", learning_rate=3.0, steps=300)
    assert run.losses.max() > 2 * run.experiment.level
    assert (run.status, run.diverged_at) == ("finished", None)


def test_a_batch_of_one_row_may_lose_what_all_rows_do() -> None:
    """Of 200 rows one is far off: its own loss is 200 times the mean, and the training goes on."""
    targets = np.zeros(200)
    targets[77] = 1.0
    data = Dataset.from_arrays(np.zeros((200, 1)), targets, task="regress")
    run = kb.train(data, hidden=(), batch_size=1, steps=400, learning_rate=1e-6, method="loop", optimizer="gradient-descent")
    assert (run.status, run.losses.max()) == ("finished", pytest.approx(0.5, rel=1e-3))


def test_targets_that_are_all_alike_make_no_divergence() -> None:
    data = Dataset.from_arrays(np.ones((3, 1)), np.zeros(3), task="regress")
    start = kb.Network.from_arrays([([[0.0]], [0.0])], output="identity")
    run = kb.train(start, data, steps=3, method="loop")
    assert (run.status, run.experiment.level) == ("finished", np.inf)
