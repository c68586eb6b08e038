"""Plan: the Experiment that a setting means, and the setting that an Experiment means."""

from contextlib import suppress
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from koubai.core.activations import activation_named
from koubai.core.methods import METHODS
from koubai.core.network import Network, parameters_in
from koubai.data import GATES
from koubai.errors import InputError
from koubai.experiment import Experiment, Learning, Run
from koubai.playground.model.data_source import OWN, RUN, Source, kind_of
from koubai.playground.protocol.incoming import MOST_PARAMETERS, MOST_SAMPLES, Setting
from koubai.playground.protocol.validation import explained

STEPS = 20_000  # of a set
MOST_AT_A_STEP = 4e9  # products, by methods that evaluate the whole network for each of its parameters
SLOW = tuple(name for name, method in METHODS.items() if method.evaluations[0] and not method.response_curves)
DRAWING = tuple(name for name, method in METHODS.items() if method.drawn_by)  # the batches' seed matters to them too
_OF_EXPERIMENT = ("method", "h", "optimizer", "learning_rate", "l1", "l2", "batch_size", "record_every")


def experiment_of(
    setting: Setting, source: Source, start: Network | None = None, begin: int = 0, base: Experiment | None = None
) -> Experiment:
    """What is to be trained: from the seed's start, or from ``start``, after ``begin`` steps.

    ``base``: of a kept run, from which what no control shows is taken. InputError where something can't be, or is too large.
    """
    sizes = sizes_of(setting, source)
    if (count := parameters_in(sizes)) > MOST_PARAMETERS:
        raise InputError("page-parameters", value=count, most=MOST_PARAMETERS)
    rows = min(len(source.train.inputs), setting.batch_size or MOST_SAMPLES)
    if setting.method in SLOW and METHODS[setting.method].evaluations_each(count) * rows * count > MOST_AT_A_STEP:
        raise InputError("page-slow", method=setting.method, parameters=count, rows=rows)
    activation = ",".join(setting.activations) or "relu"
    if start is not None:
        start = Network.from_arrays([(layer.weights, layer.bias) for layer in start.layers], activation=activation)
    own: dict[str, Any] = {"hidden": setting.hidden, "activation": activation, "init": setting.init, "scale": setting.scale}
    problem = Learning(
        source.data,
        loss=setting.loss,
        test=source.test,
        start=start,
        frozen=tuple(dict.fromkeys((*setting.frozen, *setting.cut))),
        **(own if start is None else {}),
    )
    draws = setting.batch_size is not None or setting.method in DRAWING
    values: dict[str, Any] = {name: getattr(setting, name) for name in _OF_EXPERIMENT}
    if base is not None:
        further = ("schedule", "schedule_options", "precision")
        values |= {name: getattr(base, name) for name in further}
        if base.optimizer == setting.optimizer:
            values["optimizer_options"] = base.optimizer_options
    return Experiment(
        problem,
        steps=max(0, setting.steps - begin),
        seed=setting.seed,
        batch_seed=setting.batch_seed if draws and setting.batch_seed != setting.seed else None,
        engine="jax",  # a page trains on and on, and its program is compiled beforehand
        **values,
    )


def sizes_of(setting: Setting, source: Source) -> tuple[int, ...]:
    """The inputs, the units of every hidden layer, the outputs."""
    return (source.train.inputs.shape[1], *setting.hidden, source.train.targets.shape[1])


def default_settings(data: str, task: str = "classify") -> dict[str, Any]:
    """The fields of a setting that are usual for ``data``: for a gate those of the founding example."""
    if data in GATES:
        return {**msgspec.structs.asdict(Setting()), "data": data, "hidden": GATES[data].hidden}
    values = {task == "regress": "squared"}
    return {
        "data": data,
        "test": 0.5 if kind_of(data) == "planar" else 0.2 if kind_of(data) != OWN else 0.0,
        "hidden": (8, 8) if kind_of(data) in ("planar", OWN) else (16,),
        "activations": ("tanh", "tanh") if kind_of(data) in ("planar", OWN) else ("relu",),
        "init": "xavier",
        "scale": 1.0,
        "method": "central",
        "h": 1e-4,
        "loss": values.get(True, "cross-entropy"),
        "optimizer": "adam",
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": STEPS,
        "frozen": (),
        "cut": (),
    }


def normalized(setting: Setting, task: str, loss_of_classes: str | None = None) -> Setting:
    """The same with what its parts ask of each other: an activation for every layer, a loss that fits the task.

    ``loss_of_classes``: the loss that classes are to have, where values were learned before and had none to choose.
    """
    count, activations = len(setting.hidden), setting.activations
    last = activations[-1] if activations else "relu"
    made = (*activations, *[last] * count)[:count]
    loss = "squared" if task == "regress" else loss_of_classes or setting.loss
    return msgspec.structs.replace(setting, activations=made, loss=loss)


def still_there(places: tuple[str, ...], old: tuple[int, ...], new: tuple[int, ...]) -> tuple[str, ...]:
    """Those of the ``places`` in a network of the sizes ``old`` that mean the same parameter in one of the sizes ``new``.

    Where there are more or fewer layers, only those before the first that is another one still lead to the same units.
    """
    layers = len(new) - 1 if len(old) == len(new) else min(len(old), len(new)) - 2
    kept = []
    for place in places:
        with suppress(InputError):
            if int(place_of(place, new)[0][1:]) <= layers:
                kept.append(place)
    return tuple(kept)


