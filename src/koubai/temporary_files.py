"""Folders in which files are written before they are moved to their path, and how those of ended processes are removed.

A process that is killed can't clean up behind itself. So the name of a temporary folder says that it is koubai's, and a file in
it is locked (flock) by the process that writes there; the system releases the lock when that process ends, however it ends. A
process number would not tell: another process may have got it meanwhile, and a shared disk has several machines. The lock is on
a file of its own, since some network disks let nobody write to a locked one. Where there are no such locks, nothing is removed.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from shutil import rmtree

MOST_BYTES = 255  # of a file's name, on the usual file systems
OURS = re.compile(r"\..*\.koubai-[0-9a-f]{12}\.part", re.DOTALL)
LOCK = ".koubai-lock"
OF_A_RUN = "run.json"  # a folder with this file is that of a run

_being_written: set[Path] = set()


@contextmanager
def temporary(beside: Path) -> Iterator[Path]:
    """Yield a new folder in the same folder as ``beside``, on the same disk; at the end it is removed with what is left in it.

    OSError where it can't be made.
    """
    folder, lock = _make_locked(beside)
    _being_written.add(folder)
    try:
        yield folder
    finally:
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name != LOCK:
                _remove(path)
        os.close(lock)  # first: a network disk keeps a file that is open
        _remove(folder)
        _being_written.discard(folder)


def sweep(folder: Path) -> None:
    """Remove what processes that have ended left in ``folder``, and in the folders of runs directly within it.

    It may be anybody's folder, such as that of all temporary files: what can't be removed stays.
    """
    for parent in (folder, *_runs_in(folder)):
        for path in _entries(parent):
            if OURS.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
                with suppress(OSError):
                    _remove_if_abandoned(path)


def discard_all() -> None:
    """Remove all that this process is writing: it is about to end in the middle."""
    for folder in list(_being_written):
        _remove(folder)


def shortened(name: str, most: int) -> str:
    """Return as much of the beginning of ``name`` as fits into ``most`` bytes of a file's name."""
    return os.fsencode(name)[:most].decode("utf-8", "ignore") if len(os.fsencode(name)) > most else name


def _make_locked(beside: Path) -> tuple[Path, int]:
    """Make a folder; return it and the handle that holds its lock."""
    while True:
        suffix = f".koubai-{token_hex(6)}.part"
        folder = beside.with_name(f".{shortened(beside.stem, MOST_BYTES - 1 - len(suffix))}{suffix}")
        folder.mkdir(mode=0o700)
        try:
            handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileNotFoundError:  # it was removed before it had a lock
            continue
        except OSError:
            _remove(folder)
            raise
        if _locked(handle) is not False and _is_at(handle, folder / LOCK):
            return folder, handle
        os.close(handle)  # another process has removed it, or is about to, since it had no lock yet


def _entries(folder: Path) -> list[Path]:
    try:
        return [Path(entry.path) for entry in os.scandir(folder)]
    except (OSError, ValueError):
        return []


def _runs_in(folder: Path) -> list[Path]:
    return [path for path in _entries(folder) if os.path.lexists(path / OF_A_RUN)]


def _remove_if_abandoned(folder: Path) -> None:
    if sys.platform == "win32":
        return
    try:
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        folder.rmdir()  # its process ended between making it and its lock
        return
    is_abandoned = _locked(handle)
    if is_abandoned:
        _remove(folder)  # while nobody else can take the lock
    os.close(handle)
    if is_abandoned:
        _remove(folder)  # a network disk has kept the file that was open


def _locked(handle: int) -> bool | None:
    """Lock a file. False where somebody else has locked it, None where there are no locks."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except OSError:
        return False


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
