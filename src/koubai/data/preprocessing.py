"""Preprocessing: how columns become a network's inputs, and its outputs values of the data, as plain numbers and texts.

It is fitted by scikit-learn on the rows for training, and its numbers are read off: nothing of scikit-learn's is kept. It is
imported only when something is fitted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NotRequired, TypedDict, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.data.arrow_types import Frame
from koubai.data.bounds import check_features
from koubai.data.cell_parsing import Codes, Column, numeric
from koubai.data.table import Table
from koubai.errors import InputError

Task = Literal["classify", "regress"]
Label = str | bool | int | float
Floats = NDArray[np.float64]

_LARGEST = int(np.finfo(float).max)  # an integer, so that larger ones are compared exactly


class ColumnDict(TypedDict):
    """A column as JSON has it: of numbers with ``mean`` and ``scale``, of texts with ``categories``."""

    name: str
    kind: Literal["number", "category"]
    mean: NotRequired[float]
    scale: NotRequired[float]
    categories: NotRequired[list[str]]
    fill: float | str | None


class TargetDict(TypedDict):
    """The target as JSON has it: with ``classes``, or with ``mean`` and ``scale``."""

    name: str
    task: Task
    classes: NotRequired[list[Label]]
    mean: NotRequired[list[float]]
    scale: NotRequired[list[float]]


class PreparationDict(TypedDict):
    """A Preparation as JSON has it."""

    columns: list[ColumnDict]
    target: TargetDict


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers, of which the network sees ``(x - mean) / scale``.

    A missing number counts as ``fill``, or is refused where that is None.
    """

    name: str
    mean: float = 0.0
    scale: float = 1.0
    fill: float | None = None

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The one feature."""
        return (self.name,)

    def write_features(self, out: Floats, table: Table) -> None:
        """Write the features (n, 1) of ``table`` into ``out``."""
        values = numbers_of(table, self.name)
        gaps = np.isnan(values)
        if gaps.any():
            if self.fill is None:
                raise missing_error("preparation-missing", table, self.name, gaps)
            values = np.where(gaps, self.fill, values)
        out[:, 0] = standardised(values, self.mean, self.scale, self.name, table)


@dataclass(frozen=True)
class CategoryColumn:
    """A column of texts, of which the network sees 1 for the row's own of ``categories``, else 0.

    A missing text counts as ``fill``, or is refused where that is None. A text that is none of them is 0 everywhere.
    """

    name: str
    categories: tuple[str, ...]
    fill: str | None = None

    @cached_property
    def feature_names(self) -> tuple[str, ...]:
        """A feature for every category: colour=red."""
        return tuple(f"{self.name}={category}" for category in self.categories)

    def write_features(self, out: Floats, table: Table) -> None:
        """Write the features (n, categories) of ``table`` into ``out``."""
        codes = self.codes(table.texts(self.name))
        gaps = codes == -2
        if gaps.any():
            if self.fill is None:
                raise missing_error("preparation-missing", table, self.name, gaps)
            codes[gaps] = self.categories.index(self.fill)
        out[:] = codes[:, None] == np.arange(len(self.categories))

    def codes(self, column: Column) -> Codes:
        """Return which category every row has, (n,): -1 for one that was never seen, -2 where it is missing."""
        known = {category: number for number, category in enumerate(self.categories)}
        codes = np.array([*(known.get(text, -1) for text in column.texts), -2], dtype=np.int64)
        return np.asarray(codes[column.codes])  # -1, missing, is the last


@dataclass(frozen=True)
class Target:
    """What is learned: for classes their labels; for values ``mean`` and ``scale`` of each output, as the data have them."""

    name: str
    task: Task
    classes: tuple[Label, ...] = ()
    mean: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()


@dataclass(frozen=True)
class Preparation:
    """The source's columns in order, and the target: fitted on the rows for training alone, and kept beside the network.

    Example:
        >>> import koubai as kb
        >>> preparation = kb.data.load("iris").train.preparation
        >>> preparation.feature_names[:2], preparation.target.classes
        (('sepal length (cm)', 'sepal width (cm)'), ('setosa', 'versicolor', 'virginica'))
    """

    columns: tuple[NumberColumn | CategoryColumn, ...]
    target: Target

    @cached_property
    def feature_names(self) -> tuple[str, ...]:
        """What the network's inputs are called: a number's column by its name, a category as colour=red."""
        return tuple(name for column in self.columns for name in column.feature_names)

    def inputs_of(self, table: Frame) -> Floats:
        """Return the network's inputs for the rows of a table.

        A category that was not among those for training is 0 in all of its features; see ``unseen``.

        Args:
            table: A Table or a frame of n rows, its columns found by name, further ones ignored.

        Returns:
            The features, (n, features).

        Raises:
            InputError: A column is missing, a number isn't one or isn't finite, or a value is missing and has no ``fill``.
        """
        table = self._checked_table(table)
        features = len(self.feature_names)
        widest = max(self.columns, key=lambda column: len(column.feature_names))
        check_features(table.rows, features, widest.name, table.location)
        inputs = np.empty((table.rows, features))
        start = 0
        for column in self.columns:
            stop = start + len(column.feature_names)
            column.write_features(inputs[:, start:stop], table)
            start = stop
        return inputs

    def unseen(self, table: Frame) -> dict[str, int]:
        """Return the columns with texts that were not among the categories for training, and in how many rows."""
        table = self._checked_table(table)
        categorical = [column for column in self.columns if isinstance(column, CategoryColumn)]
        counts = {column.name: int((column.codes(table.texts(column.name)) == -1).sum()) for column in categorical}
        return {name: count for name, count in counts.items() if count}

    def values_of(self, outputs: ArrayLike) -> Floats:
        """Return a network's outputs (n, outputs) in the units of the data; as they are where the task is to classify."""
        values = np.asarray(outputs, dtype=np.float64)
        if self.target.task == "classify":
            return values
        with np.errstate(over="ignore"):
            return np.asarray(values * self.target.scale + self.target.mean)

    def to_dict(self) -> PreparationDict:
        """Return plain values, as JSON has them."""
        target = self.target
        values: TargetDict = {"name": target.name, "task": target.task}
        if target.task == "regress":
            values |= {"mean": list(target.mean), "scale": list(target.scale)}
        else:
            values |= {"classes": list(target.classes)}
        return {"columns": [_column_to_dict(column) for column in self.columns], "target": values}

    @classmethod
    def from_dict(cls, values: object) -> "Preparation":
        """Return the Preparation that ``to_dict`` gave; InputError where it is damaged."""
        known = _checked_keys(values, ("columns", "target"), "preparation")
        listed = _list(known["columns"], "columns")
        columns = tuple(_column_from_dict(column, f"columns[{number}]") for number, column in enumerate(listed))
        if not columns or len({column.name for column in columns}) < len(columns):
            raise InputError("preparation-damaged", field="columns")
        return cls(columns, _target_from_dict(known["target"]))

    def _checked_table(self, frame: Frame) -> Table:
        """Return the ``frame`` as a Table, its columns parsed; InputError where one is missing."""
        table = Table.of(frame)
        lacking = [column.name for column in self.columns if column.name not in table.arrays]
        if lacking:
            raise InputError("preparation-columns", table=table.location, names=", ".join(lacking))
        table.parse(column.name for column in self.columns)
        return table


