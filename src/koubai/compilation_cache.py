"""Compiled programs on disk, so that no process compiles what another has compiled: opaque bytes by name, in one folder.

Several processes read and write at once: an entry appears whole, by a rename, and has its SHA-256 in it, which tells a damaged
one. What can't be read is as good as not there, and what can't be written is left out: nobody's run fails for it. The entries
that were used least recently go where there are too many bytes.

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
    """One file: a program, or the unfinished one of a process that has ended. ``used``: when it was read last."""

    path: Path
    size: int
    used: float


@dataclass(frozen=True)
class Contents:
    """What is in the cache: ``folder`` None where there is none. ``fault``: why the folder can't be used, None where it can."""

    folder: Path | None
    entries: tuple[Entry, ...] = ()
    fault: str | None = None

    @property
    def size(self) -> int:
        """The bytes of all entries."""
        return sum(entry.size for entry in self.entries)


def folder() -> Path | None:
    """Where programs are kept: in KOUBAI_CACHE, else in the user's cache folder, by the platform's convention.

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
    """Whether nothing is to be kept: a user has said so."""
    return os.environ.get(VARIABLE, "").strip().casefold() == OFF


def read(name: str) -> bytes | None:
    """What was written under that name; None where nothing was, or it can't be read, or isn't what was written."""
    place = folder()
    try:
        if place is None or not _is_ours(place):
            return None
        path = place / f"{name}{SUFFIX}"
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
    """Keep ``content`` under that name, instead of what is there; where that can't be, nothing happens."""
    place = folder()
    packed = zlib.compress(content, 1)
    if place is None or len(packed) > KEPT_BYTES:
        return
    with suppress(OSError, ValueError):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        if _is_ours(place):
            _put(place / f"{name}{SUFFIX}", sha256(packed).digest() + packed)
            _make_room(place)


def contents() -> Contents:
    """What is in the folder now."""
    place = folder()
    if place is None:
        return Contents(None)
    try:
        if not os.path.lexists(place):
            return Contents(place)
        return Contents(place, tuple(_entries(place)) if _is_ours(place) else (), None if _is_ours(place) else SHARED)
    except (OSError, ValueError) as error:
        return Contents(place, fault=reason(error) if isinstance(error, OSError) else str(error))


def clear() -> list[Entry]:
    """Remove all programs. Returns those that are gone; a folder of somebody else's stays as it is."""
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


def _make_room(place: Path) -> None:
    """Remove what was left unfinished, and the programs that were used least recently, where all have too many bytes."""
    entries = sorted(_entries(place), key=lambda entry: entry.used)
    size = sum(entry.size for entry in entries)
    most = KEPT_BYTES if size > MOST_BYTES else size
    for entry in entries:
        if size > most or (entry.path.suffix == PART and entry.used < time.time() - SECONDS_OF_A_PART):
            size -= entry.size if _removed(entry.path) else 0


def _entries(place: Path) -> Iterator[Entry]:
    with os.scandir(place) as found:
        for one in found:
            with suppress(OSError):  # another process has removed it
                if Path(one.name).suffix in (SUFFIX, PART) and one.is_file(follow_symlinks=False):
                    facts = one.stat(follow_symlinks=False)
                    yield Entry(Path(one.path), facts.st_size, facts.st_mtime)


def _removed(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _is_ours(place: Path) -> bool:
    """Whether the folder is this user's own, and nobody else may write into it. OSError where it isn't there."""
    facts = place.lstat()
    own = not hasattr(os, "getuid") or (facts.st_uid == os.getuid() and not facts.st_mode & 0o022)
    return own and place.is_dir() and not place.is_symlink()
