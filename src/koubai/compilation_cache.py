"""Compiled programs on disk, so that no process compiles what another has compiled: opaque bytes by name, in one folder.

Several processes read and write at once: an entry appears whole, by a rename, and has its SHA-256 in it, which tells a damaged
one. What can't be read counts as absent, and what can't be written is left out: nobody's run fails for it. The entries that
were used least recently are removed where there are too many bytes.

A program is code. So only a folder is used that belongs to this user, and into which nobody else may write.
"""

import os
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

from koubai.files import reason

VARIABLE = "KOUBAI_CACHE"
OFF = "off"
SHARED = "shared"  # the fault of a folder into which others may write
MOST_BYTES = 250_000_000
KEPT_BYTES = MOST_BYTES // 8 * 7  # where there were more: else every new entry would have to make room
SUFFIX, PART = ".program", ".part"
SECONDS_OF_A_PART = 3600.0  # an unfinished file that is older was left by a process that ended in the middle
DIGEST = 32  # bytes before the content


@dataclass(frozen=True)
class Entry:
    """One file: a program, or the unfinished one of a process that has ended; it was read last at the time ``used``."""

    path: Path
    size: int
    used: float


@dataclass(frozen=True)
class Contents:
    """What is in the cache.

    Attributes:
        folder: Where it is; None where there is none.
        entries: Its files.
        fault: Why the folder can't be used; None where it can.
    """

    folder: Path | None
    entries: tuple[Entry, ...] = ()
    fault: str | None = None

    @property
    def size(self) -> int:
        """The bytes of all entries."""
        return sum(entry.size for entry in self.entries)


def folder() -> Path | None:
    """Return where programs are kept: in KOUBAI_CACHE, else in the user's cache folder, by the platform's convention.

    None where KOUBAI_CACHE is "off", and where the user has no such folder.
    """
    named = os.environ.get(VARIABLE, "").strip()
    if is_off():
        return None
    if named:
        return Path(named).absolute() / "programs"
    from platformdirs import user_cache_path

    path = user_cache_path("koubai", appauthor=False) / "programs"
    return path if path.is_absolute() else None  # else it is ~, of a user whom the system doesn't know


def is_off() -> bool:
    """Return whether a user has said that nothing is to be kept."""
    return os.environ.get(VARIABLE, "").strip().casefold() == OFF


def read(name: str) -> bytes | None:
    """Return what was written under that name; None where nothing was, or it can't be read, or isn't what was written."""
    directory = folder()
    try:
        if directory is None or not _is_ours(directory):
            return None
        path = directory / f"{name}{SUFFIX}"
        content = path.read_bytes()
    except (OSError, ValueError):  # the latter where no path can be so
        return None
    digest, packed = content[:DIGEST], content[DIGEST:]
    if sha256(packed).digest() != digest:
        return None
    with suppress(OSError):
        os.utime(path)
    return zlib.decompress(packed)


def write(name: str, content: bytes) -> None:
    """Write ``content`` under that name, instead of what is there; where that can't be, nothing happens."""
    directory = folder()
    packed = zlib.compress(content, 1)
    if directory is None or len(packed) > KEPT_BYTES:
        return
    with suppress(OSError, ValueError):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if _is_ours(directory):
            _put(directory / f"{name}{SUFFIX}", sha256(packed).digest() + packed)
            _make_room(directory)


def contents() -> Contents:
    """Return what is in the folder now."""
    directory = folder()
    if directory is None:
        return Contents(None)
    try:
        if not os.path.lexists(directory):
            return Contents(directory)
        if not _is_ours(directory):
            return Contents(directory, fault=SHARED)
        return Contents(directory, tuple(_entries(directory)))
    except (OSError, ValueError) as error:
        return Contents(directory, fault=reason(error) if isinstance(error, OSError) else str(error))


def clear() -> list[Entry]:
    """Remove all programs. Returns those that are removed; a folder of another user stays as it is."""
    return [entry for entry in contents().entries if _removed(entry.path)]


def _put(path: Path, content: bytes) -> None:
    handle, part = mkstemp(PART, f"{path.stem[:16]}-", path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(part).replace(path)
    except OSError:
        _removed(Path(part))
        raise


def _make_room(directory: Path) -> None:
    """Remove what was left unfinished, and the programs that were used least recently, where all have too many bytes."""
    entries = sorted(_entries(directory), key=lambda entry: entry.used)
    size = sum(entry.size for entry in entries)
    most = KEPT_BYTES if size > MOST_BYTES else size
    for entry in entries:
        if size > most or (entry.path.suffix == PART and entry.used < time.time() - SECONDS_OF_A_PART):
            size -= entry.size if _removed(entry.path) else 0


def _entries(directory: Path) -> Iterator[Entry]:
    with os.scandir(directory) as files:
        for file in files:
            with suppress(OSError):  # another process has removed it
                if Path(file.name).suffix in (SUFFIX, PART) and file.is_file(follow_symlinks=False):
                    facts = file.stat(follow_symlinks=False)
                    yield Entry(Path(file.path), facts.st_size, facts.st_mtime)


def _removed(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _is_ours(directory: Path) -> bool:
    """Return whether the folder is this user's own, and nobody else may write into it. OSError where it isn't there."""
    facts = directory.lstat()
    own = not hasattr(os, "getuid") or (facts.st_uid == os.getuid() and not facts.st_mode & 0o022)
    return own and directory.is_dir() and not directory.is_symlink()
