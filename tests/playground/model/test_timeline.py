"""The timeline of a training: bounded, and any step of it is what it was."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.runs import same_state

import koubai as kb
from koubai.core.training import Step
from koubai.experiment import Experiment, Learning
from koubai.playground.model import timeline as timelines
from koubai.playground.model.timeline import LossCurve, Timeline

EXPERIMENT = Experiment(Learning("xor"), steps=1000, record_every=50)


@pytest.fixture(scope="module")
def steps() -> list[Step]:
    return list(EXPERIMENT.run())


def trained(steps: list[Step]) -> Timeline:
    timeline = Timeline.of(EXPERIMENT)
    for step in steps:
        timeline.present.take(step)
    return timeline


def test_any_step_is_made_again_bit_for_bit(steps: list[Step]) -> None:
    every = {step.number: step for step in replace(EXPERIMENT, record_every=1).run()}
    timeline = trained(steps)
    for number in (0, 1, 49, 50, 777, 999, 1000):
        same = timeline.step_at(number)
        assert same.number == number
        assert same_state(replace(same, losses=every[number].losses, recorded=True), every[number])


def test_records_stay_few_and_are_still_reached(steps: list[Step], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timelines, "MOST_KEPT", 6)
    timeline = trained(steps)
    assert len(timeline.present.records) <= 6
    assert timeline.record_numbers().tolist() == [0, 200, 400, 600, 800, 1000]
    assert timeline.step_at(350).number == 350
    assert timeline.record_after(200) == 400
    assert timeline.record_after(1000) == 1000


def test_going_back_and_on_begins_a_new_segment(steps: list[Step]) -> None:
    timeline = trained(steps)
    timeline.truncate_after(420)
    assert timeline.last == 420
    assert timeline.record_numbers().tolist() == list(range(0, 401, 50))
    other = replace(EXPERIMENT, learning_rate=0.5, problem=Learning("xor", start=timeline.step_at(420).parameters))
    timeline.begin_segment(other)
    timeline.begin_segment(other)  # one that has made no step is replaced
    for step in other.run(until=30):
        timeline.present.take(step)
    assert [segment.begin for segment in timeline.segments] == [0, 420]
    assert timeline.last == 450
    assert timeline.segment_at(420) is timeline.present
    assert timeline.step_at(400).loss == next(step.loss for step in steps if step.number == 400)
    numbers, losses = timeline.curve()
    assert numbers[-1] == 450
    assert losses[-1] == timeline.step_at(450).loss
    timeline.truncate_after(100)
    assert (len(timeline.segments), timeline.last) == (1, 100)


def test_a_kept_run_is_gone_on_with(steps: list[Step]) -> None:
    run = kb.train("xor", steps=120)
    timeline = Timeline.after(run)
    assert timeline.last == 120
    np.testing.assert_array_equal(timeline.curve()[1], run.losses)
    assert timeline.step_at(60).loss == run.losses[60]


@given(st.lists(st.integers(1, 900), min_size=1, max_size=12), st.booleans(), st.integers(0, 5000))
def test_a_curve_is_thin_and_true(pieces: list[int], means: bool, cut: int) -> None:
    losses = np.random.RandomState(0).uniform(size=sum(pieces))
    curve, at = LossCurve(means), 0
    for piece in pieces:
        curve.take(losses[at : at + piece])
        at += piece
    check(curve, losses)
    curve.cut_after(min(cut, len(losses) - 1))
    kept = losses[: min(cut, len(losses) - 1) + 1]
    check(curve, kept)
    curve.take(losses[:500])
    numbers = curve.numbers
    assert len(numbers) <= timelines.MOST_SEEN
    assert (np.diff(numbers) == curve.stride).all()


def check(curve: LossCurve, losses: NDArray[np.float64]) -> None:
    assert len(curve.values) <= timelines.MOST_SEEN
    whole = len(losses) // curve.stride if curve.means else -(-len(losses) // curve.stride)
    assert len(curve.values) == whole
    if curve.means:
        expected = losses[: whole * curve.stride].reshape(whole, curve.stride).mean(axis=1)
    else:
        expected = losses[:: curve.stride]
    np.testing.assert_allclose(curve.values, expected, rtol=1e-12)
