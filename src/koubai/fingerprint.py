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
LIBRARIES = {"jax", "jaxlib", "numpy", "optax", *sys.stdlib_module_names} - {"unittest"}  # described by their versions
KNOWN = {"koubai", *LIBRARIES}


class Unknown(Exception):
    """A value has no description that holds beyond this process: a function of the user's own, say."""


def described(value: Any, depth: int = 0) -> str:
    """Return a text that is the same for the same value in every process. Raises Unknown where there is none."""
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
        return f"{_qualified_name(type(value))}({named})"
    if isinstance(value, Pattern):
        return repr((value.pattern, value.flags))
    if callable(value):
        return _qualified_name(value)
    raise Unknown


def _of_function(function: FunctionType, depth: int) -> str:
    """Describe a function by its place in the source, its code and what it has been given."""
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    given = described((function.__defaults__, function.__kwdefaults__, cells), depth + 1)
    code = function.__code__
    return f"{_qualified_name(function)}:{code.co_firstlineno}:{sha256(code.co_code).hexdigest()}{given}"


def _qualified_name(value: object) -> str:
    module = getattr(value, "__module__", None)
    if not isinstance(module, str) or module.split(".")[0] not in KNOWN:
        raise Unknown
    return f"{module}.{getattr(value, '__qualname__', type(value).__qualname__)}"


def of_package(name: str) -> str:
    """Describe the package ``name`` as it is now: its source, and the values in its modules, which a test may have changed.

    All of its modules are imported, so that it makes no difference which of them a process has used so far.

    Raises:
        Unknown: There is no source, or a value has no description.
    """
    _import_all(name)
    values = []
    for module_name, module in sorted(sys.modules.copy().items()):
        if module_name == name or module_name.startswith(f"{name}."):
            names = sorted(key for key in vars(module) if key[:2] != "__")
            values += [f"{module_name}.{key}={_described_value(getattr(module, key), key)}" for key in names]
    return f"{_source(name)}{sha256(''.join(values).encode()).hexdigest()}"


@cache
def _import_all(name: str) -> None:
    for module in walk_packages(import_module(name).__path__, f"{name}."):
        import_module(module.name)


def _described_value(value: object, name: str) -> str:
    """Describe the value of that name in a module. Other modules and classes are described by the source alone."""
    try:
        return "" if isinstance(value, (ModuleType, type)) else described(value)
    except Unknown as fault:
        raise Unknown(name) from fault


@cache
def _source(name: str) -> str:
    """Return the SHA-256 of all source files of a package."""
    digest, has_source = sha256(), False
    for folder in getattr(sys.modules[name], "__path__", ()):
        for path in sorted(Path(folder).rglob("*.py")):
            digest.update(f"{path.relative_to(folder)}".encode() + path.read_bytes())
            has_source = True
    if not has_source:
        raise Unknown
    return digest.hexdigest()


@cache
def version_of(package: str) -> str:
    """Return the version of an installed package, empty where there is none; the package isn't imported."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return ""


@cache
def processor() -> str:
    """Return the processor, its features and our cores; where the system doesn't tell these, the machine's name."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    facts = [platform.machine(), platform.system(), str(cores)]
    with suppress(OSError):
        wanted = ("model name", "flags", "Features", "CPU implementer", "CPU part")
        lines = Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
        facts += [line for line in lines if line.split("\t")[0].split(":")[0].strip() in wanted]
    return "\n".join(facts if len(facts) > 3 else [*facts, platform.node()])


def compiler_variables() -> str:
    """Return the variables of the environment by which a user changes how JAX compiles."""
    return repr(sorted((name, value) for name, value in os.environ.items() if name.startswith(("JAX_", "XLA_"))))
