"""Rows for training, validation and test: drawn by chance from a seed, every class with its share in each."""

import numpy as np
from numpy.typing import NDArray

from koubai.errors import InputError

RowIndices = NDArray[np.int64]


def check_fractions(validation: float, test: float) -> None:
    """Raise InputError unless both are 0 or more and together below 1."""
    for name, value in (("validation", validation), ("test", test)):
        if not isinstance(value, (int, float, np.integer, np.floating)) or isinstance(value, bool) or not 0 <= value < 1:
            raise InputError("split-fraction", name=name, value=value)
    if validation + test >= 1:
        raise InputError("split-sum", validation=validation, test=test)


def split(
    rows: int, labels: RowIndices | None, *, validation: float, test: float, seed: int
) -> tuple[RowIndices, RowIndices, RowIndices]:
    """Return the rows for training, for validation and for test, each in order.

    A fraction above 0 is at least one row. They are drawn by scikit-learn's train_test_split, stratified; where classes have
    too few rows for that, one row of each goes to training before any is given away, and the rest are drawn without regard to
    class.

    Args:
        rows: How many rows there are.
        labels: The class of each, (rows,); None for values.
        validation: The fraction that is kept for validation.
        test: The fraction that is kept for the test.
        seed: What they are drawn by.

    Raises:
        InputError: Nothing would be left to train on.
    """
    check_fractions(validation, test)
    tested, validated = (max(1, round(rows * fraction)) if fraction else 0 for fraction in (test, validation))
    if rows - tested - validated < 1:
        raise InputError("split-rows", rows=rows)
    every = np.arange(rows)
    rest, test_rows = _cut(every, labels, tested, seed)
    train_rows, validation_rows = _cut(rest, labels, validated, seed)
    return train_rows, validation_rows, test_rows


def _cut(rows: RowIndices, labels: RowIndices | None, count: int, seed: int) -> tuple[RowIndices, RowIndices]:
    """Return ``rows`` without ``count`` of them, and these."""
    from sklearn.model_selection import train_test_split

    if labels is None:
        held, free, strata = rows[:0], rows, None
    else:
        held, free, strata = _free(rows, labels, count, seed)
        count = min(count, len(free))
    if count == 0 or len(free) == count:
        return (rows, rows[:0]) if count == 0 else (np.sort(held), np.sort(free))
    rest, cut = train_test_split(free, test_size=count, random_state=seed, stratify=strata)
    return np.sort(np.concatenate([held, rest])), np.sort(cut)


def _free(rows: RowIndices, labels: RowIndices, count: int, seed: int) -> tuple[RowIndices, RowIndices, RowIndices | None]:
    """Return the rows that stay for training, those to draw from, and the latter's classes where these keep their shares."""
    _, groups, sizes = np.unique(labels[rows], return_inverse=True, return_counts=True)
    single = sizes[groups] == 1
    free, classes = rows[~single], int((sizes > 1).sum())
    if classes and count >= classes and len(free) - count >= classes:
        return rows[single], free, labels[free]
    order = np.random.default_rng(seed).permutation(len(rows))
    first = order[np.unique(groups[order], return_index=True)[1]]  # one row of each class
    return rows[first], np.delete(rows, first), None
