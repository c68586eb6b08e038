"""Images that were answered wrongly: their names, their probabilities, how many there are."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.pictures.figures import assert_nothing_is_cut, laid_out, texts_in

from koubai.locale import LANGUAGES
from koubai.pictures import MisclassifiedImagesDisplay


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
    assert "0 → 3" in texts_in(figure)
    assert ("25 of 300 mistakes are shown." in "".join(texts_in(figure))) == (count == 300)
    assert_nothing_is_cut(figure)


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
    assert_nothing_is_cut(figure)


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "No mistake was made."), ("ja", "間違いは 1 つもありませんでした。")]
)
def test_that_there_is_no_mistake_is_said(language: str, sentence: str) -> None:
    figure = MisclassifiedImagesDisplay(np.zeros((0, 8, 8)), [], [], np.zeros(0), title="t", language=language).plot()
    assert texts_in(figure) == ["t", sentence]
    assert images_of(figure) == []
    assert_nothing_is_cut(figure)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_mistakes_make_the_same_bytes(language: str, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        MisclassifiedImagesDisplay(**mistakes(3), language=language).save(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    laid_out(MisclassifiedImagesDisplay(**mistakes(3), language=language).plot())
