"""The command line as a process of its own."""

import subprocess
import sys
from pathlib import Path
from typing import Any

KOUBAI = [sys.executable, "-m", "koubai"]


def koubai(*arguments: str, cwd: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    """``koubai`` with ``arguments``, run in ``cwd``: its exit code and what it wrote."""
    return subprocess.run([*KOUBAI, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False, **more)
