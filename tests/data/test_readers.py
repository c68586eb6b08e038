"""Files: what is read from them, and one clear sentence for each that can't be."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from koubai.data import Table, load, read_table, readers, table_of
from koubai.errors import FileFault, InputError

PLAIN = "height,colour\n1.5,red\n2,blue\n"


def written(folder: Path, content: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def cells(table: Table) -> dict[str, list[Any]]:
    """Numbers as they are, texts as texts, None where missing."""
    found = {}
    for name in table.names:
        column = table.column(name)
        values = column.values.tolist() if column.kind == "number" else [(*column.texts, None)[i] for i in column.values]
        found[name] = [None if value != value else value for value in values]
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_what_spreadsheets_write(tmp_path: Path, encoding: str, end: str, delimiter: str) -> None:
    lines = ["高さ,色", "１２３,赤", '"1.5","青, 緑"', " 2 , 赤 ", "NA,null"]
    text = end.join(lines).replace(",", delimiter) + end
    path = written(tmp_path, text.encode(encoding))
    table = read_table(path)
    assert cells(table) == {"高さ": [123, 1.5, 2, None], "色": ["赤", f"青{delimiter} 緑", "赤", None]}
    assert table.encoding == encoding
    assert cells(read_table(path, encoding=encoding, delimiter=delimiter)) == cells(table)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,2\n3,4", {"a": [1, 3], "b": [2, 4]}),
        ("\n\na,b\n\n1,2\n", {"a": [1], "b": [2]}),
        ('"a\nx",b\n1,"2\n3"\n', {"a\nx": [1], "b": ["2\n3"]}),
        ('a,b\n"say ""yes""",x"y\n', {"a": ['say "yes"'], "b": ['x"y']}),
        ("a;b\n1,5;2\n", {"a": ["1,5"], "b": [2]}),
        ("a,b\n1;2,3;4\n5;6,7\n", {"a": ["1;2", "5;6"], "b": ["3;4", "7"]}),
        ("a, b ,\n1,2,\n,,\n3,4,\n", {"a": [1, 3], "b": [2, 4]}),
        ("a\n5\n7\n", {"a": [5, 7]}),
        ("0,1,label\n5,6,x\n", {"0": [5], "1": [6], "label": ["x"]}),
    ],
)
def test_ways_of_writing(tmp_path: Path, text: str, expected: dict[str, list[Any]]) -> None:
    assert cells(read_table(written(tmp_path, text))) == expected


def test_a_tsv_has_tabs(tmp_path: Path) -> None:
    assert cells(read_table(written(tmp_path, "a,b\tc,d\n1\t2\n", "a.tsv"))) == {"a,b": [1], "c,d": [2]}


def test_a_column_without_a_name_is_kept_under_its_number(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, ",a,#1\n0,5,6\n1,7,8\n"))
    assert table.names == ("##1", "a", "#1")
    assert table.unnamed == {"##1": 1}


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, '\na,b\n1,"x\ny"\n\n,\n2,3\n'))
    assert [str(table.row_location(row)) for row in (0, 1)] == [f"line {line} of {table.path}" for line in (3, 7)]
    assert table.left_out == 1


