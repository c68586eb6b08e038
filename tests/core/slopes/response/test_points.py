"""Points that are evaluated one by one: which are distinct."""

import numpy as np

from koubai.core.slopes.response import points


def test_few_points_are_each_samples_distinct_sizes() -> None:
    few = points.few(np.array([[0.0, 2.0, -2.0, 2.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0, 3.0]]))
    assert few is not None
    assert few.values.T.tolist() == [[1.0, 2.0], [1.0, 3.0]]
    assert few.reads[:, 0].tolist() == [[0, 0, 0, 0, 0, 1, 1], [0, 1, -1, 1, 0, 0, 0]]
    assert few.reads[:, 1].tolist() == [[0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 1, 0]]
    assert points.few(np.random.default_rng(0).normal(size=(3, 6))) is None


def test_many_distinct_points_are_not_few() -> None:
    assert points.few(np.tile(np.arange(1.0, 11.0), (2, 10))) is None  # ten sizes, a hundred inputs
