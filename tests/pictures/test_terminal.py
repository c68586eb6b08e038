"""What a terminal shows: colours and shades of the field, points in their cells, lines of the same width, nothing cut."""

from typing import Any

import numpy as np
import pytest
from rich.console import Console
from rich.segment import Segment
from rich.text import Text

from koubai.locale import sentences
from koubai.pictures.style import FIELD as PICTURES_FIELD
from koubai.pictures.terminal import (
    AXIS,
    Answers,
    Region,
    View,
    draw_region,
    field_colour,
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
    return [(character, part.style) for part in Segment.strip_links(rendered) for character in part.text if character != "\n"]


def colours(style: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return tuple(style.color.triplet), tuple(style.bgcolor.triplet)


def test_the_field_has_the_colours_of_the_pictures() -> None:
    for value in (0.0, 0.25, 0.5, 0.8, 1.0):
        assert np.allclose(field_colour(value), 255 * np.array(PICTURES_FIELD(value)[:3]), atol=2)
    assert field_colour(0)[2] > field_colour(0)[0]
    assert field_colour(1)[0] > field_colour(1)[2]
    assert min(field_colour(0.5)) > 240


def test_a_cell_holds_two_values_the_upper_one_in_front() -> None:
    field = np.array([[0.0, 0.5], [1.0, 0.5], [1.0, 0.0], [1.0, 1.0]])  # the lowest row first
    top, bottom, _ = draw_region(region(2, 2, points=np.zeros((0, 2)), labels=np.zeros(0, int))._replaced(field))
    (left, right) = cells_of(top)[AXIS:]
    assert left[0] == right[0] == "▀"
    assert colours(left[1]) == (field_colour(1), field_colour(1))
    assert colours(right[1]) == (field_colour(1), field_colour(0))
    (left, right) = cells_of(bottom)[AXIS:]
    assert colours(left[1]) == (field_colour(1), field_colour(0))
    assert colours(right[1]) == (field_colour(0.5), field_colour(0.5))
