"""Run: what train returns, and the folder that keeps it."""

import json
import os
from hashlib import sha256
from pathlib import Path

import jax
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import koubai as kb
from koubai.errors import FileFault, InputError
from koubai.experiment import Recording


@pytest.fixture(scope="module")
def run() -> kb.Run:
    return kb.train("xor", steps=300, optimizer="adam", learning_rate=0.05)


def assert_same(a: kb.Run, b: kb.Run) -> None:
    assert a.experiment == b.experiment
    assert (a.status, a.diverged_at) == (b.status, b.diverged_at)
    assert np.array_equal(a.losses, b.losses)
    assert len(a.records) == len(b.records)
    for x, y in zip(a.records, b.records, strict=True):
        assert (x.number, x.loss) == (y.number, y.loss)
        one, other = ((s.parameters, s.optimizer_state, s.random_state) for s in (x, y))
        assert str(jax.tree.structure(one)) == str(jax.tree.structure(other))
        for left, right in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
            assert np.array_equal(left, right)


def test_what_train_returns(run: kb.Run) -> None:
    assert repr(run).startswith("Run(finished at step 300, loss 0.0")
    assert run.correct.tolist() == [True] * 4
    assert run.network.predict([0, 1]) == 1
    assert [step.number for step in run.records] == [0, 100, 200, 300]


def test_train_takes_what_is_at_hand() -> None:
    data, network = kb.data.gate("and"), kb.Network.random([2, 3, 2], seed=5)
    by_name = kb.train("and", hidden=[3], seed=5, steps=10)
    by_data = kb.train(data, hidden=(3,), seed=5, steps=10)
    by_start = kb.train(network, data, steps=10)
    by_learning = kb.train(kb.Learning("and", hidden=(3,)), seed=5, steps=10)
    by_experiment = kb.train(kb.Experiment(kb.Learning("and", hidden=(3,)), seed=5, steps=10))
    for run in (by_data, by_start, by_learning, by_experiment):
        assert np.array_equal(run.losses, by_name.losses)
    assert kb.train(network, steps=0).data.name == "xor"


def test_a_folder_brings_it_back(run: kb.Run, tmp_path: Path) -> None:
    folder = run.save(tmp_path / "a" / "run")
    assert sorted(path.name for path in folder.iterdir()) == [
        "losses.csv",
        "records.safetensors",
        "run.json",
        "weights.safetensors",
    ]
    assert sorted(os.listdir(folder.parent)) == ["run"]
    assert_same(kb.load(folder), run)
    about = json.loads((folder / "run.json").read_text())
    assert about["experiment"] == run.experiment.to_dict()
    assert about["status"] == "finished"
    rest = list(kb.load(folder).experiment.run(resume=kb.load(folder).records[1]))
    assert np.array_equal(rest[-1].parameters.layers[0].weights, run.network.layers[0].weights)


def test_own_arrays_come_back_too(tmp_path: Path) -> None:
    data = kb.data.Dataset.from_arrays([[0.0, 0.1], [1.0, 0.5], [0.3, 0.3]], ["no", "yes", "no"], feature_names=("u", "v"))
    run = kb.train(kb.Network.random([2, 3, 2], activation="tanh"), data, steps=5, record_every=2, method="spsa")
    again = kb.load(run.save(tmp_path / "own"))
    assert_same(again, run)
    assert again.data.classes == ("no", "yes")
    assert again.data.feature_names == ("u", "v")


def test_interrupted_and_diverged_runs_come_back(tmp_path: Path) -> None:
    recording = Recording(kb.Experiment(steps=5000, record_every=1000))
    for step in recording.of(recording.experiment.run()):
        if step.number > 0:
            break
    stopped = recording.run
    assert stopped is not None
    assert stopped.status == "interrupted"
    assert stopped.records[-1].number == len(stopped.losses) - 1 > 0
    assert_same(kb.load(stopped.save(tmp_path / "stopped")), stopped)
    with pytest.warns(kb.DivergenceWarning):
        diverged = kb.train("and", hidden=(), optimizer="adam", learning_rate=5e307, steps=50, record_every=2)
    assert len(diverged.losses) == diverged.diverged_at
    assert_same(kb.load(diverged.save(tmp_path / "diverged")), diverged)


