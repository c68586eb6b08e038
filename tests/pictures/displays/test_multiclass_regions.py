"""The regions of any number of classes: answers, how sure they are, boundaries, points, and names."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from numpy.typing import NDArray
from tests.pictures.figures import assert_nothing_is_cut, texts_in

from koubai.locale import LANGUAGES
from koubai.pictures import DecisionRegionDisplay, MulticlassRegionsDisplay
from koubai.pictures.artists.class_regions import MOST_POINTS
from koubai.pictures.palette import COLOURS, shaded
from koubai.pictures.theme import new_axes

LONG = "$a$_とても長い名前 of a class that goes on and on"


def view(classes: int, points: int = 60, places: int = 41, span: tuple[float, float] = (-3.0, 3.0)) -> dict[str, Any]:
    """A softmax over the distances to centres on a circle."""
    x, y = np.linspace(*span, places), np.linspace(-3, 3, places + 2)
    angles = 2 * np.pi * np.arange(classes) / classes + 0.1
    centres = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    grid = np.stack(np.meshgrid(np.linspace(-3, 3, places), y), axis=-1)
    logits = -4 * ((grid[:, :, None] - centres) ** 2).sum(axis=-1)
    shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    labels = np.arange(points) % classes
    scatter = centres[labels] + 0.2 * np.sin(np.arange(2 * points)).reshape(-1, 2)
    shown = {"x": x, "y": y, "answers": shares.argmax(axis=-1), "confidence": shares.max(axis=-1)}
    return {**shown, "points": scatter, "labels": labels, "classes": [str(number) for number in range(classes)]}


def classes_of(**shown: Any) -> Axes:
    return MulticlassRegionsDisplay(**shown).plot()


def marks_of(axes: Axes) -> list[tuple[str, NDArray[Any]]]:
    """The face of every lot of points, and where they are."""
    lots = [lot for lot in axes.collections if isinstance(lot, PathCollection)]
    faces = [np.asarray(lot.get_facecolor()) for lot in lots]
    hexes = ["#" + "".join(f"{round(255 * part):02x}" for part in face[0][:3]) if len(face) else "ring" for face in faces]
    return [(colour, np.asarray(lot.get_offsets())) for colour, lot in zip(hexes, lots, strict=True)]


@pytest.mark.parametrize("classes", [2, 3, 10, 100])
def test_answers_boundaries_and_points(classes: int) -> None:
    shown = view(classes, points=200)
    axes = classes_of(**shown, title="t", names=("u", "v"))
    assert (axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()) == ("t", "u", "v")
    assert (axes.get_xlim(), axes.get_ylim()) == ((-3, 3), (-3, 3))
    image = np.asarray(axes.images[0].get_array())
    assert np.array_equal(image, shaded(shown["answers"], shown["confidence"], classes))
    assert axes.images[0].origin == "lower"
    (lines,) = [lines for lines in axes.collections if isinstance(lines, LineCollection)]
    assert len(lines.get_segments()) >= (1 if classes == 2 else classes // 2)
    drawn = np.concatenate([where for _, where in marks_of(axes)])
    assert sorted(map(tuple, drawn)) == sorted(map(tuple, shown["points"]))
    for colour, where in marks_of(axes):
        kinds = {int(np.flatnonzero((shown["points"] == point).all(axis=1))[0]) % classes for point in where}
        assert len(kinds) == 1
        assert colour == COLOURS[kinds.pop() % 10]


def test_two_classes_have_the_boundary_of_the_region() -> None:
    shown = view(2)
    one = np.where(shown["answers"] == 1, shown["confidence"], 1 - shown["confidence"])
    region = DecisionRegionDisplay(shown["x"], shown["y"], one).plot()
    both = [
        next(lines.get_segments() for lines in axes.collections if isinstance(lines, LineCollection))
        for axes in (classes_of(**shown), region)
    ]
    assert len(both[0]) == len(both[1]) == 1
    assert np.array_equal(both[0][0], both[1][0])


@pytest.mark.parametrize("slope", [0.1, 0.37, 1.0])
def test_boundaries_of_many_classes_lie_where_the_answer_changes(slope: float) -> None:
    x = np.linspace(-1, 1, 121)
    above = x[:, None] - slope * x[None, :]
    answers = np.where(above > 0, 1, 0)
    answers[:, x < -0.9] = 2
    confidence = 1 / (1 + np.exp(-8 * np.abs(above)))
    axes = MulticlassRegionsDisplay(x, x, answers, confidence, np.zeros((0, 2)), np.zeros(0, int), classes="abc").plot()
    (lines,) = [lines for lines in axes.collections if isinstance(lines, LineCollection)]
    ends = np.concatenate([np.asarray(line) for line in lines.get_segments()])
    inside = ends[np.abs(ends[:, 0]) < 0.8]
    assert len(inside) > 50
    np.testing.assert_allclose(inside[:, 1], slope * inside[:, 0], atol=0.004)  # a quarter of what is between places


def test_wrong_answers_are_ringed_and_named() -> None:
    shown = view(3, points=9)
    wrong = np.arange(9) % 4 == 0
    axes = classes_of(**shown, wrong=wrong)
    (rings,) = [where for colour, where in marks_of(axes) if colour == "ring"]
    assert rings.tolist() == shown["points"][wrong].tolist()
    assert "answered wrongly" in texts_in(axes)
    assert "answered wrongly" not in texts_in(classes_of(**shown, wrong=np.zeros(9, bool)))


def test_many_points_are_thinned_and_that_is_said(tmp_path: Path) -> None:
    shown = view(10, points=60_000)
    wrong = np.arange(60_000) % 3 == 0
    axes = classes_of(**shown, wrong=wrong)
    points = [(colour, where) for colour, where in marks_of(axes) if colour != "ring"]
    assert sum(len(where) for _, where in points) == MOST_POINTS
    for colour in COLOURS:
        assert sum(len(where) for face, where in points if face == colour) == MOST_POINTS // 10
    assert points[0][0] != points[1][0]  # in rounds: no class lies over all others
    assert "The paler, the less sure.\n3,000 of 60,000 points are drawn." in texts_in(axes)
    MulticlassRegionsDisplay(**shown, wrong=wrong).save(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size < 3_000_000


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("classes", "span"), [(2, (-3.0, 3.0)), (12, (0.0, 4e5)), (100, (0.0, 1e-4))])
def test_nothing_is_cut(classes: int, span: tuple[float, float], language: str) -> None:
    shown = view(classes, span=span)
    shown["points"] = shown["points"] * [(span[1] - span[0]) / 6, 1] + [np.mean(span), 0]
    names = [f"{LONG} {number}" for number in range(classes)]
    about = {"names": (5 * LONG, 5 * LONG), "title": 5 * LONG, "note": 9 * LONG, "language": language}
    axes = classes_of(**{**shown, "classes": names}, **about, wrong=shown["labels"] == 0)
    assert_nothing_is_cut(axes)
    legend: Any = axes.get_legend()
    shown_names = [text.get_text() for text in legend.get_texts()]
    assert len(shown_names) == min(classes, 12) + 1
    assert all("…" in name and name.endswith(f"{number}") for number, name in enumerate(shown_names[: min(classes, 11)]))
    if classes == 100:
        assert shown_names[11] == {"en": "and 89 more", "ja": "ほか 89 クラス"}[language]
    assert axes.get_aspect() == (1.0 if span == (-3, 3) else "auto")


@pytest.mark.parametrize("value", [0, 1])
def test_one_answer_everywhere_has_no_boundary(value: int) -> None:
    shown = view(3) | {"answers": np.full((43, 41), value)}
    (lines,) = [lines for lines in classes_of(**shown).collections if isinstance(lines, LineCollection)]
    assert lines.get_segments() == []


def test_it_draws_into_given_axes_the_same_each_time(tmp_path: Path) -> None:
    shown = view(3)
    axes = new_axes(6, 5)
    assert MulticlassRegionsDisplay(**shown).plot(axes) is axes
    for name in ("a.png", "b.png"):
        MulticlassRegionsDisplay(**shown).save(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
