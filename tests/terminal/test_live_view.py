"""A training on the screen, in a pseudo-terminal: frame over frame, ended by a key, and the terminal left as it was."""

import fcntl
import os
import re
import select
import struct
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from io import StringIO
from threading import Event, Thread
from typing import Any, TextIO, cast

import numpy as np
import pytest

import koubai as kb
from koubai.cli.stdio import SafeStream
from koubai.core.training import Step
from koubai.data import Dataset
from koubai.experiment import Experiment, Learning, Run
from koubai.terminal import live_view

FRAME = "\x1b[?2026l"  # ends each


class Terminal:
    """A terminal of 80 × 24 whose screen is read; ``on_frame`` is called, elsewhere, when a frame was read."""

    def __init__(self) -> None:
        self.keyboard, self.slave = os.openpty()
        self.stream = os.fdopen(os.dup(self.slave), "w", encoding="utf-8")
        self.stdin = os.fdopen(os.dup(self.slave), "r", encoding="utf-8")
        self.on_frame: Callable[[], None] = lambda: None
        self.hung_up, self.ended = Event(), Event()
        self.resize(80, 24)
        self._read = bytearray()
        self._reader = Thread(target=self._listen)
        self._reader.start()

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def settings(self) -> Any:
        return termios.tcgetattr(self.slave)

    def press(self, keys: bytes) -> None:
        os.write(self.keyboard, keys)

    def hang_up(self) -> None:
        self.hung_up.set()
        self._reader.join()

    def written(self) -> str:
        """All that was written, once there is no more."""
        self._end()
        return self._read.decode()

    def close(self) -> None:
        self._end()
        with suppress(OSError):  # what can't be written any more
            self.stream.close()
        self.stdin.close()
        os.close(self.slave)
        if not self.hung_up.is_set():
            os.close(self.keyboard)

    def _end(self) -> None:
        self.ended.set()
        self._reader.join()

    def _listen(self) -> None:
        frames = 0
        while not self.hung_up.is_set():
            over = self.ended.is_set()
            if select.select([self.keyboard], [], [], 0.01)[0]:
                self._read += os.read(self.keyboard, 65536)
            elif over:
                return
            for _ in range(frames, frames := self._read.count(FRAME.encode())):
                self.on_frame()
        os.close(self.keyboard)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    for name, value in (("TERM", "xterm-256color"), ("COLORTERM", "truecolor")):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    made = Terminal()
    monkeypatch.setattr(sys, "stdin", made.stdin)
    yield made
    made.close()


@pytest.fixture(scope="module")
def run() -> Run:
    return kb.train("xor", steps=5001, record_every=50)  # 102 records


def never() -> bool:
    return False


def shown(text: str) -> list[str]:
    """What a terminal has on its screen after ``text``, which moves up, clears, and writes whole lines."""
    lines, row = [""], 0
    for part in re.split(r"(\x1b\[\d+A|\x1b\[J|\x1b\[K|\r|\n)", re.sub(r"\x1b\[[?\d;]*[mhl]", "", text)):
        if part.endswith("A"):
            row -= int(part[2:-1])
            assert row >= 0
        elif part == "\x1b[J":
            lines[row:] = [""]
        elif part == "\n":
            row += 1
            lines += [""] * (row == len(lines))
        elif part not in ("\r", "\x1b[K", ""):
            assert "\x1b" not in part
            lines[row] = part
    return lines


def steps_shown(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"step (\d+) of 5001", text)]


def is_the_last_frame(lines: list[str]) -> bool:
    """Whether the screen shows the end of the run, once, and nothing besides."""
    text = "\n".join(lines)
    assert len(lines) <= 23
    assert lines[-1] == ""
    assert all(len(line) <= 79 for line in lines)
    return steps_shown(text) == [5001] and "4 of 4 right" in text and text.count("class 0") == 1 and "key" not in text


