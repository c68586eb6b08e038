"""Kept runs: what a page reads of the store."""

from pathlib import Path
from typing import NamedTuple

from koubai.errors import InputError
from koubai.experiment import Run
from koubai.store import Store


class StoredRun(NamedTuple):
    """A run of the store, with the names under which it is there."""

    run: Run
    name: str
    uid: str


def stored_run(path: Path | None, name: str) -> StoredRun:
    """Read a kept run.

    Args:
        path: Where the store is; None where nothing is kept.
        name: The run's name.

    Returns:
        The run.

    Raises:
        InputError: There is no such run, or nothing is kept.
    """
    if path is None:
        raise InputError("page-no-store")
    with Store(path, make=False) as store:
        entry = store.entry(name)
        return StoredRun(store.run(entry.uid), entry.name, entry.uid)
