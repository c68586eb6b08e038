"""The confusion matrix, from two classes to a hundred."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from tests.pictures.figures import assert_nothing_is_cut, laid_out, texts_in

from koubai.pictures import ConfusionMatrixDisplay


def plotted(counts: Any, classes: Sequence[str], **texts: str) -> Axes:
    return ConfusionMatrixDisplay(np.asarray(counts), classes, **texts).plot()


COUNTS = np.array([[8, 2, 0], [0, 0, 0], [1, 3, 16]])


def ticks_of(axes: Axes) -> tuple[list[str], list[str]]:
    laid_out(axes)
    return [text.get_text() for text in axes.get_yticklabels()], [text.get_text() for text in axes.get_xticklabels()]


def test_cells_have_their_numbers_and_shares() -> None:
    axes = plotted(COUNTS, ["a", "$b$", "_c"], title="t")
    shares: Any = axes.images[0].get_array()
    assert np.asarray(shares[0]).tolist() == [0.8, 0.2, 0]
    assert np.asarray(shares[2]).tolist() == [0.05, 0.15, 0.8]
    assert np.ma.getmaskarray(np.ma.masked_invalid(shares))[1].all()  # a class without rows
    places = {text.get_position(): text.get_text() for text in axes.texts}
    assert places == {(across, down): str(count) for (down, across), count in np.ndenumerate(COUNTS)}
    assert ticks_of(axes) == (["a", "$b$", "_c"], ["a", "$b$", "_c"])
    assert (axes.get_title(loc="left"), axes.get_ylabel()) == ("t", "true class")
    assert axes.get_xlabel() == "class answered\n(grey: no row of this class)"
    assert plotted([[1, 0], [0, 1]], ["0", "1"]).get_xlabel() == "class answered"


@pytest.mark.parametrize(
    ("classes", "numbered", "named", "language"),
    [(2, 4, 2, "en"), (10, 100, 10, "ja"), (20, 400, 20, "en"), (21, 0, 21, "ja"), (100, 0, 20, "ja")],
)
def test_any_number_of_classes(classes: int, numbered: int, named: int, language: str) -> None:
    counts = np.full((classes, classes), 123_456)
    counts[-1] = 0
    names = [f"$クラス$_{number}_" + 9 * "long" for number in range(classes)]
    axes = plotted(counts, names, title=99 * "t", language=language)
    assert len(axes.texts) == numbered
    down, across = ticks_of(axes)
    assert down == across
    assert len(down) == named
    assert_nothing_is_cut(axes)


def test_numbers_are_readable_on_their_ground() -> None:
    axes = plotted([[100, 0], [1, 1]], ["a", "b"])
    assert [text.get_color() for text in axes.texts] == ["white", "#8c959f", "white", "white"]


def test_words_and_files(tmp_path: Path) -> None:
    words = texts_in(plotted([[1, 0], [0, 1]], ["0", "1"], language="ja"))
    assert {"正しいクラス", "答えのクラス", "正しいクラスに占める割合"} <= {*words}
    for name in ("a.png", "b.png"):
        ConfusionMatrixDisplay(COUNTS, "abc").save(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_predictions_are_counted() -> None:
    true, predicted = ["a", "b", "b", "c", "b"], ["a", "a", "b", "b", "b"]
    display = ConfusionMatrixDisplay.from_predictions(true, predicted, ["a", "b", "c"], title="t")
    assert display.counts.tolist() == [[1, 0, 0], [1, 2, 0], [0, 1, 0]]
    assert (display.classes, display.title) == (["a", "b", "c"], "t")
    assert ConfusionMatrixDisplay.from_predictions([0, 1], [1, 1], [0, 1]).classes == ["0", "1"]
