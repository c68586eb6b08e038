"""Weights as images, and images that were answered wrongly."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.pictures.pages import assert_whole, page_of, said

from koubai.locale import LANGUAGES
from koubai.pictures import MisclassifiedImagesDisplay, WeightImagesDisplay

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
    assert {"1", "16", "$t$", "weight"} <= {*said(axes)}


@pytest.mark.parametrize("units", [101, 1000])
def test_of_many_units_a_hundred_are_drawn(units: int) -> None:
    axes = WeightImagesDisplay(np.arange(units * 4.0).reshape(units, 2, 2)).plot()
    numbers = [int(text.get_text()) for text in axes.texts[:100]]
    assert len(axes.images) == 100
    assert (numbers[0], numbers[-1]) == (1, units)
    for image, number in zip(axes.images, numbers, strict=True):
        assert np.asarray(image.get_array())[0, 0] == 4 * (number - 1)
    assert f"100 of {units} units are drawn." in said(axes)


@pytest.mark.parametrize(
    ("shape", "language"),
    [((1, 28, 28), "en"), ((7, 8, 8), "ja"), ((120, 28, 28), "ja"), ((9, 1, 13), "en"), ((5, 40, 8), "ja")],
)
def test_weights_of_any_shape(shape: tuple[int, int, int], language: str) -> None:
    weights = np.zeros(shape)
    weights[0, 0, 0] = np.nan
    assert_whole(WeightImagesDisplay(weights, title=50 * "長い", language=language).plot())


def mistakes(count: int) -> dict[str, Any]:
    images = np.linspace(0, 1, max(1, count))[:count, None, None] * np.ones((count, 8, 8))
    return {
        "images": images,
        "truths": [str(number % 10) for number in range(count)],
        "answers": [str((number + 3) % 10) for number in range(count)],
        "probabilities": np.linspace(0.5, 1, max(1, count))[:count],
    }


def images_of(figure: Figure) -> list[Any]:
    return [image for ax in figure.axes for image in ax.images]


@pytest.mark.parametrize("count", [1, 7, 25, 300])
def test_mistakes_have_their_names_and_probabilities(count: int) -> None:
    shown = mistakes(count)
    figure = MisclassifiedImagesDisplay(**shown, title="t").plot()
    images = images_of(figure)
    assert len(images) == min(count, 25)
    for image, pixels, ax, sure in zip(images, shown["images"], figure.axes, shown["probabilities"], strict=False):
        assert np.array_equal(np.asarray(image.get_array()), pixels)
        assert image.get_clim() == (0, 1)
        assert f"{sure:.0%}" in [text.get_text() for text in ax.texts]
    assert "0 → 3" in said(figure)
    assert ("25 of 300 mistakes are shown." in "".join(said(figure))) == (count == 300)
    assert_whole(figure)


def test_long_names_have_lines_of_their_own() -> None:
    names = ["short", "$x$_とても長いクラスの名前 that goes on"]
    figure = MisclassifiedImagesDisplay(
        np.zeros((2, 28, 28)), names, names[::-1], np.array([0.4, 0.999]), title=99 * "長い"
    ).plot()
    first, second = ([text.get_text() for text in ax.texts] for ax in figure.axes)
    assert (first[0], second[0], second[2]) == ("40%", "100%", first[2].replace("short", second[2]))
    assert first[2] == "short"
    assert second[1] == "→ short"
    assert "…" in first[1]
    assert_whole(figure)


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "No mistake was made."), ("ja", "間違いは 1 つもありませんでした。")]
)
def test_that_there_is_no_mistake_is_said(language: str, sentence: str) -> None:
    figure = MisclassifiedImagesDisplay(np.zeros((0, 8, 8)), [], [], np.zeros(0), title="t", language=language).plot()
    assert said(figure) == ["t", sentence]
    assert images_of(figure) == []
    assert_whole(figure)


@pytest.mark.parametrize("language", LANGUAGES)
def test_files(language: str, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        WeightImagesDisplay(WAVES, language=language).save(tmp_path / name)
        MisclassifiedImagesDisplay(**mistakes(3), language=language).save(tmp_path / f"m{name}")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "ma.png").read_bytes() == (tmp_path / "mb.png").read_bytes()
    page_of(MisclassifiedImagesDisplay(**mistakes(3), language=language).plot())
