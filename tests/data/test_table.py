"""Tables of frames."""

from decimal import Decimal
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from koubai.data import Table
from koubai.errors import InputError

COLUMNS: dict[str, list[Any]] = {"n": [1.5, None, 3.0], "t": ["a", None, "b"], "b": [True, False, True]}


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(COLUMNS),
        pd.DataFrame(COLUMNS, index=[7, 7, 9]).astype({"t": "category"}),
        pd.DataFrame(COLUMNS).convert_dtypes(),
        pl.DataFrame(COLUMNS),
        pl.LazyFrame(COLUMNS),
        pl.DataFrame(COLUMNS, schema_overrides={"t": pl.Categorical}),
        pa.table(COLUMNS),
        nw.from_native(pl.DataFrame(COLUMNS)),
    ],
    ids=lambda frame: type(frame).__module__,
)
def test_frames(frame: Any) -> None:
    table = Table.of(frame)
    assert (table.names, table.rows) == (("n", "t", "b"), 3)
    assert Table.of(table) is table
    np.testing.assert_array_equal(table.column("n").values, [1.5, np.nan, 3])
    assert (table.column("t").texts, table.column("t").values.tolist()) == (("a", "b"), [0, -1, 1])
    assert (table.column("b").kind, table.column("b").values.tolist()) == ("boolean", [1, 0, 1])
    assert repr(table) == "Table(3 rows, 3 columns)"
    assert str(table.row_location(2)) == "row 2 (counted from 0) of the table"


def test_names_that_are_no_texts() -> None:
    assert Table.of(pd.DataFrame([[1, 2]])).names == ("0", "1")
    assert Table.of(pd.DataFrame([[1, 2]], columns=["a", " "])).unnamed == {" ": 2}


@pytest.mark.parametrize("value", [3, None, b"a.csv", [1, 2], np.ones((2, 2)), {"a": [1]}, object])
def test_what_is_no_table(value: Any) -> None:
    with pytest.raises(InputError, match=r"Data can't be made of '.*'; give the name of a set"):
        Table.of(value)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1, 2]], columns=["1", 1]),
        pa.Table.from_arrays([[1], [2]], names=["a", "a"]),
    ],
)
def test_a_name_that_stands_twice(frame: Any) -> None:
    with pytest.raises(InputError, match=r"name '[a1]' stands twice in the table"):
        Table.of(frame)


COLUMN_TYPES = [
    pd.Series(pd.cut([1, 2, 3], 2)), pd.Series(pd.interval_range(0, 3)),
    pd.Series(pd.period_range("2020", periods=3, freq="M")),
    pd.Series(pd.to_timedelta([1, 2, 3], "s")), pd.Series(pd.date_range("2020", periods=3, tz="Asia/Tokyo")),
    pd.Series(pd.Categorical(pd.to_datetime(["2020", "2021", "2020"]))), pd.Series(pd.arrays.SparseArray([0.0, 1.0, 0.0])),
    pd.Series([[1], [2], [3]]), pd.Series([{"a": 1}] * 3), pd.Series([b"a"] * 3),
    pd.Series([True, 1, 2]), pd.Series([1, "1", 2]),
    pd.Series([{1}] * 3), pd.Series([10**30, 1, 2], dtype=object), pd.Series(["\ud800"] * 3, dtype=object),
    pd.Series([object] * 3), pd.Series([1j, 2, 3]),
]  # fmt: skip


@pytest.mark.parametrize("column", COLUMN_TYPES, ids=lambda column: str(column.dtype))
def test_types_that_are_not_taken_name_their_column(column: Any) -> None:
    with pytest.raises(InputError, match=r"column 'x' of the table has the type .*, but only numbers") as caught:
        Table.of(pd.DataFrame({"x": column})).column("x")
    assert "\n" not in caught.value.sentence("ja")


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (pd.Series(pd.Categorical([1, 2, 1])), [1, 2, 1]),
        (pd.Series([1, None, 3], dtype="Int64"), [1, np.nan, 3]),
        (pd.Series([1, 2.5, 3], dtype=object), [1, 2.5, 3]),
        (pd.Series([Decimal("1.5"), Decimal(2), None]), [1.5, 2, np.nan]),
        (pd.Series(np.array([1, 2, 3], np.float16)), [1, 2, 3]),
    ],
)
def test_numbers_of_any_type(column: Any, values: list[float]) -> None:
    np.testing.assert_array_equal(Table.of(pd.DataFrame({"x": column})).column("x").values, values)


def test_columns_of_several_types() -> None:
    with pytest.raises(InputError, match="'a' of the table has the type"):
        Table.of(pd.DataFrame({"a": [1, "x", [2]]}))
    for column in (pd.Series([1 + 2j]), pd.Series(pd.to_datetime(["2020-01-01"]))):
        with pytest.raises(InputError, match=r"'a' of the table has the type .*, but only numbers"):
            Table.of(pd.DataFrame({"a": column})).column("a")
