"""The network as a diagram: every weight and bias is there, its size and sign to be seen."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex

from koubai.pictures import NetworkDiagramDisplay
from koubai.pictures.artists.network_diagram import WIDEST
from koubai.pictures.theme import BLUE, ORANGE

W1, B1 = np.array([[2.0, -1.0, 0.0], [0.5, 1.0, -2.0]]), np.array([1.0, 0.0, -0.5])
W2, B2 = np.array([[1.0, -1.0], [0.5, 0.5], [0.0, 2.0]]), np.array([0.0, 0.25])


def diagram(layers: Any, names: Sequence[str], answers: Sequence[str], **about: Any) -> Axes:
    return NetworkDiagramDisplay(layers, names, answers, **about).plot()


def test_weights_are_widths_colours_and_strokes() -> None:
    axes = diagram([(W1, B1), (W2, B2)], names=("x1", "x2"), answers=("no", "yes"), title="t")
    first, second = [lines for lines in axes.collections if isinstance(lines, LineCollection)]
    for lines, weights in ((first, W1), (second, W2)):
        flat = weights.ravel()
        np.testing.assert_allclose(np.asarray(lines.get_linewidth()), WIDEST * np.abs(flat) / 2.0 + 0.15)
        colours: Any = lines.get_color()
        strokes: Any = lines.get_linestyle()
        assert [to_hex(colour) for colour in colours] == [ORANGE if value > 0 else BLUE for value in flat]
        dashed = [style[1] is not None for style in strokes]
        assert dashed == [value <= 0 for value in flat]
    ends = np.array(first.get_segments())
    assert np.array_equal(ends[:, 0, 0], np.zeros(6))
    assert np.array_equal(ends[:, 1, 0], np.ones(6))


def test_biases_names_and_numbers_are_there() -> None:
    axes = diagram([(W1, B1), (W2, B2)], names=("x1", "x2"), answers=("no", "yes"))
    texts = [text.get_text() for text in axes.texts]
    assert texts == ["x1", "x2", "1", "2", "3", "no", "yes"]
    biases = [dots for dots in axes.collections if isinstance(dots, PathCollection)][:2]
    for dots, bias in zip(biases, (B1, B2), strict=True):
        assert (np.argsort(dots.get_sizes()) == np.argsort(np.abs(bias))).all()
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["weight above 0", "below 0", "bias", "widest: 2"]


def test_a_given_largest_keeps_widths_comparable() -> None:
    axes = diagram([(W1, B1)], names=("a", "b"), answers=("0", "1", "2"), largest=4.0)
    (lines,) = [lines for lines in axes.collections if isinstance(lines, LineCollection)]
    np.testing.assert_allclose(np.asarray(lines.get_linewidth())[0], WIDEST * 0.5 + 0.15)


def test_the_middle_of_a_long_layer_is_left_out() -> None:
    axes = diagram([(np.ones((2, 40)), np.ones(40)), (np.ones((40, 2)), np.ones(2))], names=("a", "b"), answers=("0", "1"))
    texts = [text.get_text() for text in axes.texts]
    assert texts[2:14] == ["1", "2", "3", "4", "5", "6", "35", "36", "37", "38", "39", "40"]
    assert "⋮" in texts


def test_a_network_of_zeros_is_drawn() -> None:
    axes = diagram([(np.zeros((2, 2)), np.zeros(2))], names=("a", "b"), answers=("0", "1"))
    (lines,) = [lines for lines in axes.collections if isinstance(lines, LineCollection)]
    assert set(np.asarray(lines.get_linewidth())) == {0.15}


def test_names_of_any_kind_are_texts_as_they_are() -> None:
    layers = [(np.ones((2, 1)), np.ones(1))]
    axes = diagram(layers, names=["sepal length (cm)", "$x$_" + 40 * "long"], answers=["_b"], title="$t$")
    texts = [text.get_text() for text in axes.texts]
    assert {"sepal length (cm)", "_b"} <= {*texts}
    assert any(text.startswith("$x$_long") and "…" in text for text in texts)
    assert not any(text.get_parse_math() for text in axes.texts if "$" in text.get_text())
