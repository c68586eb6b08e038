"""Sessions: a page without a browser does what the page does, and what it is shown is true."""

import json
from base64 import b64encode, urlsafe_b64encode
from contextlib import ExitStack
from pathlib import Path
from struct import pack
from threading import Event
from time import monotonic
from typing import Any
from zlib import compress

import msgspec
import numpy as np
import pytest
from tests.playground.fake_page import Page

import koubai as kb
from koubai.core.parameters import flatten, unflatten
from koubai.errors import InputError, KoubaiError
from koubai.experiment.metrics import loss_on
from koubai.playground.model import compile_cache, setting_changes
from koubai.playground.protocol import incoming, limits
from koubai.playground.session import messages
from koubai.playground.session import session as sessions
from koubai.playground.session.message_queue import MOST_WAITING
from koubai.playground.session.pacing import BETWEEN_FRAMES
from koubai.store import Store


def change(**fields: Any) -> incoming.Change:
    return incoming.Change(setting=fields)


def packed(*numbers: float) -> str:
    """Numbers as a link holds them."""
    return urlsafe_b64encode(compress(pack(f"<{len(numbers)}d", *numbers))).decode().rstrip("=")


def parameters(page: Page) -> np.ndarray[Any, Any]:
    return page.frame.arrays["parameters"]


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


def test_an_edited_weight_gives_the_true_loss_and_is_trained_on() -> None:
    page = Page.open().step_to(120)
    page.say(incoming.Edit(values={"w1[0,3]": 1.25, "b2[1]": -0.5}))
    network = unflatten(parameters(page), (2, 8, 2))
    assert network.layers[0].weights[0, 3] == 1.25
    assert network.layers[1].bias[1] == -0.5
    assert page.frame.header["loss"] == pytest.approx(loss_on(network, kb.data.gate("xor"), "cross-entropy"), abs=1e-12)
    numbers, losses = page.frame.arrays["courseStep"], page.frame.arrays["courseTrain"]
    assert numbers[-1] == 120  # the curve has the true loss of the edited network there, beside that before the edit
    assert losses[-1] == pytest.approx(page.frame.header["loss"], abs=1e-12)
    page.step_to(180)
    expected = kb.train(network, kb.data.gate("xor"), steps=60, engine="jax").network
    np.testing.assert_allclose(parameters(page), flatten(expected), atol=1e-12)
    page.say(incoming.Go(step=119))
    assert page.frame.header["step"] == 119
    page.say(incoming.Edit(values={"w9[0,3]": 1.0}))
    assert "w9[0,3]" in page.said[-1]


def test_frozen_and_cut_weights_stay() -> None:
    page = Page.open().step_to(10)
    page.say(incoming.Freeze(places=("w1[1,2]", "b2[0]"), frozen=True), incoming.Cut(places=("w2[3,1]",)))
    before = unflatten(parameters(page), (2, 8, 2))
    page.step_to(60)
    after = unflatten(parameters(page), (2, 8, 2))
    assert before.layers[1].weights[3, 1] == 0
    for layer, name, index in ((0, "weights", (1, 2)), (1, "bias", (0,)), (1, "weights", (3, 1))):
        assert getattr(before.layers[layer], name)[index] == getattr(after.layers[layer], name)[index]
    assert (before.layers[0].weights != after.layers[0].weights).sum() == 15
    page.say(incoming.Freeze(places=("w1[1,2]",), frozen=False)).step_to(70)
    assert unflatten(parameters(page), (2, 8, 2)).layers[0].weights[1, 2] != before.layers[0].weights[1, 2]
    assert (page.state["setting"]["frozen"], page.state["setting"]["cut"]) == (["b2[0]"], ["w2[3,1]"])


def value_at(page: Page, place: str) -> float:
    return setting_changes.value_at(unflatten(parameters(page), tuple(page.state["sizes"])), place)


