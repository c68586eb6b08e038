"""A training on the screen of a terminal: while it runs, and played again afterwards.

Each frame is written over the one before, without hiding the cursor, which rests below it: whatever ends the process
leaves a whole picture and a usable terminal.
"""

import os
import select
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from time import perf_counter, sleep
from typing import TYPE_CHECKING, TextIO

import numpy as np
from numpy.typing import NDArray

from koubai.arrays import evenly
from koubai.core.array_types import Floats, Integers
from koubai.core.projection import REGION, extent, plane
from koubai.core.training import Step
from koubai.experiment import Experiment, Run
from koubai.locale import sentence
from koubai.terminal.progress import seconds_left, standing, time_left
from koubai.terminal.text_pictures import Answers, Region, View, frame, region_cells

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

SMALLEST = (60, 18)  # columns and rows
CHARACTERS = "▀░█○■✓✗━⣿→…"
FRAMES_PER_SECOND = 15
REST = 20.0  # times as long as a frame took to draw, until the next: training loses a twentieth at most
SECONDS_BEFORE = 0.3  # a training that is over sooner isn't watched
SECONDS_BETWEEN_LOOKS = 0.02  # for a key or a signal
MOST_LOSSES = 1024  # of a curve that is drawn


def fits(stream: TextIO) -> bool:
    """Whether ``stream`` is a terminal in the foreground that can show frames: large enough, with their characters."""
    if not stream.isatty() or os.environ.get("TERM") == "dumb" or not _is_large_enough(_size(stream)):
        return False
    from rich.console import detect_legacy_windows

    try:
        CHARACTERS.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return not detect_legacy_windows() and _in_foreground(stream.fileno())


def watched(
    steps: Iterable[Step], experiment: Experiment, stream: TextIO, language: str = "en", *, before: Run | None = None
) -> Iterator[Step]:
    """The same Steps, with the training drawn on ``stream`` as it goes on, unless it is over at once.

    ``before``: what an earlier part of the run has made. Afterwards the frame is taken away; where the steps end early, it
    stays.
    """
    scene, canvas, curve = _Scene(experiment, language), _Canvas(stream), _Curve(experiment.steps)
    for record in before.records if before is not None else ():
        curve.add(record)
    began = due = 0.0
    first = 0 if before is None else before.records[-1].number
    for step in steps:
        now = perf_counter()
        began, due = began or now, due or now + SECONDS_BEFORE
        curve.add(step)
        if now >= due:
            left = seconds_left(now - began, step.number - first, experiment.steps - step.number)
            note = time_left(left, language)
            canvas.draw(partial(scene.frame, step, *curve.arrays, note))
            due = perf_counter() + max(1 / FRAMES_PER_SECOND, REST * (perf_counter() - now))
        yield step
    if canvas.drawn:
        canvas.clear()


def replay(run: Run, stream: TextIO, language: str = "en", *, seconds: float = 2.0, stop: Callable[[], bool]) -> None:
    """Play the records of ``run`` on ``stream`` over some ``seconds``, fewer of them where there are many.

    Any key ends it, and so does ``stop()``; the last record stays on the screen. A terminal that became too small, or went
    away, ends it too.
    """
    scene, canvas = _Scene(run.experiment, language), _Canvas(stream)
    chosen = evenly(len(run.records), round(seconds * FRAMES_PER_SECOND))
    with _keys() as pressed:
        began, note = perf_counter(), sentence("terminal-skip", language) if pressed else ""
        for place, index in enumerate(chosen[:-1], 1):
            step = run.records[index]
            if not canvas.draw(partial(scene.frame, step, *_losses(run, step), note)):
                return
            if _waited(began + seconds * place / (len(chosen) - 1), pressed, stop):
                break
        canvas.draw(partial(scene.frame, run.records[-1], *_losses(run, run.records[-1]), ""))