def with_cuts(network: Network, cut: tuple[str, ...]) -> Network:
    """The network with 0 at the places that are ``cut``."""
    return edited(network, dict.fromkeys(cut, 0.0)) if cut else network


def default_h(setting: Setting, method: str) -> float:
    """The h with which a person who has just chosen ``method`` is to begin."""
    if method == "complex-step":
        return METHODS[method].default_h
    if setting.method == "complex-step":
        stepping = any(activation_named(name).kind == "stepping" for name in setting.activations)
        return 0.1 if stepping or setting.data in GATES else 1e-4
    return setting.h


def setting_of(run: Run) -> Setting:
    """The controls as they would be for ``run``. InputError where a page can't show it."""
    experiment, problem = run.experiment, run.experiment.problem
    network = run.records[0].parameters
    hidden = tuple(network.sizes[1:-1])
    names = (problem.activation or "relu").split(",")
    values = {
        "data": RUN,
        "hidden": hidden,
        "activations": tuple(names if len(names) == len(hidden) else names[:1] * len(hidden)),
        "init": problem.init or "normal",
        "scale": problem.scale if problem.scale is not None else 0.1,
        "loss": problem.loss,
        "seed": experiment.seed,
        "batch_seed": experiment.seed if experiment.batch_seed is None else experiment.batch_seed,
        "steps": experiment.steps,
        **_stays(problem.frozen, network),
        **{name: getattr(experiment, name) for name in _OF_EXPERIMENT},
    }
    try:
        return msgspec.convert(values, Setting)
    except msgspec.ValidationError as error:
        raise InputError("page-run", reason=explained(Setting, values, error)) from error


def _stays(frozen: tuple[str, ...], network: Network) -> dict[str, tuple[str, ...]]:
    """A run doesn't tell what was cut from what was frozen: a weight that stays at 0 says nothing, so it is cut."""
    weights = [place for place in frozen if place[0] == "w" and "," in place]
    cut = tuple(place for place in weights if value_at(network, place) == 0)
    return {"frozen": tuple(place for place in frozen if place not in cut), "cut": cut}


def value_at(network: Network, place: str) -> float:
    """The number at a place. InputError where the network has none such."""
    name, index = place_of(place, network.sizes)
    return float(network.arrays()[name][index])


def flat(network: Network) -> NDArray[np.float64]:
    """All parameters in order: w1 row by row, b1, w2, …"""
    return np.concatenate([np.asarray(array, np.float64).ravel() for array in network.arrays().values()])


def network_of(parameters: NDArray[np.float64], sizes: tuple[int, ...], activation: str = "relu") -> Network:
    """The network whose parameters ``flat`` gave. InputError where there are more or fewer."""
    if len(parameters) != parameters_in(sizes):
        raise InputError("link-weights", value=len(parameters), expected=parameters_in(sizes))
    layers, at = [], 0
    for inputs, units in pairwise(sizes):
        weights = parameters[at : at + inputs * units].reshape(inputs, units)
        bias = parameters[at + inputs * units : at + (inputs + 1) * units]
        layers.append((weights, bias))
        at += (inputs + 1) * units
    return Network.from_arrays(layers, activation=activation)


def widened(old: Network, fresh: Network) -> Network:
    """``fresh`` with the weights of ``old`` where both have such: what was learned stays when units are added or taken away."""
    pairs = [(layer.weights.copy(), layer.bias.copy()) for layer in fresh.layers]
    if len(old.layers) == len(fresh.layers):
        for (weights, bias), layer in zip(pairs, old.layers, strict=True):
            rows, columns = (min(a, b) for a, b in zip(weights.shape, layer.weights.shape, strict=True))
            weights[:rows, :columns] = layer.weights[:rows, :columns]
            bias[:columns] = layer.bias[:columns]
    return Network.from_arrays(pairs, activation=fresh.activation)


def place_of(place: str, sizes: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """The array's name and the index of a place such as ``w1[0,3]``. InputError where the network has none such."""
    name, _, inside = place.rstrip("]").partition("[")
    index = tuple(int(part) for part in inside.split(","))
    layer = int(name[1:])
    shape: tuple[int, ...] = sizes[layer - 1 : layer + 1] if name[0] == "w" else sizes[layer : layer + 1]
    there = 1 <= layer < len(sizes) and len(index) == len(shape) and all(i < most for i, most in zip(index, shape, strict=True))
    if not there:
        raise InputError("page-place", value=place, network="-".join(map(str, sizes)))
    return name, index


def edited(network: Network, values: dict[str, float]) -> Network:
    """The network with other numbers at some places."""
    arrays = {name: np.array(array, np.float64) for name, array in network.arrays().items()}
    for place, value in values.items():
        name, index = place_of(place, network.sizes)
        arrays[name][index] = value
    pairs = list(arrays.values())
    return Network.from_arrays(zip(pairs[::2], pairs[1::2], strict=True), activation=network.activation, output=network.output)
