"""Learning: a network that is to reproduce data. Plain, frozen, validated data."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.arrays import Arrays, digest, named_array
from koubai.core.activations import spelled
from koubai.core.initialization import init_named
from koubai.core.losses import LOSSES, loss_named
from koubai.core.methods import MOST_LAYERS
from koubai.core.network import Network, Output
from koubai.core.parameters import frozen_mask, frozen_names
from koubai.data import GATES, Dataset, gate
from koubai.data.dataset import checked_fields
from koubai.errors import InputError, chosen

MOST_UNITS = 100_000


@dataclass(frozen=True, eq=False)
class Learning:
    """A network that learns data. With a ``start``, a Network, its layers and activation are the start's own.

    ``data``: the name of a gate, or a Dataset. ``hidden``: units of every hidden layer, by default (8,); () for none.
    ``activation``: by default "relu"; several names, in a sequence or separated by commas, are one for each hidden layer, and
    are kept as a text. ``loss``: "cross-entropy" or "squared"; by default the first, for values the second. ``scale``: of the
    starting weights, which are spread as ``init`` says (see ``Network.random``). ``validation`` and ``test``: further rows of
    the same data, never trained on.

    ``frozen``: parameters that stay as they start, by name: "w1" or "b2", or one entry of it, "w1[0,3]" (input, unit) or
    "b1[2]" (unit), counted from 0. A weight that is 0 and frozen is cut.
    """

    data: str | Dataset = "xor"
    hidden: tuple[int, ...] | None = None
    activation: str | None = None
    loss: str | None = None
    scale: float | None = None
    start: Network | None = None
    init: str | None = None
    validation: Dataset | None = None
    test: Dataset | None = None
    frozen: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.data, str):
            chosen("gate", self.data, GATES)
        elif not isinstance(self.data, Dataset):
            raise InputError("data-type", name="data", value=type(self.data).__name__)
        task = "classify" if isinstance(self.data, str) else self.data.task
        if self.start is not None and not isinstance(self.start, Network):
            raise InputError("start-type", value=type(self.start).__name__)
        if self.loss is None:
            object.__setattr__(self, "loss", "cross-entropy" if task == "classify" else "squared")
        chosen("loss", self.loss, LOSSES)
        if loss_named(self.loss or "").output == "softmax" and task != "classify":
            raise InputError("loss-task")
        self._check_parts()
        scale = init_named("normal" if self.init is None else self.init).scale
        own: dict[str, Any] = {"hidden": (8,), "activation": "relu", "scale": scale, "init": "normal"}
        if self.start is not None:
            layers = len(self.start.layers) - 1
            activation = spelled(self.start.activation, layers)
            own = {"hidden": self.start.sizes[1:-1], "activation": activation, "scale": None, "init": None}
            if self.activation is not None:
                object.__setattr__(self, "activation", spelled(self.activation, layers))
        for name, value in own.items():
            given = getattr(self, name)
            if given is None:
                object.__setattr__(self, name, value)
            elif self.start is not None and (value is None or tuple_or_same(given) != tuple_or_same(value)):
                raise InputError("start-conflict", name=name, value=given, own=value)
        object.__setattr__(self, "hidden", _checked_hidden(self.hidden))
        object.__setattr__(
            self, "activation", spelled("" if self.activation is None else self.activation, len(self.hidden or ()))
        )
        object.__setattr__(self, "frozen", frozen_names(self.frozen, self.sizes))
        if self.start is None and not (is_number(self.scale) and 0 <= float(self.scale) < np.inf):  # type: ignore[arg-type]
            raise InputError("scale", value=self.scale)
        if self.scale is not None:
            object.__setattr__(self, "scale", float(self.scale))

    def _check_parts(self) -> None:
        """InputError where ``validation`` or ``test`` aren't data of the same kind."""
        for name in ("validation", "test"):
            part, data = getattr(self, name), self.dataset()
            if part is None:
                continue
            if not isinstance(part, Dataset):
                raise InputError("data-type", name=name, value=type(part).__name__)
            kinds = [(one.feature_names, one.targets.shape[1], one.task, one.classes, one.preparation) for one in (part, data)]
            if kinds[0] != kinds[1]:
                raise InputError("part-unlike", name=name)

    @property
    def parts(self) -> dict[str, Dataset]:
        """The rows by what they are for: "train", and "validation" and "test" where there are such."""
        given = {"train": self.dataset(), "validation": self.validation, "test": self.test}
        return {name: part for name, part in given.items() if part is not None}

    @property
    def sampled(self) -> bool:
        """Whether the rows are a sample of what is to be learned, not a whole truth table."""
        data = self.data
        if not isinstance(data, Dataset):
            return False
        features = data.inputs.shape[1]
        table = data.task == "classify" and (features <= 2 or len(data.inputs) == 2**features)
        return len(self.parts) > 1 or data.preparation is not None or not table

    def dataset(self) -> Dataset:
        """The data that are trained on."""
        return gate(self.data) if isinstance(self.data, str) else self.data

    @property
    def output(self) -> Output:
        """What the network answers with: probabilities or values."""
        return loss_named(self.loss or "").output

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of inputs, of units of every hidden layer, and of outputs."""
        data = self.dataset()
        return (data.inputs.shape[1], *(self.hidden or ()), data.targets.shape[1])

    def network(self, seed: int) -> Network:
        """The network at its start, float64."""
        if self.start is not None:
            return replace(self.start.astype(np.float64), output=self.output)
        activation, init, scale = self.activation or "", self.init or "", self.scale or 0.0
        return Network.random(self.sizes, activation=activation, init=init, scale=scale, seed=seed, output=self.output)

    def mask(self) -> Network | None:
        """Which parameters stay as they are: truth values in their places; None where all move."""
        return frozen_mask(self.network(0), self.frozen) if self.frozen else None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays that the user passed (data, starting weights), named by their SHA-256."""
        found: dict[str, NDArray[Any]] = {}
        for part in (self.data, self.validation, self.test):
            found |= part.arrays() if isinstance(part, Dataset) else {}
        start = {} if self.start is None else self.start.arrays()
        return found | {digest(array): array for array in start.values()}

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as JSON has them; arrays as their names."""
        start = self.start and {
            "parameters": [digest(array) for array in self.start.arrays().values()],
            "activation": self.start.activation,
            "output": self.start.output,
        }
        rest = {f.name: getattr(self, f.name) for f in fields(self)}
        parts = {name: _plain(rest[name]) for name in ("data", "validation", "test")}
        return {**rest, **parts, "hidden": list(self.hidden or ()), "start": start, "frozen": list(self.frozen)}


def _plain(data: Any) -> Any:
    return data.to_dict() if isinstance(data, Dataset) else data


def tuple_or_same(value: Any) -> Any:
    """Lists compare as tuples."""
    return tuple(value) if isinstance(value, list) else value


def learning_of(values: Any, arrays: Arrays) -> Learning:
    """The Learning whose ``to_dict`` ``values`` are; ``arrays`` by their SHA-256."""
    known = dict(checked_fields(values, [f.name for f in fields(Learning)]))
    for name in ("data", "validation", "test"):
        if isinstance(known.get(name), Mapping):
            known[name] = Dataset.from_dict(known[name], arrays)
    start = known.get("start")
    if isinstance(start, Mapping):
        start = checked_fields(start, ["parameters", "activation", "output"])
        names = start.get("parameters")
        if not isinstance(names, (list, tuple)) or len(names) % 2 or len(start) < 3:
            raise InputError("start-type", value=start)
        parameters = [named_array(name, arrays) for name in names]
        pairs = zip(parameters[::2], parameters[1::2], strict=True)
        known["start"] = Network.from_arrays(pairs, activation=start["activation"], output=start["output"])
        known.pop("scale", None)
        known.pop("init", None)
    return Learning(**known)


def _checked_hidden(hidden: Any) -> tuple[int, ...]:
    several = isinstance(hidden, (tuple, list)) or (isinstance(hidden, np.ndarray) and hidden.ndim == 1)
    units = tuple(hidden) if several else (hidden,)
    if len(units) > MOST_LAYERS:
        raise InputError("layers", value=len(units), most=MOST_LAYERS)
    if not all(is_whole(unit) and 1 <= unit <= MOST_UNITS for unit in units):
        raise InputError("hidden", value=hidden, most=MOST_UNITS)
    return tuple(int(unit) for unit in units)


def is_number(value: Any) -> bool:
    """Whether it is a number that isn't complex; True is none."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, (bool, np.timedelta64))


def is_whole(value: Any) -> bool:
    """Whether it is an integer; True is none."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.timedelta64))
