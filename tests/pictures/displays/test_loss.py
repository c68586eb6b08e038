"""The loss of a run: its curve, its records."""

from pathlib import Path

import numpy as np
from PIL import Image

from koubai.pictures import LossDisplay
from koubai.pictures.theme import figure_of, new_axes, save_figure


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
