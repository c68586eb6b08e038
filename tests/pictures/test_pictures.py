"""Pictures hold the arrays that they were given, and leave the user's matplotlib as it was."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.collections import PathCollection
from PIL import Image

from koubai.pictures import DecisionRegionDisplay, GridAnswers, LossDisplay
from koubai.pictures.theme import figure_of, new_axes, save_figure


def test_the_region_shows_its_field_boundary_points_and_grid() -> None:
    x = np.linspace(-1.5, 1.5, 31)
    field = np.tile(1 / (1 + np.exp(-4 * x)), (31, 1))
    grid_x = np.linspace(-1, 1.5, 26)
    grid = np.tile(1 / (1 + np.exp(-4 * grid_x)), (26, 1))
    points, labels = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1])
    axes = DecisionRegionDisplay(
        x, x, field, points, labels, GridAnswers(grid_x, grid_x, grid), names=("u", "v"), title="t"
    ).plot()
    assert np.array_equal(np.asarray(axes.images[0].get_array()), field)
    assert tuple(axes.images[0].get_extent()) == (-1.5, 1.5, -1.5, 1.5)
    assert (axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()) == ("t", "u", "v")
    assert (axes.get_xlim(), axes.get_ylim()) == ((-1.5, 1.5), (-1.5, 1.5))
    dots = [np.asarray(dots.get_offsets()) for dots in axes.collections if isinstance(dots, PathCollection)]
    zero, one, first, second = dots
    assert len(zero) + len(one) == 26 * 26
    assert (zero[:, 0] <= 0.0001).all()
    assert (one[:, 0] > 0.0001).all()
    assert first.tolist() == [[0, 1]]
    assert second.tolist() == [[1, 0], [1, 1]]
    assert "p = 0.5" in [text.get_text() for text in axes.texts]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["class 0", "class 1", "grid point answered 1"]


def test_a_field_without_a_boundary_has_none() -> None:
    x = np.linspace(-1.5, 1.5, 4)
    axes = DecisionRegionDisplay(x, x, np.full((4, 4), 0.9)).plot()
    assert [text.get_visible() for text in axes.texts] == [False]


def test_the_loss_shows_its_curve_and_records() -> None:
    losses = 1 / np.arange(1, 302)
    axes = LossDisplay(losses, records=np.array([0, 100, 300]), title="loss of it").plot()
    curve, marks = axes.lines
    assert np.array_equal(curve.get_xdata(), np.arange(301))
    assert np.array_equal(curve.get_ydata(), losses)
    assert np.array_equal(marks.get_ydata(), losses[[0, 100, 300]])
    assert axes.get_ylim()[0] == 0


def test_a_long_loss_is_thinned_but_keeps_its_ends() -> None:
    axes = LossDisplay(np.arange(100_000, 0, -1.0)).plot()
    shown = np.asarray(axes.lines[0].get_xdata())
    assert len(shown) == 4000
    assert (shown[0], shown[-1]) == (0, 99_999)
    assert np.asarray(LossDisplay(np.array([0.5])).plot().lines[0].get_ydata()).tolist() == [0.5]


def test_it_draws_into_given_axes_and_saves_them(tmp_path: Path) -> None:
    for name in ("loss.png", "again.png"):
        axes = new_axes(4, 3)
        assert LossDisplay(np.array([1.0, 0.5])).plot(axes) is axes
        save_figure(figure_of(axes), tmp_path / name)
        with Image.open(tmp_path / name) as picture:
            assert picture.size == (600, 450)
    assert (tmp_path / "loss.png").read_bytes() == (tmp_path / "again.png").read_bytes()


def test_the_users_settings_stay() -> None:
    before = dict(mpl.rcParams)
    LossDisplay(np.array([1.0, 0.5])).plot()
    assert dict(mpl.rcParams) == before
