"""Run: an experiment that was started, with its losses and its records."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from koubai.core.network import Network
from koubai.core.schedules import schedule_named
from koubai.core.training import Step
from koubai.data import Dataset
from koubai.errors import Diverged, InputError, chosen
from koubai.experiment.diagnosis import Diagnosis, diagnosis_of
from koubai.experiment.experiment import Experiment
from koubai.experiment.metrics import History, Scores, history_of, scores_of
from koubai.experiment.prediction import Prediction, predict
from koubai.experiment.run_files import read, save
from koubai.experiment.run_format import Provenance
from koubai.experiment.run_record import RunRecord
from koubai.experiment.training_outcome import best_record, is_stopped, risen_since


@dataclass(frozen=True, eq=False, repr=False)
class Run(RunRecord):
    """What came of an experiment.

    Attributes:
        experiment: What was trained, and how.
        losses: (steps made + 1,), before the first and after each step; with batches each is that of its own batch.
        records: The Steps that were kept, the start first.
        status: "finished", early or not; "interrupted"; or "diverged".
        diverged_at: The step since which it is diverged: there the loss or a parameter was no finite number any more, or the
            loss a million times its level, so that the training ended; or all steps were made, and the loss has been above
            twice its level since then (see ``koubai.experiment.divergence``). None for any other status.

    >>> import koubai as kb
    >>> run = kb.train("xor", optimizer="adam", steps=500)
    >>> run.status, len(run.losses)
    ('finished', 501)
    >>> run.correct
    array([ True,  True,  True,  True])
    >>> run.scores().accuracy
    1.0
    """

    @classmethod
    def of(cls, record: RunRecord) -> "Run":
        """Make the Run whose plain data ``record`` is."""
        return cls(record.experiment, record.losses, record.records, record.status, record.diverged_at)

    @property
    def network(self) -> Network:
        """The network as the last record has it; with early stopping, that which was best on the validation rows."""
        return self.best.parameters

    @cached_property
    def best(self) -> Step:
        """The record whose network is the run's."""
        return best_record(self.experiment, self.records)

    @property
    def data(self) -> Dataset:
        """What was learned."""
        return self.experiment.problem.dataset()

    @cached_property
    def history(self) -> History:
        """Loss and accuracy over the records, of the rows that were trained on and of the validation rows."""
        batched = self.experiment.steps_each_epoch > 1
        return history_of(self.experiment.problem, self.losses, self.records, batched=batched)

    def scores(self, part: str | None = None) -> Scores:
        """Judge the network by its answers.

        Args:
            part: "train", "validation" or "test"; by default the last of these that there is.

        Returns:
            The Scores of the answers to those rows.

        Raises:
            InputError: There are no such rows.
        """
        name = part or self.judged
        data = chosen("part", name, self.experiment.problem.parts)
        if name not in self._scored:
            self._scored[name] = scores_of(self.network, data, self.experiment.problem.loss or "")
        return self._scored[name]

    @cached_property
    def _scored(self) -> dict[str, Scores]:
        return {}  # each part is answered once, however often it is asked for

    @cached_property
    def diagnosis(self) -> Diagnosis | None:
        """Why it has not learned, and what may help; None where it has, or nothing tells.

        >>> import koubai as kb
        >>> print(kb.train("xor", hidden=(), steps=2000).diagnosis)
        No straight line separates these classes, and a network without hidden units can draw no other. Try hidden=(8,).
        """
        last = self.records[-1]
        network = self.network if self.best.number > 0 else last.parameters  # the start is kept where nothing was better
        early = last.number < self.experiment.steps
        return diagnosis_of(self.experiment, self.losses, network, last.number, diverged_at=self.diverged_at, ended_early=early)

    @property
    def judged(self) -> str:
        """The part that a network is judged by: "test", or what there is instead."""
        return list(self.experiment.problem.parts)[-1]

    def predict(self, rows: object) -> Prediction:
        """Answer rows.

        Args:
            rows: A table (a path, a pandas or polars frame, a Table), which goes through what the run's data went through; or
                inputs (n, features).

        Returns:
            The answers, and the probabilities or values that they follow from.

        Raises:
            InputError: The rows don't fit the network; the sentence names the columns.
        """
        return predict(self.network, self.data, rows)

    @property
    def correct(self) -> NDArray[np.bool_]:
        """For each row that was trained on, whether its class is answered right, (n,). InputError for regression."""
        if self.data.task != "classify":
            raise InputError("no-classes")
        return np.asarray(self.network.classify(self.data.inputs) == self.data.labels)

    def extended(self, steps: int) -> "Run":
        """Make of it the beginning of a longer run.

        Args:
            steps: How many steps that is to have in all.

        Returns:
            A Run that is interrupted: go on from its last record.

        Raises:
            InputError: It has made so many steps already, or has diverged, stopped early or followed a schedule to its end, so
                that it can't go on.
        """
        last = self.records[-1].number
        if self.status == "diverged" and last < self.experiment.steps:
            raise InputError("extend-diverged", step=self.diverged_at)
        if isinstance(steps, int) and steps <= last:
            raise InputError("extend-steps", value=steps, made=last)
        if schedule_named(self.experiment.schedule).wants_last:
            raise InputError("extend-schedule", schedule=self.experiment.schedule)
        if self.status == "finished" and last < self.experiment.steps:
            raise InputError("extend-stopped", step=last, patience=self.experiment.patience)
        experiment = replace(self.experiment, steps=steps)
        records = [replace(step, recorded=experiment.records(step.number)) for step in self.records]
        kept = [step for step in records if step.recorded or step.number == last]
        return Run(experiment, self.losses, tuple(kept), "interrupted")

    def save(self, folder: str | Path) -> Path:
        """Write the run into a new folder, whole or not at all.

        It holds run.json (the experiment, the status, the versions), losses.csv, records.safetensors, weights.safetensors, and
        arrays.safetensors where the data or the start were arrays.

        Args:
            folder: Where it is to be.

        Returns:
            Its path.

        Raises:
            InputError: The folder is there already.
            FileFault: It can't be written.
        """
        return save(self, [Path(folder)])

    def __repr__(self) -> str:
        step = self.records[-1].number if self.diverged_at is None else self.diverged_at
        return f"Run({self.status} at step {step}, loss {self.losses[-1]:.6g})"