def test_what_is_cut_stays_cut_until_that_is_undone() -> None:
    place, bias = "w2[3,1]", "b2[1]"
    page = Page.open("method=loop").step_to(30)
    former = value_at(page, place), value_at(page, bias)
    page.say(incoming.Freeze(places=(bias,), frozen=True), incoming.Cut(places=(place, bias)))
    for message in (
        incoming.Forward(count=5),
        incoming.Reset(),
        change(seed=4),
        incoming.Renew(what="start"),
        incoming.Layers(hidden=(9,), activations=("tanh",)),
        incoming.DrawPoints(points=((0.25, 0.5, 1.0),)),
        incoming.Forward(count=3),
    ):
        page.say(message).until_rest()
        assert sorted(page.state["setting"]["cut"]) == [bias, place]
        assert value_at(page, place) == value_at(page, bias) == 0
    page.say(incoming.Go(step=0), change(learning_rate=0.02))
    assert value_at(page, place) == 0
    again = Page.open(page.state["link"])
    assert sorted(again.state["setting"]["cut"]) == [bias, place]
    page.say(incoming.Layers(hidden=(9, 4), activations=("tanh", "tanh")))  # the second layer is another one
    assert page.state["setting"]["cut"] == []

    page = (
        Page.open("method=loop")
        .step_to(30)
        .say(incoming.Cut(places=(place, bias)), incoming.Freeze(places=(bias,), frozen=True))
    )
    linked = Page.open(page.state["link"])
    for one in (page, linked):
        one.say(incoming.Forward(count=2)).until_rest().say(incoming.Cut(places=(place, bias), cut=False))
        assert (one.state["setting"]["cut"], one.state["setting"]["frozen"]) == ([], [bias])
        assert (value_at(one, place), value_at(one, bias)) == former
    page.say(incoming.Cut(places=(place,)), incoming.Reset(), incoming.Cut(places=(place,), cut=False))
    assert value_at(page, place) == value_at(Page.open("method=loop"), place)  # the number that it has at the start
    page.say(incoming.Cut(places=(place,)), incoming.Edit(values={place: 0.5}), incoming.Forward(count=2)).until_rest()
    assert page.state["setting"]["cut"] == []
    assert value_at(page, place) not in (0, 0.5)  # it moves again


def test_an_earlier_step_is_left_with_a_word(tmp_path: Path) -> None:
    for store in (tmp_path / "runs.sqlite", None):
        page = Page.open(store=store).step_to(40).say(incoming.Go(step=15), change(learning_rate=0.02))
        notes = [text["text"] for text in page.texts if text["type"] == "note"]
        assert len(notes) == 1
        assert "15" in notes[0]
        assert "40" in notes[0]
        assert (page.frame.header["step"], page.frame.header["last"]) == (15, 15)
        page.step_to(20).say(incoming.Reset(), change(learning_rate=0.03))
        assert sum(text["type"] == "note" for text in page.texts) == 1  # not where nothing was left by surprise
        page.session.close()
        if store is None:
            assert "not kept" in notes[0]
            continue
        with Store(store) as kept:
            left = kept.run(next(name for name in kept.names() if name in notes[0]))
        np.testing.assert_array_equal(left.losses, kb.train("xor", steps=40, engine="jax").losses)


def test_a_run_at_rest_is_listed_as_paused(tmp_path: Path) -> None:
    store = tmp_path / "runs.sqlite"
    page, other = Page.open("steps=30", store=store).step_to(10), Page.open(store=store)

    def listed() -> list[str]:
        other.say(incoming.Runs())
        return [run["status"] for run in other.texts[-1]["runs"]]

    assert listed() == ["paused"]
    with Store(store) as kept:
        name = kept.entries(status="paused")[0].name
        for act in (kept.delete, kept.resume):
            with pytest.raises(InputError, match="playground"):
                act(name)
    page.session.receive(incoming.Speed(steps=3.0))
    page.say(incoming.Play())
    page.session.context.workspace.training.train(0.01, 1)
    assert listed() == ["running"]
    page.say(incoming.Pause())
    assert listed() == ["paused"]
    page.step_to(30)  # it is whole
    page.session.close()
    assert listed() == ["finished"]
    other.session.close()
    assert [path.name for path in tmp_path.iterdir() if "running" in path.name] == []


