"""What a terminal shows: colours and shades of the field, points in their cells, lines of the same width, nothing cut."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text

from koubai.locale import sentences
from koubai.pictures.theme import class_colormap
from koubai.terminal.text_pictures import (
    AXIS,
    Answers,
    Region,
    View,
    draw_answers,
    draw_curve,
    draw_region,
    field_colour,
    frame,
    region_cells,
)

EXTENT = (-1.5, 1.5, -1.5, 1.5)
POINTS, LABELS = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
JAPANESE = {
    "terminal-step": "{steps} ステップ中 {step}",
    "terminal-loss": "損失 {first} → {now}",
    "terminal-class": "クラス {label}",
    "report-answer": "答え",
    "progress-right": "{rows} 行のうち {right} 行が正解",
}
SIZES = [(59, 16), (79, 22), (99, 28), (119, 38), (199, 58)]


@pytest.fixture
def japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, text in JAPANESE.items():
        monkeypatch.setitem(sentences("en"), key, text)


def region(columns: int, rows: int, **changed: Any) -> Region:
    field = np.tile(np.linspace(0, 1, columns), (2 * rows, 1))
    made = {"extent": EXTENT, "points": POINTS, "labels": LABELS, "names": ("x1", "x2"), "classes": (0, 1)}
    return Region(field, **{**made, **changed})


def answers(rows: int = 4, features: int = 2, **changed: Any) -> Answers:
    inputs = np.arange(rows * features, dtype=float).reshape(rows, features)
    targets = [row % 2 for row in range(rows)]
    answered = [1 - targets[0], *targets[1:]]
    names = [f"x{i}" for i in range(1, features + 1)]
    made = {"names": names, "target_name": "xor", "value_name": "p(1)"}
    return Answers(inputs, targets, answered, np.linspace(0, 1, rows), **{**made, **changed})


def view(width: int, height: int, **changed: Any) -> View:
    numbers = np.arange(0, 2501, 10)
    made = {"note": "0.3 s left", "answers": answers(), "region": region(*region_cells(width, height))}
    return View(numbers, np.exp(-numbers / 1000), 5001, **{**made, **changed})


def cells_of(line: Text) -> list[tuple[str, Any]]:
    """The characters of a line, each with its style."""
    rendered = Console(width=300, force_terminal=True, color_system="truecolor").render(line)
    return [(character, part.style or Style()) for part in rendered for character in part.text if character != "\n"]


def colours(style: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return tuple(style.color.triplet), tuple(style.bgcolor.triplet)


def test_the_field_has_the_colours_of_the_pictures() -> None:
    for value in (0.0, 0.25, 0.5, 0.8, 1.0):
        assert np.allclose(field_colour(value), 255 * np.array(class_colormap()(value)[:3]), atol=2)
    assert field_colour(0)[2] > field_colour(0)[0]
    assert field_colour(1)[0] > field_colour(1)[2]
    assert min(field_colour(0.5)) > 240


def test_a_cell_holds_two_values_the_upper_one_in_front() -> None:
    field = np.array([[0.0, 0.5], [1.0, 0.5], [1.0, 0.0], [1.0, 1.0]])  # the lowest row first
    top, bottom, _ = draw_region(replace(region(2, 2), field=field, points=POINTS[:0], labels=LABELS[:0]))
    (left, right) = cells_of(top)[AXIS:]
    assert left[0] == right[0] == "▀"
    assert colours(left[1]) == (field_colour(1), field_colour(1))
    assert colours(right[1]) == (field_colour(1), field_colour(0))
    (left, right) = cells_of(bottom)[AXIS:]
    assert colours(left[1]) == (field_colour(1), field_colour(0))
    assert colours(right[1]) == (field_colour(0.5), field_colour(0.5))


@pytest.mark.parametrize("colour", [True, False])
def test_the_points_stand_where_they_are(colour: bool) -> None:
    shown = [line.plain[AXIS:] for line in draw_region(region(30, 15), colour=colour)][:15]
    places = {(x, y): shown[int((1.5 - y) / 3 * 15)][int((x + 1.5) / 3 * 30)] for x, y in POINTS}
    assert places == {(0, 0): "○", (0, 1): "■", (1, 0): "■", (1, 1): "○"}
    assert sum(line.count("○") + line.count("■") for line in shown) == 4


def test_a_point_is_darker_than_the_field_it_stands_on_and_one_outside_is_left_out() -> None:
    (line, *_) = draw_region(region(3, 1, points=np.array([[0.0, 0], [9, 0], [0, -1.6]]), labels=np.array([1, 1, 1])))
    assert line.plain[AXIS:] == "▀■▀"
    mark, ground = colours(cells_of(line)[AXIS + 1][1])
    assert ground == field_colour(0.5)
    assert sum(mark) < sum(ground) / 2


def test_without_colour_shades_tell_the_classes_and_where_they_meet() -> None:
    lines = draw_region(region(20, 2, points=POINTS[:0], labels=LABELS[:0]), colour=False)
    assert lines[0].plain[AXIS:] == "  ░░░░░░░░▓▓▓▓▓▓▓▓██"
    assert not lines[0].spans
    lines = draw_region(region(20, 3, points=np.array([[1.4, 0.1]]), labels=np.array([1])), colour=False)
    assert lines[1].plain[AXIS:] == "  ░░░░░░░░▓▓▓▓▓▓▓▓ ■"  # it stands out from its neighbours


def test_the_axes_say_where_the_whole_numbers_are() -> None:
    *rows, below = (line.plain for line in draw_region(region(30, 15, names=("あいうえおか", "高さ")), colour=False))
    assert [row[:2] for row in rows if row[:2].strip()] == [" …", " 1", " 0", "-1"]
    assert below[AXIS:][5] == "1"
    assert below[AXIS:][15] == "0"
    assert "1" not in below[AXIS + 15 :]  # it would touch the name
    assert below.endswith(" あいう…")
    assert len({cell_len(line) for line in [*rows, below]}) == 1


def test_the_curve_falls_from_the_first_loss_as_far_as_the_steps_went() -> None:
    lines = draw_curve([0, 40], [1.0, 0.0], 100, 10, 4)
    assert [len(line) for line in lines] == [10] * 4
    assert ord(lines[0][0]) & 1  # the dot at the top left
    assert ord(lines[-1][4]) & 64  # the one at the bottom, in column 8 of 0 to 19
    assert all(line[5:].strip() == "" for line in lines)
    filled = [[row for row in range(4) if lines[row][column] != " "] for column in range(5)]
    assert all(filled)
    assert filled == sorted(filled)


@pytest.mark.parametrize(
    ("losses", "steps"), [([0.0], 0), ([0.0, 0.0], 1), ([np.inf, 1.0], 1), ([np.nan], 5), ([], 5), ([1e308, 1e300], 1)]
)
def test_a_curve_of_anything(losses: list[float], steps: int) -> None:
    lines = draw_curve(range(len(losses)), losses, steps, 7, 2)
    assert [len(line) for line in lines] == [7, 7]
    assert any(line.strip() for line in lines) == bool(np.isfinite(losses).any())


def test_the_table_judges_every_row_by_sign_and_colour() -> None:
    lines = draw_answers(answers(), 40, 10)
    assert [line.plain for line in lines] == [
        "x1  x2  xor  answer       p(1)",
        " 0   1    0       1  ✗  0.0000",
        " 2   3    1       1  ✓  0.3333",
        " 4   5    0       0  ✓  0.6667",
        " 6   7    1       1  ✓  1.0000",
        "3 of 4 right",
    ]
    styles = [style.color.name for line in lines for character, style in cells_of(line) if character in "✓✗"]
    assert styles == ["red", "green", "green", "green"]


def test_a_long_table_ends_in_an_ellipsis() -> None:
    lines = [line.plain for line in draw_answers(answers(256, 8), 79, 9)]
    assert len(lines) == 9
    assert lines[-2:] == ["…", "255 of 256 right"]
    assert lines[-3].split()[:2] == ["40", "41"]
    assert len(draw_answers(answers(7, 8), 79, 9)) == 9  # all seven have room


def test_a_wide_table_keeps_what_fits_and_the_answers() -> None:
    lines = [line.plain for line in draw_answers(answers(3, 64), 40, 9)]
    assert all(cell_len(line) <= 40 for line in lines)
    assert lines[0].split()[:2] == ["x1", "x2"]
    assert lines[0].split()[-4:] == ["…", "xor", "answer", "p(1)"]
    (head, *_) = draw_answers(answers(names=("a name that is far too long", "b")), 40, 9)
    assert head.plain.startswith("a name t…  b  xor")


@pytest.mark.parametrize("colour", [True, False])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_frame_has_room_and_its_columns_are_aligned(width: int, height: int, colour: bool) -> None:
    lines = frame(view(width, height), width, height, colour=colour).split()
    assert len(lines) <= height
    assert all(line.cell_len <= width for line in lines)
    start = AXIS + region_cells(width, height)[0] + 3
    assert lines[0].plain[start:] == "step 2500 of 5001"
    assert lines[2].plain[start:] == "0.3 s left"
    text = "\n".join(line.plain[start:] for line in lines)
    assert "\n 6   7    1       1  ✓  1.0000\n3 of 4 right\n" in text
    assert "\nloss 1.000000 → 0.082085\n" in text
    bar = lines[1].plain[start:]
    assert len(bar) == width - start
    assert bar.strip("━").strip("─") == ""
    assert bar.count("━") == round(len(bar) * 2500 / 5001)


@pytest.mark.usefixtures("japanese")
@pytest.mark.parametrize("colour", [True, False])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_japanese_is_aligned_too(width: int, height: int, colour: bool) -> None:
    table = answers(names=("入力一", "入力二"), target_name="正解")
    shown = view(width, height, answers=table, region=region(*region_cells(width, height), names=("横", "縦")))
    lines = frame(shown, width, height, colour=colour).split()
    assert len(lines) <= height
    assert all(line.cell_len <= width for line in lines)
    start = AXIS + region_cells(width, height)[0] + 3
    ends = [cell_len(line.plain) for line in lines if any(sign in line.plain for sign in ("p(1)", "✓", "✗"))]
    assert len(ends) == 5
    assert len(set(ends)) == 1
    for line in lines:  # both columns of the frame begin where they should
        left, right = line.divide([_place(line, start)]) if line.cell_len > start else (line, Text())
        assert not right.plain or left.cell_len == start
    assert "クラス 1" in lines[region_cells(width, height)[1] + 1].plain or width < 70


def _place(line: Text, cells: int) -> int:
    """The place of the character that begins after so many cells."""
    return next(place for place in range(len(line) + 1) if cell_len(line.plain[:place]) >= cells)


def test_without_a_region_there_are_table_and_curve() -> None:
    shown = view(79, 22, region=None, answers=answers(256, 8, target_name="parity-8"))
    lines = [line.plain for line in frame(shown, 79, 22).split()]
    assert 18 <= len(lines) <= 22
    assert all(len(line) <= 79 for line in lines)
    assert lines[4].split()[:2] == ["x1", "x2"]
    assert "255 of 256 right" in lines
    assert "▀" not in "".join(lines)


def test_values_without_classes_have_the_curve_alone() -> None:
    lines = [line.plain for line in frame(view(79, 22, region=None, answers=None), 79, 22).split()]
    assert lines[4] == "loss 1.000000 → 0.082085"
    assert len(lines) == 5 + 12


def test_a_training_of_no_steps_is_complete() -> None:
    shown = View(np.array([0]), np.array([0.7]), 0)
    assert frame(shown, 60, 16).split()[1].plain == "━" * 60


def test_text_has_the_foreground_of_the_terminal() -> None:
    lines = frame(view(79, 22), 79, 22).split()
    start = AXIS + region_cells(79, 22)[0]
    for character, style in (cell for line in lines for cell in cells_of(line)[start:]):
        if character.isalnum():
            assert style.color is None or style.color.is_default
            assert style.bgcolor is None
