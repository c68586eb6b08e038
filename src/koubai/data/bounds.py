"""How much of a table is read, so that no file takes a machine's memory: asked before a file is read, and while it is."""

from dataclasses import dataclass

from koubai.errors import InputError, KoubaiError

# What a table takes as koubai keeps it: a cell is read (8 bytes: a number, or where a text is and which one) and understood
# (8 bytes, see ``cell_parsing.Column``), a text's letters are kept once, and a column of few rows is some 8 KiB of objects. A
# training has its inputs and the parts that they are split into beside it, 8 bytes a number each, so that a table of
# ``MOST_BYTES`` takes at most two to three times that. The largest set that koubai knows by name, the 70,000 digits of MNIST
# as one CSV file, comes to 0.94 GiB.
CELL_BYTES = 16
COLUMN_BYTES = 2**13
MOST_BYTES = 2**30
MIB = 2**20


@dataclass(frozen=True)
class Bounds:
    """How much of a table is read.

    Attributes:
        rows: The most rows; None for any number.
        columns: The most columns; None for any number.
        bytes: The most bytes that the table may take in memory.

    Example:
        >>> import koubai as kb
        >>> few = kb.data.Bounds(rows=1)
        >>> kb.data.table_of(b"a,b\\n1,2\\n3,4\\n", "two.csv", bounds=few)
        Traceback (most recent call last):
            ...
        koubai.errors.InputError: There are 2 rows in two.csv, but at most 1 are read here; take a part of them.
    """

    rows: int | None = None
    columns: int | None = None
    bytes: int = MOST_BYTES

    def check_size(self, size: int, path: str) -> None:
        """Raise InputError where a file of ``size`` bytes is too large to be looked into."""
        if size > self.bytes:
            raise InputError("table-size", path=path, value=_mib(size), most=self.bytes // MIB)

    def check_columns(self, columns: int, table: KoubaiError) -> None:
        """Raise InputError where there are more columns than may be, or than fit into the bytes."""
        most = self.bytes // COLUMN_BYTES if self.columns is None else min(self.columns, self.bytes // COLUMN_BYTES)
        if columns > most:
            raise InputError("table-columns", table=table, value=columns, most=most)

    def check(self, rows: int, columns: int, letters: int, table: KoubaiError) -> None:
        """Raise InputError where a table of so many ``rows``, ``columns`` and bytes of ``letters`` is too large."""
        self.check_columns(columns, table)
        if self.rows is not None and rows > self.rows:
            raise InputError("table-rows", table=table, value=rows, most=self.rows)
        size = self.needed(rows, columns, letters)
        if size > self.bytes:
            values = {"rows": rows, "columns": columns, "value": _mib(size), "most": self.bytes // MIB}
            raise InputError("table-bytes", table=table, **values)

    def fits(self, rows: int, columns: int, letters: int) -> bool:
        """Return whether ``check`` lets such a table pass; its columns aren't counted."""
        return (self.rows is None or rows <= self.rows) and self.needed(rows, columns, letters) <= self.bytes

    @staticmethod
    def needed(rows: int, columns: int, letters: int) -> int:
        """Return the bytes that a table takes as koubai keeps it."""
        return columns * (COLUMN_BYTES + rows * CELL_BYTES) + letters


DEFAULT_BOUNDS = Bounds()  # what the command line and Python read, unless they are told otherwise


def check_features(rows: int, features: int, names: str, table: KoubaiError) -> None:
    """Raise InputError where all rows' features take more bytes than a table may: each distinct text makes one."""
    size = rows * features * CELL_BYTES
    if size > MOST_BYTES:
        values = {"rows": rows, "features": features, "value": _mib(size), "most": MOST_BYTES // MIB}
        raise InputError("table-features", table=table, names=names, **values)


def _mib(size: int) -> int:
    return -(-size // MIB)
