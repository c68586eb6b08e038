"""koubai runs edit and delete."""

import sys
from collections.abc import Sequence
from pathlib import Path

from koubai.cli.runs.list import steps_of
from koubai.cli.runs.lookup import reading
from koubai.errors import InputError
from koubai.locale import sentence
from koubai.store import Entry, Store


def edit(
    run: str, store: Path | None, name: str | None, tag: Sequence[str], untag: Sequence[str], note: str | None, language: str
) -> int:
    """Change what is said of ``run``. Returns the exit code."""
    if name is None and note is None and not tag and not untag:
        raise InputError("edit-nothing", name=run)
    with Store(store) as runs:
        entry = runs.edit(run, rename=name, note=note, tag=tag, untag=untag)
    sys.stdout.write(sentence("edit-done", language, name=entry.name) + "\n")
    return 0


def delete(runs: Sequence[str], store: Path | None, yes: bool, language: str) -> int:
    """Forget ``runs``, all or none, after asking. Returns the exit code."""
    with reading(store) as there:
        entries = [there.entry(name) for name in dict.fromkeys(runs)]
    for entry in entries:
        if entry.is_open:
            raise InputError(f"store-{entry.status}", name=entry.name)
    if not yes and not _agreed(entries, language):
        return 1
    with Store(store) as there:
        there.delete(*(entry.uid for entry in entries))
    for entry in entries:
        sys.stdout.write(sentence("delete-done", language, name=entry.name) + "\n")
    return 0


def _agreed(entries: Sequence[Entry], language: str) -> bool:
    if not sys.stdin.isatty():
        raise InputError("delete-unasked", names=", ".join(repr(entry.name) for entry in entries))
    for entry in entries:
        status = sentence(f"status-{entry.status}", language)
        sys.stderr.write(sentence("delete-what", language, name=entry.name, status=status, steps=steps_of(entry)) + "\n")
    sys.stderr.write(sentence("delete-ask", language, runs=len(entries)) + " ")
    sys.stderr.flush()
    try:
        answer = sys.stdin.readline()
    except OSError:  # the terminal is gone
        answer = ""
    return answer.strip().lower() in sentence("delete-yes", language).split()
