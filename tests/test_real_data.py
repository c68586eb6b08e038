"""What docs/real-data.md says runs, as it stands there."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import click
import pytest

from koubai.cli import commands
from tests.cli_process import PLAIN, koubai, store_of
from tests.doc_checks import lost_links, told_otherwise

DOCS = Path(__file__).parent.parent / "docs"
NAMES = {"en": "real-data.md", "ja": "real-data.ja.md"}
PAGES = {language: (DOCS / name).read_text(encoding="utf-8") for language, name in NAMES.items()}
ENGLISH = PAGES["en"]
COMMANDS = re.findall(r"^    (koubai .+)$", ENGLISH, re.MULTILINE)
WHOLE_MNIST = "--from"  # what nobody has but who fetched it


def blocks(text: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def run_blocks(text: str, names: dict[str, object], last: int | None = None) -> None:
    """Each ``print(…)  # …`` prints what stands beside it."""
    for block in blocks(text)[:last]:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(block, "real-data.md", "exec"), names)
        assert out.getvalue().splitlines() == re.findall(r"^print\(.*\)  # ([^,\n]*|\(.*\))$", block, re.MULTILINE), block


def test_the_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Japanese page has the same, which ``test_both_pages_say_the_same`` holds."""
    monkeypatch.chdir(tmp_path)
    assert len(blocks(ENGLISH)) == 4
    run_blocks(ENGLISH, {})


def test_a_table_is_learned_and_another_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_blocks(ENGLISH, {}, 1)
    learn, answer = (next(command for command in COMMANDS if word in command) for word in ("flowers.csv", "predict"))
    done = koubai(*shlex.split(learn)[1:], *PLAIN, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (shown,) = re.findall(r"```\nTraining: .*?\n\n(.*?)```", ENGLISH, re.DOTALL)
    assert shown in done.stdout  # the same rows as iris
    done = koubai(*shlex.split(answer)[1:], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = (tmp_path / "predictions.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "species,p(setosa),p(versicolor),p(virginica)"
    assert [row.split(",")[0] for row in rows[1:]] == ["setosa", "virginica"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one(command: str) -> None:
    name, *words = shlex.split(command)[1:]
    group = commands.koubai("en")
    with click.Context(group) as above:
        made = group.commands[name].make_context(name, words, parent=above)
    assert made.params


@pytest.mark.slow
def test_the_whole_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KOUBAI_STORE", str(store_of(tmp_path)))
    run_blocks(ENGLISH, {})
    said = {}
    for command in (command for command in COMMANDS if WHOLE_MNIST not in command):
        words = shlex.split(command)[1:]
        done = koubai(*words, *(["--film", "none"] if words[0] == "train" else []), cwd=tmp_path)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        said[command] = done.stdout
    (shown,) = re.findall(r"```\nTraining: .*?\n\n(.*?)```", ENGLISH, re.DOTALL)
    assert shown in said["koubai train iris"]
    right = [re.findall(r"Test: (\d+) of 60", out) for command, out in said.items() if "--name heaviside" in command]
    assert right == [["58"], ["32"]]


def test_both_pages_say_the_same() -> None:
    patterns = (r"^    ((?:koubai|npm) .*)$", r"^(#+) ", r"^(\|) ")
    assert told_otherwise(PAGES["en"], PAGES["ja"], patterns, r"`([a-z0-9_-]+)`") == []
    assert blocks(PAGES["en"]) == blocks(PAGES["ja"])
    numbers = [sorted(re.findall(r"\d+ \(\d+\)", text)) for text in PAGES.values()]
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("text", PAGES.values(), ids=PAGES)
def test_links_lead_somewhere(text: str) -> None:
    assert lost_links(text, DOCS) == []


def test_every_picture_is_of_its_language() -> None:
    for language, text in PAGES.items():
        pictures = re.findall(r"\((pictures/[^)]+)\)", text)
        assert len(pictures) == 4
        assert all(picture.startswith(f"pictures/{language}/") for picture in pictures)
