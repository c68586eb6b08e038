"""The store, and the runs that a person names: by their name in it, or by a path."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from koubai.store import Entry, Store

if TYPE_CHECKING:
    from koubai.experiment import Run
    from koubai.experiment.run_format import Provenance


@dataclass(frozen=True)
class LoadedRun:
    """A run, what it is called, and where it comes from."""

    name: str
    run: "Run"
    provenance: "Provenance"


def reading(path: Path | None) -> Store:
    """Open the store to look at it: nothing is made, and it may be one that can't be written."""
    return Store(path, make=False)


def load_run(reference: str, store: Path | None) -> LoadedRun:
    """Load the run called ``reference``; where that is a path (it has a / or ends in .zip), the folder or file there."""
    if is_path(reference):
        from koubai.experiment.run import load_with_provenance

        path = Path(reference)
        run, provenance = load_with_provenance(path)
        return LoadedRun(path.name.removesuffix(".zip").removesuffix(".koubai"), run, provenance)
    with reading(store) as runs:
        uid = runs.entry(reference).uid  # what is the latest may change
        run, provenance = runs.run(uid), runs.provenance(uid)
        return LoadedRun(provenance.name, run, provenance)


def entry_of(reference: str, store: Path | None) -> Entry:
    """Look up what is known of the run called ``reference``, or of the one at that path."""
    if is_path(reference):
        from koubai.store.run_metadata import described

        loaded = load_run(reference, store)
        return replace(described(loaded.run, loaded.provenance), name=loaded.name)
    with reading(store) as runs:
        return runs.entry(reference)


def is_path(reference: str) -> bool:
    """Tell whether a person named a path, and no run of the store."""
    return any(sign and sign in reference for sign in ("/", os.sep, os.altsep)) or reference.endswith(".zip")
