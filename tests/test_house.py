"""The house: who may use whom, what a first import costs, and that every sentence has its place."""

import ast
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

import koubai
from koubai import errors
from koubai.locale import LANGUAGES, sentence, sentences

SOURCE = Path(koubai.__file__).parent

# from the ground up; rooms of one floor don't use each other
FLOORS = [
    ["locale"],
    ["errors"],
    ["arrays", "files"],
    ["core", "data"],
    ["experiment"],
    ["estimator", "evaluation", "export", "pictures", "progress", "store", "sweep"],
    ["playground"],
    ["cli", "notebook"],
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted(SOURCE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported_by(path: Path) -> set[str]:
    """The rooms of koubai that a module imports anywhere, by full or relative name."""
    package = ["koubai", *path.relative_to(SOURCE).parent.parts]
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")] if node.level else []
            stem = ".".join(part for part in base if part) or node.module or ""
            names = [f"{stem}.{alias.name}" for alias in node.names]
        rooms |= {name.split(".")[1] for name in names if name.startswith("koubai.") and name.split(".")[1] in FLOOR}
    return rooms


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_point_down(path: Path) -> None:
    room = room_of(path)
    if room in ("__init__", "__main__"):
        return  # the door plate, and the way to the command line
    assert room in FLOOR, f"{room} has no floor in this test"
    for other in imported_by(path) - {room}:
        assert FLOOR[other] < FLOOR[room], f"{path} imports {other}, which is not below {room}"


def test_the_check_of_imports_sees_relative_ones(tmp_path: Path) -> None:
    inside = SOURCE / "core" / "network.py"
    assert imported_by(inside) == {"arrays", "core", "errors"}


def test_core_keeps_away_from_the_world() -> None:
    for path in (SOURCE / "core").rglob("*.py"):
        text = path.read_text()
        assert not re.search(r"\b(open|print|input)\(", text), path
        assert not re.search(r"import (os|sys|logging|random|pathlib|subprocess|datetime)\b", text), path


def test_files_fit_on_a_few_screens() -> None:
    for path in MODULES:
        if room_of(path) != "locale":
            assert len(path.read_text().splitlines()) <= 320, path


def test_importing_koubai_imports_nothing_heavy() -> None:
    heavy = ("jax", "numpy", "matplotlib", "click", "rich", "optax")
    code = f"import sys, koubai; print([name for name in {heavy} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_public_names() -> None:
    for name in koubai.__all__:
        assert getattr(koubai, name) is not None
    assert set(koubai.__all__) == set(dir(koubai))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        koubai.nothing  # noqa: B018


def placeholders(text: str) -> set[str]:
    return {name.split("!")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_sentence(language: str) -> None:
    english, other = sentences("en"), sentences(language)
    assert set(english) == set(other)
    for key, text in english.items():
        assert placeholders(text) == placeholders(other[key]), key


def test_every_sentence_that_the_code_asks_for_is_there_and_none_besides() -> None:
    source = "\n".join(path.read_text() for path in MODULES if room_of(path) != "locale")
    errors_named = re.findall(r'(?:InputError|FileFault|Diverged)\(\s*f?"([a-z0-9-]+)"', source)
    asked = {f"error-{code}" for code in errors_named}
    for code in re.findall(r'unknown\(\s*"([a-z-]+)"', source):
        asked |= {f"error-{code}", f"error-{code}-near"}
    asked |= {f"error-{name}" for name in ("steps", "seed", "record-every", "optimizer-option", "optimizer-no-options")}
    asked |= {f"error-{name}" for name in ("option-flag", "option-value")}
    for code in re.findall(r'chosen\(\s*"([a-z-]+)"', source):
        asked |= {f"error-{code}", f"error-{code}-near"}
    asked |= set(re.findall(r'"((?:error|interrupted|diverged|help|progress|report|picture|file)-[a-z0-9-]+)"', source))
    asked |= {key for key in sentences("en") if key.startswith(("help-", "file-"))} | {"interrupted"}
    assert {key for key in asked if not re.fullmatch(r"(error|file|help)-", key)} - set(sentences("en")) == set()
    assert set(sentences("en")) - asked == set()


def test_errors_carry_their_values() -> None:
    import pickle

    error = errors.InputError("h", value=0)
    assert str(error) == sentence("error-h", "en", value=0)
    assert (error.exit_code, errors.FileFault("file", path="a", reason="b").exit_code) == (2, 1)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.code, again.values) == (errors.InputError, "h", {"value": 0})
    with pytest.raises(KeyError):
        sentence("error-of-nobody", "en")
