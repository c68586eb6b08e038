"""Dataset: what a network is to reproduce, as frozen arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.arrays import frozen_floats
from koubai.errors import InputError

Task = Literal["classify", "regress"]


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """``inputs`` (n, features) and ``targets``, float64: (n, classes), one-hot, to classify; (n, outputs), values, to regress.

    ``classes`` are the labels in the order of the target's columns (empty for regression); ``name`` is empty for a person's
    own arrays.
    """

    inputs: NDArray[np.float64]
    targets: NDArray[np.float64]
    classes: tuple[Any, ...]
    feature_names: tuple[str, ...]
    task: Task = "classify"
    name: str = ""

    @classmethod
    def from_arrays(
        cls,
        inputs: ArrayLike,
        targets: ArrayLike,
        *,
        task: Task | None = None,
        classes: Sequence[Any] | None = None,
        feature_names: Sequence[str] | None = None,
        name: str = "",
    ) -> "Dataset":
        """A Dataset of ``inputs`` (n, features) and ``targets``, which may be

        - class labels, (n,) or (n, 1): integers, booleans or texts; floats too with ``task="classify"``;
        - one-hot rows (n, classes): a single 1 in each row, else 0;
        - values (n,) or (n, outputs): floats, or numbers of any kind with ``task="regress"``.

        ``classes``, ``feature_names`` and ``name`` are what things are called.

        InputError where shapes don't fit, a number isn't finite, or the task can't be.
        """
        if task not in (None, "classify", "regress"):
            raise InputError("task", value=task)
        x = frozen_floats(inputs, "inputs")
        if x.ndim != 2 or 0 in x.shape:
            raise InputError("data-shape", shape=x.shape)
        t = _targets(targets)
        if t.ndim not in (1, 2) or (t.ndim == 2 and t.shape[1] == 0):
            raise InputError("data-targets", shape=t.shape)
        if len(t) != len(x):
            raise InputError("data-rows", inputs=len(x), targets=len(t))
        if task is None:
            task = "classify" if _look_like_classes(t) else "regress"
        if task == "regress":
            values, labels = frozen_floats(t if t.ndim == 2 else t[:, None], "targets"), ()
        else:
            values, labels = _one_hot(t[:, 0] if t.ndim == 2 and t.shape[1] == 1 else t, classes)
        names = tuple(feature_names) if feature_names is not None else tuple(f"x{i}" for i in range(1, x.shape[1] + 1))
        if len(names) != x.shape[1]:
            raise InputError("data-feature-names", names=len(names), columns=x.shape[1])
        for text in (name, *names):
            if not isinstance(text, str) or any("\ud800" <= letter <= "\udfff" for letter in text):
                raise InputError("data-name", value=text)
        return cls(x, values, labels, names, task, name)

    @property
    def labels(self) -> NDArray[np.int64]:
        """The class number of every row, (n,)."""
        labels: NDArray[np.int64] = self.targets.argmax(axis=1)
        return labels

    def __repr__(self) -> str:
        called = f"{self.name}, " if self.name else ""
        return f"Dataset({called}{self.inputs.shape[0]} rows, {self.inputs.shape[1]} features, {self.task})"


def _targets(targets: ArrayLike) -> NDArray[Any]:
    try:
        return np.asarray(targets)
    except ValueError as error:  # rows of different lengths
        raise InputError("not-numbers", name="targets") from error


def _look_like_classes(targets: NDArray[Any]) -> bool:
    if targets.ndim == 1 or targets.shape[1] == 1:
        return targets.dtype.kind in "biuUSO"
    return targets.dtype.kind in "biuf" and bool(_one_hot_rows(targets).all())


def _one_hot_rows(targets: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray(((targets == 0) | (targets == 1)).all(axis=1) & (targets.sum(axis=1) == 1))


def _one_hot(targets: NDArray[Any], classes: Sequence[Any] | None) -> tuple[NDArray[np.float64], tuple[Any, ...]]:
    known = None if classes is None else _labels(np.asarray(classes, dtype=object).tolist())
    if targets.ndim == 2:
        good = _one_hot_rows(frozen_floats(targets, "targets"))
        if not good.all():
            raise InputError("data-one-hot", row=int(np.argmin(good)))
        if known is not None and len(known) != targets.shape[1]:
            raise InputError("data-class-names", names=len(known), columns=targets.shape[1])
        return frozen_floats(targets, "targets"), known or tuple(range(targets.shape[1]))
    found = _labels(targets.tolist(), distinct=False)
    labels = known or tuple(sorted(dict.fromkeys(found), key=lambda label: (str(type(label)), label)))
    missing = [label for label in found if label not in labels]
    if missing:
        raise InputError("data-label", value=missing[0], choices=", ".join(map(str, labels)))
    place = {label: column for column, label in enumerate(labels)}
    return frozen_floats(np.eye(len(labels))[[place[label] for label in found]], "targets"), labels


def _labels(values: list[Any], *, distinct: bool = True) -> tuple[Any, ...]:
    """Labels that JSON keeps as they are; InputError for any other."""
    for value in values:
        if not isinstance(value, (str, bool, int, float)) or value != value or (distinct and values.count(value) > 1):
            raise InputError("data-labels", value=value)
    return tuple(values)
