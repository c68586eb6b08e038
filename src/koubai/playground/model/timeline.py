"""Timeline: what a training has made so far, in bounded memory; any step of it can be looked at again.

It consists of segments. In each everything stays the same; an edited weight or a changed setting begins a new one, whose start
is the network as it is then. So each of them is an Experiment of its own, which can be kept, resumed and written as a script.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from koubai.core.training import Step
from koubai.data import Dataset
from koubai.errors import Diverged
from koubai.experiment import Experiment, Run
from koubai.experiment.diagnosis import Diagnosis, diagnosis_of
from koubai.experiment.divergence import risen_since
from koubai.experiment.metrics import accuracy_on, loss_on
from koubai.playground.model.compile_cache import compiling

MOST_KEPT = 256  # records of a segment; beyond that every other one is forgotten
MOST_SEEN = 1024  # points of a segment's loss curve
MOST_SEGMENTS = 16
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
    """A part of the timeline: the steps of one experiment, of which the first has the number ``begin`` in the timeline."""

    experiment: Experiment
    begin: int
    records: list[Step] = field(default_factory=list)
    head: Step | None = None  # the last
    diverged: Diverged | None = None
    curve: LossCurve = field(init=False)
    thinning: int = 1  # one in so many records is kept
    recent: deque[Step] = field(default_factory=lambda: deque(maxlen=RECENT))  # Steps that passed last, recorded or not
    test_scores: dict[int, tuple[float, float]] = field(default_factory=dict)  # loss and accuracy on the test rows, by step
    judged: tuple[object, Diagnosis | None] = (None, None)  # after how much of it why it had not learned was found

    def __post_init__(self) -> None:
        self.curve = LossCurve(means=self.experiment.steps_each_epoch > 1)

    @property
    def last(self) -> int:
        """The number in the timeline of its last step."""
        return self.begin + (self.head.number if self.head else 0)

    def take(self, step: Step) -> None:
        """A Step that follows the last."""
        self.curve.take(step.losses)
        self.head = step
        self.recent.append(step)
        if step.recorded and self._keeps(step.number):
            self.records.append(step)
            if len(self.records) > MOST_KEPT:
                self.thinning *= 2
                self.records = [kept for kept in self.records if self._keeps(kept.number)]
                self.test_scores = {number: scores for number, scores in self.test_scores.items() if self._keeps(number)}

    def _keeps(self, number: int) -> bool:
        return number % (self.experiment.record_every * self.thinning) == 0

    @property
    def _window(self) -> int:
        """How many of the curve's values are an epoch."""
        return -(-self.experiment.steps_each_epoch // self.curve.stride)

    def risen_since(self) -> int | None:
        """The number of the step since which the loss is far above its level; None where it isn't now."""
        index = risen_since(np.asarray(self.curve.values), self._window, self.experiment.level)
        return None if index is None else int(self.curve.numbers[index])

    def diagnosis(self) -> Diagnosis | None:
        """Why it has not learned, or has diverged, by its last step; steps are numbered as in the timeline."""
        extent = (self.curve.count, self.diverged)
        if self.head is None or self.judged[0] == extent:
            return self.judged[1]
        diverged_at = self.risen_since() if self.diverged is None else int(self.diverged.values["step"])
        diagnosis = diagnosis_of(
            self.experiment,
            np.asarray(self.curve.values),
            self.head.parameters,
            self.head.number,
            diverged_at=diverged_at,
            ended_early=self.diverged is not None,
            window=self._window,
        )
        if diagnosis is not None and diverged_at is not None:
            diagnosis = replace(diagnosis, values={**diagnosis.values, "step": self.begin + diverged_at})
        self.judged = (extent, diagnosis)
        return diagnosis

    def scores_on(self, test: Dataset, step: Step) -> tuple[float, float]:
        """Loss and accuracy of a record on the ``test`` rows; of values the accuracy is nan."""
        if step.number not in self.test_scores:
            with np.errstate(all="ignore"):
                loss = loss_on(step.parameters, test, self.experiment.problem.loss or "")
                accuracy = accuracy_on(step.parameters, test) if test.task == "classify" else np.nan
            self.test_scores[step.number] = (loss, accuracy)
        return self.test_scores[step.number]

    def step_at(self, number: int) -> Step:
        """The Step of this number, counted from the segment's begin: from the record before it, made again."""
        if self.head is not None and self.head.number <= number:
            return self.head
        record = self.record_before(number)
        if record.number == number:
            return record
        with compiling(self.experiment, waits=True):  # its program may have been let go
            return [*self.experiment.run(resume=record, until=number)][-1]

    def record_before(self, number: int) -> Step:
        """The last Step that is kept, up to this number."""
        return max((step for step in (*self.records, *self.recent) if step.number <= number), key=lambda step: step.number)

    def cut_after(self, number: int) -> None:
        """Forget what comes after this step."""
        self.head = self.step_at(number)
        self.records = [step for step in self.records if step.number <= number]
        self.recent = deque((step for step in self.recent if step.number <= number), RECENT)
        self.diverged = None
        self.curve.cut_after(number)
        self.judged = (None, None)


@dataclass
class Timeline:
    """The segments, the last of which goes on."""

    segments: list[Segment]

    @classmethod
    def of(cls, experiment: Experiment, begin: int = 0) -> "Timeline":
        """One that begins with ``experiment``."""
        return cls([Segment(experiment, begin)])

    @classmethod
    def after(cls, run: Run) -> "Timeline":
        """One that goes on where ``run`` ended."""
        segment, next_loss = Segment(run.experiment, 0), 0
        for step in run.records:
            segment.take(replace(step, losses=run.losses[next_loss : step.number + 1]))
            next_loss = step.number + 1
        return cls([segment])

    @property
    def present(self) -> Segment:
        """The last segment."""
        return self.segments[-1]

    @property
    def first(self) -> int:
        """The number of the first step that can be looked at."""
        return self.segments[0].begin

    @property
    def last(self) -> int:
        """The number of the last step that was made."""
        return self.present.last

    def segment_at(self, number: int) -> Segment:
        """The segment to which step ``number`` belongs: of two, the later."""
        return next(segment for segment in reversed(self.segments) if segment.begin <= number)

    def step_at(self, number: int) -> Step:
        """The Step of that number."""
        segment = self.segment_at(number)
        return segment.step_at(number - segment.begin)

    def record_after(self, number: int) -> int:
        """The number of the first kept step after step ``number``, or of the last step."""
        numbers = (segment.begin + step.number for segment, step in self.each_record())
        return min((later for later in numbers if later > number), default=self.last)

    def truncate_after(self, number: int) -> None:
        """Forget what comes after step ``number``."""
        while self.present.begin > number:
            self.segments.pop()
        self.present.cut_after(number - self.present.begin)

    def begin_segment(self, experiment: Experiment) -> None:
        """A new segment, which begins where the last one is; it replaces one that has made no step."""
        begin = self.last
        if self.present.head is None or self.present.head.number == 0:
            self.segments.pop()
        self.segments.append(Segment(experiment, begin))
        del self.segments[:-MOST_SEGMENTS]

    def record_numbers(self) -> NDArray[np.int32]:
        """The numbers of the steps that are kept."""
        return np.array([s.begin + step.number for s in self.segments for step in s.records], np.int32)

    def curve(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Steps and losses of all segments."""
        numbers = [segment.begin + segment.curve.numbers for segment in self.segments]
        return np.concatenate(numbers), np.concatenate([np.asarray(s.curve.values, np.float64) for s in self.segments])

    def each_record(self) -> Iterator[tuple[Segment, Step]]:
        """All records, with their segments."""
        return ((segment, step) for segment in self.segments for step in segment.records)
