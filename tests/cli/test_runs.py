"""koubai runs as a process: list, show, resume, extend, compare, replay, edit, delete, export, import, completion."""

import json
import os
import pty
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image
from tests.cli_process import KOUBAI, PLAIN, koubai, on_a_full_disk, store_of, surroundings, training
from tests.runs import same

import koubai as kb
from koubai.store import Store

QUICK = ["--quiet", *PLAIN]
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "train-result.schema.json").read_text())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose store has xor-0, line (AND without a hidden layer), and soft (two hidden layers, squared loss, adam)."""
    folder = tmp_path_factory.mktemp("kept")
    for words in (
        "train xor",
        "train and --hidden none --steps 200 --seed 3 --name line",
        "train xor --hidden 2,3 --activation tanh,relu --loss squared --optimizer adam:b1=0.8 --learning-rate 0.02 --name soft",
    ):
        assert koubai(*words.split(), *QUICK, cwd=folder).returncode == 0
    return folder


def refused(*words: str, cwd: Path, code: int = 2, **more: object) -> str:
    """The one sentence that a command ends with."""
    done = koubai(*words, cwd=cwd, **more)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("koubai: ")
    return lines[0]


def test_the_list(kept: Path) -> None:
    lines = koubai("runs", cwd=kept).stdout.splitlines()
    assert lines[0].split() == ["NAME", "STATUS", "DATA", "METHOD", "STEPS", "LOSS", "RIGHT", "STARTED"]
    assert [line.split()[0] for line in lines[1:]] == ["soft", "line", "xor-0"]
    assert re.fullmatch(r"xor-0 +finished +xor +central +5001 +0\.117396 +4/4 +\d{4}-\d\d-\d\d \d\d:\d\d", lines[3])
    assert all(len(line) <= 80 for line in lines)
    assert koubai("runs", "--data", "and", cwd=kept).stdout.splitlines()[1].startswith("line ")
    by_name = koubai("runs", "--sort", "name", "--reverse", "--limit", "2", cwd=kept)
    assert [line.split()[0] for line in by_name.stdout.splitlines()[1:]] == ["xor-0", "soft"]
    assert by_name.stderr == "The first 2 runs; --limit all lists every one.\n"
    assert koubai("runs", "list", "--sort", "name", "--reverse", "--limit", "2", cwd=kept).stdout == by_name.stdout
    nothing = koubai("runs", "--tag", "nix", cwd=kept)
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "is like that" in nothing.stderr


def test_the_list_as_json(kept: Path) -> None:
    runs = json.loads(koubai("runs", "--json", cwd=kept).stdout)
    assert [run["name"] for run in runs] == ["soft", "line", "xor-0"]
    assert runs[2]["loss"] == kb.train("xor").losses[-1]
    assert runs[2]["metrics"] == {"right": 4, "rows": 4}
    assert runs[1]["experiment"]["problem"]["learning"]["hidden"] == []
    assert runs[2] == json.loads(koubai("runs", "show", "xor-0", "--json", cwd=kept).stdout)
    assert koubai("runs", "--json", "--status", "running", cwd=kept).stdout == "[]\n"


def test_an_empty_store(tmp_path: Path) -> None:
    done = koubai("runs", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"There are no runs in {store_of(tmp_path)} yet; make one with koubai train xor.\n"
    assert not store_of(tmp_path).exists()
    assert "has none yet" in refused("runs", "show", "latest", cwd=tmp_path)
    assert "has none yet" in refused("runs", "resume", "xor-0", *PLAIN, cwd=tmp_path)


def test_what_is_shown_of_a_run_makes_it_again(kept: Path, tmp_path: Path) -> None:
    text = koubai("runs", "show", "soft", cwd=kept).stdout
    assert text.startswith("soft\n")
    assert all(len(line) <= 80 for line in text.splitlines())
    command = " ".join(text.split("Again by")[1].split())
    assert koubai(*shlex.split(command)[1:], "--quiet", *PLAIN, cwd=tmp_path).returncode == 0
    with Store(store_of(kept)) as first, Store(store_of(tmp_path)) as second:
        assert same(first.run("soft"), second.run("latest"))
    japanese = koubai("runs", "show", "soft", "--lang", "ja", cwd=kept).stdout
    assert "学習率 0.02" in japanese
    assert "完了" in japanese


def interrupted(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Train, and press Ctrl-C as soon as it goes."""
    process = training("train", "xor", *words, *PLAIN, cwd=folder)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    return subprocess.CompletedProcess(process.args, process.returncode, "", err)


