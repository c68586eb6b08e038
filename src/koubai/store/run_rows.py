"""The rows of runs: each sealed with a checksum of all that it says, so that a damaged one isn't believed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from operator import itemgetter
from typing import Any, TypedDict, Unpack, cast

from koubai.errors import FileFault
from koubai.store.database import Database, Value
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


class RunColumns(TypedDict, total=False):
    """Columns of a run's row that are written. ``sign`` is the token of its ProcessLock; four are texts of JSON."""

    uid: str
    name: str
    data: str
    method: str
    seed: int
    steps: int
    experiment: str
    status: str
    sign: str
    diverged_at: int | None
    steps_made: int | None
    loss: float | None
    metrics: str
    started: str
    updated: str
    seconds: float
    surroundings: str
    folder: str
    tags: str
    note: str


class RunRow(RunColumns, total=False):
    """A run's row as it is read; a brief one is without the long columns."""

    id: int
    long_seal: str
    seal: str


EMPTY = RunRow(
    id=0,
    uid="",
    name="",
    data="",
    method="",
    seed=0,
    steps=0,
    experiment="{}",
    status="",
    sign="",
    diverged_at=None,
    steps_made=None,
    loss=None,
    metrics="{}",
    started="",
    updated="",
    seconds=0.0,
    surroundings="{}",
    folder="",
    tags="[]",
    note="",
    long_seal="",
    seal="",
)
BRIEF = f"SELECT id, {', '.join(SHORT)}, seal FROM run"  # no *: a damaged schema is to be noticed
SELECT = f"SELECT id, {', '.join((*SHORT, *LONG))}, seal FROM run"
STATUSES = ("running", "paused", "finished", "interrupted", "diverged", "damaged")

_WRITTEN = (*SHORT, *LONG, "seal")

_short, _long, _plain, _written = itemgetter(*SHORT), itemgetter(*LONG), itemgetter(*PLAIN), itemgetter(*_WRITTEN)


@dataclass(frozen=True)
class Entry:
    """What a store says of a run, without its numbers.

    Attributes:
        uid: What names the run for good, wherever it is taken.
        name: What people call it.
        data: What its data are called.
        method: How its slopes were measured.
        seed: Its seed.
        steps: How many steps it is to make.
        diverged_at: The step at which it diverged; None where it hasn't.
        steps_made: How many steps it has made; None before the first.
        loss: The last loss; None before the first step.
        started: When it was started: ISO 8601, UTC.
        updated: When it was changed last: ISO 8601, UTC.
        seconds: How long it has trained.
        folder: Where its pictures went; empty where there are none.
        note: What people say of it.
        status: "running" (in a process that is alive), "paused" (at rest in such a one), "finished", "interrupted",
            "diverged", or "damaged", where the rest can't be believed.
        texts: JSON, which is read when it is asked for.
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
    texts: Mapping[str, str] = field(repr=False)

    @property
    def is_open(self) -> bool:
        """Whether a process that is alive keeps it: no other may resume or delete it."""
        return self.status in ("running", "paused")

    @property
    def tags(self) -> tuple[str, ...]:
        """What people marked it with."""
        text = self.texts["tags"]
        return () if text == "[]" else tuple(self._parsed("tags"))  # as most have none, and a list asks all

    @property
    def metrics(self) -> Mapping[str, float]:
        """At the end of a classification: "right" and "rows"."""
        return dict(self._parsed("metrics"))

    @property
    def surroundings(self) -> Mapping[str, str]:
        """Versions, system and processor."""
        return dict(self._parsed("surroundings"))

    @property
    def experiment(self) -> Mapping[str, Any]:
        """``Experiment.to_dict()``."""
        return dict(self._parsed("experiment"))

    def _parsed(self, name: str) -> Any:
        """Return the value of a text. FileFault where it is no JSON, though it has a seal that fits it."""
        try:
            return parsed(self.texts[name])
        except (TypeError, ValueError) as error:
            raise FileFault("store-row-damaged", name=self.name) from error


def sealed(*values: Value) -> str:
    """Return the SHA-256 of ``values``, which are what JSON has, or bytes."""
    plain = [sha256(value).hexdigest() if isinstance(value, bytes) else value for value in values]
    return sha256(json.dumps(plain).encode()).hexdigest()


def run_rows(database: Database, query: str, *values: Value) -> list[RunRow]:
    """Return the rows that ``query``, which begins with ``BRIEF`` or ``SELECT``, finds."""
    return cast("list[RunRow]", database.rows(query, *values))


def with_seals(row: RunRow) -> RunRow:
    """Return a row, sealed."""
    row = {**row, "long_seal": sealed(*_long(row))}
    return {**row, "seal": sealed(*_short(row))}


def insert(database: Database, **columns: Unpack[RunColumns]) -> int:
    """Insert a row within a transaction; a column that isn't given is empty. Returns its number."""
    row = with_seals({**EMPTY, **columns})
    statement = f"INSERT INTO run ({', '.join(_WRITTEN)}) VALUES ({', '.join('?' * len(_WRITTEN))})"
    database.execute(statement, *_written(row))
    return cast("int", database.rows("SELECT last_insert_rowid() AS id")[0]["id"])


def update(database: Database, run: int, **changes: Unpack[RunColumns]) -> None:
    """Change some columns of a row within a transaction. FileFault where the row is damaged."""
    rows = run_rows(database, f"{SELECT} WHERE id = ?", run)
    if not rows or not is_sound(rows[0]):
        raise FileFault("store-run-damaged", name=rows[0]["name"] if rows else run, path=str(database.path))
    row = with_seals({**rows[0], "updated": now(), **changes})
    assignments = ", ".join(f"{name} = ?" for name in _WRITTEN)
    database.execute(f"UPDATE run SET {assignments} WHERE id = ?", *_written(row), run)


def now() -> str:
    """Return the present moment: ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def is_sound(row: RunRow) -> bool:
    """Return whether the row says what was written; of a brief one, without what it doesn't hold."""
    try:
        return sealed(*_short(row)) == row["seal"] and ("experiment" not in row or sealed(*_long(row)) == row["long_seal"])
    except (TypeError, ValueError):
        return False


def entry_of(row: RunRow, status: str) -> Entry:
    """Return a row as an Entry with the true ``status``."""
    if status == "damaged":
        row = {**EMPTY, "uid": str(row["uid"]), "name": str(row["name"])}
    columns = cast("Mapping[str, str]", row)
    values: tuple[Any, ...] = (*_plain(row), status, {name: columns[name] for name in TEXTS if name in columns})
    return Entry(*values)
