"""load: a set by its name, a file or a frame, as Datasets for training, validation and test."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from koubai.data.arrow_types import Frame
from koubai.data.bounds import DEFAULT_BOUNDS, Bounds
from koubai.data.bundled import BUNDLED
from koubai.data.gates import GATES
from koubai.data.load_options import COLUMN_OPTIONS, DEFAULT_FRACTION, SPLIT_OPTIONS, LoadOptions, Missing
from koubai.data.named_set import NamedSet
from koubai.data.prepared_rows import Splits
from koubai.data.preprocessing import Task
from koubai.data.readers import read_table
from koubai.data.synthetic import PLANAR
from koubai.data.table import Table
from koubai.data.table_splits import splits_of_table
from koubai.errors import InputError, unknown

SETS: dict[str, NamedSet] = {**PLANAR, **BUNDLED}
NAMED: Mapping[str, NamedSet] = {**SETS, **GATES}

_FRAME_OPTIONS = (*COLUMN_OPTIONS, *SPLIT_OPTIONS, "missing")
_FILE_OPTIONS = (*_FRAME_OPTIONS, "delimiter", "encoding")


def load(
    source: str | os.PathLike[str] | Frame,
    *,
    target: str | None = None,
    features: str | Iterable[str] | None = None,
    task: Task | None = None,
    samples: int | None = None,
    noise: float | None = None,
    seed: int = 0,
    validation: float = DEFAULT_FRACTION,
    test: float = DEFAULT_FRACTION,
    missing: Missing = "refuse",
    folder: str | Path | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    bounds: Bounds = DEFAULT_BOUNDS,
) -> Splits:
    """Load data to learn from, split by chance.

    Numbers are standardised, texts one-hot, values to regress standardised; the points of planar sets and their values stay as
    they are, pixels go from 0 to 1.

    Args:
        source: A gate, which is not split; a name of ``SETS``; the path of a CSV, TSV or Parquet file; or a pandas or polars
            frame, or a Table, which is called after its file, if it has one.
        target: The column that is learned, by default the last.
        features: The columns that are learned from, by default all others, as names or one text with commas.
        task: "classify" or "regress"; by default classify where the target holds texts, true and false, or whole numbers of at
            most 20 values, on average twice each or more.
        samples: How many points of a planar set are drawn.
        noise: The noise of a planar set, a standard deviation.
        seed: What the points, and the rows of each part, are drawn by.
        validation: The fraction of the rows that is kept for validation, 0 for none; classes keep their shares.
        test: The same for the test.
        missing: "refuse" values that are missing, or "impute" the median, for texts the most frequent.
        folder: Where digits28 finds the files of the whole of MNIST, whose own 10,000 are then the test.
        delimiter: What the cells of a CSV file are parted by; see ``read_table``.
        encoding: The encoding of a CSV file; see ``read_table``.
        bounds: How large a file's table may be; see ``read_table``.

    Returns:
        The Datasets, whose preprocessing is fitted on the rows for training alone.

    Raises:
        InputError: Something can't be, or the source has no use for an option that was given.
        FileFault: A file can't be read.

    Example:
        >>> import koubai as kb
        >>> parts = kb.data.load("moons", samples=100, seed=1)
        >>> parts.train, parts.test
        (Dataset(moons, 60 rows, 2 features, classify), Dataset(moons, 20 rows, 2 features, classify))
    """
    options = LoadOptions(
        target=target,
        features=features,
        task=task,
        samples=samples,
        noise=noise,
        seed=seed,
        validation=validation,
        test=test,
        missing=missing,
        folder=folder,
        delimiter=delimiter,
        encoding=encoding,
        bounds=bounds,
    )
    if isinstance(source, str) and source in NAMED:
        return NAMED[source].load(options)
    if isinstance(source, (str, os.PathLike)):
        return _from_file(source, options)
    table = Table.of(source)
    path = Path(table.path)
    options.check_used(_FRAME_OPTIONS, path.name or repr(table))
    return splits_of_table(table, _stem(path), options)


def _from_file(source: str | os.PathLike[str], options: LoadOptions) -> Splits:
    path = _existing(source)
    options.check_used(_FILE_OPTIONS, path.name)
    table = read_table(path, delimiter=options.delimiter, encoding=options.encoding, bounds=options.bounds)
    return splits_of_table(table, _stem(path), options)


def _existing(source: str | os.PathLike[str]) -> Path:
    """Return the path of something that exists; InputError, with the nearest name, where nothing does."""
    path = Path(source)
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        if path.suffix or len(path.parts) > 1:
            raise InputError("load-absent", path=repr(str(path)) if "\0" in str(path) else str(path)) from error
        raise unknown("data-source", str(source), NAMED) from error
    except OSError:  # read_table says why
        pass
    return path


def _stem(path: Path) -> str:
    """Return the file's name without its ending, as UTF-8 can hold it; empty for no file."""
    return path.stem.encode("utf-8", "replace").decode()
