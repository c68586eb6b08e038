"""Training: Steps, records, resuming, bounds, divergence."""

from collections import deque
from dataclasses import replace
from itertools import pairwise

import jax
import numpy as np
import pytest
from tests.runs import same_state

import koubai as kb
from koubai.core import training
from koubai.core.methods import METHODS
from koubai.core.step import ENGINES
from koubai.core.training import Step
from koubai.errors import Diverged, InputError
from koubai.experiment import Experiment, Learning
from koubai.experiment.fields import EngineName, MethodName


@pytest.mark.parametrize(("steps", "every", "numbers"), [(7, 3, [0, 3, 6, 7]), (6, 3, [0, 3, 6]), (0, 5, [0]), (2, 9, [0, 2])])
@pytest.mark.parametrize("method", ["central", "loop"])
def test_records_are_the_start_every_multiple_and_the_last(
    method: MethodName, steps: int, every: int, numbers: list[int]
) -> None:
    run = kb.train("xor", method=method, steps=steps, record_every=every)
    assert [step.number for step in run.records] == numbers
    assert run.losses.shape == (steps + 1,)
    assert [step.loss for step in run.records] == [run.losses[number] for number in numbers]


def test_losses_come_once_each_and_in_order() -> None:
    steps = list(Experiment(steps=3000, record_every=70).run())
    at = 0
    for before, after in pairwise(steps):
        assert before.number < after.number
    for step in steps:
        at += len(step.losses)
        assert at == step.number + 1
        assert step.losses[-1] == step.loss
        assert step.recorded == (step.number % 70 == 0 or step.number == 3000)


def test_each_loss_is_that_of_its_parameters() -> None:
    for step in Experiment(steps=30, record_every=10).run():
        assert step.loss == pytest.approx(kb.slopes("loop")(step.parameters, kb.data.gate("xor"))[0], abs=1e-14)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("optimizer", ["gradient-descent", "adam"])
