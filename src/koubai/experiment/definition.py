"""Experiment: what is descended, with which slope, by which rule, how far. Plain, frozen, validated data."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.arrays import digest
from koubai.core.activations import activation_named
from koubai.core.descent import check_options, rule_named
from koubai.core.losses import loss_named
from koubai.core.network import Network, Output
from koubai.core.precision import Precision, dtype_of
from koubai.core.slopes import check_h, check_method, method_named
from koubai.core.training import Descent, Step, descend
from koubai.data import GATES, Dataset, gate
from koubai.errors import InputError, chosen

MOST = 2**31 - 2  # steps
MOST_UNITS = 100_000

Arrays = Mapping[str, NDArray[Any]]  # by their SHA-256


@dataclass(frozen=True, eq=False)
class Learning:
    """A network that learns data. With a ``start``, a Network, its layers and activation are the start's own.

    ``data``: the name of a gate, or a Dataset. ``hidden``: units of every hidden layer, by default (8,); () for none.
    ``activation``: by default "relu". ``loss``: "cross-entropy" or "squared". ``scale``: of the starting weights' normals, 0.1.
    """

    data: str | Dataset = "xor"
    hidden: tuple[int, ...] | None = None
    activation: str | None = None
    loss: str = "cross-entropy"
    scale: float | None = None
    start: Network | None = None

    def __post_init__(self) -> None:
        if isinstance(self.data, str):
            chosen("gate", self.data, GATES)
        elif not isinstance(self.data, Dataset):
            raise InputError("data-type", name="data", value=type(self.data).__name__)
        loss = loss_named(self.loss)
        task = "classify" if isinstance(self.data, str) else self.data.task
        if loss.output == "softmax" and task != "classify":
            raise InputError("loss-task")
        own: dict[str, Any] = {"hidden": (8,), "activation": "relu", "scale": 0.1}
        if self.start is not None:
            own = {"hidden": self.start.sizes[1:-1], "activation": self.start.activation, "scale": None}
        for name, value in own.items():
            given = getattr(self, name)
            if given is None:
                object.__setattr__(self, name, value)
            elif self.start is not None and (name == "scale" or tuple_or_same(given) != tuple_or_same(value)):
                raise InputError("start-conflict", name=name, value=given, own=value)
        object.__setattr__(self, "hidden", _checked_hidden(self.hidden))
        activation_named(self.activation or "")
        if self.start is None and not (_is_number(self.scale) and np.isfinite(self.scale) and self.scale >= 0):  # type: ignore[arg-type,operator]
            raise InputError("scale", value=self.scale)

    def dataset(self) -> Dataset:
        """The data themselves."""
        return gate(self.data) if isinstance(self.data, str) else self.data

    @property
    def output(self) -> Output:
        """What the network answers with: probabilities or values."""
        return loss_named(self.loss).output

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of inputs, of units of every hidden layer, and of outputs."""
        data = self.dataset()
        return (data.inputs.shape[1], *(self.hidden or ()), data.targets.shape[1])

    def network(self, seed: int) -> Network:
        """The network at its start, float64."""
        if self.start is not None:
            return replace(self.start.astype(np.float64), output=self.output)
        activation, scale = self.activation or "", self.scale or 0.0
        return Network.random(self.sizes, activation=activation, scale=scale, seed=seed, output=self.output)


