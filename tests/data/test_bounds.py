"""How much of a table is read: asked before it is read, and refused in one sentence."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from koubai.data import Bounds, Preparation, Table, bounds, csv_reader, load, parquet_reader, read_table, table_of
from koubai.data.preprocessing import CategoryColumn, Target
from koubai.errors import FileFault, InputError

LONG = "x" * 20_000
SMALL = Bounds(bytes=2**20)


def parquet_of(table: Any, **options: Any) -> bytes:
    file = BytesIO()
    parquet.write_table(table, file, **options)
    return file.getvalue()


def refused(content: bytes, name: str, bound: Bounds = SMALL) -> str:
    """The one sentence with which it is refused."""
    with pytest.raises(InputError) as caught:
        table_of(content, name, bounds=bound)
    for language in ("en", "ja"):
        said = caught.value.sentence(language)
        assert "\n" not in said
        assert name in said
    return str(caught.value)


def test_a_text_that_stands_in_many_rows_is_kept_once() -> None:
    texts = pa.array([LONG, f"{LONG}y"] * 500)
    for column in (texts, texts.dictionary_encode(), texts.cast(pa.large_string())):
        content = parquet_of(pa.table({"t": column, "y": [0, 1, 1, 0] * 250}), row_group_size=250)
        table = table_of(content, "a.parquet")
        assert table.arrays["t"].nbytes < 10 * len(LONG)
        assert table.column("t").texts == (LONG, f"{LONG}y")
        assert table.column("t").values.tolist() == [0, 1] * 500


def test_what_a_parquet_file_would_take_is_known_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(parquet_reader, "_read_in_batches")
    zeros = parquet_of(pa.table({"a": np.zeros(40_000), "b": np.zeros(40_000, bool)}))
    assert len(zeros) < 5000
    assert refused(zeros, "z.parquet").startswith(
        "2 columns and 40,000 rows, which is what z.parquet has, take 2 MiB of memory"
    )
    # a gigabyte of one cell: a text may be as long as the pages are without compression
    text = parquet_of(pa.table({"a": [LONG * 100]}), compression="zstd")
    assert refused(text, "t.parquet").startswith("1 columns and 1 rows")
    assert "There are 200 columns in w.parquet, but at most 128 are" in refused(
        parquet_of(pa.table({f"c{number}": [1.0] for number in range(200)})), "w.parquet"
    )
    assert "There are 40,000 rows in z.parquet, but at most 7 are" in refused(zeros, "z.parquet", Bounds(rows=7))


def test_texts_that_grow_while_they_are_read() -> None:
    texts = [LONG + str(number) for number in range(200)]
    content = parquet_of(pa.table({"a": texts}), use_dictionary=False, column_encoding={"a": "DELTA_BYTE_ARRAY"})
    assert len(content) < 10_000
    assert "1 columns and 200 rows" in refused(content, "d.parquet")
    assert table_of(content, "d.parquet").column("a").texts == tuple(sorted(texts))


def test_types_that_are_not_learned_from_are_not_read() -> None:
    content = parquet_of(pa.table({"a": [[1] * 1000] * 100, "b": [1.0] * 100}))
    table = table_of(content, "a.parquet")
    assert table.arrays["a"].nbytes == 0
    with pytest.raises(InputError, match=r"column 'a' of a\.parquet has the type list<"):
        table.column("a")


def test_what_a_csv_file_would_take() -> None:
    assert "2 columns and 40,000 rows" in refused(b"a,b\n" + b"0,0\n" * 40_000, "a.csv")
    assert "There are 40,000 rows in a.csv, but at most 39,999" in refused(
        b"a\n" + b"0\n" * 40_000, "a.csv", Bounds(rows=39_999)
    )
    assert "There are 129 columns in a.csv, but at most 128 are" in refused(b"a" + b"," * 128 + b"\n1\n", "a.csv")
    # lines within a cell are no rows
    letters = b'a,b\n1,"' + b"\n" * 60_000 + b'"\n2,x\n'
    assert table_of(letters, "a.csv", bounds=SMALL).rows == 2


def test_lines_and_cells_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_reader, "_BLOCK", 10_000)
    assert "Line 2 of a.csv has more than 10,000 characters" in refused(b"a,b\n" + b"1," * 10_000, "a.csv")
    assert "Line 1 of a.csv has more than 10,000 characters" in refused(b"a," * 10_000 + b"\n1,2\n", "a.csv")
    with pytest.raises(InputError) as caught:
        list(csv_reader._records(b'a,b,c\n"x\n",1,2\n1,2,3,4\n', ",", 3))
    assert caught.value.values == {"line": 4, "most": 3}
    assert [cells for _, cells in csv_reader._records(b'a,b,c\n"x,\n,",1,2\n', ",", 3)] == [
        ["a", "b", "c"],
        ["x,\n,", "1", "2"],
    ]


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("wb") as file:
        file.truncate(2**31)  # of holes
    with pytest.raises(InputError, match=r"a\.csv has 2,048 MiB, but at most 1,024 MiB are read"):
        read_table(tmp_path / "a.csv")


def test_too_little_memory_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(parquet_reader, "_read_in_batches", full)
    with pytest.raises(FileFault, match=r"not enough memory to read a\.parquet"):
        table_of(parquet_of(pa.table({"a": [1]})), "a.parquet")
    monkeypatch.setattr(csv_reader, "_read_columns", full)
    with pytest.raises(FileFault, match=r"not enough memory to read a\.csv"):
        table_of(b"a\n1\n", "a.csv")


def test_texts_that_become_more_features_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_BYTES", 2**20)
    number = np.arange(600)
    frame = pd.DataFrame({"a": [f"t{one // 2}" for one in number], "b": number % 7, "y": number % 2})
    with pytest.raises(InputError, match=r"600 rows of \d+ numbers.*most come from 'a'"):
        load(frame)
    with pytest.raises(InputError, match=r"600 rows of 300 numbers.*most come from 'a'"):
        load(frame, target="a", features="b")
    preparation = Preparation((CategoryColumn("a", tuple(f"t{one}" for one in range(1000))),), Target("y", "classify", (0, 1)))
    with pytest.raises(InputError, match="600 rows of 1,000 numbers"):
        preparation.inputs_of(frame)


def test_a_table_of_many_columns_is_one_call_for_all() -> None:
    """Columns that are understood together are what they are alone, whatever stands beside them."""
    columns = {
        "number": ["1,000", "2", "NA", "３"],
        "plain": ["1", "2.5", "-3e2", "4"],
        "text": ["a", " b ", "", "a"],
        "truth": ["TRUE", "false", "null", "True"],
        "endless": ["inf", "1", "2", "3"],
        "huge": ["1e999", "1", "NA", "2"],
        "none": ["", "NA", "", ""],
    }
    together = Table.of(pa.table(columns))
    together.parse(columns)
    for name in columns:
        alone, found = Table.of(pa.table({name: columns[name]})).column(name), together.column(name)
        assert (found.kind, found.texts) == (alone.kind, alone.texts)
        np.testing.assert_array_equal(found.values, alone.values)
    assert [together.column(name).kind for name in columns] == [
        "number", "number", "text", "boolean", "number", "number", "number",
    ]  # fmt: skip
    assert together.column("number").values[[0, 1, 3]].tolist() == [1000, 2, 3]
    assert together.column("huge").values[0] == np.inf
