"""What a page is told of its training: divergences and diagnoses, in both languages."""

import json
from typing import Any

from tests.playground.fake_page import Page, change

from koubai.playground.protocol import incoming


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


def test_it_speaks_both_languages() -> None:
    page = Page.open(language="ja").say(change(learning_rate=-1))
    assert "0 から 1,000,000 までの数にしてください" in page.said[0]
    page.say(incoming.Language(language="en"))
    welcome = [text for text in page.texts if text["type"] == "welcome"][-1]
    assert welcome["language"] == "en"
    assert all(choice["text"].isascii() or choice["name"].startswith("sin") for choice in welcome["choices"]["methods"])
    json.dumps(page.texts, allow_nan=False)
