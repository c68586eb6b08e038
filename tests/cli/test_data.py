"""Sets and tables on the command line: trained, judged, resumed, predicted, refused, in both languages."""

import csv
import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from tests.cli_process import PLAIN, koubai, training

import koubai as kb
from koubai.cli.runs.show import again
from koubai.experiment import experiment_of

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "train-result.schema.json").read_text("utf-8"))
KINDS = ("setosa", "versicolor", "virginica")


def write_flowers(path: Path, rows: int = 90, encoding: str = "utf-8") -> Path:
    random = np.random.RandomState(0)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["長さ", "色", "種"])
        for number in range(rows):
            kind = number % 3
            writer.writerow([f"{random.normal(2 * kind, 0.5):.3f}", "赤白青"[kind if number % 5 else 0], KINDS[kind]])
    return path


@pytest.fixture(scope="module")
def moons(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("moons")
    drawn = ["--film-size", "640x360", "--record-every", "200"]
    return folder, koubai("train", "moons", "--noise", "0.2", "--samples", "100", *drawn, cwd=folder)


@pytest.mark.long
def test_a_planar_set(moons: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = moons
    assert done.returncode == 0
    assert "60 rows to learn from, 20 for validation, 20 for the test; 32 at a step." in done.stderr
    assert "step 1000   epoch 500/500   loss 0." in done.stderr
    assert "samples/s" in done.stderr
    assert "Test: 19 of 20 rows are answered right (95.0 %), loss " in done.stdout
    assert "  class  rows  precision   recall" in done.stdout
    made = folder / "koubai-runs" / "moons-0"
    drawn = {path.name for path in made.iterdir()}
    assert {"plane.png", "confusion.png", "history.png", "network.png", "film.mp4", "film.gif"} <= drawn
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    run = kb.load(made)
    assert run.scores("test").right == 19
    assert run.experiment.problem.validation is not None


@pytest.mark.long
def test_it_shows_and_compares_and_draws_again(moons: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = moons
    assert "19/20" in koubai("runs", cwd=folder).stdout
    assert "19 of 20 right" in koubai("runs", "show", "moons-0", cwd=folder).stdout
    again = koubai("show", "koubai-runs/moons-0", "--film", "none", "--lang", "ja", cwd=folder)
    assert again.returncode == 0
    assert "決定領域" in again.stdout
    assert koubai("train", "moons", "--samples", "100", "--steps", "40", "--l2", "0.01", *PLAIN, cwd=folder).returncode == 0
    compared = koubai("runs", "compare", "moons-0", "moons-0-2", cwd=folder)
    assert compared.returncode == 0
    assert "l2" in compared.stdout
    assert {path.name for path in (folder / "koubai-runs" / "compared").iterdir()} == {"losses.png", "regions.png"}


def test_a_set_says_what_came_of_it_as_json(tmp_path: Path) -> None:
    done = koubai("train", "iris", "--steps", "60", "--json", "--no-store", *PLAIN, cwd=tmp_path)
    assert done.returncode == 0
    told = json.loads(done.stdout)
    jsonschema.validate(told, SCHEMA)
    assert set(told["scores"]) == {"train", "validation", "test"}
    assert told["right"] == told["scores"]["test"]["right"] == np.trace(told["scores"]["test"]["confusion"])
    assert told["table"] == []


@pytest.mark.long
def test_digits_have_their_images_drawn(tmp_path: Path) -> None:
    done = koubai("train", "digits", "--method", "backprop", "--patience", "2", "--film", "none", "--lang", "ja", cwd=tmp_path)
    assert done.returncode == 0
    assert "早期終了しました" in done.stdout
    assert {"weights.png", "mistakes.png"} <= {path.name for path in (tmp_path / "koubai-runs" / "digits-0").iterdir()}


def test_a_table_is_learned_and_predicted_to_the_bit(tmp_path: Path) -> None:
    write_flowers(tmp_path / "花.csv", encoding="cp932")
    done = koubai("train", "花.csv", "--steps", "200", *PLAIN, cwd=tmp_path)
    assert done.returncode == 0
    assert "The target is the last column, '種'; choose another with --target." in done.stderr
    first = koubai("predict", "latest", "花.csv", cwd=tmp_path).stdout
    lines = list(csv.reader(first.splitlines()))
    assert lines[0] == ["種", *(f"p({kind})" for kind in KINDS)]
    run = kb.load(tmp_path / "koubai-runs" / "花-0")
    assert np.array_equal(np.array(lines[1:])[:, 1:].astype(float), run.predict(tmp_path / "花.csv").probabilities)
    assert koubai("runs", "export", "latest", "--out", "out.zip", cwd=tmp_path).returncode == 0
    elsewhere = {"KOUBAI_STORE": str(tmp_path / "other.sqlite")}
    assert koubai("runs", "import", "out.zip", cwd=tmp_path, env=elsewhere).returncode == 0
    assert koubai("predict", "latest", "花.csv", "--out", "p.csv", cwd=tmp_path, env=elsewhere).returncode == 0
    assert (tmp_path / "p.csv").read_text("utf-8") == first
    refused = koubai("predict", "latest", "花.csv", "--out", "p.csv", cwd=tmp_path)
    assert refused.returncode == 2
    assert "already there" in refused.stderr
    assert (tmp_path / "p.csv").read_text("utf-8") == first
    (tmp_path / "new.csv").write_text("色,長さ\n緑,1.0\n赤,2.0\n", "utf-8")
    unseen = koubai("predict", "latest", "new.csv", cwd=tmp_path)
    assert unseen.stderr.startswith("koubai: column 色: 1 rows hold texts that the network never saw; ")
    assert len(unseen.stdout.splitlines()) == 3


def test_values_are_learned_in_their_own_units(tmp_path: Path) -> None:
    x = np.linspace(-1, 1, 80)
    rows = "".join(f"{a:.4f},{1000 + 300 * a * a:.4f}\n" for a in x)
    (tmp_path / "curve.csv").write_text(f"x,height\n{rows}")
    small = ["--film", "mp4", "--film-size", "640x360", "--record-every", "100"]
    done = koubai("train", "curve.csv", "--steps", "600", *small, cwd=tmp_path)
    assert done.returncode == 0
    assert "Test: of 16 rows R² is 0.9" in done.stdout
    drawn = {path.name for path in (tmp_path / "koubai-runs" / "curve-0").iterdir()}
    assert {"curve.png", "fit.png", "history.png", "film.mp4"} <= drawn
    predicted = koubai("predict", "latest", "curve.csv", cwd=tmp_path).stdout.split()
    assert predicted[0] == "height"
    assert np.array(predicted[1:], float) == pytest.approx(1000 + 300 * x * x, abs=60)


def test_a_planar_set_of_values(tmp_path: Path) -> None:
    small = ["--film", "none", "--hidden", "none", "--noise", "0.05", "--epochs", "150"]
    done = koubai("train", "plane", *small, cwd=tmp_path)
    assert done.returncode == 0
    assert "180 rows to learn from, 60 for validation, 60 for the test" in done.stderr
    assert "Test: of 60 rows R² is 0.98" in done.stdout
    made = tmp_path / "koubai-runs" / "plane-0"
    assert {"fit.png", "history.png", "network.png"} <= {path.name for path in made.iterdir()}
    assert kb.load(made).network.layers[0].weights[:, 0] == pytest.approx([0.4, 0.3], abs=0.02)
    (tmp_path / "new.csv").write_text("x2,x1\n0,1\n1,0\n")
    predicted = koubai("predict", "plane-0", "new.csv", cwd=tmp_path).stdout.split()
    assert predicted[0] == "value"
    assert np.array(predicted[1:], float) == pytest.approx([0.4, 0.3], abs=0.03)
    assert "three hills and three hollows" in koubai("list", "sets", cwd=tmp_path).stdout


@pytest.mark.long
def test_an_interrupted_training_on_data_ends_as_one_that_was_not(tmp_path: Path) -> None:
    words = [
        "train",
        "digits",
        "--method",
        "backprop",
        "--steps",
        "4000",
        "--record-every",
        "500",
        "--patience",
        "300",
        *PLAIN,
        "--name",
    ]
    process = training(*words, "cut", cwd=tmp_path, stdout=subprocess.DEVNULL)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[1].rstrip().endswith("koubai runs resume cut")
    assert koubai("runs", "resume", "cut", *PLAIN, "--quiet", cwd=tmp_path).returncode == 0
    assert koubai(*words, "whole", "--quiet", cwd=tmp_path).returncode == 0
    folders = [tmp_path / "koubai-runs" / name for name in ("cut-2", "whole")]
    assert len({(folder / "weights.safetensors").read_bytes() for folder in folders}) == 1
    assert len({(folder / "losses.csv").read_bytes() for folder in folders}) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "irsi"], "There is no set and no file called 'irsi'; did you mean 'iris'?"),
        (["train", "empty.csv"], "empty.csv"),
        (["train", "."], "is a folder"),
        (["train", "ragged.csv"], "Line 3"),
        (["train", "flowers.csv", "--target", "kind"], "'kind'"),
        (["train", "flowers.csv", "--validation", "0.9"], "0.9"),
        (["train", "digits28", "--from", "nowhere"], "nowhere"),
        (["train", "moons", "--batch-size", "few"], "The batch size is 'few'"),
        (["predict", "latest"], "Say which table to answer"),
    ],
)
def test_what_can_not_be_is_one_sentence(words: list[str], said: str, tmp_path: Path) -> None:
    write_flowers(tmp_path / "flowers.csv")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "ragged.csv").write_text("a,b\n1,2\n1,2,3\n")
    done = koubai(*words, *(PLAIN if words[0] == "train" else []), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("koubai: ")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert not (tmp_path / "koubai-runs" / "flowers-0").exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, ""),
        ({"init": "he"}, " --init he"),
        ({"init": "he", "scale": 2.0, "l2": 0.1}, " --init he --scale 2 --l2 0.1"),
        (
            {"batch_size": 2, "schedule": "cosine", "schedule_options": {"warmup": 3}},
            " --batch-size 2 --schedule cosine:warmup=3.0",
        ),
        ({"schedule_options": {"warmup": 9}}, " --schedule constant:warmup=9.0"),
        ({"hidden": (3, 2), "activation": ["relu", "tanh"]}, " --hidden 3,2 --activation relu,tanh"),
        ({"batch_size": 2, "batch_seed": 0}, " --batch-size 2 --batch-seed 0"),
    ],
)
def test_the_command_that_makes_a_run_again_has_all_its_options(given: dict[str, Any], words: str) -> None:
    assert again(experiment_of("xor", **given).to_dict()) == f"koubai train xor{words}"


def test_no_command_makes_a_run_with_frozen_parameters() -> None:
    assert again(experiment_of("xor", frozen=["w1"]).to_dict()) == ""
