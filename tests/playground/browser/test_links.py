"""Links: they reproduce the page to the last bit; a teacher's link hides and locks."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import WebSocketRoute, expect
from tests.playground.browser.conftest import Opens
from tests.playground.browser.page_driver import SIZES, Watched


def link_of(page: Watched) -> str:
    """The page's address, once it holds what is shown."""
    page.until_rest()
    step = page.header["divergence"]["step"] if page.header["status"] == "diverged" else page.step
    page.page.wait_for_function(
        "(link) => decodeURIComponent(location.hash.slice(1)) === decodeURIComponent(link)",
        arg="&".join(filter(None, [page.state["link"], f"step={step}" if step else ""])),
        polling=50,
    )
    return page.page.url


def assert_alike(page: Watched, other: Watched) -> None:
    """All that is shown is the same, every parameter to the last bit."""
    other.until_rest(page.step)
    assert other.parameters.tobytes() == page.parameters.tobytes()
    assert other.setting == page.setting
    for name in ("loss", "penalty", "train", "test", "divergence", "status"):
        assert other.header[name] == page.header[name], name
    assert other.points == page.points
    assert np.array_equal(other.frame.arrays["field"], page.frame.arrays["field"])


def test_a_link_reproduces_the_state(opens: Opens, size: str) -> None:
    page = opens(
        "data=moons&samples=90&noise=0.25&test=0.3&data_seed=5&hidden=6;5&activations=tanh;gelu&features=x1;x2;sin(πx1)"
        "&optimizer=adam&batch_size=8&batch_seed=4&l2=0.001&h=0.0003&seed=11&scale=0.7",
        size=size,
    )
    for _ in range(3):
        page.press("ten")
    page.until_rest(30)
    page.press("back")
    page.until_rest(29)
    other = opens(link_of(page))
    assert_alike(page, other)
    assert link_of(other) == page.page.url
    for one in (page, other):
        one.press("ten")
        one.until_rest(39)
    assert_alike(page, other)


def test_a_link_after_edits_a_frozen_weight_and_other_settings(opens: Opens) -> None:
    page = opens("step=15")
    page.until_rest(15)
    page.item("w1[0,3]").focus()
    page.keys("Enter")
    value = page.labelled("slope-value", "textbox")
    value.fill("0.8125")
    value.press("Enter")
    page.until(lambda: page.parameter("w1[0,3]") == 0.8125)
    page.press("slope-freeze")
    page.until_set(frozen=["w1[0,3]"])
    page.press("ten")
    page.until_rest(25)
    page.write("rate-of-learning", "0.2")
    page.until_set(learning_rate=0.2)
    page.press("ten")
    page.until_rest(35)
    other = opens(link_of(page))
    assert_alike(page, other)
    assert other.parameter("w1[0,3]") == 0.8125


def test_a_link_of_a_divergence(opens: Opens) -> None:
    page = opens("loss=squared&learning_rate=3&activations=identity;identity;identity&hidden=8;8;8")
    page.press("play")
    page.until(lambda: page.header["divergence"] is not None)
    other = opens(link_of(page))
    assert_alike(page, other)
    other.until(lambda: other.header["divergence"] is not None)
    assert other.header["divergence"] == page.header["divergence"]


def test_a_link_holds_drawn_points(opens: Opens) -> None:
    page = opens("data=and")
    page.pick("data-set", "own")
    page.until_set(data="own")
    page.press("clear")
    plane = page.page.get_by_role("application").first
    plane.focus()
    page.keys("ArrowLeft", "Enter", "ArrowUp", "Enter")
    page.button("draw-class", name="1").click()
    plane.focus()
    page.keys("ArrowRight", "Enter")
    page.until(lambda: len(page.points["x"]) == 3)
    page.press("ten")
    page.until_rest(10)
    assert_alike(page, opens(link_of(page)))


def test_another_hash_is_another_page(opens: Opens) -> None:
    page = opens()
    page.page.evaluate("location.hash = 'data=nand&step=5'")
    page.until(lambda: page.setting["data"] == "nand")
    page.until_rest(5)


def test_the_link_is_copied(opens: Opens) -> None:
    page = opens("data=and&step=3", permissions=["clipboard-read", "clipboard-write"])
    page.until_rest(3)
    link = link_of(page)
    page.tab("take")
    page.press("copy-link")
    expect(page.page.get_by_text(page.say("copied"))).to_be_visible()
    assert page.page.evaluate("navigator.clipboard.readText()") == link


