"""ProcessLock: a lock file that the system releases when the process ends, however it ends.

SQLite's own locks serve: they are the same on every system, one process can hold what others look at, and nothing is left to
be judged by a process number that another process may have got meanwhile.
"""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path


class ProcessLock:
    """A lock on the file ``path``, held until ``release`` or the end of the process.

    Attributes:
        token: The end of the file's name, by which a run's row names its lock.

    Raises:
        OSError: The file can't be made.
        sqlite3.Error: The same, as SQLite says it.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self.token = path.name.rpartition("-")[2]
        self._path, self._process = path, os.getpid()
        self._connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=MEMORY")  # no file beside it
        self._connection.execute("BEGIN EXCLUSIVE")

    def mark_paused(self, *, paused: bool) -> None:
        """Show that nothing is being done for now, or that it is again; OSError where that can't be shown."""
        marker = paused_marker(self._path)
        if paused:
            marker.touch()
        else:
            marker.unlink(missing_ok=True)

    def release(self) -> None:
        """Release the lock and remove its file. In a process that was forked off it does nothing."""
        if os.getpid() == self._process:
            remove_lock_file(self._path)
            self._connection.close()


def is_held(path: Path) -> bool:
    """Return whether a process holds the lock ``path``. Any number of processes may ask at once."""
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


def paused_marker(path: Path) -> Path:
    """Return the file beside the lock ``path`` that is there while its owner is paused."""
    return path.with_name(f"{path.name}-resting")


def remove_lock_file(path: Path) -> None:
    """Remove the lock file of a process that has ended."""
    for file in (paused_marker(path), path):
        with suppress(OSError):
            file.unlink(missing_ok=True)
