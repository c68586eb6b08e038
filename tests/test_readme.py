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
from koubai.cli import parse
from koubai.cli.help import Option
from koubai.locale import LANGUAGES
from tests.process import PLAIN, koubai

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
JAPANESE = (ROOT / "README.ja.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    (koubai [^#\n]+)", README, re.MULTILINE)


def test_the_whole_tour_runs(tmp_path: Path) -> None:
    """Every command, in order, in one folder: the last one shows what an earlier one kept."""
    assert len(COMMANDS) >= 10
    for command in COMMANDS:
        words = shlex.split(command)[1:]
        if words[0] == "train" and "--film" not in words:
            words += ["--film", "none"]  # the film of every one would take a minute; others are tested elsewhere
        done = koubai(*words, cwd=tmp_path)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert "koubai-runs/" in done.stdout or words[0] == "list", command


def test_what_the_tour_says_is_so() -> None:
    assert kb.train("xor", seed=36).correct.tolist() == [True, False, True, True]
    assert kb.train("xor", seed=36, steps=20000).correct.tolist() == [True, False, True, True]
    assert float(kb.train("xor", h=0.001).losses[-1]) == pytest.approx(0.133, abs=0.0005)
    assert float(kb.train("xor").losses[-1]) == pytest.approx(0.117, abs=0.0005)
    for options in ({"h": 1.0}, {"hidden": ()}):
        assert float(kb.train("xor", **options).losses[-1]) == pytest.approx(np.log(2), abs=0.001)
    assert kb.train("xor", learning_rate=10.0).network.classify(kb.data.gate("xor").inputs).tolist() == [1, 1, 1, 1]
    for steps, gate, options in ((300, "xor", {"learning_rate": 0.1}), (2600, "xor", {}), (900, "and", {"hidden": ()})):
        run = kb.train(gate, **options)
        right = [step.number for step in run.records if (step.parameters.classify(run.data.inputs) == run.data.labels).all()]
        assert right[0] == steps


@pytest.mark.parametrize("text", [README, JAPANESE], ids=["en", "ja"])
def test_the_python_runs(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(block, "README.md", "exec"), names)
    assert names["run"].network.predict([[0, 0], [0, 1], [1, 0], [1, 1]]).tolist() == [0, 1, 1, 0]  # type: ignore[attr-defined]
    assert names["run"].losses.shape == (5002,)  # type: ignore[attr-defined]
    assert (tmp_path / "my-run" / "run.json").exists()
    assert "1000 0." in out.getvalue()


@pytest.mark.parametrize(("text", "language"), [(README, "en"), (JAPANESE, "ja")], ids=["en", "ja"])
def test_the_table_is_what_the_command_prints(text: str, language: str, tmp_path: Path) -> None:
    (table,) = re.findall(r"```\n(  x1 .*?)```", text, re.DOTALL)
    done = koubai("train", "xor", *PLAIN, "--lang", language, cwd=tmp_path)
    assert table in done.stdout


def test_both_say_the_same() -> None:
    for pattern in (r"^    (\w+ [^#\n]+?) *(?:#.*)?$", r"^(#+) ", r"\]\((?!README)([^)]+)\)"):
        english, japanese = (re.findall(pattern, text, re.MULTILINE) for text in (README, JAPANESE))
        assert [word.replace("/en/", "/ja/").replace("curves.md", "curves.ja.md") for word in english] == japanese, pattern
    words = [set(re.findall(r"`([a-z-]+)`", text)) for text in (README, JAPANESE)]
    assert words[0] == words[1]
    code = [re.sub(r" *#.*", "", re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0]) for text in (README, JAPANESE)]
    assert code[0] == code[1]


@pytest.mark.parametrize("text", [README, JAPANESE], ids=["en", "ja"])
def test_links_lead_somewhere(text: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / target).exists(), target


def test_every_option_and_command_is_told_in_both_languages() -> None:
    for language in LANGUAGES:
        group = parse.koubai(language)
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
