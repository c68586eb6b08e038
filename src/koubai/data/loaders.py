"""load: a set by its name, a file or a frame, as Datasets for training, validation and test."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from koubai.data.bounds import ALL, Bounds, check_features
from koubai.data.bundled import CLASSES, IMAGES, TABLES, Images, mnist, shipped_table
from koubai.data.column_selection import Choice, Notes, choose
from koubai.data.dataset import Dataset
from koubai.data.gates import GATES, gate
from koubai.data.preprocessing import NumberColumn, Preparation, Target, Task, standardised
from koubai.data.preprocessing_fit import fitted, fitted_values
from koubai.data.readers import read_table
from koubai.data.split import RowIndices, check_fractions, split
from koubai.data.synthetic import PLANAR, SAMPLES, planar
from koubai.data.table import Table
from koubai.errors import InputError, unknown

_FRACTION = 0.2
_MISSING = ("refuse", "impute")
_CHOICES = ("target", "features", "task")


@dataclass(frozen=True)
class NamedSet:
    """What there is to say of a set: its kind, its task, and, for points that are drawn, how many and with which noise by
    default.
    """

    kind: Literal["planar", "shipped"]
    samples: int | None = None
    noise: float | None = None
    task: Task = "classify"


SETS: dict[str, NamedSet] = {
    **{name: NamedSet("planar", SAMPLES, one.noise, one.task) for name, one in PLANAR.items()},
    **{name: NamedSet("shipped") for name in (*TABLES, *IMAGES)},
}


@dataclass(frozen=True)
class Splits:
    """Datasets with one Preparation, fitted on the rows of ``train``; None where a part has no rows.

    ``notes``: what was inferred or done that a person should know: keys of sentences in ``koubai.locale``, and their values.
    """

    train: Dataset
    validation: Dataset | None
    test: Dataset | None
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()


def load(
    source: Any,
    *,
    target: str | None = None,
    features: str | Iterable[str] | None = None,
    task: Task | None = None,
    samples: int | None = None,
    noise: float | None = None,
    seed: int = 0,
    validation: float = _FRACTION,
    test: float = _FRACTION,
    missing: Literal["refuse", "impute"] = "refuse",
    folder: str | Path | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    bounds: Bounds = ALL,
) -> Splits:
    """Data to learn from, split by chance from ``seed`` into Splits.

    ``source``: a gate, which is not split; a name of ``SETS``; the path of a CSV, TSV or Parquet file; or a pandas or polars
    frame, or a Table, which is called after its file, if it has one.

    - ``target``: the column that is learned, by default the last; ``features``: those that are learned from, by default all
      others, as names or one text with commas; ``task``: "classify" or "regress", by default classify where the target holds
      texts, true and false, or whole numbers of at most 20 values, on average twice each or more.
    - ``missing``: "refuse" values that are missing, or "impute" the median, for texts the most frequent.
    - ``samples`` and ``noise``: of planar sets. ``folder``: where digits28 finds the files of the whole of MNIST, whose own
      10,000 are then the test. ``delimiter`` and ``encoding``: of a CSV file; ``bounds``: how large a
      file's table may be; see ``read_table``.
    - ``validation`` and ``test``: fractions of the rows, 0 for none; classes keep their shares.

    Numbers are standardised, texts one-hot, values to regress standardised; the points of planar sets and their values stay as
    they are, pixels go from 0 to 1. InputError where something can't be, and for an option that the source has no use for;
    FileFault where a file can't be read.
    """
    _check(missing, seed)
    check_fractions(validation, test)
    given = {
        "target": target, "features": features, "task": task, "samples": samples, "noise": noise,
        "missing": None if missing == "refuse" else missing, "folder": folder, "delimiter": delimiter, "encoding": encoding,
    }  # fmt: skip
    shares = _Shares(validation, test, int(seed))
    if isinstance(source, str) and source in GATES:
        fractions = {name: value for name, value in (("validation", validation), ("test", test)) if value not in (0, _FRACTION)}
        _refuse(given | fractions, (), source)
        return Splits(gate(source), None, None)
    if isinstance(source, str) and source in PLANAR:
        _refuse(given, ("samples", "noise"), source)
        return _drawn(source, samples, noise, shares)
    if isinstance(source, str) and source in IMAGES:
        _refuse(given, ("folder",) if source == "digits28" else (), source)
        return _pictured(source, folder, shares)
    if isinstance(source, str) and source in TABLES:
        _refuse(given, _CHOICES, source)
        parts = _from_table(shipped_table(source), source, given, shares)
        return Splits(parts.train, parts.validation, parts.test)
    if isinstance(source, (str, os.PathLike)):
        path = _existing(source)
        _refuse(given, (*_CHOICES, "missing", "delimiter", "encoding"), path.name)
        return _from_table(read_table(path, delimiter=delimiter, encoding=encoding, bounds=bounds), _stem(path), given, shares)
    table = Table.of(source)
    called = Path(table.path)
    _refuse(given, (*_CHOICES, "missing"), called.name or repr(table))
    return _from_table(table, _stem(called), given, shares)


@dataclass(frozen=True)
class _Shares:
    """How rows are split."""

    validation: float
    test: float
    seed: int

    def rows(self, count: int, labels: RowIndices | None) -> tuple[RowIndices, RowIndices, RowIndices]:
        return split(count, labels, validation=self.validation, test=self.test, seed=self.seed)


def _check(missing: Any, seed: Any) -> None:
    if not isinstance(missing, str) or missing not in _MISSING:
        raise InputError("table-missing-way", value=missing)
    if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool) or not 0 <= seed < 2**32:
        raise InputError("seed", value=seed)


def _refuse(given: Mapping[str, Any], known: Iterable[str], source: str) -> None:
    """InputError for an option that ``source`` has no use for."""
    for name, value in given.items():
        if value is not None and name not in known:
            raise InputError("data-option", name=name, source=source)


def _existing(source: str | os.PathLike[str]) -> Path:
    """The path of something that is there; InputError, with the nearest name, where nothing is."""
    path = Path(source)
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        if path.suffix or len(path.parts) > 1:
            raise InputError("load-absent", path=repr(str(path)) if "\0" in str(path) else str(path)) from error
        raise unknown("data-source", str(source), [*SETS, *GATES]) from error
    except OSError:  # read_table says why
        pass
    return path


def _stem(path: Path) -> str:
    """The file's name without its ending, as UTF-8 can hold it; empty for no file."""
    return path.stem.encode("utf-8", "replace").decode()


