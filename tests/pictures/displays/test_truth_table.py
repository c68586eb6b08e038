"""Truth tables as squares."""

import numpy as np
import pytest

from koubai.pictures import TruthTableDisplay


@pytest.mark.parametrize("inputs", [3, 4, 5, 8])
def test_a_truth_table_shows_every_row_in_its_square(inputs: int) -> None:
    rows = 2**inputs
    labels = np.array([row.bit_count() % 2 for row in range(rows)])
    field = np.linspace(0, 1, rows)
    axes = TruthTableDisplay(inputs, labels, field, title="t").plot()
    shown = np.asarray(axes.images[0].get_array())
    assert np.array_equal(shown.ravel(), field)
    right = ((field > 0.5) == (labels == 1)).reshape(shown.shape)
    marks = np.array([text.get_text().endswith("×") for text in axes.texts]).reshape(shown.shape)
    assert np.array_equal(marks, ~right)
    ticks = [text.get_text() for text in axes.get_yticklabels()], [text.get_text() for text in axes.get_xticklabels()]
    down, across = ([int(text, 2) for text in side] for side in ticks)
    assert [a * len(across) + b for a in down for b in across] == list(range(rows))