@pytest.mark.parametrize(
    "messages",
    [
        (incoming.Forward(count=70),),
        (incoming.Forward(count=30), incoming.Edit(values={"b1[7]": 0.125}), incoming.Forward(count=5)),
        (
            incoming.Forward(count=30),
            incoming.Cut(places=("w1[0,0]",)),
            change(learning_rate=0.03, h=0.2),
            incoming.Forward(count=40),
        ),
        (incoming.Renew(what="start"), incoming.Forward(count=3)),
        (incoming.DrawPoints(points=((0.25, 0.5, 2.0),)), incoming.Forward(count=20)),
        (incoming.Layers(hidden=(4, 3), activations=("tanh", "relu")), incoming.Forward(count=20)),
        (incoming.Change(setting={"data": "moons"}, usual=True), incoming.Renew(what="data"), incoming.Forward(count=40)),
    ],
)
def test_a_link_reproduces_the_screen(messages: tuple[incoming.Message, ...]) -> None:
    page = Page.open()
    for message in messages:
        page.say(message).until_rest()
    assert page.said == []
    step = page.frame.header["step"]
    again = Page.open(f"{page.state['link']}&step={step}").until_rest()
    assert again.said == []
    same = {name: again.frame.header[name] for name in ("step", "loss", "train", "test", "answers", "status")}
    assert same == {name: page.frame.header[name] for name in same}
    for name in ("parameters", "field", "units", "scales"):
        np.testing.assert_array_equal(again.frame.arrays[name], page.frame.arrays[name])
    assert again.state["setting"] == page.state["setting"]
    assert again.state["points"] == page.state["points"]
    assert again.state["link"] == page.state["link"]


def test_settings_that_can_go_on_keep_the_weights_and_others_begin_anew() -> None:
    page = Page.open().step_to(50)
    held = parameters(page)
    page.say(change(l2=0.1, optimizer="adam", method="backprop", activations=["tanh"]))
    np.testing.assert_array_equal(parameters(page), held)
    assert page.frame.header["step"] == 50
    assert page.frame.header["penalty"] > 0
    assert page.frame.header["loss"] == pytest.approx(page.frame.header["train"]["loss"] + page.frame.header["penalty"])
    page.step_to(60)
    page.say(change(seed=4))
    assert page.frame.header["step"] == 0
    np.testing.assert_array_equal(parameters(page), flatten(kb.Network.random([2, 8, 2], activation="tanh", seed=4)))
    page.step_to(9)
    page.say(incoming.Reset())
    np.testing.assert_array_equal(parameters(page), flatten(kb.Network.random([2, 8, 2], activation="tanh", seed=4)))
    before = page.state["setting"]["seed"]
    page.say(incoming.Renew(what="start"))
    assert page.state["setting"]["seed"] != before
    assert page.said == []


def test_a_unit_that_is_added_leaves_the_others_and_the_training_rests() -> None:
    page = Page.open().step_to(40)
    old = unflatten(parameters(page), (2, 8, 2))
    page.say(incoming.Play(), incoming.Layers(hidden=(9,), activations=("relu",)))
    wide = unflatten(parameters(page), (2, 9, 2))
    np.testing.assert_array_equal(wide.layers[0].weights[:, :8], old.layers[0].weights)
    assert (page.frame.header["status"], page.frame.header["step"]) == ("resting", 0)
    page.say(incoming.Layers(hidden=(), activations=())).step_to(5)
    assert page.state["sizes"] == [2, 2]


