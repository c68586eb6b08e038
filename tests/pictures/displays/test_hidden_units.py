"""The lines of the hidden units."""

from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from koubai.pictures import HiddenUnitsDisplay
from koubai.pictures.displays.hidden_units import line_ends

SQUARE = np.array([-1.5, 1.5])
PLANE: dict[str, Any] = {
    "x": np.linspace(-1.5, 1.5, 5),
    "y": np.linspace(-1.5, 1.5, 5),
    "field": np.full((5, 5), 0.5),
    "points": np.array([[0.0, 1.0]]),
    "labels": np.array([1]),
}


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-3, 3))
@example(0.05, 0.05, 0.0)  # through two corners, which it misses by rounding
def test_a_line_lies_where_the_pre_activation_is_zero(a: float, b: float, bias: float) -> None:
    weights = np.array([a, b])
    ends = line_ends(weights, bias, SQUARE, SQUARE)
    corners = np.array([[x, y] for x in SQUARE for y in SQUARE]) @ weights + bias
    if ends is None:
        assert corners.min() >= -1e-9 or corners.max() <= 1e-9  # it passes the square by, or only touches it
    else:
        np.testing.assert_allclose(ends @ weights + bias, 0, atol=1e-9)
        assert (np.abs(ends) <= 1.5).all()
        assert np.isclose(np.abs(ends), 1.5).any(axis=1).all()


def test_lines_arrows_and_names() -> None:
    weights, bias = np.array([[1.0, 0.0, 1.0], [0.0, 2.0, 0.0]]), np.array([-0.5, 1.0, 9.0])
    axes: Any = HiddenUnitsDisplay(weights, bias, np.array([1.0, -1.0, 1.0]), **PLANE).plot()
    first, second = axes.lines
    assert np.asarray(first.get_xdata()).tolist() == [0.5, 0.5]
    assert np.asarray(second.get_ydata()).tolist() == [-0.5, -0.5]
    assert first.get_linestyle() == "-"
    assert second.get_linestyle() == "--"
    texts = [text.get_text() for text in axes.texts if text.get_visible()]
    assert texts == ["", "1", "", "2", "No line in this square: unit 3"]
    for arrow, direction in ((axes.texts[1], (1, 0)), (axes.texts[3], (0, 1))):
        (foot_x, foot_y), (tip_x, tip_y) = arrow.get_position(), arrow.xy
        assert (np.sign(np.round([tip_x - foot_x, tip_y - foot_y], 9)) == direction).all()
