"""What a trained network answers to rows that come later: the same bits in any process, however many rows come together."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from koubai.arrays import frozen_floats
from koubai.core.losses import softmax
from koubai.core.network import Network, forward_rowwise
from koubai.data import Dataset, Preparation, Table, read_table
from koubai.data.preprocessing import NumberColumn, Target
from koubai.errors import InputError
from koubai.experiment.metrics import values_of

ROWS_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class Prediction:
    """``answers``: labels (n,), or for regression values (n, outputs) in the units of the data.

    ``probabilities`` (n, classes); for an output that isn't softmax the values themselves. ``unseen``: for each column, how
    many of its texts were never trained on, and count as none.
    """

    answers: NDArray[np.generic]
    probabilities: NDArray[np.float64]
    unseen: Mapping[str, int]


def predict(network: Network, data: Dataset, rows: object) -> Prediction:
    """Answer rows with a network: the same bits in any process, however many rows come together.

    Args:
        network: What answers.
        data: What it was trained on.
        rows: What ``data`` was made from: a table; or inputs (n, features), or a Dataset of such.

    Returns:
        The answers.

    Raises:
        InputError: The rows don't fit the network.
    """
    inputs, unseen = _inputs_of(data, rows)
    parts = [inputs[first : first + ROWS_AT_ONCE] for first in range(0, len(inputs), ROWS_AT_ONCE)]
    with np.errstate(over="ignore", invalid="ignore"):
        logits = np.concatenate([np.zeros((0, network.sizes[-1])), *(forward_rowwise(network, part) for part in parts)])
        outputs = softmax(logits, np) if network.output == "softmax" else logits
    if data.task == "regress":
        return Prediction(values_of(outputs, data), outputs, unseen)
    labels = np.empty(len(data.classes), object)
    labels[:] = data.classes
    answers = labels[logits.argmax(axis=1)]
    alike = len({type(label) for label in data.classes}) == 1 and len(answers) > 0
    return Prediction(np.array(answers.tolist()) if alike else answers, outputs, unseen)


def _inputs_of(data: Dataset, rows: object) -> tuple[NDArray[np.float64], Mapping[str, int]]:
    """Make inputs of ``rows``, and count what of them was never seen."""
    if isinstance(rows, Dataset):
        return _checked(rows.inputs, data), {}
    if isinstance(rows, (list, tuple, np.ndarray)):
        return _checked(frozen_floats(rows, "rows"), data), {}
    table = read_table(Path(rows)) if isinstance(rows, (str, PathLike)) else Table.of(rows)
    preparation = data.preparation or _as_it_is(data)
    return preparation.inputs_of(table), preparation.unseen(table)


def _as_it_is(data: Dataset) -> Preparation:
    """Make the Preparation of data which nothing was done to."""
    columns = tuple(NumberColumn(name, 0.0, 1.0) for name in data.feature_names)
    return Preparation(columns, Target(data.name, "classify", data.classes))


def _checked(inputs: NDArray[np.float64], data: Dataset) -> NDArray[np.float64]:
    if inputs.ndim != 2 or inputs.shape[1] != data.inputs.shape[1]:
        raise InputError("inputs-shape", shape=inputs.shape, features=data.inputs.shape[1])
    return inputs
