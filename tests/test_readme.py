"""What the README says runs, as it stands there."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

import koubai as kb
from koubai import __version__
from koubai.cli import commands
from koubai.cli.help import Option
from koubai.locale import LANGUAGES
from tests.cli_process import PLAIN, koubai, store_of
from tests.doc_checks import lost_links, told_otherwise

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
JAPANESE = (ROOT / "README.ja.md").read_text(encoding="utf-8")
SERVES = "koubai play"  # until Ctrl-C: tests/cli/test_play.py runs it
COMMANDS = [line for line in re.findall(r"^    (koubai [^#\n]+)", README, re.MULTILINE) if line != SERVES]
PLAYGROUND = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("playground.md", "playground.ja.md")]
RUNS = {
    language: (ROOT / "docs" / name).read_text(encoding="utf-8") for language, name in (("en", "runs.md"), ("ja", "runs.ja.md"))
}
FILMED = (["train"], ["runs", "resume"], ["runs", "extend"])
DIVERGES = ("koubai train xor --learning-rate 10",)
QUIET = (["list"], ["runs"], ["runs", "export"])  # these make no folder


@pytest.mark.long
def test_the_whole_tour_runs(tmp_path: Path) -> None:
    """Every command, in order, in one folder: the last one shows what an earlier one kept."""
    assert len(COMMANDS) >= 10
    for command in COMMANDS:
        words = words_of(command)
        done = koubai(*words, cwd=tmp_path)
        assert done.returncode == (command in DIVERGES), f"{command}: {done.stderr}"
        if command in DIVERGES:
            continue
        assert "koubai-runs/" in done.stdout or words[: 1 + (words[0] == "runs")] in QUIET, command


def words_of(command: str) -> list[str]:
    """Without the film, unless the command names one: those of all would take a minute, and are tested elsewhere."""
    words = shlex.split(command)[1:]
    filmed = any(words[: len(begin)] == begin for begin in FILMED)
    return [*words, "--film", "none"] if filmed and "--film" not in words else words


def test_what_the_tour_says_is_so() -> None:
    assert kb.train("xor", seed=36).correct.tolist() == [True, False, True, True]
    assert kb.train("xor", seed=36, steps=20000).correct.tolist() == [True, False, True, True]
    assert float(kb.train("xor", h=0.001).losses[-1]) == pytest.approx(0.133, abs=0.0005)
    assert float(kb.train("xor").losses[-1]) == pytest.approx(0.117, abs=0.0005)
    for options in ({"h": 1.0}, {"hidden": ()}):
        assert float(kb.train("xor", **options).losses[-1]) == pytest.approx(np.log(2), abs=0.001)
    with pytest.warns(kb.DivergenceWarning, match=r"Try learning_rate=1\.0"):
        kb.train("xor", learning_rate=10.0)
    for steps, gate, options in ((300, "xor", {"learning_rate": 0.1}), (2600, "xor", {}), (900, "and", {"hidden": ()})):
        run = kb.train(gate, **options)
        right = [step.number for step in run.records if (step.parameters.classify(run.data.inputs) == run.data.labels).all()]
        assert right[0] == steps


def test_the_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Japanese page has the same, which ``test_both_say_the_same`` holds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KOUBAI_STORE", str(store_of(tmp_path)))
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(block, "README.md", "exec"), names)
    assert names["run"].network.predict([[0, 0], [0, 1], [1, 0], [1, 1]]).tolist() == [0, 1, 1, 0]  # type: ignore[attr-defined]
    assert names["run"].losses.shape == (5002,)  # type: ignore[attr-defined]
    assert (tmp_path / "my-run" / "run.json").exists()
    assert "1000 0." in out.getvalue()
    assert (names["kept"].losses == names["run"].losses).all()  # type: ignore[attr-defined]


@pytest.mark.long
def test_what_is_said_of_runs_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands and Python, in the order of the page: what was exported is read. The Japanese page has the same."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KOUBAI_STORE", str(store_of(tmp_path)))
    names: dict[str, object] = {}
    for command, block in re.findall(r"^    (koubai [^#>\n]+)|^```python\n(.*?)^```", RUNS["en"], re.MULTILINE | re.DOTALL):
        if block:
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(block, "runs.md", "exec"), names)
            assert ("# True" in block) == ("True" in out.getvalue()), block
            assert ("# [0 1 1 0]" in block) == ("[0 1 1 0]" in out.getvalue()), block
        elif "resume" not in command:
            done = koubai(*words_of(command), cwd=tmp_path)
            assert done.returncode == 0, f"{command}: {done.stderr}"


def test_both_pages_of_runs_say_the_same() -> None:
    patterns = (r"^    ((?:koubai|sqlite3|eval) .*)$", r"^(#+) ", r"^(\|) ")
    assert told_otherwise(RUNS["en"], RUNS["ja"], patterns, r"`([a-z_-]+)`") == []
    code = [re.sub(r" *#.*", "", "".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))) for text in RUNS.values()]
    assert code[0] == code[1]


def test_both_pages_of_the_playground_say_the_same() -> None:
    assert SERVES in README
    patterns = (r"^    (koubai .*)$", r"^(#+) ", r"^(\|) ", r"^(- )\*\*")
    english, japanese = PLAYGROUND
    assert told_otherwise(english, japanese, patterns, r"`([a-z_-]+)`") == []
    for text in PLAYGROUND:
        assert lost_links(text, ROOT / "docs") == []


@pytest.mark.parametrize(("text", "language"), [(README, "en"), (JAPANESE, "ja")], ids=["en", "ja"])
def test_the_table_is_what_the_command_prints(text: str, language: str, tmp_path: Path) -> None:
    (table,) = re.findall(r"```\n(  x1 .*?)```", text, re.DOTALL)
    done = koubai("train", "xor", *PLAIN, "--lang", language, cwd=tmp_path)
    assert table in done.stdout


def test_both_say_the_same() -> None:
    for pattern in (r"^    (\w+ [^#\n]+?) *(?:#.*)?$", r"^(#+) ", r"\]\((?!README)([^)]+)\)"):
        english, japanese = (re.findall(pattern, text, re.MULTILINE) for text in (README, JAPANESE))
        english = [re.sub(r"^docs/([A-Za-z-]+)\.md", r"docs/\1.ja.md", word.replace("/en/", "/ja/")) for word in english]
        english, japanese = ([re.sub(r"^#\w.*", "#", word) for word in words] for words in (english, japanese))
        assert english == japanese, pattern
    words = [set(re.findall(r"`([a-z-]+)`", text)) for text in (README, JAPANESE)]
    assert words[0] == words[1]
    code = [re.sub(r" *#.*", "", re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0]) for text in (README, JAPANESE)]
    assert code[0] == code[1]


@pytest.mark.parametrize("text", [README, JAPANESE], ids=["en", "ja"])
def test_links_lead_somewhere(text: str) -> None:
    assert lost_links(text, ROOT) == []


def test_every_option_and_command_is_told_in_both_languages() -> None:
    for language in LANGUAGES:
        group = commands.koubai(language)
        for command in group.commands.values():
            assert command.help
            assert command.short_help
            for option in command.params:
                assert not isinstance(option, Option) or option.help, f"{command.name} {option.opts}"


def test_the_version_stands_in_one_place() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
    assert 'dynamic = ["version"]' in (ROOT / "pyproject.toml").read_text()


def test_the_lock_names_no_host() -> None:
    assert "://" not in (ROOT / "uv.lock").read_text()
