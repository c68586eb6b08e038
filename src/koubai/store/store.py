"""Store: the runs of one file."""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from uuid import uuid4

from koubai.errors import FileFault, InputError
from koubai.store.database import Database
from koubai.store.process_lock import ProcessLock, remove_lock_file
from koubai.store.run_metadata import checked_name, checked_tags, columns_of, experiment_columns, unicode_of
from koubai.store.run_rows import SELECT, Entry, RunColumns, RunRow, insert, is_sound, now, run_rows, update
from koubai.store.run_table import Listing, RunTable

if TYPE_CHECKING:
    from koubai.experiment import Experiment, Run
    from koubai.experiment.run_format import Provenance
    from koubai.store.recorder import RunRecorder

VARIABLE = "KOUBAI_STORE"
PATIENCE = 10.0  # seconds


def default_path() -> Path:
    """Return where the store is, unless one is named: KOUBAI_STORE, else in the user's data folder, as the platform has it.

    Raises:
        FileFault: The user has no such folder.

    Example:
        >>> import os
        >>> from unittest.mock import patch
        >>> import koubai as kb
        >>> with patch.dict(os.environ, {"KOUBAI_STORE": "mine.sqlite"}):
        ...     print(kb.store.default_path())
        mine.sqlite
    """
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE])
    from platformdirs import user_data_path

    path = user_data_path("koubai", appauthor=False) / "runs.sqlite"
    if not path.is_absolute():  # ~, of a user whom the system doesn't know
        raise FileFault("store-no-home")
    return path