def check_task(task: object) -> None:
    """Raise InputError unless ``task`` is one, or None."""
    if task is not None and not (isinstance(task, str) and task in get_args(Task)):
        raise InputError("task", value=task)


def numbers_of(table: Table, name: str) -> Floats:
    """Return the numbers of a column (n,), NaN where missing; InputError, with the row, where one is none or isn't finite."""
    column = table.column(name)
    if column.kind != "number":
        wrong = np.append(~numeric(column.texts), False)[column.codes]  # -1, missing, is the last
        row = int(np.argmax(wrong)) if wrong.any() else int(np.argmax(~column.missing))
        raise InputError("table-not-number", name=name, value=column.texts[column.codes[row]], place=table.row_location(row))
    values = column.numbers
    endless = np.isinf(values)
    if endless.any():
        row = int(np.argmax(endless))
        raise InputError("table-infinite", name=name, value=values[row], place=table.row_location(row))
    return values


def standardised(values: Floats, mean: float, scale: float, name: str, table: Table) -> Floats:
    """Return ``(values - mean) / scale`` (n,); InputError, with the row, where that is too large for a number."""
    with np.errstate(over="ignore"):
        scaled = (values - mean) / scale
    good = np.isfinite(scaled)
    if not good.all():
        row = int(np.argmin(good))
        raise InputError("table-extreme", name=name, value=values[row], place=table.row_location(row))
    return scaled


