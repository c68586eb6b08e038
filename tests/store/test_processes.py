"""Several processes, and processes that are killed."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli_process import KOUBAI, PLAIN, koubai, store_of, surroundings, training
from tests.runs import same

import koubai as kb
from koubai.errors import InputError
from koubai.experiment import Experiment, Run
from koubai.store import Store

STEPS = 200_000  # take a second or two
WHOLE: list[Run] = []


def whole() -> Run:
    """The run that is never stopped."""
    if not WHOLE:
        WHOLE.append(kb.train("xor", steps=STEPS, record_every=1000))
    return WHOLE[0]


def killed(words: list[str], cwd: Path, after: float) -> bool:
    """Start koubai and kill it; whether it was still there."""
    sink = subprocess.DEVNULL
    process = subprocess.Popen([*KOUBAI, *words], cwd=cwd, env=surroundings(cwd), stdout=sink, stderr=sink)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def kill_and_go_on(times: int, cwd: Path, seed: int) -> None:
    """Kill a training at a random moment, sometimes its resumption too, go on, and compare with what was never stopped."""
    draw, caught = random.Random(seed), 0
    for _ in range(times):
        train = ["train", "xor", "--steps", str(STEPS), "--record-every", "1000", "--quiet", *PLAIN]
        caught += killed(train, cwd, draw.uniform(0.3, 4.0))
        if not store_of(cwd).exists():
            continue
        if draw.random() < 0.3:
            killed(["runs", "resume", "latest", "--quiet", *PLAIN], cwd, draw.uniform(0.3, 3.0))
        plain = sqlite3.connect(store_of(cwd))
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        plain.close()
        with Store(store_of(cwd)) as store:
            for entry in store.entries():
                assert entry.status in ("interrupted", "finished")
                if entry.status == "interrupted":
                    kept = store.resume(entry.name)
                    for _ in kept.of(kept.experiment.run(kept.resume)):
                        pass
                assert same(store.run(entry.name), whole())
                store.delete(entry.name)
    assert caught > times // 3


@pytest.mark.long
def test_a_killed_run_goes_on_bit_for_bit(tmp_path: Path) -> None:
    kill_and_go_on(5, tmp_path, seed=1)


@pytest.mark.slow
def test_of_two_hundred_killed_runs_every_one_goes_on_bit_for_bit(tmp_path: Path) -> None:
    kill_and_go_on(200, tmp_path, seed=2)


TRAIN_MANY = """
import sys
from koubai.experiment import Experiment
from koubai.store import Store
with Store(sys.argv[1], patience=120) as store:
    for seed in range(int(sys.argv[2]), int(sys.argv[3])):
        kept = store.keep(Experiment(seed=seed, steps=200, record_every=20))
        for _ in kept.of(kept.experiment.run()):
            pass
"""


def train_into_one(path: Path, processes: int, each: int) -> None:
    """All processes make the store, and train into it, at once."""
    made = [
        subprocess.Popen([sys.executable, "-c", TRAIN_MANY, str(path), str(first), str(first + each)])
        for first in range(0, processes * each, each)
    ]
    assert [process.wait(600) for process in made] == [0] * processes
    with Store(path) as store:
        assert sorted(store.names()) == sorted(f"xor-{seed}" for seed in range(processes * each))
        assert {entry.status for entry in store.entries()} == {"finished"}
        for seed in range(processes * each):
            assert same(store.run(f"xor-{seed}"), kb.train("xor", seed=seed, steps=200, record_every=20))
        assert store._database.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_processes_train_into_one_store(tmp_path: Path) -> None:
    train_into_one(tmp_path / "runs.sqlite", 4, 5)


@pytest.mark.slow
def test_eight_processes_train_into_one_store_fifty_times_each(tmp_path: Path) -> None:
    train_into_one(tmp_path / "runs.sqlite", 8, 50)


def test_one_of_many_that_go_on_at_once_does(tmp_path: Path) -> None:
    with Store(store_of(tmp_path)) as store:
        kept = store.keep(Experiment(steps=10**9, record_every=10**6))
        for _ in kept.of(kept.experiment.run()):
            break
        command = [*KOUBAI, "runs", "resume", "xor-0", *PLAIN]
        own = surroundings(tmp_path)
        made = [subprocess.Popen(command, cwd=tmp_path, env=own, stderr=subprocess.PIPE, text=True) for _ in range(3)]
        for process in made:
            assert process.stderr is not None
            while (line := process.stderr.readline()) and "is being trained right now" not in line and "Learning" not in line:
                pass
        assert store.entry("xor-0").status == "running"
        with pytest.raises(InputError, match="is being trained right now"):
            store.delete("xor-0")
        time.sleep(1.0)
        for process in made:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
        assert sorted(process.returncode for process in made) == [2, 2, 143]
        assert store.entry("xor-0").status == "interrupted"


def test_a_killed_run_is_told_so_in_the_list(tmp_path: Path) -> None:
    process = training("train", "xor", "--steps", str(10**9), *PLAIN, cwd=tmp_path)
    time.sleep(0.5)
    assert " running " in koubai("runs", cwd=tmp_path).stdout
    process.kill()
    process.communicate()
    assert " interrupted " in koubai("runs", cwd=tmp_path).stdout
    assert "interrupted" in koubai("runs", "--status", "interrupted", cwd=tmp_path).stdout
    assert koubai("runs", "--status", "running", cwd=tmp_path).stdout == ""
