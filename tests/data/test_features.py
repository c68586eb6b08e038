"""Features of the plane are the formulas that their names say, in one order, of data with two features."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koubai.data import Dataset, gate, load
from koubai.data.features import FEATURES, features_of, ordered_features, with_features
from koubai.errors import InputError

CHOICES = st.lists(st.sampled_from(list(FEATURES)), min_size=1, unique=True)
COORDINATES = st.floats(-100, 100)


def test_their_names() -> None:
    assert list(FEATURES) == ["x1", "x2", "x1^2", "x2^2", "x1*x2", "sin(πx1)", "sin(πx2)"]


@given(st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=5), CHOICES)
def test_they_are_their_formulas_in_the_order_of_all(points: list[tuple[float, float]], names: list[str]) -> None:
    found = features_of(points, names)
    kept = [name for name in FEATURES if name in names]
    expected = [
        [
            {
                "x1": x1,
                "x2": x2,
                "x1^2": x1 * x1,
                "x2^2": x2 * x2,
                "x1*x2": x1 * x2,
                "sin(πx1)": np.sin(np.pi * x1),
                "sin(πx2)": np.sin(np.pi * x2),
            }[name]
            for name in kept
        ]
        for x1, x2 in points
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-15, atol=1e-15)
    assert found.shape == (len(points), len(names))


@given(CHOICES)
def test_only_the_inputs_and_what_describes_them_change(names: list[str]) -> None:
    data = load("moons", samples=20, validation=0, test=0).train
    made = with_features(data, names)
    assert made.feature_names == ordered_features(names)
    np.testing.assert_array_equal(made.inputs, features_of(data.inputs, names))
    assert not made.inputs.flags.writeable
    assert made.targets is data.targets
    assert (made.classes, made.task, made.name) == (data.classes, data.task, data.name)
    assert made.preparation is (data.preparation if made is data else None)
    assert (made is data) == (set(names) == {"x1", "x2"})
    again = Dataset.from_dict(made.to_dict(), made.arrays())
    np.testing.assert_array_equal(again.inputs, made.inputs)


def test_the_plane_alone_leaves_the_data_as_they_are() -> None:
    own = Dataset.from_arrays([[1.0, 2.0]], [3.0], feature_names=("length", "width"))
    assert with_features(own, ("x2", "x1")) is own
    assert with_features(own, ("x1", "x1*x2")).feature_names == ("x1", "x1*x2")


def test_xor_is_one_line_of_the_product() -> None:
    data = with_features(gate("xor"), ("x1", "x2", "x1*x2"))
    np.testing.assert_array_equal(data.inputs @ [1, 1, -2], data.labels)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["x1", "sin(x1)"], r"no feature called 'sin\(x1\)'; did you mean 'sin\(πx1\)'"),
        (["colour"], "no feature called 'colour'; choose from: x1, x2, x1\\^2, .*sin\\(πx2\\)"),
        ([3], "no feature called 3"),
        ([], "No feature is chosen.*choose from: x1, x2"),
        (["x1", "x2", "x1"], "feature 'x1' was given twice"),
    ],
)
def test_names_that_can_not_be(names: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        with_features(gate("xor"), names)


def test_data_that_can_not_be() -> None:
    with pytest.raises(InputError, match="data have 3 features, but"):
        with_features(gate("parity-3"), ("x1", "x2"))
    with pytest.raises(InputError, match=r"shape \(3,\), but they must be \(n, 2\)"):
        features_of([1.0, 2.0, 3.0], ("x1",))
    with pytest.raises(InputError, match="features holds inf"):
        features_of([[1e200, 1.0]], ("x1^2",))
