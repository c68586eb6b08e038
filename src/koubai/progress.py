"""Steps in, a progress display out: lines now and then, and on a terminal a bar below them."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from time import perf_counter
from typing import Any, TextIO

import numpy as np

from koubai.core.training import Step
from koubai.experiment import Experiment, Run
from koubai.locale import sentence

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
    with ExitStack() as stack:
        bar = stack.enter_context(_bar(stream, last)) if stream.isatty() else None
        write = bar.console.print if bar else lambda line: stream.write(f"{line}\n")
        for step in steps:
            began = began or perf_counter()  # with the first step: what comes before it is made once
            elapsed = perf_counter() - began
            left = seconds_left(elapsed, step.number - first, last - step.number)
            if bar:
                bar.update(bar.task_ids[0], completed=step.number, left=time_left(left, language))
            waited = elapsed - last_line > SECONDS_BETWEEN_LINES
            if waited or (step.recorded and (step.number >= due or step.number == last)):
                write(line(step, experiment, left, language))
                last_line, due = elapsed, step.number + last // LINES
            yield step


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


def line(step: Step, experiment: Experiment, left: float | None, language: str) -> str:
    """What is said of ``step``; ``left``: seconds to the end, where they are known."""
    width = len(str(experiment.steps))
    parts = {"step": f"{step.number:>{width}}", "loss": f"{step.loss:.6f}", "left": time_left(left, language)}
    if experiment.problem.dataset().task == "classify":
        return sentence("progress-classify", language, **parts, answers=answers(step, experiment, language)).rstrip()
    return sentence("progress-regress", language, **parts).rstrip()


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
