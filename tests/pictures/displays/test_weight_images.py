"""Weights as images: every unit on one scale."""

from pathlib import Path

import numpy as np
import pytest
from tests.pictures.figures import assert_nothing_is_cut, texts_in

from koubai.locale import LANGUAGES
from koubai.pictures import WeightImagesDisplay

WAVES = np.sin(np.arange(16 * 64.0)).reshape(16, 8, 8) * np.linspace(0.1, 2, 16)[:, None, None]


def test_every_unit_has_its_image_on_one_scale() -> None:
    axes = WeightImagesDisplay(WAVES, title="$t$").plot()
    assert len(axes.images) == 16
    largest = np.abs(WAVES).max()
    for image, weights in zip(axes.images, WAVES, strict=True):
        assert np.array_equal(np.asarray(image.get_array()), weights)
        assert image.get_clim() == (-largest, largest)
        left, right, low, high = image.get_extent()
        assert (left < right, low > high) == (True, True)  # the first row is above
    places = [(image.get_extent()[3], image.get_extent()[0]) for image in axes.images]
    assert places == sorted(places)
    assert {"1", "16", "$t$", "weight"} <= {*texts_in(axes)}


@pytest.mark.parametrize("units", [101, 1000])
def test_of_many_units_a_hundred_are_drawn(units: int) -> None:
    axes = WeightImagesDisplay(np.arange(units * 4.0).reshape(units, 2, 2)).plot()
    numbers = [int(text.get_text()) for text in axes.texts[:100]]
    assert len(axes.images) == 100
    assert (numbers[0], numbers[-1]) == (1, units)
    for image, number in zip(axes.images, numbers, strict=True):
        assert np.asarray(image.get_array())[0, 0] == 4 * (number - 1)
    assert f"100 of {units} units are drawn." in texts_in(axes)


@pytest.mark.parametrize(
    ("shape", "language"),
    [((1, 28, 28), "en"), ((7, 8, 8), "ja"), ((120, 28, 28), "ja"), ((9, 1, 13), "en"), ((5, 40, 8), "ja")],
)
def test_weights_of_any_shape(shape: tuple[int, int, int], language: str) -> None:
    weights = np.zeros(shape)
    weights[0, 0, 0] = np.nan
    assert_nothing_is_cut(WeightImagesDisplay(weights, title=50 * "長い", language=language).plot())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_weights_make_the_same_bytes(language: str, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        WeightImagesDisplay(WAVES, language=language).save(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
