"""Values that are predicted from one feature, as a curve."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from numpy.typing import NDArray
from tests.pictures.figures import assert_nothing_is_cut, laid_out, texts_in

from koubai.locale import LANGUAGES
from koubai.pictures import RegressionCurveDisplay
from koubai.pictures.theme import new_axes

TRUE = np.linspace(10, 30, 50)
PREDICTED = TRUE + np.sin(np.arange(50))
LONG = "$price$ in とても長い名前 for a feature "


def curve(x: Any, values: Any, points: Any, targets: Any, *, ax: Axes | None = None, **about: Any) -> Axes:
    arrays = [np.asarray(array) for array in (x, values, points, targets)]
    return RegressionCurveDisplay(*arrays, **about).plot(ax)


def dots_of(ax: Axes) -> NDArray[Any]:
    (dots,) = ax.collections
    return np.asarray(dots.get_offsets())


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
    assert {"prediction", "data", "t", "n"} <= {*texts_in(axes)}


def test_a_curve_that_runs_away_does_not_flatten_the_data() -> None:
    x = np.linspace(0, 1, 50)
    low, high = curve(x, np.exp(99 * x), x, x).get_ylim()
    assert (low > -1, high < 3) == (True, True)
    laid_out(curve(x, np.full(50, np.nan), x, x))
    laid_out(curve(np.zeros(5), np.zeros(5), np.zeros(5), np.zeros(5)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_curve_is_whole_with_many_points(language: str, tmp_path: Path) -> None:
    many = np.linspace(0, 1e7, 30_000)
    about: Any = {"names": (5 * LONG, 5 * LONG), "title": 5 * LONG, "note": 5 * LONG, "language": language}
    axes = curve(many[::100], 1e-9 * many[::100], many, 1e-9 * many, **about)
    assert_nothing_is_cut(axes)
    assert len(dots_of(axes)) == 3000
    given = new_axes(5, 4)
    assert curve([0, 1], [0, 1], [0.5], [0.5], ax=given) is given
    ends, middle = np.array([0, 1]), np.array([0.5])
    short = RegressionCurveDisplay(ends, ends, middle, middle, language=language)
    for name in ("a.png", "b.png"):
        short.save(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
