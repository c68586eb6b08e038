"""Training: the timeline that a training makes, step by step, and where in it the page is. It knows no setting."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import NamedTuple, Protocol

from koubai.core.measuring import Measured
from koubai.core.network import Network
from koubai.core.training import Step
from koubai.errors import Diverged, InputError
from koubai.experiment import Experiment, Recording, Run
from koubai.experiment.run import ended_run
from koubai.playground.model.compile_cache import compiling, is_compiled
from koubai.playground.model.timeline import Segment, Timeline

FEWEST_MORE = 1000  # steps that are made where all are, and more are wanted

Clock = Callable[[], float]  # seconds since some moment


class RunSink(Protocol):
    """What takes the Steps of the runs that are to be kept. ``name``: that of the present run where it is kept, else empty."""

    name: str

    def begin(self, experiment: Experiment) -> None:
        """Another segment begins: the Steps that come are of it."""

    def continue_run(self, name: str, uid: str, experiment: Experiment) -> None:
        """The Steps that come continue a run that is kept already."""

    def extend(self, experiment: Experiment) -> None:
        """The same run is to have more steps."""

    def take(self, step: Step) -> None:
        """The next Step of the segment."""

    def rest(self) -> None:
        """The training rests."""

    def settled(self) -> str:
        """The name under which all Steps so far are kept; empty where they are not kept."""

    def end(self, diverged: Diverged | None = None) -> None:
        """The run ends here."""

    def kept(self, name: str, step: int) -> Run | None:
        """The run called ``name`` once it is kept until ``step``; None where it doesn't come to that soon."""


class _Slopes(NamedTuple):
    """The slopes that were measured for a step, and the exact ones."""

    experiment: Experiment
    step: Step
    measured: Measured
    exact: Measured


