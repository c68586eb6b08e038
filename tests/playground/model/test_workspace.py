"""What a page works on: every change does what it says, and what can't be changes nothing."""

from base64 import b64encode
from pathlib import Path

import numpy as np
import pytest
from tests.playground.fake_page import Page, change, parameters, value_at

import koubai as kb
from koubai.core.parameters import flatten, unflatten
from koubai.experiment.metrics import loss_on
from koubai.playground.protocol import incoming
from koubai.store import Store


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


@pytest.mark.long
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


def test_points_drawn_by_hand_begin_with_those_that_are_seen() -> None:
    page = Page.open().say(change(data="own"))
    assert page.state["setting"]["data"] == "own"
    assert page.state["points"]["value"] == [0, 1, 1, 0]
    page.say(incoming.DrawPoints(points=((0.5, 0.5, 1),), replaces=True), change(data="and"), change(data="own"))
    assert page.state["points"]["value"] == [1]


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
