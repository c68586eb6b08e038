"""A CSV, TSV or Parquet file, or its bytes, read into a Table, as text first; ``cell_parsing`` decides what cells mean."""

import csv
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO, TextIOWrapper
from itertools import islice
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

import numpy as np

from koubai.data.bounds import ALL, CELL, COLUMN, MIB, Bounds
from koubai.data.cell_parsing import is_taken
from koubai.data.table import Table, check_distinct
from koubai.data.text_encoding import as_utf8
from koubai.errors import FileFault, InputError
from koubai.files import reason
from koubai.spreadsheet import SIGNS, unescaped

DELIMITERS = (",", ";", "\t", "|")
MOST_CHARACTERS = 131_072  # of a cell: what Python's csv reads too
_BLOCK = 1 << 24  # bytes; a row must fit into one
_BATCH = 1 << 28  # bytes of a Parquet file that are read at once: as a rule a whole group of rows, with its dictionaries
_HEAD = 1 << 18  # bytes from which the delimiter is guessed
_ESCAPED = re.compile(f"'[{SIGNS}]".encode())
_END = "\ue000end"  # of a file's text, where it is asked whether a quote is still open


def read_table(path: str | Path, *, delimiter: str | None = None, encoding: str | None = None, bounds: Bounds = ALL) -> Table:
    """The table in the file ``path``: Parquet by its ending .parquet or its first bytes, else CSV.

    ``delimiter``: guessed among , ; tab and | (in .tsv it is the tab). ``encoding``: guessed among UTF-8, UTF-16 with its mark,
    and cp932. The first line names the columns. Parquet's own index columns of pandas are left out. ``bounds``: how large it
    may be, which is asked before it is read; by default 1 GiB in memory, 16 bytes a cell.

    InputError where the file is no such table, or too large; FileFault where it can't be read.
    """
    if not isinstance(path, (str, os.PathLike)) or not isinstance(os.fspath(path), str):
        raise InputError("data-source-type", value=type(path).__name__)
    path = Path(path)
    _check_delimiter(delimiter)
    return table_of(_content(path, bounds), str(path), delimiter=delimiter, encoding=encoding, bounds=bounds)


def table_of(
    content: bytes, name: str, *, delimiter: str | None = None, encoding: str | None = None, bounds: Bounds = ALL
) -> Table:
    """The table that a file with this ``content`` would be, called ``name`` in messages; else as ``read_table``.

    InputError where the content is no such table.
    """
    _check_delimiter(delimiter)
    path = Path(name)
    if path.suffix.lower() in (".parquet", ".pq") or (content.startswith(b"PAR1") and content.endswith(b"PAR1")):
        for option, value in (("delimiter", delimiter), ("encoding", encoding)):
            if value is not None:
                raise InputError("data-option", name=option, source=path.name)
        return _with_memory(lambda: _from_parquet(content, name, bounds), name)
    text, encoding = as_utf8(content, encoding, name)
    if delimiter is None:
        delimiter = "\t" if path.suffix.lower() == ".tsv" else _guessed_delimiter(text)
    return _with_memory(lambda: _from_csv(text, name, delimiter, encoding, bounds), name)


def _with_memory(read: Callable[[], Table], path: str) -> Table:
    try:
        return read()
    except MemoryError as error:
        raise FileFault("table-memory", path=path) from error


def _check_delimiter(delimiter: Any) -> None:
    if delimiter is not None and not _can_delimit(delimiter):
        raise InputError("table-delimiter", value=delimiter)


def _can_delimit(delimiter: Any) -> bool:
    return isinstance(delimiter, str) and len(delimiter) == 1 and delimiter.isascii() and delimiter not in '"\r\n\0'


def _content(path: Path, bounds: Bounds) -> bytes:
    """All bytes of a regular file; InputError where there are too many, FileFault where it changes meanwhile."""
    try:
        kind = path.stat().st_mode
        if not S_ISREG(kind):
            raise InputError("table-folder" if S_ISDIR(kind) else "table-not-file", path=str(path))
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            bounds.check_size(before.st_size, str(path))
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


