"""The command line as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

KOUBAI = [sys.executable, "-m", "koubai"]
PLAIN = ["--film", "none", "--pictures", "none"]  # for tests that are not about drawing


def koubai(*arguments: str, cwd: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    """``koubai`` with ``arguments``, run in ``cwd``: its exit code and what it wrote."""
    environment = {**os.environ, "KOUBAI_LANG": "en", "COLUMNS": "80", **more.pop("env", {})}
    return subprocess.run(
        [*KOUBAI, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False, env=environment, **more
    )
