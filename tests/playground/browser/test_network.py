"""The network: layers, units, activations; weights and biases that are read, edited, dragged, frozen and cut."""

import re
from itertools import pairwise
from unicodedata import normalize

import numpy as np
import pytest
from playwright.sync_api import Locator, expect
from tests.playground.browser.conftest import Opens
from tests.playground.browser.page_driver import SIZES, Watched

import koubai as kb


def loss_of(page: Watched) -> float:
    """What koubai computes for the network that is shown."""
    return float(kb.slopes("backprop")(page.network(), kb.data.gate("xor"))[0])


def test_layers_and_units(page: Watched) -> None:
    page.press("layer-more")
    page.until_set(hidden=[8, 8])
    page.press("unit-less", number=2)
    page.until_set(hidden=[8, 7])
    page.press("unit-more", number=1)
    page.until_set(hidden=[9, 7], activations=["relu", "relu"])
    page.pick("activation-of", "tanh", number=2)
    page.until_set(activations=["relu", "tanh"])
    assert page.state["sizes"] == [2, 9, 7, 2]
    page.press("step")
    page.until_rest(1)
    for left in ([9], []):
        page.press("layer-less")
        page.until_set(hidden=left)
    expect(page.button("layer-less")).to_be_disabled()
    assert page.state["sizes"] == [2, 2]


def test_a_change_of_activation_keeps_the_weights(page: Watched) -> None:
    page.press("ten")
    page.until_rest(10)
    learned = page.parameters.copy()
    page.pick("activation-of", "gelu", number=1)
    page.until_set(activations=["gelu"])
    assert np.array_equal(page.parameters, learned)
    assert page.step == 10
    assert page.header["loss"] == pytest.approx(loss_of(page), abs=1e-9)


def test_an_edited_parameter_gives_the_loss_that_koubai_computes(opens: Opens) -> None:
    page = opens("step=20")
    page.until_rest(20)
    for place, number in (("w1[1,4]", "1.25"), ("b1[3]", "−0.37"), ("w2[5,1]", "２．５"), ("b2[1]", "-1e-3")):
        page.item(place).focus()
        page.keys("Enter")
        page.until(lambda place=place: page.told.get("slope", {}).get("place") == place)  # type: ignore[misc]
        value = page.labelled("slope-value", "textbox")
        value.fill(number)
        value.press("Enter")
        wanted = float(normalize("NFKC", number).replace("−", "-"))
        page.until(lambda place=place, wanted=wanted: page.parameter(place) == wanted and page.is_settled)  # type: ignore[misc]
        assert page.step == 20
        assert page.header["loss"] == pytest.approx(loss_of(page), abs=1e-9)
    expect(page.page.get_by_role("definition").filter(has_text=f"{page.header['loss']:.4f}").first).to_be_visible()
    value = page.labelled("slope-value", "textbox")
    for wrong in ("2e30", "1e400", "--1", "eins", ""):  # nothing of it is sent, and the field says what may be written
        value.fill(wrong)
        value.press("Enter")
        expect(value).to_have_attribute("aria-invalid", "true")
        expect(value).to_have_accessible_description(re.compile("1e30"))
    value.press("Escape")
    expect(value).to_have_value("−0.0010000")
    page.press("ten")
    page.until_rest(30)
    assert "fault" not in page.told


def test_the_slope_of_a_chosen_parameter(opens: Opens) -> None:
    page = opens("step=20")
    page.until_rest(20)
    page.item("w2[0,1]").click()
    page.until(lambda: page.told.get("slope", {}).get("place") == "w2[0,1]")
    told = page.told["slope"]
    _, gradient = kb.slopes("central", h=0.1)(page.network(), kb.data.gate("xor"))
    assert told["measured"] == pytest.approx(float(gradient.layers[1].weights[0, 1]), abs=1e-9)
    assert told["step"] == 20
    assert told["exact"] != told["measured"]
    chosen = page.labelled("chosen", "complementary")
    expect(chosen).to_contain_text(page.say("slope-rows", method="central", step=20, rows=4, all=4))
    page.pick("method", "spsa")
    page.write("batch", "3")
    said = page.say("slope-batch", method="SPSA", step=20, rows=3, all=4)
    expect(chosen).to_contain_text(said)
    assert page.told["slope"]["drawn"] in (-1, 1)
    page.press("slope-freeze")
    expect(chosen).to_contain_text(page.say("slope-frozen"))


