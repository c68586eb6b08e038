"""A connection that breaks: the page comes back by itself, and goes on where it was."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from tests.playground.browser.conftest import Opens, playing
from tests.playground.server_fixture import Spoiled, spoiled


def test_a_server_that_comes_back(opens: Opens, tmp_path: Path) -> None:
    store = tmp_path / "runs" / "runs.sqlite"
    store.parent.mkdir()
    with playing(store) as (address, process):
        page = opens("data=and&learning_rate=0.05", at=address)
        page.breaks = True
        page.press("ten")
        page.until_rest(10)
        bias = page.parameter("b2[1]")
        page.item("b2[1]").focus()
        page.keys("PageUp")
        page.until(lambda: page.parameter("b2[1]") > bias + 0.9 and page.is_settled)
        page.press("step")
        page.until_rest(11)
        before, setting = page.parameters.copy(), page.setting
        process.kill()
        expect(page.page.get_by_role("alert").get_by_text(page.say("lost"))).to_be_visible()
    first = page.told.pop("welcome")["session"]
    with playing(store, urlsplit(address).port or 0):
        page.until(lambda: "welcome" in page.told)
        assert page.told["welcome"]["session"] != first
        page.until_rest(11)
        assert page.parameters.tobytes() == before.tobytes()
        assert page.setting == setting
        expect(page.page.get_by_text(page.say("lost"))).to_be_hidden()
        page.press("step")
        page.until_rest(12)


def test_a_connection_that_is_cut(opens: Opens) -> None:
    page = opens("data=and")
    page.breaks = True
    page.press("play")
    page.until_beyond(20)
    key = page.told.pop("welcome")["session"]
    page.page.evaluate("sockets.at(-1).close()")
    page.until(lambda: "welcome" in page.told)
    assert page.told["welcome"]["session"] == key
    assert page.told["welcome"]["resumed"]
    page.until_rest()
    rested = page.step
    assert rested > 20
    page.press("back")
    page.until_rest(rested - 1)


def test_a_session_goes_on_in_one_window_only(opens: Opens) -> None:
    page = opens("data=or&step=7")
    page.until_rest(7)
    key = page.told["welcome"]["session"]
    page.page.evaluate(
        """(session) => new Promise((done) => {
          const other = new WebSocket(location.href.replace(/^http/, "ws").replace(/\\/[^/]*$/, "/socket"));
          other.onopen = () => other.send(JSON.stringify({type: "hello", version: 1, session}));
          other.onmessage = done;
        }).then(() => null)""",
        key,
    )
    alert = page.page.get_by_role("alert").filter(has_text=page.say("closed-4001"))
    expect(alert).to_be_visible()
    alert.get_by_role("button", name=page.say("reload")).click()
    expect(alert).to_be_hidden()
    page.until(lambda: page.told["welcome"]["session"] != key)
    page.until_rest(7)
    assert re.search("data=or", page.page.url)


@pytest.mark.parametrize("how", ["fails", "refuses", "fault", "fails-later"])
def test_a_link_that_the_server_cannot_show_is_given_up(opens: Opens, how: Spoiled) -> None:
    """The page says why, and opens on the founding example: it is never blank, nor comes back for ever."""
    with spoiled(how) as (address, hellos):
        page = opens(f"{address}?lang=en#seed=5", waits=False)
        page.breaks = True
        expect(page.page.get_by_role("alert").get_by_text("the reason")).to_be_visible()
        expect(page.page.get_by_role("main")).to_have_attribute("aria-busy", "false")
        page.until(lambda: page.frames and hellos[-1] == "")
        page.until(lambda: "#" not in page.page.url)
        assert len(hellos) <= 4
        page.press("step")
        page.until_rest(1)


def test_a_server_that_says_nothing_is_waited_for_with_a_word(opens: Opens) -> None:
    with spoiled("silent") as (address, _):
        page = opens(f"{address}?lang=en#seed=5", waits=False)
        expect(page.page.get_by_role("alert").get_by_text(page.say("opening"))).to_be_visible()
        page.press("open-example")
        expect(page.page.get_by_role("alert").get_by_text(page.say("link-silent"))).to_be_visible()
        page.until(lambda: page.frames)
