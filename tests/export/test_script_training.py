"""The script of a run with batches, a schedule, a penalty, validation and test rows, early stopping, prepared data."""

import csv
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.scripts import assert_repeated, by_method, difference, repeated, repeated_all, written

import koubai as kb
from koubai.core.methods import METHODS
from koubai.core.schedules import SCHEDULES
from koubai.data import Dataset, Preparation
from koubai.data.preprocessing import CategoryColumn, NumberColumn, Target
from koubai.experiment import Recording
from koubai.export import script_training
from koubai.locale import LANGUAGES

PLANE = np.random.default_rng(1).normal(size=(60, 2)).round(3)
CLASSES = (PLANE[:, 0] * PLANE[:, 1] > 0).astype(int)
FIELDS: dict[str, Any] = {
    "hidden": (5,), "init": "he", "batch_size": 9, "steps": 14, "schedule": "cosine", "learning_rate": 0.3,
    "schedule_options": {"warmup": 4, "end": 0.1}, "l1": 1e-3, "l2": 1e-2, "seed": 3, "record_every": 5,
}  # fmt: skip


def rows(start: int, stop: int) -> Dataset:
    return Dataset.from_arrays(PLANE[start:stop], CLASSES[start:stop], classes=[0, 1])


TRAIN, VALIDATION, TEST = rows(0, 23), rows(23, 43), rows(43, 60)  # 23 rows: two batches of 9, and one of 5


def table_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("methods", [("central", "loop", "spsa"), pytest.param(METHODS, marks=pytest.mark.slow)])
def test_batches_a_schedule_a_penalty_and_an_init(methods: tuple[str, ...], tmp_path: Path) -> None:
    """The last batch of every epoch is smaller than the others."""
    runs = {method: kb.train(TRAIN, **{**FIELDS, "method": method}) for method in methods}
    made = assert_repeated(runs, tmp_path, 1e-11)
    assert difference(runs["loop"], made["loop"]) == 0
    lines = made["loop"]["printed"].splitlines()
    assert [line.split()[:2] for line in lines[:4]] == [["step", number] for number in ("0", "5", "10", "14")]
    assert f"loss {made['loop']['loss']:.6f}" in lines[3]
    assert sorted(os.listdir(tmp_path / "loop")) == ["made.npz", "printed", "script.png", "script.py"]  # few rows, one part


def test_exact_slopes_of_a_penalty(tmp_path: Path) -> None:
    """They are those of the plain loop with a small h, to the digits that it has."""
    run = kb.train(TRAIN, method="loop", h=1e-5, activation="tanh", **FIELDS)
    assert_repeated({method: by_method(run, method) for method in ("backprop", "complex-step")}, tmp_path, 1e-8)


def test_batches_and_a_penalty_in_float32(tmp_path: Path) -> None:
    assert_repeated({"run": kb.train(TRAIN, method="loop", precision="float32", **FIELDS)}, tmp_path, 1e-5)


@pytest.mark.slow
def test_complex_steps_of_a_penalty_at_its_kink(tmp_path: Path) -> None:
    zero = kb.Network.from_arrays([(np.zeros((2, 3)), np.zeros(3)), (np.ones((3, 2)), np.zeros(2))])
    fields = {name: value for name, value in FIELDS.items() if name not in ("hidden", "init")}
    assert_repeated({"run": kb.train(zero, TRAIN, method="complex-step", **fields)}, tmp_path, 1e-11)


def test_every_schedule(tmp_path: Path) -> None:
    options: dict[str, dict[str, float]] = {
        "constant": {"warmup": 5}, "linear": {"end": 0.2}, "cosine": {}, "exponential": {"every": 3.0, "warmup": 2.5},
        "step": {"every": 0.1, "decay": 0.9}, "inverse-time": {"decay": 2.0, "every": 4.0},
    }  # fmt: skip
    assert options.keys() == SCHEDULES.keys()
    fields: dict[str, Any] = {
        "method": "loop",
        "steps": 9,
        "learning_rate": 0.5,
        "init": "xavier",
        "scale": 2.0,
        "hidden": (2, 3),
    }
    rmsprop: dict[str, Any] = {"optimizer": "rmsprop", "optimizer_options": {"decay": 0.8}}  # has a decay, too
    runs = {
        name: kb.train(
            "parity-3", **{**fields, "schedule": name, "schedule_options": chosen}, **(rmsprop if name == "step" else {})
        )
        for name, chosen in options.items()
    }
    assert_repeated(runs, tmp_path, 1e-13)