@pytest.mark.parametrize("size", SIZES, indirect=True)
def test_a_parameter_is_dragged(page: Watched) -> None:
    band = page.item("b1[2]")
    band.scroll_into_view_if_needed()
    before = page.parameter("b1[2]")
    box = band.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x, y - 50, steps=4)
    page.page.mouse.up()
    page.until(lambda: page.parameter("b1[2]") == pytest.approx(before + 1.0) and page.is_settled)
    assert page.header["loss"] == pytest.approx(loss_of(page), abs=1e-9)
    held = page.parameter("b1[2]")
    for undo in ("Escape", "the browser takes it"):  # what is given up on the way is as it was before
        page.page.mouse.move(x, y)
        page.page.mouse.down()
        page.page.mouse.move(x, y - 30, steps=3)
        page.until(lambda: page.parameter("b1[2]") > held + 0.5)
        if undo == "Escape":
            page.keys("Escape")
        else:
            page.page.evaluate("document.querySelector('.network-stage').releasePointerCapture(1)")
        page.page.mouse.move(x, y - 90, steps=3)
        page.page.mouse.up()
        page.until(lambda: page.parameter("b1[2]") == held)
    expect(page.item("b1[2]")).to_have_attribute("aria-valuetext", re.compile(r"^1\.0"))
    assert page.parameter("b1[2]") == held


