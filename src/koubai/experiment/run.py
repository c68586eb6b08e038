"""Run: an experiment that was started, with its losses and its records."""

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from koubai.core.network import Network
from koubai.core.precision import Precision
from koubai.core.training import Step
from koubai.data import Dataset
from koubai.errors import Diverged, DivergenceWarning, InputError
from koubai.experiment.definition import Experiment, Learning

Status = Literal["finished", "interrupted", "diverged"]


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """What came of an experiment.

    ``losses`` (steps made + 1,): before the first and after each step. ``records``: the Steps that were kept, the start first.
    ``status``: "finished", "interrupted", or "diverged", which happened at step ``diverged_at``.
    """

    experiment: Experiment
    losses: NDArray[np.float64]
    records: tuple[Step, ...]
    status: Status = "finished"
    diverged_at: int | None = None

    @property
    def network(self) -> Network:
        """The network as the last record has it."""
        return self.records[-1].parameters

    @property
    def data(self) -> Dataset:
        """What was learned."""
        return self.experiment.problem.dataset()

    @property
    def correct(self) -> NDArray[np.bool_]:
        """For each row of the data, whether its class is answered right, (n,). InputError for regression."""
        if self.data.task != "classify":
            raise InputError("no-classes")
        return np.asarray(self.network.classify(self.data.inputs) == self.data.labels)

    def extended(self, steps: int) -> "Run":
        """The same as the beginning of a run of ``steps`` steps: go on from its last record.

        InputError where it has made so many already, or has diverged.
        """
        made = self.records[-1].number
        if self.status == "diverged":
            raise InputError("extend-diverged", step=self.diverged_at)
        if isinstance(steps, int) and steps <= made:
            raise InputError("extend-steps", value=steps, made=made)
        experiment = replace(self.experiment, steps=steps)
        records = [replace(step, recorded=experiment.records(step.number)) for step in self.records]
        kept = [step for step in records if step.recorded or step.number == made]
        return Run(experiment, self.losses, tuple(kept), "interrupted")

    def save(self, folder: str | Path) -> Path:
        """Write the run into a new ``folder``, whole or not at all. Returns its path.

        It holds run.json (the experiment, the status, the versions), losses.csv, records.safetensors, weights.safetensors, and
        arrays.safetensors where the data or the start were arrays. InputError where the folder is taken, FileFault where it
        can't be written.
        """
        from koubai.experiment.folder import save

        return save(self, [Path(folder)])

    def __repr__(self) -> str:
        at = self.records[-1].number if self.diverged_at is None else self.diverged_at
        return f"Run({self.status} at step {at}, loss {self.losses[-1]:.6g})"


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
        """One that goes on where ``run`` stopped: of its records' last Step, the Steps that follow are to pass by."""
        passed = [(step.number, step.losses, step if step.recorded else None) for step in run.records]
        return cls(run.experiment, passed, run.records[-1])

    def of(self, steps: Iterable[Step]) -> Iterator[Step]:
        """The same Steps, taken note of. Diverged passes through."""
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
        status: Status = "finished" if last.number == self.experiment.steps else "interrupted"
        diverged_at = None
        if diverged is not None:
            status, diverged_at = "diverged", diverged.values["step"]
            losses.append(np.asarray(diverged.losses, np.float64))
        ended = () if last.recorded else (last,)
        return Run(self.experiment, np.concatenate(losses), (*records, *ended), status, diverged_at)


def train(
    problem: str | Dataset | Network | Learning | Experiment = "xor",
    data: str | Dataset | None = None,
    *,
    hidden: Sequence[int] | None = None,
    activation: str | None = None,
    loss: str = "cross-entropy",
    scale: float | None = None,
    method: str = "central",
    h: float | None = None,
    optimizer: str = "gradient-descent",
    optimizer_options: Mapping[str, float] | None = None,
    learning_rate: float = 0.01,
    steps: int = 5001,
    seed: int = 0,
    record_every: int = 100,
    precision: Precision = "float64",
) -> Run:
    """Train a network; all defaults together are the founding example.

    ``problem`` is what to learn: a gate's name or a Dataset; or a Network, the start, with ``data`` beside it; or a whole
    Experiment or Learning. The rest are the fields of ``Experiment`` and ``Learning`` by name. Prints and writes nothing. A
    run that diverges is returned as far as it came, with a DivergenceWarning. InputError names what can't be.
    """
    if isinstance(problem, Experiment):
        experiment = problem
    else:
        if isinstance(problem, Network):
            problem = Learning("xor" if data is None else data, _tuple(hidden), activation, loss, scale, start=problem)
        elif not isinstance(problem, Learning):
            problem = Learning(problem, _tuple(hidden), activation, loss, scale)
        experiment = Experiment(
            problem, method, h, optimizer, optimizer_options or {}, learning_rate, steps, seed, record_every, precision
        )
    recording = Recording(experiment)
    try:
        for _ in recording.of(experiment.run()):
            pass
    except Diverged as error:
        if recording.run is None:
            raise
        warnings.warn(str(error), DivergenceWarning, stacklevel=2)
    assert recording.run is not None
    return recording.run


def _tuple(hidden: Any) -> Any:
    return tuple(hidden) if isinstance(hidden, Sequence) and not isinstance(hidden, str) else hidden