def test_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {
            "n": pa.array([1, None], pa.int8()),
            "d": pa.array([1, 2], pa.decimal128(5, 2)),
            "t": pa.array(["a", None]).dictionary_encode(),
            "b": [True, None],
            "when": pa.array([1, 2], pa.timestamp("s")),
            "list": [[1], [2]],
            "__index_level_0__": [7, 8],
        }
    )
    for name in ("a.parquet", "no-ending"):
        parquet.write_table(table, tmp_path / name)
        found = read_table(tmp_path / name)
        assert found.names == ("n", "d", "t", "b", "when", "list")
        some = Table({name: found.arrays[name] for name in "ndtb"}, found.rows)
        assert cells(some) == {"n": [1, None], "d": [1, 2], "t": ["a", None], "b": ["true", None]}
        for column, kind in (("when", r"timestamp\[ms\]"), ("list", "list<")):
            with pytest.raises(InputError, match=f"'{column}' of .* has the type {kind}.*, but only numbers, texts"):
                found.column(column)
    assert str(found.row_location(1)) == f"row 1 (counted from 0) of {tmp_path / 'no-ending'}"
    with pytest.raises(InputError, match="option delimiter was given"):
        read_table(tmp_path / "a.parquet", delimiter=",")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a.csv is empty; it needs a first line"),
        (b"\n \n\n", "There are no rows in .*a.csv"),
        (b"a,b\n", "There are no rows in .*a.csv, only names of columns"),
        (b"a,b\n,\n , \n", "There are no rows in .*a.csv"),
        (b"a,b\n1,2\n3\n", "Line 3 of .*a.csv has 1 values, but the first line names 2"),
        (b"a,b\n1,2\n\n3,4,5\n", "Line 4 of .*a.csv has 3 values"),
        (b'a,b\n1,"x\ny"\n3,4,5\n', "Line 4 of .*a.csv has 3 values"),
        (b'a,b\n1,2\n3,"4\n5,6\n', "last quote of .*a.csv is never closed, in the row that begins in line 3"),
        (b"a,a\n1,2\n", "name 'a' stands twice in .*a.csv"),
        (b"5.1,3,setosa\n4.9,2,setosa\n", "must name the columns, but 5.1 is a number"),
        (b"a,b\n1,\0\n", r"is not text: it holds a NUL byte \(at offset 6\)"),
        (b"PK\x03\x04\x14\0\xff\xfe", "is not text: it holds a NUL byte"),
        ("a,b\n1,é\n".encode("latin-1"), "can't be read as utf-8: the byte at offset 6, in line 2, doesn't fit"),
        (b"\xff\xfea\0,\0b\0\n\0\x00\xd8", "can't be read as utf-16: the byte at offset 10, in line 2"),
        (b"a,b\n1," + b"x" * 200_000 + b"\n", "Line 2 of .*a.csv holds a value of more than 131072 characters"),
        (b"a" * 200_000 + b",b\n1,2\n", "Line 1 of .*a.csv holds a value of more than 131072 characters"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_table(written(tmp_path, content))
    assert "\n" not in str(caught.value)
    assert caught.value.sentence("ja")


def test_a_large_file_with_a_bad_line(tmp_path: Path) -> None:
    good = b"a,b\n" + b"1,2\n" * 200_000
    with pytest.raises(InputError, match=r"Line 200002 of .* has 3 values"):
        read_table(written(tmp_path, good + b"1,2,3\n"))
    with pytest.raises(InputError, match="begins in line 200002"):
        read_table(written(tmp_path, good + b'1,"2\n'))
    with pytest.raises(InputError, match=r"Line 200002 of .* holds a value of more"):
        read_table(written(tmp_path, good + b"1," + b"9" * 140_000 + b"\n1,2\n"))
    with pytest.raises(InputError, match=r"Line 200002 of .* has more than 16,777,216 characters"):
        read_table(written(tmp_path, good + b"1," + b"9" * (1 << 25) + b"\n1,2\n"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoding": "utf-99"}, "no encoding called 'utf-99'; try utf-8"),
        ({"encoding": "zip"}, "no encoding called 'zip'"),
        ({"encoding": "unicode_escape"}, "no encoding called"),
        ({"encoding": 8}, "no encoding called 8"),
        ({"encoding": "a\0b"}, "no encoding called"),
        ({"encoding": "ascii"}, "can't be read as ascii: the byte at offset 7, in line 2"),
        ({"delimiter": ",,"}, "delimiter is ',,', but it must be a single ASCII character"),
        ({"delimiter": '"'}, "delimiter is"),
        ({"delimiter": ""}, "delimiter is ''"),
        ({"delimiter": "、"}, "delimiter is"),
        ({"delimiter": 3}, "delimiter is 3"),
    ],
)
def test_options_that_can_not_be(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_table(written(tmp_path, "n,t\n10,あ\n"), **options)


def test_places_where_no_file_is(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder; name a CSV"):
        read_table(tmp_path)
    with pytest.raises(InputError, match=r"no file or folder .*b\.csv"):
        read_table(tmp_path / "b.csv")
    with pytest.raises(InputError, match="no file or folder"):
        read_table(written(tmp_path, PLAIN) / "b.csv")
    with pytest.raises(InputError, match="no file or folder"):
        read_table("a\0b.csv")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="is not a regular file"):
        read_table(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "s"))
        with pytest.raises(InputError, match="is not a regular file"):
            read_table(tmp_path / "s")
    with pytest.raises(FileFault, match=r"can't be read .*too long"):
        read_table("a" * 300)


def test_a_file_that_can_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path, PLAIN)
    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(FileFault, match=r"a.csv can't be read \(Permission denied\)"):
        read_table(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_text(PLAIN + "3,red\n"),
        lambda path: path.write_text(""),
        lambda path: os.utime(path, ns=(1, 1)),
    ],
)
def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object]
) -> None:
    path = written(tmp_path, PLAIN)
    read = readers._all_of

    def disturbed(file: Any) -> bytes:
        content = read(file)
        change(path)
        return content

    monkeypatch.setattr(readers, "_all_of", disturbed)
    with pytest.raises(FileFault, match="was changed while it was read"):
        read_table(path)


