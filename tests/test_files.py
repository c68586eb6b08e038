"""Files that are there whole or not at all."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from threading import Thread

import pytest

from koubai.errors import FileFault, InputError
from koubai.files import check_free, check_free_file, check_writable, new_file, new_folder, numbered
from koubai.temporary_files import discard_all, sweep, temporary


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


LEAVES = """
import sys
from pathlib import Path
from koubai.files import new_file, new_folder

here = Path(sys.argv[1])

def block(folder):
    (folder / "half").write_text("half")
    with new_file(here / "run" / "film.mp4") as film, new_file(here / ("東" * 80 + ".koubai.zip")) as archive:
        film.write_text("half")
        archive.write_text("half")
        print("writing", flush=True)
        sys.stdin.read()

new_folder([here / "shown"], block)
"""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process in the middle of writing a folder, a run's film and an archive."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").touch()
    process = subprocess.Popen(
        [sys.executable, "-c", LEAVES, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    yield process
    process.kill()
    process.communicate()


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_what_a_killed_process_left_is_gone_at_the_next_use(writer: subprocess.Popen[str], tmp_path: Path) -> None:
    before = everything(tmp_path)
    assert len(before) > 6
    with new_file(tmp_path / "live.txt") as beside:  # the process is alive: what it writes is its own
        beside.write_text("live")
    assert everything(tmp_path) == sorted([*before, "live.txt"])
    writer.kill()
    writer.wait()
    new_folder([tmp_path / "other"], fill)
    assert everything(tmp_path) == ["live.txt", "other", "other/a.txt", "run", "run/run.json"]


def test_only_what_is_certainly_left_behind_is_swept_away(tmp_path: Path) -> None:
    mark = ".koubai-0123456789ab.part"
    for name in (f".a{mark}x", f"b{mark}", ".c.part", f"deep/.d{mark}"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / f".file{mark}").write_text("somebody's")
    (tmp_path / f".link{mark}").symlink_to(tmp_path / "deep")
    (tmp_path / f".full{mark}").mkdir()
    (tmp_path / f".full{mark}" / "no lock").write_text("somebody's")
    before = everything(tmp_path)
    (tmp_path / f".empty{mark}").mkdir()  # a process died before it had its lock
    sweep(tmp_path)
    assert everything(tmp_path) == before
    with temporary(tmp_path / "x") as held:
        sweep(tmp_path)
        assert held.is_dir()
        (held / "part").write_text("half")
        discard_all()
        assert not held.exists()
    assert everything(tmp_path) == before
    sweep(tmp_path / "nowhere")


def test_names_that_no_file_can_have(tmp_path: Path) -> None:
    longest = "x" * 255
    assert new_folder([tmp_path / longest], fill).name == longest
    with new_file(tmp_path / f"{'y' * 251}.png") as beside:
        beside.write_text("whole")
    for name in ("x" * 256, "東" * 86, "nul\0"):
        with pytest.raises(InputError, match="can't be written"):
            check_free(tmp_path / name)
        with pytest.raises(InputError, match="can't be written"):
            check_writable(tmp_path / name)
        with pytest.raises(InputError, match="can't be written"):
            check_free_file(tmp_path / name)
        with pytest.raises(FileFault):
            new_folder([tmp_path / name], fill)
        with pytest.raises(FileFault), new_file(tmp_path / name):
            pass
    with pytest.raises(InputError, match="File name too long"):
        check_writable(Path("/".join([str(tmp_path), *["x" * 200] * 19, "x" * (4060 - 19 * 201 - len(str(tmp_path)))])))