def test_it_goes_on_from_any_step_bit_for_bit(method: str, optimizer: str, engine: EngineName) -> None:
    steps = 40 if method == "loop" or engine == "numpy" else 700
    experiment = Experiment(method=method, optimizer=optimizer, steps=steps, record_every=10, seed=3, engine=engine)
    whole = list(experiment.run())
    losses = np.concatenate([step.losses for step in whole])
    for cut in (0, len(whole) // 3, len(whole) - 2, len(whole) - 1):
        rest = list(experiment.run(resume=whole[cut]))
        number = whole[cut].number
        assert np.array_equal(np.concatenate([np.zeros(0), *(step.losses for step in rest)]), losses[number + 1 :])
        if rest:
            assert same_state(rest[-1], whole[-1])


def test_the_pace_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = Experiment(steps=300, record_every=7, engine="jax")
    whole = list(experiment.run())
    monkeypatch.setattr(training, "_next_count", lambda count, elapsed, seconds: 3)
    monkeypatch.setattr("koubai.core.compiled.RECORDS_AT_ONCE", 2)
    slow = list(experiment.run())
    assert len(slow) > len(whole)
    assert same_state(slow[-1], whole[-1])
    assert np.array_equal(np.concatenate([s.losses for s in slow]), np.concatenate([s.losses for s in whole]))


def test_it_returns_to_python_by_elapsed_time() -> None:
    assert training._next_count(10, 0.5, 1.0) == 20
    assert training._next_count(10, 4.0, 1.0) == 2
    assert training._next_count(1, 1000.0, 1.0) == 1
    assert training._next_count(10, 0.0, 1.0) == 80
    assert training._next_count(10, 1.0, 0.0) == 1
    one_call = list(Experiment(steps=10**6, record_every=10**6).run().__next__().losses)
    assert len(one_call) == 1  # the first Step comes before the other million is made


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("method", ["central", "loop", "spsa"])
def test_a_run_in_parts_is_the_same_run(method: str, engine: EngineName) -> None:
    given = {"schedule": "cosine", "batch_size": 3, "steps": 60, "record_every": 20, "seed": 4}
    experiment = Experiment(method=method, optimizer="adam", engine=engine, **given)  # type: ignore[arg-type]
    whole = list(experiment.run())
    parts: list[Step] = []
    for until in (0, 7, 7, 20, 33, 60, 99):
        made = list(experiment.run(resume=parts[-1] if parts else None, until=until))
        assert [step.number for step in made][-1:] == (
            [min(until, 60)] if not parts or parts[-1].number < min(until, 60) else []
        )
        parts += made
    assert [step.number for step in parts if step.recorded] == [0, 20, 40, 60]
    assert not any(step.recorded for step in parts if step.number in (7, 33))
    assert np.array_equal(np.concatenate([s.losses for s in parts]), np.concatenate([s.losses for s in whole]))
    assert same_state(parts[-1], whole[-1])


@pytest.mark.parametrize("engine", ENGINES)
def test_how_long_it_may_run_is_asked_each_time(engine: EngineName) -> None:
    asked: list[float] = []

    def pace() -> tuple[float, int]:
        asked.append(0.0)
        return 0.0, 1000

    steps = list(Experiment(steps=20, record_every=1000, engine=engine).run(pace=pace))
    assert [step.number for step in steps] == list(range(21))  # no time at all: a step each
    assert len(asked) == 20


def test_no_more_steps_are_made_at_once_than_the_pace_allows() -> None:
    allowed = iter([1, 7, 5, 1000])
    steps = list(Experiment(steps=20, record_every=1000).run(pace=lambda: (10.0, next(allowed))))
    assert [step.number for step in steps] == [0, 1, 8, 13, 20]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("batch_size", [None, 3])
def test_the_first_step_is_there_without_a_program(batch_size: int | None, engine: EngineName) -> None:
    given = {"batch_size": batch_size, "l2": 0.1, "optimizer": "adam", "engine": engine}
    experiment = Experiment(Learning("xor", activation="tanh"), **given)  # type: ignore[arg-type]
    first, same = experiment.start(), next(experiment.run())
    assert (first.number, first.recorded) == (0, True)
    assert first.loss == pytest.approx(same.loss, abs=1e-15)
    assert same_state(replace(first, loss=same.loss, losses=same.losses), same)


def test_a_large_network_keeps_few_records_at_once() -> None:
    """Memory is bounded: the room for records shrinks as they grow, and all of them still arrive."""
    run = kb.train("xor", hidden=(20_000,), steps=40, record_every=1, method="spsa", learning_rate=1e-6, engine="jax")
    assert [step.number for step in run.records] == list(range(41))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("method", ["central", "loop", "backprop"])
def test_a_divergence_is_found_at_its_step(method: str, engine: EngineName) -> None:
    given = {"optimizer": "adam", "learning_rate": 5e307, "steps": 400, "record_every": 2, "engine": engine}
    steps = Experiment(Learning("and", hidden=()), method=method, **given).run()  # type: ignore[arg-type]
    seen: list[Step] = []
    with pytest.raises(Diverged) as raised:
        deque(map(seen.append, steps), maxlen=0)
    at = raised.value.values["step"]
    losses = np.concatenate([*(step.losses for step in seen), raised.value.losses])
    assert len(losses) == at > 2
    assert np.isfinite(losses).all()
    assert all(np.isfinite(a).all() for a in seen[-1].parameters.arrays().values())
    assert seen[-1].number == (at - 1) // 2 * 2 or not seen[-1].recorded
    assert f"at step {at}" in str(raised.value)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_start_beyond_all_measure_is_said(engine: EngineName) -> None:
    with pytest.raises(Diverged, match=r"even before the first step \(step 0\); start from smaller weights"):
        kb.train("xor", scale=1e200, engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_kept_run_that_diverged_warns(engine: EngineName) -> None:
    with pytest.warns(kb.DivergenceWarning, match="at step 1"):
        run = kb.train("xor", learning_rate=1e300, engine=engine)
    assert (run.status, run.diverged_at, len(run.records), len(run.losses)) == ("diverged", 1, 1, 1)
    assert repr(run).startswith("Run(diverged at step 1, loss 0.69")


def test_other_settings_of_the_user_change_nothing() -> None:
    plain = kb.train("xor", steps=50, method="spsa", engine="jax")
    with (
        jax.enable_x64(True),
        jax.threefry_partitionable(False),
        jax.default_matmul_precision("bfloat16"),
        jax.default_prng_impl("rbg"),
        jax.numpy_rank_promotion("raise"),
        jax.transfer_guard("disallow"),
    ):
        odd = kb.train("xor", steps=50, method="spsa", engine="jax")
        kb.train("xor", steps=5, optimizer="adam")
    assert np.array_equal(plain.losses, odd.losses)


def test_a_method_that_can_not_is_refused_before_the_first_step() -> None:
    with pytest.raises(InputError, match="gelu"):
        kb.train("xor", method="complex-step", activation="gelu")


def test_single_precision_stays_single() -> None:
    run = kb.train("xor", steps=20, precision="float32", optimizer="adam")
    assert {a.dtype for a in run.network.arrays().values()} == {np.dtype(np.float32)}
    assert run.losses.dtype == np.float64


@pytest.mark.parametrize("hidden", [(), (3, 2), (4, 3, 2)])
def test_any_depth(hidden: tuple[int, ...]) -> None:
    run = kb.train("parity-3", hidden=hidden, activation="tanh", steps=25, record_every=25)
    loop = kb.train("parity-3", hidden=hidden, activation="tanh", steps=25, record_every=25, method="loop")
    np.testing.assert_allclose(run.losses, loop.losses, rtol=0, atol=1e-12)
    assert run.network.sizes == (3, *hidden, 2)


def test_the_kernel_of_the_plane() -> None:
    from koubai.core.projection import plane

    network = kb.Network.from_arrays([([[0.0, 1.0], [0.0, 0.0]], [0.0, 0.0])])
    seen = plane(network, [-1.0, 0.0, 1.0], [5.0, 6.0])
    assert seen.answers.shape == (2, 3, 2)
    np.testing.assert_allclose(seen.lead[0], 1 / (1 + np.exp([1.0, 0.0, -1.0])))