def stopped(**more: Any) -> kb.Run:
    """A run that gets worse on its validation rows, whose classes are the wrong ones."""
    wrong = Dataset.from_arrays(VALIDATION.inputs, 1 - VALIDATION.labels, classes=[0, 1])
    fields: dict[str, Any] = {
        "method": "loop",
        "hidden": (4,),
        "learning_rate": 1.0,
        "steps": 100,
        "record_every": 2,
        "patience": 3,
    }
    return kb.train(TRAIN, validation=wrong, **{**fields, **more})


def test_early_stopping_keeps_the_best_network(tmp_path: Path) -> None:
    runs = {
        "early": stopped(),
        "penalty": stopped(l2=0.05, batch_size=7),
        "planned": stopped(schedule="linear"),
        "better": kb.train(
            TRAIN, validation=TRAIN, test=TEST, method="loop", steps=7, patience=2, record_every=3, learning_rate=0.5
        ),
    }
    made = assert_repeated(runs, tmp_path, 0.0)
    for name, run in runs.items():
        best = f"best: step {run.best.number}  loss "
        lines = made[name]["printed"].splitlines()
        assert any(line.startswith(best) for line in lines)
        assert lines[0].endswith(f" {run.history.loss['validation'][0]:.6f}")  # without the penalty
        assert (run.records[-1].number < run.experiment.steps) == (name != "better")
        last = max(int(line.split()[1]) for line in lines if line.startswith("step"))
        assert last == (run.records[-1].number if name != "better" else 6)
    assert runs["better"].best.number == 7  # the last, which is no multiple of record_every
    assert "\nsteps = 100  #" in (tmp_path / "planned" / "script.py").read_text()


def cut(experiment: kb.Experiment, recorded: bool) -> kb.Run:
    """The run until the first Step after some that is recorded, or none."""
    recording = Recording(experiment)
    for step in recording.of(experiment.run()):
        if step.recorded == recorded and step.number >= (5 if recorded else 1):
            break
    assert recording.run is not None
    assert (recording.run.status, recording.run.records[-1].recorded) == ("interrupted", recorded)
    return recording.run


def test_a_run_that_was_cut(tmp_path: Path) -> None:
    """Its schedule goes by the steps that were planned; only records can be the best network, though the last is better."""
    learning = kb.Learning(TRAIN, hidden=(4,), validation=TRAIN)
    between = kb.Experiment(learning, method="loop", learning_rate=0.5, steps=100, record_every=4, patience=50)
    runs = {
        "schedule": cut(replace(between, schedule="cosine", record_every=1, patience=None), recorded=True),
        "between": cut(between, recorded=False),
    }
    assert_repeated(runs, tmp_path, 0.0)
    assert runs["between"].best.number == 0
    assert "\nplanned = 100  #" in (tmp_path / "schedule" / "script.py").read_text()
    assert "planned" not in (tmp_path / "between" / "script.py").read_text()


