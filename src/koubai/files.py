"""Files and folders that are there whole or not at all: written beside their place, then moved into it."""

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path

from koubai.errors import FileFault, InputError
from koubai.temporary_files import sweep, temporary

LONGEST_INSIDE = "x" * 64  # no file within a run's folder has a longer path in it, until it is moved into its place


def reason(error: OSError) -> str:
    """What the system says of an error, in short."""
    return error.strerror or type(error).__name__


def numbered(folder: Path) -> Iterator[Path]:
    """``folder``, then folder-2, folder-3, …"""
    return chain([folder], (folder.with_name(f"{folder.name}-{number}") for number in count(2)))


def check_writable(folder: Path) -> None:
    """InputError unless a new ``folder`` can be made there (the folders above it are made), with files in it."""
    try:
        _check_path(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep(folder.parent)
        with temporary(folder) as made:
            (made / LONGEST_INSIDE).touch()
    except OSError as error:
        raise InputError("folder-unwritable", path=str(folder), reason=reason(error)) from error


def check_free(folder: Path) -> None:
    """InputError where ``folder`` is there already, other than as an empty folder, or can't be looked at."""
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
    """InputError where a new file can't be made at ``path``: something is there, or there is no folder for it."""
    try:
        _check_path(path)
    except OSError as error:
        raise InputError("file-unwritable", path=str(path), reason=reason(error)) from error
    if os.path.lexists(path):
        raise InputError("file-taken", path=str(path))
    if not path.parent.is_dir():
        raise InputError("file-no-folder", path=str(path), folder=str(path.parent))


def _check_path(path: Path) -> None:
    """OSError where nothing can be at ``path``: it is too long, say, or has a character that no name can have."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except ValueError as error:
        raise OSError(errno.EINVAL, str(error)) from error


def new_folder(places: Iterable[Path], fill: Callable[[Path], None]) -> Path:
    """A folder with what ``fill`` writes into it, at the first of ``places`` that is free. Returns its path.

    The folder appears complete, or, where anything goes wrong, not at all. FileFault where it can't be written; InputError
    where no place is free.
    """
    places = iter(places)
    place = next(places)
    try:
        _check_path(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        sweep(place.parent)
        with temporary(place) as beside:
            made = beside / "new"
            made.mkdir()
            fill(made)
            for path in made.rglob("*"):
                _to_disk(path)
            made.chmod(0o777 & ~_umask())
            while not _moved(made, place):
                following = next(places, None)
                if following is None:
                    raise InputError("folder-taken", path=str(place))
                place = following
            _to_disk(place.parent)
    except OSError as error:
        if isinstance(error, FileFault):
            raise
        raise FileFault("save", path=str(place), reason=reason(error)) from error
    return place


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A path of the same name to write to; what stands there at the end takes the place of ``path``, at once and on disk."""
    try:
        _check_path(path)
        sweep(path.parent)
        with temporary(path) as beside:
            made = beside / path.name
            made.touch()
            yield made
            _to_disk(made)
            made.chmod(0o666 & ~_umask())
            made.replace(path)
    except OSError as error:
        why = error.values.get("reason") if isinstance(error, FileFault) else reason(error)
        raise FileFault("file", path=str(path), reason=why) from error


def _moved(made: Path, place: Path) -> bool:
    """Whether ``made`` could be moved to ``place``: a rename never replaces a file or a folder that holds something."""
    if os.path.lexists(place) and not (place.is_dir() and not place.is_symlink()):
        return False
    try:
        made.rename(place)
    except OSError:
        if os.path.lexists(place):
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