def test_damaged_parquet(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    parquet.write_table(pa.table({"a": random.normal(size=200), "b": ["x", "y"] * 100}), tmp_path / "good.parquet")
    good = (tmp_path / "good.parquet").read_bytes()
    with pytest.raises(InputError, match=r"empty.parquet is empty"):
        read_table(written(tmp_path, b"", "empty.parquet"))
    for length in [1, 4, 100, len(good) // 2, len(good) - 1]:
        with pytest.raises(InputError, match=r"Parquet file .*cut.parquet is damaged \(.*\); take it from a backup") as caught:
            read_table(written(tmp_path, good[:length], "cut.parquet"))
        assert "\n" not in str(caught.value)
    parquet.write_table(pa.table({"a": pa.array([], pa.int8())}), tmp_path / "none.parquet")
    with pytest.raises(InputError, match="no rows"):
        read_table(tmp_path / "none.parquet")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp932"])
@pytest.mark.parametrize(("name", "delimiter"), [("a.csv", ";"), ("a.tsv", "\t")])
def test_bytes_are_read_as_the_file_would_be(tmp_path: Path, encoding: str, name: str, delimiter: str) -> None:
    content = "高さ,色,,\n1.5,赤,,9\n,,,\n2,青,,8\n".replace(",", delimiter).encode(encoding)
    table, file = table_of(content, name), read_table(written(tmp_path, content, name))
    assert cells(table) == cells(file) == {"高さ": [1.5, 2], "色": ["赤", "青"], "#4": [9, 8]}
    assert (table.path, table.encoding, table.left_out, table.unnamed) == (name, file.encoding, 1, {"#4": 4})
    assert cells(table_of(content, name, delimiter=delimiter, encoding=encoding)) == cells(table)


def test_bytes_of_parquet(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"n": [1, 2], "t": ["a", "b"]}), tmp_path / "a")
    content = (tmp_path / "a").read_bytes()
    assert cells(table_of(content, "no-ending")) == {"n": [1, 2], "t": ["a", "b"]}
    with pytest.raises(InputError, match=r"option encoding was given, but a.parquet has no use for it"):
        table_of(content, "a.parquet", encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (b"", {}, "file mine.csv is empty"),
        (b"a,b\n1,2\n3\n", {}, "Line 3 of mine.csv has 1 values"),
        (b'a,b\n1,"2\n', {}, "last quote of mine.csv is never closed"),
        (b"a,a\n1,2\n", {}, "name 'a' stands twice in mine.csv"),
        (b"a\0b\n", {}, "mine.csv"),
        (b"a,b\n\xff,2\n", {"encoding": "utf-8"}, "mine.csv"),
        (b"a,b\n1,2\n", {"delimiter": ";;"}, "delimiter is ';;'"),
        (b"PAR1 but no more PAR1", {}, "Parquet file mine.csv is damaged"),
    ],
)
def test_bytes_that_are_no_table(content: bytes, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        table_of(content, "mine.csv", **options)


def test_what_came_as_bytes_is_loaded_like_the_file(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    rows = [f"{a:.3f},{b:.3f},{'left' if a < 0 else 'right'},{a + b:.3f}" for a, b in random.normal(size=(40, 2))]
    content = "\n".join(["a,b,side,sum", *rows]).encode()
    options: dict[str, Any] = {"target": "side", "features": "b, a", "test": 0.3, "seed": 4}
    parts = load(table_of(content, "folder/mine.csv"), **options)
    file = load(written(tmp_path, content, "mine.csv"), **options)
    assert parts.train.digests == file.train.digests
    assert parts.train.name == file.train.name == "mine"
    assert parts.train.feature_names == ("b", "a")
    assert parts.train.classes == ("left", "right")
    assert parts.test is not None
    assert len(parts.test.inputs) == 12
    assert load(table_of(content, "mine.csv"), features="a").train.task == "regress"
    for wrong, message in (
        (content + b"\n1,x,left,2", "holds 'x' in line 42 of mine.csv"),
        (content + b"\n1,,left,2", "line 42 of mine.csv"),
        (content + b"\n1,2,,2", "line 42 of mine.csv"),
    ):
        with pytest.raises(InputError, match=message):
            load(table_of(wrong, "mine.csv"), target="side")
    with pytest.raises(InputError, match=r"option delimiter was given, but mine.csv has no use for it"):
        load(table_of(content, "mine.csv"), delimiter=",")
