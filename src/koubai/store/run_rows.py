"""The rows of runs: each sealed with a checksum of all that it says, so that a damaged one isn't believed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from operator import itemgetter
from typing import Any

from koubai.errors import FileFault
from koubai.store.database import Database
from koubai.untrusted_json import parsed

LONG = ("experiment", "surroundings")  # have a seal of their own: a list does without them
SHORT = (
    "uid",
    "name",
    "data",
    "method",
    "seed",
    "steps",
    "status",
    "sign",
    "diverged_at",
    "steps_made",
    "loss",
    "metrics",
    "started",
    "updated",
    "seconds",
    "folder",
    "tags",
    "note",
    "long_seal",
)
TEXTS = (*LONG, "tags", "metrics")  # of JSON
PLAIN = tuple(name for name in SHORT if name not in (*TEXTS, "status", "sign", "long_seal"))
EMPTY = {
    **dict.fromkeys(SHORT, ""),
    **dict.fromkeys(("diverged_at", "steps_made", "loss")),
    **dict.fromkeys(("seed", "steps"), 0),
    "seconds": 0.0,
    "tags": "[]",
    "metrics": "{}",
    "surroundings": "{}",
    "experiment": "{}",
}
BRIEF = f"SELECT id, {', '.join(SHORT)}, seal FROM run"  # no *: a damaged schema is to be noticed
SELECT = f"SELECT id, {', '.join((*SHORT, *LONG))}, seal FROM run"
STATUSES = ("running", "paused", "finished", "interrupted", "diverged", "damaged")

_short, _long, _plain = itemgetter(*SHORT), itemgetter(*LONG), itemgetter(*PLAIN)


@dataclass(frozen=True)
class Entry:
    """What a store says of a run, without its numbers.

    ``uid`` names the run for good, wherever it is taken. ``status``: "running" (in a process that is alive), "paused" (at rest
    in such a one), "finished", "interrupted", "diverged", or "damaged", where the rest can't be believed. ``steps_made`` is
    None before the first step, ``loss`` the last one. ``started`` and ``updated``: ISO 8601, UTC. ``seconds``: of training.
    ``folder``: where its pictures went.
    """

    uid: str
    name: str
    data: str
    method: str
    seed: int
    steps: int
    diverged_at: int | None
    steps_made: int | None
    loss: float | None
    started: str
    updated: str
    seconds: float
    folder: str
    note: str
    status: str
    texts: Mapping[str, str] = field(repr=False)  # JSON, which is read when it is asked for

    @property
    def is_open(self) -> bool:
        """Whether a process that is alive keeps it: nobody else may go on with it or delete it."""
        return self.status in ("running", "paused")

    @property
    def tags(self) -> tuple[str, ...]:
        """What people marked it with."""
        text = self.texts["tags"]
        return () if text == "[]" else tuple(self._said("tags"))  # as most have none, and a list asks all

    @property
    def metrics(self) -> Mapping[str, float]:
        """At the end of a classification: "right" and "rows"."""
        return dict(self._said("metrics"))

    @property
    def surroundings(self) -> Mapping[str, str]:
        """Versions, system and processor."""
        return dict(self._said("surroundings"))

    @property
    def experiment(self) -> Mapping[str, Any]:
        """``Experiment.to_dict()``."""
        return dict(self._said("experiment"))

    def _said(self, name: str) -> Any:
        """What a text says. FileFault where it is no JSON, though it has a seal that fits it."""
        try:
            return parsed(self.texts[name])
        except (TypeError, ValueError) as error:
            raise FileFault("store-row-damaged", name=self.name) from error


def sealed(*values: object) -> str:
    """The SHA-256 of ``values``, which are what JSON has, or bytes."""
    plain = [sha256(value).hexdigest() if isinstance(value, bytes) else value for value in values]
    return sha256(json.dumps(plain).encode()).hexdigest()


def with_seals(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row, sealed."""
    row = {**row, "long_seal": sealed(*_long(row))}
    return {**row, "seal": sealed(*_short(row))}


def insert(database: Database, **values: Any) -> int:
    """Within a transaction: a new row; what isn't given is empty. Returns its number."""
    row = with_seals({**EMPTY, **values})
    names = (*SHORT, *LONG, "seal")
    statement = f"INSERT INTO run ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    database.execute(statement, *(row[name] for name in names))
    return int(database.rows("SELECT last_insert_rowid() AS id")[0]["id"])


def update(database: Database, run: int, **changes: Any) -> None:
    """Within a transaction: change some columns of a row. FileFault where it is damaged."""
    found = database.rows(f"{SELECT} WHERE id = ?", run)
    if not found or not is_sound(found[0]):
        raise FileFault("store-run-damaged", name=found[0]["name"] if found else run, path=str(database.path))
    row = with_seals({**found[0], "updated": now(), **changes})
    names = (*SHORT, *LONG, "seal")
    assignments = ", ".join(f"{name} = ?" for name in names)
    database.execute(f"UPDATE run SET {assignments} WHERE id = ?", *(row[name] for name in names), run)


def now() -> str:
    """ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def is_sound(row: Mapping[str, Any]) -> bool:
    """Whether the row says what was written; of a brief one, without what it doesn't hold."""
    try:
        return sealed(*_short(row)) == row["seal"] and ("experiment" not in row or sealed(*_long(row)) == row["long_seal"])
    except (TypeError, ValueError):
        return False


def entry_of(row: Mapping[str, Any], status: str) -> Entry:
    """A row as an Entry with the true ``status``."""
    if status == "damaged":
        row = {**EMPTY, "uid": str(row["uid"]), "name": str(row["name"])}
    values = (*_plain(row), status, {name: row[name] for name in TEXTS if name in row})
    return Entry(*values)
