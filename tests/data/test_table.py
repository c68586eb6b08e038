"""Tables of frames."""

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
    assert str(table.place(2)) == "row 2 (counted from 0) of the table"


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


def test_columns_of_several_types() -> None:
    with pytest.raises(InputError, match="'a' of the table has the type"):
        Table.of(pd.DataFrame({"a": [1, "x", [2]]}))
    for column in (pd.Series([1 + 2j]), pd.Series(pd.to_datetime(["2020-01-01"]))):
        with pytest.raises(InputError, match=r"'a' of the table has the type .*, but only numbers"):
            Table.of(pd.DataFrame({"a": column})).column("a")