@dataclass(frozen=True, eq=False)
class Experiment:
    """Everything that determines a training. The defaults are the founding example.

    ``method``: how slopes are measured; ``h``: the step size of the difference (by default 0.1, complex-step 1e-20);
    ``optimizer`` with its ``optimizer_options``; ``learning_rate``; ``steps``; ``seed``: of the starting weights and of methods
    that draw; ``record_every``: steps between records; ``precision``: "float64" or "float32". InputError names the field, the
    value and what was expected.
    """

    problem: Learning = field(default_factory=Learning)
    method: str = "central"
    h: float | None = None
    optimizer: str = "gradient-descent"
    optimizer_options: Mapping[str, float] = field(default_factory=dict)
    learning_rate: float = 0.01
    steps: int = 5001
    seed: int = 0
    record_every: int = 100
    precision: Precision = "float64"

    def __post_init__(self) -> None:
        if not isinstance(self.problem, Learning):
            raise InputError("problem", value=self.problem)
        method = method_named(self.method)
        check_method(method, self.problem.activation or "")
        dtype_of(self.precision)
        h = method.default_h if self.h is None else self.h
        check_h(h, self.precision)
        rule = rule_named(self.optimizer)
        if not isinstance(self.optimizer_options, Mapping):
            raise InputError("optimizer-options", value=self.optimizer_options)
        rate, most = self.learning_rate, float(np.finfo(dtype_of(self.precision)).max)
        if not (_is_number(rate) and 0 <= rate <= most):
            raise InputError("learning-rate", value=rate)
        for name, lowest, most in (("steps", 0, MOST), ("seed", 0, 2**32 - 1), ("record_every", 1, MOST)):
            value = getattr(self, name)
            if not (_is_whole(value) and lowest <= value <= most):
                raise InputError(name.replace("_", "-"), value=value, most=most)
            object.__setattr__(self, name, int(value))
        object.__setattr__(self, "optimizer_options", dict(check_options(rule, self.optimizer_options)))
        object.__setattr__(self, "h", float(h))
        object.__setattr__(self, "learning_rate", float(rate))

    def records(self, number: int) -> bool:
        """Whether step ``number`` is kept: the start, every multiple of ``record_every``, the last."""
        return number % self.record_every == 0 or number == self.steps

    def run(self, resume: Step | None = None) -> Iterator[Step]:
        """Train: yields Steps, the start first; after a ``resume`` Step of the same experiment, those that follow it.

        Raises Diverged at the first step at which the loss or a parameter isn't finite.
        """
        problem = self.problem
        descent = Descent(
            loss_named(problem.loss),
            method_named(self.method),
            rule_named(self.optimizer),
            tuple(self.optimizer_options.items()),
            self.precision,
        )
        return descend(
            problem.network(self.seed),
            problem.dataset(),
            descent,
            h=self.h or 0.0,
            learning_rate=self.learning_rate,
            steps=self.steps,
            record_every=self.record_every,
            seed=self.seed,
            resume=resume,
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays that the user passed (data, starting weights), named by their SHA-256."""
        found: list[NDArray[Any]] = []
        if isinstance(self.problem.data, Dataset):
            found += [self.problem.data.inputs, self.problem.data.targets]
        if self.problem.start is not None:
            found += self.problem.start.arrays().values()
        return {digest(array): array for array in found}

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as JSON has them; arrays as their names."""
        problem = self.problem
        data: Any = problem.data
        if isinstance(data, Dataset):
            data = {
                "inputs": digest(data.inputs),
                "targets": digest(data.targets),
                "classes": list(data.classes),
                "feature_names": list(data.feature_names),
                "task": data.task,
                "name": data.name,
            }
        start = problem.start and {
            "parameters": [digest(array) for array in problem.start.arrays().values()],
            "activation": problem.start.activation,
            "output": problem.start.output,
        }
        learning = {
            "data": data,
            "hidden": list(problem.hidden or ()),
            "activation": problem.activation,
            "loss": problem.loss,
            "scale": problem.scale,
            "start": start,
        }
        rest = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "problem"}
        return {"problem": {"learning": learning}, **rest, "optimizer_options": dict(self.optimizer_options)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], arrays: Arrays | None = None) -> "Experiment":
        """The experiment that ``to_dict`` gave; ``arrays`` are those of ``arrays()``, where it has any."""
        known = dict(_checked_fields(values, [f.name for f in fields(cls)]))
        if "problem" in known:
            problem = _checked_fields(known["problem"], ["learning"])
            known["problem"] = _learning(problem.get("learning", {}), arrays or {})
        return cls(**known)

    def to_json(self) -> str:
        """``to_dict`` as JSON text; every float comes back exactly."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str, arrays: Arrays | None = None) -> "Experiment":
        """The experiment that ``to_json`` gave."""
        try:
            values = json.loads(text)
        except ValueError as error:
            raise InputError("experiment-json", reason=str(error)) from error
        return cls.from_dict(values, arrays)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Experiment) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.to_json())


def tuple_or_same(value: Any) -> Any:
    """Lists compare as tuples."""
    return tuple(value) if isinstance(value, list) else value


def _learning(values: Any, arrays: Arrays) -> Learning:
    known = dict(_checked_fields(values, [f.name for f in fields(Learning)]))
    data, start = known.get("data"), known.get("start")
    if isinstance(data, Mapping):
        data = _checked_fields(data, ["inputs", "targets", "classes", "feature_names", "task", "name"])
        inputs, targets, task = _array(data["inputs"], arrays), _array(data["targets"], arrays), data["task"]
        named = {"task": task, "feature_names": data["feature_names"], "name": data["name"]}
        known["data"] = Dataset.from_arrays(inputs, targets, classes=data["classes"] if task == "classify" else None, **named)
    if isinstance(start, Mapping):
        start = _checked_fields(start, ["parameters", "activation", "output"])
        parameters = [_array(name, arrays) for name in start["parameters"]]
        pairs = zip(parameters[::2], parameters[1::2], strict=True)
        known["start"] = Network.from_arrays(pairs, activation=start["activation"], output=start["output"])
        known.pop("scale", None)
    return Learning(**known)


def _checked_fields(values: Any, names: list[str]) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise InputError("experiment-fields", value=values)
    for name in values:
        if name not in names:
            raise InputError("experiment-field", name=name, choices=", ".join(names))
    return values


def _array(name: str, arrays: Arrays) -> NDArray[Any]:
    if name not in arrays or digest(arrays[name]) != name:
        raise InputError("experiment-arrays", sha256=name)
    return arrays[name]


def _checked_hidden(hidden: Any) -> tuple[int, ...]:
    units = tuple(hidden) if isinstance(hidden, (tuple, list, np.ndarray)) else (hidden,)
    if not all(_is_whole(unit) and 1 <= unit <= MOST_UNITS for unit in units):
        raise InputError("hidden", value=hidden, most=MOST_UNITS)
    return tuple(int(unit) for unit in units)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
