"""axe-core finds no violation of WCAG 2 A and AA: in both languages, light and dark, large and small."""

from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import expect
from tests.playground.browser.conftest import Opens, missing
from tests.playground.browser.page_driver import SIZES, Watched

from koubai.locale import LANGUAGES

AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FIND = """(values) => axe.run(document, {runOnly: {type: "tag", values}, resultTypes: ["violations"]}).then(({violations}) =>
  violations.flatMap(({id, nodes}) => nodes.map(({target, any, all, none}) =>
    `${id}: ${target.join(" ")}: ${[...any, ...all, ...none].map(({message}) => message).join("; ")}`)))"""


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.exists():
        missing("axe-core")
    return AXE.read_text(encoding="utf-8")


def found(page: Watched) -> list[Any]:
    violations: list[Any] = page.page.evaluate(FIND, RULES)
    return violations


@pytest.mark.parametrize("size", SIZES, indirect=True)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_violation(opens: Opens, size: str, theme: str, language: Literal["en", "ja"], axe: str) -> None:
    page = opens("step=40", f"lang={language}&theme={theme}", size, language=language)
    page.page.evaluate(axe)
    page.until_rest(40)
    page.item("w1[0,1]").click()
    page.unfold()
    assert found(page) == []
    page.item("1[2]").click()
    for tab in ("price", "take", "runs"):
        page.tab(tab)
        page.page.wait_for_timeout(50)
        assert found(page) == [], tab
    for dialog in ("share", "keys"):
        page.press(dialog)
        assert found(page) == [], dialog
        page.keys("Escape")


@pytest.mark.parametrize("size", SIZES, indirect=True)
def test_no_violation_where_something_is_said(opens: Opens, size: str, axe: str) -> None:
    page = opens("loss=squared&learning_rate=10&activations=gelu", size=size)
    page.page.evaluate(axe)
    page.unfold()
    page.press("play")
    page.until(lambda: page.header["divergence"] is not None)
    page.pick("method", "complex-step")
    page.until(lambda: "fault" in page.told)
    page.pick("data-set", "iris")
    page.until_set(data="iris")
    page.write("record-every", "0")
    expect(page.labelled("record-every", "textbox")).to_have_attribute("aria-invalid", "true")
    assert found(page) == []
