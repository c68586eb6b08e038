"""Files and folders that are there whole or not at all: they are written beside their path, then moved to it."""

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path

from koubai.errors import FileFault, InputError
from koubai.temporary_files import sweep, temporary

LONGEST_INSIDE = "x" * 64  # no file within a run's folder has a longer path in it, until it is moved to its path


def reason(error: OSError) -> str:
    """Return what the system says of an error, in short."""
    return error.strerror or type(error).__name__


def numbered(folder: Path) -> Iterator[Path]:
    """Return ``folder``, then folder-2, folder-3, …"""
    return chain([folder], (folder.with_name(f"{folder.name}-{number}") for number in count(2)))


def check_writable(folder: Path) -> None:
    """Raise InputError unless a new ``folder`` can be made there, with files in it; the folders above it are made."""
    try:
        _check_path(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep(folder.parent)
        with temporary(folder) as trial:
            (trial / LONGEST_INSIDE).touch()
    except OSError as error:
        raise InputError("folder-unwritable", path=str(folder), reason=reason(error)) from error


def check_free(folder: Path) -> None:
    """Raise InputError where ``folder`` is there already, other than as an empty folder, or can't be looked at."""
    try:
        _check_path(folder)
        if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
            return
        taken = os.path.lexists(folder)
    except OSError as error:
        raise InputError("folder-unwritable", path=str(folder), reason=reason(error)) from error
    if taken:
        raise InputError("folder-taken", path=str(folder))


def check_free_file(path: Path) -> None:
    """Raise InputError where a new file can't be made at ``path``: something is there, or there is no folder for it."""
    try:
        _check_path(path)
    except OSError as error:
        raise InputError("file-unwritable", path=str(path), reason=reason(error)) from error
    if os.path.lexists(path):
        raise InputError("file-taken", path=str(path))
    if not path.parent.is_dir():
        raise InputError("file-no-folder", path=str(path), folder=str(path.parent))


def _check_path(path: Path) -> None:
    """Raise OSError where nothing can be at ``path``: it is too long, say, or has a character that no name can have."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except ValueError as error:
        raise OSError(errno.EINVAL, str(error)) from error


def new_folder(paths: Iterable[Path], fill: Callable[[Path], None]) -> Path:
    """Make a folder that appears complete, or, where anything goes wrong, not at all.

    Args:
        paths: Where it may be: the first of them that is free is taken.
        fill: The function that writes the files into a folder.

    Returns:
        The path of the folder.

    Raises:
        FileFault: It can't be written.
        InputError: No path is free.
    """
    candidates = iter(paths)
    path = next(candidates)
    try:
        _check_path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        with temporary(path) as beside:
            folder = beside / "new"
            folder.mkdir()
            fill(folder)
            for file in folder.rglob("*"):
                _to_disk(file)
            folder.chmod(0o777 & ~_umask())
            while not _moved(folder, path):
                following = next(candidates, None)
                if following is None:
                    raise InputError("folder-taken", path=str(path))
                path = following
            _to_disk(path.parent)
    except OSError as error:
        if isinstance(error, FileFault):
            raise
        raise FileFault("save", path=str(path), reason=reason(error)) from error
    return path


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yield a path of the same name to write to: what is there at the end replaces ``path``, at once and on disk.

    FileFault where it can't be written.
    """
    try:
        _check_path(path)
        sweep(path.parent)
        with temporary(path) as beside:
            file = beside / path.name
            file.touch()
            yield file
            _to_disk(file)
            file.chmod(0o666 & ~_umask())
            file.replace(path)
    except OSError as error:
        why = error.values.get("reason") if isinstance(error, FileFault) else reason(error)
        raise FileFault("file", path=str(path), reason=why) from error


def _moved(folder: Path, path: Path) -> bool:
    """Move ``folder`` to ``path``; return whether that was free: a rename never replaces a file or a filled folder."""
    if os.path.lexists(path) and not (path.is_dir() and not path.is_symlink()):
        return False
    try:
        folder.rename(path)
    except OSError:
        if os.path.lexists(path):
            return False
        raise
    return True


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
