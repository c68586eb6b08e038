"""Which tests concern a module: those of its name, those that import it, and those of the modules that import it.

``python -m tests.concerned [COMMIT]`` prints the tests that concern what has changed since COMMIT, for ``make quick``. Without
one it is the last commit, or, where the working tree is as it was committed, the one before.
"""

import subprocess
import sys
from collections.abc import Collection
from functools import cache
from pathlib import Path

from tests.imports import imports_of, modules_of

ROOT = Path(__file__).parent.parent
ALWAYS = "tests/test_architecture.py"
BROWSER = "tests/playground/browser"


@cache
def modules_in(root: Path) -> dict[str, Path]:
    """The modules of the package and of its tests in the checkout at ``root``, by their full names."""
    return {**modules_of(root / "src" / "koubai"), **modules_of(root / "tests")}


@cache
def _importers(root: Path) -> dict[str, set[str]]:
    importers: dict[str, set[str]] = {}
    for module in modules_in(root):
        for one in imports_of(module, modules_in(root)):
            importers.setdefault(one.imported, set()).add(module)
    return importers


def _is_test(module: str) -> bool:
    return module.rpartition(".")[2].startswith("test_")


def _tests_of(module: str, root: Path) -> set[str]:
    """The tests that have the module's name, in the folder of its room or above it."""
    room, name = module.split(".")[1:-1], module.rpartition(".")[2]
    places = [".".join(["tests", *room[:depth], f"test_{name}"]) for depth in range(len(room), -1, -1)]
    return {place for place in places if place in modules_in(root)}


def concerned_by(modules: Collection[str], root: Path = ROOT) -> list[list[str]]:
    """The test files that concern ``modules``, by their paths from the ``root`` of a checkout, the nearest first.

    The first list has the tests of the modules' own names; the second those that import them; the third the tests of the
    modules that import them. None is named twice.
    """
    named = set().union(*(_tests_of(module, root) for module in modules)) | {module for module in modules if _is_test(module)}
    above = set().union(*(_importers(root).get(module, set()) for module in modules))
    rings = [named, set(filter(_is_test, above)), set().union(*(_tests_of(module, root) for module in above))]
    seen: set[str] = set()
    paths = []
    for ring in rings:
        paths.append(sorted(modules_in(root)[test].relative_to(root).as_posix() for test in ring - seen))
        seen |= ring
    return paths


def _changed(commit: str) -> list[Path]:
    """The files that are not as they were in ``commit``, and new ones that git doesn't ignore."""

    def git(*words: str) -> list[str]:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()

    new = git("ls-files", "--others", "--exclude-standard")
    if not commit:
        commit = "HEAD" if new or git("diff", "--name-only", "HEAD") else "HEAD~1"
    return [ROOT / name for name in {*git("diff", "--name-only", commit), *new}]


def main() -> None:
    """Print the paths, in one line."""
    known = {path: module for module, path in modules_in(ROOT).items()}
    changed = [known[path] for path in _changed("".join(sys.argv[1:])) if path in known]
    paths = [path for ring in concerned_by(changed) for path in ring if not path.startswith(BROWSER)]
    sys.stdout.write(" ".join(dict.fromkeys([*paths, ALWAYS])) + "\n")


if __name__ == "__main__":
    main()
