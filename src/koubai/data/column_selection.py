"""Which columns of a table are learned from, which one is learned, and as what; and what can't be learned from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from koubai.data.cell_parsing import Column, numeric
from koubai.data.load_options import LoadOptions
from koubai.data.preprocessing import Label, Task, check_task, missing_error, numbers_of
from koubai.data.table import Table
from koubai.errors import InputError

MOST_CLASSES = 20  # that whole numbers are taken for, unless the task is named
_LISTED = 20  # names in a message


class Note(NamedTuple):
    """What a person should know of data that were loaded: the key of a sentence in ``koubai.locale``, and its values."""

    key: str
    values: Mapping[str, object]


@dataclass(frozen=True, eq=False)
class ColumnSelection:
    """The target and the features by name, the task, and the target of every row: its class's number, or its value, (n,)."""

    target: str
    features: tuple[str, ...]
    task: Task
    classes: tuple[Label, ...]
    answers: NDArray[Any]  # int64 for classes, else float64


def select_columns(table: Table, options: LoadOptions, notes: list[Note]) -> ColumnSelection:
    """Return what is learned from which columns; what ``options`` don't say is inferred and added to ``notes``.

    The target is the last column; the features are all others. The task is to classify where the target holds texts or true
    and false, or whole numbers of at most 20 values, on average twice each or more; else to regress.

    Raises:
        InputError: An option can't be, or a column can't be learned from.
    """
    check_task(options.task)
    target, features = _named_columns(table, options, notes)
    column = table.column(target)
    if column.missing.any():
        raise missing_error("table-missing-target", table, target, column.missing)
    task = options.task
    if task is None:
        task = _inferred(column)
        notes.append(Note(f"note-task-{task}", {"name": target, "count": column.distinct}))
    for name in features:
        _check_feature(table, name, options.impute)
    if task == "regress":
        return ColumnSelection(target, features, task, (), _values(table, target))
    classes, answers = _classes(table, target)
    return ColumnSelection(target, features, task, classes, answers)


def _named_columns(table: Table, options: LoadOptions, notes: list[Note]) -> tuple[str, tuple[str, ...]]:
    """Return the names of the target and the features; these columns are parsed."""
    names, target = dict.fromkeys(table.names), options.target
    if target is None:
        target = table.names[-1]
        notes.append(Note("note-target", {"name": target}))
    features = _features(options.features, names, _known(target, names))
    for name in (target, *features):
        if name in table.unnamed:
            raise InputError("table-unnamed", number=table.unnamed[name], table=table.location)
    table.parse((target, *features))
    return target, features


def _known(name: object, names: Mapping[str, None]) -> str:
    if isinstance(name, str) and name in names:
        return name
    near = get_close_matches(name, names, n=1, cutoff=0.5) if isinstance(name, str) else []
    if near:
        raise InputError("table-column-near", value=name, nearest=near[0])
    raise InputError("table-column", value=name, choices=_listed(names))


def _listed(names: Iterable[str]) -> str:
    """Return the first of ``names`` for a message, and … where there are more."""
    shown = [*islice(names, _LISTED + 1)]
    return ", ".join(shown[:_LISTED]) + (", …" if len(shown) > _LISTED else "")


def _features(features: str | Iterable[str] | None, names: Mapping[str, None], target: str) -> tuple[str, ...]:
    if isinstance(features, str) and features not in names:
        features = [name.strip() for name in features.split(",")]
    if features is None:
        features = [name for name in names if name != target]
    try:
        used = tuple(dict.fromkeys(_known(name, names) for name in ([features] if isinstance(features, str) else features)))
    except TypeError as error:
        raise InputError("table-column", value=features, choices=_listed(names)) from error
    if target in used:
        raise InputError("table-target-feature", name=target)
    if not used:
        raise InputError("table-no-features", name=target)
    return used


def _inferred(column: Column) -> Task:
    few = column.distinct <= MOST_CLASSES and 2 * column.distinct <= len(column.values)
    return "classify" if column.kind != "number" or (column.whole and few) else "regress"


def _values(table: Table, name: str) -> NDArray[np.float64]:
    if table.column(name).kind != "number" and not numeric(table.column(name).texts).any():
        raise InputError("table-text-target", name=name, table=table.location)
    values = numbers_of(table, name)
    if (values == values[0]).all():
        raise InputError("table-constant-target", name=name, table=table.location, value=values[0])
    return values


def _classes(table: Table, name: str) -> tuple[tuple[Label, ...], NDArray[np.int64]]:
    column = table.column(name)
    labels: tuple[Label, ...] = column.texts
    if column.kind == "number":
        numbers, codes = np.unique(numbers_of(table, name), return_inverse=True)
        labels = tuple(numbers.astype(np.int64).tolist() if column.whole else numbers.tolist())
    else:
        codes = column.codes
        if column.kind == "boolean":
            labels = tuple(text == "true" for text in column.texts)
    if len(labels) == 1:
        raise InputError("table-one-class", name=name, table=table.location, value=labels[0])
    if 2 * len(labels) > table.rows:
        code = "table-many-classes" if column.kind == "number" else "table-many-texts"
        raise InputError(code, name=name, table=table.location, classes=len(labels), rows=table.rows)
    return labels, codes


def _check_feature(table: Table, name: str, impute: bool) -> None:
    column = table.column(name)
    gaps = column.missing
    if gaps.all():
        raise InputError("table-empty-column", name=name, table=table.location)
    if column.kind == "text":
        _check_texts(table, name, column)
    elif column.kind == "number":
        numbers_of(table, name)
    if gaps.any() and not impute:
        raise missing_error("table-missing", table, name, gaps)
    if column.constant:
        value = column.numbers[~gaps][0] if column.kind == "number" else column.texts[column.codes[~gaps][0]]
        raise InputError("table-constant", name=name, table=table.location, value=value)


def _check_texts(table: Table, name: str, column: Column) -> None:
    """Raise InputError for a column of numbers with a few that are none, and for one whose texts name the rows."""
    naming = 2 * column.distinct > table.rows
    if naming or column.distinct > MOST_CLASSES:
        written = np.append(numeric(column.texts), False)[column.codes]  # as numbers; -1, missing, is the last
        if written.sum() >= (0.5 if naming else 0.9) * (~column.missing).sum():
            numbers_of(table, name)
    if naming:
        raise InputError("table-identifier", name=name, table=table.location, texts=column.distinct, rows=table.rows)
