"""The course of the training: play, single steps, back, start, timeline, speed; by buttons and by keys."""

import numpy as np
import pytest
from playwright.sync_api import expect
from tests.playground.browser.conftest import Opens
from tests.playground.browser.page_driver import SIZES, Watched

from koubai.core.network import Network
from koubai.core.parameters import flatten


@pytest.mark.parametrize("size", SIZES, indirect=True)
def test_xor_is_learned_by_one_key(opens: Opens, size: str) -> None:
    page = opens(size=size)
    assert page.setting["method"] == "central"
    page.keys("Space")
    expect(page.page.get_by_text(page.say("truth-count", right=4, all=4), exact=True).first).to_be_visible()
    answers = page.page.get_by_role("table", name=page.say("truth-label")).get_by_role("row")
    expect(answers).to_have_count(5)
    for row in answers.all()[1:]:
        expect(row).to_contain_text(page.say("truth-right"))
    page.keys("Space")
    page.until_rest()
    assert page.header["train"]["accuracy"] == 1.0
    assert page.header["chosen"] == [0, 1, 1, 0]


def test_play_and_pause(page: Watched) -> None:
    page.press("play")
    page.until_beyond(0)
    page.press("pause")
    page.until_rest()
    expect(page.button("play")).to_be_visible()
    rested = page.step
    assert rested > 0
    page.page.wait_for_timeout(150)
    assert page.step == rested


def test_steps_forward_and_back(page: Watched) -> None:
    expect(page.button("back")).to_be_disabled()
    page.press("step")
    page.until_rest(1)
    first = page.parameters.copy()
    page.press("ten")
    page.until_rest(11)
    assert not np.array_equal(page.parameters, first)
    for _ in range(10):
        page.press("back")
    page.until_rest(1)
    assert np.array_equal(page.parameters, first)


def test_back_to_the_same_start_and_a_new_one(page: Watched) -> None:
    start = page.parameters.copy()
    page.press("ten")
    page.until_rest(10)
    page.press("reset")
    page.until_rest(0)
    assert np.array_equal(page.parameters, start)
    page.press("renew")
    page.until(lambda: page.setting["seed"] != 0)
    page.until_rest(0)
    network = Network.random([2, 8, 2], activation="relu", scale=0.1, seed=page.setting["seed"])
    assert np.array_equal(page.parameters, flatten(network))


def test_the_timeline_shows_any_step(page: Watched) -> None:
    for _ in range(3):
        page.press("ten")
    page.until_rest(30)
    last = page.parameters.copy()
    timeline = page.labelled("timeline-label", "slider")
    timeline.fill("7")
    page.until_rest(7)
    assert page.header["last"] == 30
    timeline.focus()
    page.keys("ArrowRight")
    page.until_rest(8)
    page.keys("PageUp")
    page.until(lambda: page.step > 8)
    page.page.keyboard.press("End")
    page.until_rest(30)
    assert np.array_equal(page.parameters, last)
    expect(timeline).to_have_attribute("aria-valuetext", page.say("timeline-value", step=30, last=30))


def test_speed(page: Watched) -> None:
    page.pick("speed", "0")
    page.until(lambda: page.state["speed"] == 0)
    page.press("play")
    page.until_rest(5001)
    assert page.header["status"] == "finished"
    expect(page.button("step")).to_be_disabled()
    page.keys("Space", "Shift+ArrowRight")  # nothing goes on by itself
    more = f"{5001:,}".replace(",", "\u2009")
    expect(page.page.get_by_role("alert").get_by_text(page.say("all-made", last=more, more=more))).to_be_visible()
    assert (page.step, page.setting["steps"]) == (5001, 5001)
    page.press("more", steps=more)
    page.until_set(steps=10002)
    page.until_rest(10002)
    page.pick("speed", "3")
    page.until(lambda: page.state["speed"] == 3)
    page.press("reset")
    page.until_rest(0)
    page.press("play")
    page.until_beyond(1)
    page.press("pause")
    page.until_rest()
    assert page.step < 50


def test_every_key(page: Watched) -> None:
    page.keys("ArrowRight")
    page.until_rest(1)
    page.keys("Shift+ArrowRight")
    page.until_rest(11)
    page.keys("ArrowLeft")
    page.until_rest(10)
    page.keys("Home")
    page.until_rest(0)
    page.keys("End")
    page.until_rest(11)
    page.keys("r")
    page.until(lambda: page.header["last"] == 0)
    page.keys("n")
    page.until(lambda: page.setting["seed"] != 0)
    for key, speed in (("1", 1), ("5", 100), ("9", 0), ("7", 1000)):
        page.keys(key)
        page.until(lambda speed=speed: page.state["speed"] == speed)  # type: ignore[misc]
    page.keys("Space")
    page.until(lambda: page.header["status"] == "playing")
    page.keys("Space")
    page.until_rest()
    root = page.page.locator("html")
    page.keys("d")
    expect(root).to_have_attribute("data-theme", "dark")
    page.keys("b")
    expect(root).to_have_attribute("data-size", "large")
    page.keys("l")
    expect(root).to_have_attribute("lang", "ja")
    page.keys("l")
    expect(root).to_have_attribute("lang", "en")
    page.item("1[2]").click()
    chosen = page.labelled("chosen", "complementary")
    expect(chosen).to_be_visible()
    page.keys("Escape")
    expect(chosen).to_be_hidden()
    page.keys("?")
    sheet = page.page.get_by_role("dialog", name=page.say("keys"))
    expect(sheet).to_contain_text(page.say("keys-ten"))
    page.keys("n", "Escape")
    expect(sheet).to_be_hidden()
    page.press("keys")
    expect(sheet).to_be_visible()


def test_keys_that_are_typed_are_left_alone(page: Watched) -> None:
    box = page.labelled("steps", "textbox")
    box.click()
    page.keys("End", "1", "r", "n", "ArrowRight")
    assert box.input_value() == "50011rn"
    page.keys("Tab")
    page.press("step")
    page.until_rest(1)
    assert page.setting["steps"] == 5001
    assert page.setting["seed"] == 0
