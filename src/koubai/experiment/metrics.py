"""How good a network's answers are, on rows that it was trained on and on others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Self

import numpy as np
from numpy.typing import NDArray

from koubai.arrays import evenly
from koubai.core.losses import loss_named
from koubai.core.network import Network, forward
from koubai.core.training import Step
from koubai.data import Dataset
from koubai.experiment.problem import Learning

Numbers = NDArray[np.int64] | NDArray[np.float64]
ROWS_AT_ONCE = 4096  # that go through a network together


@dataclass(frozen=True, eq=False)
class Scores:
    """Of a network's answers to ``rows`` rows: their ``loss``, without a penalty, and how good they are.

    For classes: ``confusion`` (k, k), how many rows of each class (down) got each answer (across), and what follows from it.
    For values: ``r2`` (outputs,), 1 - Σ(t - y)²/Σ(t - mean)² of every output (nan where all targets are equal), and ``error``
    (outputs,), the root of the mean squared error, in the units of the data. What the one kind doesn't have is None.
    """

    rows: int
    loss: float
    confusion: NDArray[np.int64] | None = None
    r2: NDArray[np.float64] | None = None
    error: NDArray[np.float64] | None = None

    @property
    def right(self) -> int | None:
        """How many answers are right; None for values."""
        return None if self.confusion is None else int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float | None:
        """The share of right answers; None for values."""
        return None if self.right is None else self.right / self.rows

    @property
    def precision(self) -> NDArray[np.float64] | None:
        """Of the rows that got a class for an answer, the share of which it is true, (k,); nan where there are none."""
        return None if self.confusion is None else _shares(self.confusion.diagonal(), self.confusion.sum(axis=0))

    @property
    def recall(self) -> NDArray[np.float64] | None:
        """Of the rows of a class, the share that got it for an answer, (k,); nan where there are none."""
        return None if self.confusion is None else _shares(self.confusion.diagonal(), self.confusion.sum(axis=1))


def scores_of(network: Network, data: Dataset, loss: str) -> Scores:
    """Judge the answers of ``network`` to ``data``."""
    lost = loss_on(network, data, loss)
    if data.task == "regress":
        with np.errstate(over="ignore", invalid="ignore"):
            r2, error = _fit(values_of(network.logits(data.inputs), data), values_of(data.targets, data))
        return Scores(len(data.inputs), lost, r2=r2, error=error)
    k = data.targets.shape[1]
    both = data.labels * k + network.classify(data.inputs)
    return Scores(len(data.inputs), lost, np.bincount(both, minlength=k * k).reshape(k, k))


def values_of(outputs: NDArray[np.floating], data: Dataset) -> NDArray[np.float64]:
    """Convert outputs (n, outputs) of a regression to the units of the data."""
    values = np.asarray(outputs, np.float64)
    return values if data.preparation is None else data.preparation.values_of(values)


def _fit(answered: NDArray[np.float64], true: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute R² and the root of the mean squared error, of each output."""
    squares = ((true - answered) ** 2).sum(axis=0)
    spread = ((true - true.mean(axis=0)) ** 2).sum(axis=0)
    return 1 - _shares(squares, spread), np.sqrt(squares / len(true))


def _shares(some: Numbers, of: Numbers) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = np.divide(some, of, out=np.full(len(of), np.nan), where=of > 0)
    return shares


def loss_on(network: Network, data: Dataset, loss: str) -> float:
    """Compute the mean over the rows of what each loses, without a penalty."""
    rows = loss_named(loss).rows
    with np.errstate(over="ignore", invalid="ignore"):
        lost = [
            rows(
                forward(network, data.inputs[first : first + ROWS_AT_ONCE], np), data.targets[first : first + ROWS_AT_ONCE], np
            )
            for first in range(0, len(data.inputs), ROWS_AT_ONCE)  # the values of all units for all rows may be large
        ]
    return float(np.mean(np.concatenate(lost)))


def accuracy_on(network: Network, data: Dataset) -> float:
    """Compute the share of the rows whose class is answered right."""
    return float(np.mean(network.classify(data.inputs) == data.labels))


@dataclass
class EarlyStopping:
    """Early stopping: sees records pass, and knows which was the best on the validation rows, and when it is over.

    L. Prechelt, "Early stopping - but when?", in Neural Networks: Tricks of the Trade (1998).
    """

    problem: Learning
    patience: int
    best: Step | None = None
    _least: float = inf
    _since: int = 0

    @classmethod
    def after(cls, problem: Learning, patience: int, records: Iterable[Step]) -> Self:
        """Let one see the records that a training has made.

        Args:
            problem: What is learned.
            patience: After how many records that are no better it is over.
            records: The records, the first one first.

        Returns:
            One that knows the best of them.
        """
        watch = cls(problem, patience)
        for step in records:
            watch.see(step)
        return watch

    def until_over(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Yield further Steps, which it sees, until it is over."""
        for step in () if self.is_over else steps:
            self.see(step)
            yield step
            if self.is_over:
                return

    def see(self, step: Step) -> None:
        """Take note of a Step; only records count."""
        part = self.problem.validation
        if not step.recorded or part is None:
            return
        lost = loss_on(step.parameters, part, self.problem.loss or "")
        self._since += 1
        if lost < self._least or self.best is None:
            self.best, self._least, self._since = step, lost, 0

    @property
    def is_over(self) -> bool:
        """Whether the best is ``patience`` records ago."""
        return self._since >= self.patience


@dataclass(frozen=True, eq=False)
class History:
    """How a training went, at each of its records: ``steps`` (r,), and (r,) for every part of the data.

    The ``loss`` of "train" is that which was descended: with batches the mean over those since the record before, and with
    the penalty. ``accuracy`` is empty for regression.
    """

    steps: NDArray[np.int64]
    loss: dict[str, NDArray[np.float64]]
    accuracy: dict[str, NDArray[np.float64]]


MOST_RECORDS = 200  # that are answered for a History


def history_of(problem: Learning, losses: NDArray[np.float64], records: Sequence[Step], *, batched: bool) -> History:
    """Make the History of a run, of at most ``MOST_RECORDS`` of its records, evenly spread."""
    kept = [records[index] for index in evenly(len(records), MOST_RECORDS)]
    steps = np.array([step.number for step in kept], np.int64)
    loss, accuracy, part = {"train": losses[steps]}, {}, problem.validation
    if batched:
        starts = np.concatenate([[0], steps[:-1] + 1])
        loss["train"] = np.array([losses[a : b + 1].mean() for a, b in zip(starts, steps, strict=True)])
    if part is not None:
        loss["validation"] = np.array([loss_on(step.parameters, part, problem.loss or "") for step in kept])
        if part.task == "classify":
            accuracy["validation"] = np.array([accuracy_on(step.parameters, part) for step in kept])
    return History(steps, loss, accuracy)
