"""A CSV, TSV or Parquet file, or its bytes, read into a Table, as text first: what the cells mean is decided in ``cells``."""

import csv
import os
import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from itertools import islice
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

import numpy as np

from koubai.data.encoding import as_utf8
from koubai.data.table import Table, check_distinct
from koubai.errors import FileFault, InputError
from koubai.files import reason

DELIMITERS = (",", ";", "\t", "|")
MOST_CHARACTERS = 131_072  # of a cell: what Python's csv reads too
_BLOCK = 1 << 24  # bytes; a row must fit into one
_HEAD = 1 << 18  # bytes from which the delimiter is guessed
_END = "\ue000end"  # of a file's text, where it is asked whether a quote is still open


def read_table(path: str | Path, *, delimiter: str | None = None, encoding: str | None = None) -> Table:
    """The table in the file ``path``: Parquet by its ending .parquet or its first bytes, else CSV.

    ``delimiter``: guessed among , ; tab and | (in .tsv it is the tab). ``encoding``: guessed among UTF-8, UTF-16 with its mark,
    and cp932. The first line names the columns. Parquet's own index columns of pandas are left out.

    InputError where the file is no such table; FileFault where it can't be read.
    """
    path = Path(path)
    _check_delimiter(delimiter)
    return table_of(_content(path), str(path), delimiter=delimiter, encoding=encoding)


def table_of(content: bytes, name: str, *, delimiter: str | None = None, encoding: str | None = None) -> Table:
    """The table that a file with this ``content`` would be, called ``name`` in messages; else as ``read_table``.

    InputError where the content is no such table.
    """
    _check_delimiter(delimiter)
    path = Path(name)
    if path.suffix.lower() in (".parquet", ".pq") or (content.startswith(b"PAR1") and content.endswith(b"PAR1")):
        for option, value in (("delimiter", delimiter), ("encoding", encoding)):
            if value is not None:
                raise InputError("data-option", name=option, source=path.name)
        return _from_parquet(content, name)
    text, encoding = as_utf8(content, encoding, name)
    if delimiter is None:
        delimiter = "\t" if path.suffix.lower() == ".tsv" else _guessed_delimiter(text)
    return _from_csv(text, name, delimiter, encoding)


def _check_delimiter(delimiter: Any) -> None:
    if delimiter is not None and not _can_delimit(delimiter):
        raise InputError("table-delimiter", value=delimiter)


def _can_delimit(delimiter: Any) -> bool:
    return isinstance(delimiter, str) and len(delimiter) == 1 and delimiter.isascii() and delimiter not in '"\r\n\0'


def _content(path: Path) -> bytes:
    """All bytes of a regular file; FileFault where it changes meanwhile."""
    try:
        kind = path.stat().st_mode
        if not S_ISREG(kind):
            raise InputError("table-folder" if S_ISDIR(kind) else "table-not-file", path=str(path))
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            content = _all_of(file)
            after = os.fstat(file.fileno())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError("load-absent", path=str(path)) from error
    except OSError as error:
        raise FileFault("load-unreadable", path=str(path), reason=reason(error)) from error
    except ValueError as error:  # a name with a NUL in it; an InputError is one too
        if isinstance(error, InputError):
            raise
        raise InputError("load-absent", path=repr(str(path))) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(content) != after.st_size:
        raise FileFault("table-changed", path=str(path))
    return content


def _all_of(file: Any) -> bytes:
    return bytes(file.read())


