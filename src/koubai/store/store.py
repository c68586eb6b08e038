"""Store: the runs of one file."""

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from koubai.errors import FileFault, InputError, chosen, unknown
from koubai.store.alive import SignOfLife, is_alive
from koubai.store.database import Database
from koubai.store.rows import STATUSES, Entry, entry_of, insert, is_sound, now, update

if TYPE_CHECKING:
    from koubai.experiment import Experiment, Run
    from koubai.experiment.format import Provenance
    from koubai.store.keeping import Keeping

VARIABLE = "KOUBAI_STORE"
LATEST = "latest"  # the run that was started last, wherever a run is named
MOST_NAME = 100  # characters
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
    """Where the store is, unless one is named: KOUBAI_STORE, else in the user's data folder, by the platform's convention."""
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE])
    from platformdirs import user_data_path

    return user_data_path("koubai", appauthor=False) / "runs.sqlite"


class Store:
    """The runs that are kept in the SQLite file ``path`` (by default ``default_path()``), which is made where it is missing.

    ``patience``: seconds to wait while another process holds the store's lock. With ``make`` False nothing is made, and a file
    that can't be written can still be read. InputError or FileFault where ``path`` can't be a store, is damaged, newer, locked
    or not writable. To be used in a ``with``, or closed.
    """

    def __init__(self, path: str | Path | None = None, *, patience: float = PATIENCE, make: bool = True) -> None:
        self.path = Path(path) if path is not None else default_path()
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
    ) -> list[Entry]:
        """The runs, the one that was started last first; some of them, and in another order.

        ``sort``: "started", "updated", "name", "data", "loss", "steps", "seconds" or "status"; what has none comes last.
        ``limit``: how many at most. InputError for an unknown status or order.
        """
        if status is not None:
            chosen("run-status-filter", status, dict.fromkeys(STATUSES))
        column, largest_first = chosen("run-sort", sort, SORTS)
        order = "DESC" if largest_first != reverse else "ASC"
        conditions, values = ["1"], []
        for name, value in (("data", data), ("method", method)):
            if value is not None:
                conditions.append(f"{name} = ?")
                values.append(value)
        if tag is not None:
            conditions.append("EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)")
            values.append(tag)
        if status is not None:  # a run that is said to be running may be interrupted
            conditions.append("status IN (?, 'running')" if status == "interrupted" else "status = ?")
            values.append(status)
        query = f"SELECT * FROM run WHERE {' AND '.join(conditions)} ORDER BY {column} IS NULL, {column} {order}, id {order}"
        if limit is not None and status not in ("interrupted", "running"):
            query += f" LIMIT {int(limit)}"
        entries = [self._entry(row) for row in self._database.rows(query, *values)]
        return [entry for entry in entries if status in (None, entry.status, "damaged")][:limit]

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
        """What the store says of the run called ``name``, or of the latest. InputError where there is none."""
        return self._entry(self._row(name))

    def run(self, name: str) -> "Run":
        """The run called ``name``, as far as it is kept. FileFault where it is damaged, InputError where it has no step yet."""
        from koubai.store.chunks import read_run

        row = self._row(name)
        run = read_run(self._database, row, self._sound_entry(row).status)
        if run is None:
            raise InputError("store-no-steps", name=row["name"])
        return run

    def provenance(self, name: str) -> "Provenance":
        """Where the run called ``name`` comes from, to go with it elsewhere."""
        from koubai.experiment.format import Provenance

        entry = self._sound_entry(self._row(name))
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
    ) -> "Keeping":
        """Begin to keep a run of ``experiment``: what is returned wraps its Steps.

        ``name``: by default the data's and the seed, numbered where that is taken (or not ``free``). InputError where a given
        name is taken or can't be one.
        """
        from koubai.experiment.surroundings import surroundings
        from koubai.store.chunks import write_arrays

        sign = self._sign()
        try:
            with self._database.transaction():
                called = self._free_name(experiment, name, free)
                listed = listed_of(experiment)
                noted = {"tags": json.dumps(list(tags)), "note": note, "surroundings": json.dumps(surroundings())}
                values = {"uid": uuid4().hex, "name": called, "status": "running", "sign": sign.name, **listed, **noted}
                row = insert(self._database, started=now(), updated=now(), **values)
                write_arrays(self._database, row, experiment)
            return self._keeping(sign, called, experiment, None)
        except BaseException:
            sign.end()
            raise

    def resume(self, name: str, steps: int | None = None) -> "Keeping":
        """Go on with the run called ``name``, which was stopped; with ``steps``, further than it was to go.

        InputError where it is running, finished (name a larger number of ``steps``), or has diverged.
        """
        from koubai.experiment import Experiment
        from koubai.store.chunks import cut_after, own_arrays, read_run

        sign = self._sign()
        try:
            with self._database.transaction():
                row = self._row(name)
                entry = self._sound_entry(row)
                if entry.status == "running":
                    raise InputError("store-running", name=entry.name)
                before = read_run(self._database, row, entry.status)
                experiment = Experiment.from_json(row["experiment"], own_arrays(self._database, row["id"]))
                if before is not None:
                    if entry.status == "finished" and steps is None:
                        raise InputError("store-finished", name=entry.name, steps=entry.steps)
                    if entry.status == "diverged" or steps is not None:
                        before = before.extended(experiment.steps if steps is None else steps)
                    experiment = before.experiment
                    cut_after(self._database, row["id"], row["uid"], before.records[-1].number)
                elif steps is not None:
                    experiment = replace(experiment, steps=steps)
                made = {} if before is None else {"steps_made": len(before.losses) - 1, "loss": float(before.losses[-1])}
                changes = {"status": "running", "sign": sign.name, "diverged_at": None, **listed_of(experiment), **made}
                update(self._database, row["id"], **changes)
            return self._keeping(sign, entry.name, experiment, before)
        except BaseException:
            sign.end()
            raise

    def add(self, run: "Run", provenance: "Provenance | None" = None, name: str | None = None) -> tuple[Entry, bool]:
        """Take ``run`` in, under its own name, numbered where that is taken, or under ``name``.

        Returns its entry, and whether it is new here: a run that is here already stays as it is.
        """
        from koubai.experiment.format import Provenance
        from koubai.store.chunks import metrics_of, write_run

        provenance = provenance or Provenance()
        uid = provenance.uid or uuid4().hex
        with self._database.transaction():
            known = self._database.rows("SELECT * FROM run WHERE uid = ?", uid)
            if known:
                return self._entry(known[0]), False
            called = self._free_name(run.experiment, name, beginning=provenance.name if _can_be_a_name(provenance.name) else "")
            noted = {
                "tags": json.dumps(list(provenance.tags)),
                "note": provenance.note,
                "surroundings": json.dumps(dict(provenance.surroundings)),
                "started": provenance.started or now(),
                "updated": now(),
                "seconds": float(provenance.seconds),
                "metrics": json.dumps(metrics_of(run.experiment, run.records[-1])),
            }
            ended = {"status": run.status, "diverged_at": run.diverged_at}
            made = {"steps_made": len(run.losses) - 1, "loss": float(run.losses[-1])}
            listed = listed_of(run.experiment)
            row = insert(self._database, uid=uid, name=called, **listed, **ended, **made, **noted)
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
        with self._database.transaction():
            row = self._row(name)
            entry = self._sound_entry(row)
            for text in tag:
                _check_tag(text)
            tags = [*entry.tags, *(text for text in tag if text not in entry.tags)]
            changes: dict[str, Any] = {"tags": json.dumps([text for text in dict.fromkeys(tags) if text not in {*untag}])}
            if rename is not None and rename != entry.name:
                self._check_name(rename)
                changes["name"] = rename
            changes |= {key: value for key, value in (("note", note), ("folder", folder)) if value is not None}
            update(self._database, row["id"], **changes)
            return self._entry(self._database.rows("SELECT * FROM run WHERE id = ?", row["id"])[0])

    def delete(self, name: str) -> None:
        """Forget the run called ``name``. Folders with its pictures stay. InputError while it is running."""
        with self._database.transaction():
            row = self._row(name)
            if self._entry(row).status == "running":
                raise InputError("store-running", name=row["name"])
            self._database.execute("DELETE FROM run WHERE id = ?", row["id"])
            self._database.execute("DELETE FROM array WHERE sha256 NOT IN (SELECT sha256 FROM run_array)")

    def _row(self, name: str) -> Mapping[str, Any]:
        if name == LATEST:
            found = self._database.rows("SELECT * FROM run ORDER BY started DESC, id DESC LIMIT 1")
        else:
            found = self._database.rows("SELECT * FROM run WHERE +name = ?", name)  # without an index: one may be damaged
        if found:
            return found[0]
        names = self.names()
        raise unknown("store-run", name, names[:20]) if names else InputError("store-empty", name=name, path=str(self.path))

    def _entry(self, row: Mapping[str, Any]) -> Entry:
        return entry_of(row, self._status(row))

    def _sound_entry(self, row: Mapping[str, Any]) -> Entry:
        entry = self._entry(row)
        if entry.status == "damaged":
            raise FileFault("store-run-damaged", name=entry.name, path=str(self.path))
        return entry

    def _status(self, row: Mapping[str, Any]) -> str:
        """The truth: a process that ended without saying so has left its run interrupted."""
        if not is_sound(row):
            return "damaged"
        if row["status"] != "running" or is_alive(self._place_of_signs / row["sign"]):
            return str(row["status"])
        again = self._database.rows("SELECT status, sign FROM run WHERE id = ?", row["id"])  # it may have ended just now
        same = again and (again[0]["status"], again[0]["sign"]) == (row["status"], row["sign"])
        return "interrupted" if same else str(again[0]["status"] if again else "interrupted")

    @property
    def _place_of_signs(self) -> Path:
        return self.path.with_name(f"{self.path.name}-running")

    def _sign(self) -> SignOfLife:
        with self._database.faults():
            return SignOfLife(self._place_of_signs / uuid4().hex)

    def _keeping(self, sign: SignOfLife, name: str, experiment: "Experiment", before: "Run | None") -> "Keeping":
        from koubai.store.keeping import Keeping

        return Keeping(Database(self.path, patience=self._patience), sign, self._row(name), experiment, before)

    def _check_name(self, name: str) -> str:
        if not _can_be_a_name(name):
            raise InputError("store-name", value=name, most=MOST_NAME)
        if self._database.rows("SELECT 1 FROM run WHERE name = ?", name):
            raise InputError("store-name-taken", value=name)
        return name

    def _free_name(
        self, experiment: "Experiment", name: str | None, free: Callable[[str], bool] = lambda _: True, beginning: str = ""
    ) -> str:
        if name is not None:
            return self._check_name(name)
        beginning = beginning or name_of(experiment)
        taken = {*self.names(beginning)}
        numbered = chain([beginning], (f"{beginning}-{number}" for number in count(2)))
        return next(called for called in numbered if called not in taken and free(called))


def name_of(experiment: "Experiment") -> str:
    """What a run is called unless somebody calls it otherwise: xor-0."""
    return f"{experiment.problem.dataset().name or 'data'}-{experiment.seed}"


def listed_of(experiment: "Experiment") -> dict[str, Any]:
    """The experiment, and what of it is listed."""
    listed = {name: getattr(experiment, name) for name in ("method", "seed", "steps")}
    return {"data": experiment.problem.dataset().name, **listed, "experiment": json.dumps(experiment.to_dict())}


def _can_be_a_name(name: str) -> bool:
    """It is the name of a folder, too: on any system."""
    plain = 0 < len(name) <= MOST_NAME and name.isprintable() and name == name.strip() and name != LATEST
    return plain and not re.search(r'^[-.]|[/\\:*?"<>|]|\.$', name)


def _check_tag(text: str) -> None:
    if not (0 < len(text) <= MOST_NAME and text.isprintable() and text == text.strip()):
        raise InputError("store-tag", value=text, most=MOST_NAME)
