"""Preparation: how columns become a network's inputs, and its outputs values of the data, as plain numbers and texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.data.bounds import check_features
from koubai.data.cell_parsing import Column, numeric
from koubai.data.table import Table
from koubai.errors import InputError

Task = Literal["classify", "regress"]
Label = str | bool | int | float

_LARGEST = int(np.finfo(float).max)  # an integer, so that larger ones are compared exactly


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers: ``(x - mean) / scale``, a missing one as ``fill``, or refused where that is None."""

    name: str
    mean: float = 0.0
    scale: float = 1.0
    fill: float | None = None

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The one feature."""
        return (self.name,)

    def put(self, out: NDArray[np.float64], table: Table) -> None:
        """The features (n, 1) into ``out``."""
        values = numbers_of(table, self.name)
        gaps = np.isnan(values)
        if gaps.any():
            if self.fill is None:
                raise missing("preparation-missing", table, self.name, gaps)
            values = np.where(gaps, self.fill, values)
        out[:, 0] = standardised(values, self.mean, self.scale, self.name, table)


@dataclass(frozen=True)
class CategoryColumn:
    """A column of texts: 1 for the row's own of ``categories``, else 0. A missing one counts as ``fill``,
    or is refused where that is None; a text that is none of them is 0 everywhere.
    """

    name: str
    categories: tuple[str, ...]
    fill: str | None = None

    @cached_property
    def feature_names(self) -> tuple[str, ...]:
        """A feature for every category: colour=red."""
        return tuple(f"{self.name}={category}" for category in self.categories)

    def put(self, out: NDArray[np.float64], table: Table) -> None:
        """The features (n, categories) into ``out``."""
        places = self.places(table.texts(self.name))
        gaps = places == -2
        if gaps.any():
            if self.fill is None:
                raise missing("preparation-missing", table, self.name, gaps)
            places[gaps] = self.categories.index(self.fill)
        out[:] = places[:, None] == np.arange(len(self.categories))

    def places(self, column: Column) -> NDArray[np.int64]:
        """The category of every row, (n,): its number, -1 for one that was never seen, -2 where it is missing."""
        known = {category: number for number, category in enumerate(self.categories)}
        table = np.array([*(known.get(text, -1) for text in column.texts), -2], dtype=np.int64)
        places: NDArray[np.int64] = table[column.values]  # -1, missing, is the last
        return places


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
    """The source's columns in order, and the target. Fitted on the rows for training alone, and kept beside the network.

    ``to_dict`` gives plain values, as JSON has them; ``from_dict`` takes them back, exactly.
    """

    columns: tuple[NumberColumn | CategoryColumn, ...]
    target: Target

    @cached_property
    def feature_names(self) -> tuple[str, ...]:
        """What the network's inputs are called: a number's column by its name, a category as colour=red."""
        return tuple(name for column in self.columns for name in column.feature_names)

    def inputs_of(self, table: Any) -> NDArray[np.float64]:
        """The network's inputs (n, features) for a Table or a frame, its columns found by name, further ones ignored.

        InputError where columns are missing, a number isn't one or isn't finite, or a value is missing and was not to be
        filled in. A category that was not among those for training is 0 in all of its features; see ``unseen``.
        """
        table = self._fitting(table)
        features = len(self.feature_names)
        widest = max(self.columns, key=lambda column: len(column.feature_names))
        check_features(table.rows, features, widest.name, table.place_of_all())
        inputs = np.empty((table.rows, features))
        start = 0
        for column in self.columns:
            stop = start + len(column.feature_names)
            column.put(inputs[:, start:stop], table)
            start = stop
        return inputs

    def unseen(self, table: Any) -> dict[str, int]:
        """Columns with texts that were not among the categories for training -> in how many rows."""
        table = self._fitting(table)
        found = {
            column.name: int((column.places(table.texts(column.name)) == -1).sum())
            for column in self.columns
            if isinstance(column, CategoryColumn)
        }
        return {name: count for name, count in found.items() if count}

    def values_of(self, outputs: ArrayLike) -> NDArray[np.float64]:
        """A network's outputs (n, outputs) in the units of the data; as they are where the task is to classify."""
        values = np.asarray(outputs, dtype=np.float64)
        if self.target.task == "classify":
            return values
        with np.errstate(over="ignore"):
            return np.asarray(values * self.target.scale + self.target.mean)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as JSON has them."""
        target = self.target
        learned: dict[str, Any] = {"classes": list(target.classes)}
        if target.task == "regress":
            learned = {"mean": list(target.mean), "scale": list(target.scale)}
        return {
            "columns": [_column_to_dict(column) for column in self.columns],
            "target": {"name": target.name, "task": target.task, **learned},
        }

    @classmethod
    def from_dict(cls, values: Any) -> "Preparation":
        """The Preparation that ``to_dict`` gave; InputError where it is damaged."""
        _check_keys(values, ("columns", "target"), "preparation")
        listed = _list(values["columns"], "columns")
        columns = tuple(_column_from_dict(column, f"columns[{number}]") for number, column in enumerate(listed))
        if not columns or len({column.name for column in columns}) < len(columns):
            raise InputError("preparation-damaged", field="columns")
        return cls(columns, _target_from_dict(values["target"]))

    def _fitting(self, frame: Any) -> Table:
        table = Table.of(frame)
        lacking = [column.name for column in self.columns if column.name not in table.arrays]
        if lacking:
            raise InputError("preparation-columns", table=table.place_of_all(), names=", ".join(lacking))
        table.understand(column.name for column in self.columns)
        return table


def check_task(task: Any) -> None:
    """InputError unless ``task`` is one, or None."""
    if task is not None and not (isinstance(task, str) and task in get_args(Task)):
        raise InputError("task", value=task)


def numbers_of(table: Table, name: str) -> NDArray[np.float64]:
    """The numbers of a column (n,), NaN where missing; InputError, with the place, for a cell that is none, or isn't finite."""
    column = table.column(name)
    if column.kind != "number":
        wrong = np.append(~numeric(column.texts), False)[column.values]  # -1, missing, is the last
        row = int(np.argmax(wrong)) if wrong.any() else int(np.argmax(~column.missing))
        raise InputError("table-not-number", name=name, value=column.texts[column.values[row]], place=table.place(row))
    values: NDArray[np.float64] = column.values
    endless = np.isinf(values)
    if endless.any():
        row = int(np.argmax(endless))
        raise InputError("table-infinite", name=name, value=values[row], place=table.place(row))
    return values


