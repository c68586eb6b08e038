"""One SQLite file: opened, brought up to date, its transactions, and its faults as sentences.

The settings follow SQLite's own advice: "Write-Ahead Logging", with synchronous=FULL, which loses nothing at a power failure,
and "Defense Against The Dark Arts" for files that somebody else may have made. The file is never opened by other means than
SQLite's: closing it would take away the locks of this process's other connections ("How To Corrupt An SQLite Database", 2.2).
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from koubai.errors import FileFault, InputError, KoubaiError
from koubai.files import reason

APPLICATION = 0x6B6F7562  # "koub": whose file it is, in the header of an SQLite file
SMALLEST = 512  # bytes of an SQLite file that isn't empty: SQLite would take less for nothing, and write over it
BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
SECONDS_BETWEEN_TRIES = 0.02

Value = str | int | float | bytes | None  # what a column of SQLite holds

# each brings the schema from the version before to its own, the first to 1; what was released is never changed
MIGRATIONS: Sequence[str] = (
    """
    CREATE TABLE run (
        id INTEGER PRIMARY KEY,
        uid TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL UNIQUE,
        data TEXT NOT NULL,
        method TEXT NOT NULL,
        seed INTEGER NOT NULL,
        steps INTEGER NOT NULL,
        experiment TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'interrupted', 'diverged')),
        sign TEXT NOT NULL,
        diverged_at INTEGER,
        steps_made INTEGER,
        loss REAL,
        metrics TEXT NOT NULL,
        started TEXT NOT NULL,
        updated TEXT NOT NULL,
        seconds REAL NOT NULL,
        surroundings TEXT NOT NULL,
        folder TEXT NOT NULL,
        tags TEXT NOT NULL,
        note TEXT NOT NULL,
        long_seal TEXT NOT NULL,
        seal TEXT NOT NULL
    );
    CREATE TABLE chunk (
        run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        content BLOB NOT NULL,
        seal TEXT NOT NULL,
        PRIMARY KEY (run, first)
    );
    CREATE TABLE checkpoint (
        run INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        content BLOB NOT NULL,
        seal TEXT NOT NULL
    );
    CREATE TABLE array (
        sha256 TEXT PRIMARY KEY,
        content BLOB NOT NULL
    );
    CREATE TABLE run_array (
        run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
        sha256 TEXT NOT NULL REFERENCES array (sha256),
        PRIMARY KEY (run, sha256)
    );
    CREATE INDEX run_array_sha256 ON run_array (sha256);
    """,
)


def is_unicode(text: str) -> bool:
    """Return whether it can be kept: remains of bytes that were none of the system's characters can't be."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


