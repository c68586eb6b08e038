"""Configuration: all that a person has chosen or brought, as frozen data, and what becomes of it when something changes.

A change makes another Configuration. Where that can't be, an InputError is raised, and the one before is still there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from koubai.core.network import Network, parameters_in
from koubai.core.parameters import flatten, unflatten
from koubai.errors import InputError
from koubai.experiment import Experiment
from koubai.playground.model import setting_changes
from koubai.playground.model.data_source import OWN, RUN, TABLE, Point, Source, UserData, kind_of, source_of
from koubai.playground.model.kept_runs import StoredRun, stored_run
from koubai.playground.model.permalink import PermalinkState, format_permalink
from koubai.playground.model.setting_changes import value_at
from koubai.playground.protocol.limits import MOST_POINTS
from koubai.playground.protocol.setting import Setting

ROWS = {"data", "samples", "noise", "test", "data_seed", "task", "target", "features"}  # for a change of which rows are made


@dataclass(frozen=True, eq=False)
class Configuration:
    """What is learned, and how.

    ``base``: the experiment of the kept run whose rows are learned, and ``run_name`` its name. ``loss_of_classes``: the loss
    that classes have again after values, which have but one. ``uncut``: the numbers that what is cut had before.
    """

    setting: Setting
    source: Source
    user_data: UserData
    base: Experiment | None = None
    run_name: str = ""
    loss_of_classes: str = Setting().loss
    uncut: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of_permalink(cls, link: PermalinkState, store: Path | None) -> "Configuration":
        """What a link says. InputError where there are no such rows, or no such run in the ``store``."""
        setting, user_data, base, run_name = link.setting, link.user_data, None, ""
        if setting.data == RUN:
            run, run_name, _ = stored_run(store, link.run)
            user_data, base = UserData(run=run), run.experiment
        source = source_of(setting, user_data)
        task = source.train.task
        return cls(
            setting_changes.normalized(setting, task),
            source,
            user_data,
            base,
            run_name,
            setting.loss if task == "classify" else Setting().loss,
            dict(zip(setting.cut, link.former, strict=False)),
        )

    @classmethod
    def of_run(cls, stored: StoredRun, loss_of_classes: str) -> "Configuration":
        """That of a kept run. InputError where a page can't show it."""
        setting, user_data = setting_changes.setting_of(stored.run), UserData(run=stored.run)
        source = source_of(setting, user_data)
        loss = setting.loss if source.train.task == "classify" else loss_of_classes
        configuration = cls(setting, source, user_data, stored.run.experiment, stored.name, loss)
        drawn = configuration.drawn()
        return replace(configuration, uncut={name: value_at(drawn, name) for name in setting.cut})

    @property
    def task(self) -> str:
        """Whether classes are learned or values: "classify" or "regress"."""
        return self.source.train.task

    @property
    def sizes(self) -> tuple[int, ...]:
        """The inputs, the units of every hidden layer, the outputs."""
        return setting_changes.sizes_of(self.setting, self.source)

    # what is trained

    def experiment(self, start: Network | None = None, begin: int = 0) -> Experiment:
        """What is trained from ``start``, or from the seed's own start; what is cut is 0 there, whatever it was."""
        if self.setting.cut:
            start = setting_changes.with_cuts(self.drawn() if start is None else start, self.setting.cut)
        return setting_changes.experiment_of(self.setting, self.source, start, begin, self.base)

    def drawn(self) -> Network:
        """The seed's own start, with nothing cut."""
        whole = msgspec.structs.replace(self.setting, cut=(), frozen=())
        return setting_changes.experiment_of(whole, self.source, None, 0, self.base).problem.network(self.setting.seed)

    def link(self, start: Network | None, begin: int) -> str:
        """What the address is to hold where the present segment begins with ``start`` at step ``begin``."""
        weights = None if start is None else flatten(start)
        former = tuple(self.uncut.get(name, 0.0) for name in self.setting.cut)
        return format_permalink(PermalinkState(self.setting, self.user_data, self.run_name, weights, begin, former=former))

    # changes

    def with_setting(self, setting: Setting, changed: set[str], *, chooses_loss: bool) -> "Configuration":
        """The one with this ``setting``, of which the fields ``changed`` are others than before."""
        kept = replace(self, base=None, run_name="") if "data" in changed else self
        source = source_of(setting, self.user_data) if changed & ROWS else self.source
        return replace(kept, source=source)._normalized(setting, self.task, chooses_loss=chooses_loss)

    def _normalized(self, setting: Setting, task_before: str, *, chooses_loss: bool) -> "Configuration":
        """With ``setting`` and what the present rows ask of it; those before were classes or values.

        Values have one loss. Classes that come after them have the loss again that classes had, unless another was chosen.
        """
        loss = self.loss_of_classes if task_before == "regress" and not chooses_loss else None
        setting = setting_changes.normalized(setting, self.task, loss)
        return replace(self, setting=setting, loss_of_classes=setting.loss if self.task == "classify" else self.loss_of_classes)

    def with_layers(self, hidden: tuple[int, ...], activations: tuple[str, ...]) -> "Configuration":
        """The one with other layers."""
        setting = setting_changes.checked(self.setting, {"hidden": hidden, "activations": activations})
        return replace(self, setting=setting_changes.normalized(setting, self.task))

    def keeping(self, sizes: tuple[int, ...]) -> "Configuration":
        """Of what is frozen or cut in a network of these ``sizes``, what is in the present one too; nothing where it is ()."""
        frozen, cut = (
            setting_changes.still_there(names, sizes, self.sizes) if sizes else ()
            for names in (self.setting.frozen, self.setting.cut)
        )
        return replace(self, setting=msgspec.structs.replace(self.setting, frozen=frozen, cut=cut))

    def with_frozen(self, names: tuple[str, ...]) -> "Configuration":
        """The one in which these parameters stay, and no others."""
        return replace(self, setting=msgspec.structs.replace(self.setting, frozen=names))

    def with_cut(self, names: tuple[str, ...], uncut: Mapping[str, float] | None = None) -> "Configuration":
        """The one in which these parameters are cut, and no others; ``uncut``: further numbers that they had before."""
        setting = msgspec.structs.replace(self.setting, cut=names)
        return replace(self, setting=setting, uncut={**self.uncut, **(uncut or {})})

    def started(self, start: Network | None) -> "Configuration":
        """The one whose training begins anew with ``start``, or with the seed's own start: what is cut has numbers of these."""
        if not self.setting.cut:
            return self
        known = self.uncut if start is not None else {}
        drawn = self.drawn()
        given = drawn if start is None else start
        uncut = {name: value_at(given, name) or known.get(name, value_at(drawn, name)) for name in self.setting.cut}
        return replace(self, uncut=uncut)

    # rows that a person brings

    def own_points(self) -> tuple[Point, ...]:
        """The points that were drawn, or all rows as points that could have been."""
        return self.user_data.points if self.setting.data == OWN else self.source.as_points()

    def with_points(self, points: tuple[Point, ...]) -> "Configuration":
        """The one whose rows are ``points``. InputError where these can't be."""
        if len(points) > MOST_POINTS:
            raise InputError("page-points", value=len(points), most=MOST_POINTS)
        setting = setting_changes.checked(self.setting, {"data": OWN, "task": self.task, "samples": max(10, len(points))})
        return self._with_rows(setting, UserData(points), chooses_loss=False)

    def with_table(self, name: str, content: bytes, target: str) -> "Configuration":
        """The one whose rows are those of a file. InputError where these can't be."""
        is_new = self.setting.data != TABLE
        usual = setting_changes.default_settings(TABLE) if is_new else {}
        setting = setting_changes.checked(self.setting, {**usual, "data": TABLE, "target": target})
        return self._with_rows(setting, UserData((), name, content), chooses_loss=is_new)

    def _with_rows(self, setting: Setting, user_data: UserData, *, chooses_loss: bool) -> "Configuration":
        source = source_of(setting, user_data)
        anew = replace(self, source=source, user_data=user_data, base=None, run_name="")
        return anew._normalized(setting, self.task, chooses_loss=chooses_loss)

    def has_same_ends(self, other: "Configuration") -> bool:
        """Whether networks of both have the same inputs and outputs."""
        return self.sizes[0] == other.sizes[0] and self.sizes[-1] == other.sizes[-1]

    @property
    def is_drawn(self) -> bool:
        """Whether the rows are points that were drawn."""
        return kind_of(self.setting.data) == OWN


def linked_start(link: PermalinkState, sizes: tuple[int, ...]) -> Network | None:
    """Find the network from which a link begins.

    Args:
        link: What the link says.
        sizes: The sizes of the network.

    Returns:
        The network; None where it is the seed's own start.

    Raises:
        InputError: The link's weights are of another network.
    """
    if link.weights is None:
        return None
    if len(link.weights) != parameters_in(sizes):
        raise InputError("link-weights", value=len(link.weights), expected=parameters_in(sizes))
    return unflatten(link.weights, sizes)
