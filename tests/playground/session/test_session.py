"""Sessions: a page without a browser does what the page does, and what it is shown is true."""

from contextlib import ExitStack
from time import monotonic

import msgspec
import numpy as np
import pytest
from tests.playground.fake_page import Page, change, packed, parameters

import koubai as kb
from koubai.core.parameters import flatten
from koubai.errors import InputError
from koubai.playground.model import compile_cache
from koubai.playground.protocol import incoming, limits
from koubai.playground.session import messages
from koubai.playground.session import session as sessions
from koubai.playground.session.message_queue import MOST_WAITING


def test_it_opens_on_the_founding_example_at_rest() -> None:
    page = Page.open()
    assert [text["type"] for text in page.texts] == ["welcome", "state"]
    header = page.frame.header
    assert (header["status"], header["step"], header["last"]) == ("resting", 0, 0)
    np.testing.assert_array_equal(parameters(page), flatten(kb.Experiment().problem.network(0)))
    assert header["loss"] == pytest.approx(0.6946102150577873, abs=1e-15)
    assert page.state["data"]["table"] == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert page.state["link"] == ""
    assert page.session.next_turn(0.0) is None


def test_it_is_trained_as_koubai_trains() -> None:
    page = Page.open().say(incoming.Speed(steps=None), incoming.Play()).until_rest()
    run = kb.train("xor", engine="jax")
    header = page.frame.header
    assert (header["status"], header["step"]) == ("finished", 5001)
    np.testing.assert_allclose(parameters(page), flatten(run.network), rtol=0, atol=1e-12)
    assert header["loss"] == pytest.approx(run.losses[-1], abs=1e-12)
    assert header["chosen"] == [0, 1, 1, 0]
    assert (header["made"], header["defined"]) == (5001, 5001 * 2 * 42)
    assert [frame.header["step"] for frame in page.frames] == sorted(frame.header["step"] for frame in page.frames)
    at = page.frame.arrays["courseStep"].astype(int)
    np.testing.assert_allclose(page.frame.arrays["courseTrain"], run.losses[at], atol=1e-12)
    for message in (incoming.Play(), incoming.Forward()):  # nothing goes on by itself
        page.say(message).until_rest()
        assert "5001" in page.said[-1]
        assert (page.frame.header["step"], page.state["setting"]["steps"]) == (5001, 5001)
    page.say(incoming.Go(step=0))
    assert page.frame.header["more"] == 0
    page.say(incoming.Go(step=5001))
    assert page.frame.header["more"] == 5001
    page.say(incoming.Play(more=5001), incoming.Play(more=5001)).until_rest()  # as many again, once
    assert page.frame.header["step"] == 10002
    assert page.state["setting"]["steps"] == 10002


def test_a_page_that_is_gone_is_trained_for_no_more_and_told_all_when_it_is_back() -> None:
    page = Page.open().say(incoming.Speed(steps=None), incoming.Play(), turns=3)
    page.session.detach()
    made = page.session.context.workspace.training.timeline.last
    assert page.session.turn(0.01) == []
    assert page.session.next_turn(0.0) is None
    page.session.attach()
    page.texts.clear()
    assert not page.session.context.playback.is_playing or page.session.context.workspace.training.step_number == made
    page.turn()
    assert [text["type"] for text in page.texts] == ["welcome", "state"]
    assert page.texts[0]["resumed"]
    assert page.texts[1]["points"] is not None
    page.until_rest()  # it goes on with what it did
    assert page.frame.header["step"] == 5001


def test_too_many_messages_are_refused() -> None:
    page = Page.open()
    with pytest.raises(incoming.Malformed, match=str(MOST_WAITING)):
        for _ in range(MOST_WAITING + 1):
            page.session.receive(incoming.Pause())


def test_the_founding_program_is_compiled_beforehand() -> None:
    sessions.warm_up()
    assert Page.open().session.context.workspace.training.is_known()


def test_many_equal_questions_are_one() -> None:
    page = Page.open()
    for _ in range(500):
        page.session.receive(incoming.Price())
    page.say(incoming.Price())
    assert [text["type"] for text in page.texts].count("price") == 1


def test_messages_are_handled_within_the_time_of_a_turn() -> None:
    page = Page.open()
    for unit in range(5):
        page.session.receive(incoming.Edit(values={f"w1[0,{unit}]": 2.0}))

    def edited() -> int:
        return int((page.session.context.workspace.training.network.layers[0].weights[0] == 2.0).sum())

    assert page.session.turn(0.0) == []  # one at least, and no word before the others
    assert edited() == 1
    now = monotonic()
    assert page.session.next_turn(now) == now  # behind the others
    page.turn(0.0)
    assert edited() == 5


def test_what_comes_of_many_messages_is_seen_before_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "SECONDS_HANDLING", 0.0)
    page = Page.open()
    for unit in range(3):
        page.session.receive(incoming.Edit(values={f"w1[0,{unit}]": 2.0}))
    assert page.session.turn(0.0) != []


