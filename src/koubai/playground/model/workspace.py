"""Lesson: what one session teaches its network: the setting, its rows, the course so far, and where in it the page is.

It knows no messages. Every act either succeeds or raises an InputError and leaves everything as it was.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import msgspec

from koubai.core.network import Network
from koubai.errors import Diverged, InputError
from koubai.experiment import Experiment
from koubai.playground.model import setting_changes
from koubai.playground.model.autosave import kept_run
from koubai.playground.model.data_source import OWN, RUN, TABLE, Point, Source, UserData, kind_of, source_of
from koubai.playground.model.permalink import PermalinkState, format_permalink
from koubai.playground.model.timeline import Timeline
from koubai.playground.model.training import Training
from koubai.playground.protocol.incoming import MOST_POINTS, Setting
from koubai.playground.protocol.validation import explained

GOING_ON = {
    "method", "h", "loss", "optimizer", "learning_rate", "l1", "l2", "batch_size", "batch_seed", "activations", "record_every",
    "frozen", "cut",
}  # fmt: skip
ROWS = {"data", "samples", "noise", "test", "data_seed", "task", "target", "features"}  # for a change of which rows are made
OTHERS = {"data", "target", "task", "features"}  # for a change after which inputs or outputs are others


class Workspace(Training):
    """``network`` is the one that is looked at, at step ``at`` of the course; ``source`` the rows."""

    def __init__(self, linked: PermalinkState, store: Path | None) -> None:
        super().__init__(store)
        self.setting, self.brought = linked.setting, linked.brought
        self.base: Experiment | None = None
        self.run_name = ""
        if linked.setting.data == RUN:
            run, self.run_name, _ = kept_run(store, linked.run)
            self.brought, self.base = UserData(run=run), run.experiment
        self.source: Source = source_of(self.setting, self.brought)
        task = self.source.train.task
        self._loss_of_classes = self.setting.loss if task == "classify" else Setting().loss  # to come back to after values
        self.setting = setting_changes.normalized(self.setting, task)
        self._former = dict(zip(self.setting.cut, linked.former, strict=False))  # what was cut had these numbers before
        self._notes: list[tuple[str, dict[str, object]]] = []
        self._start_anew(self._linked_start(linked), linked.begin)

    def _linked_start(self, linked: PermalinkState) -> Network | None:
        if linked.weights is None:
            return None
        return setting_changes.network_of(linked.weights, setting_changes.sizes_of(self.setting, self.source))

    def _experiment(self, start: Network | None = None, begin: int = 0) -> Experiment:
        """What is trained from ``start``, or from the seed's own start; what is cut is 0 there, whatever it was."""
        if self.setting.cut:
            start = setting_changes.with_cuts(self._drawn() if start is None else start, self.setting.cut)
        return setting_changes.experiment_of(self.setting, self.source, start, begin, self.base)

    def _drawn(self) -> Network:
        """The seed's own start, with nothing cut."""
        whole = msgspec.structs.replace(self.setting, cut=(), frozen=())
        return setting_changes.experiment_of(whole, self.source, None, 0, self.base).problem.network(self.setting.seed)

    def _start_anew(self, start: Network | None = None, begin: int = 0) -> None:
        if self.setting.cut:
            known = self._former if start is not None else {}
            drawn = self._drawn()
            given = drawn if start is None else start
            self._former = {
                place: setting_changes.value_at(given, place) or known.get(place, setting_changes.value_at(drawn, place))
                for place in self.setting.cut
            }
        self._begin(Timeline.of(self._experiment(start, begin), begin))

    def _fitted(self, setting: Setting, before: str, *, chosen: bool = False) -> Setting:
        """``setting`` with what the present rows ask of it; those ``before`` were classes or values.

        Values have one loss. Classes that come after them have the loss again that classes had, unless another was ``chosen``.
        """
        task = self.source.train.task
        made = setting_changes.normalized(setting, task, self._loss_of_classes if before == "regress" and not chosen else None)
        if task == "classify":
            self._loss_of_classes = made.loss
        return made

    # what is told

    def notes(self) -> list[tuple[str, dict[str, object]]]:
        """What is to be said since this was asked last: sentences by their keys, and what stands in them."""
        notes, self._notes = self._notes, []
        return notes

    def link(self) -> str:
        """What the address is to hold, but for the step."""
        present = self.course.present
        start = present.experiment.problem.start
        weights = None if start is None else setting_changes.flat(start)
        former = tuple(self._former.get(place, 0.0) for place in self.setting.cut)
        return format_permalink(
            PermalinkState(self.setting, self.brought, self.run_name, weights, present.begin, former=former)
        )

    def more(self, count: int) -> None:
        """All steps are made: make ``count`` more."""
        present = self.course.present
        steps = present.begin + present.experiment.steps + count
        self.setting = self._checked({"steps": steps})
        self._make_steps(steps - present.begin)

    def _make_steps(self, steps: int) -> None:
        """The present stretch is to have so many."""
        present = self.course.present
        self._steps = None
        present.experiment = replace(present.experiment, steps=steps)
        self.keeper.extend(present.experiment)

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
            fields = {**setting_changes.default_settings(str(fields["data"])), **fields}
        if "method" in fields and "h" not in fields:
            fields = {**fields, "h": setting_changes.default_h(self.setting, str(fields["method"]))}
        if "activations" in fields and "hidden" not in fields:
            fields = {**fields, "hidden": self.setting.hidden}
        setting = self._checked(fields)
        changed = {name for name in fields if getattr(setting, name) != getattr(self.setting, name)}
        if not changed:
            return
        before, sizes = self.source.train.task, self.network.sizes
        with self._all_or_nothing():
            if "data" in changed:
                self.base, self.run_name = None, ""
            self.source = source_of(setting, self.brought) if changed & ROWS else self.source
            self.setting = self._fitted(setting, before, chosen="loss" in fields)
            if changed <= GOING_ON:
                self._go_on()
            elif changed == {"steps"}:
                self._make_steps(max(setting.steps - self.course.present.begin, self.course.last - self.course.present.begin))
            else:
                self._keep_what_stays(() if changed & OTHERS else sizes)
                self._leave_what_follows(self.course.first)
                self._start_anew()

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Where what is done in it can't be, all is as before."""
        before = self.setting, self.source, self.brought, self.base, self.run_name
        loss, former = self._loss_of_classes, dict(self._former)
        try:
            yield
        except InputError:
            self.setting, self.source, self.brought, self.base, self.run_name = before
            self._loss_of_classes, self._former = loss, former
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
            self._leave_what_follows(self.at)
            self.course.go_back(self.at)
        self.course.begin(experiment)
        self._begin(self.course)

    def _leave_what_follows(self, number: int) -> None:
        """An earlier step than the last is looked at, and what was made after step ``number`` is left: say where it stays."""
        if self.is_last:
            return
        name = self.keeper.settled()
        said: dict[str, object] = {"step": f"{number:,}", "last": f"{self.course.last:,}"}
        self._notes.append(("page-left-kept", {**said, "name": name}) if name else ("page-left-lost", said))

    def _keep_what_stays(self, sizes: tuple[int, ...]) -> None:
        """Of what is frozen or cut in a network of these ``sizes``, what is in the present one too; nothing where it is ()."""
        new = setting_changes.sizes_of(self.setting, self.source)
        kept = {
            name: setting_changes.still_there(getattr(self.setting, name), sizes, new) if sizes else ()
            for name in ("frozen", "cut")
        }
        self.setting = msgspec.structs.replace(self.setting, **kept)

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
            shaped = self._checked({"hidden": hidden, "activations": activations})
            self.setting = setting_changes.normalized(shaped, self.source.train.task)
            self._keep_what_stays(network.sizes)
            self._leave_what_follows(self.course.first)
            self._start_anew(None if self._is_at_own_start else setting_changes.widened(network, self._drawn()))

    def edit(self, values: Mapping[str, float]) -> None:
        """Other numbers at some places; what was cut there is cut no more."""
        edited = setting_changes.edited(self.network, dict(values))
        with self._all_or_nothing():
            self._set_cut(tuple(place for place in self.setting.cut if place not in values))
            self._go_on(edited)

    def freeze(self, places: tuple[str, ...], *, frozen: bool) -> None:
        """Parameters that stay as they are, or move again."""
        for place in places:
            setting_changes.place_of(place, self.network.sizes)
        named = dict.fromkeys(places)
        left = [place for place in self.setting.frozen if place not in named]
        with self._all_or_nothing():
            self.setting = msgspec.structs.replace(self.setting, frozen=tuple([*left, *named] if frozen else left))
            self._go_on()

    def cut(self, places: tuple[str, ...], *, cut: bool) -> None:
        """Parameters that become 0 and stay so; or that were cut, and have the numbers again that they had before."""
        held = {place: setting_changes.value_at(self.network, place) for place in places}
        known = self.setting.cut
        with self._all_or_nothing():
            if cut:
                self._former |= {place: value for place, value in held.items() if place not in known}
                self._set_cut(tuple(dict.fromkeys((*known, *places))))
                self._go_on(self.network)
                return
            back = {place: held[place] or self._former.get(place, 0.0) for place in places if place in known}
            self._set_cut(tuple(place for place in known if place not in back))
            self._go_on(setting_changes.edited(self.network, back))

    def _set_cut(self, cut: tuple[str, ...]) -> None:
        self.setting = msgspec.structs.replace(self.setting, cut=cut)

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
        self._bring(setting, UserData(points))

    def bring_table(self, name: str, content: bytes, target: str) -> None:
        """A file that was dropped."""
        new = self.setting.data != TABLE
        setting = self._checked({**(setting_changes.default_settings(TABLE) if new else {}), "data": TABLE, "target": target})
        self._bring(setting, UserData((), name, content))

    def _bring(self, setting: Setting, brought: UserData) -> None:
        """Other rows; the network goes on with its weights where it can."""
        source, before, sizes = source_of(setting, brought), self.source.train.task, self.network.sizes
        same = source.train.inputs.shape[1] == self.source.train.inputs.shape[1]
        same &= source.train.targets.shape[1] == self.source.train.targets.shape[1] and kind_of(setting.data) == OWN
        with self._all_or_nothing():
            self.base, self.run_name = None, ""
            new = setting.data != self.setting.data
            self.source, self.brought = source, brought
            self.setting = self._fitted(setting, before, chosen=new and kind_of(setting.data) == TABLE)
            if same:
                self._go_on(self.network)
            else:
                self._keep_what_stays(sizes if kind_of(setting.data) == OWN else ())
                self._leave_what_follows(self.course.first)
                self._start_anew()

    def open(self, name: str) -> None:
        """Go on with a kept run."""
        run, called, uid = kept_run(self._store, name)
        setting = setting_changes.setting_of(run)
        brought = UserData(run=run)
        source, course = source_of(setting, brought), Timeline.after(run)
        self.keeper.end()
        self.setting, self.brought, self.source, self.base, self.run_name = setting, brought, source, run.experiment, called
        self._loss_of_classes = setting.loss if source.train.task == "classify" else self._loss_of_classes
        self._former = {place: setting_changes.value_at(self._drawn(), place) for place in setting.cut}
        self.course, self._steps = course, None
        if run.diverged_at is not None and run.records[-1].number < run.experiment.steps:
            self.course.present.diverged = Diverged(
                "diverged", step=run.diverged_at, learning_rate=run.experiment.learning_rate
            )
        self.keeper.go_on(called, uid, run.experiment)
        self._show(self.course.last)
