"""What is learned: gates, sets, points drawn by hand, a file; and which features the network is given."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.playground.browser.conftest import Opens
from tests.playground.browser.page_driver import SIZES, Watched

from koubai.locale import sentence

TABLE = "height,width,kind,weight\n" + "".join(
    f"{1 + 0.1 * row:.1f},{2 - 0.05 * row:.2f},{'pear' if row % 3 else 'fig'},{row}\n" for row in range(24)
)


def counts(page: Watched) -> dict[str, int]:
    rows: dict[str, int] = page.state["data"]["rows"]
    return rows


def test_every_gate_and_set_can_be_chosen(opens: Opens) -> None:
    page = opens()
    choices = page.told["welcome"]["choices"]
    for name in ("and", "parity-3", "moons", "bumps", "wine"):
        assert name in [one["name"] for kind in ("gates", "sets") for one in choices[kind]]
        page.pick("data-set", name)
        page.until_set(data=name)
        assert page.header["step"] == 0
    options = page.labelled("data-set", "combobox").get_by_role("option")
    expect(options).to_have_count(len(choices["gates"]) + len(choices["sets"]) + 1)


def test_the_truth_table_follows_the_gate(page: Watched) -> None:
    page.pick("data-set", "nand")
    page.until_set(data="nand")
    table = page.page.get_by_role("table", name=page.say("truth-label"))
    for row, right in enumerate("1110"):
        expect(table.get_by_role("row").nth(row + 1).get_by_role("cell").nth(2)).to_have_text(right)
    heads = [head.inner_text() for head in table.get_by_role("columnheader").all()]
    assert heads == ["x1", "x2", "nand", page.say("truth-answer"), page.say("truth-share", name="1"), page.say("truth-verdict")]


def test_samples_noise_and_test_share(page: Watched) -> None:
    page.pick("data-set", "moons")
    page.until_set(data="moons")
    page.slide("samples", 120)
    page.until_set(samples=120)
    page.slide("test", 0.25)
    page.until_set(test=0.25)
    assert counts(page) == {"train": 90, "test": 30}
    expect(page.page.get_by_text(page.say("rows", train=90, test=30))).to_be_visible()
    before = page.points["x"]
    page.slide("noise", 0.3)
    page.until_set(noise=0.3)
    assert page.points["x"] != before
    tested = page.labelled("show-test", "checkbox")
    expect(tested).to_be_checked()
    tested.uncheck()
    page.labelled("discrete", "checkbox").check()
    page.slide("test", 0)
    page.until_set(test=0.0)
    expect(tested).to_be_hidden()
    assert counts(page) == {"train": 120, "test": 0}


def test_a_new_draw_and_its_seed(page: Watched) -> None:
    page.pick("data-set", "circles")
    page.until_set(data="circles", data_seed=0)
    before = page.points["x"]
    page.press("renew-data")
    page.until(lambda: page.setting["data_seed"] != 0)
    assert page.points["x"] != before
    page.write("data-seed", "0")
    page.until_set(data_seed=0)
    assert page.points["x"] == before
    assert page.setting["seed"] == 0


def test_features(page: Watched) -> None:
    square, product = page.page.get_by_label("x₁²", exact=True), page.page.get_by_label("x₁x₂", exact=True)
    product.check()
    page.until_set(features=["x1", "x2", "x1*x2"])
    assert page.state["sizes"] == [3, 8, 2]
    page.page.get_by_label("x₁", exact=True).uncheck()
    page.page.get_by_label("x₂", exact=True).uncheck()
    page.until_set(features=["x1*x2"])
    expect(product).to_be_disabled()  # the last one stays
    square.check()
    page.until_set(features=["x1^2", "x1*x2"])
    page.press("ten")
    page.until_rest(10)


def test_start_seed_and_scale(page: Watched) -> None:
    first = page.parameters.copy()
    page.write("seed", "7")
    page.until_set(seed=7)
    assert (page.parameters != first).any()
    page.press("renew-start")
    page.until(lambda: page.setting["seed"] != 7)
    page.write("seed", "0")
    page.until_set(seed=0)
    page.write("scale", "0.2")
    page.until_set(scale=0.2)
    weights = page.parameters[:16]
    assert weights == pytest.approx(2 * first[:16])
    page.pick("init", "xavier")
    page.until_set(init="xavier")
    assert (page.parameters[:16] != weights).any()


@pytest.mark.parametrize("size", SIZES, indirect=True)
def test_points_are_drawn_and_erased(page: Watched) -> None:
    page.pick("data-set", "own")
    page.until_set(data="own")
    assert page.points["value"] == [0, 1, 1, 0]  # what was seen
    page.press("clear")
    hint = page.page.get_by_text(page.say("cleared"), exact=True)
    expect(hint).to_be_visible()
    for key in ("play", "step"):
        expect(page.button(key)).to_be_disabled()
    page.keys("ArrowRight")  # there is nothing to learn from
    expect(page.page.get_by_text(page.say("cleared-rows"))).to_be_visible()
    expect(page.page.get_by_text(page.say("cleared-none"))).not_to_have_count(0)
    expect(page.page.get_by_role("table", name=page.say("confusion-label"))).to_have_count(0)
    assert page.step == 0
    page.press("clear-undo")
    expect(hint).to_be_hidden()
    expect(page.page.get_by_role("table", name=page.say("confusion-label"))).to_be_visible()
    page.press("clear")
    plane = page.page.get_by_role("application").first
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    assert box is not None
    left, top = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    draw = page.page.get_by_role("group", name=page.say("draw")).get_by_role("button")
    if draw.first.get_attribute("aria-pressed") != "true":
        draw.first.click()
    page.page.mouse.click(left, top)
    page.until(lambda: page.points["value"] == [0.0])
    expect(hint).to_be_hidden()
    expect(page.button("play")).to_be_enabled()
    draw.nth(1).click()
    expect(draw.nth(1)).to_have_attribute("aria-pressed", "true")
    page.page.mouse.move(left + 30, top)
    page.page.mouse.down()
    page.page.mouse.move(left + 70, top + 20, steps=6)
    page.page.mouse.up()
    page.until(lambda: len(page.points["x"]) >= 3)
    page.page.wait_for_timeout(100)
    drawn = len(page.points["x"])
    assert page.points["value"] == [0.0, *[1.0] * (drawn - 1)]
    assert min(page.points["x"][1:]) > page.points["x"][0]
    draw.nth(2).click()
    plane.focus()
    page.keys("ArrowUp", "Enter")  # a third class, by keys, from the middle
    page.until(lambda: len(page.points["x"]) == drawn + 1)
    assert page.state["data"]["classes"] == ["0", "1", "2"]
    page.press("erase")
    page.page.mouse.click(left, top)
    page.until(lambda: len(page.points["x"]) < drawn + 1)
    plane.focus()
    page.keys("ArrowUp", "Enter")
    page.until(lambda: 2.0 not in page.points["value"])
    page.keys("Escape", "Escape")
    expect(page.button("erase")).to_have_attribute("aria-pressed", "false")


def test_values_are_drawn(opens: Opens) -> None:
    page = opens("data=bumps&samples=20")
    page.button("draw-value").click()
    page.slide("draw-value", -0.5)
    plane = page.page.get_by_role("application").first
    plane.focus()
    page.keys("ArrowLeft", "Enter")
    page.until(lambda: len(page.points["x"]) == 21)
    assert page.points["value"][-1] == -0.5
    assert page.state["data"]["task"] == "regress"
    page.press("ten")
    page.until_rest(10)
    assert page.header["train"]["r2"] is not None


def test_a_file_is_opened_and_its_target_chosen(page: Watched, tmp_path: Path) -> None:
    file = tmp_path / "fruit.csv"
    file.write_text(TABLE)
    with page.page.expect_file_chooser() as chooser:
        page.press("file")
    chooser.value.set_files(file)
    page.until(lambda: page.state["data"]["kind"] == "table")
    assert page.state["data"]["target"] == "weight"
    page.pick("target", "kind")
    page.until(lambda: page.state["data"]["target"] == "kind" and page.is_settled)
    assert page.state["data"]["classes"] == ["fig", "pear"]
    assert page.state["data"]["columns"] == ["height", "width", "kind", "weight"]
    page.press("ten")
    page.until_rest(10)


DROP = """([name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name));
  for (const kind of ["dragenter", "dragover", "drop"])
    document.querySelector("main").dispatchEvent(new DragEvent(kind, {dataTransfer: carried, bubbles: true, cancelable: true}));
}"""


def test_a_file_is_dropped(opens: Opens) -> None:
    page = opens()
    page.page.evaluate(DROP, ["果物.csv", TABLE])
    page.until(lambda: page.state["data"]["kind"] == "table")
    assert page.state["data"]["name"] == "果物.csv"
    page.page.evaluate(DROP, ["nothing.csv", ""])
    expect(page.page.get_by_role("alert").get_by_text("nothing.csv")).to_be_visible()
    page.page.evaluate(DROP, ["large.csv", "x" * (2**21 + 1)])
    said = page.say("file-large", name="large.csv", most="2.0")
    expect(page.page.get_by_role("alert").get_by_text(said)).to_be_visible()
    assert page.state["data"]["name"] == "果物.csv"


def test_more_than_two_classes_have_a_confusion_matrix(page: Watched) -> None:
    page.pick("data-set", "iris")
    page.until_set(data="iris")
    page.press("step")
    page.until_rest(1)
    table = page.page.get_by_role("table", name=page.say("confusion-label"))
    shown = [[int(cell.inner_text()) for cell in row.get_by_role("cell").all()] for row in table.get_by_role("row").all()[1:]]
    assert shown == page.header["test"]["confusion"]
    page.page.get_by_role("button", name=page.say("curves-train"), exact=True).click()
    expect(table.get_by_role("row").nth(1).get_by_role("cell").first).to_have_text(str(page.header["train"]["confusion"][0][0]))


def test_a_link_that_cannot_be_read_is_said(opens: Opens) -> None:
    page = opens("data=nonsense")
    page.until(lambda: "fault" in page.told)
    text = page.told["fault"]["text"]
    assert "nonsense" in text
    expect(page.page.get_by_role("alert").get_by_text(text)).to_be_visible()
    assert page.setting["data"] == "xor"
    assert sentence("page-title", "en") == page.page.title()
