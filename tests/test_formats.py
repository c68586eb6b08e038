"""Files that the version before wrote: they open, go on, and mean what they meant. See formats/README.txt."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]
import pytest

import koubai as kb
from koubai.core.training import Step
from koubai.experiment import Recording
from koubai.playground.model.permalink import format_permalink, parse_permalink
from koubai.playground.model.training import Training
from koubai.playground.model.workspace import Workspace
from koubai.playground.session.autosave import Autosave
from koubai.store import Store
from tests.scripts import processed

FORMATS = Path(__file__).parent / "formats"
LINKS = [line.split("\t") for line in (FORMATS / "links.txt").read_text(encoding="utf-8").splitlines()]
MEANINGS = json.loads((FORMATS / "links.json").read_text(encoding="utf-8"))
INTERRUPTED = ("interrupted-numpy", "interrupted-jax")
STOPPED_AT = 173
CLOSE = 1e-12  # of two processors' arithmetic, over the few hundred steps of these runs


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A copy of the store: resuming changes it."""
    shutil.copy(FORMATS / "runs.sqlite", tmp_path)
    with Store(tmp_path / "runs.sqlite") as opened:
        yield opened


def trained(experiment: kb.Experiment, after: kb.Run | None = None) -> kb.Run:
    """The experiment carried out to its end, from its start or from where the run ``after`` stopped."""
    recording = Recording(experiment) if after is None else Recording.after(after)
    for _ in recording.of(experiment.run(resume=after.records[-1] if after else None)):
        pass
    assert recording.run is not None
    return recording.run


def assert_equal_steps(one: Step, other: Step) -> None:
    """The two Steps have the same number and the same bits."""
    assert one.number == other.number
    for name, array in one.parameters.arrays().items():
        np.testing.assert_array_equal(array, other.parameters.arrays()[name], err_msg=name)


def assert_is_xor(run: kb.Run) -> None:
    """The finished run: what it was made with, and the numbers that today's source comes to."""
    assert (run.status, len(run.losses), [step.number for step in run.records]) == ("finished", 601, [*range(0, 601, 100)])
    experiment = kb.Experiment(kb.Learning("xor"), steps=600, record_every=100, engine="numpy")
    assert run.experiment.to_dict() == experiment.to_dict()
    again = trained(experiment)
    np.testing.assert_allclose(run.losses, again.losses, rtol=0, atol=CLOSE)
    for name, array in run.network.arrays().items():
        np.testing.assert_allclose(array, again.network.arrays()[name], rtol=0, atol=CLOSE, err_msg=name)


def test_a_store_opens(store: Store) -> None:
    assert [(entry.name, entry.status, entry.steps_made) for entry in store.entries(sort="name")] == [
        ("interrupted-jax", "interrupted", STOPPED_AT),
        ("interrupted-numpy", "interrupted", STOPPED_AT),
        ("xor-0", "finished", 600),
    ]
    entry = store.entry("xor-0")
    assert (entry.data, entry.method, entry.seed, entry.tags) == ("xor", "central", 0, ("first",))
    assert (entry.note, entry.metrics["rows"]) == ("the founding example, cut short", 4)
    assert (entry.surroundings["koubai"], entry.surroundings["platform"]) == ("0.1.0", "Linux")
    assert_is_xor(store.run("xor-0"))


def test_a_store_is_written_as_it_was(tmp_path: Path) -> None:
    """Tables, columns and versions are a format: a store of today has the same."""

    def schema(path: Path) -> list[Any]:
        connection = sqlite3.connect(path)
        made = [" ".join(sql.split()) for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
        numbers = [connection.execute(f"PRAGMA {name}").fetchone() for name in ("user_version", "application_id")]
        connection.close()
        return [sorted(made), numbers]

    Store(tmp_path / "new.sqlite").close()
    assert schema(tmp_path / "new.sqlite") == schema(Path(shutil.copy(FORMATS / "runs.sqlite", tmp_path)))


@pytest.mark.long
@pytest.mark.parametrize("name", INTERRUPTED)
def test_a_run_that_was_interrupted_is_resumed(store: Store, name: str) -> None:
    """It goes on with the bits of a run that never stopped; on a processor whose first part differs, to within rounding."""
    then = store.run(name)
    assert (then.status, then.records[-1].number, len(then.losses)) == ("interrupted", STOPPED_AT, STOPPED_AT + 1)
    with store.resume(name) as recorder:
        for _ in recorder.of(recorder.experiment.run(resume=recorder.resume[-1])):
            pass
    run = store.run(name)
    assert (run.status, len(run.losses), store.entry(name).status) == ("finished", 401, "finished")
    expected, whole = trained(then.experiment, then), trained(then.experiment)
    np.testing.assert_array_equal(run.losses, expected.losses)
    assert_equal_steps(run.records[-1], expected.records[-1])
    if np.array_equal(then.losses, whole.losses[: STOPPED_AT + 1]):
        np.testing.assert_array_equal(run.losses, whole.losses)
        assert [step.number for step in run.records] == [step.number for step in whole.records]
        for mine, other in zip(run.records, whole.records, strict=True):
            assert_equal_steps(mine, other)
    else:
        np.testing.assert_allclose(run.losses, whole.losses, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ["run-folder", "xor.koubai.zip"])
def test_a_run_opens(name: str) -> None:
    assert_is_xor(kb.load(FORMATS / name))


def test_an_exported_run_is_imported(store: Store, tmp_path: Path) -> None:
    """It has the name, the tags and the uid that it had, and is resumed like a run of today."""
    path = tmp_path / "own.sqlite"
    command = [sys.executable, "-m", "koubai", "runs", "import", str(FORMATS / "moons.koubai.zip"), "--store", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "KOUBAI_LANG": "en"})
    assert (done.returncode, done.stdout) == (0, f"Imported {FORMATS / 'moons.koubai.zip'} as interrupted-numpy.\n")
    with Store(path) as opened:
        entry, then = opened.entry("latest"), store.entry("interrupted-numpy")
        assert (entry.uid, entry.name, entry.tags, entry.note) == (then.uid, then.name, then.tags, then.note)
        assert (entry.status, entry.started, entry.surroundings) == (then.status, then.started, then.surroundings)
        with opened.resume("latest") as recorder:
            assert recorder.resume[-1].number == STOPPED_AT