def _records(text: bytes, delimiter: str, most: int = ALL.bytes // COLUMN) -> Iterator[tuple[int, list[str]]]:
    """The line where each record begins, and its cells; empty lines are none.

    InputError, without the path, for a huge cell or line, and for more than ``most`` cells.
    """
    lines = _Lines(text, delimiter, most)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            lines.begin()
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError("table-huge", line=line, most=MOST_CHARACTERS) from error
        if cells:
            yield line, cells


class _Lines:
    """The lines of a text, none longer than what is read at once, and not many delimiters from where a record begins."""

    def __init__(self, text: bytes, delimiter: str, most: int) -> None:
        self._stream = TextIOWrapper(BytesIO(text), "utf-8", newline="")
        self._delimiter, self._most, self._found, self._number = delimiter, most, 0, 0

    def begin(self) -> None:
        """Here a record begins."""
        self._found = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(_BLOCK + 1)
        if not line:
            raise StopIteration
        self._number += 1
        self._found += line.count(self._delimiter)
        if len(line) > _BLOCK:
            raise InputError("table-line", line=self._number, most=_BLOCK)
        if self._found >= self._most and len(next(csv.reader([line], delimiter=self._delimiter))) > self._most:
            raise InputError("table-cells", line=self._number, most=self._most)
        return line


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


def _from_csv(text: bytes, path: str, delimiter: str, encoding: str, bounds: Bounds) -> Table:
    records, place = _records(text, delimiter), InputError("place-file", path=path)
    try:
        first = next(records, None)
        if first is None:
            raise InputError("table-empty", path=path)
        if next(records, None) is None:
            raise InputError("table-no-rows", table=place)
        _check_closed(text, path, delimiter)
        bounds.check_columns(len(first[1]), place)
        columns = _parsed(text, path, delimiter, len(first[1]), bounds)
    except InputError as error:
        if error.code in ("table-huge", "table-line", "table-cells"):
            error.values.setdefault("path", path)
        raise
    rows = len(columns[0])
    kept = _kept(columns, rows)
    if len(kept) < rows:
        columns = [column.take(kept) for column in columns]
    names = [name.strip() for name in first[1]]
    if _ESCAPED.search(text):
        names, columns = [unescaped(name) for name in names], [_unescaped(column) for column in columns]
    arrays, unnamed = _named(names, columns, path)
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


def _parsed(text: bytes, path: str, delimiter: str, width: int, bounds: Bounds) -> list[Any]:
    """Every column's cells, as texts."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    names = [str(number) for number in range(width)]
    options = {
        "read_options": arrow.ReadOptions(column_names=names, skip_rows_after_names=1, block_size=_BLOCK),
        "parse_options": arrow.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in text),
        "convert_options": arrow.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    }
    source = pa.py_buffer(text.lstrip(b"\r\n"))
    try:
        if not bounds.fits(text.count(b"\n") + text.count(b"\r"), width, len(text)):  # more lines than rows, it may be
            with arrow.open_csv(pa.BufferReader(source), **options) as batches:
                rows = sum(batch.num_rows for batch in batches)
            bounds.check(rows, width, len(text), InputError("place-file", path=path))
        table = arrow.read_csv(pa.BufferReader(source), **options)
    except pa.ArrowMemoryError:
        raise
    except pa.ArrowException as error:
        for line, cells in _records(text, delimiter):
            if len(cells) != width:
                raise InputError("table-ragged", path=path, line=line, found=len(cells), expected=width) from error
        raise InputError("table-broken", path=path, reason=str(error).splitlines()[0][:200]) from error
    return [_short(column, path, text, delimiter) for column in table.columns]


def _short(column: Any, path: str, text: bytes, delimiter: str) -> Any:
    import pyarrow.compute as pc

    if column.nbytes <= MOST_CHARACTERS:
        return column
    lengths = pc.binary_length(column)
    if (pc.max(lengths).as_py() or 0) > MOST_CHARACTERS:
        row = pc.index(pc.greater(lengths, MOST_CHARACTERS), True).as_py()
        line = next(islice(_records(text, delimiter), row + 1, None))[0]
        raise InputError("table-huge", path=path, line=line, most=MOST_CHARACTERS)
    return column


def _unescaped(column: Any) -> Any:
    """The cells without the apostrophes of ``spreadsheet.escaped``."""
    import pyarrow.compute as pc

    return pc.replace_substring_regex(column, f"^(\\s*)'('*[{SIGNS}])", r"\1\2")


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
    arrays, unnamed, taken = {}, {}, {*names}
    for number, (name, column) in enumerate(zip(names, columns, strict=True), 1):
        if name:
            arrays[name] = column
        elif pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py():
            free = next(free for free in _numbered(f"#{number}") if free not in taken)
            arrays[free], unnamed[free] = column, number
    return arrays, unnamed


def _numbered(name: str) -> Iterator[str]:
    while True:
        yield name
        name = f"#{name}"


def _from_parquet(content: bytes, path: str, bounds: Bounds) -> Table:
    """Its columns, texts as dictionaries: a text that stands in many rows is kept once. Those of types that can't be learned
    from are not read.
    """
    import pyarrow as pa
    from pyarrow import parquet

    if not content:
        raise InputError("table-empty", path=path)
    place = InputError("place-file", path=path)
    try:
        about, schema = parquet.read_metadata(pa.BufferReader(content)), parquet.read_schema(pa.BufferReader(content))
        parts = _parts(about)
        built_up = {part.path_in_schema: part.total_uncompressed_size for part in parts if _is_built_up(part)}
        texts = [field.name for field in schema if _is_parquet_text(field.type) and field.name not in built_up]
        file = parquet.ParquetFile(pa.BufferReader(content), page_checksum_verification=True, read_dictionary=texts)
        names = [name for name in schema.names if not re.fullmatch(r"__index_level_\d+__", name)]
        # a page's numbers are at most 8 bytes each, or one for many: what there is beyond that are texts
        rows, letters = about.num_rows, sum(max(0, part.total_uncompressed_size - 8 * part.num_values) for part in parts)
        check_distinct(names, place)
        if rows <= 0:
            raise InputError("table-no-rows", table=place)
        bounds.check(rows, len(names), letters, place)
        taken = [name for name in names if is_taken(schema.field(name).type)]
        columns = _read_in_batches(file, taken, max(built_up.values(), default=0), bounds, place)
    except MemoryError:
        raise
    except InputError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        why = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise InputError("table-parquet", path=path, reason=why) from error
    unnamed = {name: number for number, name in enumerate(names, 1) if not name.strip()}
    arrays = {name: columns[name] if name in columns else pa.chunked_array([], schema.field(name).type) for name in names}
    return Table(arrays, rows, path, unnamed=unnamed)


def _is_parquet_text(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind))


def _parts(about: Any) -> list[Any]:
    """What a Parquet file says of every column in every group of rows."""
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    return [group.column(number) for group in groups for number in range(group.num_columns)]


def _is_built_up(part: Any) -> bool:
    """Whether its texts are written as the ends of those before them: far more letters, it may be, than its pages hold."""
    return "DELTA_BYTE_ARRAY" in part.encodings


def _read_in_batches(file: Any, names: list[str], longest: int, bounds: Bounds, place: InputError) -> dict[str, Any]:
    """The columns ``names``, as many rows at once as are some 256 MiB; InputError where they are larger than the file says.

    ``longest``: bytes that a text can't be longer than, where texts are built up.
    """
    import pyarrow as pa

    if not names:
        return {}
    batches, size = [], 0
    for batch in file.iter_batches(max(1, _BATCH // max(CELL * len(names), longest)), columns=names):
        batch.validate(full=True)
        batches.append(batch.select(names))
        size += batches[-1].nbytes
        if size > bounds.bytes:
            values = {"rows": file.metadata.num_rows, "columns": len(names)}
            raise InputError("table-bytes", table=place, **values, value=-(-size // MIB), most=bounds.bytes // MIB)
    if sum(batch.num_rows for batch in batches) != file.metadata.num_rows:
        raise ValueError(file.metadata.num_rows)
    table = pa.Table.from_batches(batches)
    return {name: table.column(name) for name in names}
