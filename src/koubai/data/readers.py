"""A CSV, TSV or Parquet file, or its bytes, read into a Table."""

import os
from collections.abc import Callable
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO

from koubai.data.bounds import DEFAULT_BOUNDS, Bounds
from koubai.data.csv_reader import guess_delimiter, read_csv
from koubai.data.parquet_reader import read_parquet
from koubai.data.table import Table
from koubai.data.text_encoding import as_utf8
from koubai.errors import FileFault, InputError
from koubai.files import reason


def read_table(
    path: str | os.PathLike[str],
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    bounds: Bounds = DEFAULT_BOUNDS,
) -> Table:
    """Read the table in a file: Parquet by its ending .parquet or its first bytes, else CSV.

    The first line of CSV names the columns. The index columns that pandas writes into Parquet are left out.

    Args:
        path: The path of the file.
        delimiter: What the cells of CSV are parted by; by default guessed among , ; tab and | (in .tsv it is the tab).
        encoding: The encoding of CSV; by default guessed among UTF-8, UTF-16 with its mark, and cp932.
        bounds: How large the table may be, which is asked before it is read; by default 1 GiB in memory, 16 bytes a cell.

    Returns:
        The table, its cells as they stand in the file.

    Raises:
        InputError: The file is no such table, or too large.
        FileFault: The file can't be read.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> import koubai as kb
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "heights.csv"
        ...     size = path.write_text("height;species\\n1.62;a\\n1.75;b\\n")
        ...     table = kb.data.read_table(path)
        >>> table.names, table.column("height").values
        (('height', 'species'), array([1.62, 1.75]))
    """
    if not isinstance(path, (str, os.PathLike)) or not isinstance(os.fspath(path), str):
        raise InputError("data-source-type", value=type(path).__name__)
    path = Path(path)
    _check_delimiter(delimiter)
    return table_of(_content(path, bounds), str(path), delimiter=delimiter, encoding=encoding, bounds=bounds)


def table_of(
    content: bytes, name: str, *, delimiter: str | None = None, encoding: str | None = None, bounds: Bounds = DEFAULT_BOUNDS
) -> Table:
    """Read the table that a file with this content would be.

    Args:
        content: The bytes of the file.
        name: What the file is called in messages; its ending tells as much as that of a file.
        delimiter: As in ``read_table``.
        encoding: As in ``read_table``.
        bounds: As in ``read_table``.

    Returns:
        The table, its cells as they stand in the file.

    Raises:
        InputError: The content is no such table, or too large.

    Example:
        >>> import koubai as kb
        >>> kb.data.table_of(b"height,species\\n1.62,a\\n1.75,b\\n", "heights.csv")
        Table(heights.csv, 2 rows, 2 columns)
    """
    _check_delimiter(delimiter)
    path = Path(name)
    if path.suffix.lower() in (".parquet", ".pq") or (content.startswith(b"PAR1") and content.endswith(b"PAR1")):
        for option, value in (("delimiter", delimiter), ("encoding", encoding)):
            if value is not None:
                raise InputError("data-option", name=option, source=path.name)
        return _with_memory(lambda: read_parquet(content, name, bounds), name)
    text, encoding = as_utf8(content, encoding, name)
    if delimiter is None:
        delimiter = "\t" if path.suffix.lower() == ".tsv" else guess_delimiter(text)
    return _with_memory(lambda: read_csv(text, name, delimiter, encoding, bounds), name)


def _with_memory(read: Callable[[], Table], path: str) -> Table:
    try:
        return read()
    except MemoryError as error:
        raise FileFault("table-memory", path=path) from error


def _check_delimiter(delimiter: object) -> None:
    if delimiter is not None and not _can_delimit(delimiter):
        raise InputError("table-delimiter", value=delimiter)


def _can_delimit(delimiter: object) -> bool:
    return isinstance(delimiter, str) and len(delimiter) == 1 and delimiter.isascii() and delimiter not in '"\r\n\0'


def _content(path: Path, bounds: Bounds) -> bytes:
    """Return all bytes of a regular file; InputError where there are too many, FileFault where it changes meanwhile."""
    try:
        kind = path.stat().st_mode
        if not S_ISREG(kind):
            raise InputError("table-folder" if S_ISDIR(kind) else "table-not-file", path=str(path))
        with path.open("rb") as file:
            first_stat = os.fstat(file.fileno())
            bounds.check_size(first_stat.st_size, str(path))
            content = _all_of(file)
            last_stat = os.fstat(file.fileno())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError("load-absent", path=str(path)) from error
    except OSError as error:
        raise FileFault("load-unreadable", path=str(path), reason=reason(error)) from error
    except ValueError as error:  # a name with a NUL in it; an InputError is one too
        if isinstance(error, InputError):
            raise
        raise InputError("load-absent", path=repr(str(path))) from error
    is_same = (first_stat.st_size, first_stat.st_mtime_ns) == (last_stat.st_size, last_stat.st_mtime_ns)
    if not is_same or len(content) != last_stat.st_size:
        raise FileFault("table-changed", path=str(path))
    return content


def _all_of(file: BinaryIO) -> bytes:
    return file.read()