class _Scene:
    """What stays the same from frame to frame of an experiment."""

    def __init__(self, experiment: Experiment, language: str) -> None:
        self._steps, self._language, self._experiment = experiment.steps, language, experiment
        self._data, self._sampled = experiment.problem.dataset(), experiment.problem.sampled
        two_classes = self._data.task == "classify" and len(self._data.classes) == 2
        self._has_region = two_classes and self._data.inputs.shape[1] == 2
        self._extent = extent(self._data.inputs) if self._has_region else (*REGION, *REGION)
        self._answered = self._data.task == "classify" and not self._sampled

    def frame(self, step: Step, numbers: Integers, losses: Floats, note: str, width: int, height: int, colour: bool) -> "Text":
        """``step`` as a rich Text of at most ``width`` × ``height`` cells."""
        answers = self._answers(step) if self._answered else None
        if self._sampled:
            note = "   ".join(text for text in (standing(step, self._experiment, self._language), note) if text)
        region = self._region(step, *region_cells(width, height)) if self._has_region else None
        view = View(numbers, losses, self._steps, note, answers, region)
        return frame(view, width, height, colour=colour, language=self._language)

    def _answers(self, step: Step) -> Answers:
        data, network, language = self._data, step.parameters, self._language
        softmax = network.output == "softmax"
        values = network.answers(data.inputs)
        answered = network.classify(data.inputs)
        two = len(data.classes) == 2
        return Answers(
            inputs=data.inputs,
            targets=[data.classes[label] for label in data.labels],
            answers=[data.classes[label] for label in answered],
            values=values[:, 1] if two else values.max(axis=1),
            names=data.feature_names,
            target_name=data.name or sentence("terminal-target", language),
            value_name=sentence(
                "report-probability" if softmax else "report-value",
                language,
                label=data.classes[1] if two else sentence("report-answer", language),
            ),
        )

    def _region(self, step: Step, columns: int, rows: int) -> Region:
        left, right, bottom, top = self._extent
        field = plane(step.parameters, _middles(left, right, columns), _middles(bottom, top, 2 * rows)).lead
        data = self._data
        return Region(field, self._extent, data.inputs, data.labels, data.feature_names, data.classes)


