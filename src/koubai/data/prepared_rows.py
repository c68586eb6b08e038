"""PreparedRows: all rows of a source as a network learns them; Splits: those for training, validation and test as Datasets."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from koubai.data.column_selection import Note
from koubai.data.dataset import Dataset
from koubai.data.load_options import LoadOptions
from koubai.data.preprocessing import NumberColumn, Preparation, Target
from koubai.data.split import RowIndices, split
from koubai.errors import InputError


@dataclass(frozen=True)
class Splits:
    """Datasets with one Preparation, fitted on the rows of ``train``; None where a part has no rows.

    ``notes``: what was inferred or done that a person should know: keys of sentences in ``koubai.locale``, and their values.
    """

    train: Dataset
    validation: Dataset | None
    test: Dataset | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, eq=False)
class PreparedRows:
    """All rows of a source as a network learns them, but that ``inputs`` (n, features) are still to be divided by ``scale``.

    Pixels come as whole numbers: they take an eighth of the memory until the rows are split.
    """

    inputs: NDArray[np.float64] | NDArray[np.uint8]
    targets: NDArray[np.float64]
    preparation: Preparation
    name: str
    image: tuple[int, int] | None = None
    scale: float = 1.0

    @classmethod
    def scaled(
        cls,
        inputs: NDArray[np.float64] | NDArray[np.uint8],
        targets: NDArray[np.float64],
        names: Iterable[str],
        target: Target,
        name: str,
        *,
        scale: float = 1.0,
        image: tuple[int, int] | None = None,
    ) -> "PreparedRows":
        """Return rows whose inputs are divided by ``scale``; neither these nor the targets are standardised."""
        preparation = Preparation(tuple(NumberColumn(one, 0.0, scale) for one in names), target)
        return cls(inputs, targets, preparation, name, image, scale)

    def dataset(self, rows: RowIndices) -> Dataset:
        """Return the ``rows`` as a Dataset."""
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

    def splits(self, rows: tuple[RowIndices, RowIndices, RowIndices], notes: Iterable[Note] = ()) -> Splits:
        """Return the rows for training, validation and test as Splits."""
        train, validation, test = (self.dataset(part) if len(part) else None for part in rows)
        if train is None:  # split gives it a row
            raise InputError("split-rows", rows=0)
        return Splits(train, validation, test, tuple(notes))


def split_rows(count: int, labels: RowIndices | None, options: LoadOptions) -> tuple[RowIndices, RowIndices, RowIndices]:
    """Return the rows for training, validation and test that ``options`` ask for; ``labels`` (count,) are None for values."""
    return split(count, labels, validation=options.validation, test=options.test, seed=options.seed)


def one_hot(labels: RowIndices, classes: int) -> NDArray[np.float64]:
    """Return the rows (n, classes) with 1 at the place of each of the ``labels`` (n,), else 0."""
    rows = np.zeros((len(labels), classes))
    rows[np.arange(len(labels)), labels] = 1
    return rows
