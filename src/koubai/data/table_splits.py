"""A Table as Splits: which columns are learned from, which rows are trained on, and the preprocessing that these ask for."""

import numpy as np
from numpy.typing import NDArray

from koubai.data.bounds import check_features
from koubai.data.column_selection import ColumnSelection, Note, select_columns
from koubai.data.load_options import LoadOptions
from koubai.data.prepared_rows import PreparedRows, Splits, one_hot, split_rows
from koubai.data.preprocessing import Target, fit_preparation, fit_target, standardised
from koubai.data.split import RowIndices
from koubai.data.table import Table


def splits_of_table(table: Table, name: str, options: LoadOptions) -> Splits:
    """Split the rows of ``table``, called ``name``, and fit the preprocessing on those for training.

    Numbers are standardised, texts one-hot, values to regress standardised.

    Raises:
        InputError: A column can't be learned from, or an option can't be.
    """
    notes = _notes_of_reading(table, options)
    selection = select_columns(table, options, notes)
    labels = selection.answers if selection.task == "classify" else None
    check_features(table.rows, len(selection.classes), selection.target, table.location)
    rows = split_rows(table.rows, labels, options)
    target = _fitted_target(selection, table, rows[0])
    preparation = fit_preparation(table, selection.features, rows[0], target, impute=options.impute)
    if options.impute:
        notes += _notes_of_filling(table, selection.features)
    targets = _targets(selection, preparation.target, table)
    return PreparedRows(preparation.inputs_of(table), targets, preparation, name).splits(rows, notes)


def _notes_of_reading(table: Table, options: LoadOptions) -> list[Note]:
    """Return what a person should know of how the file was read."""
    notes = []
    if table.encoding and options.encoding is None and not table.encoding.startswith("utf-8"):
        notes.append(Note("note-encoding", {"encoding": table.encoding}))
    if table.left_out:
        notes.append(Note("note-empty-rows", {"count": table.left_out}))
    return notes


def _notes_of_filling(table: Table, features: tuple[str, ...]) -> list[Note]:
    """Return what a person should know of missing values that are filled in."""
    gaps = {name: int(table.column(name).missing.sum()) for name in features}
    if not any(gaps.values()):
        return []
    names = ", ".join(name for name, count in gaps.items() if count)
    return [Note("note-filled", {"count": sum(gaps.values()), "names": names})]


def _fitted_target(selection: ColumnSelection, table: Table, train: RowIndices) -> Target:
    if selection.task == "regress":
        return fit_target(selection.target, selection.answers[train], table)
    return Target(selection.target, "classify", selection.classes)


def _targets(selection: ColumnSelection, target: Target, table: Table) -> NDArray[np.float64]:
    """Return what the network is to answer to every row: one-hot, (n, classes), or the standardised values (n, 1)."""
    if selection.task == "classify":
        return one_hot(selection.answers, len(selection.classes))
    return standardised(selection.answers, target.mean[0], target.scale[0], target.name, table)[:, None]