class _Canvas:
    """The place on a terminal where frames are drawn, each over the one before."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._cells = (0, 0)  # of the frame that is there, width and height

    @property
    def drawn(self) -> bool:
        """Whether a frame is there."""
        return self._cells[1] > 0

    def draw(self, compose: Callable[[int, int, bool], "Text"]) -> bool:
        """Draw the text that ``compose(width, height, colour)`` makes. False where the terminal has no room, or is gone."""
        columns, rows = _size(self._stream)
        if not _is_large_enough((columns, rows)):
            return False
        text = compose(columns - 1, rows - 2, self._colour)  # the last column is free: no terminal wraps there
        lines = self._ansi(text).split("\n")
        over = self._start() if self._cells[0] <= columns and self._cells[1] < rows else ""  # else it has wrapped or gone up
        self._write(over + "".join(f"{line}\x1b[K\n" for line in lines) + "\x1b[J")
        self._cells = (max(line.cell_len for line in text.split()), len(lines))
        return True

    def clear(self) -> None:
        """Take the frame away; what is written next begins in its place."""
        self._write(f"{self._start()}\x1b[J")
        self._cells = (0, 0)

    def _start(self) -> str:
        return f"\r\x1b[{self._cells[1]}A" if self._cells[1] else ""

    def _write(self, text: str) -> None:
        self._stream.write(f"\x1b[?2026h{text}\x1b[?2026l")  # shown at once, by terminals that know of it
        self._stream.flush()

    @cached_property
    def _console(self) -> "Console":
        from rich.console import Console

        return Console(file=self._stream, force_terminal=True, highlight=False)

    @property
    def _colour(self) -> bool:
        """Whether there are enough colours for a field: of sixteen, nobody knows what they look like."""
        return not self._console.no_color and self._console.color_system in ("256", "truecolor")

    def _ansi(self, text: "Text") -> str:
        with self._console.capture() as capture:
            self._console.print(text, soft_wrap=True, end="")
        return str(capture.get())


class _Curve:
    """The losses of a training so far: of each part, one of ``MOST_LOSSES`` equal ones, the last; and the first of all."""

    def __init__(self, steps: int) -> None:
        self._steps = max(1, steps)
        self._numbers = np.full(MOST_LOSSES, -1, np.int64)
        self._losses = np.zeros(MOST_LOSSES)
        self._passed: list[NDArray[np.float64]] = []  # since the last sorting
        self._last = -1  # number of the last of them

    def add(self, step: Step) -> None:
        """Take note of the losses since the Step before."""
        self._passed.append(step.losses)
        self._last = step.number
        if len(self._passed) > MOST_LOSSES:
            self._sort()

    @property
    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Numbers and losses, (k,) each."""
        self._sort()
        there = self._numbers >= 0
        return self._numbers[there], self._losses[there]

    def _sort(self) -> None:
        losses = np.concatenate([*self._passed, np.zeros(0)])
        numbers = np.arange(self._last + 1 - len(losses), self._last + 1)
        parts = -(-numbers * (MOST_LOSSES - 1) // self._steps)
        self._numbers[parts], self._losses[parts] = numbers, losses
        self._passed = []


def _losses(run: Run, step: Step) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Numbers and losses of ``run`` until ``step``, thinned, (k,) each."""
    numbers = evenly(step.number + 1, MOST_LOSSES)
    return numbers, run.losses[numbers]


def _middles(start: float, end: float, cells: int) -> NDArray[np.float64]:
    """The middles of ``cells`` equal parts of what lies between two ends."""
    return start + (end - start) * (np.arange(cells) + 0.5) / cells


def _size(stream: TextIO) -> tuple[int, int]:
    """Columns and rows of the terminal behind ``stream``; (0, 0) where there is none, or no longer."""
    try:
        return tuple(os.get_terminal_size(stream.fileno()))  # type: ignore[return-value]
    except (OSError, ValueError, AttributeError):
        return 0, 0


def _is_large_enough(size: tuple[int, int]) -> bool:
    return size[0] >= SMALLEST[0] and size[1] >= SMALLEST[1]


def _in_foreground(terminal: int) -> bool:
    """Whether this process may use the ``terminal``: it isn't a job in the background."""
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except (OSError, AttributeError):  # nobody controls jobs here
        return True


def _waited(until: float, pressed: "Callable[[float], bool] | None", stop: Callable[[], bool]) -> bool:
    """Wait ``until`` that time. True as soon as a key is pressed or ``stop()`` is true."""
    while not stop():
        seconds = min(SECONDS_BETWEEN_LOOKS, max(0.0, until - perf_counter()))
        if pressed is None:
            sleep(seconds)
        elif pressed(seconds):
            return True
        if perf_counter() >= until:
            return False
    return True


@contextmanager
def _keys() -> Iterator[Callable[[float], bool] | None]:
    """Within it keys are noticed as they are pressed, and not shown: by a function that waits for one some seconds at most.

    None where standard input is no terminal of ours. Afterwards the terminal is as it was.
    """
    try:
        import termios
        import tty
    except ImportError:  # not on this system
        yield None
        return
    try:
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal) if _in_foreground(terminal) else None
    except (OSError, ValueError, AttributeError, termios.error):
        before = None
    if before is None:
        yield None
        return
    try:
        tty.setcbreak(terminal, termios.TCSANOW)
        yield partial(_pressed, terminal)
    finally:
        with suppress(termios.error):  # it is gone
            termios.tcsetattr(terminal, termios.TCSANOW, before)


def _pressed(terminal: int, seconds: float) -> bool:
    """Whether a key is pressed within ``seconds``. It is swallowed."""
    if not select.select([terminal], [], [], seconds)[0]:
        return False
    with suppress(OSError):  # it is gone
        os.read(terminal, 4096)
    return True
