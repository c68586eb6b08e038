"""Sources: the rows that a network of the playground learns, and the plane in which they are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from koubai.core.projection import PlaneProjection, cell_centres, extent, principal
from koubai.data import GATES, NAMED, SETS, Bounds, Dataset, gate, load
from koubai.data.column_selection import Note
from koubai.data.features import FEATURES, PLAIN, features_of, with_features
from koubai.data.readers import table_of
from koubai.data.split import split
from koubai.data.table import Table
from koubai.errors import InputError, unknown
from koubai.experiment import Run
from koubai.playground.protocol.limits import FIELD, MOST_CLASSES, MOST_FEATURES, MOST_NUMBER, MOST_SAMPLES
from koubai.playground.protocol.setting import Setting

# what a page can show and a target beside it; its letters and a table of all that may take 64 MiB at once
PAGE_BOUNDS = Bounds(rows=MOST_SAMPLES, columns=MOST_FEATURES + 1, bytes=2**26)

Kind = Literal["gate", "planar", "shipped", "own", "table", "run"]
Notes = tuple[Note, ...]
Point = tuple[float, float, float]  # x, y, and the class or the value
OWN, TABLE, RUN = "own", "table", "run"


@dataclass(frozen=True, eq=False)
class UserData:
    """What a person brought, which no plain setting holds: points, a file, a kept run."""

    points: tuple[Point, ...] = ()
    name: str = ""  # of the file
    content: bytes = b""
    run: Run | None = None


@dataclass(frozen=True, eq=False)
class Source:
    """``data`` are the rows that are trained on: a Dataset, or the name of a gate; ``test`` further rows.

    ``points`` (n, 2), with those of the test behind the others, lie in the plane ``projection`` through the ``raw`` features;
    the network's inputs are ``features`` of these.
    """

    kind: Kind
    data: str | Dataset
    test: Dataset | None
    raw: NDArray[np.float64]
    projection: PlaneProjection
    features: tuple[str, ...]  # of the plane; empty where the inputs are the rows' own
    columns: tuple[str, ...] = ()
    notes: Notes = ()

    @cached_property
    def train(self) -> Dataset:
        """The rows that are trained on."""
        return gate(self.data) if isinstance(self.data, str) else self.data

    @property
    def is_planar(self) -> bool:
        """Whether x1 and x2 are all there is."""
        return bool(self.features)

    @cached_property
    def points(self) -> NDArray[np.float64]:
        """Where the rows lie in the plane, (n, 2)."""
        return self.projection.flat(self.raw)

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top of what is shown."""
        return extent(self.points)

    @cached_property
    def grid(self) -> NDArray[np.float32]:
        """The network's inputs over the plane, (FIELD², features).

        Row by row from the highest y, in the middle of every cell.
        """
        raw = self.projection.lifted(cell_centres(*self.extent, FIELD))
        inputs = features_of(raw, self.features) if self.features else raw
        return np.asarray(inputs, np.float32)

    def as_points(self) -> tuple[Point, ...]:
        """All rows as points that could have been drawn by hand. InputError where there is more than x1 and x2."""
        if not self.is_planar:
            raise InputError("page-not-planar")
        values = np.concatenate([values_of_rows(part) for part in (self.train, self.test) if part is not None])
        return tuple((x, y, value) for (x, y), value in zip(self.raw.tolist(), values.tolist(), strict=True))


def values_of_rows(data: Dataset) -> NDArray[np.float64]:
    """Give every row one number.

    Args:
        data: The rows.

    Returns:
        The class number of every row, or its value, (n,).
    """
    return data.labels.astype(np.float64) if data.task == "classify" else data.targets[:, 0]


def source_of(setting: Setting, user_data: UserData) -> Source:
    """Find or draw the rows of a setting.

    Args:
        setting: The setting.
        user_data: What a person brought.

    Returns:
        The rows, and the plane in which they are shown.

    Raises:
        InputError: There are no such rows, too many, or they don't fit the page.
    """
    if setting.data == RUN and user_data.run is not None:
        problem = user_data.run.experiment.problem
        return _own_inputs("run", problem.data, problem.test or problem.validation)
    if setting.data == OWN:
        return _of_points(setting, user_data.points)
    if setting.data == TABLE and user_data.content:
        table = _small_table(user_data)
        parts = load(table, target=setting.target or None, seed=setting.data_seed, validation=0, test=setting.test)
        return _own_inputs("table", parts.train, parts.test, table, parts.notes)
    if setting.data in GATES:
        return _of_gate(setting)
    if setting.data in SETS:
        return _of_set(setting)
    raise unknown("data-source", setting.data, [*GATES, *SETS])


def _of_set(setting: Setting) -> Source:
    """The rows of a set: drawn in the plane, or from a table that comes with the package."""
    if SETS[setting.data].kind != "planar":
        parts = load(setting.data, seed=setting.data_seed, validation=0, test=setting.test)
        return _own_inputs("shipped", parts.train, parts.test)
    parts = load(
        setting.data,
        seed=setting.data_seed,
        validation=0,
        test=setting.test,
        samples=setting.samples,
        noise=setting.noise,
    )
    return _planar("planar", parts.train, parts.test, setting.features)


