"""Steps in, a progress display out: lines now and then, and on a terminal a bar below them."""

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from threading import Lock
from time import perf_counter
from typing import Any, TextIO

import numpy as np

from koubai.core.compiling import is_compiling
from koubai.core.training import Step
from koubai.experiment import Experiment, Run
from koubai.experiment.metrics import accuracy_on, loss_on
from koubai.locale import sentence
from koubai.text_columns import decimal

LINES = 10  # of a whole training
SECONDS_BETWEEN_LINES = 10.0  # at most, where a training takes long
MOST_ANSWERS = 8  # that are shown one by one


def shown(
    steps: Iterable[Step], experiment: Experiment, stream: TextIO, language: str = "en", *, before: Run | None = None
) -> Iterator[Step]:
    """The same Steps, with the progress written to ``stream``: step, loss, the answers as they are now, time left.

    ``before``: what an earlier part of the run has made, after which these Steps come.
    """
    began, due, last_line, last = 0.0, 0, 0.0, experiment.steps
    first = 0 if before is None else before.records[-1].number
    bar: Any = None
    with ExitStack() as stack:
        for step in steps:
            if not began:  # with the first step: what comes before it is made once
                began = perf_counter()
                bar = stack.enter_context(_bar(stream, last)) if stream.isatty() else None
                write = bar.console.print if bar else lambda line: stream.write(f"{line}\n")
            elapsed = perf_counter() - began
            left = seconds_left(elapsed, step.number - first, last - step.number)
            if bar:
                bar.update(bar.task_ids[0], completed=step.number, left=time_left(left, language))
            waited = elapsed - last_line > SECONDS_BETWEEN_LINES
            if waited or (step.recorded and (step.number >= due or step.number == last)):
                write(line(step, experiment, left, language, samples_per_second(experiment, step.number - first, elapsed)))
                last_line, due = elapsed, step.number + last // LINES
            yield step


class Waiting:
    """A note on a terminal while the first Step takes its time: its program may have to be compiled, and it may be long itself.

    One thread makes the Steps, another calls ``look`` now and then.
    """

    def __init__(self, stream: TextIO, language: str = "en", *, quiet: bool = False) -> None:
        self._stream, self._language = stream, language
        self._over, self._began = quiet or not stream.isatty(), perf_counter()
        self._told: tuple[str, int] | None = None
        self._pen = Lock()

    def of(self, steps: Iterable[Step]) -> Iterator[Step]:
        """The same Steps; the note is gone when the first one comes."""
        for step in steps:
            if not self._over:
                self.end()
            yield step

    def look(self) -> None:
        """Write at once that a program is being compiled, and once a second how many seconds it has been."""
        key = "report-compiling" if is_compiling() else "report-preparing"
        told = key, int(perf_counter() - self._began)
        if told != self._told and (told[1] or key == "report-compiling") and not self._over:
            with self._pen:
                if not self._over:
                    self._told = told
                    self._stream.write(f"\r{sentence(key, self._language, seconds=told[1])}\x1b[K")
                    self._stream.flush()

    def end(self) -> None:
        """Take the note away."""
        with self._pen:
            if self._told and not self._over:
                self._stream.write("\r\x1b[K")
                self._stream.flush()
            self._over = True


def seconds_left(elapsed: float, made: int, to_make: int) -> float | None:
    """For ``to_make`` steps, as fast as ``made`` in ``elapsed`` seconds; None where nobody knows."""
    return elapsed / made * to_make if made and elapsed else None


def answers(step: Step, experiment: Experiment, language: str = "en") -> str:
    """The answers to the rows of the data as they are now: one by one where they are few, else how many are right."""
    data = experiment.problem.dataset()
    classes = step.parameters.classify(data.inputs)
    if len(classes) <= MOST_ANSWERS and all(len(str(label)) == 1 for label in data.classes):
        return " ".join(str(data.classes[answer]) for answer in classes)
    right = int(np.sum(classes == data.labels))
    return sentence("progress-right", language, right=right, rows=len(classes))


def samples_per_second(experiment: Experiment, made: int, elapsed: float) -> float | None:
    """How many rows ``made`` steps took in a second; None where nobody knows."""
    each = len(experiment.problem.dataset().inputs) / experiment.steps_each_epoch
    return made * each / elapsed if made and elapsed else None


def line(step: Step, experiment: Experiment, left: float | None, language: str, rate: float | None = None) -> str:
    """What is said of ``step``; ``left``: seconds to the end, ``rate``: samples in a second, where they are known."""
    width = len(str(experiment.steps))
    parts = {"step": f"{step.number:>{width}}", "loss": decimal(step.loss, 6), "left": time_left(left, language)}
    if experiment.problem.sampled:
        return _of_sample(step, experiment, parts, rate, language)
    if experiment.problem.dataset().task == "classify":
        return sentence("progress-classify", language, **parts, answers=answers(step, experiment, language)).rstrip()
    return sentence("progress-regress", language, **parts).rstrip()


def _of_sample(step: Step, experiment: Experiment, parts: dict[str, str], rate: float | None, language: str) -> str:
    """The line of a training on a sample of rows: the loss is the mean since the Step before; what isn't known has no gap."""
    each = experiment.steps_each_epoch
    epochs, width = experiment.steps / each, len(f"{experiment.steps // each}")
    shown = {
        **parts,
        "loss": decimal(float(np.mean(step.losses)), 6),
        "epoch": sentence("progress-epoch", language, epoch=f"{step.number // each:>{width}}/{epochs:.0f}") if each > 1 else "",
        "validation": standing(step, experiment, language),
        "rate": "" if rate is None else sentence("progress-rate", language, rate=f"{rate:,.0f}"),
    }
    return re.sub(" {4,}", "   ", sentence("progress-sampled", language, **shown)).rstrip()


def standing(step: Step, experiment: Experiment, language: str) -> str:
    """How well the validation rows are answered; empty where there are none."""
    part = experiment.problem.validation
    if part is None:
        return ""
    if part.task == "classify":
        share = 100 * accuracy_on(step.parameters, part)
        return sentence("progress-validation", language, accuracy=f"{share:.1f}")
    lost = loss_on(step.parameters, part, experiment.problem.loss or "")
    return sentence("progress-validation-loss", language, loss=decimal(lost, 6))


def time_left(seconds: float | None, language: str) -> str:
    """So many seconds, in words; empty where nobody knows."""
    if seconds is None:
        return sentence("progress-left-unknown", language)
    if seconds < 60:
        return sentence("progress-left-seconds", language, seconds=f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}")
    minutes = round(seconds / 60)
    return sentence("progress-left", language, time=f"{minutes // 60}:{minutes % 60:02d}")


def _bar(stream: TextIO, last: int) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (BarColumn(bar_width=40), TaskProgressColumn(), TextColumn("{task.fields[left]}"))
    bar = Progress(*columns, console=Console(file=stream, highlight=False), transient=True)
    bar.add_task("", total=max(1, last), left="")
    return bar
