"""Signals: whatever koubai is doing, it ends soon, and its children with it."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli_process import KOUBAI, surroundings

import koubai as kb

SECONDS_TO_END = 10.0  # on a busy machine, with its children
WORDS = (
    ["train", "xor", "--quiet", "--film", "none"],
    ["train", "xor", "--film-size", "480x270"],
    ["train", "xor", "--steps", "1000000000", "--record-every", "100000", "--quiet"],
    ["train", "circles", "--quiet", "--film", "none", "--pictures", "none"],
)


def test_a_stopped_terminal_does_not_hold_the_end_up() -> None:
    code = (
        "import os, signal, sys\n"
        "from koubai.cli import signals, stdio\n"
        "signals.SECONDS_TO_TELL = 0.05\n"
        "stdio.prepare()\n"
        "signals.end_at_once('en')\n"
        "os.set_blocking(2, False)\n"
        "try:\n"
        "    while True: os.write(2, b'x' * 4096)\n"
        "except BlockingIOError: os.set_blocking(2, True)\n"
        "os.kill(os.getpid(), signal.SIGINT)\n"
        "signal.pause()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE)  # whose reader is asleep
    assert process.wait(60) == 130
    assert process.stderr is not None
    process.stderr.close()


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Within it the machine is busy."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in loops:
            process.kill()
            process.wait()


def left_of(session: int) -> list[str]:
    """The processes of a session that are still there, by their command lines."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append((path.parent / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def interrupt(words: list[str], folder: Path, after: float, sent: signal.Signals) -> int:
    """Start koubai, send it a signal; what it ended with. It and all its children are gone soon."""
    command = [*KOUBAI, *words]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=folder, env=surroundings(folder), text=True, start_new_session=True, **pipes)  # type: ignore[call-overload]
    time.sleep(after)
    process.send_signal(sent)
    try:
        _, err = process.communicate(timeout=SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        still = left_of(process.pid)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        pytest.fail(f"still there {SECONDS_TO_END} s after {sent.name} at {after:.2f} s of {words}: {still}")
    ends = time.monotonic() + SECONDS_TO_END
    while (still := left_of(process.pid)) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not still, (words, after, still)
    assert process.returncode in (128 + sent, -sent, 0), (
        process.returncode,
        err,
    )  # before Python is there; it had just finished
    assert "Traceback" not in err or "KeyboardInterrupt" in err, err  # the latter before the first line of koubai is run
    return int(process.returncode)


@pytest.mark.slow
def test_two_hundred_signals_at_random_moments_under_load(tmp_path: Path) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's job in the background, and its children, ignore it
    draw = random.Random(int(os.environ.get("KOUBAI_SOAK_SEED", "0")))
    ended: dict[int, int] = {}
    with busy(4):
        for number in range(int(os.environ.get("KOUBAI_SOAK_TIMES", "200"))):
            folder = tmp_path / f"{number}"
            folder.mkdir()
            sent = draw.choice([signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
            code = interrupt(draw.choice(WORDS), folder, draw.uniform(0.05, 8.0), sent)
            ended[code] = ended.get(code, 0) + 1
            for made in (folder / "koubai-runs").glob("*"):
                assert kb.load(made).status in ("finished", "interrupted")
                assert not list(made.glob(".*")), list(made.iterdir())
    assert ended.get(0, 0) < sum(ended.values()) / 2, ended  # most were caught in the middle
    print(ended)  # noqa: T201
