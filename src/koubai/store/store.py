"""Store: the runs of one file."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from unicodedata import normalize
from uuid import uuid4

from koubai.errors import FileFault, InputError, chosen, unknown
from koubai.store.database import Database
from koubai.store.process_lock import ProcessLock, forget, is_alive, resting_beside
from koubai.store.run_metadata import LATEST, checked_name, checked_tags, listed_of, name_of, unicode_of, values_of
from koubai.store.run_rows import BRIEF, SELECT, STATUSES, Entry, entry_of, insert, is_sound, now, update

if TYPE_CHECKING:
    from koubai.experiment import Experiment, Run
    from koubai.experiment.run_format import Provenance
    from koubai.store.recorder import RunRecorder

VARIABLE = "KOUBAI_STORE"
PATIENCE = 10.0  # seconds
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


def default_path() -> Path:
    """Where the store is, unless one is named: KOUBAI_STORE, else in the user's data folder, by the platform's convention.

    FileFault where the user has none.
    """
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE])
    from platformdirs import user_data_path

    path = user_data_path("koubai", appauthor=False) / "runs.sqlite"
    if not path.is_absolute():  # ~, of a user whom the system doesn't know
        raise FileFault("store-no-home")
    return path


class Store:
    """The runs that are kept in the SQLite file ``path`` (by default ``default_path()``), which is made where it is missing.

    ``patience``: seconds to wait while another process holds the store's lock. With ``make`` False nothing is made, and a file
    that can't be written can still be read. InputError or FileFault where ``path`` can't be a store, is damaged, newer, locked
    or not writable. To be used in a ``with``, or closed.
    """

    def __init__(self, path: str | Path | None = None, *, patience: float = PATIENCE, make: bool = True) -> None:
        self.path = Path(os.path.realpath(path if path is not None else default_path()))
        self._patience = patience
        self._database = Database(self.path, patience=patience, make=make)

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def entries(
        self,
        *,
        status: str | None = None,
        data: str | None = None,
        method: str | None = None,
        tag: str | None = None,
        sort: str = "started",
        reverse: bool = False,
        limit: int | None = None,
        brief: bool = False,
    ) -> list[Entry]:
        """The runs, the one that was started last first; some of them, and in another order.

        ``sort``: "started", "updated", "name", "data", "loss", "steps", "seconds" or "status"; what has none comes last.
        ``limit``: how many at most. ``brief``: without the experiments and the surroundings, which takes half the time.
        InputError for an unknown status or order.
        """
        if status is not None:
            chosen("run-status-filter", status, dict.fromkeys(STATUSES))
        column, largest_first = chosen("run-sort", sort, SORTS)
        downwards = largest_first != reverse
        conditions: list[str] = []
        values: list[object] = []
        for name, value in (("data", data), ("method", method)):
            if value is not None:
                conditions.append(f"{name} = ?")
                values.append(value)
        if tag is not None:
            conditions.append(
                "EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(tags) THEN tags ELSE '[]' END) WHERE value = ?)"
            )
            values.append(tag)
        by_truth = status is not None or sort == "status"  # which isn't what the rows say: a process may have died
        order = "DESC" if downwards else "ASC"
        source, where = BRIEF if brief else SELECT, " AND ".join(conditions) or "1"
        query = f"{source} WHERE {where} ORDER BY {column} IS NULL, {column} {order}, id {order}"
        if limit is not None and not by_truth:
            query += f" LIMIT {min(int(limit), sys.maxsize)}"
        entries = [self._entry(row) for row in self._database.rows(query, *values)]
        if sort == "status":
            entries.sort(key=lambda entry: entry.status, reverse=downwards)
        return [entry for entry in entries if status in (None, entry.status)][:limit]

    def __len__(self) -> int:
        """How many runs there are."""
        return int(self._database.rows("SELECT count(*) AS runs FROM run")[0]["runs"])

    def names(self, beginning: str = "") -> list[str]:
        """The names that begin so, in alphabetic order."""
        found = self._database.rows(
            "SELECT name FROM run WHERE substr(name, 1, ?) = ? ORDER BY name", len(beginning), beginning
        )
        return [row["name"] for row in found]

    def entry(self, name: str) -> Entry:
        """What the store says of the run called ``name``, of that uid, or of the latest. InputError where there is none."""
        return self._entry(self._row(name))

    def run(self, name: str) -> "Run":
        """The run called ``name``, as far as it is kept. FileFault where it is damaged, InputError where it has no step yet."""
        from koubai.store.step_chunks import read_run

        with self._database.snapshot():
            row = self._sound_row(name)
            run = read_run(self._database, row)
        if run is None:
            raise InputError("store-no-steps", name=row["name"])
        return run

    def provenance(self, name: str) -> "Provenance":
        """Where the run called ``name`` comes from, to go with it elsewhere."""
        from koubai.experiment.run_format import Provenance

        entry = self._entry(self._sound_row(name))
        noted = ("uid", "name", "tags", "note", "started", "seconds", "surroundings")
        return Provenance(**{field: getattr(entry, field) for field in noted})

    def keep(
        self,
        experiment: "Experiment",
        name: str | None = None,
        *,
        tags: Sequence[str] = (),
        note: str = "",
        free: Callable[[str], bool] = lambda _: True,
        seconds_between_writes: float | None = None,
    ) -> "RunRecorder":
        """Begin to keep a run of ``experiment``: what is returned wraps its Steps.

        ``name``: by default the data's and the seed, numbered where that is taken (or not ``free``). InputError where a given
        name is taken or can't be one. ``seconds_between_writes``: for many runs at once, each of which is written seldom.
        """
        from koubai.experiment.environment import surroundings
        from koubai.store.step_chunks import write_arrays

        sign, uid = self._sign(), uuid4().hex
        try:
            with self._database.transaction():
                called = self._free_name(experiment, name, free)
                listed = listed_of(experiment)
                noted = {
                    "tags": json.dumps(checked_tags(tags)),
                    "note": unicode_of(note),
                    "surroundings": json.dumps(surroundings()),
                }
                values = {"uid": uid, "name": called, "status": "running", "sign": sign.token, **listed, **noted}
                row = insert(self._database, started=now(), updated=now(), **values)
                write_arrays(self._database, row, experiment)
            return self._keeping(sign, uid, experiment, None, seconds_between_writes)
        except BaseException:
            sign.end()
            raise

    def resume(self, name: str, steps: int | None = None, *, seconds_between_writes: float | None = None) -> "RunRecorder":
        """Go on with the run called ``name``, which was stopped; with ``steps``, further than it was to go.

        InputError where it is running, finished (name a larger number of ``steps``), or has diverged.
        """
        from koubai.experiment import Experiment
        from koubai.experiment.environment import surroundings
        from koubai.store.step_chunks import cut_after, own_arrays, read_run

        sign = self._sign()
        try:
            with self._database.transaction():
                row = self._sound_row(name)
                entry = self._entry(row)
                if entry.is_open:
                    raise InputError(f"store-{entry.status}", name=entry.name)
                before = read_run(self._database, row)
                experiment = Experiment.from_json(row["experiment"], own_arrays(self._database, row["id"]))
                if before is not None:
                    if entry.status == "finished" and steps is None:
                        last = before.records[-1].number
                        if last < experiment.steps:
                            raise InputError("extend-stopped", step=last, patience=experiment.patience)
                        raise InputError("store-finished", name=entry.name, steps=entry.steps)
                    if entry.status == "diverged" or steps is not None:
                        before = before.extended(experiment.steps if steps is None else steps)
                    experiment = before.experiment
                    cut_after(self._database, row["id"], row["uid"], before.records[-1].number)
                elif steps is not None:
                    experiment = replace(experiment, steps=steps)
                made = {} if before is None else {"steps_made": len(before.losses) - 1, "loss": float(before.losses[-1])}
                noted = {
                    "status": "running",
                    "sign": sign.token,
                    "surroundings": json.dumps(surroundings()),
                    "diverged_at": None,
                }
                update(self._database, row["id"], **noted, **listed_of(experiment), **made)
            forget(self._place_of(row["sign"]))
            return self._keeping(sign, entry.uid, experiment, before, seconds_between_writes)
        except BaseException:
            sign.end()
            raise

    def add(self, run: "Run", provenance: "Provenance | None" = None, name: str | None = None) -> tuple[Entry, bool]:
        """Take ``run`` in, under its own name, numbered where that is taken, or under ``name``.

        Returns its entry, and whether it is new here: a run that is here already stays as it is.
        """
        from koubai.experiment.run_format import Provenance
        from koubai.store.step_chunks import write_run

        provenance = provenance or Provenance()
        uid = provenance.uid or uuid4().hex
        with self._database.transaction():
            if known := self._database.rows(f"{SELECT} WHERE uid = ?", uid):
                if self._is_whole(known[0]):
                    return self._entry(known[0]), False
                self._forget(known[0])  # what comes in is better
            called = self._free_name(run.experiment, name, beginning=provenance.name)
            row = insert(self._database, **{**values_of(run, provenance), "uid": uid, "name": called})
            write_run(self._database, row, uid, run)
        return self.entry(called), True

    def edit(
        self,
        name: str,
        *,
        rename: str | None = None,
        note: str | None = None,
        tag: Iterable[str] = (),
        untag: Iterable[str] = (),
        folder: str | None = None,
    ) -> Entry:
        """Change what people say of the run called ``name``: its name, its note, its tags. InputError where that can't be."""
        added, taken = checked_tags(tag), {*untag}
        with self._database.transaction():
            row = self._sound_row(name)
            entry = self._entry(row)
            changes = {"tags": json.dumps([text for text in dict.fromkeys([*entry.tags, *added]) if text not in taken])}
            if rename is not None and (rename := checked_name(rename)) != entry.name:
                changes["name"] = self._check_name(rename)
            changes |= {key: unicode_of(value) for key, value in (("note", note), ("folder", folder)) if value is not None}
            update(self._database, row["id"], **changes)
        return self.entry(row["uid"])

    def delete(self, *names: str) -> None:
        """Forget the runs called ``names``, all or none. Folders with their pictures stay. InputError while one is running."""
        with self._database.transaction():
            rows = [self._row(name) for name in names]
            for row in rows:
                if (entry := self._entry(row)).is_open:
                    raise InputError(f"store-{entry.status}", name=entry.name)
                self._forget(row)
        for row in rows:
            forget(self._place_of(row["sign"]))

    def _forget(self, row: Mapping[str, Any]) -> None:
        self._database.execute("DELETE FROM run WHERE id = ?", row["id"])
        self._database.execute("DELETE FROM array WHERE sha256 NOT IN (SELECT sha256 FROM run_array)")

    def _row(self, name: str) -> Mapping[str, Any]:
        """The row of the run called ``name``, or of that uid. Without an index: one may be damaged."""
        if name == LATEST:
            found = self._database.rows(f"{SELECT} ORDER BY started DESC, id DESC LIMIT 1")
        else:
            query = f"{SELECT} WHERE +name IN (?, ?) OR +uid = ? ORDER BY +name = ? DESC"
            found = self._database.rows(query, name, normalize("NFC", name), name, name)
        if found:
            return found[0]
        names = self.names()
        raise unknown("store-run", name, names[:20]) if names else InputError("store-empty", name=name, path=str(self.path))

    def _sound_row(self, name: str) -> Mapping[str, Any]:
        row = self._row(name)
        if not is_sound(row):
            raise FileFault("store-run-damaged", name=row["name"], path=str(self.path))
        return row

    def _is_whole(self, row: Mapping[str, Any]) -> bool:
        from koubai.store.step_chunks import read_run

        try:
            read_run(self._database, row)
        except FileFault:
            return False
        return is_sound(row)

    def _entry(self, row: Mapping[str, Any]) -> Entry:
        return entry_of(row, self._status(row))

    def _status(self, row: Mapping[str, Any]) -> str:
        """The truth: a process that ended without saying so has left its run interrupted."""
        if not is_sound(row):
            return "damaged"
        if row["status"] != "running":
            return str(row["status"])
        if is_alive(sign := self._place_of(row["sign"])):
            return "paused" if resting_beside(sign).exists() else "running"
        again = self._database.rows("SELECT status, sign FROM run WHERE id = ?", row["id"])  # it may have ended just now
        same = again and (again[0]["status"], again[0]["sign"]) == (row["status"], row["sign"])
        return "interrupted" if same else str(again[0]["status"] if again else "interrupted")

    def _place_of(self, sign: str) -> Path:
        """A file beside the store, whatever stands in a row that somebody else wrote."""
        return self.path.parent / f"{self.path.name}-running-{sign.replace(os.sep, '').replace('/', '')}"

    def _sign(self) -> ProcessLock:
        with self._database.faults():
            return ProcessLock(self._place_of(uuid4().hex))

    def _keeping(
        self, sign: ProcessLock, uid: str, experiment: "Experiment", before: "Run | None", seconds: float | None
    ) -> "RunRecorder":
        from koubai.store.recorder import RunRecorder

        return RunRecorder(Database(self.path, patience=self._patience), sign, self._row(uid), experiment, before, seconds)

    def _check_name(self, name: str) -> str:
        name = checked_name(name)
        if self._database.rows("SELECT 1 FROM run WHERE name = ?", name):
            raise InputError("store-name-taken", value=name)
        return name

    def _free_name(
        self, experiment: "Experiment", name: str | None, free: Callable[[str], bool] = lambda _: True, beginning: str = ""
    ) -> str:
        if name is not None:
            return self._check_name(name)
        beginning = name_of(experiment, beginning)
        taken = {*self.names(beginning)}
        numbered = chain([beginning], (f"{beginning}-{number}" for number in count(2)))
        return next(called for called in numbered if called not in taken and free(called))
