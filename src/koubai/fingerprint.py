"""What compiled code depends on, as text: the source that it is made from, what that source calls, and the processor."""

import os
import platform
import sys
from _thread import LockType
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache, partial
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from re import Pattern
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

DEEPEST = 16
LIBRARIES = {"jax", "jaxlib", "numpy", "optax", *sys.stdlib_module_names} - {"unittest"}  # told by their versions
KNOWN = {"koubai", *LIBRARIES}


class Unknown(Exception):
    """Nobody can say what something is, beyond this process: a function of the user's own, say."""


def described(value: Any, depth: int = 0) -> str:
    """The same text for the same value in every process. Raises Unknown where there is none."""
    if depth > DEEPEST:
        raise Unknown
    inner = partial(described, depth=depth + 1)
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes, np.generic)):
        return repr(value)
    if isinstance(value, np.ndarray):
        return f"{value.dtype.str}{value.shape}{sha256(np.ascontiguousarray(value).tobytes()).hexdigest()}"
    if isinstance(value, (slice, range)) or value is Ellipsis:
        return repr(value)
    if isinstance(value, LockType):
        return "lock"  # which holds nothing
    if isinstance(value, (tuple, list)):
        return f"({','.join(map(inner, value))})"
    if isinstance(value, (set, frozenset)):
        return f"{{{','.join(sorted(map(inner, value)))}}}"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{inner(key)}:{inner(one)}' for key, one in value.items())}}}"
    if isinstance(value, partial):
        return f"partial({inner(value.func)},{inner(value.args)},{inner(value.keywords)})"
    if isinstance(value, FunctionType) and value.__module__.split(".")[0] not in LIBRARIES:
        return _of_function(value, depth)
    if is_dataclass(value) and not isinstance(value, type):
        named = ",".join(inner(getattr(value, field.name)) for field in fields(value))
        return f"{_place(type(value))}({named})"
    if isinstance(value, Pattern):
        return repr((value.pattern, value.flags))
    if callable(value):
        return _place(value)
    raise Unknown


def _of_function(function: FunctionType, depth: int) -> str:
    """A function by its place in the source and what it has been given: what it says is told by the source."""
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    given = described((function.__defaults__, function.__kwdefaults__, cells), depth + 1)
    code = function.__code__
    return f"{_place(function)}:{code.co_firstlineno}:{sha256(code.co_code).hexdigest()}{given}"


def _place(value: Any) -> str:
    module = getattr(value, "__module__", None)
    if not isinstance(module, str) or module.split(".")[0] not in KNOWN:
        raise Unknown
    return f"{module}.{getattr(value, '__qualname__', type(value).__qualname__)}"


def of_package(name: str) -> str:
    """The package ``name`` as it is now: its source, and what its modules hold, which a test may have changed.

    All of its modules are imported, since which of them a process has used so far is to make no difference. Raises Unknown
    where there is no source, or something isn't of a known place.
    """
    _import_all(name)
    held = []
    for called, module in sorted(sys.modules.copy().items()):
        if called == name or called.startswith(f"{name}."):
            names = sorted(key for key in vars(module) if key[:2] != "__")
            held += [f"{called}.{key}={_held(getattr(module, key), key)}" for key in names]
    return f"{_source(name)}{sha256(''.join(held).encode()).hexdigest()}"


@cache
def _import_all(name: str) -> None:
    for module in walk_packages(import_module(name).__path__, f"{name}."):
        import_module(module.name)


def _held(value: Any, name: str) -> str:
    """What a module holds under that name. Other modules and classes are told by the source alone."""
    try:
        return "" if isinstance(value, (ModuleType, type)) else described(value)
    except Unknown as fault:
        raise Unknown(name) from fault


@cache
def _source(name: str) -> str:
    """The SHA-256 of all source files of a package."""
    digest, found = sha256(), False
    for folder in getattr(sys.modules[name], "__path__", ()):
        for path in sorted(Path(folder).rglob("*.py")):
            digest.update(f"{path.relative_to(folder)}".encode() + path.read_bytes())
            found = True
    if not found:
        raise Unknown
    return digest.hexdigest()


@cache
def version_of(package: str) -> str:
    """The version of an installed package, empty where there is none; it isn't imported for it."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return ""


@cache
def processor() -> str:
    """The processor and what it can do; where the system doesn't tell, the machine by its name. And how many cores are ours."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    told = [platform.machine(), platform.system(), str(cores)]
    with suppress(OSError):
        wanted = ("model name", "flags", "Features", "CPU implementer", "CPU part")
        lines = Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
        told += [line for line in lines if line.split("\t")[0].split(":")[0].strip() in wanted]
    return "\n".join(told if len(told) > 3 else [*told, platform.node()])


def surroundings() -> str:
    """The variables by which a user changes how JAX compiles."""
    return repr(sorted((name, value) for name, value in os.environ.items() if name.startswith(("JAX_", "XLA_"))))
