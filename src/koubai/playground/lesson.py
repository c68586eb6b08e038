"""Lesson: what one session teaches its network: the setting, its rows, the course so far, and where in it the page is.

It knows no messages. Every act either succeeds or raises an InputError and leaves everything as it was.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

import msgspec

from koubai.core.network import Network
from koubai.core.training import Step
from koubai.errors import Diverged, InputError
from koubai.experiment import Experiment, Recording, Run
from koubai.experiment.run import Status
from koubai.playground import plan
from koubai.playground.course import Course, Stretch
from koubai.playground.keeper import Keeper, kept_run
from koubai.playground.link import Linked, written
from koubai.playground.programs import compiling, is_compiled
from koubai.playground.protocol import MOST_POINTS, Setting
from koubai.playground.source import OWN, RUN, TABLE, Brought, Point, Source, kind_of, source_of
from koubai.playground.validation import explained

GOING_ON = {
    "method", "h", "loss", "optimizer", "learning_rate", "l1", "l2", "batch_size", "batch_seed", "activations", "record_every",
    "frozen",
}  # fmt: skip
ROWS = {"data", "samples", "noise", "test", "data_seed", "task", "target", "features"}  # for a change of which rows are made
FEWEST_MORE = 1000  # steps that are made where all are, and more are wanted


class Lesson:
    """``network`` is the one that is looked at, at step ``at`` of the course; ``source`` the rows."""

    def __init__(self, linked: Linked, store: Path | None) -> None:
        self._store = store
        self.keeper = Keeper(store)
        self.setting, self.brought = linked.setting, linked.brought
        self.base: Experiment | None = None
        self.run_name = ""
        self._seconds_each = 1e-4  # of a step, lately
        self._reach = 0  # the number of the step until which it may have gone
        self._pace = (0.0, 1)  # seconds, and the number of the step until which the program may go
        if linked.setting.data == RUN:
            run, self.run_name, _ = kept_run(store, linked.run)
            self.brought, self.base = Brought(run=run), run.experiment
        self.source: Source = source_of(self.setting, self.brought)
        self.setting = plan.fitted(self.setting, self.source.train.task)
        self._start_anew(self._linked_start(linked), linked.begin)

    def _linked_start(self, linked: Linked) -> Network | None:
        if linked.weights is None:
            return None
        data = self.source.train
        sizes = (data.inputs.shape[1], *self.setting.hidden, data.targets.shape[1])
        return plan.network_of(linked.weights, sizes)

    def _experiment(self, start: Network | None = None, begin: int = 0) -> Experiment:
        return plan.experiment_of(self.setting, self.source, start, begin, self.base)

    def _start_anew(self, start: Network | None = None, begin: int = 0) -> None:
        self._begin(Course.of(self._experiment(start, begin), begin))

    def _begin(self, course: Course) -> None:
        """Go on with a course whose present stretch has made no step yet."""
        self.course = course
        self.keeper.begin(course.present.experiment)
        self._steps: Iterator[Step] | None = None
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
        self.stretch: Stretch = stretch

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

    def link(self) -> str:
        """What the address is to hold, but for the step."""
        present = self.course.present
        start = present.experiment.problem.start
        weights = None if start is None else plan.flat(start)
        return written(Linked(self.setting, self.brought, self.run_name, weights, present.begin))

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

    def more(self) -> None:
        """All steps are made: make as many again."""
        present = self.course.present
        steps = present.begin + present.experiment.steps + max(FEWEST_MORE, present.experiment.steps)
        self.setting = self._checked({"steps": steps})
        self._make_steps(steps - present.begin)

    def _make_steps(self, steps: int) -> None:
        """The present stretch is to have so many."""
        present = self.course.present
        self._steps = None
        present.experiment = replace(present.experiment, steps=steps)
        self.keeper.extend(present.experiment)

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

    def reset(self) -> None:
        """Back to the same start."""
        self._start_anew(None if self.base is None else self.base.problem.start)

    # changes

    def renew(self, what: Literal["start", "data", "batches"], seed: int) -> None:
        """A new draw by ``seed``."""
        field = {"start": "seed", "data": "data_seed", "batches": "batch_seed"}[what]
        self.change({field: seed})

    def change(self, fields: Mapping[str, Any], *, usual: bool = False) -> None:
        """Some fields of the setting anew; with ``usual`` the rest as is usual for the data that are named."""
        if usual and "data" in fields:
            fields = {**plan.usual(str(fields["data"])), **fields}
        if "method" in fields and "h" not in fields:
            fields = {**fields, "h": plan.default_h(self.setting, str(fields["method"]))}
        if "activations" in fields and "hidden" not in fields:
            fields = {**fields, "hidden": self.setting.hidden}
        setting = self._checked(fields)
        changed = {name for name in fields if getattr(setting, name) != getattr(self.setting, name)}
        if not changed:
            return
        with self._all_or_nothing():
            if "data" in changed:
                self.base, self.run_name = None, ""
            self.source = source_of(setting, self.brought) if changed & ROWS else self.source
            self.setting = plan.fitted(setting, self.source.train.task)
            if changed <= GOING_ON:
                self._go_on()
            elif changed == {"steps"}:
                self._make_steps(max(setting.steps - self.course.present.begin, self.course.last - self.course.present.begin))
            else:
                frozen = self.setting.frozen if changed <= {"seed", "scale", "init"} else ()
                self.setting = msgspec.structs.replace(self.setting, frozen=frozen)
                self._start_anew()

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Where what is done in it can't be, all is as before."""
        before = self.setting, self.source, self.brought, self.base, self.run_name
        try:
            yield
        except InputError:
            self.setting, self.source, self.brought, self.base, self.run_name = before
            raise

    def _checked(self, fields: Mapping[str, Any]) -> Setting:
        values = msgspec.structs.asdict(self.setting)
        for name in fields:
            if name not in values:
                raise InputError("link-field", name=name)
        try:
            return msgspec.convert({**values, **fields}, Setting)
        except msgspec.ValidationError as error:
            raise explained(Setting, fields, error) from error

    def _go_on(self, network: Network | None = None) -> None:
        """A new stretch, from the network that is looked at, or from ``network``. What came after it is left."""
        own = network is None and self._is_at_own_start
        experiment = self._experiment(None if own else network or self.network, self.at)
        if not self.is_last or self.course.present.diverged is not None:
            self.course.go_back(self.at)
        self.course.begin(experiment)
        self._begin(self.course)

    @property
    def _is_at_own_start(self) -> bool:
        """Whether the network that is looked at is the seed's own start still."""
        return self.at == self.course.first and self.course.stretch_at(self.at).experiment.problem.start is None

    def shape(self, hidden: tuple[int, ...], activations: tuple[str, ...]) -> None:
        """Other layers: a new course, from weights of which those that were there stay."""
        if hidden == self.setting.hidden:
            self.change({"activations": activations})
            return
        network = self.network
        with self._all_or_nothing():
            shaped = self._checked({"hidden": hidden, "activations": activations, "frozen": ()})
            self.setting = plan.fitted(shaped, self.source.train.task)
            fresh = self._experiment().problem.network(self.setting.seed)
            self._start_anew(None if self._is_at_own_start else plan.widened(network, fresh))

    def edit(self, values: Mapping[str, float]) -> None:
        """Other numbers at some places."""
        self._go_on(plan.edited(self.network, dict(values)))

    def freeze(self, places: tuple[str, ...], *, frozen: bool, cut: bool = False) -> None:
        """Parameters that stay as they are, or move again; with ``cut`` they become 0 first."""
        for place in places:
            plan.place_of(place, self.network.sizes)
        named = dict.fromkeys(places)
        left = [place for place in self.setting.frozen if place not in named]
        with self._all_or_nothing():
            self.setting = msgspec.structs.replace(self.setting, frozen=tuple([*left, *named] if frozen else left))
            self._go_on(plan.edited(self.network, dict.fromkeys(places, 0.0)) if cut else None)

    # rows that a person brings

    def mark(self, points: tuple[Point, ...], *, fresh: bool) -> None:
        """Points drawn by hand. The rows of a set, and of a gate, become points that can be erased."""
        own = () if fresh else self._as_points()
        self._bring_points((*own, *points))

    def rub(self, x: float, y: float, radius: float) -> None:
        """Erase points."""
        left = tuple(p for p in self._as_points() if (p[0] - x) ** 2 + (p[1] - y) ** 2 > radius**2)
        if len(left) < len(self._as_points()):
            self._bring_points(left)

    def _as_points(self) -> tuple[Point, ...]:
        return self.brought.points if self.setting.data == OWN else self.source.as_points()

    def _bring_points(self, points: tuple[Point, ...]) -> None:
        if len(points) > MOST_POINTS:
            raise InputError("page-points", value=len(points), most=MOST_POINTS)
        task = self.source.train.task
        fields = {"data": OWN, "task": task, "samples": max(10, len(points))}
        setting = self._checked(fields)
        self._bring(setting, Brought(points))

    def bring_table(self, name: str, content: bytes, target: str) -> None:
        """A file that was dropped."""
        new = self.setting.data != TABLE
        setting = self._checked({**(plan.usual(TABLE) if new else {}), "data": TABLE, "target": target})
        self._bring(setting, Brought((), name, content))

    def _bring(self, setting: Setting, brought: Brought) -> None:
        """Other rows; the network goes on with its weights where it can."""
        source = source_of(setting, brought)
        same = source.train.inputs.shape[1] == self.source.train.inputs.shape[1]
        same &= source.train.targets.shape[1] == self.source.train.targets.shape[1] and kind_of(setting.data) == OWN
        with self._all_or_nothing():
            self.base, self.run_name = None, ""
            self.setting = plan.fitted(setting, source.train.task)
            self.source, self.brought = source, brought
            if same:
                self._go_on(self.network)
            else:
                self.setting = msgspec.structs.replace(self.setting, frozen=())
                self._start_anew()

    def open(self, name: str) -> None:
        """Go on with a kept run."""
        run, called, uid = kept_run(self._store, name)
        setting = plan.setting_of(run)
        brought = Brought(run=run)
        source, course = source_of(setting, brought), Course.after(run)
        self.keeper.end()
        self.setting, self.brought, self.source, self.base, self.run_name = setting, brought, source, run.experiment, called
        self.course, self._steps = course, None
        if run.diverged_at is not None:
            self.course.present.diverged = Diverged(
                "diverged", step=run.diverged_at, learning_rate=run.experiment.learning_rate
            )
        self.keeper.go_on(called, uid, run.experiment)
        self._show(self.course.last)


def _until(step: Step, run: Run, diverged: Diverged | None) -> Run:
    """``run`` as it was when ``step`` was its last."""
    records = [record for record in run.records if record.number < step.number]
    losses = run.losses[: step.number + 1]
    if diverged is not None:
        return Run(run.experiment, losses, (*records, step), "diverged", int(diverged.values["step"]))
    whole: Status = "finished" if step.number >= run.experiment.steps else "interrupted"
    return Run(run.experiment, losses, (*records, step), whole)
