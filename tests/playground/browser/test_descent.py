"""How it is learned: method, h, optimizer, learning rate, loss, penalties, batches, steps; curves, price, and a divergence."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from tests.playground.browser.conftest import Opens
from tests.playground.browser.page_driver import Watched


def test_method_and_h(page: Watched) -> None:
    page.press("ten")
    page.until_rest(10)
    learned = page.parameters.copy()
    for method in ("forward", "backprop", "spsa", "complex-step"):
        page.pick("method", method)
        page.until_set(method=method)
        if method == "backprop":
            expect(page.labelled("h", "slider")).to_be_disabled()
    page.pick("method", "central")
    page.until_set(method="central")
    page.write("h", "0.03")
    page.until_set(h=0.03)
    page.slide("h", 0)
    page.until_set(h=1e-12)
    page.labelled("h", "slider").press("ArrowRight")
    page.until_set(h=2e-12)
    assert np.array_equal(page.parameters, learned)
    assert page.step == 10
    page.press("step")
    page.until_rest(11)


def test_optimizer_rate_loss_and_penalties(page: Watched) -> None:
    page.pick("optimizer", "adam")
    page.until_set(optimizer="adam")
    page.write("rate-of-learning", "0.5")
    page.until_set(learning_rate=0.5)
    page.labelled("rate-of-learning", "slider").press("ArrowLeft")
    page.until(lambda: page.setting["learning_rate"] < 0.5)
    page.pick("loss-function", "squared")
    page.until_set(loss="squared")
    assert page.header["penalty"] == 0
    page.write("l1", "0.001")
    page.until_set(l1=0.001)
    page.write("l2", "0.01")
    page.until_set(l2=0.01)
    numbers = page.parameters
    weights = np.concatenate([numbers[:16], numbers[24:40]])
    assert page.header["penalty"] == pytest.approx(0.001 * np.abs(weights).sum() + 0.005 * (weights**2).sum(), abs=1e-9)
    expect(page.page.get_by_text(page.say("loss-penalty"), exact=True)).to_be_visible()
    page.press("step")
    page.until_rest(1)


def test_batches_steps_and_records(page: Watched) -> None:
    page.pick("data-set", "moons")
    page.until_set(data="moons")
    page.write("batch", "7")
    page.until_set(batch_size=7)
    page.press("renew-batches")
    page.until(lambda: page.setting["batch_seed"] != 0)
    page.write("batch-seed", "3")
    page.until_set(batch_seed=3)
    page.write("steps", "40")
    page.until_set(steps=40)
    page.write("record-every", "10")
    page.until_set(record_every=10)
    page.press("play")
    page.until_rest(40)
    assert page.header["status"] == "finished"
    page.until(lambda: "records" in page.frame.arrays or page.step)
    page.write("batch", "")
    page.until_set(batch_size=None)
    page.write("batch", "many")
    expect(page.labelled("batch", "textbox")).to_have_attribute("aria-invalid", "true")
    assert page.setting["batch_size"] is None
    page.labelled("batch", "textbox").press("Escape")
    expect(page.labelled("batch", "textbox")).to_have_value("")


def test_the_loss_curve_is_read(page: Watched) -> None:
    page.press("ten")
    page.until_rest(10)
    scale = page.button("curves-logarithmic")
    scale.click()
    expect(scale).to_have_attribute("aria-pressed", "true")
    curve = page.page.locator('[aria-roledescription="curve"]')
    curve.focus()
    page.keys("ArrowLeft")
    expect(curve.locator("..").get_by_text(page.say("curves-at", step=9))).not_to_have_count(0)
    assert page.step == 10  # the key has read the curve, and has not gone back
    scale.click()
    expect(scale).to_have_attribute("aria-pressed", "false")


def test_the_price(page: Watched) -> None:
    page.press("ten")
    page.until_rest(10)
    page.tab("price")
    page.until(lambda: "price" in page.told)
    told = page.told["price"]
    parameters = len(page.parameters)
    assert told["defined"] == 2 * parameters
    assert page.header["defined"] == 10 * 2 * parameters
    panel = page.page.get_by_role("tabpanel")
    expect(panel).to_contain_text(f"{10 * 2 * parameters:,}".replace(",", "\u2009"))
    expect(panel).to_contain_text(page.say("price-made-curves", points=told["points"], curves=told["curves"]))
    page.press("price-measure")
    page.until(lambda: page.told["price"] is not told)
    expect(panel.get_by_role("status")).not_to_be_empty()


@pytest.mark.parametrize(
    ("setting", "rate"), [("activations=identity;identity;identity&hidden=8;8;8", 3), ("activations=relu", 10)]
)
def test_a_divergence_is_explained_and_its_remedy_works(opens: Opens, size: str, setting: str, rate: float) -> None:
    """Once the loss is no number any more; once it is a huge one, at which measured slopes are lost among the digits."""
    page = opens(f"loss=squared&{setting}", size=size)
    page.write("rate-of-learning", f"{rate}")
    page.until_set(learning_rate=rate)
    page.press("play")
    page.until(lambda: page.header["divergence"] is not None and page.is_settled)
    told = page.header["divergence"]
    alert = page.page.get_by_role("alert").filter(has_text=told["text"])
    expect(alert).to_be_visible()
    assert told["learning_rate"] < rate
    while page.header["divergence"] is not None:
        lower = page.header["divergence"]["learning_rate"]
        page.page.get_by_role("button", name=page.say("remedy", rate=f"{lower:g}")).press("Enter")
        page.until_set(learning_rate=lower)
        page.until(lambda: page.is_settled and (page.header["divergence"] is not None or page.header["step"] > 1000))
    expect(alert).to_be_hidden()
    page.press("pause")
    page.until_rest()
    assert page.header["loss"] < 1


def test_what_cannot_be_is_said(opens: Opens) -> None:
    page = opens("activations=gelu")
    page.pick("method", "complex-step")
    page.until(lambda: "fault" in page.told)
    alert = page.page.get_by_role("alert").filter(has_text=page.told["fault"]["text"])
    expect(alert).to_be_visible()
    expect(page.labelled("method", "combobox")).to_have_value("central")
    alert.get_by_role("button", name=page.say("close")).click()
    expect(alert.get_by_text(page.told["fault"]["text"])).to_be_hidden()


def test_a_number_that_cannot_be_is_refused_in_its_field(opens: Opens) -> None:
    """Each with the sentence that says what may be written; nothing of it is sent, and the connection stays."""
    page = opens("batch_size=3")
    wrong = {
        "record-every": ["0", "1.5", "", "1e400", "1000001", "--1", "zehn"],
        "rate-of-learning": ["-1", "2e6", "1,000", "NaN", "Infinity", "0x10"],
        "h": ["0", "1e7"],
        "seed": ["4294967296", "-1"],
        "batch-seed": ["１２，３"],
        "steps": ["1e9"],
        "scale": ["101"],
        "l1": ["-0.1"],
        "l2": ["eins"],
        "batch": ["5001", "0"],
    }
    for key, texts in wrong.items():
        box = page.labelled(key, "textbox")
        held = box.input_value()
        for text in texts:
            page.write(key, text)
            expect(box).to_have_attribute("aria-invalid", "true")
            expect(box).to_have_accessible_description(re.compile("write|written"))
        box.press("Escape")
        expect(box).to_have_value(held)
        expect(box).not_to_have_attribute("aria-invalid", "true")
    setting = page.setting
    right = {
        "rate-of-learning": ("０，０２", 0.02),
        "steps": ("1,000", 1000),
        "h": (".05", 0.05),
        "seed": ("１２", 12),
        "l2": ("1e-3", 0.001),
    }
    names = {"rate-of-learning": "learning_rate"}
    for key, (text, value) in right.items():
        page.write(key, text)
        page.until_set(**{names.get(key, key): value})
    assert "fault" not in page.told
    kept = set(setting) - {"learning_rate", "steps", "h", "seed", "l2"}
    assert {name: page.setting[name] for name in kept} == {name: setting[name] for name in kept}
