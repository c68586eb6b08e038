"""Splits: every row once, the same for a seed, classes in share, nothing that crashes."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koubai.data.split import check_fractions, split
from koubai.errors import InputError

fractions = st.sampled_from([0.0, 0.01, 0.2, 1 / 3, 0.49])


@given(
    st.none() | st.lists(st.integers(0, 5), min_size=3, max_size=40),
    st.integers(3, 40),
    fractions,
    fractions,
    st.integers(0, 2**32 - 1),
)
def test_every_row_is_in_one_part(labels: list[int] | None, rows: int, validation: float, test: float, seed: int) -> None:
    classes = None if labels is None else np.array(labels)
    rows = rows if classes is None else len(classes)
    counts = [max(1, round(rows * fraction)) if fraction else 0 for fraction in (validation, test)]
    if sum(counts) >= rows:
        with pytest.raises(InputError, match=f"{rows} rows are too few"):
            split(rows, classes, validation=validation, test=test, seed=seed)
        return
    parts = split(rows, classes, validation=validation, test=test, seed=seed)
    assert sorted(np.concatenate(parts)) == list(range(rows))
    assert all((np.diff(part) > 0).all() for part in parts)
    assert all(len(part) <= count for part, count in zip(parts[1:], counts, strict=True))
    if classes is None:
        assert [len(part) for part in parts[1:]] == counts
    else:
        assert set(classes[parts[0]]) == set(classes)  # no class is lost
    again = split(rows, classes, validation=validation, test=test, seed=seed)
    assert all(map(np.array_equal, parts, again))


def test_classes_keep_their_shares() -> None:
    labels = np.repeat([0, 1, 2], [500, 300, 200])
    train, validation, test = split(1000, labels, validation=0.2, test=0.1, seed=3)
    assert [np.bincount(labels[part]).tolist() for part in (train, validation, test)] == [
        [350, 210, 140], [100, 60, 40], [50, 30, 20],
    ]  # fmt: skip
    other = split(1000, labels, validation=0.2, test=0.1, seed=4)
    assert not np.array_equal(other[2], test)


def test_a_class_of_one_row_spoils_no_shares() -> None:
    labels = np.repeat([0, 1, 2], [50, 1, 49])
    for seed in range(20):
        train, validation, test = split(100, labels, validation=0.2, test=0.2, seed=seed)
        assert 50 in train
        assert np.bincount(labels[test], minlength=3).tolist() == [10, 0, 10]
        assert np.bincount(labels[validation], minlength=3).tolist() == [10, 0, 10]


@pytest.mark.parametrize(
    ("validation", "test", "message"),
    [
        (-0.1, 0.2, "fraction for validation is -0.1, but it must be a number from 0 to below 1; try 0.2"),
        (0.2, 1, "fraction for test is 1"),
        (float("nan"), 0.2, "fraction for validation is nan"),
        (True, 0.2, "fraction for validation is True"),
        ("0.2", 0.2, "fraction for validation is 0.2"),
        (0.5, 0.5, r"validation \(0.5\) and test \(0.5\) leave no row to train on"),
    ],
)
def test_fractions_that_can_not_be(validation: Any, test: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_fractions(validation, test)
