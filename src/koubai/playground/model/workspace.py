"""Workspace: what one page works on: its configuration, the training so far, and where in it the page is.

It knows no messages. Every act either succeeds or raises an InputError and leaves everything as it was.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from koubai.core.network import Network
from koubai.core.parameters import widened
from koubai.experiment.fields import FROZEN, LOSS, START_SEED, STEPS
from koubai.playground.model import setting_changes
from koubai.playground.model.configuration import Configuration, linked_start
from koubai.playground.model.data_source import Point
from koubai.playground.model.kept_runs import stored_run
from koubai.playground.model.permalink import PermalinkState
from koubai.playground.model.setting_changes import OF_EXPERIMENT, SettingFields
from koubai.playground.model.training import Training

# for a change after which the network goes on from its weights
GOING_ON = {*OF_EXPERIMENT, LOSS.name, "activations", FROZEN.name, "cut"} - {STEPS.name, START_SEED.name}
OTHERS = {"data", "target", "task", "features"}  # for a change after which inputs or outputs are others
SEEDS = {"start": "seed", "data": "data_seed", "batches": "batch_seed"}


class Notice(NamedTuple):
    """Something that happened: the key of its sentence, and what stands in it."""

    key: str
    values: Mapping[str, str]


class Workspace:
    """The ``configuration``, and the ``training`` that follows it."""

    def __init__(self, link: PermalinkState, store: Path | None, training: Training) -> None:
        """Open ``link``. ``store``: where kept runs are; ``training`` has not begun."""
        self.training = training
        self._store = store
        self._notices: list[Notice] = []
        self.configuration = Configuration.of_permalink(link, store)
        self._start_anew(self.configuration, linked_start(link, self.configuration.sizes), link.begin)

    def notices(self) -> list[Notice]:
        """What is to be said since this was asked last."""
        notices, self._notices = self._notices, []
        return notices

    def link(self) -> str:
        """What the address is to hold, but for the step."""
        present = self.training.timeline.present
        return self.configuration.link(present.experiment.problem.start, present.begin)

    # changes

    def more(self, count: int) -> None:
        """Make ``count`` more steps, where all are made."""
        present = self.training.timeline.present
        steps = present.begin + present.experiment.steps + count
        setting = setting_changes.checked(self.configuration.setting, {"steps": steps})
        self.configuration = self.configuration.with_setting(setting, {"steps"}, chooses_loss=False)
        self.training.set_steps(steps - present.begin)

    def reset(self) -> None:
        """Go back to the same start."""
        base = self.configuration.base
        self._start_anew(self.configuration, None if base is None else base.problem.start)

    def renew(self, what: Literal["start", "data", "batches"], seed: int) -> None:
        """Draw anew by ``seed``."""
        self.change({SEEDS[what]: seed})

    def change(self, fields: SettingFields, *, usual: bool = False) -> None:
        """Take some fields of the setting anew; with ``usual`` the rest as is usual for the data that are named."""
        fields = setting_changes.completed(self.configuration.setting, fields, usual=usual)
        setting = setting_changes.checked(self.configuration.setting, fields)
        changed = {name for name in fields if getattr(setting, name) != getattr(self.configuration.setting, name)}
        if not changed:
            return
        configuration = self.configuration.with_setting(setting, changed, chooses_loss="loss" in fields)
        if changed <= GOING_ON:
            self._continue_from(configuration)
        elif changed == {"steps"}:
            timeline = self.training.timeline
            self.configuration = configuration
            self.training.set_steps(max(setting.steps, timeline.last) - timeline.present.begin)
        else:
            sizes = () if changed & OTHERS else self.training.network.sizes
            self._replace_training(configuration.keeping(sizes))

    def shape(self, hidden: tuple[int, ...], activations: tuple[str, ...]) -> None:
        """Take other layers: a new timeline, from weights of which those that were there stay."""
        if hidden == self.configuration.setting.hidden:
            self.change({"activations": activations})
            return
        network = self.training.network
        configuration = self.configuration.with_layers(hidden, activations).keeping(network.sizes)
        is_at_seed_start = self.training.is_at_seed_start
        self._replace_training(configuration, None if is_at_seed_start else widened(network, configuration.drawn()))

    def edit(self, values: Mapping[str, float]) -> None:
        """Give some parameters other numbers; what was cut of these is cut no more."""
        edited = setting_changes.edited(self.training.network, values)
        cut = tuple(name for name in self.configuration.setting.cut if name not in values)
        self._continue_from(self.configuration.with_cut(cut), edited)

    def freeze(self, names: tuple[str, ...], *, frozen: bool) -> None:
        """Let parameters stay as they are, or move again."""
        for name in names:
            setting_changes.entry_named(name, self.training.network.sizes)
        others = [name for name in self.configuration.setting.frozen if name not in set(names)]
        self._continue_from(
            self.configuration.with_frozen(tuple(dict.fromkeys([*others, *names])) if frozen else tuple(others))
        )

    def cut(self, names: tuple[str, ...], *, cut: bool) -> None:
        """Let parameters become 0 and stay so; or give those that were cut the numbers again that they had before."""
        network, known = self.training.network, self.configuration.setting.cut
        held = {name: setting_changes.value_at(network, name) for name in names}
        if cut:
            uncut = {name: value for name, value in held.items() if name not in known}
            self._continue_from(self.configuration.with_cut(tuple(dict.fromkeys((*known, *names))), uncut), network)
            return
        restored = {name: held[name] or self.configuration.uncut.get(name, 0.0) for name in names if name in known}
        configuration = self.configuration.with_cut(tuple(name for name in known if name not in restored))
        self._continue_from(configuration, setting_changes.edited(network, restored))

    # rows that a person brings

    def draw_points(self, points: tuple[Point, ...], *, replaces: bool) -> None:
        """Take points drawn by hand. The rows of a set, and of a gate, become points that can be erased."""
        own = () if replaces else self.configuration.own_points()
        self._change_rows(self.configuration.with_points((*own, *points)))

    def erase(self, x: float, y: float, radius: float) -> None:
        """Erase the points within ``radius`` of x, y."""
        points = self.configuration.own_points()
        others = tuple(point for point in points if (point[0] - x) ** 2 + (point[1] - y) ** 2 > radius**2)
        if len(others) < len(points):
            self._change_rows(self.configuration.with_points(others))

    def load_table(self, name: str, content: bytes, target: str) -> None:
        """Take the rows of a file."""
        self._change_rows(self.configuration.with_table(name, content, target))

    def _change_rows(self, configuration: Configuration) -> None:
        """Learn other rows; the network goes on with its weights where it can."""
        if configuration.is_drawn and configuration.has_same_ends(self.configuration):
            self._continue_from(configuration, self.training.network)
        else:
            sizes = self.training.network.sizes if configuration.is_drawn else ()
            self._replace_training(configuration.keeping(sizes))

    def open(self, name: str) -> None:
        """Go on with a kept run."""
        stored = stored_run(self._store, name)
        configuration = Configuration.of_run(stored, self.configuration.loss_of_classes)
        self.training.continue_run(stored.run, stored.name, stored.uid)
        self.configuration = configuration

    # how the training goes on

    def _start_anew(self, configuration: Configuration, start: Network | None = None, begin: int = 0) -> None:
        """Begin another timeline with ``start``, or with the seed's own start."""
        configuration = configuration.started(start)
        self.training.begin(configuration.experiment(start, begin), begin)
        self.configuration = configuration

    def _replace_training(self, configuration: Configuration, start: Network | None = None) -> None:
        """Begin another timeline, and say what is left by that."""
        configuration = configuration.started(start)
        experiment = configuration.experiment(start)
        self._note_what_is_left(self.training.timeline.first)
        self.training.begin(experiment)
        self.configuration = configuration

    def _continue_from(self, configuration: Configuration, network: Network | None = None) -> None:
        """Begin a segment with the network that is looked at, or with ``network``. What came after it is left."""
        is_own = network is None and self.training.is_at_seed_start
        start = None if is_own else network or self.training.network
        experiment = configuration.experiment(start, self.training.step_number)
        self._note_what_is_left(self.training.step_number)
        self.training.branch(experiment)
        self.configuration = configuration

    def _note_what_is_left(self, number: int) -> None:
        """Where an earlier step than the last is looked at, what was made after step ``number`` is left: say where it stays."""
        if self.training.is_last:
            return
        name = self.training.autosave.settled()
        values = {"step": f"{number:,}", "last": f"{self.training.timeline.last:,}"}
        self._notices.append(Notice("page-left-kept", {**values, "name": name}) if name else Notice("page-left-lost", values))
