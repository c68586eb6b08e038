"""koubai runs export and import: runs and networks as files that others open."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from koubai import export as exports
from koubai.cli.runs.lookup import LoadedRun, load_run
from koubai.errors import InputError, chosen
from koubai.experiment.run import load_with_provenance
from koubai.experiment.run_files import pack
from koubai.files import check_free_file
from koubai.locale import sentence
from koubai.store import Store
from koubai.store.run_metadata import checked_name, folder_name

Write = Callable[[LoadedRun, Path, str], None]

FORMATS: dict[str, tuple[str, Write]] = {  # how its files end, and what writes it
    "run": (".koubai.zip", lambda loaded, path, _: pack(loaded.run, path, loaded.provenance)),
    "safetensors": (
        ".safetensors",
        lambda loaded, path, _: exports.write_safetensors(loaded.run.network, path, loaded.run.data.preparation),
    ),
    "onnx": (".onnx", lambda loaded, path, _: exports.write_onnx(loaded.run.network, path, loaded.run.data.preparation)),
    "csv": (".csv", lambda loaded, path, _: exports.write_csv(loaded.run.network, path)),
    "python": (".py", lambda loaded, path, language: exports.write_script(loaded.run, path, language)),
}
ENDINGS = {".zip": "run", ".safetensors": "safetensors", ".onnx": "onnx", ".csv": "csv", ".py": "python"}


def export(run: str, store: Path | None, format: str | None, out: Path | None, language: str) -> int:  # noqa: A002
    """Write ``run``, or its network, as one new file. Returns the exit code."""
    ending, write = chosen("format", format or _by_ending(out), FORMATS)
    loaded = load_run(run, store)
    path = out or Path(f"{folder_name(loaded.name)}{ending}")
    check_free_file(path)
    write(loaded, path, language)
    sys.stdout.write(sentence("export-done", language, name=loaded.name, path=str(path)) + "\n")
    return 0


def _by_ending(out: Path | None) -> str:
    if out is None:
        return "run"
    if out.suffix.lower() not in ENDINGS:
        raise InputError("format-ending", path=str(out), choices=", ".join(ENDINGS))
    return ENDINGS[out.suffix.lower()]


def import_runs(files: Sequence[Path], store: Path | None, name: str | None, language: str) -> int:
    """Take runs in that were exported, or whose folders are there. Returns the exit code."""
    if name is not None and len(files) > 1:
        raise InputError("import-one-name", name=name, files=len(files))
    name = None if name is None else checked_name(name)
    read = [load_with_provenance(path) for path in files]  # first all of them: none is taken in where one is damaged
    with Store(store) as runs:
        for path, (run, provenance) in zip(files, read, strict=True):
            entry, is_new = runs.add(run, provenance, name)
            key = "import-done" if is_new else "import-known"
            sys.stdout.write(sentence(key, language, path=str(path), name=entry.name) + "\n")
    return 0
