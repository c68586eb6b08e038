"""Setting changes: the Experiment that a setting means, the setting that a run means, and what stays when one changes."""

from collections.abc import Mapping
from contextlib import suppress
from typing import cast

import msgspec

from koubai.core.methods import METHODS
from koubai.core.network import Network, parameters_in
from koubai.core.parameters import ParameterName, value_of, with_values
from koubai.data import GATES
from koubai.errors import InputError
from koubai.experiment import Experiment, Learning, Run
from koubai.experiment.defaults import conditions_of
from koubai.experiment.fields import (
    ACTIVATION,
    BATCH_SIZE,
    LEARNING_RATE,
    LOSS,
    METHOD,
    OPTIMIZER,
    SCALE,
    Field,
    H,
    fields_of,
    founding,
    resolved,
)
from koubai.playground.model.data_source import OWN, RUN, Source, kind_of
from koubai.playground.protocol.limits import MOST_PARAMETERS, MOST_SAMPLES
from koubai.playground.protocol.setting import Setting
from koubai.playground.protocol.validation import explained

STEPS_OF_A_SET = 20_000
OF_EXPERIMENT = tuple(one.name for one in fields_of("experiment") if one.page is not None)  # the fields that an Experiment has
# the fields that are for every set as the table of settings has them for sets; for the others the page has its own
AS_FOR_SETS: tuple[Field[object], ...] = (SCALE, METHOD, H, LOSS, OPTIMIZER, LEARNING_RATE, BATCH_SIZE)
MOST_AT_A_STEP = 4e9  # products, by methods that evaluate the whole network for each of its parameters
SLOW = tuple(name for name, method in METHODS.items() if method.evaluations[0] and not method.response_curves)
DRAWING = tuple(name for name, method in METHODS.items() if method.drawn_by)  # the batches' seed matters to them too

SettingFields = Mapping[str, object]  # some fields of a Setting, by name


def experiment_of(
    setting: Setting, source: Source, start: Network | None = None, begin: int = 0, base: Experiment | None = None
) -> Experiment:
    """Say what is to be trained.

    Args:
        setting: The setting.
        source: Its rows.
        start: The network from which it is trained; None for the seed's own start.
        begin: How many steps were made before.
        base: The experiment of a kept run, from which what no control shows is taken.

    Returns:
        The experiment.

    Raises:
        InputError: Something isn't possible, or is too large.
    """
    sizes = sizes_of(setting, source)
    if (count := parameters_in(sizes)) > MOST_PARAMETERS:
        raise InputError("page-parameters", value=count, most=MOST_PARAMETERS)
    rows = min(len(source.train.inputs), setting.batch_size or MOST_SAMPLES)
    if setting.method in SLOW and METHODS[setting.method].evaluations_each(count) * rows * count > MOST_AT_A_STEP:
        raise InputError("page-slow", method=setting.method, parameters=count, rows=rows)
    activation = ",".join(setting.activations) or founding(ACTIVATION)
    if start is not None:
        start = Network.from_arrays([(layer.weights, layer.bias) for layer in start.layers], activation=activation)
    problem = Learning(
        source.data,
        hidden=setting.hidden if start is None else None,
        activation=activation if start is None else None,
        init=setting.init if start is None else None,
        scale=setting.scale if start is None else None,
        start=start,
        loss=setting.loss,
        test=source.test,
        frozen=tuple(dict.fromkeys((*setting.frozen, *setting.cut))),
    )
    settings: dict[str, object] = {name: getattr(setting, name) for name in OF_EXPERIMENT}
    settings["steps"] = max(0, setting.steps - begin)
    draws = setting.batch_size is not None or setting.method in DRAWING
    settings["batch_seed"] = setting.batch_seed if draws and setting.batch_seed != setting.seed else None
    settings["engine"] = "jax"  # a page trains on and on, and its program is compiled beforehand
    if base is not None:
        settings |= {"precision": base.precision, "schedule": base.schedule, "schedule_options": base.schedule_options}
        if base.optimizer == setting.optimizer:
            settings["optimizer_options"] = base.optimizer_options
    return Experiment.from_settings(problem, settings)


