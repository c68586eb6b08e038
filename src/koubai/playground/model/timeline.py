"""Course: what a training has made so far, in bounded memory; any step of it can be looked at again.

It consists of stretches. In each everything stays the same; an edited weight or a changed setting begins a new one, whose start
is the network as it is then. So each of them is an Experiment of its own, which can be kept, resumed and written as a script.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from koubai.core.training import Step
from koubai.errors import Diverged
from koubai.experiment import Experiment, Run
from koubai.experiment.diagnosis import Diagnosis, diagnosis_of
from koubai.experiment.divergence import risen_since
from koubai.playground.model.compile_cache import compiling

MOST_KEPT = 256  # records of a stretch; beyond that every other one is forgotten
MOST_SEEN = 1024  # points of a stretch's loss curve
MOST_STRETCHES = 16
RECENT = 8


@dataclass
class LossCurve:
    """A loss curve of at most ``MOST_SEEN`` points.

    The loss at every ``stride``-th step, or, with ``means``, the mean over so many.
    """

    means: bool
    stride: int = 1
    count: int = 0  # losses that were taken
    values: list[float] = field(default_factory=list)
    rest: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def take(self, losses: NDArray[np.float64]) -> None:
        """The losses that follow."""
        if self.means:
            some = np.concatenate([self.rest, losses])
            whole = len(some) // self.stride * self.stride
            self.values += some[:whole].reshape(-1, self.stride).mean(axis=1).tolist()
            self.rest = some[whole:]
        else:
            self.values += losses[-self.count % self.stride :: self.stride].tolist()
        self.count += len(losses)
        while len(self.values) > MOST_SEEN:
            self._thin()

    def _thin(self) -> None:
        if self.means:
            if len(self.values) % 2:
                self.rest = np.concatenate([np.full(self.stride, self.values.pop()), self.rest])
            self.values = np.asarray(self.values).reshape(-1, 2).mean(axis=1).tolist()
        else:
            self.values = self.values[::2]
        self.stride *= 2

    def cut_after(self, number: int) -> None:
        """Forget the losses after step ``number``; of a mean that is begun, what it came to is left."""
        whole = (number + 1) // self.stride if self.means else number // self.stride + 1
        if self.means:
            begun = [*self.values[whole:], *([self.rest.mean()] if len(self.rest) else []), *self.values[-1:]]
            left = number + 1 - whole * self.stride
            self.rest = np.full(left, begun[0]) if left else np.zeros(0)
        self.values, self.count = self.values[:whole], number + 1

    @property
    def numbers(self) -> NDArray[np.float64]:
        """The steps of the points, (n,); of means, the middle of what they are of."""
        middle = (self.stride - 1) / 2 if self.means else 0
        numbers: NDArray[np.float64] = np.arange(len(self.values), dtype=np.float64) * self.stride + middle
        return numbers


@dataclass
class Segment:
    """A part of the course: the steps of one experiment, of which the first has the number ``begin`` in the course."""

    experiment: Experiment
    begin: int
    records: list[Step] = field(default_factory=list)
    head: Step | None = None  # the last
    diverged: Diverged | None = None
    curve: LossCurve = field(init=False)
    every: int = 1  # of the records, so many are kept
    recent: deque[Step] = field(default_factory=lambda: deque(maxlen=RECENT))  # Steps that passed last, recorded or not
    tested: dict[int, tuple[float, float]] = field(default_factory=dict)  # loss and accuracy on the test rows, by step
    judged: tuple[object, Diagnosis | None] = (None, None)  # after how much of it why it had not learned was found

    def __post_init__(self) -> None:
        self.curve = LossCurve(means=self.experiment.steps_each_epoch > 1)

    @property
    def last(self) -> int:
        """The number in the course of its last step."""
        return self.begin + (self.head.number if self.head else 0)

    def take(self, step: Step) -> None:
        """A Step that follows the last."""
        self.curve.take(step.losses)
        self.head = step
        self.recent.append(step)
        if step.recorded and self._keeps(step.number):
            self.records.append(step)
            if len(self.records) > MOST_KEPT:
                self.every *= 2
                self.records = [kept for kept in self.records if self._keeps(kept.number)]
                self.tested = {number: scores for number, scores in self.tested.items() if self._keeps(number)}

    def _keeps(self, number: int) -> bool:
        return number % (self.experiment.record_every * self.every) == 0

    @property
    def _window(self) -> int:
        """How many of the curve's values are an epoch."""
        return -(-self.experiment.steps_each_epoch // self.curve.stride)

    def risen_since(self) -> int | None:
        """The number of the step since which the loss is far above its level; None where it isn't now."""
        at = risen_since(np.asarray(self.curve.values), self._window, self.experiment.level)
        return None if at is None else int(self.curve.numbers[at])

    def diagnosis(self) -> Diagnosis | None:
        """Why it has not learned, or has diverged, by its last step; steps are numbered as in the course."""
        come = (self.curve.count, self.diverged)
        if self.head is None or self.judged[0] == come:
            return self.judged[1]
        at = self.risen_since() if self.diverged is None else int(self.diverged.values["step"])
        found = diagnosis_of(
            self.experiment,
            np.asarray(self.curve.values),
            self.head.parameters,
            self.head.number,
            diverged_at=at,
            ended_early=self.diverged is not None,
            window=self._window,
        )
        if found is not None and at is not None:
            found = replace(found, values={**found.values, "step": self.begin + at})
        self.judged = (come, found)
        return found

    def at(self, number: int) -> Step:
        """The Step of this number, counted from the stretch's begin: from the record before it, made again."""
        if self.head is not None and self.head.number <= number:
            return self.head
        before = self.before(number)
        if before.number == number:
            return before
        with compiling(self.experiment, waits=True):  # its program may have been let go
            return [*self.experiment.run(resume=before, until=number)][-1]

    def before(self, number: int) -> Step:
        """The last Step that is kept, up to this number."""
        return max((step for step in (*self.records, *self.recent) if step.number <= number), key=lambda step: step.number)

    def cut_after(self, number: int) -> None:
        """Forget what comes after this step."""
        self.head = self.at(number)
        self.records = [step for step in self.records if step.number <= number]
        self.recent = deque((step for step in self.recent if step.number <= number), RECENT)
        self.diverged = None
        self.curve.cut_after(number)
        self.judged = (None, None)


@dataclass
class Timeline:
    """The stretches, the last of which goes on."""

    stretches: list[Segment]

    @classmethod
    def of(cls, experiment: Experiment, begin: int = 0) -> "Timeline":
        """One that begins with ``experiment``."""
        return cls([Segment(experiment, begin)])

    @classmethod
    def after(cls, run: Run) -> "Timeline":
        """One that goes on where ``run`` ended."""
        stretch, after = Segment(run.experiment, 0), 0
        for step in run.records:
            stretch.take(replace(step, losses=run.losses[after : step.number + 1]))
            after = step.number + 1
        return cls([stretch])

    @property
    def present(self) -> Segment:
        """The last stretch."""
        return self.stretches[-1]

    @property
    def first(self) -> int:
        """The number of the first step that can be looked at."""
        return self.stretches[0].begin

    @property
    def last(self) -> int:
        """The number of the last step that was made."""
        return self.present.last

    def stretch_at(self, number: int) -> Segment:
        """The stretch to which step ``number`` belongs: of two, the later."""
        return next(stretch for stretch in reversed(self.stretches) if stretch.begin <= number)

    def at(self, number: int) -> Step:
        """The Step of that number."""
        stretch = self.stretch_at(number)
        return stretch.at(number - stretch.begin)

    def record_after(self, number: int) -> int:
        """The number of the first kept step after step ``number``, or of the last step."""
        later = [at for stretch, step in self.each_record() if (at := stretch.begin + step.number) > number]
        return min(later, default=self.last)

    def go_back(self, number: int) -> None:
        """Forget what comes after step ``number``."""
        while self.present.begin > number:
            self.stretches.pop()
        self.present.cut_after(number - self.present.begin)

    def begin(self, experiment: Experiment) -> None:
        """A new stretch, which begins where the last one is; it replaces one that has made no step."""
        at = self.last
        if self.present.head is None or self.present.head.number == 0:
            self.stretches.pop()
        self.stretches.append(Segment(experiment, at))
        del self.stretches[:-MOST_STRETCHES]

    def records(self) -> NDArray[np.int32]:
        """The numbers of the steps that are kept."""
        return np.array([s.begin + step.number for s in self.stretches for step in s.records], np.int32)

    def curve(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Steps and losses of all stretches."""
        numbers = [stretch.begin + stretch.curve.numbers for stretch in self.stretches]
        return np.concatenate(numbers), np.concatenate([np.asarray(s.curve.values, np.float64) for s in self.stretches])

    def each_record(self) -> Iterator[tuple[Segment, Step]]:
        """All records, with their stretches."""
        return ((stretch, step) for stretch in self.stretches for step in stretch.records)
