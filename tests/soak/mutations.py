"""Mutations: small faults put into the source, one at a time, to see whether the tests that concern it find them.

``python -m tests.soak.mutations [--count 40] [--seed 0] [--root CHECKOUT]`` draws so many places in the modules of a checkout,
changes each in a copy of it, and runs the tests of ``tests.concerned``, the nearest first, until one fails. A test that doesn't
end has found the fault as well. What survives is printed with its place: it changes nothing that can be seen, or a test
is missing.
"""

import argparse
import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.concerned import ROOT, concerned_by, modules_in

SECONDS = 900  # of one round of tests, until a fault counts as found
COPIED = (
    "src",
    "tests",
    "docs",
    "benchmarks",
    "README.md",
    "README.ja.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "Makefile",
    "pyproject.toml",
    "uv.lock",
)
SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Pow: ast.Mult,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


@dataclass(frozen=True)
class Mutation:
    """``before``, the text of a node of ``module``'s source from ``start`` to ``end`` (in bytes), becomes ``after``."""

    module: str
    line: int
    start: int
    end: int
    before: str
    after: str

    def __str__(self) -> str:
        shown = [" ".join(text.split())[:60] for text in (self.before, self.after)]
        return f"{self.module}:{self.line}: {shown[0]} -> {shown[1]}"


def mutations_of(module: str, source: str) -> Iterator[Mutation]:
    """Every mutation of a module; annotations and docstrings are left as they are."""
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for node, changed in _changed(ast.parse(source)):
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        text = ast.unparse(changed)
        after = f"({text})" if isinstance(changed, (ast.Compare, ast.BinOp, ast.BoolOp)) else text
        yield Mutation(module, node.lineno, start, end, source.encode()[start:end].decode(), after)


def _changed(tree: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, ast.expr | ast.stmt]]:
    """The nodes that can be mutated, each with what becomes of it."""
    for child in _executed(tree):
        if isinstance(child, ast.Compare) and type(child.ops[0]) in SWAPPED:
            changed = copy.deepcopy(child)
            changed.ops[0] = SWAPPED[type(child.ops[0])]()  # type: ignore[call-overload]
            yield child, changed
        elif isinstance(child, (ast.BinOp, ast.BoolOp)) and type(child.op) in SWAPPED:
            other = copy.deepcopy(child)
            other.op = SWAPPED[type(child.op)]()  # type: ignore[assignment]
            yield child, other
        elif isinstance(child, ast.UnaryOp) and isinstance(child.op, (ast.Not, ast.USub)):
            yield child, child.operand
        elif isinstance(child, ast.Constant) and isinstance(child.value, bool):
            yield child, ast.Constant(not child.value)
        elif isinstance(child, ast.Constant) and isinstance(child.value, (int, float)):
            yield child, ast.Constant(child.value * 2 or 1)
        elif isinstance(child, ast.Expr) and isinstance(child.value, ast.Call):
            yield child, ast.Pass()


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below ``node`` that are executed when the program does its work."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "format_spec"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                yield child
                yield from _executed(child)


def drawn(root: Path, count: int, seed: int) -> list[Mutation]:
    """``count`` mutations of a checkout's package, drawn by ``seed`` from all of them; sentences are left out."""
    every: list[Mutation] = []
    for module, path in modules_in(root).items():
        if module.split(".")[0] == "koubai" and module.split(".")[1:2] != ["locale"]:
            every += mutations_of(module, path.read_text(encoding="utf-8"))
    return Random(seed).sample(every, count)


def found_by(mutation: Mutation, root: Path, folder: Path) -> str:
    """The test that fails in ``folder``, a copy of ``root``, with the mutation in it; "" where none does."""
    path = folder / modules_in(root)[mutation.module].relative_to(root)
    content = path.read_bytes()
    path.write_bytes(content[: mutation.start] + mutation.after.encode() + content[mutation.end :])
    try:
        for tests in filter(None, concerned_by([mutation.module], root)):
            if failed := _failing(tests, folder):
                return failed
    finally:
        path.write_bytes(content)
    return ""


def _failing(tests: list[str], folder: Path) -> str:
    flags = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "XLA_FLAGS": flags, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not slow", "-n", "2", "--dist", "worksteal", *tests]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"a test of {tests[0]} that does not end"
    if done.returncode in (0, 5):  # 5: no test was selected
        return ""
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0].split(" - ")[0] if failed else f"{tests[0]} (exit code {done.returncode})"


def main() -> None:
    """Print each mutation and what found it, then how many were found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--root", type=Path, default=ROOT)
    options = parser.parse_args()
    root = options.root.resolve()
    found = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in COPIED:
            (shutil.copytree if (root / name).is_dir() else shutil.copy2)(root / name, folder / name)
        for number, mutation in enumerate(drawn(root, options.count, options.seed), 1):
            test = found_by(mutation, root, folder)
            found += bool(test)
            sys.stdout.write(f"{number:3} {'found   ' if test else 'SURVIVED'} {mutation}\n    {test}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{found} of {options.count} were found.\n")


if __name__ == "__main__":
    main()
