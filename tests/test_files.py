"""Files that are there whole or not at all."""

import os
import stat
from itertools import islice
from pathlib import Path
from threading import Thread

import pytest

from koubai.errors import FileFault, InputError
from koubai.files import check_free, check_writable, new_file, new_folder, numbered


def fill(folder: Path) -> None:
    (folder / "a.txt").write_text("a")


def test_numbered_places(tmp_path: Path) -> None:
    assert [path.name for path in islice(numbered(tmp_path / "xor-0"), 3)] == ["xor-0", "xor-0-2", "xor-0-3"]
    made = [new_folder(numbered(tmp_path / "xor-0"), fill).name for _ in range(3)]
    assert made == ["xor-0", "xor-0-2", "xor-0-3"]
    assert stat.S_IMODE((tmp_path / "xor-0").stat().st_mode) == 0o777 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_many_at_once_get_a_place_each(tmp_path: Path) -> None:
    made: list[Path] = []
    threads = [Thread(target=lambda: made.append(new_folder(numbered(tmp_path / "x"), fill))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 20
    assert all((path / "a.txt").read_text() == "a" for path in made)


def test_a_link_or_file_in_the_place_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="already there"):
        new_folder([tmp_path / "link"], fill)
    with pytest.raises(InputError, match="already there"):
        check_free(tmp_path / "link")
    (tmp_path / "empty").mkdir()
    check_free(tmp_path / "empty")
    assert new_folder([tmp_path / "empty"], fill) == tmp_path / "empty"


def test_any_fault_leaves_nothing(tmp_path: Path) -> None:
    def broken(folder: Path) -> None:
        fill(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        new_folder([tmp_path / "run"], broken)
    assert os.listdir(tmp_path) == []


def test_a_place_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match=r"file/run can't be written \(.*\); name another one with --out"):
        check_writable(tmp_path / "file" / "run")
    check_writable(tmp_path / "new" / "run")
    assert os.listdir(tmp_path / "new") == []


def test_a_new_file_takes_the_place_of_the_old_only_when_whole(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), new_file(path) as beside:
        assert beside.suffix == ".png"
        beside.write_text("half")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    with new_file(path) as beside:
        beside.write_text("new")
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["picture.png"]
    with pytest.raises(FileFault, match="what was there before is unharmed"), new_file(tmp_path / "no" / "x.png"):
        pass