def missing_error(code: str, table: Table, name: str, gaps: NDArray[np.bool_]) -> InputError:
    """Return the error ``code`` for a column with ``gaps`` (n,): how many there are, and where the first is."""
    return InputError(code, name=name, count=int(gaps.sum()), place=table.row_location(int(np.argmax(gaps))))


def fit_preparation(
    table: Table, features: Sequence[str], train: NDArray[np.int64], target: Target, *, impute: bool
) -> Preparation:
    """Fit the Preparation of ``features`` to the rows ``train``: StandardScaler, and, to ``impute``, SimpleImputer.

    The categories are the texts that occur there. A missing number is the median, a missing text the most frequent. A column
    that is constant in ``train`` has the scale 1.

    Raises:
        InputError: A column has no value in these rows, or values too large to be squared.
    """
    number_names = [name for name in features if table.column(name).kind == "number"]
    numbers = dict(zip(number_names, _fit_numbers(table, number_names, train, impute), strict=True))
    return Preparation(tuple(numbers.get(name) or _fit_categories(table, name, train, impute) for name in features), target)


def fit_target(name: str, values: Floats, table: Table) -> Target:
    """Return the Target of ``values`` (n,) to regress: StandardScaler's mean and scale."""
    mean, scale = _fit_scale(values[:, None], [name], table)
    return Target(name, "regress", (), (float(mean[0]),), (float(scale[0]),))


def _fit_numbers(table: Table, names: list[str], train: NDArray[np.int64], impute: bool) -> list[NumberColumn]:
    if not names:
        return []
    values = np.empty((len(train), len(names)))
    for index, name in enumerate(names):
        values[:, index] = numbers_of(table, name)[train]
        if np.isnan(values[:, index]).all():
            raise InputError("table-empty-column", name=name, table=table.location)
    fills: list[float | None] = [None] * len(names)
    if impute:
        from sklearn.impute import SimpleImputer

        imputer = SimpleImputer(strategy="median")
        values = imputer.fit_transform(values)
        fills = imputer.statistics_.tolist()
    mean, scale = _fit_scale(values, names, table)
    return [NumberColumn(*one) for one in zip(names, mean.tolist(), scale.tolist(), fills, strict=True)]


def _fit_scale(values: Floats, names: list[str], table: Table) -> tuple[Floats, Floats]:
    from sklearn.preprocessing import StandardScaler

    with np.errstate(over="ignore", invalid="ignore"):
        scaler = StandardScaler().fit(values)
    good = np.isfinite(scaler.mean_) & np.isfinite(scaler.var_) & (scaler.scale_ > 0)
    if not good.all():
        name = names[int(np.argmin(good))]
        raise InputError("table-too-large", name=name, table=table.location)
    return scaler.mean_, scaler.scale_


