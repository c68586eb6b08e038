"""Learning: a network that is to reproduce data. Plain, frozen, validated data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from koubai.arrays import Arrays, digest, named_array
from koubai.core.activations import spelled
from koubai.core.initialization import init_named
from koubai.core.losses import loss_named
from koubai.core.methods import MOST_LAYERS
from koubai.core.network import Network, Output
from koubai.core.parameters import frozen_mask, frozen_names
from koubai.data import GATES, Dataset, gate
from koubai.data.dataset import checked_fields
from koubai.errors import InputError, chosen
from koubai.experiment.fields import ACTIVATION, HIDDEN, INIT, LOSS, SCALE, resolved
from koubai.experiment.validation import checked_number, is_whole
from koubai.untrusted_json import JsonObject


@dataclass(frozen=True, eq=False)
class Learning:
    """A network that learns data: plain, frozen, validated.

    Attributes:
        data: The name of a gate, or a Dataset.
        hidden: The units of every hidden layer, by default (8,); () for none.
        activation: By default "relu". Several names, in a sequence or separated by commas, are one for each hidden layer, and
            are kept as a text.
        loss: "cross-entropy" or "squared"; by default the first, for values the second.
        scale: Of the starting weights; by default that of ``init``.
        start: The network at its start, whose layers and activation are the Learning's then. Without it the start is drawn.
        init: How the starting weights are spread (see ``Network.random``); by default "normal".
        validation: Further rows of the same data to stop by, never trained on.
        test: Further rows of the same data to judge the network by, never trained on.
        frozen: Parameters that stay as they start, by name: "w1" or "b2", or one entry of it, "w1[0,3]" (input, unit) or
            "b1[2]" (unit), counted from 0. A weight that is 0 and frozen is cut.

    Raises:
        InputError: A value can't be used; the sentence names the field, the value and what was expected.

    >>> import koubai as kb
    >>> learning = kb.Learning("xor", hidden=(4, 3), activation="tanh")
    >>> learning.sizes
    (2, 4, 3, 2)
    >>> learning.network(seed=0).predict([[0, 1]]).shape
    (1,)
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
        """Check every setting, and put what it comes to in its place."""
        if isinstance(self.data, str):
            chosen("gate", self.data, GATES)
        elif not isinstance(self.data, Dataset):
            raise InputError("data-type", name="data", value=type(self.data).__name__)
        task = "classify" if isinstance(self.data, str) else self.data.task
        if self.start is not None and not isinstance(self.start, Network):
            raise InputError("start-type", value=type(self.start).__name__)
        if self.loss is None:
            object.__setattr__(self, "loss", resolved(LOSS.for_gates, ["values"] if task == "regress" else []))
        if loss_named(self.loss or "").output == "softmax" and task != "classify":
            raise InputError("loss-task")
        self._check_parts()
        scale = init_named(INIT.for_gates if self.init is None else self.init).scale
        if self.start is None:
            usual = {"hidden": HIDDEN.for_gates, "activation": ACTIVATION.for_gates, "scale": scale, "init": INIT.for_gates}
            for name in [name for name in usual if getattr(self, name) is None]:
                object.__setattr__(self, name, usual[name])
        else:
            self._take_from(self.start)
        object.__setattr__(self, "hidden", _checked_hidden(self.hidden))
        activation = "" if self.activation is None else self.activation
        object.__setattr__(self, "activation", spelled(activation, len(self.hidden or ())))
        object.__setattr__(self, "frozen", frozen_names(self.frozen, self.sizes))
        if self.start is None:
            object.__setattr__(self, "scale", checked_number(SCALE, self.scale))

    def _take_from(self, start: Network) -> None:
        """Take the layers and the activation from ``start``; InputError where others were given, or a scale or init was."""
        layers = len(start.layers) - 1
        own = {"hidden": start.sizes[1:-1], "activation": spelled(start.activation, layers), "scale": None, "init": None}
        if self.activation is not None:
            object.__setattr__(self, "activation", spelled(self.activation, layers))
        for name, value in own.items():
            given = getattr(self, name)
            if given is None:
                object.__setattr__(self, name, value)
            elif value is None or _listed(given) != _listed(value):
                raise InputError("start-conflict", name=name, value=given, own=value)

    @classmethod
    def from_settings(
        cls, data: str | Dataset, start: Network | None, settings: Mapping[str, object], **parts: Dataset | None
    ) -> "Learning":
        """Make the Learning with these settings by name, which are checked as if they had been passed one by one.

        Args:
            data: What is learned.
            start: The network at its start, or None.
            settings: The settings; they may name other rows than ``parts``.
            **parts: The rows of ``validation`` and ``test``.
        """
        given: dict[str, Any] = {**parts, **settings}
        return cls(data, start=start, **given)

    def _check_parts(self) -> None:
        """Raise InputError where ``validation`` or ``test`` aren't data of the same kind."""
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
        """Return the data that are trained on."""
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
        """Make the network at its start, float64."""
        if self.start is not None:
            return replace(self.start.astype(np.float64), output=self.output)
        activation, init, scale = self.activation or "", self.init or "", self.scale or 0.0
        return Network.random(self.sizes, activation=activation, init=init, scale=scale, seed=seed, output=self.output)

    def mask(self) -> Network | None:
        """Mark the parameters that stay as they are by truth values in their places; None where all move."""
        return frozen_mask(self.network(0), self.frozen) if self.frozen else None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Collect the arrays that the user passed (data, starting weights), named by their SHA-256."""
        named: dict[str, NDArray[Any]] = {}
        for part in (self.data, self.validation, self.test):
            named |= part.arrays() if isinstance(part, Dataset) else {}
        start = {} if self.start is None else self.start.arrays()
        return named | {digest(array): array for array in start.values()}

    def to_dict(self) -> JsonObject:
        """Convert to plain values, as JSON has them; arrays become their names."""
        start = self.start and {
            "parameters": [digest(array) for array in self.start.arrays().values()],
            "activation": self.start.activation,
            "output": self.start.output,
        }
        rest = {f.name: getattr(self, f.name) for f in fields(self)}
        parts = {name: _plain(rest[name]) for name in ("data", "validation", "test")}
        return {**rest, **parts, "hidden": list(self.hidden or ()), "start": start, "frozen": list(self.frozen)}


def _plain(data: object) -> object:
    return data.to_dict() if isinstance(data, Dataset) else data


def _listed(value: object) -> object:
    """Turn a tuple into a list: units are the same however they are given."""
    return list(value) if isinstance(value, tuple) else value


def learning_of(values: object, arrays: Arrays) -> Learning:
    """Make the Learning whose ``to_dict`` gave ``values``; ``arrays`` are by their SHA-256."""
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


def _checked_hidden(hidden: object) -> tuple[int, ...]:
    several = isinstance(hidden, (tuple, list)) or (isinstance(hidden, np.ndarray) and hidden.ndim == 1)
    units = tuple(cast(Iterable[object], hidden)) if several else (hidden,)
    if len(units) > MOST_LAYERS:
        raise InputError("layers", value=len(units), most=MOST_LAYERS)
    checked = tuple(int(unit) for unit in units if is_whole(unit) and HIDDEN.bounds.least <= unit <= HIDDEN.bounds.most)
    if len(checked) < len(units):
        raise InputError("hidden", value=hidden, most=HIDDEN.bounds.most)
    return checked
