"""The distinct inputs of a layer, where they are few."""

import numpy as np

from koubai.core.slopes.distinct import few


def test_few_points_are_each_samples_distinct_sizes() -> None:
    made = few(np.array([[0.0, 2.0, -2.0, 2.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0, 3.0]]))
    assert made is not None
    assert made.values.T.tolist() == [[1.0, 2.0], [1.0, 3.0]]
    assert made.reads[:, 0].tolist() == [[0, 0, 0, 0, 0, 1, 1], [0, 1, -1, 1, 0, 0, 0]]
    assert made.reads[:, 1].tolist() == [[0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 1, 0]]
    assert few(np.random.default_rng(0).normal(size=(3, 6))) is None


def test_many_distinct_points_are_not_few() -> None:
    assert few(np.tile(np.arange(1.0, 11.0), (2, 10))) is None  # ten sizes, a hundred inputs
