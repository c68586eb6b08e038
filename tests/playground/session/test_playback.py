"""Playback: steps forward and back, any speed, and what was made before is played again."""

import numpy as np
import pytest
from tests.playground.fake_page import Page, change, parameters

import koubai as kb
from koubai.core.parameters import flatten
from koubai.playground.protocol import incoming, limits
from koubai.playground.session.pacing import BETWEEN_FRAMES


def test_forward_back_and_any_step() -> None:
    every = {step.number: step for step in kb.Experiment(record_every=1, steps=300, engine="jax").run()}
    page = Page.open().say(incoming.Forward()).until_rest()
    assert page.frame.header["step"] == 1
    page.say(incoming.Forward(count=250)).until_rest()
    for message, number in (
        (incoming.Back(), 250),
        (incoming.Back(count=9), 241),
        (incoming.Go(step=100), 100),
        (incoming.Forward(), 101),
        (incoming.Go(step=10**6), 251),
        (incoming.Back(count=10**6), 0),
    ):
        page.say(message).until_rest()
        assert page.frame.header["step"] == number
        np.testing.assert_array_equal(parameters(page), flatten(every[number].parameters))
        assert page.frame.header["last"] == 251


def test_one_step_is_one_step_however_far_the_program_has_gone() -> None:
    page = Page.open().say(change(steps=10**8), incoming.Speed(steps=None), incoming.Play(), turns=4)
    page.say(incoming.Pause()).until_rest()
    for _ in range(3):
        before = page.frame.header["step"]
        page.say(incoming.Forward()).until_rest()
        assert page.frame.header["step"] == before + 1


def test_steps_that_are_asked_for_on_the_way_are_made_too() -> None:
    page = Page.open().say(incoming.Forward(count=10), incoming.Forward(count=10), incoming.Forward()).until_rest()
    assert page.frame.header["step"] == 21


def test_what_was_made_is_played_again() -> None:
    page = Page.open().step_to(2000)
    page.say(incoming.Go(step=0), incoming.Speed(steps=None), incoming.Play(), turns=3)
    while page.session.context.playback.is_playing and page.session.context.workspace.training.step_number < 2000:
        page.turn()
    steps = [frame.header["step"] for frame in page.frames]
    again = steps[steps.index(2000) + 1 :]
    assert again == sorted(again)
    assert len({step for step in again if step < 2000}) > 2
    page.say(incoming.Pause())
    assert page.frame.header["status"] == "resting"


def test_frames_go_by_credit() -> None:
    page = Page.open()
    page.session.receive(incoming.Play())
    for _ in range(200):
        page.turn(0.001, draws=False)
    assert len(page.frames) <= 1 + limits.FRAMES_AHEAD
    count = len(page.frames)
    page.session.receive(incoming.Drawn(frame=10**6))  # one that was never sent
    page.say(incoming.Pause(), turns=0).turn(draws=False)
    assert len(page.frames) == count + 1
    assert page.frames[-1].header["step"] == page.session.context.workspace.training.step_number  # the newest


def test_slow_speeds_are_kept() -> None:
    clock = [100.0]
    page = Page.open(clock=lambda: clock[0]).say(incoming.Speed(steps=2.0), incoming.Play())
    assert page.session.context.workspace.training.step_number <= 1
    for tick in range(40):
        clock[0] = 100 + tick * 0.25
        page.turn()
    assert page.session.context.workspace.training.step_number in (20, 21)
    assert page.session.next_turn(clock[0]) == pytest.approx(clock[0] + 0.5, abs=0.5)


def test_steps_that_can_t_be_seen_apart_come_together() -> None:
    clock = [100.0]
    page = Page.open(clock=lambda: clock[0]).say(incoming.Speed(steps=1000.0), incoming.Play())
    clock[0] += 0.05
    at = page.turn(1.0).turn(1.0).session.context.workspace.training.step_number
    assert page.session.next_turn(clock[0]) == pytest.approx(clock[0] + BETWEEN_FRAMES)
    clock[0] += BETWEEN_FRAMES
    assert page.session.next_turn(clock[0]) == clock[0]
    page.turn(1.0)
    assert page.session.context.workspace.training.step_number - at == pytest.approx(1000 * BETWEEN_FRAMES, abs=1.01)


def test_a_frame_that_is_late_delays_no_other() -> None:
    clock = [100.0]
    page = Page.open(clock=lambda: clock[0]).say(incoming.Speed(steps=None), incoming.Play())
    count = len(page.frames)
    for tick in range(300):  # three seconds in turns of which none ends when a frame is due
        clock[0] = 100 + tick * 0.01
        page.turn(0.0001)
    assert len(page.frames) - count in (98, 99, 100)
