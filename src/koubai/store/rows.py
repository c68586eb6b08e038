"""The rows of runs: each sealed with a checksum of all that it says, so that a damaged one isn't believed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from koubai.errors import FileFault
from koubai.store.database import Database

COLUMNS = (
    "uid",
    "name",
    "data",
    "method",
    "seed",
    "steps",
    "experiment",
    "status",
    "sign",
    "diverged_at",
    "steps_made",
    "loss",
    "metrics",
    "started",
    "updated",
    "seconds",
    "surroundings",
    "folder",
    "tags",
    "note",
)
NULLABLE = ("diverged_at", "steps_made", "loss")
STATUSES = ("running", "finished", "interrupted", "diverged")


@dataclass(frozen=True)
class Entry:
    """What a store says of a run, without its numbers.

    ``uid`` names the run for good, wherever it is taken. ``status``: "running" (in a process that is alive), "finished",
    "interrupted", "diverged", or "damaged", where the rest can't be believed. ``steps_made`` is None before the first step,
    ``loss`` the last one. ``metrics``: "right" and "rows" at the end of a classification. ``started`` and ``updated``: ISO
    8601, UTC. ``seconds``: of training. ``surroundings``: versions, system, processor. ``folder``: where its pictures went.
    """

    uid: str
    name: str
    data: str
    method: str
    seed: int
    steps: int
    status: str
    diverged_at: int | None
    steps_made: int | None
    loss: float | None
    started: str
    updated: str
    seconds: float
    folder: str
    note: str
    tags: tuple[str, ...]
    metrics: Mapping[str, float]
    surroundings: Mapping[str, str]
    experiment: Mapping[str, Any]


def seal_of(values: Mapping[str, Any]) -> str:
    """The checksum of a row."""
    return sealed(*(values[name] for name in COLUMNS))


def sealed(*values: object) -> str:
    """The SHA-256 of ``values``, which are what JSON has, or bytes."""
    plain = [sha256(value).hexdigest() if isinstance(value, bytes) else value for value in values]
    return sha256(json.dumps(plain).encode()).hexdigest()


def insert(database: Database, **values: Any) -> int:
    """Within a transaction: a new row; what isn't given is empty. Returns its number."""
    row = {**dict.fromkeys(COLUMNS, ""), **dict.fromkeys(NULLABLE), "metrics": "{}", "tags": "[]", "seconds": 0.0, **values}
    places = ", ".join("?" * (len(COLUMNS) + 1))
    statement = f"INSERT INTO run ({', '.join(COLUMNS)}, seal) VALUES ({places})"
    database.execute(statement, *(row[name] for name in COLUMNS), seal_of(row))
    return int(database.rows("SELECT last_insert_rowid() AS id")[0]["id"])


def update(database: Database, run: int, **changes: Any) -> None:
    """Within a transaction: change some columns of a row. FileFault where it is damaged."""
    row = dict(database.rows("SELECT * FROM run WHERE id = ?", run)[0])
    if not is_sound(row):
        raise FileFault("store-run-damaged", name=row["name"], path=str(database.path))
    row |= {"updated": now(), **changes}
    assignments = ", ".join(f"{name} = ?" for name in COLUMNS)
    database.execute(
        f"UPDATE run SET {assignments}, seal = ? WHERE id = ?", *(row[name] for name in COLUMNS), seal_of(row), run
    )


def now() -> str:
    """ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def is_sound(row: Mapping[str, Any]) -> bool:
    """Whether the row says what was written."""
    try:
        return bool(seal_of(row) == row["seal"])
    except (TypeError, ValueError):
        return False


def entry_of(row: Mapping[str, Any], status: str) -> Entry:
    """A row as an Entry with the true ``status``."""
    if status == "damaged":
        nothing: dict[str, Any] = {"data": "", "method": "", "seed": 0, "steps": 0, "diverged_at": None, "steps_made": None}
        nothing |= {"loss": None, "started": "", "updated": "", "seconds": 0.0, "folder": "", "note": "", "tags": ()}
        return Entry(str(row["uid"]), str(row["name"]), status=status, metrics={}, surroundings={}, experiment={}, **nothing)
    read = {name: json.loads(row[name]) for name in ("tags", "metrics", "surroundings", "experiment")}
    read["tags"] = tuple(read["tags"])
    return Entry(**{**{name: row[name] for name in COLUMNS if name != "sign"}, **read, "status": status})