def _fit_categories(table: Table, name: str, train: NDArray[np.int64], impute: bool) -> CategoryColumn:
    column = table.texts(name)
    codes = column.codes[train]
    # the codes have the order of the texts; OneHotEncoder finds the same in 100 times the time
    seen, counts = np.unique(codes[codes >= 0], return_counts=True)
    if not len(seen):
        raise InputError("table-empty-column", name=name, table=table.location)
    fill = column.texts[int(seen[counts.argmax()])] if impute else None  # of the most frequent the first, as SimpleImputer
    return CategoryColumn(name, tuple(column.texts[code] for code in seen), fill)


def _column_to_dict(column: NumberColumn | CategoryColumn) -> ColumnDict:
    if isinstance(column, NumberColumn):
        return {"name": column.name, "kind": "number", "mean": column.mean, "scale": column.scale, "fill": column.fill}
    return {"name": column.name, "kind": "category", "categories": list(column.categories), "fill": column.fill}


def _column_from_dict(values: object, field: str) -> NumberColumn | CategoryColumn:
    kind = values.get("kind") if isinstance(values, Mapping) else None
    if kind == "number":
        known = _checked_keys(values, ("name", "kind", "mean", "scale", "fill"), field)
        fill = None if known["fill"] is None else _number(known["fill"], f"{field}.fill")
        mean, scale = _number(known["mean"], f"{field}.mean"), _scale(known["scale"], f"{field}.scale")
        return NumberColumn(_text(known["name"], f"{field}.name"), mean, scale, fill)
    known = _checked_keys(values, ("name", "kind", "categories", "fill"), field)
    categories = tuple(_text(one, f"{field}.categories") for one in _list(known["categories"], f"{field}.categories"))
    if kind != "category" or not categories or len(set(categories)) < len(categories):
        raise InputError("preparation-damaged", field=field)
    filled = None if known["fill"] is None else _text(known["fill"], f"{field}.fill")
    if filled is not None and filled not in categories:
        raise InputError("preparation-damaged", field=f"{field}.fill")
    return CategoryColumn(_text(known["name"], f"{field}.name"), categories, filled)


def _target_from_dict(values: object) -> Target:
    task = values.get("task") if isinstance(values, Mapping) else None
    if task == "regress":
        known = _checked_keys(values, ("name", "task", "mean", "scale"), "target")
        mean = tuple(_number(one, "target.mean") for one in _list(known["mean"], "target.mean"))
        scale = tuple(_scale(one, "target.scale") for one in _list(known["scale"], "target.scale"))
        if not mean or len(mean) != len(scale):
            raise InputError("preparation-damaged", field="target.mean")
        return Target(_text(known["name"], "target.name"), "regress", (), mean, scale)
    known = _checked_keys(values, ("name", "task", "classes"), "target")
    classes = tuple(_label(one) for one in _list(known["classes"], "target.classes"))
    if task != "classify" or not classes or len(set(classes)) < len(classes):
        raise InputError("preparation-damaged", field="target")
    return Target(_text(known["name"], "target.name"), "classify", classes)


def _checked_keys(values: object, keys: Sequence[str], field: str) -> Mapping[str, object]:
    if not isinstance(values, Mapping) or set(values) != set(keys):
        raise InputError("preparation-damaged", field=field)
    return values


def _list(values: object, field: str) -> Sequence[object]:
    if not isinstance(values, (list, tuple)):
        raise InputError("preparation-damaged", field=field)
    return values


def _text(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise InputError("preparation-damaged", field=field)
    return value


def _number(value: object, field: str) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not abs(value) <= _LARGEST:
        raise InputError("preparation-damaged", field=field)
    return float(value)


def _scale(value: object, field: str) -> float:
    scale = _number(value, field)
    if scale <= 0:
        raise InputError("preparation-damaged", field=field)
    return scale


def _label(value: object) -> Label:
    return value if isinstance(value, (str, bool, int)) else _number(value, "target.classes")
