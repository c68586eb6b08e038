"""Progress: the lines of a training, on a terminal and elsewhere."""

import re
from io import StringIO

import numpy as np
import pytest

from koubai.core.compiling import compiling
from koubai.core.training import Step
from koubai.data import Dataset
from koubai.experiment import Experiment, Learning
from koubai.locale import LANGUAGES, sentence
from koubai.terminal import progress
from koubai.text_columns import cells


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def lines_of(experiment: Experiment, stream: StringIO | None = None) -> list[str]:
    stream = stream or StringIO()
    steps = list(progress.shown(experiment.run(), experiment, stream))
    assert steps[-1].number == experiment.steps
    return stream.getvalue().splitlines()


def test_a_training_shows_some_ten_lines() -> None:
    lines = lines_of(Experiment())
    assert [int(line.split()[1]) for line in lines] == [*range(0, 5001, 500), 5001]
    assert lines[0].rstrip() == "step    0   loss 0.694610   answers 0 0 0 0"
    assert lines[-1] == "step 5001   loss 0.117396   answers 0 1 1 0   0.0 s left"
    assert all(len(line) < 80 for line in lines)


def test_many_answers_are_counted() -> None:
    lines = lines_of(Experiment(Learning("parity-5"), steps=3))
    assert "answers 16 of 32 right" in lines[0]
    assert len(lines) == 2


def test_values_have_no_answers() -> None:
    data = Dataset.from_arrays([[0.0], [1.0]], [0.5, 1.5])
    assert "answers" not in lines_of(Experiment(Learning(data, loss="squared"), steps=0))[0]


def test_a_terminal_gets_the_same_lines() -> None:
    lines = lines_of(Experiment(steps=1000), Terminal())
    steps = [plain for line in lines if (plain := re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", line)).startswith("step ")]
    assert len(steps) == 11
    assert "answers 0 0 0 0" in steps[0]


def test_the_time_that_is_left() -> None:
    assert progress.time_left(None, "en") == ""
    assert progress.time_left(0.04, "en") == "0.0 s left"
    assert progress.time_left(59.4, "en") == "59 s left"
    assert progress.time_left(125.0, "en") == "0:02 h left"
    assert progress.time_left(3700.0, "en") == "1:02 h left"


def test_a_long_training_shows_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = Experiment(steps=1000, record_every=1000)
    start = next(iter(experiment.run()))
    slow = [Step(n, start.parameters, 0.5, np.array([0.5]), (), start.random_state, recorded=n == 0) for n in range(0, 90, 10)]
    clock = iter(range(0, 1000, 4))
    stream = StringIO()
    monkeypatch.setattr(progress, "perf_counter", lambda: float(next(clock)))
    list(progress.shown(slow, experiment, stream))
    assert 2 <= len(stream.getvalue().splitlines()) <= 4


def test_a_first_step_that_takes_its_time_is_waited_for_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(progress, "perf_counter", lambda: clock[0])
    stream = Terminal()
    waiting = progress.Waiting(stream)
    for clock[0] in (100.9, 101.2, 101.4, 104.0):
        waiting.look()
    assert stream.getvalue() == "\rPreparing the first step … 1 s\x1b[K\rPreparing the first step … 4 s\x1b[K"
    steps = waiting.of(Experiment(steps=1).run())
    assert next(steps).number == 0
    assert stream.getvalue().endswith("\r\x1b[K")
    clock[0] = 200.0
    waiting.look()
    waiting.end()
    assert stream.getvalue().endswith("4 s\x1b[K\r\x1b[K")
    for quiet, other in ((True, Terminal()), (False, StringIO())):
        silent = progress.Waiting(other, quiet=quiet)
        clock[0] += 10
        silent.look()
        silent.end()
        assert other.getvalue() == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_a_program_is_being_compiled_is_said_at_once(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(progress, "perf_counter", lambda: clock[0])
    stream = Terminal()
    waiting = progress.Waiting(stream, language)
    waiting.look()
    assert stream.getvalue() == ""
    with compiling():
        for clock[0] in (100.1, 100.2, 112.0):
            waiting.look()
    waiting.look()
    said = [re.sub(r"\x1b\[K", "", line) for line in stream.getvalue().split("\r")[1:]]
    assert said[:2] == [sentence("report-compiling", language, seconds=seconds) for seconds in (0, 12)]
    assert said[2:] == [sentence("report-preparing", language, seconds=12)]
    assert all(cells(line) < 80 for line in said)
