"""What the bits of a run depend on beside its experiment: versions, system, processor."""

import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from koubai._version import __version__

PACKAGES = ("jax", "jaxlib", "numpy", "optax")


def surroundings() -> dict[str, str]:
    """Collect the versions, the system and the processor of this process, by name."""
    return {
        "koubai": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
        "platform": platform.platform(),
        "processor": _processor(),
    }


def differences(then: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """List what is different here from ``then``, as (name, then, now). What wasn't noted counts as the same."""
    return [(name, then[name], now) for name, now in surroundings().items() if then.get(name, now) != now]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # not on this system
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Model"))]
    return named[0] if named else platform.processor() or platform.machine()