def test_before_the_first_step_there_is_no_run() -> None:
    assert Recording(kb.Experiment()).run is None


def test_nothing_is_overwritten(run: kb.Run, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine too")
    for name in ("taken", "file"):
        with pytest.raises(InputError, match=f"{name} is already there, and nothing is overwritten"):
            run.save(tmp_path / name)
    assert (tmp_path / "taken" / "mine.txt").read_text() == "mine"
    assert sorted(os.listdir(tmp_path)) == ["file", "taken"]
    with pytest.raises(FileFault, match="could not be written"):
        run.save(tmp_path / "file" / "below")


def test_a_fault_while_writing_leaves_nothing(run: kb.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(FileFault, match="No space left on device"):
        run.save(tmp_path / "run")
    assert os.listdir(tmp_path) == []


def test_the_parts_of_two_runs_do_not_mix(run: kb.Run, tmp_path: Path) -> None:
    other = kb.train("and", steps=300, optimizer="adam", learning_rate=0.05)
    mine, theirs = run.save(tmp_path / "mine"), other.save(tmp_path / "theirs")
    (mine / "records.safetensors").write_bytes((theirs / "records.safetensors").read_bytes())
    with pytest.raises(FileFault, match=r"records.safetensors is damaged \(its content does not match its checksum\)"):
        kb.load(mine)
    (theirs / "weights.safetensors").unlink()
    with pytest.raises(FileFault, match=r"weights.safetensors is missing"):
        kb.load(theirs)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "foo"),
        ("experiment", {"problem": {"learning": {"hidden": [9]}}, "optimizer": "adam"}),
        ("experiment", 3),
        ("sha256_of_files", {}),
        ("format", None),
        ("format", "1"),
    ],
)
def test_a_run_that_contradicts_itself(run: kb.Run, tmp_path: Path, name: str, value: object) -> None:
    """Even where its checksum is right."""
    path = run.save(tmp_path / "run") / "run.json"
    about = {**json.loads(path.read_text()), name: value}
    del about["sha256"]
    about["sha256"] = sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
    path.write_text(json.dumps(about))
    with pytest.raises(FileFault, match="is damaged"):
        kb.load(path.parent)


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is no file or folder .*missing; check how it is written"):
        kb.load(tmp_path / "missing")
    with pytest.raises(FileFault, match=r"There is no run in .*: run.json is missing"):
        kb.load(tmp_path)
    (tmp_path / "run.json").write_text('{"format": 99}')
    with pytest.raises(FileFault, match="has the format 99, but this koubai reads 1; install a newer"):
        kb.load(tmp_path)
    (tmp_path / "run.json").write_text("[" * 100_000)
    with pytest.raises(FileFault, match="is damaged"):
        kb.load(tmp_path)
    (tmp_path / "run.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileFault, match="is damaged"):
        kb.load(tmp_path)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choice=st.data())
def test_a_damaged_file_is_never_taken_for_a_whole_one(run: kb.Run, tmp_path: Path, choice: st.DataObject) -> None:
    folder = tmp_path / "damaged"
    if not folder.exists():
        run.save(folder)
    path = folder / choice.draw(st.sampled_from(["run.json", "losses.csv", "records.safetensors", "weights.safetensors"]))
    whole = path.read_bytes()
    at = choice.draw(st.integers(0, len(whole) - 1))
    if choice.draw(st.booleans()):
        damaged = whole[:at]
    else:
        damaged = whole[:at] + bytes([whole[at] ^ choice.draw(st.integers(1, 255))]) + whole[at + 1 :]
    path.write_bytes(damaged)
    try:
        loaded = kb.load(folder)
    except FileFault as error:
        assert str(path.name) in str(error) or str(folder) in str(error)  # noqa: PT017
    else:
        assert_same(loaded, run)  # a space more or less in JSON harms nothing
    finally:
        path.write_bytes(whole)
