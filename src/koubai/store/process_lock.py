"""A sign of life: a lock that the system lets go when the process ends, however it ends.

SQLite's own locks serve: they are the same on every system, one process can hold what others look at, and nothing is left to
be judged by a process number that somebody else may have got meanwhile.
"""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path


class ProcessLock:
    """Held from its making until ``end`` or the end of the process. OSError or sqlite3.Error where ``path`` can't be made."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self.token = path.name.rpartition("-")[2]
        self._path, self._process = path, os.getpid()
        self._connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=MEMORY")  # no file beside it
        self._connection.execute("BEGIN EXCLUSIVE")

    def rest(self, *, resting: bool) -> None:
        """Show that nothing is being done for now, or that it is again; OSError where that can't be shown."""
        beside = resting_beside(self._path)
        if resting:
            beside.touch()
        else:
            beside.unlink(missing_ok=True)

    def end(self) -> None:
        """Let go, and take the file away. In a process that was forked off it does nothing."""
        if os.getpid() == self._process:
            forget(self._path)
            self._connection.close()


def is_alive(path: Path) -> bool:
    """Whether a process holds the sign of life ``path``. Any number of processes may ask at once."""
    if not path.exists():
        return False
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", timeout=0, uri=True)
    except sqlite3.OperationalError:
        return path.exists()
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.OperationalError:
        return True
    except sqlite3.DatabaseError:  # somebody wrote into it
        return False
    finally:
        connection.close()
    return False


def resting_beside(path: Path) -> Path:
    """The file beside the sign of life ``path`` that is there while its owner rests."""
    return path.with_name(f"{path.name}-resting")


def forget(path: Path) -> None:
    """Take the sign of a process away that is no more."""
    for file in (resting_beside(path), path):
        with suppress(OSError):
            file.unlink(missing_ok=True)
