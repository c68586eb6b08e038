"""Values that are predicted: against the true ones, what is missing, and as a curve."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from tests.pictures.pages import assert_whole, page_of, said

from koubai.locale import LANGUAGES
from koubai.pictures import PredictionErrorDisplay, RegressionCurveDisplay
from koubai.pictures.theme import new_axes

TRUE = np.linspace(10, 30, 50)
PREDICTED = TRUE + np.sin(np.arange(50))
LONG = "$price$ in とても長い名前 for a feature "


def fit(true: Any, predicted: Any, *, names: Sequence[str], note: str = "", **about: Any) -> Figure:
    display = PredictionErrorDisplay.from_predictions(true, predicted, names, **about)
    return replace(display, note=note).plot()


def curve(x: Any, values: Any, points: Any, targets: Any, *, ax: Axes | None = None, **about: Any) -> Axes:
    arrays = [np.asarray(array) for array in (x, values, points, targets)]
    return RegressionCurveDisplay(*arrays, **about).plot(ax)


def dots_of(ax: Axes) -> NDArray[Any]:
    (dots,) = ax.collections
    return np.asarray(dots.get_offsets())


def test_predictions_and_what_is_missing() -> None:
    figure = fit(TRUE, PREDICTED, names=["price"], title="t", note="R² 0.9")
    left, right = figure.axes
    assert np.array_equal(dots_of(left), np.stack([TRUE, PREDICTED], axis=1))
    assert np.array_equal(dots_of(right), np.stack([PREDICTED, TRUE - PREDICTED], axis=1))
    diagonal: Any = left.lines[0]
    assert np.array_equal(diagonal.get_xdata(), diagonal.get_ydata())
    assert left.get_xlim() == left.get_ylim()
    assert left.get_xlim()[0] < 10
    assert (left.get_xlabel(), left.get_ylabel()) == ("true value", "predicted value")
    assert right.get_ylabel() == "residual: true − predicted"
    assert {"t", "R² 0.9", "price"} <= {*said(figure)}


@pytest.mark.parametrize("outputs", [1, 8])
def test_every_output_has_its_row(outputs: int) -> None:
    true = TRUE[:, None] * 10.0 ** np.arange(outputs)
    figure = fit(true, 1.1 * true, names=[f"$y$_{number}" for number in range(outputs)])
    shown = min(outputs, 6)
    assert len(figure.axes) == 2 * shown
    for number in range(shown):
        left = figure.axes[2 * number]
        assert left.get_title(loc="left") == f"$y$_{number}"
        assert np.array_equal(dots_of(left)[:, 0], true[:, number])
    assert ("6 of 8 outputs are drawn." in "".join(said(figure))) == (outputs == 8)


def test_many_points_are_thinned_and_infinite_ones_left_out() -> None:
    true = np.linspace(0, 1, 40_000)
    figure = fit(true, true, names=["y"])
    assert len(dots_of(figure.axes[0])) == 3000
    assert "3,000 of 40,000 points are drawn." in said(figure)
    lost = PREDICTED.copy()
    lost[:3] = np.nan, np.inf, -np.inf
    assert len(dots_of(fit(TRUE, lost, names=["y"]).axes[1])) == 47


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("true", "predicted"),
    [(TRUE * 1e9, PREDICTED * 1e9), (TRUE * 1e-9, PREDICTED), ([1.0], [1.0]), ([0.0, 0], [0.0, 0]), ([1.0], [np.nan])],
)
def test_a_fit_of_any_size_is_whole(true: Any, predicted: Any, language: str) -> None:
    assert_whole(fit(true, predicted, names=[5 * LONG], title=5 * LONG, note=9 * LONG, language=language))


def test_the_curve_runs_over_its_points() -> None:
    x = np.linspace(-1, 1, 30)
    axes = curve(x, x**2, TRUE / 30, PREDICTED / 30, names=("u", "v"), title="t", note="n")
    (line,) = axes.lines
    assert np.array_equal(line.get_xdata(), x)
    assert np.array_equal(line.get_ydata(), x**2)
    assert np.array_equal(dots_of(axes), np.stack([TRUE, PREDICTED], axis=1) / 30)
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_xlim()) == ("u", "v", (-1, 1))
    low, high = axes.get_ylim()
    assert low < 0 < 1 < high
    assert {"prediction", "data", "t", "n"} <= {*said(axes)}


def test_a_curve_that_runs_away_does_not_flatten_the_data() -> None:
    x = np.linspace(0, 1, 50)
    low, high = curve(x, np.exp(99 * x), x, x).get_ylim()
    assert (low > -1, high < 3) == (True, True)
    page_of(curve(x, np.full(50, np.nan), x, x))
    page_of(curve(np.zeros(5), np.zeros(5), np.zeros(5), np.zeros(5)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_curve_is_whole_with_many_points(language: str, tmp_path: Path) -> None:
    many = np.linspace(0, 1e7, 30_000)
    about: Any = {"names": (5 * LONG, 5 * LONG), "title": 5 * LONG, "note": 5 * LONG, "language": language}
    axes = curve(many[::100], 1e-9 * many[::100], many, 1e-9 * many, **about)
    assert_whole(axes)
    assert len(dots_of(axes)) == 3000
    given = new_axes(5, 4)
    assert curve([0, 1], [0, 1], [0.5], [0.5], ax=given) is given
    ends, middle = np.array([0, 1]), np.array([0.5])
    short = RegressionCurveDisplay(ends, ends, middle, middle, language=language)
    for name in ("a.png", "b.png"):
        short.save(tmp_path / name)
        PredictionErrorDisplay.from_predictions(TRUE, PREDICTED, language=language).save(tmp_path / f"f{name}")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "fa.png").read_bytes() == (tmp_path / "fb.png").read_bytes()