def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    steps = ["--steps", "100000", "--record-every", "500"]
    done = interrupted(tmp_path, *steps)
    assert done.returncode == 130
    assert done.stderr.splitlines()[-1].endswith(" Go on with: koubai runs resume xor-0")
    assert " interrupted " in koubai("runs", cwd=tmp_path).stdout
    resumed = koubai("runs", "resume", "xor-0", *PLAIN, "--json", cwd=tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    assert re.search(r"^Going on after step \d+\.$", resumed.stderr, re.MULTILINE)
    result = json.loads(resumed.stdout)
    jsonschema.validate(result, SCHEMA)
    assert (result["name"], result["folder"], result["steps_made"]) == ("xor-0", "koubai-runs/xor-0-2", 100000)
    whole = kb.train("xor", steps=100000, record_every=500)
    assert same(kb.load(tmp_path / "koubai-runs" / "xor-0-2"), whole)
    with Store(store_of(tmp_path)) as store:
        assert same(store.run("xor-0"), whole)
        assert store.entry("xor-0").folder == str((tmp_path / "koubai-runs" / "xor-0-2").resolve())
    assert "has made all of its 100000 steps" in refused("runs", "resume", "xor-0", *QUICK, cwd=tmp_path)


def test_a_run_may_be_renamed_while_it_is_trained(tmp_path: Path) -> None:
    words = ["train", "xor", "--name", "before", "--tag", "t", "--note", "n", "--steps", "400000", *PLAIN]
    process = training(*words, cwd=tmp_path, stdout=subprocess.PIPE)
    assert koubai("runs", "edit", "before", "--name", "after", cwd=tmp_path).returncode == 0
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Kept as after;" in out
    (run,) = json.loads(koubai("runs", "--json", cwd=tmp_path).stdout)
    assert (run["name"], run["status"], run["tags"], run["note"]) == ("after", "finished", ["t"], "n")
    assert run["folder"].endswith("koubai-runs/before")


def test_a_run_is_extended(tmp_path: Path) -> None:
    koubai("train", "xor", "--steps", "300", *QUICK, cwd=tmp_path)
    assert "how many steps the run is to have in all" in refused("runs", "extend", "xor-0", *QUICK, cwd=tmp_path)
    assert "has made 300 already" in refused("runs", "extend", "xor-0", "--steps", "300", *QUICK, cwd=tmp_path)
    assert "must be a whole number" in refused("runs", "extend", "xor-0", "--steps", "x", *QUICK, cwd=tmp_path)
    done = koubai("runs", "extend", "latest", "--steps", "1e3", *PLAIN, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Loss" in done.stdout
    with Store(store_of(tmp_path)) as store:
        assert same(store.run("xor-0"), kb.train("xor", steps=1000))


def test_what_differs_from_the_machine_before_is_said(tmp_path: Path, kept: Path) -> None:
    with Store(store_of(kept)) as store:
        whole = store.run("xor-0")
        came = store.provenance("xor-0")
    elsewhere = {**came.surroundings, "jax": "0.0.1", "processor": "abacus"}
    stopped = kb.Run(whole.experiment, whole.losses[:2001], whole.records[:21], "interrupted")
    with Store(store_of(tmp_path)) as store:
        store.add(stopped, type(came)(uid="1", name="far", surroundings=elsewhere))
    done = koubai("runs", "resume", "far", *PLAIN, cwd=tmp_path)
    assert done.returncode == 0
    assert f"jax was 0.0.1, and is {came.surroundings['jax']}; the last digits may differ." in done.stderr
    assert "processor was abacus" in done.stderr
    with Store(store_of(tmp_path)) as store:
        assert same(store.run("far"), whole)


def test_runs_are_compared(kept: Path, tmp_path: Path) -> None:
    shutil.copytree(kept / "koubai-runs" / "xor-0", tmp_path / "folder")
    own = {"KOUBAI_STORE": str(store_of(kept))}
    done = koubai("runs", "compare", "soft", "line", "./folder", cwd=tmp_path, env=own)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["soft", "line", "folder"]
    said = {line.split()[0]: line.split()[1:] for line in lines[1 : lines.index("")]}
    assert said["data"] == ["xor", "and", "xor"]
    assert said["hidden"] == ["2,3", "none", "8"]
    assert said["Loss"][2] == "0.117396"
    assert "method" not in said
    assert all(len(line) <= 80 for line in lines)
    for name in ("losses", "regions"):
        with Image.open(tmp_path / "koubai-runs" / "compared" / f"{name}.png") as picture:
            assert picture.size[0] > 600
    as_json = koubai("runs", "compare", "soft", "line", "--json", "--pictures", "none", cwd=tmp_path, env=own)
    assert json.loads(as_json.stdout)["differs"]["data"] == ["xor", "and"]
    assert json.loads(as_json.stdout)["folder"] is None
    assert "two runs or more" in refused("runs", "compare", "soft", cwd=tmp_path, env=own)
    assert "at most 12" in refused("runs", "compare", *["soft"] * 13, cwd=tmp_path, env=own)
    narrow = koubai("runs", "compare", *["soft"] * 9, "--pictures", "none", "--lang", "ja", cwd=tmp_path, env=own).stdout
    assert narrow.count("完了") == 9
    assert "違いはありません" in narrow


def test_a_run_is_replayed(kept: Path, tmp_path: Path) -> None:
    own = {"KOUBAI_STORE": str(store_of(kept))}
    lines = koubai("runs", "replay", "line", cwd=tmp_path, env=own).stdout.splitlines()
    assert [line.split()[1] for line in lines] == ["0", "100", "200"]
    film = ["--film", "gif", "--film-size", "320x240", "--film-rate", "5"]
    done = koubai("runs", "replay", "line", *film, cwd=tmp_path, env=own)
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "koubai-runs" / "line-film" / "film.gif") as made:
        assert made.size == (320, 240)
        assert made.n_frames >= 3  # type: ignore[attr-defined]
    for seconds in ("nan", "0", "x"):
        assert "must be a number above 0" in refused("runs", "replay", "line", "--seconds", seconds, cwd=tmp_path, env=own)


def test_a_run_is_edited(tmp_path: Path) -> None:
    koubai("train", "xor", "--steps", "5", *QUICK, cwd=tmp_path)
    words = ["--name", "最初", "--tag", "a", "--tag", "b c", "--note", "two\nlines"]
    assert koubai("runs", "edit", "xor-0", *words, cwd=tmp_path).stdout == "Changed: 最初.\n"
    assert koubai("runs", "edit", "最初", "--untag", "a", cwd=tmp_path).returncode == 0
    (run,) = json.loads(koubai("runs", "--json", "--tag", "b c", cwd=tmp_path).stdout)
    assert (run["name"], run["tags"], run["note"]) == ("最初", ["b c"], "two\nlines")
    assert "Nothing is to be changed" in refused("runs", "edit", "最初", cwd=tmp_path)
    assert "can't be a run's" in refused("runs", "edit", "最初", "--name", "a/b", cwd=tmp_path)
    assert "did you mean" in refused("runs", "edit", "最", "--note", "x", cwd=tmp_path)


def asked(answer: str, *words: str, cwd: Path) -> tuple[int, str]:
    """A command whose question is answered from a terminal."""
    mine, theirs = pty.openpty()
    process = subprocess.Popen(
        [*KOUBAI, *words],
        cwd=cwd,
        env=surroundings(cwd),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.close(theirs)
    os.write(mine, answer.encode())
    out, _ = process.communicate(timeout=60)
    os.close(mine)
    return process.returncode, out


def test_runs_are_deleted_after_asking(tmp_path: Path) -> None:
    for seed in "012":
        koubai("train", "xor", "--steps", "5", "--seed", seed, *QUICK, cwd=tmp_path)
    closed = ["sh", "-c", 'exec "$@" <&-', "sh", *KOUBAI, "runs", "delete", "xor-0"]  # without a standard input
    done = subprocess.run(closed, cwd=tmp_path, env=surroundings(tmp_path), capture_output=True, text=True, check=False)
    assert (done.returncode, "add --yes" in done.stderr, len(done.stderr.splitlines())) == (2, True, 1)
    code, text = asked("n\n", "runs", "delete", "xor-0", "xor-1", cwd=tmp_path)
    assert (code, "xor-1: finished, 5 steps" in text) == (1, True)
    assert "There is no run" in refused("runs", "delete", "xor-0", "nix", "--yes", cwd=tmp_path)
    assert len(json.loads(koubai("runs", "--json", cwd=tmp_path).stdout)) == 3
    code, text = asked("はい\n", "runs", "delete", "xor-0", "xor-1", "--lang", "ja", cwd=tmp_path)
    assert (code, "削除しました: xor-1" in text) == (0, True)
    assert koubai("runs", "delete", "xor-2", "--yes", cwd=tmp_path).stdout == "Deleted: xor-2.\n"
    assert koubai("runs", "--json", cwd=tmp_path).stdout == "[]\n"
    assert (tmp_path / "koubai-runs" / "xor-0" / "run.json").exists()
    assert "Say which runs" in refused("runs", "delete", cwd=tmp_path)


def test_a_run_goes_to_another_machine(kept: Path, tmp_path: Path) -> None:
    own = {"KOUBAI_STORE": str(store_of(kept))}
    assert koubai("runs", "export", "soft", cwd=tmp_path, env=own).stdout == "Wrote soft to soft.koubai.zip.\n"
    assert koubai("runs", "import", "soft.koubai.zip", cwd=tmp_path).stdout == "Imported soft.koubai.zip as soft.\n"
    with Store(store_of(kept)) as here, Store(store_of(tmp_path)) as there:
        assert same(here.run("soft"), there.run("soft"))
        assert here.provenance("soft") == there.provenance("soft")
        assert same(kb.load(tmp_path / "soft.koubai.zip"), here.run("soft"))
    again = koubai("runs", "import", "soft.koubai.zip", str(kept / "koubai-runs" / "soft"), cwd=tmp_path)
    assert again.stdout.count("is here already, as soft") == 2
    folder = koubai("runs", "import", str(kept / "koubai-runs" / "line"), "--name", "from a folder", cwd=tmp_path)
    assert folder.stdout.endswith(" as from a folder.\n")
    assert "nothing is overwritten" in refused("runs", "export", "soft", cwd=tmp_path, env=own)
    assert "no folder" in refused("runs", "export", "soft", "--out", "no/a.zip", cwd=tmp_path, env=own)
    assert "One name" in refused("runs", "import", "a.zip", "b.zip", "--name", "x", cwd=tmp_path)
    assert "There is no file or folder a.zip" in refused("runs", "import", "a.zip", cwd=tmp_path)
    assert "Say which files" in refused("runs", "import", cwd=tmp_path)
    (tmp_path / "broken.zip").write_bytes((tmp_path / "soft.koubai.zip").read_bytes()[:-100])
    assert "is not a run that koubai exported" in refused("runs", "import", "broken.zip", cwd=tmp_path, code=1)


def test_every_format(kept: Path, tmp_path: Path) -> None:
    own = {"KOUBAI_STORE": str(store_of(kept))}
    for out in ("a.safetensors", "a.onnx", "a.csv", "a.py", "a.zip"):
        done = koubai("runs", "export", "xor-0", "--out", out, "--lang", "ja", cwd=tmp_path, env=own)
        assert done.stdout == f"xor-0 を {out} に書き出しました。\n", done.stderr
    network = kb.train("xor").network
    read = kb.export.read_safetensors(tmp_path / "a.safetensors")
    assert all(
        np.array_equal(mine, theirs) for mine, theirs in zip(read.arrays().values(), network.arrays().values(), strict=True)
    )
    assert "重み" in (tmp_path / "a.py").read_text(encoding="utf-8")
    assert (
        koubai("runs", "export", "./a.zip", "--format", "csv", "--out", "b.csv", cwd=tmp_path).stdout == "Wrote a to b.csv.\n"
    )
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert "did you mean 'safetensors'" in refused("runs", "export", "xor-0", "--format", "safetensor", cwd=tmp_path, env=own)


def test_a_script_overwrites_nothing_beside_it(tmp_path: Path) -> None:
    koubai("train", "parity-8", "--steps", "2", *QUICK, cwd=tmp_path)
    (tmp_path / "parity-8-0-data.csv").write_text("mine")
    message = refused("runs", "export", "parity-8-0", "--format", "python", cwd=tmp_path)
    assert "parity-8-0-data.csv is already there" in message
    assert (tmp_path / "parity-8-0-data.csv").read_text() == "mine"
    assert not (tmp_path / "parity-8-0.py").exists()
    assert "says no format" in refused("runs", "export", "parity-8-0", "--out", "a.txt", cwd=tmp_path)
    assert koubai("runs", "export", "parity-8-0", "--format", "csv", "--out", "a.txt", cwd=tmp_path).returncode == 0


def test_paths_are_runs_too(kept: Path, tmp_path: Path) -> None:
    shutil.copytree(kept / "koubai-runs" / "line", tmp_path / "line")
    assert koubai("runs", "show", "./line", cwd=tmp_path).stdout.startswith("line\n")
    assert koubai("runs", "replay", "./line", cwd=tmp_path).stdout.count("step") == 3
    assert koubai("runs", "export", "./line", cwd=tmp_path).returncode == 0
    shown = koubai("runs", "show", "line.koubai.zip", "--json", cwd=tmp_path)
    assert json.loads(shown.stdout)["steps_made"] == 200
    done = koubai("show", "line.koubai.zip", *PLAIN, "--pictures", "png", cwd=tmp_path)
    assert "line-shown/region.png" in done.stdout.replace(":\n  ", "/")
    assert not store_of(tmp_path).exists()


def test_a_run_without_a_store(tmp_path: Path) -> None:
    done = koubai("train", "xor", "--steps", "5", "--no-store", "--json", *PLAIN, cwd=tmp_path)
    assert json.loads(done.stdout)["name"] is None
    assert not store_of(tmp_path).exists()
    assert (tmp_path / "koubai-runs" / "xor-0").is_dir()
    other = koubai("train", "xor", "--steps", "5", "--store", "my/own.sqlite", "--json", *PLAIN, cwd=tmp_path)
    assert json.loads(other.stdout)["name"] == "xor-0-2"  # as its folder
    assert len(json.loads(koubai("runs", "--json", "--store", "my/own.sqlite", cwd=tmp_path).stdout)) == 1
    for words in (
        ["runs", "--store", "my/own.sqlite", "show", "latest"],
        ["runs", "show", "latest", "--store", "my/own.sqlite"],
    ):
        assert koubai(*words, cwd=tmp_path).stdout.startswith("xor-0-2\n")


def test_stores_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("mine\n" * 1000)
    for words in (["train", "xor", *QUICK], ["runs"], ["runs", "show", "a"]):
        assert "is no store of koubai's" in refused(*words, "--store", "text", cwd=tmp_path)
        assert "is not a file" in refused(*words, "--store", ".", cwd=tmp_path)
    assert (tmp_path / "text").read_text() == "mine\n" * 1000
    newer = sqlite3.connect(tmp_path / "newer.sqlite")
    with Store(tmp_path / "plain.sqlite"):
        pass
    newer.execute("PRAGMA application_id = 1802466658")
    newer.execute("PRAGMA user_version = 99")
    newer.commit()
    newer.close()
    assert "has the version 99" in refused("runs", "--store", "newer.sqlite", cwd=tmp_path, code=1)
    assert not (tmp_path / "koubai-runs" / "xor-0").exists()


def test_a_full_disk_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    """No file may grow beyond 512 KiB here. What was kept until then goes on where there is room."""
    words = ["train", "xor", "--steps", "1000000", "--record-every", "100", "--quiet", *PLAIN]
    done = on_a_full_disk(512, *words, cwd=tmp_path)
    assert done.returncode == 1
    assert re.search(r"koubai: The store .* could not be written \(.*\); what was in it is unharmed\.", done.stderr)
    assert "Traceback" not in done.stderr
    with Store(store_of(tmp_path)) as store:
        assert store._database.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        entry = store.entry("xor-0")
        assert entry.status == "interrupted"
        made = store.run("xor-0")
        assert len(made.losses) > 1
        whole = kb.train(replace(made.experiment, steps=len(made.losses) - 1))  # by the same engine, however far it came
        assert np.array_equal(made.losses, whole.losses)


def completed(cwd: Path, *words: str, shell: str = "bash") -> list[str]:
    """What a shell offers for the last of ``words``."""
    line = " ".join(["koubai", *words])
    own = {"_KOUBAI_COMPLETE": f"{shell}_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words))}
    out = subprocess.run(KOUBAI, cwd=cwd, env={**surroundings(cwd), **own}, capture_output=True, text=True, check=False).stdout
    return [offer.split(",")[1] for offer in out.split()]


def test_a_shell_completes_the_names_of_runs(kept: Path, tmp_path: Path) -> None:
    assert completed(kept, "runs", "resume", "") == ["line", "soft", "xor-0"]
    assert completed(kept, "runs", "compare", "line", "s") == ["soft"]
    assert completed(kept, "runs", "delete", "line", "") == ["soft", "xor-0"]
    assert completed(tmp_path, "runs", "show", "") == []
    assert completed(tmp_path, "runs", "show", "--store", str(store_of(kept)), "x") == ["xor-0"]
    assert completed(kept, "runs", "com") == ["compare"]
    assert {"runs", "train"} <= set(completed(kept, ""))
    for shell in ("bash", "zsh", "fish"):
        assert f"{shell}_complete" in koubai("completion", shell, cwd=kept).stdout
    assert "choose one of: bash, zsh, fish" in refused("completion", "tcsh-x", cwd=kept)
    assert "Say for which shell" in refused("completion", cwd=kept)


def test_help_of_every_command(tmp_path: Path) -> None:
    for language in ("en", "ja"):
        for words in (
            [],
            *(
                [name]
                for name in ["list", "show", "resume", "extend", "compare", "replay", "edit", "delete", "export", "import"]
            ),
        ):
            done = koubai("runs", *words, "--help", "--lang", language, cwd=tmp_path)
            assert done.returncode == 0
            assert "--store FILE" in done.stdout
            assert all(sum(2 if ord(c) > 0x2FFF else 1 for c in line) <= 80 for line in done.stdout.splitlines())
    assert "did you mean 'resume'" in refused("runs", "resum", cwd=tmp_path)
    assert "Say which run" in refused("runs", "show", cwd=tmp_path)


def test_the_command_for_a_run_names_an_engine_that_was_chosen_otherwise() -> None:
    from koubai.cli.runs.show import again

    assert again(kb.Experiment().to_dict()) == "koubai train xor"
    assert again(kb.Experiment(engine="jax").to_dict()) == "koubai train xor --engine jax"
    long = kb.Experiment(steps=10**6, engine="numpy").to_dict()
    assert again(long) == "koubai train xor --steps 1000000 --engine numpy"
    before = {name: value for name, value in kb.Experiment().to_dict().items() if name != "engine"}
    assert again(before) == "koubai train xor --engine jax"
