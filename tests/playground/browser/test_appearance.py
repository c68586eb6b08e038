"""How the page looks and speaks: languages, colours, large type, motion, what a screen reader hears."""

import re
from typing import Literal

import pytest
from playwright.sync_api import expect
from tests.playground.browser.conftest import Opens
from tests.playground.browser.page_driver import SIZES, Watched

from koubai.locale import LANGUAGES, sentence

JAPANESE = re.compile("[぀-ヿ一-鿿]")


@pytest.mark.parametrize("size", SIZES, indirect=True)
def test_the_browser_s_language_is_spoken_until_another_is_chosen(opens: Opens, size: str) -> None:
    page = opens(size=size, query="", locale="ja-JP", language="ja")
    root = page.page.locator("html")
    expect(root).to_have_attribute("lang", "ja")
    expect(page.page).to_have_title(sentence("page-title", "ja"))
    expect(page.button("play")).to_be_visible()
    page.press("other-language")
    expect(root).to_have_attribute("lang", "en")
    page.language = "en"
    expect(page.button("play")).to_be_visible()
    page.until(lambda: page.told["welcome"]["language"] == "en")
    text = page.page.locator("body").inner_text()
    assert JAPANESE.findall(text.replace(page.say("other-language"), "")) == []
    assert "lang=en" in page.page.url
    page.page.reload()
    expect(page.button("play")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_missing(opens: Opens, language: Literal["en", "ja"]) -> None:
    page = opens("data=iris&step=2", f"lang={language}", language=language)
    page.item("1[0]").click()
    for name in ("descent", "price", "take", "runs"):
        page.tab(name)
        assert not re.search(r"page-[a-z]|\{[a-z]+\}", page.page.locator("body").inner_text())


@pytest.mark.parametrize("size", SIZES, indirect=True)
def test_colours_and_large_type(opens: Opens, size: str) -> None:
    page = opens(size=size, color_scheme="dark")
    root = page.page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")
    page.press("light")
    expect(root).to_have_attribute("data-theme", "light")
    assert "theme=light" in page.page.url
    before = page.page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    page.press("large")
    expect(page.button("large")).to_have_attribute("aria-pressed", "true")
    assert page.page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") > before
    page.page.reload()
    expect(page.button("large")).to_have_attribute("aria-pressed", "true")
    expect(root).to_have_attribute("data-theme", "light")


@pytest.mark.parametrize("size", SIZES, indirect=True)
def test_nothing_is_wider_than_the_page(opens: Opens, size: str) -> None:
    page = opens("data=moons&hidden=8;8&step=2", size=size)
    for press in ("large", "other-language"):
        assert page.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        page.press(press)
    page.page.wait_for_timeout(100)
    assert page.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


DASHES = "getComputedStyle(document.querySelector('.wires')).strokeDashoffset"


def dashes(page: Watched) -> set[str]:
    """Where the dashes of the weights are, while it trains."""
    page.press("play")
    page.until_beyond(0)
    seen = set()
    for _ in range(4):
        seen.add(page.page.evaluate(DASHES))
        page.page.wait_for_timeout(60)
    page.press("pause")
    page.until_rest()
    return seen


def test_motion_is_reduced_where_that_is_wanted(opens: Opens) -> None:
    assert len(dashes(opens(reduced_motion="reduce"))) == 1
    assert len(dashes(opens(reduced_motion="no-preference"))) > 1


def test_a_screen_reader_hears_where_it_rests(opens: Opens) -> None:
    page = opens("data=or&step=3")
    page.until_rest(3)
    spoken = page.page.get_by_role("status")
    said = page.say("rest", step=3, loss=f"{page.header['loss']:.4f}")
    expect(spoken.filter(has_text=said)).to_have_count(1)
    page.press("step")
    page.until_rest(4)
    said = page.say("rest", step=4, loss=f"{page.header['loss']:.4f}")
    expect(spoken.filter(has_text=said)).to_have_count(1)
    right = page.say("truth-count", right=round(4 * page.header["train"]["accuracy"]), all=4)
    expect(spoken.filter(has_text=right)).to_have_count(1)
    plane = page.page.get_by_role("application").first
    plane.focus()
    page.keys("ArrowUp")
    expect(plane.locator("xpath=ancestor::section").locator('[aria-live="polite"]')).to_contain_text("x1")
    weight = page.item("w1[0,0]")
    expect(weight).to_have_role("slider")
    place = page.say("place-weight", source="x1", unit=page.say("place-unit", number=1, layer=1))
    expect(weight).to_have_accessible_name(place)