def test_what_was_said_before_the_page_left_is_done_and_questions_are_dropped() -> None:
    page = Page.open()
    page.session.receive(incoming.Edit(values={"w1[0,3]": 0.75}))
    for _ in range(3):
        page.session.receive(incoming.Price())
        page.session.receive(incoming.Slope(place="b2[0]"))
    page.session.detach()
    assert page.session.next_turn(0.0) == 0.0
    assert page.session.turn(0.01) == []
    assert page.session.next_turn(0.0) is None
    assert page.session.context.workspace.training.network.layers[0].weights[0, 3] == 0.75
    page.session.attach()
    page.texts.clear()
    assert [text["type"] for text in page.turn().texts] == ["welcome", "state"]


def test_a_value_that_can_t_be_is_said_and_the_state_told_again() -> None:
    page = Page.open().step_to(3)
    with pytest.raises(InputError) as caught:
        incoming.read('{"type":"edit","values":{"w1[0,0]":2e31}}')
    page.texts.clear()
    page.session.receive(caught.value)
    page.turn()
    assert [text["type"] for text in page.texts] == ["state", "fault"]
    assert page.said == ["w1[0,0] can not be 2e+31; give a number from -1e+30 to 1e+30."]
    page.step_to(5)


@pytest.mark.parametrize(
    "messages",
    [
        (incoming.Edit(values={"w1[0,0]": 1e30, "w1[1,0]": -1e30, "w2[0,0]": 1e30, "b2[1]": -1e30}),),
        (change(l1=1e6, l2=1e6), incoming.Edit(values={"w1[0,0]": 1e30})),
        (incoming.DrawPoints(points=((1e30, -1e30, 1.0), (-1e30, 1e30, 0.0))),),
        (
            incoming.DrawPoints(points=((1e-30, 0, 1.0), (-1e-30, 1e30, 0.0)), replaces=True),
            change(features=["x1", "x1^2", "x1*x2"]),
        ),
        (change(data="own"), change(task="regress"), incoming.DrawPoints(points=((0, 0, 1e30), (1, 1, -1e30)), replaces=True)),
        (change(learning_rate=1e6, loss="squared", h=1e6, l2=1e6),),
        (change(h=limits.LEAST_H), change(scale=100, seed=2**32 - 1)),
        (change(steps=limits.MOST_STEPS), incoming.Speed(steps=1e6)),
        (change(steps=0, record_every=1_000_000), incoming.Speed(steps=limits.LEAST_SPEED)),
    ],
)
def test_all_is_shown_at_the_extremes(messages: tuple[incoming.Message, ...]) -> None:
    page = Page.open("method=loop").say(*messages)  # which needs no program
    before = page.frame.header["frame"]
    page.say(incoming.Forward(count=2), turns=4)
    assert page.frame.header["frame"] > before
    assert not any("unexpected" in said for said in page.said)
    due = page.session.next_turn(monotonic())
    assert due is None or due < monotonic() + 1 / limits.LEAST_SPEED + 1


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("begin=9999999999", "begin can not be 9999999999; give a whole number from 0 to 100,000,000."),
        ("step=100000001", "step can not be 100000001"),
        ("begin=-1", "begin can not be -1"),
        (f"weights={packed(*[1e200] * 42)}", "the number 1e+200, but numbers go to 1e+30 at most"),
        (f"data=own&points={packed(1e308, -1e308, 1.0)}", "the number 1e+308, but"),
        (f"data=own&points={packed(float('nan'), 0.0, 1.0)}", "is damaged"),
        (f"weights={packed(*[1e30] * 41)}", "has 41 weights and biases, but this network has 42"),
        ("run=" + "x" * 201, "run can not be xxx"),
        ("x" * (limits.MOST_LINK + 1), "has 524289 characters, but may have at most 524288"),
        ("wings" * 50 + "=1", "wingswings"),
    ],
)
def test_a_link_has_the_bounds_of_messages(link: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        Page.open(link)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_link_at_the_extremes_opens() -> None:
    most = limits.MOST_STEPS
    page = Page.open(f"method=loop&weights={packed(*[1e30, -1e30] * 21)}&begin={most}&step={most}&steps={most}")
    assert page.frame.header["step"] == most
    page.say(incoming.Play(), incoming.Forward(), incoming.Back(), turns=3)
    assert page.frame.header["last"] == most
    assert not any("unexpected" in said for said in page.said)


def test_what_can_t_be_told_of_a_link_is_found_out_before_a_page_is_welcomed(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = messages.state
    monkeypatch.setattr(messages, "state", lambda *given: msgspec.structs.replace(plain(*given), speed=float("inf")))
    with pytest.raises(ValueError, match="JSON"):
        Page.open("data=and")
    page = Page(sessions.Session("en", "", None, keeps=False))
    page.session.attach()
    page.turn().turn()
    assert [text["type"] for text in page.texts] == ["fault"]  # said once, and not tried again by itself


def test_a_program_that_others_are_in_the_way_of_is_compiled_later() -> None:
    page = Page.open("hidden=3")
    with ExitStack() as others:
        for number in range(compile_cache.AT_ONCE):
            of_others = kb.Experiment(kb.Learning("or", hidden=(number + 20,)), engine="jax")
            others.enter_context(compile_cache.compiling(of_others, purpose="slope"))
        page.session.receive(incoming.Slope(place="b1[0]"))
        page.turn_once()
        assert page.session.next_turn(0.0) == page.session._again_at
        page.session._again_at = 0.0
        page.turn_once()
        assert "slope" not in [text["type"] for text in page.texts]
    page.session._again_at = 0.0
    page.turn()
    assert page.texts[-1]["type"] == "slope"
