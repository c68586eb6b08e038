"""How much memory this process can still have, and an error where that is less than it is about to ask for.

A system promises more than it has, and ends the process that uses it: it has to be asked beforehand.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from koubai.errors import InputError

SMALL = 2**26  # bytes: what needs less isn't worth a look; loading JAX alone takes more
PROC, GROUPS = Path("/proc"), Path("/sys/fs/cgroup")


def check_memory(needed: float, code: str = "memory-needed", **values: object) -> None:
    """Raise InputError ``code`` where ``needed`` bytes are certainly more than this process can have."""
    if needed <= SMALL:
        return
    free = available()
    if free is not None and needed > free:
        raise InputError(code, needed=gigabytes(needed), available=gigabytes(free), **values)


def gigabytes(size: float) -> str:
    """Return a number of bytes in GB."""
    number = size / 1e9
    return f"{number:,.0f} GB" if number >= 10 else f"{number:.1f} GB"


def mappings_taken() -> float:
    """Return the share that this process has of the mappings that Linux allows it; 0 where the system counts none."""
    with suppress(OSError, ValueError):
        allowed = int((PROC / "sys/vm/max_map_count").read_text())
        return (PROC / "self/maps").read_bytes().count(b"\n") / max(1, allowed)
    return 0.0


def available() -> int | None:
    """Return the bytes that this process can still have, by its own limits, its container's, and what the machine has free.

    None where the system doesn't tell.
    """
    bounds = [*_limits(), *_of_containers(), *_of_machine()]
    return max(0, min(bounds)) if bounds else None


def _limits() -> Iterator[int]:
    """Yield what ``ulimit`` leaves, by address space and by data."""
    try:
        import resource
    except ImportError:  # not on this system
        return
    for kind, used in (("RLIMIT_AS", "VmSize"), ("RLIMIT_DATA", "VmData")):
        limit = resource.getrlimit(getattr(resource, kind))[0]
        if limit != resource.RLIM_INFINITY:
            yield limit - _kilobytes(PROC / "self" / "status", used).get(used, 0) * 1024


def _of_machine() -> Iterator[int]:
    free = _kilobytes(PROC / "meminfo", "MemAvailable", "SwapFree")
    if "MemAvailable" in free:
        yield sum(free.values()) * 1024
    elif sys.platform != "linux":
        with suppress(AttributeError, ValueError, OSError):
            yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _of_containers() -> Iterator[int]:
    """Yield what each control group of this process leaves; cached files only fill what is free."""
    for line in _text(PROC / "self" / "cgroup").splitlines():
        _, kinds, path = line.split(":", 2)
        if not kinds:
            yield from _left(GROUPS, path, "memory.max", "memory.current", "inactive_file")
            yield from _left(GROUPS / "unified", path, "memory.max", "memory.current", "inactive_file")
        elif "memory" in kinds.split(","):
            yield from _left(GROUPS / "memory", path, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def _left(root: Path, path: str, limit: str, used: str, files: str) -> Iterator[int]:
    """Yield what the group ``path`` and those around it leave; a container may see its own group as the root."""
    swap = _kilobytes(PROC / "meminfo", "SwapFree").get("SwapFree", 0) * 1024
    own = root / path.lstrip("/")
    for group in (own, *own.parents):
        if not group.is_relative_to(root):
            return
        most, taken = _text(group / limit).strip(), _text(group / used).strip()
        if most.isdigit() and taken.isdigit():
            counts = dict(line.split()[:2] for line in _text(group / "memory.stat").splitlines() if " " in line)
            yield int(most) - int(taken) + int(counts.get(files, "0")) + swap


def _kilobytes(path: Path, *names: str) -> dict[str, int]:
    """Return the numbers of some lines such as "MemAvailable:   123 kB" of a file."""
    sizes = {}
    for line in _text(path).splitlines():
        name, _, rest = line.partition(":")
        if name in names and rest.split()[:1] and rest.split()[0].isdigit():
            sizes[name] = int(rest.split()[0])
    return sizes


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except (OSError, ValueError):
        return ""