def sizes_of(setting: Setting, source: Source) -> tuple[int, ...]:
    """Find the sizes of a setting's network.

    Args:
        setting: The setting.
        source: Its rows.

    Returns:
        The inputs, the units of every hidden layer, the outputs.
    """
    return (source.train.inputs.shape[1], *setting.hidden, source.train.targets.shape[1])


def default_settings(data: str, task: str = "classify") -> dict[str, object]:
    """Find what is usual for data: for a gate the founding example.

    Args:
        data: The name of the data.
        task: What is learned: "classify" or "regress".

    Returns:
        The fields that are usual.
    """
    if data in GATES:
        return {**msgspec.structs.asdict(Setting()), "data": data, "hidden": GATES[data].hidden}
    kind = kind_of(data)
    is_in_plane = kind in ("planar", OWN)
    own: dict[str, object] = {
        "test": 0.5 if kind == "planar" else 0.0 if kind == OWN else 0.2,
        "hidden": (8, 8) if is_in_plane else (16,),
        "activations": ("tanh", "tanh") if is_in_plane else ("relu",),
        "init": "xavier",
        "steps": STEPS_OF_A_SET,
    }
    holds = conditions_of({**own, "method": METHOD.for_sets, "optimizer": OPTIMIZER.for_sets, "task": task})
    of_table = {one.name: resolved(one.for_sets, holds) for one in AS_FOR_SETS}
    return {"data": data, **own, **of_table, "frozen": (), "cut": ()}


def checked(setting: Setting, fields: SettingFields) -> Setting:
    """Change some fields of a setting.

    Args:
        setting: The setting.
        fields: The fields that are to be others.

    Returns:
        The other setting.

    Raises:
        InputError: A field isn't possible, or there is none of that name.
    """
    values = msgspec.structs.asdict(setting)
    for name in fields:
        if name not in values:
            raise InputError("link-field", name=name)
    try:
        return msgspec.convert({**values, **fields}, Setting)
    except msgspec.ValidationError as error:
        raise explained(Setting, fields, error) from error


def completed(setting: Setting, fields: SettingFields, *, usual: bool) -> SettingFields:
    """Add to changed fields what they bring along.

    Args:
        setting: The setting as it is.
        fields: The fields that are to be others.
        usual: Whether the rest is to be as is usual for the data that are named.

    Returns:
        These fields and further ones.
    """
    if usual and "data" in fields:
        fields = {**default_settings(str(fields["data"])), **fields}
    if "method" in fields and "h" not in fields:
        fields = {**fields, "h": default_h(setting, str(fields["method"]))}
    if "activations" in fields and "hidden" not in fields:
        fields = {**fields, "hidden": setting.hidden}
    return fields


def normalized(setting: Setting, task: str, loss_of_classes: str | None = None) -> Setting:
    """Give a setting what its parts ask of each other: an activation for every layer, a loss that fits the task.

    Args:
        setting: The setting.
        task: What is learned: "classify" or "regress".
        loss_of_classes: The loss of classes, where values were learned before and had none to choose.

    Returns:
        The setting.
    """
    count, activations = len(setting.hidden), setting.activations
    last = activations[-1] if activations else founding(ACTIVATION)
    completed_names = (*activations, *[last] * count)[:count]
    loss = "squared" if task == "regress" else loss_of_classes or setting.loss
    return msgspec.structs.replace(setting, activations=completed_names, loss=loss)