def _drawn(name: str, samples: int | None, noise: float | None, shares: _Shares) -> Splits:
    points, answers = planar(name, samples, noise, shares.seed)
    if PLANAR[name].task == "regress":
        target = Target("value", "regress", (), (0.0,), (1.0,))
        return _as_parts(_plain(points, answers[:, None], ("x1", "x2"), 1.0, target, name), None, shares)
    target = Target("class", "classify", tuple(range(PLANAR[name].classes)))
    targets = _one_hot(answers, PLANAR[name].classes)
    return _as_parts(_plain(points, targets, ("x1", "x2"), 1.0, target, name), answers, shares)


def _pictured(name: str, folder: str | Path | None, shares: _Shares) -> Splits:
    target = Target("digit", "classify", CLASSES)

    def whole(images: Images) -> "_Rows":
        side = (images.side, images.side)
        targets = _one_hot(images.labels, len(CLASSES))
        return _plain(images.pixels, targets, images.names, images.scale, target, name, side)

    if folder is None:
        images = IMAGES[name]()
        return _as_parts(whole(images), images.labels, shares)
    learned, tested = mnist(folder)
    parts = _as_parts(whole(learned), learned.labels, _Shares(shares.validation, 0, shares.seed))
    test = whole(tested).dataset(np.arange(len(tested.labels))) if shares.test else None
    return Splits(parts.train, parts.validation, test)


def _from_table(table: Table, name: str, given: Mapping[str, Any], shares: _Shares) -> Splits:
    notes: Notes = []
    impute = given["missing"] == "impute"
    if table.encoding and given["encoding"] is None and not table.encoding.startswith("utf-8"):
        notes.append(("note-encoding", {"encoding": table.encoding}))
    if table.left_out:
        notes.append(("note-empty-rows", {"count": table.left_out}))
    choice = choose(table, given["target"], given["features"], given["task"], notes, impute=impute)
    labels = choice.answers if choice.task == "classify" else None
    check_features(table.rows, len(choice.classes), choice.target, table.place_of_all())
    rows = shares.rows(table.rows, labels)
    preparation = fitted(table, choice.features, rows[0], _target(choice, table, rows[0]), impute=impute)
    gaps = {column: int(table.column(column).missing.sum()) for column in choice.features} if impute else {}
    if any(gaps.values()):
        names = ", ".join(column for column, count in gaps.items() if count)
        notes.append(("note-filled", {"count": sum(gaps.values()), "names": names}))
    whole = _Rows(preparation.inputs_of(table), _targets(choice, preparation.target, table), preparation, name)
    return _parts(whole, rows, notes)


def _target(choice: Choice, table: Table, train: RowIndices) -> Target:
    if choice.task == "regress":
        return fitted_values(choice.target, choice.answers[train], table)
    return Target(choice.target, "classify", choice.classes)


def _targets(choice: Choice, target: Target, table: Table) -> NDArray[np.float64]:
    if choice.task == "classify":
        return _one_hot(choice.answers, len(choice.classes))
    return standardised(choice.answers, target.mean[0], target.scale[0], target.name, table)[:, None]


def _one_hot(labels: NDArray[Any], classes: int) -> NDArray[np.float64]:
    rows = np.zeros((len(labels), classes))
    rows[np.arange(len(labels)), labels] = 1
    return rows


@dataclass(frozen=True, eq=False)
class _Rows:
    """All rows of a source, prepared."""

    inputs: NDArray[Any]
    targets: NDArray[np.float64]
    preparation: Preparation
    name: str
    image: tuple[int, int] | None = None
    scale: float = 1.0  # by which the inputs are still to be divided

    def dataset(self, rows: RowIndices) -> Dataset:
        target = self.preparation.target
        return Dataset.from_arrays(
            self.inputs[rows] / self.scale,
            self.targets[rows],
            task=target.task,
            classes=target.classes or None,
            feature_names=self.preparation.feature_names,
            name=self.name,
            preparation=self.preparation,
            image=self.image,
        )


def _plain(
    values: NDArray[Any],
    targets: NDArray[np.float64],
    names: Iterable[str],
    scale: float,
    target: Target,
    name: str,
    image: tuple[int, int] | None = None,
) -> _Rows:
    """Rows that are divided by ``scale``, and neither they nor their targets standardised."""
    preparation = Preparation(tuple(NumberColumn(one, 0.0, scale) for one in names), target)
    return _Rows(values, targets, preparation, name, image, scale)


def _as_parts(whole: _Rows, labels: RowIndices | None, shares: _Shares) -> Splits:
    return _parts(whole, shares.rows(len(whole.targets), labels), [])


def _parts(whole: _Rows, rows: tuple[RowIndices, RowIndices, RowIndices], notes: Notes) -> Splits:
    train, validation, test = (whole.dataset(part) if len(part) else None for part in rows)
    if train is None:  # split gives it a row
        raise InputError("split-rows", rows=0)
    return Splits(train, validation, test, tuple(notes))
