"""Which modules of a package import which: read from the source, anywhere in a file, also for types only."""

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path


@dataclass(frozen=True)
class Import:
    """``importer`` imports ``imported``, both modules by their full names, within ``function`` ("Run.plot"; "" at the top)."""

    importer: str
    imported: str
    function: str = ""


def modules_of(package: Path) -> dict[str, Path]:
    """The modules in the folder ``package`` by their full names; a package is the module of its ``__init__.py``."""
    modules = {}
    for path in sorted(package.rglob("*.py")):
        parts = [package.name, *path.relative_to(package).with_suffix("").parts]
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


def imports_of(module: str, modules: Mapping[str, Path]) -> set[Import]:
    """What ``module`` imports of ``modules``, by full or relative name, and by ``import_module`` of a text."""
    path = modules[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found = set()
    for node, function in _with_function(ast.parse(path.read_text(encoding="utf-8")), ""):
        for name in _names(node, package):
            imported = next((known for known in (name, name.rpartition(".")[0]) if known in modules), None)
            if imported is not None and imported != module:
                found.add(Import(module, imported, function))
    return found


def circle(imports: Collection[Import]) -> list[str]:
    """Modules each of which imports the next, the last one being the first; none where there is no circle."""
    graph: dict[str, set[str]] = {}
    for one in imports:
        graph.setdefault(one.importer, set()).add(one.imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def _with_function(node: ast.AST, function: str) -> Iterator[tuple[ast.AST, str]]:
    """Every node below ``node``, and the name of the function or class that it stands in."""
    for child in ast.iter_child_nodes(node):
        yield child, function
        name = child.name if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else ""
        yield from _with_function(child, f"{function}.{name}".strip("."))


def _names(node: ast.AST, package: str) -> list[str]:
    """The full names that an import names: of ``from a import b``, which may be a module, a.b."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        stem = ".".join([*above, *([node.module] if node.module else [])])
        return [f"{stem}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and node.args:
        first = node.args[0]
        return [first.value] if isinstance(first, ast.Constant) and isinstance(first.value, str) else []
    return []
