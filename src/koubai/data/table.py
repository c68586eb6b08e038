"""Table: columns by name, as a file or a frame holds them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from koubai.data.arrow_types import ArrowArray, Frame
from koubai.data.cell_parsing import Column, as_texts, parse_column, parse_columns
from koubai.errors import InputError, KoubaiError


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Columns by name, as ``read_table(path)``, ``table_of(content, name)`` or ``Table.of(frame)`` give them.

    Attributes:
        arrays: Every column's array of pyarrow, as it was read.
        rows: The rows of each.
        path: The path of the file; empty for a frame.
        encoding: The encoding of the file; empty for a frame and for Parquet.
        left_out: How many rows of a file are left out, since every cell was empty.
        unnamed: The columns that have values but no name: the name that koubai gives each, and its number, from 1.
        line_of: A function that gives the line of a row in the file; None where there are no lines.
    """

    arrays: Mapping[str, ArrowArray]
    rows: int
    path: str = ""
    encoding: str = ""
    left_out: int = 0
    unnamed: Mapping[str, int] = field(default_factory=dict)
    line_of: Callable[[int], int] | None = None
    _columns: dict[str, Column] = field(default_factory=dict)

    @classmethod
    def of(cls, frame: Frame) -> "Table":
        """Return a frame as a Table.

        Args:
            frame: A pandas or polars frame, a pyarrow table, any other frame that narwhals takes, or a Table.

        Raises:
            InputError: It is no frame, a name stands twice, or a column is of no one type.

        Example:
            >>> import koubai as kb
            >>> import pyarrow as pa
            >>> kb.data.Table.of(pa.table({"height": [1.62, 1.75], "species": ["a", "b"]}))
            Table(2 rows, 2 columns)
        """
        if isinstance(frame, Table):
            return frame
        names, series = _names_and_series(frame)
        unnamed = {name: number for number, name in enumerate(names, 1) if not name.strip()}
        arrays = {name: _as_arrow(name, one) for name, one in zip(names, series, strict=True)}
        return cls(arrays, len(series[0]) if series else 0, unnamed=unnamed)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(self.arrays)

    def column(self, name: str) -> Column:
        """Return the column called ``name``, its cells parsed; InputError for a type that isn't taken."""
        if name not in self._columns:
            self._columns[name] = self._checked(name, parse_column(self.arrays[name]))
        return self._columns[name]

    def parse(self, names: Iterable[str]) -> None:
        """Parse the columns ``names`` all at once, which is much quicker than one after the other."""
        waiting = [name for name in names if name not in self._columns]
        for name, column in zip(waiting, parse_columns([self.arrays[name] for name in waiting]), strict=True):
            if column is not None:
                self._columns[name] = column

    def texts(self, name: str) -> Column:
        """Return the column called ``name`` as texts, even where they look like numbers."""
        column = self.column(name)
        return column if column.kind != "number" else self._checked(name, as_texts(self.arrays[name]))

    def row_location(self, row: int) -> KoubaiError:
        """Return where a row is, for a message."""
        if self.line_of is None:
            return InputError("place-row", row=int(row), table=self.location)
        return InputError("place-line", line=self.line_of(int(row)), path=self.path)

    @property
    def location(self) -> KoubaiError:
        """What the table is called in a message."""
        return InputError("place-file", path=self.path) if self.path else InputError("place-frame")

    def _checked(self, name: str, column: Column | None) -> Column:
        if column is None:
            raise InputError("table-type", name=name, table=self.location, type=str(self.arrays[name].type))
        return column

    def __repr__(self) -> str:
        prefix = f"{self.path}, " if self.path else ""
        return f"Table({prefix}{self.rows} rows, {len(self.arrays)} columns)"


def check_distinct(names: list[str], table: KoubaiError) -> None:
    """Raise InputError where a name of a column stands twice."""
    seen = set()
    for name in names:
        if name in seen:
            raise InputError("table-duplicate", name=name, table=table)
        seen.add(name)


def _names_and_series(frame: Frame) -> tuple[list[str], list[Frame]]:
    import narwhals as nw

    try:
        frame = nw.from_native(frame)
        frame = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
        names = [str(name) for name in frame.columns]
    except (TypeError, nw.exceptions.NarwhalsError) as error:
        if isinstance(error, nw.exceptions.DuplicateError):
            names = getattr(frame, "column_names", None) or frame.columns
            check_distinct([str(name) for name in names], InputError("place-frame"))
        raise InputError("data-source-type", value=type(frame).__name__) from error
    check_distinct(names, InputError("place-frame"))
    return names, list(frame.iter_columns())


def _as_arrow(name: str, series: Frame) -> ArrowArray:
    import pyarrow as pa

    try:
        return series.to_arrow()
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:  # of several types, or one that Arrow hasn't
        raise InputError("table-type", name=name, table=InputError("place-frame"), type=str(series.dtype)) from error
