"""The shape that every slope method has: ``measure(loss, network, data, h, key) -> (loss now, gradient)``."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from koubai.arrays import check_finite, numeric_array
from koubai.core.array_types import Array, Key, Namespace, Scalar
from koubai.core.losses import Loss
from koubai.core.network import Network, forward
from koubai.core.precision import Precision, dtype_of
from koubai.core.regularization import Penalty
from koubai.errors import InputError


@dataclass(frozen=True, eq=False)
class Points:
    """The few distinct inputs of a layer (see ``distinct.few``): ``values`` (k, n), ``reads`` (k, n, inputs + 1)."""

    values: Array
    reads: Array


@dataclass(frozen=True, eq=False)
class Batch:
    """What a loss is evaluated on: ``inputs`` (n, features), ``targets`` (n, outputs), and what a method prepared from them.

    ``counted`` (n,): which rows count, where not all do. ``penalty``: what the weights cost beside it.
    """

    inputs: Array
    targets: Array
    points: Points | None = None
    counted: Array = None
    penalty: Penalty | None = None


class Data(Protocol):
    """What a network learns from: ``inputs`` (n, features), ``targets`` (n, outputs)."""

    @property
    def inputs(self) -> Array:
        """(n, features)."""
        ...

    @property
    def targets(self) -> Array:
        """(n, outputs)."""
        ...


class Measure(Protocol):
    """How a slope is measured. ``key`` is a JAX random key (of shape (2,), uint32), used by the methods that draw."""

    def __call__(self, loss: Loss, network: Network, data: Batch, h: Scalar, key: Key) -> tuple[Scalar, Network]:
        """The loss, and the slope of every parameter in the parameter's place."""
        ...


def mean_loss(loss: Loss, network: Network, data: Batch, xp: Namespace) -> Array:
    """The loss: the mean over the rows that count of what each loses, and what the weights cost."""
    rows = loss.rows(forward(network, data.inputs, xp), data.targets, xp)
    mean = xp.mean(rows) if data.counted is None else xp.sum(xp.where(data.counted, rows, 0)) / xp.sum(data.counted)
    return mean if data.penalty is None else mean + data.penalty.total(network, xp)


def batch_of(data: Data, network: Network, loss: Loss, precision: Precision) -> Batch:
    """``data.inputs`` (n, features) and ``data.targets`` (n, outputs), checked against ``network`` and ``loss``."""
    if not (hasattr(data, "inputs") and hasattr(data, "targets")):
        raise InputError("slopes-data", value=type(data).__name__)
    inputs, targets = numeric_array(data.inputs, "inputs"), numeric_array(data.targets, "targets")
    if inputs.ndim != 2 or inputs.shape[1] != network.sizes[0] or not len(inputs):
        raise InputError("inputs-shape", shape=inputs.shape, features=network.sizes[0])
    if targets.shape != (len(inputs), network.sizes[-1]):
        raise InputError("targets-shape", shape=targets.shape, expected=(len(inputs), network.sizes[-1]))
    if loss.output == "softmax" and not (((targets == 0) | (targets == 1)).all() and (targets.sum(axis=1) == 1).all()):
        raise InputError("targets-one-hot", loss=loss.name)
    return Batch(_in(precision, inputs, "inputs"), _in(precision, targets, "targets"))


def _in(precision: Precision, array: Array, name: str) -> Array:
    try:
        with np.errstate(over="ignore"):  # such a number isn't finite then
            cast = array.astype(dtype_of(precision))
    except OverflowError as error:
        raise InputError("not-numbers", name=name) from error
    check_finite(cast, name)
    return cast
