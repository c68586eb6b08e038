"""How much memory there still is, as the system tells it."""

from pathlib import Path

import pytest

from koubai import memory
from koubai.errors import InputError

FREE = "MemTotal: 16000000 kB\nMemAvailable:    8000 kB\nSwapFree:  1000 kB\n"


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which a test writes what the system tells; it sets no limits."""
    monkeypatch.setattr(memory, "PROC", tmp_path / "proc")
    monkeypatch.setattr(memory, "GROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(memory, "_limits", lambda: iter(()))
    write(tmp_path / "proc" / "meminfo", FREE)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_what_the_machine_has_free(system: Path) -> None:
    assert memory.available() == 9_000 * 1024
    for odd in ("", "MemAvailable:\n", "MemAvailable: many kB\n", "\0"):
        write(system / "proc" / "meminfo", odd)
        assert memory.available() is None
        memory.check_memory(1e30)


@pytest.mark.parametrize("outer", ["1000000", "max"])
def test_what_a_container_leaves(system: Path, outer: str) -> None:
    write(system / "proc" / "meminfo", FREE.replace("1000 kB", "0 kB"))
    write(system / "proc" / "self" / "cgroup", "0::/a/b\n")
    for group, most in (("a", outer), ("a/b", "5000000")):
        write(system / "cgroup" / group / "memory.max", f"{most}\n")
        write(system / "cgroup" / group / "memory.current", "700000\n")
        write(system / "cgroup" / group / "memory.stat", "anon 1\ninactive_file 600000\n")
    assert memory.available() == (900_000 if outer != "max" else 4_900_000)


def test_what_an_older_container_leaves(system: Path) -> None:
    write(system / "proc" / "meminfo", FREE.replace("1000 kB", "0 kB"))
    write(system / "proc" / "self" / "cgroup", "7:blkio:/x\n4:cpu,memory:/a\n0::/\n")
    group = system / "cgroup" / "memory"  # which sees itself as the root
    write(group / "memory.limit_in_bytes", "5000000")
    write(group / "memory.usage_in_bytes", "1000000")
    assert memory.available() == 4_000_000
    write(group / "memory.usage_in_bytes", "9000000")
    assert memory.available() == 0
    write(group / "memory.limit_in_bytes", "9223372036854771712")
    assert memory.available() == 8_000 * 1024


def test_a_limit_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    limits = {resource.RLIMIT_AS: 2**60, resource.RLIMIT_DATA: resource.RLIM_INFINITY}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (limits[kind], 0))
    (left,) = memory._limits()
    assert 2**60 - 2**45 < left < 2**60


def test_too_much_is_refused_in_one_sentence(system: Path) -> None:
    memory.check_memory(memory.SMALL)  # isn't worth a look
    with pytest.raises(InputError, match=r"about 0\.1 GB of memory, and 0\.0 GB are free"):
        memory.check_memory(memory.SMALL + 1)
    assert memory.gigabytes(12_345e9) == "12,345 GB"


def test_mappings_are_counted_where_the_system_allows_so_many(system: Path) -> None:
    assert memory.mappings_taken() == 0.0
    write(system / "proc" / "self" / "maps", "1-2 r--p\n2-3 rw-p\n3-4 r--p\n")
    assert memory.mappings_taken() == 0.0
    write(system / "proc" / "sys" / "vm" / "max_map_count", "12\n")
    assert memory.mappings_taken() == 0.25
