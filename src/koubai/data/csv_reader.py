"""A CSV or TSV file's text read into a Table, as texts first; ``cell_parsing`` decides what cells mean."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from koubai.data.arrow_types import ArrowArray
from koubai.data.bounds import COLUMN_BYTES, DEFAULT_BOUNDS, Bounds
from koubai.data.table import Table, check_distinct
from koubai.errors import InputError
from koubai.spreadsheet import SIGNS, unescaped

DELIMITERS = (",", ";", "\t", "|")
MOST_CHARACTERS = 131_072  # of a cell: what Python's csv reads too
_BLOCK = 1 << 24  # bytes; a row must fit into one
_HEAD = 1 << 18  # bytes from which the delimiter is guessed
_ESCAPED = re.compile(f"'[{SIGNS}]".encode())
_END = "\ue000end"  # of a file's text, where it is asked whether a quote is still open


def _records(text: bytes, delimiter: str, most: int = DEFAULT_BOUNDS.bytes // COLUMN_BYTES) -> Iterator[tuple[int, list[str]]]:
    """Yield the line where each record begins, and its cells; an empty line is no record.

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
        self._delimiter, self._most, self._count, self._number = delimiter, most, 0, 0

    def begin(self) -> None:
        """Start counting: a record begins here."""
        self._count = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(_BLOCK + 1)
        if not line:
            raise StopIteration
        self._number += 1
        self._count += line.count(self._delimiter)
        if len(line) > _BLOCK:
            raise InputError("table-line", line=self._number, most=_BLOCK)
        if self._count >= self._most and len(next(csv.reader([line], delimiter=self._delimiter))) > self._most:
            raise InputError("table-cells", line=self._number, most=self._most)
        return line


def guess_delimiter(text: bytes) -> str:
    """Return the delimiter that parts the first lines of ``text`` into equally many cells most often."""
    head = text[:_HEAD]
    if len(text) > _HEAD and b"\n" in head:
        head = head[: head.rindex(b"\n") + 1]

    def fit(delimiter: str) -> tuple[float, int]:
        try:
            counts = [len(cells) for _, cells in islice(_records(_without_half_letter(head), delimiter), 50)]
        except InputError:
            return 0.0, 0
        if not counts or counts[0] < 2:
            return 0.0, 0
        return Counter(counts)[counts[0]] / len(counts), counts[0]

    return max(DELIMITERS, key=fit)


def _without_half_letter(head: bytes) -> bytes:
    """Return ``head`` without a letter of UTF-8 that was cut in two at its end."""
    return head.decode("utf-8", "ignore").encode()


def read_csv(text: bytes, path: str, delimiter: str, encoding: str, bounds: Bounds) -> Table:
    """Return the table that a file of this ``text`` (UTF-8) holds; its first line names the columns.

    Raises:
        InputError: It is no table, or too large a one.
    """
    records, location = _records(text, delimiter), InputError("place-file", path=path)
    try:
        first = next(records, None)
        if first is None:
            raise InputError("table-empty", path=path)
        if next(records, None) is None:
            raise InputError("table-no-rows", table=location)
        _check_closed(text, path, delimiter)
        bounds.check_columns(len(first[1]), location)
        columns = _read_columns(text, path, delimiter, len(first[1]), bounds)
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
        raise InputError("table-no-rows", table=location)

    def line_of(row: int) -> int:
        return next(islice(_records(text, delimiter), int(kept[row]) + 1, None))[0]

    return Table(arrays, len(kept), path, encoding, rows - len(kept), unnamed, line_of)


def _check_closed(text: bytes, path: str, delimiter: str) -> None:
    """Raise InputError where a quote is still open at the end of the file, so that it swallowed rows."""
    if text.count(b'"') % 2 == 0 and len(text) > _HEAD:
        return  # all closed, if none stands inside a cell; to be sure takes seconds for a large file
    last = (0, [""])
    for last in _records(text + b"\n" + _END.encode(), delimiter):  # noqa: B007
        pass
    if last[1] != [_END]:
        raise InputError("table-quote", path=path, line=last[0])


def _read_columns(text: bytes, path: str, delimiter: str, width: int, bounds: Bounds) -> list[ArrowArray]:
    """Return every column's cells as texts."""
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
    return [_checked_cells(column, path, text, delimiter) for column in table.columns]


def _checked_cells(column: ArrowArray, path: str, text: bytes, delimiter: str) -> ArrowArray:
    """Return the ``column``; InputError where one of its cells is huge."""
    import pyarrow.compute as pc

    if column.nbytes <= MOST_CHARACTERS:
        return column
    lengths = pc.binary_length(column)
    if (pc.max(lengths).as_py() or 0) > MOST_CHARACTERS:
        row = pc.index(pc.greater(lengths, MOST_CHARACTERS), True).as_py()
        line = next(islice(_records(text, delimiter), row + 1, None))[0]
        raise InputError("table-huge", path=path, line=line, most=MOST_CHARACTERS)
    return column


def _unescaped(column: ArrowArray) -> ArrowArray:
    """Return the cells without the apostrophes of ``spreadsheet.escaped``."""
    import pyarrow.compute as pc

    return pc.replace_substring_regex(column, f"^(\\s*)'('*[{SIGNS}])", r"\1\2")


def _kept(columns: list[ArrowArray], rows: int) -> NDArray[np.int64]:
    """Return the rows in which at least one cell isn't empty."""
    import pyarrow.compute as pc

    empty = np.arange(rows)
    for column in columns:
        cells = column if len(empty) == rows else column.take(empty)
        empty = empty[np.asarray(pc.equal(pc.utf8_trim_whitespace(cells), ""))]
        if not len(empty):
            return np.arange(rows)
    return np.delete(np.arange(rows), empty)


def _named(names: list[str], columns: list[ArrowArray], path: str) -> tuple[dict[str, ArrowArray], dict[str, int]]:
    """Return the columns by name, those without a name by their number unless they are empty, and these numbers."""
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
