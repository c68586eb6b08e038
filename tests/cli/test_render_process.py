"""Pictures drawn in a process of their own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from koubai.cli.render_process import Artist, _that_travels
from koubai.errors import FileFault


def test_it_draws_elsewhere_and_tells_what_went_wrong(tmp_path: Path) -> None:
    artist = Artist()
    artist.get_ready()
    assert artist.is_elsewhere
    assert artist.call("save_loss", path=tmp_path / "loss.png", losses=[1.0, 0.5])
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(FileFault, match="No such file or directory"):
        artist.call("save_loss", path=tmp_path / "none" / "loss.png", losses=[1.0])
    with pytest.raises(TypeError):
        artist.call("save_loss", path=tmp_path / "loss.png", colour="red")
    assert not artist.call("save_loss", stop=lambda: True, path=tmp_path / "late.png", losses=[1.0])


def test_it_draws_here_where_the_process_is_gone(tmp_path: Path) -> None:
    artist = Artist()
    assert artist.call("save_loss", path=tmp_path / "a.png", losses=[1.0])
    (child,) = _children()
    os.kill(child, signal.SIGKILL)
    for name in ("b.png", "c.png"):
        assert artist.call("save_loss", path=tmp_path / name, losses=[1.0])
        assert (tmp_path / name).exists()


def test_it_never_hears_of_a_ctrl_c(tmp_path: Path) -> None:
    artist = Artist()
    artist.get_ready()
    for child in _children():
        os.kill(child, signal.SIGINT)
    assert artist.call("save_loss", path=tmp_path / "a.png", losses=[1.0])
    assert artist.is_elsewhere


ASKS_FOR_EVER = """
import sys
from koubai.cli.render_process import Artist, _that_travels
artist = Artist()
artist.get_ready()
print(artist._process.pid, flush=True)
artist.call("save_loss", path=sys.argv[1], losses=[1.0])
"""


def test_it_ends_with_whoever_asked_and_keeps_no_stream_of_theirs_open(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)  # which nobody reads: it draws for ever
    process = subprocess.Popen(
        [sys.executable, "-c", ASKS_FOR_EVER, pipe], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    child = int(process.stdout.readline())
    process.kill()
    assert process.communicate(timeout=60) == ("", "")
    while Path(f"/proc/{child}").exists() and ") Z " not in Path(f"/proc/{child}/stat").read_text():
        time.sleep(0.02)


class Odd(Exception):
    """Can be pickled, not made again."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__("odd")


def test_a_fault_that_can_not_travel_is_told_as_another() -> None:
    told = _that_travels(Odd(1, 2))
    assert (type(told), str(told)) == (RuntimeError, "Odd: odd")
    fault = FileFault("file", path="p", reason="r")
    assert _that_travels(fault) is fault


def _children() -> list[int]:
    """The processes that draw: this one's children that run its function."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
            command = (path.parent / "cmdline").read_text()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and "draw_what_comes" in command and fields[0] != "Z":
            found.append(int(path.parent.name))
    return sorted(found)[-1:]


STARTS_NONE = """
from koubai.cli import render_process
from koubai.cli.main import main
def started(): raise AssertionError
render_process._started = started
main()
"""


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["xor", "--steps", "3", "--pictures", "none", "--film", "none", "--quiet"], 0),
        (["xor", "--h", "0"], 2),
        (["xor", "--out", "/"], 2),
        (["none.csv"], 2),
    ],
)
def test_no_process_is_started_where_nothing_is_drawn(options: list[str], code: int, tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTS_NONE, "train", *options]
    made = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert (made.returncode, made.stderr.count("\n")) == (code, 1 if code else 0)
