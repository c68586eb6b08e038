"""Files and folders that are there whole or not at all: written beside their place, then moved into it."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, count
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp, mkstemp

from koubai.errors import FileFault, InputError


def reason(error: OSError) -> str:
    """What the system says of an error, in short."""
    return error.strerror or type(error).__name__


def numbered(folder: Path) -> Iterator[Path]:
    """``folder``, then folder-2, folder-3, …"""
    return chain([folder], (folder.with_name(f"{folder.name}-{number}") for number in count(2)))


def check_writable(folder: Path) -> None:
    """InputError unless a new ``folder`` can be made there (the folders above it are made)."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        Path(mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent)).rmdir()
    except OSError as error:
        raise InputError("folder-unwritable", path=str(folder), reason=reason(error)) from error


def check_free(folder: Path) -> None:
    """InputError where ``folder`` is there already, other than as an empty folder, or can't be looked at."""
    try:
        if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
            return
        taken = os.path.lexists(folder)
    except OSError as error:
        raise InputError("folder-unwritable", path=str(folder), reason=reason(error)) from error
    if taken:
        raise InputError("folder-taken", path=str(folder))


def check_free_file(path: Path) -> None:
    """InputError where a new file can't be made at ``path``: something is there, or there is no folder for it."""
    if os.path.lexists(path):
        raise InputError("file-taken", path=str(path))
    if not path.parent.is_dir():
        raise InputError("file-no-folder", path=str(path), folder=str(path.parent))


def new_folder(places: Iterable[Path], fill: Callable[[Path], None]) -> Path:
    """A folder with what ``fill`` writes into it, at the first of ``places`` that is free. Returns its path.

    The folder appears complete, or, where anything goes wrong, not at all. FileFault where it can't be written; InputError
    where no place is free.
    """
    places = iter(places)
    place = next(places)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        made = Path(mkdtemp(prefix=f".{place.name}.", suffix=".part", dir=place.parent))
    except OSError as error:
        raise FileFault("save", path=str(place), reason=reason(error)) from error
    try:
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
    finally:
        rmtree(made, ignore_errors=True)
    return place


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A path beside ``path`` to write to; what stands there at the end takes the place of ``path``, at once and on disk."""
    try:
        handle, name = mkstemp(prefix=f".{path.stem}.", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        made = Path(name)
        try:
            yield made
            _to_disk(made)
            made.chmod(0o666 & ~_umask())
            made.replace(path)
        finally:
            with suppress(FileNotFoundError):
                made.unlink()
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
