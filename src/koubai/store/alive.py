"""A sign of life: a lock that the system lets go when the process ends, however it ends.

SQLite's own locks serve: they are the same on every system, one process can hold what others look at, and nothing is left to
be judged by a process number that somebody else may have got meanwhile.
"""

import sqlite3
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote


class SignOfLife:
    """Held from its making until ``end`` or the end of the process. OSError where the file ``path`` can't be made."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self.name, self._path = path.name, path
        self._connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=MEMORY")  # no file beside it
        self._connection.execute("BEGIN EXCLUSIVE")

    def end(self) -> None:
        """Let go, and take the file away."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        self._connection.close()
        with suppress(OSError):
            self._path.parent.rmdir()  # unless others are there


def is_alive(path: Path) -> bool:
    """Whether a process holds the sign of life ``path``. Any number of processes may ask at once."""
    if not path.exists():
        return False
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", timeout=0, uri=True)
    except sqlite3.OperationalError:
        return path.exists()
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False