class Database:
    """A connection to a store, whose schema is brought up to date where it is older.

    Args:
        path: The file, absolute, without links.
        patience: How many seconds to wait while another process holds the lock; it may be changed later.
        make: Whether a file is made where there is none. Otherwise the store is then an empty one in memory, and a file that
            can't be written is read only.

    Raises:
        InputError: ``path`` can't be a store of ours.
        FileFault: It is damaged, newer, locked, or can't be written.
    """

    def __init__(self, path: Path, *, patience: float, make: bool = True) -> None:
        self.path, self.patience = path, patience
        with self.faults():
            self._connection = self._connect(make)
            try:
                self._set_up()
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Close the connection."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def rows(self, query: str, *values: Value) -> list[dict[str, Value]]:
        """Return the rows that ``query`` finds, by the columns' names. A text that UTF-8 doesn't have is found nowhere."""
        if any(isinstance(value, str) and not is_unicode(value) for value in values):
            return []
        with self.faults():
            cursor = self._patiently(query, *values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def tuples(self, query: str, *values: Value) -> list[tuple[Any, ...]]:
        """Return the rows that ``query`` finds, each with the values of its columns in order."""
        with self.faults():
            return self._patiently(query, *values).fetchall()

    def execute(self, statement: str, *values: Value) -> None:
        """Change something, within a ``transaction``."""
        self._connection.execute(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Bring all that is done within it to disk at its end, or nothing."""
        with self.faults():
            self._patiently("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read all that is read within it as of one moment, whatever others write."""
        if self._connection.in_transaction:
            yield
            return
        with self.faults():
            self._patiently("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("ROLLBACK")

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Raise what goes wrong with the file within it as an error that has a sentence."""
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter where even what SQLite says of it is damaged
            raise self._fault(error) from error
        except OSError as error:
            if isinstance(error, KoubaiError):
                raise
            raise FileFault("store-unwritable", path=str(self.path), reason=reason(error)) from error

    def _fault(self, error: Exception) -> KoubaiError:
        name, message = getattr(error, "sqlite_errorname", ""), str(error)
        if name.startswith(BUSY):
            return FileFault("store-busy", path=str(self.path), seconds=f"{self.patience:g}")
        if name == "SQLITE_NOTADB":
            return InputError("store-foreign", path=str(self.path))
        if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
            return FileFault("store-unwritable", path=str(self.path), reason=message)
        if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_NOMEM", "SQLITE_TOOBIG")):
            return FileFault("store-write", path=str(self.path), reason=message)
        return FileFault("store-broken", path=str(self.path), reason=message)

    def _connect(self, make: bool) -> sqlite3.Connection:
        path = self.path
        exists = path.exists()
        if exists and not path.is_file():
            raise InputError("store-not-file", path=str(path))
        if exists and 0 < path.stat().st_size < SMALLEST:
            raise InputError("store-foreign", path=str(path))
        if not exists and not make:
            address = ":memory:"
        elif not make and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            wal = path.with_name(f"{path.name}-wal")
            alone = not wal.exists() or wal.stat().st_size == 0  # else what it holds must be read too
            address = f"{path.as_uri()}?" + ("immutable=1" if alone else "mode=ro")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            address = path.as_uri()
        return sqlite3.connect(address, timeout=0, isolation_level=None, check_same_thread=False, uri=True)

    def _set_up(self) -> None:
        for setting in ("trusted_schema=OFF", "cell_size_check=ON", "foreign_keys=ON", "synchronous=FULL"):
            self._patiently(f"PRAGMA {setting}")
        if self._version() == len(MIGRATIONS):
            return
        self._patiently("PRAGMA journal_mode=WAL")  # which the file keeps
        with self.transaction():
            for number in range(self._version(), len(MIGRATIONS)):  # asked anew: another process may have been faster
                for statement in MIGRATIONS[number].split(";"):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version={number + 1}")
            self._connection.execute(f"PRAGMA application_id={APPLICATION}")

    def _version(self) -> int:
        """Return the schema's version, 0 for none. InputError where the file isn't ours, FileFault where it is newer."""
        tables = self._patiently("SELECT 1 FROM sqlite_master").fetchall()  # first: it may be made at this moment
        version, owner = self._number("user_version"), self._number("application_id")
        if owner != APPLICATION and (version or owner or tables):
            raise InputError("store-foreign", path=str(self.path))
        if not 0 <= version <= len(MIGRATIONS):
            raise FileFault("store-newer", path=str(self.path), value=version, expected=len(MIGRATIONS))
        return version

    def _number(self, setting: str) -> int:
        return int(self._patiently(f"PRAGMA {setting}").fetchone()[0])

    def _patiently(self, statement: str, *values: Value) -> sqlite3.Cursor:
        """Execute ``statement``, again and again while another process holds the lock, but no longer than ``patience``."""
        began = monotonic()
        while True:
            try:
                return self._connection.execute(statement, values)
            except sqlite3.OperationalError as error:
                busy = getattr(error, "sqlite_errorname", "").startswith(BUSY)
                if not busy or monotonic() - began > self.patience:
                    raise
            sleep(SECONDS_BETWEEN_TRIES)