class Training:
    """``step`` is what is looked at, number ``step_number`` of the ``timeline``; ``segment`` is the part that it belongs to."""

    timeline: Timeline
    step: Step
    step_number: int
    segment: Segment

    def __init__(self, autosave: RunSink, clock: Clock) -> None:
        """``clock`` says how long steps take."""
        self.autosave = autosave
        self.clock = clock
        self._steps: Iterator[Step] | None = None
        self._seconds_each = 1e-4  # of a step, lately
        self._reach = 0  # the number of the step until which it may have gone
        self._pace = (0.0, 1)  # seconds, and the number of the step until which the program may go
        self._slopes: _Slopes | None = None  # of the step that was asked for last

    def begin(self, experiment: Experiment, number: int = 0) -> None:
        """Begin a timeline, whose first step has this ``number``."""
        start = experiment.start()
        self.timeline = Timeline.of(experiment, number)
        self._begin_segment(start)

    def branch(self, experiment: Experiment) -> None:
        """Begin a segment at the step that is looked at; what was made after that step is left."""
        start = experiment.start()
        if not self.is_last or self.timeline.present.diverged is not None:
            self.timeline.truncate_after(self.step_number)
        self.timeline.begin_segment(experiment)
        self._begin_segment(start)

    def _begin_segment(self, start: Step) -> None:
        self.autosave.begin(self.timeline.present.experiment)
        self._steps = None
        self._take(start)
        self._show(self.timeline.last)

    def continue_run(self, run: Run, name: str, uid: str) -> None:
        """Go on with a kept run where it ended."""
        timeline = Timeline.after(run)
        self.autosave.end()
        self.timeline, self._steps = timeline, None
        if run.diverged_at is not None and run.records[-1].number < run.experiment.steps:
            timeline.present.diverged = Diverged("diverged", step=run.diverged_at, learning_rate=run.experiment.learning_rate)
        self.autosave.continue_run(name, uid, run.experiment)
        self._show(timeline.last)

    def set_steps(self, steps: int) -> None:
        """Let the present segment have so many steps."""
        present = self.timeline.present
        self._steps = None
        present.experiment = replace(present.experiment, steps=steps)
        self.autosave.extend(present.experiment)

    def _take(self, step: Step) -> None:
        self.timeline.present.take(step)
        self.autosave.take(step)

    # where it stands

    def _show(self, number: int) -> None:
        self.step = self.timeline.step_at(number)
        self.step_number = number
        self.segment = self.timeline.segment_at(number)

    @property
    def network(self) -> Network:
        """The network that is looked at."""
        return self.step.parameters

    @property
    def is_last(self) -> bool:
        """Whether the last step that was made is looked at."""
        return self.step_number == self.timeline.last

    @property
    def is_finished(self) -> bool:
        """Whether all steps are made."""
        return self.is_last and self.step.number >= self.timeline.present.experiment.steps

    @property
    def is_at_seed_start(self) -> bool:
        """Whether the network that is looked at is the seed's own start still."""
        return self.step_number == self.timeline.first and self.segment.experiment.problem.start is None

    @property
    def further(self) -> int:
        """How many steps it would be as many again, where all are made; else 0."""
        return max(FEWEST_MORE, self.timeline.present.experiment.steps) if self.is_finished else 0

    @property
    def diverged(self) -> Diverged | None:
        """What ended the training, where it has and the last step is looked at."""
        return self.timeline.present.diverged if self.is_last else None

    def slopes(self) -> tuple[Measured, Measured]:
        """The slopes by which the training moves on from the step that is looked at, and the exact ones on the same rows."""
        experiment, step = self.segment.experiment, self.step
        if self._slopes is None or self._slopes.experiment is not experiment or self._slopes.step is not step:
            self._slopes = _Slopes(experiment, step, experiment.measured(step), experiment.measured(step, exactly=True))
        return self._slopes.measured, self._slopes.exact

    # training

    def is_known(self) -> bool:
        """Whether the next steps come without a program being compiled first."""
        return self._steps is not None or is_compiled(self.timeline.present.experiment)

    def train(self, seconds: float, most: int) -> None:
        """Make at most ``most`` steps from the last one on, for about so long. A divergence is noted."""
        present = self.timeline.present
        head = present.head
        if head is None or present.diverged is not None or head.number >= present.experiment.steps:
            return
        began, first = self.clock(), head.number
        goal = min(head.number + most, present.experiment.steps)
        if goal < self._reach:  # what the program has made ahead goes beyond
            self._steps = None
        self._pace = (seconds, goal)
        is_first = self._steps is None
        with compiling(present.experiment) if is_first else nullcontext():
            self._train_until(goal, began + seconds)
        if not is_first:
            self._seconds_each = (self.clock() - began) / max(1, present.last - present.begin - first)
        if present.diverged is None and present.last - present.begin >= present.experiment.steps:
            self.autosave.end()  # it is whole: nothing keeps it open
        self._show(self.timeline.last)

    def _train_until(self, goal: int, end: float) -> None:
        present = self.timeline.present
        head = present.head
        assert head is not None
        if self._steps is None:
            self._steps, self._reach = present.experiment.run(resume=head, pace=self._next_pace), 0
        try:
            while head.number < goal:
                head = next(self._steps)
                self._take(head)
                if self.clock() >= end:
                    break
        except Diverged as error:
            # how far it had come depends on its pace: the last step before the divergence is to be there in any case
            for step in present.experiment.run(resume=head, until=int(error.values["step"]) - 1):
                if step.number > head.number:
                    self._take(step)
            present.diverged = error
            self.autosave.end(error)

    def _next_pace(self) -> tuple[float, int]:
        """How long the program may run, and how many steps it may make, when it is asked for more."""
        head, self._reach = self.timeline.present.head, self._pace[1]
        return self._pace[0], self._pace[1] - (head.number if head else 0)

    # moving along the timeline

    def show(self, number: int, *, seconds: float | None = None) -> None:
        """Look at a step that was made; with ``seconds``, at one before it, where to make it again would take longer."""
        if not self.timeline.first <= number <= self.timeline.last:
            raise InputError("page-step", value=number, least=self.timeline.first, most=self.timeline.last)
        if seconds is not None:
            segment = self.timeline.segment_at(number)
            recorded = segment.begin + segment.record_before(number - segment.begin).number
            number = number if (number - recorded) * self._seconds_each <= seconds else recorded
        self._show(number)


def _until(step: Step, run: Run, diverged: Diverged | None) -> Run:
    """``run`` as it was when ``step`` was its last."""
    records = (*(record for record in run.records if record.number < step.number), step)
    losses = run.losses[: step.number + 1]
    if diverged is not None:
        return Run(run.experiment, losses, records, "diverged", int(diverged.values["step"]))
    return ended_run(run.experiment, losses, records)


def whole_run_of(training: Training) -> Callable[[], Run]:
    """What makes the run that is looked at with all losses and records, which may take a while.

    Args:
        training: The training; it rests, so that what it has made is kept.

    Returns:
        A function that reads the run from the store, or trains again. It may be called in another thread.
    """
    segment, step, diverged, autosave = training.segment, training.step, training.diverged, training.autosave
    name = autosave.name if segment is training.timeline.present else ""
    autosave.rest()

    def make() -> Run:
        if name and (run := autosave.kept(name, step.number)) is not None:
            return _until(step, run, diverged)
        recording = Recording(segment.experiment)
        with suppress(Diverged):
            for _ in recording.of(segment.experiment.run(until=step.number)):
                pass
        assert recording.run is not None
        return _until(step, recording.run, diverged)

    return make
