"""What the README says runs, as it stands there."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from koubai import __version__
from tests.process import koubai

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(r"^    (koubai [^#\n]+)", README, re.MULTILINE)


def test_the_readme_has_commands() -> None:
    assert len(COMMANDS) >= 5


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs(command: str, tmp_path: Path) -> None:
    done = koubai(*shlex.split(command)[1:], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Files in koubai-runs/" in done.stdout


def test_the_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(block, "README.md", "exec"), names)
    assert names["run"].network.predict([[0, 0], [0, 1], [1, 0], [1, 1]]).tolist() == [0, 1, 1, 0]  # type: ignore[attr-defined]
    assert names["run"].losses.shape == (5002,)  # type: ignore[attr-defined]
    assert (tmp_path / "my-run" / "run.json").exists()
    assert "1000 0." in out.getvalue()


def test_the_table_is_what_the_command_prints(tmp_path: Path) -> None:
    (table,) = re.findall(r"```\n(  x1 .*?)```", README, re.DOTALL)
    done = koubai("train", "xor", cwd=tmp_path)
    assert table in done.stdout


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_version_stands_in_one_place() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
    assert 'dynamic = ["version"]' in (ROOT / "pyproject.toml").read_text()


def test_the_lock_names_no_host() -> None:
    assert "://" not in (ROOT / "uv.lock").read_text()