@dataclass
class Recording:
    """Gathers a Run from Steps that pass by: ``for step in recording.of(experiment.run()): …``, then ``recording.run``.

    Keeps every loss and every record. ``run`` may be asked for at any time, from another thread too.
    """

    experiment: Experiment
    passed: list[tuple[int, NDArray[np.float64], Step | None]] = field(default_factory=list)  # number, losses, record
    last: Step | None = None
    diverged: Diverged | None = None

    @classmethod
    def after(cls, run: Run) -> "Recording":
        """Make a Recording that goes on where ``run`` stopped: the Steps after its last record are to pass by."""
        passed = [(step.number, step.losses, step if step.recorded else None) for step in run.records]
        return cls(run.experiment, passed, run.records[-1])

    def of(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Yield the same Steps, and note them. Diverged passes through."""
        try:
            for step in steps:
                self.passed.append((step.number, step.losses, step if step.recorded else None))
                self.last = step
                yield step
        except Diverged as error:
            self.diverged = error
            raise

    @property
    def run(self) -> Run | None:
        """The run as far as it came, its last Step among the records; None before the first."""
        last, diverged = self.last, self.diverged
        if last is None:
            return None
        passed = [entry for entry in self.passed if entry[0] <= last.number]
        records = [record for _, _, record in passed if record is not None]
        losses = [some for _, some, _ in passed]
        ended = () if last.recorded else (last,)
        if diverged is not None:
            losses.append(np.asarray(diverged.losses, np.float64))
            return Run(self.experiment, np.concatenate(losses), (*records, *ended), "diverged", diverged.values["step"])
        return ended_run(self.experiment, np.concatenate(losses), (*records, *ended))


def ended_run(experiment: Experiment, losses: NDArray[np.float64], records: tuple[Step, ...]) -> Run:
    """Make the Run of a training that ended after these steps: finished, interrupted or diverged."""
    if records[-1].number < experiment.steps and not is_stopped(experiment, records):
        return Run(experiment, losses, records, "interrupted")
    since = risen_since(experiment, losses)
    return Run(experiment, losses, records, "finished" if since is None else "diverged", since)


def load(path: str | Path) -> Run:
    """Load the run that ``Run.save`` or the command line wrote.

    Args:
        path: A folder, or the file of ``koubai runs export``.

    Returns:
        The run, as it was kept.

    Raises:
        InputError: There is nothing at ``path``.
        FileFault: A file is missing, unreadable, damaged, or of a newer format.

    >>> import tempfile
    >>> import koubai as kb
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     kept = kb.load(kb.train("xor", steps=10).save(f"{folder}/xor"))
    >>> kept
    Run(finished at step 10, loss 0.694325)
    """
    if not isinstance(path, (str, os.PathLike)) or not isinstance(os.fspath(path), str):
        raise InputError("load-path", value=path)
    return load_with_provenance(Path(path))[0]


def load_with_provenance(path: Path) -> tuple[Run, Provenance]:
    """Load the same, and where it comes from."""
    record, provenance = read(path)
    return Run.of(record), provenance