@pytest.mark.parametrize("size", SIZES, indirect=True)
def test_a_teachers_link_hides_and_locks(opens: Opens, size: str) -> None:
    teacher = opens("data=and&step=4", size=size)
    teacher.until_rest(4)
    link_of(teacher)
    teacher.press("share")
    sheet = teacher.page.get_by_role("dialog", name=teacher.say("share"))
    for group in ("data", "runs"):
        name = teacher.say(f"group-{group}")
        sheet.get_by_role("checkbox", name=teacher.say("share-hide-named", name=name), exact=True).check()
    for group in ("method", "reset", "edit"):
        name = teacher.say(f"group-{group}")
        sheet.get_by_role("checkbox", name=teacher.say("share-lock-named", name=name), exact=True).check()
    link = sheet.get_by_role("textbox", name=teacher.say("share-link")).input_value()
    teacher.keys("Escape")
    expect(sheet).to_be_hidden()

    page = opens(link, size=size)
    page.unfold()
    page.until_rest(4)
    assert page.setting["data"] == "and"
    expect(page.labelled("method", "combobox")).to_be_disabled()
    expect(page.button("reset")).to_be_disabled()
    expect(page.labelled("data-set", "combobox")).to_have_count(0)
    expect(page.page.get_by_role("tab", name=page.say("tab-runs"))).to_have_count(0)
    page.keys("r")
    page.item("1[0]").focus()
    page.keys("Enter", "ArrowUp")
    page.press("step")
    page.until_rest(5)  # neither the key for the same start nor an edit was heeded
    assert "weights=" not in page.state["link"]


def groups_of(page: Watched) -> set[str]:
    """The groups of controls that are there, whatever tab they are in."""
    found: set[str] = set()
    for tab in page.page.get_by_role("tab").all():
        tab.click()
        found |= set(page.page.evaluate("[...document.querySelectorAll('[data-group]')].map((one) => one.dataset.group)"))
    return found


def test_every_group_can_be_hidden_and_locked(opens: Opens) -> None:
    link = "data=moons&samples=20&batch_size=5&step=1"
    page = opens(link)
    known = page.page.evaluate("import('/static/wishes.js').then((wishes) => [...wishes.GROUPS])")
    there = groups_of(page)
    assert there <= set(known)
    assert {"play", "steps", "data", "draw", "features", "layers", "method", "rate", "batch", "take", "runs", "share"} <= there
    page.item("1[0]").click()
    expect(page.labelled("chosen", "complementary")).to_be_visible()

    hidden = opens(link, f"lang=en&hide={','.join(known)}")
    assert groups_of(hidden) == set()
    hidden.item("1[0]").click()
    expect(hidden.labelled("chosen", "complementary")).to_have_count(0)
    expect(hidden.page.get_by_role("table")).to_have_count(0)

    locked = opens(link, f"lang=en&lock={','.join(known)}")
    for tab in locked.page.get_by_role("tab").all():
        tab.click()
        controls = locked.page.locator("[data-group]").locator("button, input, select")
        for control in controls.all():
            expect(control).to_be_disabled()
    locked.until_rest(1)
    locked.page.locator("body").click(position={"x": 5, "y": 5})
    locked.keys("Space", "ArrowRight", "n", "r", "Home", "3", "l")
    locked.page.wait_for_timeout(200)
    assert (locked.step, locked.header["last"], locked.setting["seed"], locked.state["speed"]) == (1, 1, 0, page.state["speed"])
    expect(locked.page.locator("html")).to_have_attribute("lang", "en")


def test_hashes_are_readable(opens: Opens) -> None:
    page = opens("data=moons&step=2")
    page.until_rest(2)
    assert re.fullmatch(r"[^#]*#data=moons&step=2", link_of(page))


def test_a_link_that_cannot_be_opened_opens_the_founding_example_and_says_why(opens: Opens) -> None:
    page = opens("data=and&begin=9999999999")
    page.until_rest(0)
    assert page.setting["data"] == "xor"
    expect(page.page.get_by_text("begin can not be 9999999999")).to_be_visible()
    page.press("step")
    page.until_rest(1)


def test_a_page_that_the_server_cannot_welcome_leaves_its_link(opens: Opens) -> None:
    page = opens("data=and")
    page.breaks = True
    links: list[str] = []

    def between(socket: WebSocketRoute) -> None:
        def say(message: str | bytes) -> None:
            hello = json.loads(message)
            if hello["type"] == "hello":
                links.append(hello["link"])
            if len(links) == 1:
                socket.close(code=1011, reason="out of all measure")
            else:
                server.send(message)

        server = socket.connect_to_server()
        socket.on_message(say)

    page.page.route_web_socket(re.compile("/socket"), between)
    page.page.reload()
    expect(page.page.get_by_text("out of all measure")).to_be_visible()
    page.until(lambda: links == ["data=and", ""])
