"""RunTable: the runs' rows in a store: how one is found, what is true of it, and which names are free."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

from koubai.errors import FileFault, InputError, chosen, unknown
from koubai.store.database import Database, Value
from koubai.store.process_lock import is_held, paused_marker
from koubai.store.run_metadata import LATEST, checked_name, name_of
from koubai.store.run_rows import BRIEF, SELECT, STATUSES, Entry, RunRow, entry_of, is_sound, run_rows

if TYPE_CHECKING:
    from koubai.experiment import Experiment

SORTS = {  # what a list may be sorted by: the column, and whether the largest comes first
    "started": ("started", True),
    "updated": ("updated", True),
    "name": ("name", False),
    "data": ("data", False),
    "loss": ("loss", False),
    "steps": ("steps_made", True),
    "seconds": ("seconds", True),
    "status": ("status", False),
}
_HAS_TAG = "EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(tags) THEN tags ELSE '[]' END) WHERE value = ?)"


@dataclass(frozen=True)
class Listing:
    """Which runs are listed, and in which order; ``Store.entries`` says what each field means.

    Raises:
        InputError: The status or the order is unknown.
    """

    status: str | None = None
    data: str | None = None
    method: str | None = None
    tag: str | None = None
    sort: str = "started"
    reverse: bool = False
    limit: int | None = None
    brief: bool = False

    def __post_init__(self) -> None:
        if self.status is not None:
            chosen("run-status-filter", self.status, dict.fromkeys(STATUSES))
        chosen("run-sort", self.sort, SORTS)

    @property
    def downwards(self) -> bool:
        """Whether the largest comes first."""
        return SORTS[self.sort][1] != self.reverse

    def query(self) -> tuple[str, list[Value]]:
        """Return the query, and the values that stand in it.

        The status isn't in it: what the rows say of it may no longer be true, since a process may have died.
        """
        filters = (("data = ?", self.data), ("method = ?", self.method), (_HAS_TAG, self.tag))
        conditions = [condition for condition, value in filters if value is not None]
        values: list[Value] = [value for _, value in filters if value is not None]
        column, order = SORTS[self.sort][0], "DESC" if self.downwards else "ASC"
        source, where = BRIEF if self.brief else SELECT, " AND ".join(conditions) or "1"
        query = f"{source} WHERE {where} ORDER BY {column} IS NULL, {column} {order}, id {order}"
        if self.limit is not None and self.status is None and self.sort != "status":
            query += f" LIMIT {min(int(self.limit), sys.maxsize)}"
        return query, values


class RunTable:
    """The rows of the runs in ``database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def row(self, name: str) -> RunRow:
        """Return the row of the run called ``name``, or of that uid, or of the latest. InputError where there is none."""
        if name == LATEST:
            rows = run_rows(self._database, f"{SELECT} ORDER BY started DESC, id DESC LIMIT 1")
        else:  # without an index, since one may be damaged
            query = f"{SELECT} WHERE +name IN (?, ?) OR +uid = ? ORDER BY +name = ? DESC"
            rows = run_rows(self._database, query, name, normalize("NFC", name), name, name)
        if rows:
            return rows[0]
        names = self.names()
        if not names:
            raise InputError("store-empty", name=name, path=str(self._database.path))
        raise unknown("store-run", name, names[:20])

    def sound_row(self, name: str) -> RunRow:
        """Return the same; FileFault where the row is damaged."""
        row = self.row(name)
        if not is_sound(row):
            raise FileFault("store-run-damaged", name=row["name"], path=str(self._database.path))
        return row

    def check_closed(self, row: RunRow) -> None:
        """Raise InputError where a process that is alive keeps the run."""
        entry = self.entry(row)
        if entry.is_open:
            raise InputError(f"store-{entry.status}", name=entry.name)

    def names(self, beginning: str = "") -> list[str]:
        """Return the names that begin so, in alphabetic order."""
        query = "SELECT name FROM run WHERE substr(name, 1, ?) = ? ORDER BY name"
        return [str(row["name"]) for row in self._database.rows(query, len(beginning), beginning)]

    def entries(self, listing: Listing) -> list[Entry]:
        """Return the entries of the runs that ``listing`` asks for."""
        query, values = listing.query()
        entries = [self.entry(row) for row in run_rows(self._database, query, *values)]
        if listing.sort == "status":
            entries.sort(key=lambda entry: entry.status, reverse=listing.downwards)
        return [entry for entry in entries if listing.status in (None, entry.status)][: listing.limit]

    def entry(self, row: RunRow) -> Entry:
        """Return what is true of the run of ``row``."""
        return entry_of(row, self._status(row))

    def _status(self, row: RunRow) -> str:
        """Return the true status: a process that ended without saying so has left its run interrupted."""
        if not is_sound(row):
            return "damaged"
        if row["status"] != "running":
            return row["status"]
        path = self.lock_path(row["sign"])
        if is_held(path):
            return "paused" if paused_marker(path).exists() else "running"
        query = "SELECT status, sign FROM run WHERE id = ?"  # the run may have ended just now
        latest = [(str(now["status"]), now["sign"]) for now in self._database.rows(query, row["id"])]
        unchanged = not latest or latest[0] == (row["status"], row["sign"])
        return "interrupted" if unchanged else latest[0][0]

    def lock_path(self, token: str) -> Path:
        """Return the path of a lock: a file beside the store, whatever token stands in a row that somebody else wrote."""
        path = self._database.path
        return path.parent / f"{path.name}-running-{token.replace(os.sep, '').replace('/', '')}"

    def check_free_name(self, name: str) -> str:
        """Return ``name`` as a run can have it. InputError where it can't, or another run has it."""
        name = checked_name(name)
        if self._database.rows("SELECT 1 FROM run WHERE name = ?", name):
            raise InputError("store-name-taken", value=name)
        return name

    def new_name(
        self,
        experiment: "Experiment",
        name: str | None,
        *,
        own: str = "",
        is_free_elsewhere: Callable[[str], bool] = lambda _: True,
    ) -> str:
        """Return what a new run is called: ``name`` where it is given, else its ``own`` or default name, numbered where taken.

        InputError where ``name`` can't be one, or another run has it.
        """
        if name is not None:
            return self.check_free_name(name)
        default = name_of(experiment, own)
        taken = {*self.names(default)}
        numbered = chain([default], (f"{default}-{number}" for number in count(2)))
        return next(candidate for candidate in numbered if candidate not in taken and is_free_elsewhere(candidate))

    def delete(self, row: RunRow) -> None:
        """Delete a run within a transaction, and the arrays that no other run uses."""
        self._database.execute("DELETE FROM run WHERE id = ?", row["id"])
        self._database.execute("DELETE FROM array WHERE sha256 NOT IN (SELECT sha256 FROM run_array)")
