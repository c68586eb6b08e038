"""Values that are predicted: against the true ones, and what is missing."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from tests.pictures.figures import assert_nothing_is_cut, texts_in

from koubai.locale import LANGUAGES
from koubai.pictures import PredictionErrorDisplay

TRUE = np.linspace(10, 30, 50)
PREDICTED = TRUE + np.sin(np.arange(50))
LONG = "$price$ in とても長い名前 for a feature "


def fit(true: Any, predicted: Any, *, names: Sequence[str], note: str = "", **about: Any) -> Figure:
    display = PredictionErrorDisplay.from_predictions(true, predicted, names, **about)
    return replace(display, note=note).plot()


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
    assert {"t", "R² 0.9", "price"} <= {*texts_in(figure)}


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
    assert ("6 of 8 outputs are drawn." in "".join(texts_in(figure))) == (outputs == 8)


def test_many_points_are_thinned_and_infinite_ones_left_out() -> None:
    true = np.linspace(0, 1, 40_000)
    figure = fit(true, true, names=["y"])
    assert len(dots_of(figure.axes[0])) == 3000
    assert "3,000 of 40,000 points are drawn." in texts_in(figure)
    lost = PREDICTED.copy()
    lost[:3] = np.nan, np.inf, -np.inf
    assert len(dots_of(fit(TRUE, lost, names=["y"]).axes[1])) == 47


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("true", "predicted"),
    [(TRUE * 1e9, PREDICTED * 1e9), (TRUE * 1e-9, PREDICTED), ([1.0], [1.0]), ([0.0, 0], [0.0, 0]), ([1.0], [np.nan])],
)
def test_a_fit_of_any_size_is_whole(true: Any, predicted: Any, language: str) -> None:
    assert_nothing_is_cut(fit(true, predicted, names=[5 * LONG], title=5 * LONG, note=9 * LONG, language=language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_predictions_make_the_same_bytes(language: str, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        PredictionErrorDisplay.from_predictions(TRUE, PREDICTED, language=language).save(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
