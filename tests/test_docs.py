"""The pages of docs: their index, what the architecture says of files and functions, its picture of the rooms."""

import re
import runpy
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from koubai.locale import LANGUAGES
from tests.doc_checks import lost_links, told_otherwise

ROOT = Path(__file__).parent.parent
DOCS, SOURCE = ROOT / "docs", ROOT / "src" / "koubai"
INDEX = {"en": "README.md", "ja": "README.ja.md"}
ARCHITECTURE = [(DOCS / name).read_text(encoding="utf-8") for name in ("architecture.md", "architecture.ja.md")]


def unlisted(folder: Path, language: str) -> list[str]:
    """The pages in ``folder`` that its index lacks; the Japanese one has also those that are in English only."""
    names = {path.name for path in folder.glob("*.md")} - set(INDEX.values())
    japanese = {name for name in names if name.endswith(".ja.md")}
    translated = {name.replace(".ja.md", ".md") for name in japanese}
    wanted = names - japanese if language == "en" else names - translated
    listed = re.findall(r"\]\(([^)#]+)", (folder / INDEX[language]).read_text(encoding="utf-8"))
    return sorted(wanted - set(listed))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_in_the_index(language: str) -> None:
    assert unlisted(DOCS, language) == []
    assert lost_links((DOCS / INDEX[language]).read_text(encoding="utf-8"), DOCS) == []


def test_a_page_that_the_index_lacks_is_seen(tmp_path: Path) -> None:
    for path in DOCS.glob("*.md"):
        shutil.copy(path, tmp_path)
    for name in ("new.md", "new.ja.md", "other.md"):
        (tmp_path / name).touch()
    assert [unlisted(tmp_path, language) for language in LANGUAGES] == [["new.md", "other.md"], ["new.ja.md", "other.md"]]


def test_both_indexes_say_the_same() -> None:
    english, japanese = ((DOCS / name).read_text(encoding="utf-8") for name in INDEX.values())
    assert told_otherwise(english, japanese, (r"^(#+) ", r"^(\|) "), r"\]\(\.\./([^)]+)\)") == []


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "SECURITY.md"])
def test_what_stands_beside_the_readme_leads_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert lost_links(text, ROOT) == []
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"make ([a-z]+)\b", " ".join(re.findall(r"`(make [^`]+)`", text)))) <= set(targets)


def test_both_pages_of_the_architecture_say_the_same() -> None:
    english, japanese = ARCHITECTURE
    patterns = (r"^(#+) ", r"^(\|) ", r"^(\d+)\. ", r"^(- )", r"^\| (`[^|]+`) \|")
    assert told_otherwise(english, japanese, patterns, r"`([^`]+)`") == []
    for text in ARCHITECTURE:
        assert lost_links(text, DOCS) == []


def lost_places(text: str) -> list[str]:
    """Files that a page names and that aren't there, and functions that the file of their row lacks."""
    named = re.findall(r"`((?:src/koubai|docs|tests)/[\w/.-]+)`", text)
    lost = [name for name in named if not (ROOT / name).exists()]
    for file, cells in re.findall(r"^\| `([\w/]+\.py)` \| (`[^|]+`) \|", text, re.MULTILINE):
        path = SOURCE / file
        content = path.read_text(encoding="utf-8") if path.exists() else ""
        names = re.findall(r"`(\w+)`", cells)
        lost += [
            f"{file}: {name}"
            for name in names
            if not re.search(rf"^ *(?:def |class ){name}\b|^{name} = ", content, re.MULTILINE)
        ]
    for folder, files in re.findall(r"^\| `([\w/]+/)` \| [^|]+ \| ([^|]+) \|", text, re.MULTILINE):
        lost += [f"{folder}{file}" for file in re.findall(r"`([\w.]+)`", files) if not (SOURCE / folder / file).exists()]
    return lost


def test_files_and_functions_that_the_architecture_names_are_there() -> None:
    example = "src/koubai/pictures/displays/weight_sizes.py"
    for text in ARCHITECTURE:
        assert lost_places(text) == [example]
        assert lost_places(text.replace("`check_h`", "`check_k`").replace("core/engine.py", "core/motor.py")) == [
            example,
            "core/methods.py: check_k",
            "core/motor.py: engine_of",
        ]


def test_every_room_is_described() -> None:
    names = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    for text in ARCHITECTURE:
        assert names <= {name.split("/")[0] for name in re.findall(r"^\| `([\w/]+/)` \|", text, re.MULTILINE)}


@pytest.fixture(scope="module")
def rooms() -> dict[str, Any]:
    """What the script defines that draws the picture."""
    return runpy.run_path(str(DOCS / "scripts" / "make_rooms.py"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_of_the_rooms_is_that_of_now(language: str, rooms: dict[str, Any]) -> None:
    drawn = rooms["path_of"](language).read_text(encoding="utf-8")
    assert drawn == rooms["picture"](language)
    lines = ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}line")
    arrows = {(line.attrib["data-user"], line.attrib["data-used"]) for line in lines}
    assert arrows == rooms["direct"](rooms["uses"]())
    assert rooms["picture"](language, rooms["uses"]() | {("pictures", "terminal")}) != drawn


def test_arrows_that_follow_from_others_are_left_out(rooms: dict[str, Any]) -> None:
    edges = {("a", "b"), ("b", "c"), ("c", "d"), ("a", "c"), ("a", "d"), ("e", "d")}
    assert rooms["direct"](edges) == {("a", "b"), ("b", "c"), ("c", "d"), ("e", "d")}
    assert rooms["floors"](edges) == [["d"], ["c", "e"], ["b"], ["a"]]