def test_points_are_drawn_and_erased() -> None:
    page = Page.open().step_to(10)
    page.say(incoming.DrawPoints(points=((0.5, 0.5, 1.0),)))
    assert page.state["data"]["kind"] == "own"
    assert page.state["points"]["x"] == [0, 0, 1, 1, 0.5]
    assert page.frame.header["step"] == 10  # the network goes on with what it has learned
    page.say(incoming.Erase(x=0.45, y=0.5, radius=0.1))
    assert len(page.state["points"]["x"]) == 4
    page.say(incoming.DrawPoints(points=((0.5, 0.5, 2.0),)))
    assert page.state["sizes"] == [2, 8, 3]  # another class: another network
    page.say(incoming.DrawPoints(points=tuple((0.0, 0.0, 0.0) for _ in range(2000))))
    assert "2005" in page.said[-1]
    page.say(incoming.DrawPoints(points=((0.0, 0.0, 0.0),), replaces=True), incoming.Erase(x=0, y=0, radius=1))
    assert "draw" in page.said[-1]
    assert len(page.state["points"]["x"]) == 1
    page.say(change(data="parity-3"), incoming.DrawPoints(points=((0.0, 0.0, 0.0),)))
    assert "x1 and x2" in page.said[-1]


def test_drawing_begins_with_what_is_seen_or_with_the_founding_example() -> None:
    page = Page.open("data=moons&samples=20").say(change(data="own"))
    assert len(page.state["points"]["x"]) == 20
    page = Page.open("data=iris").say(change(data="own"))
    assert page.state["points"]["value"] == [0, 1, 1, 0]
    assert page.said == []


def test_a_table_is_dropped_and_another_column_is_learned() -> None:
    content = b64encode(
        b"a,b,kind,size\n" + b"".join(b"%d,%d,k%d,%d.5\n" % (i, i % 5, i % 3, i * 2) for i in range(60))
    ).decode()
    page = Page.open().say(incoming.Table(name="t.csv", content=content))
    assert (page.state["data"]["task"], page.state["data"]["name"]) == ("regress", "t.csv")
    assert page.state["setting"]["loss"] == "squared"
    page.say(incoming.Table(name="t.csv", content="", target="kind")).step_to(5)
    assert page.state["data"]["classes"] == ["k0", "k1", "k2"]
    assert page.frame.arrays["winner"].shape == (96, 96)
    for bad in (incoming.Table(name="t.csv", content="%%"), incoming.Table(name="t.csv", content=b64encode(b"\0\1").decode())):
        held = page.state["data"]
        page.say(bad)
        assert page.state["data"] == held
        assert "t.csv" in page.said[-1] or "understood" in page.said[-1]


def test_a_divergence_is_explained_and_left_again() -> None:
    page = Page.open().say(change(hidden=[], loss="squared", method="backprop")).step_to(30)
    page.say(change(learning_rate=1000), incoming.Forward(count=4000)).until_rest()
    header = page.frame.header
    assert header["status"] == "diverged"
    assert header["divergence"]["learning_rate"] == 1
    assert str(header["divergence"]["step"]) in header["divergence"]["text"]
    page.say(incoming.Play())
    assert page.said
    page.say(incoming.Go(step=30), change(learning_rate=0.01))
    assert page.frame.header["divergence"] is None
    page.step_to(40)
    assert page.frame.header["status"] == "resting"


def test_a_loss_that_has_grown_out_of_all_measure_is_explained() -> None:
    page = Page.open().say(change(loss="squared", learning_rate=10), incoming.Forward(count=40)).until_rest()
    header = page.frame.header
    assert header["status"] == "diverged"
    assert header["loss"] < 1e6
    assert header["divergence"]["step"] == header["step"] + 1 < 40
    assert header["divergence"]["learning_rate"] < 3
    page.say(incoming.Go(step=0))
    assert page.frame.header["divergence"] is None


def test_steps_that_are_asked_for_on_the_way_are_made_too() -> None:
    page = Page.open().say(incoming.Forward(count=10), incoming.Forward(count=10), incoming.Forward()).until_rest()
    assert page.frame.header["step"] == 21


def test_points_drawn_by_hand_begin_with_those_that_are_seen() -> None:
    page = Page.open().say(change(data="own"))
    assert page.state["setting"]["data"] == "own"
    assert page.state["points"]["value"] == [0, 1, 1, 0]
    page.say(incoming.DrawPoints(points=((0.5, 0.5, 1),), replaces=True), change(data="and"), change(data="own"))
    assert page.state["points"]["value"] == [1]


