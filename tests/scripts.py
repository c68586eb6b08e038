"""Scripts that koubai exported, run by themselves: several in one process, since starting one takes longer than they do."""

import ast
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import koubai as kb
from koubai.export import write_script

KNOWN = {None, "math", "numpy", "matplotlib.pyplot", "pathlib", "Path", "statistics", "NormalDist"}  # what they may import

RUN_AND_KEEP = """
import contextlib, pathlib, runpy, sys
import numpy as np
for folder in map(pathlib.Path, sys.argv[1:]):
    with (folder / "printed").open("w") as printed, contextlib.redirect_stdout(printed):
        made = runpy.run_path(str(folder / "script.py"))
    parameters, rows = made["parameters"], (made["inputs"], made["targets"])
    lost = made["loss"](parameters, *rows[: made["loss"].__code__.co_argcount - 1])
    kept = {f"parameter_{i}": parameter for i, parameter in enumerate(parameters)}
    np.savez(folder / "made.npz", loss=lost, targets=made["targets"], **kept)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
"""


def processed(code: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """A Python of its own, which sees neither this folder nor the user's packages; every warning is an error."""
    environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": ""}
    command = [sys.executable, "-I", "-X", "utf8", "-W", "error", *code]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False
    )


def width(line: str) -> int:
    """The columns that a line takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def written(run: kb.Run, folder: Path, language: str = "en", widest: int = 88) -> Path:
    """The script, checked for what holds of all scripts."""
    folder.mkdir(exist_ok=True)
    path = folder / "script.py"
    write_script(run, path, language)
    source = path.read_text(encoding="utf-8")
    imported = [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = {name.name for node in imported for name in node.names} | {getattr(node, "module", None) for node in imported}
    assert names <= KNOWN
    assert not re.search(r"(import|from) koubai", source)
    wide = [line for line in source.splitlines() if width(line) > widest]
    assert not wide, wide
    return path


def linted(folder: Path) -> None:
    """All scripts of a folder are without a fault that ruff knows."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--quiet", folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def repeated_all(runs: Mapping[str, kb.Run], folder: Path, language: str = "en", widest: int = 88) -> dict[str, dict[str, Any]]:
    """What the script of every run comes to: its parameters, its loss, what it printed. Each has a folder of its own."""
    folder.mkdir(exist_ok=True)
    folders = [written(run, folder / name, language, widest).parent for name, run in runs.items()]
    linted(folder)
    done = processed(["-c", RUN_AND_KEEP, *map(str, folders)], folder)
    assert (done.returncode, done.stderr) == (0, "")
    made = {}
    for one in folders:
        with np.load(one / "made.npz") as kept:
            made[one.name] = {**kept, "printed": (one / "printed").read_text(encoding="utf-8")}
    return made


def repeated(run: kb.Run, folder: Path, language: str = "en", widest: int = 88) -> dict[str, Any]:
    """What one script comes to; it is in ``folder / "run"``."""
    return repeated_all({"run": run}, folder, language, widest)["run"]


def difference(run: kb.Run, made: dict[str, Any]) -> float:
    """The largest difference of a parameter, relative to the largest parameter."""
    arrays = list(run.network.arrays().values())
    largest = max(np.abs(values).max() for values in arrays)
    for place, values in enumerate(arrays):
        assert made[f"parameter_{place}"].dtype == values.dtype
    return float(max(np.abs(made[f"parameter_{place}"] - values).max() for place, values in enumerate(arrays)) / largest)


def assert_repeated(runs: Mapping[str, kb.Run], folder: Path, within: float, language: str = "en") -> dict[str, dict[str, Any]]:
    """Every script comes to its run's parameters; returns what ``repeated_all`` does."""
    made = repeated_all(runs, folder, language)
    off = {name: difference(run, made[name]) for name, run in runs.items()}
    wrong = {name: value for name, value in off.items() if not value <= within}
    assert not wrong, wrong
    return made


def by_method(run: kb.Run, method: str) -> kb.Run:
    """The same run, as if its slopes had been measured by another method: for its script, which measures them so."""
    return replace(run, experiment=replace(run.experiment, method=method, h=None))
