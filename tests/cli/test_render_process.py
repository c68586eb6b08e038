"""Pictures drawn in a process of their own."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from koubai.cli.render_process import RenderProcess, Save, picklable
from koubai.errors import FileFault
from koubai.pictures import LossDisplay

LOSS = LossDisplay(np.array([1.0, 0.5]))


def save(path: Path) -> Save:
    return partial(LOSS.save, path)


def test_it_draws_elsewhere_and_tells_what_went_wrong(tmp_path: Path) -> None:
    process = RenderProcess()
    process.start()
    assert process.is_running
    assert process.call(save(tmp_path / "loss.png"))
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(FileFault, match="No such file or directory"):
        process.call(save(tmp_path / "none" / "loss.png"))
    nowhere: Any = 3.5
    with pytest.raises(TypeError):
        process.call(partial(LOSS.save, nowhere))
    assert not process.call(save(tmp_path / "late.png"), stop=lambda: True)


def test_it_draws_here_where_the_process_is_gone(tmp_path: Path) -> None:
    process = RenderProcess()
    assert process.call(save(tmp_path / "a.png"))
    (child,) = _children()
    os.kill(child, signal.SIGKILL)
    for name in ("b.png", "c.png"):
        assert process.call(save(tmp_path / name))
        assert (tmp_path / name).exists()


def test_it_never_hears_of_a_ctrl_c(tmp_path: Path) -> None:
    process = RenderProcess()
    process.start()
    for child in _children():
        os.kill(child, signal.SIGINT)
    assert process.call(save(tmp_path / "a.png"))
    assert process.is_running


ASKS_FOR_EVER = """
import sys
from functools import partial
from koubai.cli.render_process import RenderProcess
from koubai.pictures import LossDisplay
process = RenderProcess()
process.start()
print(process._process.pid, flush=True)
process.call(partial(LossDisplay([1.0]).save, sys.argv[1]))
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
    told = picklable(Odd(1, 2))
    assert (type(told), str(told)) == (RuntimeError, "Odd: odd")
    fault = FileFault("file", path="p", reason="r")
    assert picklable(fault) is fault


def _children() -> list[int]:
    """The processes that draw: this one's children that run its function."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
            command = (path.parent / "cmdline").read_text()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and "import serve" in command and fields[0] != "Z":
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