def _small_table(user_data: UserData) -> Table:
    """The table of a file; InputError where it has more rows or columns than a page shows, before these are read."""
    try:
        return table_of(user_data.content, user_data.name, bounds=PAGE_BOUNDS)
    except InputError as error:
        if error.code == "table-rows":
            raise InputError("page-samples", value=error.values["value"], most=MOST_SAMPLES) from error
        if error.code == "table-columns":
            raise InputError("page-features", value=error.values["value"] - 1, most=MOST_FEATURES) from error
        raise


def kind_of(data: str) -> Kind:
    """Say what kind of data a setting names.

    Args:
        data: The name.

    Returns:
        The kind.
    """
    if data in (OWN, TABLE, RUN):
        return cast(Kind, data)
    return cast(Kind, NAMED[data].kind) if data in NAMED else "shipped"


def _planar(kind: Kind, train: Dataset, test: Dataset | None, features: tuple[str, ...], data: str | None = None) -> Source:
    """Rows in the plane, of which the network sees ``features``; ``data`` names the gate whose plain rows they are, if any."""
    seen = with_features(train, features)
    return Source(
        kind,
        data if data and seen is train else seen,
        None if test is None else with_features(test, features),
        _together(train, test),
        PlaneProjection(np.zeros(2), np.eye(2)),
        seen.feature_names,
    )


def _of_gate(setting: Setting) -> Source:
    data = gate(setting.data)
    if data.inputs.shape[1] == 2:
        return _planar("gate", data, None, setting.features, setting.data)
    axes = np.eye(data.inputs.shape[1])[:2]  # with the further inputs 0
    return Source(
        "gate",
        setting.data,
        None,
        data.inputs,
        PlaneProjection(np.zeros(data.inputs.shape[1]), axes, axes.sum() / len(axes[0])),
        (),
    )


def _of_points(setting: Setting, points: Sequence[Point]) -> Source:
    if not points:
        raise InputError("own-points")
    rows = np.array(points, np.float64)
    inputs, values = rows[:, :2], rows[:, 2]
    if setting.task == "classify":
        labels = values.astype(np.int64)
        if (labels != values).any() or labels.min() < 0 or labels.max() >= MOST_CLASSES:
            raise InputError(
                "own-class",
                value=values[(labels != values) | (labels < 0) | (labels >= MOST_CLASSES)][0],
                most=MOST_CLASSES - 1,
            )
        classes = tuple(range(max(2, int(labels.max()) + 1)))
        whole = Dataset.from_arrays(inputs, labels, task="classify", classes=classes, name=OWN)
    else:
        labels = None
        whole = Dataset.from_arrays(inputs, values, task="regress", name=OWN)
    train, _, test = split(len(rows), labels, validation=0, test=setting.test if len(rows) > 1 else 0, seed=setting.data_seed)
    return _planar("own", _rows(whole, train), _rows(whole, test) if len(test) else None, setting.features)


def _rows(data: Dataset, rows: NDArray[np.int64]) -> Dataset:
    return Dataset.from_arrays(
        data.inputs[rows],
        data.targets[rows],
        task=data.task,
        classes=data.classes or None,
        feature_names=data.feature_names,
        name=data.name,
    )


def _own_inputs(kind: Kind, data: str | Dataset, test: Dataset | None, table: Table | None = None, notes: Notes = ()) -> Source:
    """Rows whose own columns are the inputs; those of a kept run may be features of the plane, by their names.

    InputError where there is more than a page shows.
    """
    train = gate(data) if isinstance(data, str) else data
    _check(train, test)
    names, raw = train.feature_names, _together(train, test)
    if kind == "run" and set(PLAIN) <= set(names) <= set(FEATURES):
        raw = raw[:, [names.index(name) for name in PLAIN]]
        return Source(kind, data, test, raw, PlaneProjection(np.zeros(2), np.eye(2)), names, notes=notes)
    if len(names) == 1:
        projection = PlaneProjection(np.zeros(1), np.array([[1.0], [0.0]]))
    elif kind == "run" and isinstance(data, str):
        projection = PlaneProjection(np.zeros(len(names)), np.eye(len(names))[:2])
    else:
        projection = principal(raw[: len(train.inputs)])
    return Source(kind, data, test, raw, projection, (), table.names if table else (), notes)


def _together(train: Dataset, test: Dataset | None) -> NDArray[np.float64]:
    return train.inputs if test is None else np.concatenate([train.inputs, test.inputs])


def _check(train: Dataset, test: Dataset | None) -> None:
    """InputError where there is more than a page shows."""
    rows = len(train.inputs) + (0 if test is None else len(test.inputs))
    given = {"samples": rows, "features": train.inputs.shape[1], "classes": len(train.classes)}
    for name, most in (("samples", MOST_SAMPLES), ("features", MOST_FEATURES), ("classes", MOST_CLASSES)):
        if given[name] > most:
            raise InputError(f"page-{name}", value=given[name], most=most)
    for values in (values for part in (train, test) if part is not None for values in (part.inputs, part.targets)):
        if len(beyond := values[~(np.abs(values) <= MOST_NUMBER)]):
            raise InputError("page-number", value=f"{beyond[0]:g}", most=f"{MOST_NUMBER:g}")
