"""The data of a run, as a script has them: written into it, or as a table in a file beside it."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from koubai.core.array_types import Integers
from koubai.data import GATES, Dataset, gate
from koubai.data.preprocessing import CategoryColumn, Preparation
from koubai.experiment import Run
from koubai.export.python_literals import array, label, listed, text

MOST_NUMBERS = 400  # of the data, or of the starting weights, that are written into the script itself
MOST_ROWS = 16  # whose answers are printed
MANY_POINTS = 100  # are drawn small


@dataclass(frozen=True, eq=False)
class ScriptData:
    """What a script says of its run's data; the templates have these names.

    Attributes:
        array: Writes an array in the run's precision.
        gate: The name of the gate; empty for other data.
        data_file: The source of the name of the table that has them; empty where they stand in the script.
        inputs: (rows, features), as the network gets them.
        labels: (rows,), the class numbers.
        targets: (rows, outputs).
        rows: How many there are.
        shown: For how many of them the answers are printed.
        classify: Whether classes are learned, each row having one.
        classes: The source of the classes' names; empty where they are the numbers themselves.
        plane: Whether there are two inputs, so that a picture is drawn.
        parts: The names of the parts, where there are several.
        columns: How many columns the table has before that of the part.
        scores: Which measure says how good the answers are.
        prepared: Whether the network's inputs are other numbers than the source's.
        scaled: The scale and the mean of the values that are learned; None where they aren't scaled.
        many_points: Whether the points are drawn small.
    """

    array: Callable[..., str]
    gate: str
    data_file: str
    inputs: NDArray[np.float64]
    labels: Integers
    targets: NDArray[np.float64]
    rows: int
    shown: int
    classify: bool
    classes: str
    plane: bool
    parts: list[str]
    columns: int
    scores: str
    prepared: bool
    scaled: tuple[str, str] | None
    many_points: bool


def script_data(run: Run, path: Path, beside: dict[str, str]) -> ScriptData:
    """Return what the script at ``path`` says of the data; the file that it reads them from, by name, is put ``beside``."""
    data, parts = run.data, run.experiment.problem.parts
    classify = all(_has_one_class_each(part) for part in parts.values())
    single = run.experiment.precision == "float32"
    apart = list(parts) if len(parts) > 1 else []
    file = ""
    if apart or data.inputs.size + data.targets.size > MOST_NUMBERS:
        file = f"{path.stem}-data.csv"
        beside[file] = _table(parts, classify)
    return ScriptData(
        array=partial(_array, single),
        gate=data.name if _is_gate(data) else "",
        data_file=file and text(file),
        inputs=data.inputs,
        labels=data.labels,
        targets=data.targets,
        rows=len(data.inputs),
        shown=MOST_ROWS,
        classify=classify,
        classes=_class_names(data) if classify else "",
        plane=data.inputs.shape[1] == 2,
        parts=apart,
        columns=data.inputs.shape[1] + (1 if classify else data.targets.shape[1]),
        scores="classes" if classify else "values" if all(map(_varies, parts.values())) else "squares",
        prepared=data.preparation is not None and _changes_inputs(data.preparation),
        scaled=_scaling(data),
        many_points=bool(apart) and len(data.inputs) > MANY_POINTS,
    )


def _has_one_class_each(data: Dataset) -> bool:
    return data.task == "classify" and np.array_equal(np.eye(data.targets.shape[1])[data.labels], data.targets)


def _is_gate(data: Dataset) -> bool:
    """Whether the data are those of the gate that they are named after: other names are no text of ours."""
    if data.name not in GATES:
        return False
    known = gate(data.name)
    return np.array_equal(data.inputs, known.inputs) and np.array_equal(data.targets, known.targets)


def _array(single: bool, values: NDArray[np.generic], *, float64: bool = False) -> str:
    return array(values, "np.float32" if single and not float64 and values.dtype.kind == "f" else "")


def _class_names(data: Dataset) -> str:
    """The source of the class labels; empty where they are the classes' own numbers."""
    if [repr(name) for name in data.classes] == [str(number) for number in range(len(data.classes))]:
        return ""
    return listed([label(name) for name in data.classes], before=10) if data.classes else ""


def _varies(data: Dataset) -> bool:
    """Whether R² is defined for every output."""
    return bool((np.ptp(data.targets, axis=0) > 0).all())


def _changes_inputs(preparation: Preparation) -> bool:
    """Whether the network's inputs are other numbers than the source's: the points of planar sets stay as they are."""
    return any(
        isinstance(column, CategoryColumn) or (column.mean, column.scale) != (0, 1) or column.fill is not None
        for column in preparation.columns
    )


def _scaling(data: Dataset) -> tuple[str, str] | None:
    """The scale and the mean of the values that are learned; None where they aren't scaled."""
    if data.preparation is None or data.task != "regress":
        return None
    target = data.preparation.target
    scale, mean = (", ".join(map(repr, numbers)) for numbers in (target.scale, target.mean))
    return scale, mean


def _table(parts: dict[str, Dataset], classify: bool) -> str:
    """A row for each sample: its inputs, then its class number or its target values, then, if there are several, its part.

    The names of columns are our own.
    """
    data = parts["train"]
    names = ["class"] if classify else [f"y{number}" for number in range(1, data.targets.shape[1] + 1)]
    content = StringIO()
    writer = csv.writer(content, lineterminator="\n")
    ended = ["part"] if len(parts) > 1 else []
    writer.writerow([*(f"x{number}" for number in range(1, data.inputs.shape[1] + 1)), *names, *ended])
    for name, part in parts.items():
        answers = part.labels[:, None] if classify else part.targets
        ending = [name] if len(parts) > 1 else []
        writer.writerows([*x, *answer, *ending] for x, answer in zip(part.inputs.tolist(), answers.tolist(), strict=True))
    return content.getvalue()
