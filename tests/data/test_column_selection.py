"""Which columns are learned from, as what, and what can't be: one sentence that names the column."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from koubai.data import Table, load
from koubai.data.column_selection import ColumnSelection, Note, select_columns
from koubai.data.load_options import LoadOptions
from koubai.errors import InputError

ROWS = 40
GOOD: dict[str, Any] = {
    "size": np.linspace(1, 9, ROWS),
    "colour": ["red", "blue"] * (ROWS // 2),
    "kind": ["a", "b", "b", "a"] * (ROWS // 4),
}


def chosen_of(frame: dict[str, Any], *, impute: bool = False, **options: Any) -> tuple[ColumnSelection, list[Note]]:
    notes: list[Note] = []
    given = LoadOptions(missing="impute" if impute else "refuse", **options)
    return select_columns(Table.of(pa.table(frame)), given, notes), notes


@pytest.mark.parametrize(
    ("target", "task", "classes"),
    [
        (["x", "y"] * 20, "classify", ("x", "y")),
        ([True, False] * 20, "classify", (False, True)),
        (["TRUE", "false"] * 20, "classify", (False, True)),
        ([3, 5] * 20, "classify", (3, 5)),
        (["1", "0"] * 20, "classify", (0, 1)),
        ([1.0, 2.0] * 20, "classify", (1, 2)),
        (list(range(20)) * 2, "classify", tuple(range(20))),
        (list(range(40)), "regress", ()),
        (list(range(21)) + [0] * 19, "regress", ()),
        ([0.5, 1.5] * 20, "regress", ()),
    ],
)
def test_the_task_is_inferred(target: list[Any], task: str, classes: tuple[Any, ...]) -> None:
    choice, notes = chosen_of({**GOOD, "last": target})
    assert (choice.target, choice.features, choice.task, choice.classes) == ("last", ("size", "colour", "kind"), task, classes)
    assert [type(label) for label in choice.classes] == [type(label) for label in classes]
    assert [key for key, _ in notes] == ["note-target", f"note-task-{task}"]


def test_what_is_given_is_not_inferred() -> None:
    choice, notes = chosen_of(GOOD, target="size", task="regress", features="colour, kind")
    assert (choice.target, choice.features, choice.task, notes) == ("size", ("colour", "kind"), "regress", [])
    assert chosen_of(GOOD, features=["size", "size"])[0].features == ("size",)
    assert chosen_of({"a,b": GOOD["size"], **GOOD}, features="a,b")[0].features == ("a,b",)
    assert chosen_of({**GOOD, "n": [0.5, 1.5] * 20}, task="classify")[0].classes == (0.5, 1.5)


@pytest.mark.parametrize(
    ("more", "options", "message"),
    [
        ({}, {"target": "knd"}, "no column called 'knd'; did you mean 'kind'"),
        ({}, {"target": "zzz"}, "no column called 'zzz'; choose from: size, colour, kind"),
        ({}, {"target": 3}, "no column called 3"),
        ({}, {"features": "size,colr"}, "no column called 'colr'; did you mean 'colour'"),
        ({}, {"features": ["size", None]}, "no column called None"),
        ({}, {"features": 3}, "no column called 3"),
        ({}, {"features": []}, "Besides the target 'kind' there is no column to learn from"),
        ({}, {"features": ""}, "no column called ''"),
        ({}, {"features": ["size", "kind"]}, "'kind' is the target, so it can't be a feature too"),
        ({}, {"task": "rank"}, "task is 'rank'"),
        ({}, {"task": "regress"}, "target 'kind' of the table holds texts"),
        ({}, {"target": "size", "task": "classify"}, "target 'size' of the table has 40 classes in 40 rows, .* --task regress"),
        ({"last": ["a"] * ROWS}, {}, "target 'last' of the table has one class only, 'a'"),
        ({"last": [1] * ROWS}, {}, "target 'last' of the table has one class only, 1"),
        ({"last": [1.5] * ROWS}, {}, "target 'last' of the table is 1.5 in every row"),
        ({"last": [f"n{i}" for i in range(ROWS)]}, {}, "target 'last' of the table has 40 different texts in 40 rows"),
        (
            {"last": ["a", None] * 20},
            {"impute": True},
            r"target 'last' \(20, the first in row 1 .* can't be filled",
        ),
        ({"last": [0.5, np.inf] * 20}, {}, r"'last' holds inf in row 1"),
        ({"last": [0.5, -np.inf] * 20}, {"task": "classify"}, r"'last' holds -inf in row 1"),
        (
            {"more": [2.0] * ROWS},
            {"target": "kind"},
            "'more' of the table holds 2.0 in every row, .* leave it out",
        ),
        ({"more": ["x"] * ROWS}, {"target": "kind"}, "'more' of the table holds 'x' in every row"),
        ({"more": [None, 2.0] * 20}, {"target": "kind", "impute": True}, "'more' of the table holds 2.0 in every row"),
        ({"more": pa.nulls(ROWS)}, {"target": "kind", "impute": True}, "'more' of the table has no values"),
        (
            {"more": [1.0, None] * 20},
            {"target": "kind"},
            r"the column 'more' \(20, the first in row 1 .*--missing impute",
        ),
        ({"more": ["x", "NA"] * 20}, {"target": "kind"}, r"missing in the column 'more' \(20"),
        ({"more": [1.0, np.inf] * 20}, {"target": "kind"}, "'more' holds inf in row 1"),
        (
            {"more": [f"n{i}" for i in range(ROWS)]},
            {"target": "kind"},
            "'more' .* has 40 different texts in 40 rows, so it names",
        ),
        (
            {"more": [*map(str, range(ROWS - 1)), "x"]},
            {"target": "kind"},
            "'more' is one of numbers, but it holds 'x' in row",
        ),
        ({"more": [*map(str, range(19)), *map(str, range(20)), "?"]}, {"target": "kind"}, "it holds '\\?' in row 39"),
        ({"more": [[1]] * ROWS}, {"target": "kind"}, "'more' of the table has the type list"),
    ],
)
def test_what_can_not_be(more: dict[str, Any], options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        chosen_of({**GOOD, **more}, **options)
    assert "\n" not in str(caught.value)
    assert caught.value.sentence("ja")


def test_columns_that_are_not_used_may_hold_anything() -> None:
    wild = {"id": [f"n{i}" for i in range(ROWS)], "list": [[1]] * ROWS, "gap": pa.nulls(ROWS), **GOOD}
    assert chosen_of(wild, features="size,colour")[0].features == ("size", "colour")


def test_a_column_without_a_name_must_not_be_used() -> None:
    frame = pd.DataFrame({"": range(ROWS), **GOOD})
    with pytest.raises(InputError, match="Column 1 of the table has values but no name; give it one, or choose"):
        load(frame)
    assert load(frame, features="size,colour").train.feature_names == ("size", "colour=blue", "colour=red")
