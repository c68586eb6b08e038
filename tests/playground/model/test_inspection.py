"""Questions: one slope, and what a step costs."""

from typing import Any

import numpy as np
import pytest
from tests.playground.fake_page import Page, change, parameters, value_at

import koubai as kb
from koubai.core.parameters import unflatten
from koubai.playground.protocol import incoming


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
