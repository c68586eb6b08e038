"""A Preparation fitted by scikit-learn on the rows for training, its numbers read off; nothing of scikit-learn's is kept."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.data.preprocessing import CategoryColumn, NumberColumn, Preparation, Target, numbers_of
from koubai.data.table import Table
from koubai.errors import InputError


def fitted(table: Table, features: Sequence[str], train: NDArray[np.int64], target: Target, *, impute: bool) -> Preparation:
    """The Preparation of ``features`` by the rows ``train``: StandardScaler, and, to ``impute``, SimpleImputer.

    The categories are the texts that occur there. A missing number is the median, a missing text the most frequent. A column
    that is constant in ``train`` has the scale 1. InputError where a column has no value there, or values too large to be
    squared.
    """
    numeric = [name for name in features if table.column(name).kind == "number"]
    numbers = dict(zip(numeric, _numbers(table, numeric, train, impute), strict=True))
    return Preparation(tuple(numbers.get(name) or _categories(table, name, train, impute) for name in features), target)


def fitted_values(name: str, values: NDArray[np.float64], table: Table) -> Target:
    """The Target of ``values`` (n,) to regress: StandardScaler's mean and scale."""
    mean, scale = _standard(values[:, None], [name], table)
    return Target(name, "regress", (), (float(mean[0]),), (float(scale[0]),))


def _numbers(table: Table, names: list[str], train: NDArray[np.int64], impute: bool) -> list[NumberColumn]:
    if not names:
        return []
    values = np.empty((len(train), len(names)))
    for place, name in enumerate(names):
        values[:, place] = numbers_of(table, name)[train]
        if np.isnan(values[:, place]).all():
            raise InputError("table-empty-column", name=name, table=table.place_of_all())
    fills: Sequence[Any] = [None] * len(names)
    if impute:
        from sklearn.impute import SimpleImputer

        imputer = SimpleImputer(strategy="median")
        values = imputer.fit_transform(values)
        fills = imputer.statistics_.tolist()
    mean, scale = _standard(values, names, table)
    return [NumberColumn(*one) for one in zip(names, mean.tolist(), scale.tolist(), fills, strict=True)]


def _standard(values: NDArray[np.float64], names: list[str], table: Table) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from sklearn.preprocessing import StandardScaler

    with np.errstate(over="ignore", invalid="ignore"):
        scaler = StandardScaler().fit(values)
    good = np.isfinite(scaler.mean_) & np.isfinite(scaler.var_) & (scaler.scale_ > 0)
    if not good.all():
        name = names[int(np.argmin(good))]
        raise InputError("table-too-large", name=name, table=table.place_of_all())
    return scaler.mean_, scaler.scale_


def _categories(table: Table, name: str, train: NDArray[np.int64], impute: bool) -> CategoryColumn:
    column = table.texts(name)
    codes = column.values[train]
    # the places in the sorted texts, which have the texts' own order; OneHotEncoder finds the same in 100 times the time
    seen, counts = np.unique(codes[codes >= 0], return_counts=True)
    if not len(seen):
        raise InputError("table-empty-column", name=name, table=table.place_of_all())
    fill = column.texts[int(seen[counts.argmax()])] if impute else None  # of the most frequent the first, as SimpleImputer
    return CategoryColumn(name, tuple(column.texts[code] for code in seen), fill)