@pytest.mark.long
def test_a_run_of_rows_opens() -> None:
    """Its rows, their preprocessing and the parts come with it."""
    run = kb.load(FORMATS / "moons.koubai.zip")
    parts = kb.data.load("moons", samples=60, seed=3)
    for mine, other in ((run.data, parts.train), (run.experiment.problem.test, parts.test)):
        assert mine is not None
        assert other is not None
        np.testing.assert_array_equal(mine.inputs, other.inputs)
        np.testing.assert_array_equal(mine.targets, other.targets)
        assert (mine.name, mine.classes, mine.feature_names) == (other.name, other.classes, other.feature_names)
        assert (mine.task, mine.preparation) == (other.task, other.preparation)


def test_a_network_opens() -> None:
    kept = json.loads((FORMATS / "moons.json").read_text())
    network = kb.export.read_safetensors(FORMATS / "moons.safetensors")
    np.testing.assert_allclose(network.answers(kept["inputs"]), kept["outputs"], rtol=0, atol=CLOSE)
    assert kb.export.read_preparation(FORMATS / "moons.safetensors") == kb.load(FORMATS / "moons.koubai.zip").data.preparation


def test_a_network_of_onnx_answers(tmp_path: Path) -> None:
    """It answers what it answered; a file of today has the same graph."""
    kept, run = json.loads((FORMATS / "moons.json").read_text()), kb.load(FORMATS / "moons.koubai.zip")
    session = onnxruntime.InferenceSession(FORMATS / "moons.onnx", providers=["CPUExecutionProvider"])
    answers = dict(zip((one.name for one in session.get_outputs()), session.run(None, {"inputs": kept["inputs"]}), strict=True))
    np.testing.assert_allclose(answers["probabilities"], kept["outputs"], rtol=0, atol=CLOSE)
    kb.export.write_onnx(run.network, tmp_path / "moons.onnx", run.data.preparation)
    then, now = (onnx.load(folder / "moons.onnx") for folder in (FORMATS, tmp_path))
    assert then.graph == now.graph


def test_files_are_written_as_they_were(tmp_path: Path) -> None:
    """The same run gives the same bytes."""
    run = kb.load(FORMATS / "moons.koubai.zip")
    kb.export.write_safetensors(run.network, tmp_path / "moons.safetensors", run.data.preparation)
    assert (tmp_path / "moons.safetensors").read_bytes() == (FORMATS / "moons.safetensors").read_bytes()
    folder = kb.load(FORMATS / "run-folder").save(tmp_path / "run")
    assert {*os.listdir(folder)} == {*os.listdir(FORMATS / "run-folder")}
    for name in ("losses.csv", "records.safetensors", "weights.safetensors"):
        assert (folder / name).read_bytes() == (FORMATS / "run-folder" / name).read_bytes(), name
    then, now = (json.loads((place / "run.json").read_text()) for place in (FORMATS / "run-folder", folder))
    assert [name for name in then if name != "kept"] == list(now)  # which only a store knows
    assert then["experiment"] == now["experiment"]


def test_a_script_runs(tmp_path: Path) -> None:
    """It comes to the losses of the run; and today's script of the run is the same text."""
    run = kb.load(FORMATS / "run-folder")
    script = Path(shutil.copy(FORMATS / "xor.py.txt", tmp_path / "xor.py"))
    done = processed([script.name], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    printed = [line.split()[-1] for line in done.stdout.splitlines()[:7]]
    assert printed == [f"{run.losses[step]:.6f}" for step in range(0, 601, 100)]
    kb.export.write_script(run, tmp_path / "now.py")
    now = (tmp_path / "now.py").read_text(encoding="utf-8").replace(f"koubai {kb.__version__}", "koubai 0.1.0")
    assert now == script.read_text(encoding="utf-8")


def test_the_links_are_all_there() -> None:
    assert [title for title, _ in LINKS] == [meaning["title"] for meaning in MEANINGS]
    assert len(LINKS) == 7


@pytest.mark.parametrize(("link", "meaning"), [(link, m) for (_, link), m in zip(LINKS, MEANINGS, strict=True)])
def test_a_link_means_what_it_meant(link: str, meaning: dict[str, Any]) -> None:
    linked = parse_permalink(link)
    assert linked.setting == msgspec.convert(meaning["setting"], type(linked.setting))
    assert [list(point) for point in linked.user_data.points] == meaning["points"]
    assert (linked.user_data.name, linked.user_data.content.decode()) == (meaning["table"], meaning["content"])
    assert (linked.begin, list(linked.former)) == (meaning["begin"], meaning["former"])
    assert (None if linked.weights is None else linked.weights.tolist()) == meaning["weights"]
    assert format_permalink(linked) == link.removeprefix("#")
    assert Workspace(linked, None, Training(Autosave(None), perf_counter)).link() == link.removeprefix("#")
