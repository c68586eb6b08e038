"""The losses of several runs in one picture: every curve whole, told apart by stroke and colour, named beside them."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from koubai.locale import LANGUAGES
from koubai.pictures import LossesDisplay
from koubai.pictures.displays.losses import COLOURS
from koubai.pictures.theme import new_axes

LONG = "a-run-with-a-name-that-is-far-too-long-for-any-legend-of-the-world-{}"


def losses(curves: Any, *, names: Sequence[str], ax: Axes | None = None, **about: Any) -> Any:
    return LossesDisplay(curve_arrays(curves), names, **about).plot(ax)


def curve_arrays(curves: Any) -> list[Any]:
    return [np.asarray(curve) for curve in curves]


def legend_of(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def test_every_run_has_its_curve_and_its_name() -> None:
    curves: list[Any] = [np.linspace(0.7, 0.1, 301), np.linspace(0.6, 0.2, 51), [0.5]]
    axes = losses(curves, names=["xor-0", "and-12", "短い学習"], title="t")
    assert len(axes.lines) == 3
    for line, curve in zip(axes.lines, curves, strict=True):
        assert np.array_equal(line.get_xdata(), np.arange(len(curve)))
        assert np.array_equal(line.get_ydata(), curve)
        assert line.get_markevery()[-1] == len(curve) - 1  # a mark where it ends
    assert legend_of(axes) == ["xor-0", "and-12", "短い学習"]
    assert (axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()) == ("t", "step", "loss (cross-entropy)")
    assert (axes.get_yscale(), axes.get_ylim()) == ("linear", (0, pytest.approx(1.08 * 0.7)))
    assert axes.get_xlim() == (-3, 303)


def test_what_the_losses_are() -> None:
    labels = [losses([[1.0, 0.5]], names=["a"], loss=loss).get_ylabel() for loss in ("cross-entropy", "squared", None)]
    assert labels == ["loss (cross-entropy)", "loss (squared error)", "loss"]
    assert losses([[1.0, 0.001]], names=["a"], loss=None, language="ja").get_ylabel() == "損失、対数目盛"


def test_twelve_runs_are_told_apart_without_colour() -> None:
    axes = losses([np.linspace(1, 0.5, 400) for _ in range(12)], names=[str(run) for run in range(12)])
    lines: list[Any] = list(axes.lines)
    strokes = {(str(line._dash_pattern), line.get_marker(), len(line.get_markevery()) > 1) for line in lines}
    assert len(strokes) == 12
    assert [to_hex(line.get_color()) for line in lines] == [*COLOURS, *COLOURS]
    assert all(len(line.get_markevery()) == 1 for line in lines[:4])
    places = [set(line.get_markevery()[:-1]) for line in lines[4:8]]
    assert len(set.union(*places)) == sum(map(len, places))  # marks of four runs never coincide
    legend: Any = axes.get_legend()
    for line, handle in zip(lines, legend.get_lines(), strict=True):
        assert (handle.get_color(), handle._dash_pattern) == (line.get_color(), line._dash_pattern)
        assert handle.get_marker() == ("" if len(line.get_markevery()) == 1 else line.get_marker())


def test_marks_lie_on_the_curve_of_a_run_of_any_length() -> None:
    for steps in (0, 1, 2, 7, 399, 20_000):
        lines: list[Any] = list(losses([[1.0] * 400] * 11 + [[1.0] * (steps + 1)], names=["a"] * 12).lines)
        marks, shown = lines[-1].get_markevery(), np.asarray(lines[-1].get_xdata())
        assert (marks[-1], shown[marks[-1]]) == (len(shown) - 1, steps)
        assert all(a < b for a, b in pairwise(marks))


def test_losses_far_apart_get_a_logarithmic_scale() -> None:
    near = losses([[1.0, 0.5], [0.7, 0.01]], names=["a", "b"])
    assert (near.get_yscale(), near.get_ylim()[0]) == ("linear", 0)
    far = losses([[0.8, 0.5], [0.7, 0.002]], names=["a", "b"])
    assert (far.get_yscale(), far.get_ylabel()) == ("log", "loss (cross-entropy), logarithmic scale")
    low, high = far.get_ylim()
    assert 0.001 < low < 0.002
    assert 0.8 < high < 2
    assert [tick for tick in far.get_yticks() if low < tick < high] == [0.01, 0.1, 1]


@pytest.mark.parametrize("smallest", [0.0, 1e-300])
def test_zero_is_on_the_logarithmic_scale_if_it_is_reached(smallest: float) -> None:
    axes = losses([[0.8, 0.1, 3e-5], [0.7, 0.002, smallest], [0, 0, 0]], names=["a", "b", "never wrong"])
    assert axes.get_yscale() == "symlog"
    assert axes.get_ylim()[0] < 0
    assert [*axes.get_yticks()] == pytest.approx([0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1])
    figure: Any = axes.figure
    figure.draw_without_rendering()
    assert axes.get_yticklabels()[0].get_text() == r"$\mathdefault{0}$"
    heights = [axes.transData.transform((0, loss))[1] for loss in (0, smallest, 3e-5, 0.1, 0.8)]
    assert heights == sorted(heights)


def test_few_decades_have_ticks_in_between_and_many_are_not_all_named() -> None:
    axes = losses([[1, 1e-15]], names=["a"])
    assert len(axes.get_yticks()) <= 9
    assert len(axes.get_yticks(minor=True)) == 0
    assert len(losses([[1, 1e-3]], names=["a"]).get_yticks(minor=True)) > 20


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("curves", "top"),
    [([[0.7, 0.5]], 0.756), ([[0.7], [0.2]], 0.756), ([[0.5] * 9] * 2, 0.54), ([[0, 0]], 1), ([[1e-20] * 3], 1.08e-20)],
)
def test_short_constant_and_zero_losses_are_drawn(curves: list[list[float]], top: float, language: str, tmp_path: Path) -> None:
    names = [f"学習-{run}" for run in range(len(curves))]
    axes = losses(curves, names=names, language=language)
    assert (axes.get_yscale(), axes.get_ylim()) == ("linear", (0, pytest.approx(top)))
    assert all(tick == int(tick) for tick in axes.get_xticks())  # there is no half step
    LossesDisplay(curve_arrays(curves), names, language=language).save(tmp_path / "a.png")


def test_a_long_curve_is_thinned_but_keeps_its_ends() -> None:
    (line,) = losses([np.arange(100_000, 0, -1.0) + 1e4], names=["a"]).lines
    shown = np.asarray(line.get_xdata())
    assert (len(shown), shown[0], shown[-1]) == (4000, 0, 99_999)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_legend_lies_beside_the_curves_and_is_whole(language: str) -> None:
    names = [
        LONG.format(run) if language == "en" else f"とても長い名前の付いた幅の広いネットワークの学習の結果-{run}"
        for run in range(12)
    ]
    axes = losses([np.linspace(1, 0.5, 100)] * 12, names=names, language=language, title="t")
    figure = axes.figure
    assert isinstance(figure, Figure)
    figure.draw_without_rendering()
    legend: Any = axes.get_legend()
    box, page, curves = legend.get_window_extent(), figure.bbox, axes.get_window_extent()
    assert box.x0 > curves.x1
    assert (box.x1 < page.x1, box.y0 > page.y0, box.y1 < page.y1) == (True, True, True)
    assert curves.width > 0.5 * page.width
    shown = legend_of(axes)
    assert len(set(shown)) == 12
    assert all("…" in name and name.endswith(f"-{run}") for run, name in enumerate(shown))


def test_names_mean_nothing_to_matplotlib(tmp_path: Path) -> None:
    names = ["_hidden", "$x$_1", "$", "two\nlines"]
    axes = losses([[1.0, 0.5]] * 4, names=names, title="$ and $x$")
    assert legend_of(axes) == ["_hidden", "$x$_1", "$", "two lines"]
    LossesDisplay(curve_arrays([[1.0, 0.5]] * 4), names, title="$ and $x$").save(tmp_path / "a.png")


def test_it_draws_into_given_axes(tmp_path: Path) -> None:
    axes = new_axes(4, 3)
    assert losses([[1.0, 0.5]], names=["a"], ax=axes) is axes
    for name in ("a.png", "b.png"):
        LossesDisplay(curve_arrays([[1.0, 0.5]]), ["a"]).save(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (1380, 675)