def test_a_rate_that_leaps_over_every_valley_is_explained() -> None:
    page = Page.open().say(change(learning_rate=30.0)).step_to(300)
    header = page.frame.header
    assert (header["status"], header["divergence"]["learning_rate"]) == ("resting", 3)
    assert f"({header['loss']:.4g}, not 0.6946)" in header["divergence"]["text"]
    page.say(change(steps=300)).until_rest()
    assert (page.frame.header["status"], page.frame.header["diagnosis"]) == ("diverged", None)
    page.say(change(learning_rate=0.5), incoming.Reset()).step_to(300)
    assert page.frame.header["divergence"] is None


def test_a_training_that_ends_without_having_learned_is_explained() -> None:
    page = Page.open().say(change(h=1.0, steps=1000)).step_to(999)
    assert diagnosed(page) == {}  # it may still come
    page.say(incoming.Forward()).until_rest()
    told = diagnosed(page)
    assert (told["kind"], told["change"], told["remedy"]) == ("flat-h", {"h": 0.1}, "Start again with h = 0.1")
    page.say(incoming.Language(language="ja"))
    assert diagnosed(page)["remedy"] == "h = 0.1 でやり直す"
    page.say(change(**told["change"]), incoming.Reset()).step_to(1000)
    told = diagnosed(page)
    assert (told["kind"], told["change"]) == ("falling", {"steps": 2000})
    page.say(change(**told["change"])).step_to(1001)
    assert diagnosed(page) == {}


def test_a_line_is_told_what_it_needs() -> None:
    told = diagnosed(Page.open().say(change(hidden=[], steps=20)).step_to(20))
    assert (told["kind"], told["change"]) == ("line", {"hidden": [8], "activations": ["relu"]})


def diagnosed(page: Page) -> dict[str, Any]:
    return page.frame.header["diagnosis"] or {}


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