def test_a_terminal_must_be_there_and_large_enough(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    assert live_view.fits(terminal.stream)
    assert live_view.fits(cast(TextIO, SafeStream(terminal.stream)))
    assert not live_view.fits(StringIO())
    for size, fits in (((60, 18), True), ((59, 18), False), ((60, 17), False), ((0, 0), False)):
        terminal.resize(*size)
        assert live_view.fits(terminal.stream) == fits
    terminal.resize(80, 24)
    with os.fdopen(os.dup(terminal.slave), "w", encoding="ascii") as plain:
        assert not live_view.fits(plain)
    monkeypatch.setattr(os, "tcgetpgrp", lambda terminal: os.getpgrp() + 1)  # this is a job in the background
    assert not live_view.fits(terminal.stream)
    monkeypatch.undo()
    monkeypatch.setenv("TERM", "dumb")
    assert not live_view.fits(terminal.stream)


@pytest.mark.parametrize(("rate", "frames"), [(10, 2), (3000, 30), (1e6, 102)])
def test_a_replay_shows_the_records_or_as_many_as_there_is_time_for(
    rate: float, frames: int, terminal: Terminal, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_view, "FRAMES_PER_SECOND", rate)
    before = terminal.settings()
    live_view.replay(run, terminal.stream, seconds=0.01, stop=never)
    text = terminal.written()
    assert text.count(FRAME) == frames
    numbers = steps_shown(text)
    assert len(numbers) == frames
    assert numbers == sorted(set(numbers))
    assert (numbers[0], numbers[-1]) == (0, 5001)
    assert text.count("any key skips this") == frames - 1
    assert is_the_last_frame(shown(text))
    assert terminal.settings() == before


@pytest.mark.parametrize("keys", [b" ", b"\n", b"\x1b[A"])
def test_any_key_ends_a_replay_and_is_swallowed(keys: bytes, terminal: Terminal, run: Run) -> None:
    before = terminal.settings()
    during: list[Any] = []

    def press() -> None:
        if not during:
            during.append(terminal.settings())
            terminal.press(keys)

    terminal.on_frame = press
    live_view.replay(run, terminal.stream, seconds=30000, stop=never)
    text = terminal.written()
    assert steps_shown(text) == [0, 5001]
    assert is_the_last_frame(shown(text))
    assert terminal.settings() == before
    assert not during[0][3] & (termios.ECHO | termios.ICANON)
    assert select.select([terminal.slave], [], [], 0)[0] == []


def test_a_signal_ends_a_replay(terminal: Terminal, run: Run) -> None:
    looks = iter([False, False, True])
    live_view.replay(run, terminal.stream, seconds=30000, stop=lambda: next(looks))
    text = terminal.written()
    assert steps_shown(text) == [0, 5001]
    assert is_the_last_frame(shown(text))


def test_whatever_goes_wrong_the_terminal_is_as_it_was(terminal: Terminal, run: Run) -> None:
    before = terminal.settings()
    during: list[Any] = []

    def stop() -> bool:
        during.append(terminal.settings())
        raise MemoryError

    with pytest.raises(MemoryError):
        live_view.replay(run, terminal.stream, stop=stop)
    assert terminal.settings() == before != during[0]


@pytest.mark.parametrize("lacking", ["stdin", "termios", "foreground"])
def test_a_replay_needs_no_keyboard(lacking: str, terminal: Terminal, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    if lacking == "stdin":
        monkeypatch.setattr(sys, "stdin", StringIO("x"))
    elif lacking == "termios":
        monkeypatch.setitem(sys.modules, "termios", None)
    else:
        monkeypatch.setattr(os, "tcgetpgrp", lambda terminal: os.getpgrp() + 1)
    live_view.replay(run, terminal.stream, seconds=0.01, stop=never)
    text = terminal.written()
    assert "key" not in text
    assert steps_shown(text) == [0, 5001]


def test_a_terminal_that_is_resized(terminal: Terminal, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_view, "FRAMES_PER_SECOND", 1000)
    sizes = iter([(120, 40), (80, 24)])

    def resize() -> bool:
        terminal.resize(*next(sizes, (80, 24)))
        return False

    live_view.replay(run, terminal.stream, seconds=0.01, stop=resize)
    lines = shown(terminal.written())
    text = "\n".join(lines)
    last = next(row for row, line in enumerate(lines) if "step 5001 of" in line)
    assert is_the_last_frame(lines[last:])
    assert len(steps_shown(text)) == 2  # what is too wide now has wrapped: it is left alone


def test_a_terminal_that_becomes_too_small_ends_a_replay(terminal: Terminal, run: Run) -> None:
    before = terminal.settings()

    def resize() -> bool:
        terminal.resize(40, 10)
        return False

    live_view.replay(run, terminal.stream, seconds=0.01, stop=resize)
    assert steps_shown(terminal.written()) == [0]
    assert terminal.settings() == before


def test_a_terminal_that_goes_away_ends_a_replay(terminal: Terminal, run: Run) -> None:
    def hang_up() -> bool:
        if not terminal.hung_up.is_set():
            terminal.hang_up()
        return False

    live_view.replay(run, cast(TextIO, SafeStream(terminal.stream)), seconds=30000, stop=hang_up)
    assert terminal.hung_up.is_set()


def test_without_colour_there_is_none(terminal: Terminal, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    live_view.replay(run, terminal.stream, seconds=0.01, stop=never)
    coloured = terminal.written()
    assert "\x1b[38;2;" in coloured
    assert "▀" in coloured
    other = Terminal()
    monkeypatch.setenv("NO_COLOR", "1")
    live_view.replay(run, other.stream, seconds=0.01, stop=never)
    text = other.written()
    other.close()
    assert not re.search(r"\x1b\[[\d;]*[34]8;", text)
    assert "▓" in text
    assert "▀" not in text


def at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SECONDS_BEFORE", 0.0), ("REST", 0.0), ("FRAMES_PER_SECOND", 1e9)):
        monkeypatch.setattr(live_view, name, value)


def test_a_training_is_watched_and_its_steps_pass(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    at_every_step(monkeypatch)
    experiment = Experiment()
    made = list(experiment.run())
    passed = list(live_view.watched(made, experiment, terminal.stream))
    assert len(passed) == len(made)
    assert all(mine is theirs for mine, theirs in zip(passed, made, strict=True))
    text = terminal.written()
    assert sorted(set(steps_shown(text))) == [step.number for step in made]
    assert " s left" in text
    assert shown(text) == [""]


@pytest.mark.long
def test_a_training_that_goes_on_is_watched_with_what_was_before(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    at_every_step(monkeypatch)
    whole = kb.train("xor")
    starts = [0, *(step.number + 1 for step in whole.records)]
    kept = [replace(step, losses=whole.losses[a : step.number + 1]) for a, step in zip(starts, whole.records, strict=False)]
    before = Run(whole.experiment, whole.losses[:201], tuple(kept[:3]), "interrupted")  # as a store gives it
    passed = list(live_view.watched(whole.experiment.run(before.records[-1]), whole.experiment, terminal.stream, before=before))
    text = terminal.written()
    assert steps_shown(text)[0] == passed[0].number > 200
    assert f"loss {whole.losses[0]:.6f}" in text  # the curve begins where the run began


def test_a_training_that_is_cut_leaves_its_picture(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    at_every_step(monkeypatch)
    experiment = Experiment()
    steps = live_view.watched(experiment.run(), experiment, terminal.stream)
    assert isinstance(next(steps), Step)
    cast(Any, steps).close()
    lines = shown(terminal.written())
    assert steps_shown("\n".join(lines)) == [0]
    assert lines[-1] == ""  # where the next line begins


def test_a_training_that_is_over_at_once_is_not_watched(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_view, "SECONDS_BEFORE", 1e9)
    experiment = Experiment(steps=100)
    assert list(live_view.watched(experiment.run(), experiment, terminal.stream))[-1].number == 100
    assert terminal.written() == ""


def test_a_training_goes_on_where_nobody_sees_it(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    at_every_step(monkeypatch)
    experiment = Experiment(steps=200)
    steps = live_view.watched(experiment.run(), experiment, cast(TextIO, SafeStream(terminal.stream)))
    next(steps)
    terminal.hang_up()
    assert list(steps)[-1].number == 200


VALUES = Dataset.from_arrays([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]], [0.5, 1.5, 0.25])
THREE = Dataset.from_arrays([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]], ["a", "b", "c"])


@pytest.mark.parametrize(
    ("learning", "there", "missing"),
    [
        (Learning("xor", loss="squared"), ["y(1)", "class 1", "4 of 4 right"], ["p(1)"]),
        (Learning("parity-3"), ["p(1)", "x3", "parity-3"], ["class 1", "▀"]),
        (Learning(VALUES, loss="squared"), ["loss"], ["right", "class", "x1"]),
        (Learning(THREE), ["target", "p(answer)", "of 3 right"], ["class", "▀"]),
    ],
)
def test_other_trainings(learning: Learning, there: list[str], missing: list[str], terminal: Terminal) -> None:
    live_view.replay(kb.train(Experiment(learning)), terminal.stream, seconds=0.01, stop=never)
    text = "\n".join(shown(terminal.written()))
    assert [word for word in there if word not in text] == []
    assert [word for word in missing if word in text] == []


@pytest.mark.parametrize("steps", [0, 1, 700, 5001])
def test_the_curve_of_a_watched_training_is_thinned_but_true(steps: int) -> None:
    experiment, curve = Experiment(steps=steps, record_every=7), live_view._Curve(steps)
    whole = kb.train(experiment).losses
    for step in experiment.run():
        curve.add(step)
        numbers, losses = curve.arrays
        assert (numbers[0], numbers[-1]) == (0, step.number)
        assert np.array_equal(losses, whole[numbers])
    assert len(numbers) == min(steps + 1, live_view.MOST_LOSSES)
    assert np.diff(numbers).max(initial=1) <= 2 * (1 + steps // live_view.MOST_LOSSES)


def test_the_field_is_that_of_the_network(run: Run) -> None:
    region = live_view._Scene(run.experiment, "en")._region(run.records[-1], 30, 15)
    assert region.field.shape == (30, 30)
    side = -1.45 + 0.1 * np.arange(30)
    assert region.field[4, 20] == pytest.approx(run.network.probabilities([side[20], side[4]])[1], abs=1e-12)
