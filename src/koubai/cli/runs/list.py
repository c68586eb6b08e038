"""koubai runs: the list. It is there at once: neither JAX nor NumPy is needed for it."""

import json as json_format
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from shutil import get_terminal_size
from typing import Any

from koubai.cli.runs.lookup import reading
from koubai.errors import InputError
from koubai.locale import sentence
from koubai.store import Entry
from koubai.store.run_rows import STATUSES
from koubai.text_columns import GAP, cut, in_columns, shown_loss, widest

MOST = 20  # runs, unless more are asked for
NARROWEST_NAME = 12
COLUMNS = {
    "name": "l",
    "status": "l",
    "data": "l",
    "method": "l",
    "steps": "r",
    "loss": "r",
    "right": "r",
    "started": "l",
    "tags": "l",
}
LESS_IMPORTANT = ("tags", "method", "data", "right")  # are left out of a narrow terminal, in this order
NUMBERS = (
    "name",
    "uid",
    "status",
    "data",
    "method",
    "seed",
    "steps",
    "steps_made",
    "diverged_at",
    "loss",
    "metrics",
    "started",
)


def list_runs(filters: Mapping[str, object], limit: object, store: Path | None, *, json: bool, language: str) -> int:
    """Write the list to standard output. Returns the exit code.

    Args:
        filters: What the runs are chosen and sorted by, as ``Store.entries`` takes it.
        limit: How many to list at most, or "all"; None for the usual number.
        store: The file of the store; None for the usual one.
        json: Whether to write JSON.
        language: Of the list.
    """
    most = None if limit in ("all", None) else limit
    if most is not None and not (isinstance(most, int) and most > 0):
        raise InputError("runs-limit", value=limit)
    if limit is None and not json:
        most = MOST
    with reading(store) as runs:
        given: dict[str, Any] = dict(filters)
        entries = runs.entries(limit=most and most + 1, brief=not json, **given)
        some, path = bool(entries or len(runs)), runs.path
    more, entries = most is not None and len(entries) > most, entries[:most]
    if json:
        sys.stdout.write(json_format.dumps([as_json(entry) for entry in entries], ensure_ascii=False, indent=2) + "\n")
    elif entries:
        sys.stdout.write("\n".join(_table(entries, language)) + "\n")
        if more:
            sys.stderr.write(sentence("runs-more", language, shown=most) + "\n")
    else:
        key = "runs-none-such" if some else "runs-none"
        sys.stderr.write(sentence(key, language, path=str(path)) + "\n")
    return 0


def as_json(entry: Entry) -> dict[str, object]:
    """Convert all that is known of a run to plain values."""
    rest = ("updated", "seconds", "folder", "tags", "note", "surroundings", "experiment")
    return {name: _plain(getattr(entry, name)) for name in (*NUMBERS, *rest)}


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value


def _table(entries: list[Entry], language: str) -> list[str]:
    statuses = {status: sentence(f"status-{status}", language) for status in STATUSES}
    rows = [_row(entry, statuses) for entry in entries]
    columns = {name: [sentence(f"runs-column-{name}", language), *(row[name] for row in rows)] for name in COLUMNS}
    if not any(columns["tags"][1:]):
        del columns["tags"]
    if sys.stdout.isatty():
        _fit(columns, get_terminal_size().columns)
    return in_columns(list(zip(*columns.values(), strict=True)), "".join(COLUMNS[name] for name in columns))


def _fit(columns: dict[str, list[str]], width: int) -> None:
    """Leave out what is less important, then shorten the names, until a line fits into ``width``."""

    def over() -> int:
        return sum(map(widest, columns.values())) + len(GAP) * (len(columns) - 1) - (width - 1)

    for name in LESS_IMPORTANT:
        if over() > 0:
            columns.pop(name, None)
    if over() > 0:
        most = max(NARROWEST_NAME, widest(columns["name"]) - over())
        columns["name"] = [cut(name, most) for name in columns["name"]]


def _row(entry: Entry, statuses: Mapping[str, str]) -> dict[str, str]:
    metrics = entry.metrics
    return {
        "name": entry.name,
        "status": statuses[entry.status],
        "data": entry.data,
        "method": entry.method,
        "steps": steps_of(entry),
        "loss": "" if entry.loss is None else shown_loss(entry.loss),
        "right": f"{metrics['right']:g}/{metrics['rows']:g}" if "rows" in metrics else "",
        "started": local_time(entry.started),
        "tags": ", ".join(entry.tags),
    }


def steps_of(entry: Entry) -> str:
    """Say how many steps were made, and of how many, where that isn't all."""
    count = entry.steps_made or 0
    return f"{count}" if count == entry.steps else f"{count}/{entry.steps}"


def local_time(text: str) -> str:
    """Write a time of the store as a clock on the wall here shows it."""
    return datetime.fromisoformat(text).astimezone().isoformat(" ", "minutes")[:16] if text else ""