def test_parts_are_in_the_table_and_their_answers_counted(tmp_path: Path) -> None:
    run = kb.train(TRAIN, validation=VALIDATION, test=TEST, method="loop", steps=4, hidden=(4,), learning_rate=0.5)
    made = repeated(run, tmp_path)
    assert difference(run, made) == 0
    for name, title in (("train", "training rows"), ("validation", "validation rows"), ("test", "test rows")):
        scores = run.scores(name)
        assert f"right answers ({title}): {scores.right} / {scores.rows}\n" in made["printed"]
    table = table_of(tmp_path / "run" / "script-data.csv")
    assert list(table[0]) == ["x1", "x2", "class", "part"]
    assert [row["part"] for row in table] == ["train"] * 23 + ["validation"] * 20 + ["test"] * 17
    assert [[float(row["x1"]), float(row["x2"])] for row in table] == PLANE.tolist()
    with Image.open(tmp_path / "run" / "script.png") as picture:
        assert len(picture.convert("RGB").getcolors(10**6) or []) > 50
    only = kb.train(TRAIN, test=TEST, method="loop", steps=1, hidden=(2,))
    assert "validation" not in written(only, tmp_path / "only").read_text().split("titles = {")[1]


COLUMNS = (NumberColumn("height", 170.5, 9.25), CategoryColumn("colour", ("red", "green")))
NAMES = ("setosa", "versi\ncolor", '"virginica"')


def prepared(target: Target) -> list[Dataset]:
    """Rows for training, validation and test, of three classes or of values."""
    random = np.random.default_rng(4)
    inputs = np.concatenate([random.normal(size=(30, 1)), np.eye(2)[random.integers(0, 2, 30)]], axis=1)
    answers = random.integers(0, 3, 30) if target.task == "classify" else inputs @ [2.0, 1.0, -1.0] + random.normal(size=30)
    targets = np.array(NAMES, object)[answers] if target.task == "classify" else answers
    return [
        Dataset.from_arrays(
            inputs[part], targets[part], classes=NAMES if target.task == "classify" else None, task=target.task,
            preparation=Preparation(COLUMNS, target), name="mine",
        )
        for part in (slice(0, 16), slice(16, 24), slice(24, 30))
    ]  # fmt: skip


def test_classes_with_texts_for_labels_in_both_languages(tmp_path: Path) -> None:
    train, validation, test = prepared(Target("species", "classify", NAMES))
    fields: dict[str, Any] = {"method": "loop", "hidden": (3,), "batch_size": 5, "patience": 4, "steps": 12, "record_every": 4}
    run = kb.train(train, validation=validation, test=test, optimizer="adam", **fields)
    for language, title in zip(LANGUAGES, ("right answers (test rows)", "正解数 (テスト用)"), strict=True):
        made = repeated_all({language: run}, tmp_path, language)[language]
        assert difference(run, made) <= 1e-12
        scores = run.scores("test")
        assert f"{title}: {scores.right} / {scores.rows}\n" in made["printed"]
        assert "koubai predict" in (tmp_path / language / "script.py").read_text(encoding="utf-8")
        assert '"virginica"' in made["printed"]


def test_values_are_scored_by_r2(tmp_path: Path) -> None:
    train, validation, test = prepared(Target("weight", "regress", (), (61.5,), (12.25,)))
    fields: dict[str, Any] = {"method": "loop", "hidden": (3,), "batch_size": 5, "steps": 40, "patience": 3, "record_every": 8}
    run = kb.train(train, validation=validation, test=test, learning_rate=0.2, **fields)
    made = repeated(run, tmp_path)
    assert difference(run, made) == 0
    for name, title in (("train", "training rows"), ("test", "test rows")):
        (found,) = re.findall(rf"R² \({title}\): \[(.+)\]", made["printed"])
        assert [float(found)] == pytest.approx(run.scores(name).r2, abs=1e-4)
    assert "times 12.25, plus 61.5" in (tmp_path / "run" / "script.py").read_text()


def test_values_that_are_all_alike_are_scored_by_their_error(tmp_path: Path) -> None:
    parts = [Dataset.from_arrays(PLANE[start : start + 6], np.c_[CLASSES[start : start + 6], np.ones(6)] / 1.0, task="regress")
             for start in (0, 6)]  # fmt: skip
    run = kb.train(parts[0], test=parts[1], method="backprop", steps=3, hidden=(3,), learning_rate=0.2)
    made = repeated(run, tmp_path)
    (found,) = re.findall(r"mean squared error \(test rows\): \[(.+)\]", made["printed"])
    error = run.scores("test").error
    assert error is not None
    assert np.allclose([float(number) for number in found.split()], error**2, atol=1e-4)