def standardised(values: NDArray[np.float64], mean: float, scale: float, name: str, table: Table) -> NDArray[np.float64]:
    """``(values - mean) / scale`` (n,); InputError, with the place, where that is too large for a number."""
    with np.errstate(over="ignore"):
        found = (values - mean) / scale
    good = np.isfinite(found)
    if not good.all():
        row = int(np.argmin(good))
        raise InputError("table-extreme", name=name, value=values[row], place=table.place(row))
    return found


def missing(code: str, table: Table, name: str, gaps: NDArray[np.bool_]) -> InputError:
    """The error ``code`` for a column with ``gaps``: how many there are, and where the first is."""
    return InputError(code, name=name, count=int(gaps.sum()), place=table.place(int(np.argmax(gaps))))


def _column_to_dict(column: NumberColumn | CategoryColumn) -> dict[str, Any]:
    if isinstance(column, NumberColumn):
        return {"name": column.name, "kind": "number", "mean": column.mean, "scale": column.scale, "fill": column.fill}
    return {"name": column.name, "kind": "category", "categories": list(column.categories), "fill": column.fill}


def _column_from_dict(values: Any, field: str) -> NumberColumn | CategoryColumn:
    kind = values.get("kind") if isinstance(values, Mapping) else None
    if kind == "number":
        _check_keys(values, ("name", "kind", "mean", "scale", "fill"), field)
        fill = None if values["fill"] is None else _number(values["fill"], f"{field}.fill")
        mean, scale = _number(values["mean"], f"{field}.mean"), _scale(values["scale"], f"{field}.scale")
        return NumberColumn(_text(values["name"], f"{field}.name"), mean, scale, fill)
    _check_keys(values, ("name", "kind", "categories", "fill"), field)
    categories = tuple(_text(one, f"{field}.categories") for one in _list(values["categories"], f"{field}.categories"))
    if kind != "category" or not categories or len(set(categories)) < len(categories):
        raise InputError("preparation-damaged", field=field)
    if values["fill"] is not None and values["fill"] not in categories:
        raise InputError("preparation-damaged", field=f"{field}.fill")
    return CategoryColumn(_text(values["name"], f"{field}.name"), categories, values["fill"])


def _target_from_dict(values: Any) -> Target:
    task = values.get("task") if isinstance(values, Mapping) else None
    if task == "regress":
        _check_keys(values, ("name", "task", "mean", "scale"), "target")
        mean = tuple(_number(one, "target.mean") for one in _list(values["mean"], "target.mean"))
        scale = tuple(_scale(one, "target.scale") for one in _list(values["scale"], "target.scale"))
        if not mean or len(mean) != len(scale):
            raise InputError("preparation-damaged", field="target.mean")
        return Target(_text(values["name"], "target.name"), "regress", (), mean, scale)
    _check_keys(values, ("name", "task", "classes"), "target")
    classes = tuple(_label(one) for one in _list(values["classes"], "target.classes"))
    if task != "classify" or not classes or len(set(classes)) < len(classes):
        raise InputError("preparation-damaged", field="target")
    return Target(_text(values["name"], "target.name"), "classify", classes)


def _check_keys(values: Any, keys: Sequence[str], field: str) -> None:
    if not isinstance(values, Mapping) or set(values) != set(keys):
        raise InputError("preparation-damaged", field=field)


def _list(values: Any, field: str) -> Sequence[Any]:
    if not isinstance(values, (list, tuple)):
        raise InputError("preparation-damaged", field=field)
    return values


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise InputError("preparation-damaged", field=field)
    return value


def _number(value: Any, field: str) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not abs(value) <= _LARGEST:
        raise InputError("preparation-damaged", field=field)
    return float(value)


def _scale(value: Any, field: str) -> float:
    scale = _number(value, field)
    if scale <= 0:
        raise InputError("preparation-damaged", field=field)
    return scale


def _label(value: Any) -> Label:
    return value if isinstance(value, (str, bool, int)) else _number(value, "target.classes")
