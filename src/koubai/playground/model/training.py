"""Training: the course that a lesson takes, step by step, and where in it the page is. It knows no setting."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from time import perf_counter

from koubai.core.measuring import Measured
from koubai.core.network import Network
from koubai.core.training import Step
from koubai.errors import Diverged, InputError
from koubai.experiment import Experiment, Recording, Run
from koubai.experiment.run import ended_run
from koubai.playground.model.autosave import Autosave
from koubai.playground.model.compile_cache import compiling, is_compiled
from koubai.playground.model.timeline import Segment, Timeline

FEWEST_MORE = 1000  # steps that are made where all are, and more are wanted


class Training:
    """``step`` is what is looked at, number ``at`` of the ``course``; ``stretch`` is the part of the course that it is of."""

    course: Timeline
    step: Step
    at: int
    stretch: Segment

    def __init__(self, store: Path | None) -> None:
        self._store = store
        self.keeper = Autosave(store)
        self._steps: Iterator[Step] | None = None
        self._seconds_each = 1e-4  # of a step, lately
        self._reach = 0  # the number of the step until which it may have gone
        self._pace = (0.0, 1)  # seconds, and the number of the step until which the program may go
        self._measured: tuple[Experiment, Step, Measured, Measured] | None = None  # experiment and step, and what was measured

    def _begin(self, course: Timeline) -> None:
        """Go on with a course whose present stretch has made no step yet."""
        self.course = course
        self.keeper.begin(course.present.experiment)
        self._steps = None
        if course.present.head is None:
            self._take(course.present.experiment.start())
        self._show(course.last)

    def _take(self, step: Step) -> None:
        self.course.present.take(step)
        self.keeper.take(step)

    # where it stands

    def _show(self, number: int) -> None:
        self.step = self.course.at(number)
        self.at = number
        stretch = self.course.stretch_at(number)
        self.stretch = stretch

    @property
    def network(self) -> Network:
        """The network that is looked at."""
        return self.step.parameters

    @property
    def is_last(self) -> bool:
        """Whether the last step that was made is looked at."""
        return self.at == self.course.last

    @property
    def is_finished(self) -> bool:
        """Whether all steps are made."""
        present = self.course.present
        return self.is_last and self.step.number >= present.experiment.steps

    @property
    def further(self) -> int:
        """How many steps it would be as many again, where all are made; else 0."""
        return max(FEWEST_MORE, self.course.present.experiment.steps) if self.is_finished else 0

    @property
    def diverged(self) -> Diverged | None:
        """What ended the training, where it has and the last step is looked at."""
        return self.course.present.diverged if self.is_last else None

    def whole_run(self) -> Callable[[], Run]:
        """What makes the same with all losses and records, which may take a while: from the store, or by training again."""
        stretch, step, diverged = self.stretch, self.step, self.diverged
        kept = self.keeper.name if stretch is self.course.present else ""
        self.keeper.rest()

        def make() -> Run:
            if kept and (run := self.keeper.kept(kept, step.number)) is not None:
                return _until(step, run, diverged)
            recording = Recording(stretch.experiment)
            with suppress(Diverged):
                for _ in recording.of(stretch.experiment.run(until=step.number)):
                    pass
            assert recording.run is not None
            return _until(step, recording.run, diverged)

        return make

    def measured(self) -> tuple[Measured, Measured]:
        """The slopes by which the training moves on from the step that is looked at, and the exact ones on the same rows."""
        experiment, step = self.stretch.experiment, self.step
        if self._measured is None or self._measured[0] is not experiment or self._measured[1] is not step:
            self._measured = (experiment, step, experiment.measured(step), experiment.measured(step, exactly=True))
        return self._measured[2:]

    # training

    def is_known(self) -> bool:
        """Whether the next steps come without a program being compiled first."""
        return self._steps is not None or is_compiled(self.course.present.experiment)

    def train(self, seconds: float, most: int) -> None:
        """At most ``most`` steps on from the last one, for about so long. A divergence is noted."""
        present = self.course.present
        head = present.head
        if head is None or present.diverged is not None or head.number >= present.experiment.steps:
            return
        began, first = perf_counter(), head.number
        ends = began + seconds
        goal = min(head.number + most, present.experiment.steps)
        if goal < self._reach:  # what the program has made ahead goes beyond
            self._steps = None
        self._pace = (seconds, goal)
        fresh = self._steps is None
        with compiling(present.experiment) if fresh else nullcontext():
            self._train_until(goal, ends)
        if not fresh:
            self._seconds_each = (perf_counter() - began) / max(1, present.last - present.begin - first)
        if present.diverged is None and present.last - present.begin >= present.experiment.steps:
            self.keeper.end()  # it is whole: nothing keeps it open
        self._show(self.course.last)

    def _train_until(self, goal: int, ends: float) -> None:
        present = self.course.present
        head = present.head
        assert head is not None
        if self._steps is None:
            self._steps, self._reach = present.experiment.run(resume=head, pace=self._next_pace), 0
        try:
            while head.number < goal:
                head = next(self._steps)
                self._take(head)
                if perf_counter() >= ends:
                    break
        except Diverged as error:
            # how far it had come depends on its pace: the last step before the divergence is to be there in any case
            for step in present.experiment.run(resume=head, until=int(error.values["step"]) - 1):
                if step.number > head.number:
                    self._take(step)
            present.diverged = error
            self.keeper.end(error)

    def _next_pace(self) -> tuple[float, int]:
        """How long the program may run, and how many steps it may make, when it is asked for more."""
        head, self._reach = self.course.present.head, self._pace[1]
        return self._pace[0], self._pace[1] - (head.number if head else 0)

    # moving along the course

    def show(self, number: int, *, seconds: float | None = None) -> None:
        """Look at a step that was made; with ``seconds``, at one before it, where to make it again would take longer."""
        if not self.course.first <= number <= self.course.last:
            raise InputError("page-step", value=number, least=self.course.first, most=self.course.last)
        if seconds is not None:
            stretch = self.course.stretch_at(number)
            before = stretch.begin + stretch.before(number - stretch.begin).number
            number = number if (number - before) * self._seconds_each <= seconds else before
        self._show(number)


def _until(step: Step, run: Run, diverged: Diverged | None) -> Run:
    """``run`` as it was when ``step`` was its last."""
    records = [record for record in run.records if record.number < step.number]
    losses = run.losses[: step.number + 1]
    if diverged is not None:
        return Run(run.experiment, losses, (*records, step), "diverged", int(diverged.values["step"]))
    return ended_run(run.experiment, losses, (*records, step))
