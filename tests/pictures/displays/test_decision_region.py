"""The decision region: its field, its boundary, the data and the grid."""

import numpy as np
from matplotlib.collections import PathCollection

from koubai.pictures import DecisionRegionDisplay, GridAnswers


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