def swipe(page: Watched, item: Locator, across: int, down: int) -> None:
    """A finger that goes over it, as the browser has it: it may scroll the page."""
    page.page.evaluate("scrollTo(0, 0)")
    item.scroll_into_view_if_needed()
    box = item.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.page.context.new_cdp_session(page.page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for part in range(1, 9):
        moved = {"x": x + across * part / 8, "y": y + down * part / 8}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [moved]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    touch.detach()


@pytest.mark.parametrize("size", ["390x844"], indirect=True)
def test_a_finger_that_scrolls_changes_nothing(page: Watched) -> None:
    page.press("ten")
    page.until_rest(10)
    before, setting = page.parameters.copy(), page.setting
    for place in ("w1[0,3]", "b1[2]", "1[4]"):
        at = page.page.evaluate("document.scrollingElement.scrollTop")
        swipe(page, page.item(place), 0, -100)
        page.page.wait_for_function("(at) => document.scrollingElement.scrollTop !== at", arg=at, polling=20)
    expect(page.labelled("chosen", "complementary")).to_have_count(0)
    page.item("b1[2]").tap()
    expect(page.labelled("slope-value", "textbox")).to_be_visible()  # a tap chooses
    page.button("close").first.click()
    page.button("draw-class", name="0").click()
    plane = page.page.get_by_role("application").first
    sliders = [page.labelled(key, "slider") for key in ("timeline-label", "h", "rate-of-learning", "l1")]
    for over in (plane, *sliders):
        swipe(page, over, 0, -100)
    page.press("step")
    page.until_rest(11)
    assert page.setting == setting
    swipe(page, page.labelled("timeline-label", "slider"), -60, 0)  # along it slides
    page.until(lambda: page.step < 11)
    plane.scroll_into_view_if_needed()
    plane.tap()
    page.until(lambda: page.setting["data"] == "own")
    assert len(page.points["x"]) == 5  # the tap's
    swipe(page, plane, -120, 0)
    page.until(lambda: len(page.points["x"]) > 7)  # across it draws
    assert before.shape == page.parameters.shape


def test_a_parameter_is_frozen_and_cut(page: Watched) -> None:
    page.item("b2[0]").click()
    page.press("slope-freeze")
    page.until_set(frozen=["b2[0]"])
    expect(page.button("slope-freeze")).to_have_attribute("aria-pressed", "true")
    kept = page.parameter("b2[0]")
    page.press("ten")
    page.until_rest(10)
    assert page.parameter("b2[0]") == kept
    assert page.parameter("b2[1]") != 0
    page.press("slope-freeze")
    page.until_set(frozen=[])
    page.press("ten")
    page.until_rest(20)
    assert page.parameter("b2[0]") != kept
    kept = page.parameter("b2[0]")
    page.press("slope-cut")
    page.until_set(cut=["b2[0]"])
    expect(page.button("slope-cut")).to_have_attribute("aria-pressed", "true")
    assert page.parameter("b2[0]") == 0
    page.press("step")
    page.until_rest(21)
    assert page.parameter("b2[0]") == 0
    expect(page.item("b2[0]")).to_have_attribute("aria-valuetext", page.say("network-cut"))
    page.press("slope-cut")
    page.until_set(cut=[])
    assert page.parameter("b2[0]") == kept
    page.press("slope-cut")
    page.until_set(cut=["b2[0]"])
    page.press("reset")
    page.until_rest(0)
    expect(page.button("slope-cut")).to_have_attribute("aria-pressed", "true")


def test_a_unit_is_cut(page: Watched) -> None:
    page.item("1[5]").click()
    chosen = page.labelled("chosen", "complementary")
    expect(chosen.get_by_role("heading")).to_have_text(page.say("place-unit", number=6, layer=1))
    expect(chosen.get_by_role("listitem")).to_have_count(3)
    page.press("slope-cut")
    page.until(lambda: sorted(page.setting["cut"]) == ["w2[5,0]", "w2[5,1]"] and page.is_settled)
    assert page.parameter("w2[5,0]") == page.parameter("w2[5,1]") == 0
    expect(page.button("slope-cut")).to_have_attribute("aria-pressed", "true")
    chosen.get_by_role("listitem").first.get_by_role("button").click()
    expect(chosen.get_by_role("heading")).to_have_text(page.say("place-bias", unit=page.say("place-unit", number=6, layer=1)))
    chosen.get_by_role("button", name=page.say("close"), exact=True).click()
    expect(chosen).to_be_hidden()


def test_the_network_by_keys(opens: Opens) -> None:
    page = opens()
    page.item("1[0]").focus()
    page.keys("ArrowDown", "ArrowRight", "Enter")
    bias = page.item("b2[1]")
    expect(bias).to_be_focused()
    page.keys("ArrowUp", "Shift+ArrowUp", "PageUp")
    page.until(lambda: page.parameter("b2[1]") > 0)
    page.keys("ArrowRight")
    expect(page.item("w2[0,1]")).to_be_focused()
    before = page.parameter("w2[0,1]")
    page.keys("PageDown")
    page.until(lambda: page.parameter("w2[0,1]") == pytest.approx(before - 1, abs=1e-4))
    page.keys("f")
    page.until_set(frozen=["w2[0,1]"])
    held = page.parameter("w2[0,1]")
    page.keys("Delete")
    page.until(lambda: page.parameter("w2[0,1]") == 0)
    page.keys("Delete")
    page.until(lambda: page.parameter("w2[0,1]") == held)
    page.keys("Escape")
    expect(page.item("2[1]")).to_be_focused()
    assert page.step == 0


def test_pointing_at_a_unit_enlarges_it(opens: Opens) -> None:
    page = opens("step=50")
    page.until_rest(50)
    page.item("1[2]").hover()
    page.until(lambda: page.state["look"] == "1[2]" or "look" in page.frame.arrays)
    expect(page.page.locator("main").get_by_text(page.say("place-unit", number=3, layer=1), exact=True)).to_be_visible()
    assert page.frame.arrays["look"].shape == (96, 96)
    page.page.get_by_role("heading", name=page.say("curves"), exact=True).hover()
    page.until(lambda: "look" not in page.frame.arrays)


def test_weights_of_a_longer_network_are_all_there(opens: Opens) -> None:
    page = opens("data=blobs&hidden=12;12&activations=tanh;tanh")
    sizes = page.state["sizes"]
    weights = sum(inputs * units for inputs, units in pairwise(sizes))
    expect(page.page.locator('[data-item^="w"]')).to_have_count(weights)
    expect(page.page.locator('[data-item^="b"]')).to_have_count(sum(sizes[1:]))