class Store:
    """The runs that are kept in one SQLite file. To be used in a ``with``, or closed.

    Args:
        path: The file, by default ``default_path()``; it is made where it is missing.
        patience: How many seconds to wait while another process holds the store's lock.
        make: Whether the file is made. Otherwise nothing is made, and a file that can't be written can still be read.

    Raises:
        InputError: ``path`` can't be a store.
        FileFault: It is damaged, newer, locked or not writable.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> import koubai as kb
        >>> experiment = kb.Experiment(steps=200, record_every=100, engine="numpy")
        >>> with TemporaryDirectory() as folder, kb.store.Store(Path(folder) / "runs.sqlite") as store:
        ...     with store.keep(experiment, tags=["first"]) as recorder:
        ...         for step in recorder.of(experiment.run()):
        ...             pass
        ...     entry, run = store.entry("latest"), store.run("xor-0")
        >>> entry.name, entry.status, entry.tags, run.losses.shape
        ('xor-0', 'finished', ('first',), (201,))
    """

    def __init__(self, path: str | Path | None = None, *, patience: float = PATIENCE, make: bool = True) -> None:
        self.path = Path(os.path.realpath(path if path is not None else default_path()))
        self._patience = patience
        self._database = Database(self.path, patience=patience, make=make)
        self._table = RunTable(self._database)

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
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
        """List the runs, the one that was started last first; or some of them, or in another order.

        Args:
            status: Only runs of this status.
            data: Only runs whose data are called so.
            method: Only runs whose slopes were measured so.
            tag: Only runs with this tag.
            sort: "started", "updated", "name", "data", "loss", "steps", "seconds" or "status"; what has none comes last.
            reverse: Whether the order is turned round.
            limit: How many at most.
            brief: Whether they are without the experiments and the surroundings, which takes half the time.

        Raises:
            InputError: The status or the order is unknown.
        """
        return self._table.entries(Listing(status, data, method, tag, sort, reverse, limit, brief))

    def __len__(self) -> int:
        """Return how many runs there are."""
        return int(self._database.tuples("SELECT count(*) FROM run")[0][0])

    def names(self, beginning: str = "") -> list[str]:
        """Return the names of runs that begin so, in alphabetic order."""
        return self._table.names(beginning)

    def entry(self, name: str) -> Entry:
        """Return what the store says of a run.

        Args:
            name: Its name, its uid, or "latest".

        Raises:
            InputError: There is none.
        """
        return self._table.entry(self._table.row(name))

    def run(self, name: str) -> "Run":
        """Return a run as far as it is kept.

        Args:
            name: Its name, its uid, or "latest".

        Raises:
            InputError: There is none, or it has no step yet.
            FileFault: It is damaged.
        """
        from koubai.store.step_chunks import read_run

        with self._database.snapshot():
            row = self._table.sound_row(name)
            run = read_run(self._database, row)
        if run is None:
            raise InputError("store-no-steps", name=row["name"])
        return run

    def provenance(self, name: str) -> "Provenance":
        """Return where the run called ``name`` comes from, to go with it elsewhere."""
        from koubai.experiment.run_format import Provenance

        entry = self._table.entry(self._table.sound_row(name))
        return Provenance(
            uid=entry.uid,
            name=entry.name,
            tags=entry.tags,
            note=entry.note,
            started=entry.started,
            seconds=entry.seconds,
            surroundings=entry.surroundings,
        )

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
        """Begin to keep a run.

        Args:
            experiment: What is run.
            name: What it is called; by default the data's name and the seed, numbered where that is taken.
            tags: What it is marked with.
            note: What is said of it.
            free: A function that tells whether a name is free elsewhere too, which a default name must be.
            seconds_between_writes: How seldom it is written: for many runs at once.

        Returns:
            What wraps the run's Steps.

        Raises:
            InputError: The name is taken or can't be one, or a tag can't be.
        """
        from koubai.experiment.environment import surroundings
        from koubai.store.step_chunks import write_arrays

        lock, uid = self._lock(), uuid4().hex
        try:
            with self._database.transaction():
                columns: RunColumns = {
                    **experiment_columns(experiment),
                    "uid": uid,
                    "name": self._table.new_name(experiment, name, is_free_elsewhere=free),
                    "status": "running",
                    "sign": lock.token,
                    "tags": json.dumps(checked_tags(tags)),
                    "note": unicode_of(note),
                    "surroundings": json.dumps(surroundings()),
                    "started": now(),
                    "updated": now(),
                }
                row = insert(self._database, **columns)
                write_arrays(self._database, row, experiment)
            return self._recorder(lock, uid, experiment, None, seconds_between_writes)
        except BaseException:
            lock.release()
            raise

    def resume(self, name: str, steps: int | None = None, *, seconds_between_writes: float | None = None) -> "RunRecorder":
        """Resume a run that was stopped.

        Args:
            name: Its name, its uid, or "latest".
            steps: How many steps it is to make, where these are more than it was to make.
            seconds_between_writes: As in ``keep``.

        Returns:
            What wraps the run's Steps that follow.

        Raises:
            InputError: It is running, finished (name a larger number of ``steps``), or has diverged.
            FileFault: It is damaged.
        """
        from koubai.experiment.environment import surroundings

        lock = self._lock()
        try:
            with self._database.transaction():
                row = self._table.sound_row(name)
                self._table.check_closed(row)
                experiment, earlier = self._resumed(row, steps)
                changes = experiment_columns(experiment)
                if earlier is not None:
                    changes |= RunColumns(steps_made=len(earlier.losses) - 1, loss=float(earlier.losses[-1]))
                changes |= RunColumns(
                    status="running", sign=lock.token, surroundings=json.dumps(surroundings()), diverged_at=None
                )
                update(self._database, row["id"], **changes)
            remove_lock_file(self._table.lock_path(row["sign"]))
            return self._recorder(lock, row["uid"], experiment, earlier, seconds_between_writes)
        except BaseException:
            lock.release()
            raise

    def _resumed(self, row: RunRow, steps: int | None) -> "tuple[Experiment, Run | None]":
        """Return the experiment that is resumed, and the earlier part of the run; what comes after that part is deleted."""
        from koubai.experiment import Experiment
        from koubai.store.step_chunks import cut_after, own_arrays, read_run

        earlier = read_run(self._database, row)
        experiment = Experiment.from_json(row["experiment"], own_arrays(self._database, row["id"]))
        if earlier is None:
            return (experiment if steps is None else replace(experiment, steps=steps)), None
        if row["status"] == "finished" and steps is None:
            last = earlier.records[-1].number
            if last < experiment.steps:
                raise InputError("extend-stopped", step=last, patience=experiment.patience)
            raise InputError("store-finished", name=row["name"], steps=row["steps"])
        if row["status"] == "diverged" or steps is not None:
            earlier = earlier.extended(experiment.steps if steps is None else steps)
        cut_after(self._database, row["id"], row["uid"], earlier.records[-1].number)
        return earlier.experiment, earlier

    def add(self, run: "Run", provenance: "Provenance | None" = None, name: str | None = None) -> tuple[Entry, bool]:
        """Add a run that was made elsewhere.

        Args:
            run: The run.
            provenance: Where it comes from.
            name: What it is called here; by default its own name, numbered where that is taken.

        Returns:
            Its entry, and whether it is new here: a run that is here already stays as it is.

        Raises:
            InputError: The name is taken or can't be one.
        """
        from koubai.experiment.run_format import Provenance
        from koubai.store.step_chunks import write_run

        provenance = provenance or Provenance()
        uid = provenance.uid or uuid4().hex
        with self._database.transaction():
            if known := run_rows(self._database, f"{SELECT} WHERE uid = ?", uid):
                if self._is_whole(known[0]):
                    return self._table.entry(known[0]), False
                self._table.delete(known[0])  # what comes in is better
            free = self._table.new_name(run.experiment, name, own=provenance.name)
            columns: RunColumns = {**columns_of(run, provenance), "uid": uid, "name": free}
            write_run(self._database, insert(self._database, **columns), uid, run)
        return self.entry(free), True

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
        """Change what people say of a run.

        Args:
            name: Its name, its uid, or "latest".
            rename: Another name.
            note: Another note.
            tag: Tags that are added.
            untag: Tags that are removed.
            folder: Where its pictures went.

        Returns:
            Its entry.

        Raises:
            InputError: There is no such run, the new name is taken or can't be one, or a tag can't be.
            FileFault: The run is damaged.
        """
        added, removed = checked_tags(tag), {*untag}
        with self._database.transaction():
            row = self._table.sound_row(name)
            tags = dict.fromkeys([*self._table.entry(row).tags, *added])
            changes = RunColumns(tags=json.dumps([text for text in tags if text not in removed]))
            if rename is not None and (composed := checked_name(rename)) != row["name"]:
                changes["name"] = self._table.check_free_name(composed)
            if note is not None:
                changes["note"] = unicode_of(note)
            if folder is not None:
                changes["folder"] = unicode_of(folder)
            update(self._database, row["id"], **changes)
        return self.entry(row["uid"])

    def delete(self, *names: str) -> None:
        """Delete the runs called ``names``, all or none. Folders with their pictures stay.

        Raises:
            InputError: There is no such run, or one is running.
        """
        with self._database.transaction():
            rows = [self._table.row(name) for name in names]
            for row in rows:
                self._table.check_closed(row)
                self._table.delete(row)
        for row in rows:
            remove_lock_file(self._table.lock_path(row["sign"]))

    def _is_whole(self, row: RunRow) -> bool:
        from koubai.store.step_chunks import read_run

        try:
            read_run(self._database, row)
        except FileFault:
            return False
        return is_sound(row)

    def _lock(self) -> ProcessLock:
        with self._database.faults():
            return ProcessLock(self._table.lock_path(uuid4().hex))

    def _recorder(
        self, lock: ProcessLock, uid: str, experiment: "Experiment", earlier: "Run | None", seconds: float | None
    ) -> "RunRecorder":
        from koubai.store.recorder import RunRecorder

        database = Database(self.path, patience=self._patience)
        return RunRecorder(database, lock, self._table.row(uid), experiment, earlier, seconds)