def still_there(names: tuple[str, ...], old: tuple[int, ...], new: tuple[int, ...]) -> tuple[str, ...]:
    """Find the parameters that mean the same in another network.

    Where there are more or fewer layers, only those before the first that is another one still lead to the same units.

    Args:
        names: Names of parameters.
        old: The sizes of the network that has them.
        new: The sizes of the other network.

    Returns:
        The names that mean the same parameter there.
    """
    layers = len(new) - 1 if len(old) == len(new) else min(len(old), len(new)) - 2
    kept = []
    for name in names:
        with suppress(InputError):
            if entry_named(name, new).layer <= layers:
                kept.append(name)
    return tuple(kept)


def with_cuts(network: Network, cut: tuple[str, ...]) -> Network:
    """Cut parameters of a network.

    Args:
        network: The network.
        cut: The names of the parameters.

    Returns:
        The network with 0 in their places.
    """
    return edited(network, dict.fromkeys(cut, 0.0)) if cut else network


def default_h(setting: Setting, method: str) -> float:
    """Find the h with which a person who has just chosen a method is to begin.

    Args:
        setting: The setting as it is.
        method: The method that was chosen.

    Returns:
        The step size.
    """
    if "complex-step" not in (method, setting.method):
        return setting.h
    holds = conditions_of({"method": method, "activation": ",".join(setting.activations) or founding(ACTIVATION)})
    return cast(float, resolved(H.for_gates if setting.data in GATES else H.for_sets, holds))


def setting_of(run: Run) -> Setting:
    """Find the controls as they would be for a run.

    Args:
        run: The run.

    Returns:
        The setting.

    Raises:
        InputError: A page can't show the run.
    """
    experiment, problem = run.experiment, run.experiment.problem
    network = run.records[0].parameters
    hidden = tuple(network.sizes[1:-1])
    names = tuple((problem.activation or founding(ACTIVATION)).split(","))
    frozen, cut = _frozen_and_cut(problem.frozen, network)
    usual = Setting()
    values: dict[str, object] = {
        "data": RUN,
        "hidden": hidden,
        "activations": names if len(names) == len(hidden) else names[:1] * len(hidden),
        "init": problem.init or usual.init,
        "scale": usual.scale if problem.scale is None else problem.scale,
        "loss": problem.loss or "",
        "frozen": frozen,
        "cut": cut,
        **{name: getattr(experiment, name) for name in OF_EXPERIMENT},
        "batch_seed": experiment.drawing_seed,
    }
    try:
        return msgspec.convert(values, Setting)
    except msgspec.ValidationError as error:
        raise InputError("page-run", reason=explained(Setting, values, error)) from error


def _frozen_and_cut(names: tuple[str, ...], network: Network) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A run doesn't tell what was cut from what was frozen: a weight that stays at 0 says nothing, so it is cut."""
    entries = [(text, name) for text in names if (name := ParameterName.parse(text)) is not None and name.index]
    cut = tuple(text for text, name in entries if name.kind == "w" and value_of(network, name) == 0)
    return tuple(name for name in names if name not in cut), cut


def value_at(network: Network, name: str) -> float:
    """Look up a parameter.

    Args:
        network: The network.
        name: The parameter's name.

    Returns:
        Its number.

    Raises:
        InputError: The network has no such parameter.
    """
    return value_of(network, entry_named(name, network.sizes))


def entry_named(text: str, sizes: tuple[int, ...]) -> ParameterName:
    """Read the name of a parameter.

    Args:
        text: The name, such as ``w1[0,3]``.
        sizes: The sizes of the network.

    Returns:
        The name.

    Raises:
        InputError: Such a network has no such parameter.
    """
    name = ParameterName.parse(text)
    if name is None or not name.index or not name.is_entry_of(name.shape_in(sizes)):
        raise InputError("page-place", value=text, network="-".join(map(str, sizes)))
    return name


def edited(network: Network, values: Mapping[str, float]) -> Network:
    """Give some parameters other numbers.

    Args:
        network: The network.
        values: The numbers by the parameters' names.

    Returns:
        The other network.

    Raises:
        InputError: The network has no such parameter.
    """
    return with_values(network, {entry_named(text, network.sizes): value for text, value in values.items()})
