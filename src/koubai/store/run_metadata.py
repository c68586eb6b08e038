"""What the rows of runs are made of: names, tags, notes, and what a list shows of an experiment."""

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from unicodedata import normalize

from koubai.errors import InputError
from koubai.store.run_rows import EMPTY, Entry, RunColumns, entry_of, now
from koubai.temporary_files import shortened

if TYPE_CHECKING:
    from koubai.experiment import Experiment, Run
    from koubai.experiment.run_format import Provenance

LATEST = "latest"  # the run that was started last, wherever a run is named
MOST_NAME, MOST_BEGINNING = 100, 80  # characters, and of what is numbered
# Bytes in UTF-8, which file systems count, 255 at most: the rest is for what koubai adds, such as -2, -film and .koubai.zip.
MOST_NAME_BYTES, MOST_BEGINNING_BYTES = 200, 180
RESERVED = r"^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)"  # on Windows nothing else can have such a name


def name_of(experiment: "Experiment", own: str = "") -> str:
    """Return what a run is called by default: its ``own`` name, or its data's and its seed, such as xor-0.

    Too long a name is cut. Where neither can be a name, it is data-0.
    """
    seed = f"-{experiment.seed}"
    data = experiment.problem.dataset().name or "data"
    candidates = (_cut(own), _cut(data, len(seed)) + seed, f"data{seed}")
    return next(name for name in map(_composed, candidates) if can_be_a_name(name))


def _cut(name: str, room: int = 0) -> str:
    """Return the beginning of ``name`` that can be numbered, and leaves ``room`` characters."""
    return shortened(unicode_of(name)[: MOST_BEGINNING - room], MOST_BEGINNING_BYTES - room).rstrip(" .")


def _composed(name: str) -> str:
    """Return the name in the form in which a letter and its accent are one character: equal looks are equal names."""
    return normalize("NFC", name)


def folder_name(name: str) -> str:
    """Return what a run's folder is called: as the run is, cut where a file system would refuse it.

    An older store, or a path, may have longer names than ``checked_name`` allows.
    """
    return shortened(name, MOST_NAME_BYTES)


def experiment_columns(experiment: "Experiment") -> RunColumns:
    """Return the columns with the experiment, and with what of it is listed."""
    return RunColumns(
        data=experiment.problem.dataset().name,
        method=experiment.method,
        seed=experiment.seed,
        steps=experiment.steps,
        experiment=json.dumps(experiment.to_dict()),
    )


def columns_of(run: "Run", provenance: "Provenance") -> RunColumns:
    """Return the columns of a run that was made elsewhere."""
    from koubai.store.step_chunks import metrics_of

    return RunColumns(
        **experiment_columns(run.experiment),
        uid=provenance.uid,
        name=provenance.name,
        status=run.status,
        diverged_at=run.diverged_at,
        steps_made=len(run.losses) - 1,
        loss=float(run.losses[-1]) + 0.0,  # SQLite has no -0.0
        metrics=json.dumps(metrics_of(run.experiment, run.best)),
        started=provenance.started or now(),
        updated=now(),
        seconds=float(provenance.seconds),
        surroundings=json.dumps(dict(provenance.surroundings)),
        tags=json.dumps(checked_tags(provenance.tags)),
        note=unicode_of(provenance.note),
    )


def described(run: "Run", provenance: "Provenance") -> Entry:
    """Return what a store would say of a run that it hasn't."""
    return entry_of({**EMPTY, **columns_of(run, provenance)}, run.status)


def can_be_a_name(name: str) -> bool:
    """Return whether a run can have this name.

    It must be that of a folder, too, on any system, and neither a uid nor the name of an exported file.
    """
    plain = 0 < len(name) <= MOST_NAME and name.isprintable() and name == name.strip() and name != LATEST
    short = len(name.encode(errors="replace")) <= MOST_NAME_BYTES
    odd = rf'^[-.]|[/\\:*?"<>|]|\.(zip)?$|^[0-9a-f]{{32}}$|{RESERVED}'
    return plain and short and not re.search(odd, name, re.IGNORECASE)


def checked_name(name: str) -> str:
    """Return ``name`` as a run can have it. InputError where it can't."""
    composed = _composed(name)
    if not can_be_a_name(composed):
        raise InputError("store-name", value=name, most=MOST_NAME, bytes=MOST_NAME_BYTES)
    return composed


def checked_tags(tags: Iterable[str]) -> list[str]:
    """Return ``tags``; InputError for one that can't be used."""
    checked = list(tags)
    for text in checked:
        if not (0 < len(text) <= MOST_NAME and text.isprintable() and text == text.strip()):
            raise InputError("store-tag", value=text, most=MOST_NAME)
    return checked


def unicode_of(text: str) -> str:
    """Return ``text`` with a question mark for each character that UTF-8 doesn't have."""
    return text.encode("utf-8", "replace").decode()
