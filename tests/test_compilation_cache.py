"""The compilation cache: entries that are whole or not there, bounded in size, in a folder of one's own, and never a fault."""

import os
import sys
from pathlib import Path
from threading import Thread

import pytest

from koubai import compilation_cache as cache


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "own"))
    return tmp_path / "own" / "programs"


def test_what_is_written_is_read(place: Path) -> None:
    assert cache.read("a") is None
    assert cache.contents() == cache.Contents(place)
    for content in (b"first", b"second", bytes(10**5)):
        cache.write("a", content)
        assert cache.read("a") == content
    assert cache.read("b") is None
    assert [path.name for path in place.iterdir()] == ["a.program"]
    assert place.stat().st_mode & 0o777 == 0o700
    assert (place / "a.program").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("value", ["off", "OFF", " off "])
def test_it_can_be_off(value: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, value)
    cache.write("a", b"content")
    assert cache.read("a") is None
    assert cache.contents() == cache.Contents(None)
    assert cache.clear() == []
    assert not place.exists()


def test_the_usual_place_is_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    import platformdirs

    for value in ("", None):
        if value is None:
            monkeypatch.delenv(cache.VARIABLE)
        else:
            monkeypatch.setenv(cache.VARIABLE, value)
        assert cache.folder() == platformdirs.user_cache_path("koubai", appauthor=False) / "programs"
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: Path("~/.cache/koubai"))  # no home
    assert cache.folder() is None


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b[:10], lambda _: b"", lambda b: b[:40] + b"?" + b[41:], lambda b: b * 2]
)
def test_a_damaged_entry_is_as_good_as_none(damage, place: Path) -> None:  # type: ignore[no-untyped-def]
    cache.write("a", b"some program" * 99)
    path = place / "a.program"
    path.write_bytes(damage(path.read_bytes()))
    assert cache.read("a") is None
    cache.write("a", b"another")
    assert cache.read("a") == b"another"


def test_the_least_recently_used_go_first(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = 1000
    monkeypatch.setattr(cache, "MOST_BYTES", 4 * size)
    monkeypatch.setattr(cache, "KEPT_BYTES", 3 * size)
    contents = {name: os.urandom(size - cache.DIGEST - 100) for name in "abcde"}
    for number, name in enumerate("abcd"):
        cache.write(name, contents[name])
        os.utime(place / f"{name}.program", (number, number))
    assert len(cache.contents().entries) == 4
    assert cache.read("a") == contents["a"]  # now it is the latest
    cache.write("e", contents["e"])
    assert [name for name in "abcde" if cache.read(name)] == ["a", "d", "e"]
    assert cache.contents().size <= 3 * size
    cache.write("f", os.urandom(4 * size))  # larger than all of them may be
    assert [name for name in "abcdef" if cache.read(name)] == ["a", "d", "e"]


def test_what_a_process_left_unfinished_goes_in_time(place: Path) -> None:
    cache.write("a", b"content")
    fresh, old = place / "x-1.part", place / "x-2.part"
    for path in (fresh, old):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    cache.write("b", b"content")
    assert fresh.exists()
    assert not old.exists()


def test_clearing_takes_programs_and_nothing_else(place: Path) -> None:
    for name in "abc":
        cache.write(name, b"content")
    (place / "letter.txt").write_text("keep me")
    assert {entry.path.name for entry in cache.clear()} == {"a.program", "b.program", "c.program"}
    assert [path.name for path in place.iterdir()] == ["letter.txt"]
    assert cache.clear() == []


@pytest.mark.parametrize("bad", ["file", "null", "long"])
def test_no_folder_can_be_made(bad: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(
        cache, "folder", lambda: Path({"file": f"{tmp_path}/file/x", "null": "/a\0b", "long": "/" + 300 * "x"}[bad])
    )
    cache.write("a", b"content")
    assert cache.read("a") is None
    assert cache.clear() == []


def test_a_full_disk_leaves_nothing_behind(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    cache.write("a", b"content")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        cache.write("b", b"content")
    assert [path.name for path in place.iterdir()] == ["a.program"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_folder_into_which_others_may_write_is_not_used(place: Path, tmp_path: Path) -> None:
    cache.write("a", b"content")
    place.chmod(0o777)
    assert cache.read("a") is None
    cache.write("b", b"content")
    assert cache.contents() == cache.Contents(place, (), cache.SHARED)
    assert cache.clear() == []
    place.chmod(0o700)
    assert cache.read("a") == b"content"
    assert cache.read("b") is None
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    assert cache.read("a") is None


def test_many_write_and_read_at_once() -> None:
    contents = {name: name.encode() * 5000 for name in ("one", "two", "three")}
    faults: list[str] = []

    def work() -> None:
        for _ in range(30):
            for name, content in contents.items():
                cache.write(name, content)
                if cache.read(name) not in (None, content):
                    faults.append(name)
            cache.clear()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    cache.write("one", contents["one"])
    assert cache.read("one") == contents["one"]
