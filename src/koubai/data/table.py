"""Table: columns by name, as a file or a frame holds them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from koubai.data.cell_parsing import Column, as_texts, column_of, columns_of
from koubai.errors import InputError, KoubaiError


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Columns by name, of ``rows`` rows each; made by ``read_table(path)``,
    ``table_of(content, name)`` or ``Table.of(frame)``.

    ``path`` and ``encoding`` are empty for a frame. ``left_out`` counts the rows of a file in which every cell was empty;
    ``unnamed`` are columns that have values but no name, under names of koubai's. ``line_of`` gives the line of a row in the
    file.
    """

    arrays: Mapping[str, Any]  # pyarrow's, as read
    rows: int
    path: str = ""
    encoding: str = ""
    left_out: int = 0
    unnamed: Mapping[str, int] = field(default_factory=dict)  # their numbers, from 1
    line_of: Callable[[int], int] | None = None
    _typed: dict[str, Column] = field(default_factory=dict)

    @classmethod
    def of(cls, frame: Any) -> "Table":
        """A Table of a pandas or polars frame, a pyarrow table, or any other frame that narwhals takes.

        InputError where it is none, where a name stands twice, or a column is of no one type.
        """
        if isinstance(frame, Table):
            return frame
        names, series = _columns(frame)
        unnamed = {name: number for number, name in enumerate(names, 1) if not name.strip()}
        arrays = {name: _as_arrow(name, one) for name, one in zip(names, series, strict=True)}
        return cls(arrays, len(series[0]) if series else 0, unnamed=unnamed)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(self.arrays)

    def column(self, name: str) -> Column:
        """The column called ``name``, its cells understood; InputError for a type that isn't taken."""
        if name not in self._typed:
            self._typed[name] = self._taken(name, column_of(self.arrays[name]))
        return self._typed[name]

    def understand(self, names: Iterable[str]) -> None:
        """Ask for the columns ``names`` all at once, which is much quicker than one after the other."""
        waiting = [name for name in names if name not in self._typed]
        for name, column in zip(waiting, columns_of([self.arrays[name] for name in waiting]), strict=True):
            if column is not None:
                self._typed[name] = column

    def texts(self, name: str) -> Column:
        """The column called ``name`` as texts, even where they look like numbers."""
        column = self.column(name)
        return column if column.kind != "number" else self._taken(name, as_texts(self.arrays[name]))

    def place(self, row: int) -> KoubaiError:
        """Where a row is, for a message."""
        if self.line_of is None:
            return InputError("place-row", row=int(row), table=self.place_of_all())
        return InputError("place-line", line=self.line_of(int(row)), path=self.path)

    def place_of_all(self) -> KoubaiError:
        """What the table is called in a message."""
        return InputError("place-file", path=self.path) if self.path else InputError("place-frame")

    def _taken(self, name: str, column: Column | None) -> Column:
        if column is None:
            raise InputError("table-type", name=name, table=self.place_of_all(), type=str(self.arrays[name].type))
        return column

    def __repr__(self) -> str:
        called = f"{self.path}, " if self.path else ""
        return f"Table({called}{self.rows} rows, {len(self.arrays)} columns)"


def check_distinct(names: list[str], table: KoubaiError) -> None:
    """InputError where a name of a column stands twice."""
    seen = set()
    for name in names:
        if name in seen:
            raise InputError("table-duplicate", name=name, table=table)
        seen.add(name)


def _columns(frame: Any) -> tuple[list[str], list[Any]]:
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


def _as_arrow(name: str, series: Any) -> Any:
    import pyarrow as pa

    try:
        return series.to_arrow()
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:  # of several types, or one that Arrow hasn't
        raise InputError("table-type", name=name, table=InputError("place-frame"), type=str(series.dtype)) from error
