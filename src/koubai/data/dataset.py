"""Dataset: what a network is to reproduce, as frozen arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from numbers import Real
from typing import Any, NotRequired, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.arrays import Arrays, digest, frozen_floats, named_array
from koubai.data.preprocessing import Label, Preparation, PreparationDict, check_task
from koubai.data.preprocessing import Task as Task
from koubai.errors import InputError

MOST_SHOWN = 20  # labels in a message
_FIELDS = ("inputs", "targets", "classes", "feature_names", "task", "name")
_MORE_FIELDS = ("preparation", "image")  # where there are any

Floats = NDArray[np.float64]
Given = NDArray[Any]  # what a person passed, of any type that NumPy has


class DatasetDict(TypedDict):
    """A Dataset as JSON has it, its arrays by their SHA-256."""

    inputs: str
    targets: str
    classes: list[Label]
    feature_names: list[str]
    task: Task
    name: str
    preparation: NotRequired[PreparationDict]
    image: NotRequired[list[int]]


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """What a network is to reproduce.

    Attributes:
        inputs: (n, features), float64.
        targets: To classify, one-hot rows (n, classes); to regress, values (n, outputs); float64.
        classes: The labels, in the order of the targets' columns; empty for regression.
        feature_names: What the inputs are called, in order.
        task: "classify" or "regress".
        name: What the data are called; empty for a person's own arrays.
        preparation: How the source's columns became the inputs; None where they are the inputs.
        image: Height and width in pixels, where each row is an image, row-major; else None.
    """

    inputs: Floats
    targets: Floats
    classes: tuple[Label, ...]
    feature_names: tuple[str, ...]
    task: Task = "classify"
    name: str = ""
    preparation: Preparation | None = None
    image: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for name in ("inputs", "targets"):
            object.__setattr__(self, name, frozen_floats(getattr(self, name), name))

    @classmethod
    def from_arrays(
        cls,
        inputs: ArrayLike,
        targets: ArrayLike,
        *,
        task: Task | None = None,
        classes: Sequence[Any] | NDArray[Any] | None = None,
        feature_names: Sequence[str] | None = None,
        name: str = "",
        preparation: Preparation | None = None,
        image: tuple[int, int] | None = None,
    ) -> "Dataset":
        """Return a Dataset of a person's own arrays.

        Args:
            inputs: (n, features).
            targets: Class labels (n,) or (n, 1): integers, booleans or texts, floats too with ``task="classify"``; or one-hot
                rows (n, classes), with a single 1 in each, else 0; or values (n,) or (n, outputs): floats, or numbers of any
                kind with ``task="regress"``.
            task: "classify" or "regress"; by default what the targets look like.
            classes: The labels of the classes, in order; by default those that occur, sorted.
            feature_names: What the inputs are called; by default x1, x2, …
            name: What the data are called.
            preparation: As in the class.
            image: As in the class.

        Returns:
            The Dataset, whose arrays nobody can change.

        Raises:
            InputError: Shapes don't fit, a number isn't finite, or the task can't be.

        Example:
            >>> import koubai as kb
            >>> data = kb.data.Dataset.from_arrays([[0.5, 1.0], [1.5, 2.0]], ["red", "blue"])
            >>> data.classes, data.targets.tolist()
            (('blue', 'red'), [[0.0, 1.0], [1.0, 0.0]])
        """
        check_task(task)
        x, t = _checked_shapes(inputs, targets)
        if task is None:
            task = "classify" if _look_like_classes(t) else "regress"
        labels: tuple[Label, ...]
        if task == "regress":
            values, labels = frozen_floats(t if t.ndim == 2 else t[:, None], "targets"), ()
        else:
            values, labels = _one_hot(t[:, 0] if t.ndim == 2 and t.shape[1] == 1 else t, classes)
        names = _checked_names(feature_names, x.shape[1], name)
        shape = None if image is None else _checked_image(image, x.shape[1])
        if preparation is not None and (
            not isinstance(preparation, Preparation) or len(preparation.feature_names) != x.shape[1]
        ):
            raise InputError("preparation-damaged", field="columns")
        return cls(x, values, labels, names, task, name, preparation, shape)

    @property
    def labels(self) -> NDArray[np.int64]:
        """The class number of every row, (n,)."""
        labels: NDArray[np.int64] = self.targets.argmax(axis=1)
        return labels

    @cached_property
    def digests(self) -> tuple[str, str]:
        """The SHA-256 of ``inputs`` and of ``targets``, computed once: they may be hundreds of megabytes."""
        return digest(self.inputs), digest(self.targets)

    def arrays(self) -> dict[str, Floats]:
        """Return ``inputs`` and ``targets``, named by their SHA-256."""
        return dict(zip(self.digests, (self.inputs, self.targets), strict=True))

    def to_dict(self) -> DatasetDict:
        """Return plain values, as JSON has them; the arrays as their names in ``arrays()``."""
        inputs, targets = self.digests
        values: DatasetDict = {
            "inputs": inputs,
            "targets": targets,
            "classes": list(self.classes),
            "feature_names": list(self.feature_names),
            "task": self.task,
            "name": self.name,
        }
        if self.preparation is not None:
            values["preparation"] = self.preparation.to_dict()
        if self.image is not None:
            values["image"] = list(self.image)
        return values

    @classmethod
    def from_dict(cls, values: object, arrays: Arrays) -> "Dataset":
        """Return the Dataset that ``to_dict`` gave, with the arrays of ``arrays()``; InputError where something is damaged."""
        known = checked_fields(values, (*_FIELDS, *_MORE_FIELDS))
        for name in _FIELDS:
            if name not in known or (name in ("classes", "feature_names") and not isinstance(known[name], (list, tuple))):
                raise InputError("data-damaged", field=name)
        inputs, targets = (named_array(known[name], arrays) for name in ("inputs", "targets"))
        preparation = known.get("preparation")
        data = cls.from_arrays(
            inputs,
            targets,
            task=known["task"],
            classes=known["classes"] if known["task"] == "classify" else None,
            feature_names=known["feature_names"],
            name=known["name"],
            preparation=None if preparation is None else Preparation.from_dict(preparation),
            image=known.get("image"),
        )
        if data.inputs.dtype == inputs.dtype and data.targets.dtype == targets.dtype and data.targets.shape == targets.shape:
            data.__dict__["digests"] = (known["inputs"], known["targets"])  # the same numbers: they were checked just now
        return data

    def __repr__(self) -> str:
        prefix = f"{self.name}, " if self.name else ""
        return f"Dataset({prefix}{self.inputs.shape[0]} rows, {self.inputs.shape[1]} features, {self.task})"


def checked_fields(values: object, names: Sequence[str]) -> Mapping[str, Any]:
    """Return ``values``; InputError where it is no mapping, or has a field that is none of ``names``."""
    if not isinstance(values, Mapping):
        raise InputError("experiment-fields", value=values)
    for name in values:
        if name not in names:
            raise InputError("experiment-field", name=name, choices=", ".join(names))
    return values


def _checked_shapes(inputs: ArrayLike, targets: ArrayLike) -> tuple[Floats, Given]:
    """Return the inputs (n, features) and the targets of as many rows; InputError where they have other shapes."""
    x = frozen_floats(inputs, "inputs")
    if x.ndim != 2 or 0 in x.shape:
        raise InputError("data-shape", shape=x.shape)
    t = _targets(targets)
    if t.ndim not in (1, 2) or (t.ndim == 2 and t.shape[1] == 0):
        raise InputError("data-targets", shape=t.shape)
    if len(t) != len(x):
        raise InputError("data-rows", inputs=len(x), targets=len(t))
    return x, t


def _checked_names(feature_names: Sequence[str] | None, features: int, name: str) -> tuple[str, ...]:
    """Return the inputs' names, x1, x2, … unless they are given; InputError where these or ``name`` can't be."""
    default = [f"x{number}" for number in range(1, features + 1)]
    names = tuple(default if feature_names is None else _in_order(feature_names, "feature_names"))
    if len(names) != features:
        raise InputError("data-feature-names", names=len(names), columns=features)
    for text in (name, *names):
        if not is_unicode(text):
            raise InputError("data-name", value=text)
    return names


def _checked_image(image: object, features: int) -> tuple[int, int]:
    sides = tuple(image) if isinstance(image, (tuple, list)) else (image,)
    whole = all(isinstance(side, (int, np.integer)) and not isinstance(side, bool) and side > 0 for side in sides)
    if len(sides) != 2 or not whole or sides[0] * sides[1] != features:
        raise InputError("data-image", value=image, features=features)
    return int(sides[0]), int(sides[1])


def is_unicode(text: object) -> bool:
    """Return whether it is a text that UTF-8 can hold."""
    try:
        return isinstance(text, str) and text.encode() is not None
    except UnicodeEncodeError:
        return False


def _in_order(values: object, name: str) -> list[Any]:
    """Return ``values`` as a list; InputError for what has no order of its own, or is a single text."""
    if isinstance(values, Sequence) and not isinstance(values, (str, bytes)):
        return list(values)
    if getattr(values, "ndim", None) != 1:
        raise InputError("data-order", name=name, value=type(values).__name__)
    return list(np.asarray(values).tolist())


def _targets(targets: ArrayLike) -> Given:
    """Return the ``targets`` as an array; a list of numbers as one of numbers.

    InputError where labels of different kinds could be taken for each other, truth values for numbers or a text for what it
    says, and for types that are neither.
    """
    try:
        given = np.asarray(targets)
        own = given if hasattr(targets, "dtype") else np.asarray(targets, dtype=object)
    except Exception as error:  # rows of different lengths, or whatever a foreign object says when it is asked for an array
        raise InputError("not-numbers", name="targets") from error
    if given.dtype.kind not in "biufUSO" or given.dtype.kind == "S":
        raise InputError("not-numbers-but", name="targets", value=str(given.dtype))
    if own.dtype.kind == "O":
        first = {kind: one for one in reversed(own.ravel()) if (kind := _kind_of(one))}
        if len(first) > 1:
            alike = {str(one) for one in own.ravel() if _kind_of(one) == "text"} & {
                str(one) for one in own.ravel() if _kind_of(one) != "text"
            }
            if alike or {"truth", "number"} <= set(first):
                raise InputError("data-mixed", values=", ".join(repr(one) for one in first.values()))
            return own
    return given


def _kind_of(label: object) -> str:
    """Return which of three kinds a label is; empty where it is none of them."""
    if isinstance(label, (bool, np.bool_)):
        return "truth"
    if isinstance(label, str):
        return "text"
    return "number" if isinstance(label, (Real, Decimal)) else ""


def _look_like_classes(targets: Given) -> bool:
    if targets.ndim == 1 or targets.shape[1] == 1:
        return targets.dtype.kind in "biuUSO"
    return targets.dtype.kind in "biuf" and bool(_one_hot_rows(targets).all())


def _one_hot_rows(targets: Given) -> NDArray[np.bool_]:
    return np.asarray(((targets == 0) | (targets == 1)).all(axis=1) & (targets.sum(axis=1) == 1))


def _one_hot(targets: Given, classes: object) -> tuple[Floats, tuple[Label, ...]]:
    known = None if classes is None else _labels(_in_order(classes, "classes"))
    if targets.ndim == 2:
        rows = frozen_floats(targets, "targets")
        good = _one_hot_rows(rows)
        if not good.all():
            raise InputError("data-one-hot", row=int(np.argmin(good)))
        if known is not None and len(known) != targets.shape[1]:
            raise InputError("data-class-names", names=len(known), columns=targets.shape[1])
        return rows, known or tuple(range(targets.shape[1]))
    answers = _labels(targets.tolist(), distinct=False)
    labels = known or tuple(sorted(dict.fromkeys(answers), key=lambda label: (str(type(label)), label)))
    column_of = {label: column for column, label in enumerate(labels)}
    for label in answers:
        if label not in column_of:
            raise InputError("data-label", value=label, choices=", ".join(map(str, labels[:MOST_SHOWN])))
    rows = np.zeros((len(answers), len(labels)))
    rows[np.arange(len(answers)), [column_of[label] for label in answers]] = 1
    return frozen_floats(rows, "targets"), labels


def _labels(values: list[Any], *, distinct: bool = True) -> tuple[Label, ...]:
    """Return the ``values`` as labels that JSON keeps as they are; InputError where one isn't such."""
    seen = set()
    for value in values:
        good = is_unicode(value) if isinstance(value, str) else isinstance(value, (bool, int, float)) and value == value
        if not good or (distinct and value in seen):
            raise InputError("data-labels", value=value)
        seen.add(value)
    return tuple(values)
