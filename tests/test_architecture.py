"""The house: who may use whom, what a first import costs, and that every sentence has its place."""

import ast
import re
import shutil
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import koubai
from koubai import errors
from koubai.cli.list_choices import KINDS
from koubai.cli.report import FILES
from koubai.locale import LANGUAGES, sentence, sentences
from tests import javascript
from tests.imports import Import, circle, imports_of, modules_of

SOURCE = Path(koubai.__file__).parent

# from the ground up; rooms of one floor don't use each other
FLOORS = [
    ["_version", "locale"],
    ["errors", "temporary_files"],
    ["arrays", "files", "fingerprint", "memory", "spreadsheet", "text_columns", "untrusted_json"],
    ["compilation_cache"],
    ["core", "data"],
    ["experiment"],
    ["estimator", "evaluation", "export", "pictures", "store", "sweep", "terminal"],
    ["playground"],
    ["cli", "notebook"],
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted(SOURCE.rglob("*.py"))
STATIC = SOURCE / "playground" / "static"
PAGE = sorted(path for path in STATIC.rglob("*") if path.suffix in (".js", ".html", ".css") and "vendor" not in path.parts)


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


# The few imports that point up or around. ``koubai/__init__`` is the door plate: it imports the rooms when a name is used.
DOOR_PLATE = "koubai"
# These import the room that they need when they are called (kb.sweep and kb.minimize are names of the door plate).
LAZY_ACCESSORS = {"koubai.experiment.run": ("Run.plot", "Run.play", "Run.check")}


def is_allowed(one: Import) -> bool:
    """Whether an import may point up or around."""
    return one.importer == DOOR_PLATE or one.function in LAZY_ACCESSORS.get(one.importer, ())


def all_imports(package: Path) -> set[Import]:
    modules = modules_of(package)
    return {one for module in modules for one in imports_of(module, modules) if not is_allowed(one)}


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_imports_point_down() -> None:
    for module in modules_of(SOURCE):
        assert module in (DOOR_PLATE, "koubai.__main__") or room(module) in FLOOR, f"{module} has no floor in this test"
    for one in all_imports(SOURCE):
        assert one.imported != DOOR_PLATE, f"{one.importer} imports koubai as a whole"
        if one.importer != "koubai.__main__" and room(one.importer) != room(one.imported):
            assert FLOOR[room(one.imported)] < FLOOR[room(one.importer)], f"{one.importer} imports {one.imported}, not below it"


def test_no_modules_import_each_other() -> None:
    imports = all_imports(SOURCE)
    assert len(imports) > 500
    assert circle(imports) == []


@pytest.mark.parametrize(
    "planted",
    [
        "from koubai.experiment.run import Run",
        "from koubai.experiment import run",
        "from . import run",
        "import koubai.experiment.run",
        "if TYPE_CHECKING:\n    from koubai.experiment.run import Run",
        "def load():\n    from koubai.experiment.run import Run",
        "def load():\n    return import_module('koubai.experiment.run')",
    ],
)
def test_a_planted_circle_is_seen(planted: str, tmp_path: Path) -> None:
    package = tmp_path / "koubai"
    shutil.copytree(SOURCE / "experiment", package / "experiment", ignore=shutil.ignore_patterns("__pycache__"))
    assert circle(all_imports(package)) == []
    with (package / "experiment" / "run_format.py").open("a") as file:
        file.write(planted)
    seen = circle(all_imports(package))
    assert seen[0] == seen[-1]
    assert {"koubai.experiment.run", "koubai.experiment.run_format"} <= set(seen)


def test_only_the_named_accessors_may_import_upward() -> None:
    assert not is_allowed(Import("koubai.experiment.run", "koubai.pictures", "Run.predict"))
    assert not is_allowed(Import("koubai.experiment.run", "koubai.pictures"))
    assert is_allowed(Import("koubai.experiment.run", "koubai.pictures", "Run.plot"))


def test_core_keeps_away_from_the_world() -> None:
    for path in (SOURCE / "core").rglob("*.py"):
        text = path.read_text()
        assert not re.search(r"\b(open|print|input)\(", text), path
        assert not re.search(r"import (os|sys|logging|random|pathlib|subprocess|datetime)\b", text), path


def test_files_fit_on_a_few_screens() -> None:
    for path in MODULES:
        if room_of(path) != "locale":
            assert len(path.read_text().splitlines()) <= 400, path
    for path in PAGE:
        assert len(path.read_text().splitlines()) <= 400, path


def test_importing_koubai_imports_nothing_heavy() -> None:
    heavy = ("jax", "numpy", "matplotlib", "click", "rich", "optax")
    code = f"import sys, koubai; print([name for name in {heavy} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_numpy_engine_does_without_jax() -> None:
    modules = [f"numpy_engine.{path.stem}" for path in (SOURCE / "core" / "numpy_engine").glob("[a-z]*.py")]
    named = ", ".join(f"koubai.core.{module}" for module in (*modules, "optimizers", "precision", "schedules"))
    code = f"import sys, {named}; print([name for name in ('jax', 'optax', 'scipy') if name in sys.modules])"
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
    assert list(english) == list(other)
    for key, text in english.items():
        assert placeholders(text) == placeholders(other[key]), key
        assert other[key] == other[key].strip(), key
        assert language == "en" or not re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,} [a-z]{3,}", other[key]), (
            f"{key} is English still"
        )


