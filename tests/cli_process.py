"""The command line as a process of its own."""

import atexit
import os
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from tests.forkserver import ForkServer

KOUBAI = [sys.executable, "-m", "koubai"]
PLAIN = ["--film", "none", "--pictures", "none"]  # for tests that are not about drawing


def surroundings(cwd: Path) -> dict[str, str]:
    """The environment of a process in ``cwd``: in English, 80 columns, with a store of its own beside it."""
    own = {"KOUBAI_LANG": "en", "COLUMNS": "80", "KOUBAI_STORE": str(store_of(cwd))}
    return {**os.environ, **own}


def store_of(cwd: Path) -> Path:
    """The store of processes in ``cwd``."""
    return cwd.with_name(f"{cwd.name}-store") / "runs.sqlite"


def koubai(*arguments: str, cwd: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    """``koubai`` with ``arguments``, run in ``cwd``: its exit code and what it wrote.

    It is a fork of a process that has loaded koubai, or, where ``more`` is for ``subprocess.run``, a process from the start.
    """
    environment = {**surroundings(cwd), **more.pop("env", {})}
    if not more:
        return _server().run(arguments, cwd, environment)
    return started(*arguments, cwd=cwd, env=environment, **more)


def started(*arguments: str, cwd: Path, env: dict[str, str], **more: Any) -> subprocess.CompletedProcess[str]:
    """The same in a process that begins with Python itself."""
    return subprocess.run(
        [*KOUBAI, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False, env=env, **more
    )


@cache
def _server() -> ForkServer:
    server = ForkServer()
    atexit.register(server.close)
    return server


def on_a_full_disk(kibibytes: int, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """``koubai`` with ``arguments``, where no file may grow beyond so many KiB, as if the disk were full.

    What Python compiles of the modules isn't written: it would be cut, and break what imports them afterwards.
    """
    script = f"trap '' XFSZ; ulimit -f {kibibytes}; exec {shlex.join([*KOUBAI, *arguments])}"
    # what measures coverage writes files that grow, too
    uncovered = {name: value for name, value in surroundings(cwd).items() if not name.startswith("COV")}
    return subprocess.run(
        ["bash", "-c", script],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**uncovered, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def training(*words: str, cwd: Path, stdout: int | None = None) -> subprocess.Popen[str]:
    """``koubai`` with ``words``, started in ``cwd`` as a process that has told of its first step."""
    process = subprocess.Popen(
        [*KOUBAI, *words], cwd=cwd, env=surroundings(cwd), stdout=stdout, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    while not process.stderr.readline().startswith("step"):
        pass
    return process
