"""koubai cache as a process: what is kept of compiled programs, and that it goes."""

from pathlib import Path

import pytest
from tests.cli_process import PLAIN, koubai


def test_what_a_training_has_compiled_is_shown_and_cleared(tmp_path: Path) -> None:
    kept = {"KOUBAI_CACHE": str(tmp_path / "kept")}
    assert koubai("cache", cwd=tmp_path, env=kept).stdout.splitlines()[1:] == [
        "Programs  0",
        "Size      0.0 MB, at most 250.0 MB",
    ]
    compiled = ("--method", "backprop", "--engine", "jax")
    words = ("train", "xor", *compiled, "--steps", "3", "--no-store", *PLAIN)
    done = [koubai(*words, cwd=tmp_path, env=kept) for _ in range(2)]
    assert [one.returncode for one in done] == [0, 0]
    assert done[0].stdout.splitlines()[:9] == done[1].stdout.splitlines()[:9]  # the answers and how sure they are
    shown = koubai("cache", cwd=tmp_path, env=kept).stdout.splitlines()
    assert shown[:2] == [f"Folder    {tmp_path / 'kept' / 'programs'}", "Programs  1"]
    assert koubai("cache", "clear", cwd=tmp_path, env=kept).stdout.startswith("Removed compiled programs: 1, ")
    assert koubai("cache", "clear", cwd=tmp_path, env=kept).stdout == "There are no compiled programs to remove.\n"


@pytest.mark.parametrize(("language", "said"), [("en", "since KOUBAI_CACHE is off"), ("ja", "KOUBAI_CACHE が off なので")])
def test_it_says_that_it_is_off(language: str, said: str, tmp_path: Path) -> None:
    for words in (["cache"], ["cache", "clear"]):
        assert said in koubai(*words, cwd=tmp_path, env={"KOUBAI_CACHE": "off", "KOUBAI_LANG": language}).stdout


def test_it_says_why_a_folder_can_not_be_used(tmp_path: Path) -> None:
    place = tmp_path / "programs"
    place.mkdir()
    place.chmod(0o777)
    told = koubai("cache", "clear", cwd=tmp_path, env={"KOUBAI_CACHE": str(tmp_path)}).stdout
    assert str(place) in told
    assert "others may write into it" in told
    place.rmdir()
    (tmp_path / "file").write_text("")
    done = koubai("cache", cwd=tmp_path, env={"KOUBAI_CACHE": str(tmp_path / "file")})
    assert (done.returncode, done.stderr) == (0, "")