def constants() -> Iterator[tuple[Path, ast.AST, str]]:
    """Every text in the code outside locale/, but docstrings; {…} for what is filled into one."""
    for path in MODULES:
        if room_of(path) == "locale":
            continue
        tree = ast.parse(path.read_text())
        bodies = [
            node.body
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        ]
        docs = {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}
        parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                yield path, node, "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs | parts:
                yield path, node, node.value


def page_constants() -> Iterator[tuple[Path, str]]:
    """Every text in the page's JavaScript; {} for what is filled into one."""
    for path in PAGE:
        if path.suffix == ".js":
            yield from ((path, text) for text in javascript.constants(path.read_text()))


def test_every_sentence_is_asked_for_somewhere() -> None:
    asked_by_page = {text for _, text in page_constants() if re.fullmatch(r"page-(?:[a-z0-9-]|\{\})+", text)}
    texts = {text for _, _, text in constants()} | asked_by_page
    patterns = [re.compile(".+".join(map(re.escape, text.split("{}")))) for text in texts if "{}" in text and text != "{}"]

    def asked(key: str) -> bool:
        return key in texts or any(pattern.fullmatch(key) for pattern in patterns if len(pattern.pattern) > 6)

    for key in sentences("en"):
        code = key.removeprefix("error-")
        assert asked(key) or (code != key and (asked(code) or asked(code.removesuffix("-near")))), f"nobody says {key}"


def test_every_sentence_that_is_asked_for_is_there() -> None:
    known = set(sentences("en"))
    for path in MODULES:
        for call in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(call, ast.Call) and isinstance(call.func, (ast.Name, ast.Attribute)) and call.args):
                continue
            first = call.args[0]
            if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                continue
            if isinstance(call.func, ast.Attribute):
                assert call.func.attr != "say" or first.value in known, f"{path}: {first.value}"
            elif call.func.id == "sentence":
                assert first.value in known, f"{path}: {first.value}"
            elif call.func.id in ("InputError", "FileFault", "Diverged"):
                assert f"error-{first.value}" in known, f"{path}: {first.value}"
            elif call.func.id in ("chosen", "unknown"):
                assert {f"error-{first.value}", f"error-{first.value}-near"} <= known, f"{path}: {first.value}"
    for kinds, names in ((KINDS["methods"], "method"), (KINDS["losses"], "loss"), (KINDS["activations"], "activation")):
        assert {f"list-{names}-{name}" for name in kinds} <= known
    assert {f"list-optimizer-{name}" for name in KINDS["optimizers"]} <= known
    assert {f"file-{name.split('.')[0]}" for name in FILES} <= known
    for path, text in page_constants():
        if re.fullmatch(r"page-[a-z0-9-]*[a-z0-9]", text):
            assert text in known, f"{path}: {text}"


def test_no_sentence_is_written_outside_locale() -> None:
    for path, _, text in constants():
        if re.search(r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE) ", text):
            continue  # SQL
        if re.search(r"\bnp\.\w|\)\.sum\(", text):
            continue  # NumPy, as exported scripts have it
        if path.name != "__init__.py":  # which say which name a module lacks, as Python does
            words = re.findall(r"[a-z]{2,}", text)
            assert len(words) < 4 or " " not in text or "[" in text or ("{}" in text and len(words) < 6), f"{path}: {text!r}"
        assert not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", text), f"{path}: {text!r}"


def test_no_sentence_is_written_in_the_page() -> None:
    texts = [*page_constants(), *((path, path.read_text()) for path in PAGE if path.suffix == ".html")]
    assert len(texts) > 100
    for path, text in texts:
        for piece in javascript.said(text):
            assert not re.search(r"[A-Za-z]{2,}(?: [A-Za-z]+){3}", piece), f"{path}: {piece!r}"
            assert not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", piece), f"{path}: {piece!r}"


def test_the_check_of_the_page_sees_what_is_said() -> None:
    source = """
        // not `this`
        const pattern = /["'`]/g, address = "http://a", half = 1 / 2; /* nor 'that' */
        html`<p class="a b c d" title="spoken">${texts(on ? "page-a" : `page-${name}-b`)} and ${{ a: "c" }.a}</p>`;
    """
    found = list(javascript.constants(source))
    assert found == ["http://a", '<p class="a b c d" title="spoken">{} and {}</p>', "page-a", "page-{}-b", "c"]
    assert javascript.said(found[1]) == ["spoken", "", "{} and {}"]


def test_errors_carry_their_values() -> None:
    import pickle

    error = errors.InputError("h", value=0)
    assert str(error) == sentence("error-h", "en", value=0)
    assert (error.exit_code, errors.FileFault("file", path="a", reason="b").exit_code) == (2, 1)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.code, again.values) == (errors.InputError, "h", {"value": 0})
    with pytest.raises(KeyError):
        sentence("error-of-nobody", "en")
