"""Kept runs: opened again from the list, or laid beside."""

import numpy as np
from playwright.sync_api import expect
from tests.playground.browser.conftest import Opens

from koubai.locale import sentence


def test_runs_are_listed_opened_and_laid_beside(opens: Opens, size: str) -> None:
    page = opens("data=nor&learning_rate=0.1&record_every=20&steps=200", size=size)
    page.press("play")
    page.until_rest(200)
    page.until(lambda: page.header["run"] != "")
    name, learned, loss = page.header["run"], page.parameters.copy(), page.header["loss"]

    other = opens("data=nor&seed=3&step=30", size=size)
    other.until_rest(30)
    other.tab("runs")
    other.button("run-beside-named", name=name).or_(
        other.page.get_by_role("row").filter(has_text=name).get_by_role("button", name=other.say("run-beside"), exact=True)
    ).first.click()
    other.until(lambda: other.state["beside"] is not None and other.header["beside"] is not None and other.is_settled)
    assert other.state["beside"]["name"] == name
    assert other.header["beside"]["loss"] == loss
    expect(other.page.get_by_text(other.say("beside-run", name=name)).first).to_be_visible()
    expect(other.page.get_by_text(other.say("field-this"), exact=True)).to_be_visible()
    other.press("beside-end")
    other.until(lambda: other.state["beside"] is None)
    expect(other.page.get_by_text(other.say("field-this"), exact=True)).to_be_hidden()
    row = other.page.get_by_role("row").filter(has=other.page.get_by_role("rowheader", name=name, exact=True))
    row.get_by_role("button", name=other.say("run-open")).click()
    other.until_set(data="run")
    other.until_rest(200)
    assert np.array_equal(other.parameters, learned)
    expect(row).to_have_attribute("aria-current", "true")
    expect(row).to_contain_text(sentence("status-finished", "en"))
    other.press("more", steps="1\u2009000")
    other.until_beyond(200)
    other.press("pause")
    other.until_rest()
    assert other.header["run"] == name
    expect(row).to_contain_text(sentence("status-paused", "en"))
    rested = other.step
    other.labelled("timeline-label", "slider").fill("20")
    other.until_rest(20)
    other.tab("descent")
    other.write("rate-of-learning", "0.2")
    left = sentence("page-left-kept", "en", step="20", last=f"{rested:,}", name=name)
    expect(other.page.get_by_role("alert").get_by_text(left)).to_be_visible()