def _records(text: bytes, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The line where each record begins, and its cells; empty lines are none. InputError, without the path, for a huge cell."""
    reader = csv.reader(TextIOWrapper(BytesIO(text), "utf-8", newline=""), delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError("table-huge", line=line, most=MOST_CHARACTERS) from error
        if cells:
            yield line, cells


def _guessed_delimiter(text: bytes) -> str:
    head = text[:_HEAD]
    if len(text) > _HEAD and b"\n" in head:
        head = head[: head.rindex(b"\n") + 1]

    def fit(delimiter: str) -> tuple[float, int]:
        try:
            counts = [len(cells) for _, cells in islice(_records(_cut(head), delimiter), 50)]
        except InputError:
            return 0.0, 0
        if not counts or counts[0] < 2:
            return 0.0, 0
        return Counter(counts)[counts[0]] / len(counts), counts[0]

    return max(DELIMITERS, key=fit)


def _cut(head: bytes) -> bytes:
    """Without a letter of UTF-8 that was cut in two at its end."""
    return head.decode("utf-8", "ignore").encode()


def _from_csv(text: bytes, path: str, delimiter: str, encoding: str) -> Table:
    records = _records(text, delimiter)
    try:
        first = next(records, None)
        if first is None:
            raise InputError("table-empty", path=path)
        if next(records, None) is None:
            raise InputError("table-no-rows", table=InputError("place-file", path=path))
        _check_closed(text, path, delimiter)
        columns = _parsed(text, path, delimiter, len(first[1]))
    except InputError as error:
        if error.code == "table-huge":
            error.values.setdefault("path", path)
        raise
    rows = len(columns[0])
    kept = _kept(columns, rows)
    if len(kept) < rows:
        columns = [column.take(kept) for column in columns]
    arrays, unnamed = _named([name.strip() for name in first[1]], columns, path)
    if not len(kept):
        raise InputError("table-no-rows", table=InputError("place-file", path=path))

    def line_of(row: int) -> int:
        return next(islice(_records(text, delimiter), int(kept[row]) + 1, None))[0]

    return Table(arrays, len(kept), path, encoding, rows - len(kept), unnamed, line_of)


def _check_closed(text: bytes, path: str, delimiter: str) -> None:
    """InputError where a quote is still open at the end of the file, so that it swallowed rows."""
    if text.count(b'"') % 2 == 0 and len(text) > _HEAD:
        return  # all closed, if none stands inside a cell; to be sure takes seconds for a large file
    last = (0, [""])
    for last in _records(text + b"\n" + _END.encode(), delimiter):  # noqa: B007
        pass
    if last[1] != [_END]:
        raise InputError("table-quote", path=path, line=last[0])


def _parsed(text: bytes, path: str, delimiter: str, width: int) -> list[Any]:
    """Every column's cells, as texts."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    names = [str(number) for number in range(width)]
    try:
        table = arrow.read_csv(
            pa.BufferReader(text.lstrip(b"\r\n")),
            read_options=arrow.ReadOptions(column_names=names, skip_rows_after_names=1, block_size=_BLOCK),
            parse_options=arrow.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in text),
            convert_options=arrow.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    except pa.ArrowException as error:
        for line, cells in _records(text, delimiter):
            if len(cells) != width:
                raise InputError("table-ragged", path=path, line=line, found=len(cells), expected=width) from error
        raise InputError("table-broken", path=path, reason=str(error).splitlines()[0][:200]) from error
    return [_short(column, path, text, delimiter) for column in table.columns]


def _short(column: Any, path: str, text: bytes, delimiter: str) -> Any:
    import pyarrow.compute as pc

    lengths = pc.binary_length(column)
    if (pc.max(lengths).as_py() or 0) > MOST_CHARACTERS:
        row = pc.index(pc.greater(lengths, MOST_CHARACTERS), True).as_py()
        line = next(islice(_records(text, delimiter), row + 1, None))[0]
        raise InputError("table-huge", path=path, line=line, most=MOST_CHARACTERS)
    return column


def _kept(columns: list[Any], rows: int) -> Any:
    """The rows in which at least one cell isn't empty."""
    import pyarrow.compute as pc

    empty = np.arange(rows)
    for column in columns:
        cells = column if len(empty) == rows else column.take(empty)
        empty = empty[np.asarray(pc.equal(pc.utf8_trim_whitespace(cells), ""))]
        if not len(empty):
            return np.arange(rows)
    return np.delete(np.arange(rows), empty)


def _named(names: list[str], columns: list[Any], path: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Columns by name; those without a name under their number, and gone where they hold nothing."""
    import pyarrow.compute as pc

    for name in names:
        if re.fullmatch(r"[+-]?\d*\.\d+", name):
            raise InputError("table-header", path=path, value=name)
    check_distinct([name for name in names if name], InputError("place-file", path=path))
    arrays, unnamed = {}, {}
    for number, (name, column) in enumerate(zip(names, columns, strict=True), 1):
        if name:
            arrays[name] = column
        elif pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py():
            free = next(free for free in _numbered(f"#{number}") if free not in names)
            arrays[free], unnamed[free] = column, number
    return arrays, unnamed


def _numbered(name: str) -> Iterator[str]:
    while True:
        yield name
        name = f"#{name}"


def _from_parquet(content: bytes, path: str) -> Table:
    import pyarrow as pa
    from pyarrow import parquet

    if not content:
        raise InputError("table-empty", path=path)
    try:
        read = parquet.ParquetFile(pa.BufferReader(content), page_checksum_verification=True).read()
        read.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        why = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise InputError("table-parquet", path=path, reason=why) from error
    names = [name for name in read.column_names if not re.fullmatch(r"__index_level_\d+__", name)]
    check_distinct(names, InputError("place-file", path=path))
    if not read.num_rows:
        raise InputError("table-no-rows", table=InputError("place-file", path=path))
    unnamed = {name: number for number, name in enumerate(names, 1) if not name.strip()}
    return Table({name: read.column(name) for name in names}, read.num_rows, path, unnamed=unnamed)