def test_a_long_loop_says_how_long_it_takes_and_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = kb.train(TRAIN, steps=3, hidden=(4,), method="loop")
    source = written(run, tmp_path / "short").read_text()
    assert "The plain loop computes" not in source
    assert 'end="\\r"' not in source
    monkeypatch.setattr(script_training, "LONG", 0.0)
    made = repeated(run, tmp_path)
    assert difference(run, made) == 0
    assert "step 2 / 3" in made["printed"]
    assert "computes the loss 132 times" in (tmp_path / "run" / "script.py").read_text()  # 3 steps, 22 parameters, twice each


def test_how_long_a_loop_takes() -> None:
    wide = Dataset.from_arrays(np.zeros((1000, 64)), np.arange(1000) % 10)

    def slow(method: str, steps: int, hidden: int = 32) -> script_training.LongRun | None:
        return script_training._slow(kb.Experiment(kb.Learning(wide, hidden=(hidden,)), method=method, batch_size=32), steps)

    assert slow("central", 100) is None
    assert slow("backprop", 10**5) is None
    told = [slow("central", 1020), slow("loop", 10**5, 256), slow("forward", 10**4), slow("complex-step", 10**4)]
    digits, wide_loop, forward, complex_step = filter(None, told)
    assert (digits.evaluations, digits.unit) == ("4,916,400", "minutes")
    assert 2 <= int(digits.count) <= 10
    assert wide_loop.unit == "hours"
    assert forward.evaluations == "24,110,000"
    assert complex_step.evaluations == "24,100,000"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["moons", "iris", "blobs", "wine"])
def test_sets(name: str, tmp_path: Path) -> None:
    runs = {language: kb.train(name, steps=60, patience=10) for language in LANGUAGES}
    for language, run in runs.items():
        made = repeated_all({language: run}, tmp_path, language)[language]
        assert difference(run, made) < 1e-7


def test_a_table_of_texts_and_numbers_from_a_file(tmp_path: Path) -> None:
    """What load makes of a file, as a script has it."""
    random, path = np.random.default_rng(2), tmp_path / "people.csv"
    heights, colours = random.normal(170, 9, 40), ["red", "blue"] * 20
    lines = [f"{h:.1f},{c},{2 * h + 5 * (c == 'red'):.2f}" for h, c in zip(heights, colours, strict=True)]
    path.write_text("\n".join(["height,colour,weight", *lines]) + "\n", encoding="utf-8")
    run = kb.train(path, method="loop", steps=6, hidden=(3,))
    made = repeated(run, tmp_path)
    assert difference(run, made) <= 1e-12
    assert "R² (test rows)" in made["printed"]
    preparation = run.data.preparation
    assert preparation is not None
    assert f"times {preparation.target.scale[0]!r}, plus {preparation.target.mean[0]!r}" in re.sub(
        r"\n# ", " ", (tmp_path / "run" / "script.py").read_text()
    )


def test_a_seed_of_the_batches_own(tmp_path: Path) -> None:
    own: dict[str, Any] = {"batch_seed": 11, **FIELDS}
    spsa: dict[str, Any] = {"method": "spsa", "batch_seed": 8, "steps": 6, "hidden": (3,)}
    given = kb.Network.random([2, 3, 2], seed=4)
    runs = {
        "loop": kb.train(TRAIN, method="loop", **own),
        "spsa": kb.train("xor", **spsa),
        "given": kb.train(given, "xor", method="spsa", batch_seed=8, steps=6),
    }
    assert_repeated(runs, tmp_path, 1e-11)
    sources = {name: (tmp_path / name / "script.py").read_text(encoding="utf-8") for name in runs}
    assert all("\nbatch_seed = " in source for source in sources.values())
    assert ["\nseed = " in source for source in sources.values()] == [True, True, False]