def test_runs_are_kept_listed_opened_and_shown_beside(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    page = Page.open(store=path).step_to(250)
    assert page.frame.header["run"] or page.say(incoming.InspectUnit(unit="")).frame.header["run"]
    page.say(incoming.Edit(values={"w1[0,0]": 0.5})).step_to(300)
    page.say(incoming.Edit(values={"w1[0,0]": 0.25}))  # no step after it: nothing to keep
    page.session.close()
    with Store(path) as store:
        names = [entry.name for entry in reversed(store.entries())]
        first, second = (store.run(name) for name in names)
    whole = kb.train("xor", steps=250, engine="jax")
    np.testing.assert_array_equal(first.losses, whole.losses)
    assert second.records[0].parameters.layers[0].weights[0, 0] == 0.5
    assert second.records[-1].number == 50

    other = Page.open(store=path).say(incoming.Runs())
    listed = next(text for text in other.texts if text["type"] == "runs")["runs"]
    assert [run["name"] for run in listed] == names[::-1]
    other.say(incoming.Open(name=names[0]), incoming.Compare(name=names[1]))
    assert (other.frame.header["step"], other.state["setting"]["data"]) == (250, "run")
    assert other.frame.header["beside"]["step"] == 50
    other.step_to(400)
    np.testing.assert_array_equal(parameters(other), flatten(kb.train("xor", steps=400, engine="jax").network))
    other.say(change(learning_rate=0.02)).step_to(410)
    again = Page.open(f"{other.state['link']}&step=410", store=path).until_rest()
    np.testing.assert_array_equal(parameters(again), parameters(other))
    for one in (other, again):
        one.session.close()
    with Store(path) as store:
        assert store.run(names[0]).records[-1].number == 400  # the same run, further
        assert len(store.entries()) >= 3
    other = Page.open(store=path).say(incoming.Open(name="nobody"))
    assert "nobody" in other.said[-1]


def test_a_run_whose_numbers_are_out_of_all_measure_is_refused_and_the_page_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    inputs = np.array([[1e307, -1e307], [0.0, 1.0]])
    with Store(path) as store:
        store.add(
            kb.train(kb.data.Dataset.from_arrays(inputs, [0, 1]), hidden=(2,), scale=1e-300, steps=0, method="loop"),
            name="huge",
        )
    page = Page.open(store=path).say(incoming.Open(name="huge"), incoming.Compare(name="huge"))
    assert [said.startswith("The data hold the number 1e+307, but") for said in page.said] == [True, True]
    assert (page.state["setting"]["data"], page.frame.header["beside"]) == ("xor", None)
    with pytest.raises(InputError, match=r"1e\+307"):
        Page.open("data=run&run=huge", store=path)


def test_a_store_that_fails_is_told_once_and_the_training_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    page = Page.open(store=path)
    path.write_bytes(b"not a store at all" * 100)
    page.step_to(200)
    assert len(page.said) == 1
    assert "runs.sqlite" in page.said[0]
    page.step_to(220)
    assert len(page.said) == 1
    assert page.frame.header["step"] == 220


def told(page: Page, kind: str) -> dict[str, Any]:
    return next(text for text in reversed(page.texts) if text["type"] == kind)


def test_a_slope_is_shown_as_it_is_measured() -> None:
    page = Page.open().step_to(30).say(change(l2=0.05, l1=0.01)).say(incoming.Slope(place="w2[4,1]"))
    answer = told(page, "slope")
    network, data = unflatten(parameters(page), (2, 8, 2)), kb.data.gate("xor")
    value = network.layers[1].weights[4, 1]
    measured = kb.slopes("central", h=0.1)(network, data)[1].layers[1].weights[4, 1]
    exact = kb.slopes("backprop")(network, data)[1].layers[1].weights[4, 1]
    assert (answer["value"], answer["method"], answer["rows"], answer["all"]) == (value, "central", 4, 4)
    assert answer["measured"] == pytest.approx(measured + 0.05 * value + 0.01 * np.clip(value, -0.1, 0.1) / 0.1, abs=1e-12)
    assert answer["exact"] == pytest.approx(exact + 0.05 * value + 0.01 * np.sign(value), abs=1e-12)
    assert (answer["above"] - answer["below"]) / 0.2 == pytest.approx(answer["measured"])


@pytest.mark.parametrize("method", ["forward", "spsa", "loop"])
def test_a_slope_is_the_one_that_the_training_moves_by(method: str) -> None:
    """With every method, on the batch and with the draw of the step; its formula gives it."""
    plain = "learning_rate=0.5&hidden=3&activations=tanh&scale=0.5"
    page = Page.open(f"data=moons&samples=10&batch_size=4&method={method}&h=0.1&l2=0.01&{plain}").step_to(2)
    before = value_at(page, "w1[1,2]")
    answer = told(page.say(incoming.Slope(place="w1[1,2]")), "slope")
    assert (answer["step"], answer["method"], answer["rows"], answer["all"]) == (2, method, 2, 10)  # what is left of ten
    moved = value_at(page.step_to(3), "w1[1,2]")
    assert answer["measured"] == pytest.approx((before - moved) / 0.5, abs=1e-12)
    above, below, drawn = answer["above"], answer["below"], answer["drawn"]
    formulas = {
        "forward": lambda: (above - below) / 0.1,
        "spsa": lambda: (above - below) / 0.2 * drawn,
        "loop": lambda: (above - below) / 0.2,
    }
    assert answer["measured"] == pytest.approx(formulas[method](), abs=1e-12)


def test_a_price_says_what_is_needed_and_what_is_made() -> None:
    page = Page.open().step_to(5).say(incoming.Price())
    answer = told(page, "price")
    assert (answer["method"], answer["step"], answer["rows"], answer["defined"], answer["made"]) == ("central", 5, 4, 84, None)
    curves = 4 * 8 + 4 * 2
    # a pair of points for every size of its inputs, 1 for the bias among them: of gates 1 only, of the second layer 8 and 1
    assert (answer["curves"], answer["points"]) == (curves, 2 * (4 * 8 * 1 + 4 * 2 * 9))
    assert min(answer[name] for name in ("evaluation", "microseconds", "backprop")) > 0
    answer = told(page.say(change(method="loop"), incoming.Price()), "price")
    assert (answer["defined"], answer["made"], answer["curves"], answer["points"]) == (84, 85, 0, 0)


def test_classes_that_come_after_values_have_their_own_loss_again() -> None:
    def table(name: str, kind: str) -> incoming.Table:
        rows = "".join(f"{row},{row % 5},{row * 2.5 if kind == 'values' else 'ab'[row % 2]}\n" for row in range(20))
        return incoming.Table(name=name, content=b64encode(f"a,b,c\n{rows}".encode()).decode())

    page = Page.open()
    for loss, chosen in (("cross-entropy", None), ("squared", "squared")):
        if chosen:
            page.say(change(loss=chosen))
        for name, kind in (("v", "values"), ("w", "values"), ("k", "classes")):
            page.say(table(f"{name}.csv", kind))
            assert page.state["setting"]["loss"] == ("squared" if kind == "values" else loss)
    page = Page.open("data=bumps&samples=20").say(change(data="moons"))  # and for whatever else follows values
    assert page.state["setting"]["loss"] == "cross-entropy"
    page = Page.open("data=bumps&samples=10").say(
        change(data="own"), incoming.DrawPoints(points=((0.0, 0.0, 1.0),), replaces=True)
    )
    page.say(change(task="classify"))
    assert (page.state["setting"]["loss"], page.said) == ("cross-entropy", [])


@pytest.mark.parametrize(
    "message",
    [
        change(learning_rate=-1),
        change(wings=2),
        change(method="guess"),
        change(data="atlantis"),
        change(optimizer="hope"),
        change(features=["x9"]),
        change(hidden=[64] * 10, data="digits"),
        change(activations=["gelu"], method="complex-step"),
        incoming.Layers(hidden=(3,), activations=("wave",)),
        incoming.Open(name="x"),
        incoming.Compare(name="x"),
        incoming.Slope(place="w1[7,7]"),
    ],
)
def test_what_can_t_be_is_explained_and_changes_nothing(message: incoming.Message) -> None:
    page = Page.open().step_to(3)
    setting, held = page.state["setting"], parameters(page)
    page.say(message)
    assert len(page.said) == 1
    assert page.state["setting"] == setting
    np.testing.assert_array_equal(parameters(page), held)
    page.step_to(5)


def test_it_speaks_both_languages() -> None:
    page = Page.open(language="ja").say(change(learning_rate=-1))
    assert "0 から 1,000,000 までの数にしてください" in page.said[0]
    page.say(incoming.Language(language="en"))
    welcome = [text for text in page.texts if text["type"] == "welcome"][-1]
    assert welcome["language"] == "en"
    assert all(choice["text"].isascii() or choice["name"].startswith("sin") for choice in welcome["choices"]["methods"])
    json.dumps(page.texts, allow_nan=False)


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


def test_messages_are_obeyed_within_the_time_of_a_turn() -> None:
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


def test_a_turn_that_lasts_keeps_nothing_from_being_kept(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    page = Page.open(store=path).step_to(250)
    with page.session._lock:  # as in a turn
        page.session.close(1.0)
    with Store(path) as store:
        (entry,) = store.entries()
        assert (entry.steps_made, entry.status) == (250, "interrupted")
    assert page.session.turn(0.01) == []


def test_what_does_not_come_to_disk_in_time_is_said(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    page = Page.open(store=path).step_to(250)
    gate = Event()
    recorder = page.session._autosave._recorder
    assert recorder is not None
    plain, recorder.end = recorder.end, lambda: gate.wait(20) and plain()  # type: ignore[method-assign,assignment]
    with pytest.raises(KoubaiError, match="could not be brought to its end in time"):
        page.session.close(0.02)
    gate.set()
    page.session.close()
