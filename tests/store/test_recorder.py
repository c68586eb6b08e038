"""Keeping a run while it is made, and going on with it: to the last bit."""

import itertools
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runs import same

import koubai as kb
from koubai.core.methods import METHODS
from koubai.errors import Diverged, FileFault, InputError
from koubai.experiment import Experiment, Learning, Run
from koubai.store import Store, recorder, step_chunks
from koubai.store.recorder import RunRecorder

OWN = kb.data.Dataset.from_arrays([[0.0, 1.0], [1.0, 0.5], [2.0, -1.0]], [0.5, 1.0, -1.0])
START = kb.Network.random([2, 3, 1], activation="tanh", seed=5, scale=0.5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "runs.sqlite") as made:
        yield made


def trained(kept: RunRecorder, until: float = np.inf) -> None:
    """Train on; stop as soon as a Step has come that far."""
    for step in kept.of(kept.experiment.run(kept.resume)):
        if step.number >= until:
            break


def test_a_run_is_kept_whole(store: Store) -> None:
    kept = store.keep(Experiment())
    assert kept.name == "xor-0"
    trained(kept)
    assert same(store.run("xor-0"), kb.train("xor"))
    entry = store.entry("xor-0")
    assert (entry.status, entry.steps_made, entry.steps, entry.data, entry.method) == ("finished", 5001, 5001, "xor", "central")
    assert entry.loss == kb.train("xor").losses[-1]
    assert entry.metrics == {"right": 4, "rows": 4}
    assert entry.seconds > 0
    assert Experiment.from_dict(entry.experiment) == Experiment()


EXPERIMENTS = {
    **{method: Experiment(method=method, steps=40, record_every=7) for method in METHODS},
    "adam, float32": Experiment(optimizer="adam", precision="float32", steps=3000, record_every=1000),
    "every step": Experiment(steps=900, record_every=1, seed=3),
    "no record between": Experiment(steps=6000, record_every=10**6, optimizer="momentum"),
    "own arrays": Experiment(Learning(OWN, loss="squared", start=START), learning_rate=0.05, steps=2000, record_every=300),
}
WHOLE: dict[str, Run] = {}


@pytest.mark.long
@pytest.mark.parametrize("name", EXPERIMENTS)
@settings(max_examples=5)
@given(stops=st.lists(st.floats(0, 1), max_size=3), size=st.sampled_from([2**16, 1]))
def test_it_goes_on_bit_for_bit_wherever_it_stopped(
    name: str, stops: list[float], size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """``size``: of chunks that are written again together with what follows."""
    experiment = EXPERIMENTS[name]
    whole = WHOLE.setdefault(name, kb.train(experiment))
    with pytest.MonkeyPatch.context() as patch, Store(tmp_path_factory.mktemp("store") / "runs.sqlite") as store:
        patch.setattr(recorder, "CHUNK_BYTES", size)
        patch.setattr(recorder, "SECONDS_BETWEEN_WRITES", 0.0)
        kept = store.keep(experiment)
        for stop in sorted(stops):
            trained(kept, until=stop * experiment.steps)
            if store.entry(kept.name).status == "finished":
                break
            kept = store.resume(kept.name)
            assert kept.before is not None
            assert np.array_equal(kept.before.losses, whole.losses[: len(kept.before.losses)])
        else:
            trained(kept)
        assert same(store.run(kept.name), whole)


def test_a_checkpoint_is_where_a_stopped_run_goes_on(store: Store) -> None:
    kept = store.keep(Experiment(record_every=10**6, steps=10**6))
    trained(kept, until=1000)
    run = store.run("xor-0")
    assert [step.number for step in run.records] == [0, len(run.losses) - 1]
    assert (run.status, run.records[-1].recorded) == ("interrupted", False)
    assert run.records[-1].number >= 1000
    assert store.entry("xor-0").status == "interrupted"


def test_a_run_that_is_extended_is_one_that_was_longer_from_the_start(store: Store) -> None:
    trained(store.keep(Experiment(steps=333)))
    trained(store.resume("xor-0", steps=1234))
    assert same(store.run("xor-0"), kb.train("xor", steps=1234))
    assert store.entry("xor-0").steps == 1234
    with pytest.raises(InputError, match="is to have 1234 steps, but it has made 1234 already"):
        store.resume("xor-0", steps=1234)
    with pytest.raises(InputError, match="koubai runs extend xor-0"):
        store.resume("xor-0")
    assert store.entry("xor-0").status == "finished"


def test_a_run_that_ends_high_is_kept_as_diverged_and_may_go_on(store: Store) -> None:
    experiment = Experiment(Learning("xor"), learning_rate=10.0, steps=150, record_every=50)
    kept = store.keep(experiment)
    trained(kept)
    with pytest.warns(kb.DivergenceWarning):
        whole = kb.train(experiment)
    assert same(store.run(kept.name), whole)
    entry = store.entry(kept.name)
    assert (entry.status, entry.diverged_at, entry.steps_made) == ("diverged", whole.diverged_at, 150)
    longer = store.resume(kept.name, steps=160)
    trained(longer)
    assert (store.entry(kept.name).status, store.entry(kept.name).diverged_at) == ("diverged", whole.diverged_at)
    low = store.keep(Experiment(Learning("xor"), learning_rate=10.0, steps=2))
    trained(low)
    assert (store.entry(low.name).status, store.entry(low.name).diverged_at) == ("finished", None)


def test_a_run_that_diverges_is_kept_as_far_as_it_came(store: Store) -> None:
    experiment = Experiment(Learning(OWN, hidden=(), loss="squared"), method="backprop", learning_rate=3.0, steps=5000)
    with pytest.warns(kb.DivergenceWarning):
        whole = kb.train(experiment)
    kept = store.keep(experiment)
    with pytest.raises(Diverged):
        trained(kept)
    assert same(store.run(kept.name), whole)
    assert whole.diverged_at is not None
    assert whole.diverged_at > 0
    assert store.entry(kept.name).diverged_at == whole.diverged_at
    with pytest.raises(InputError, match="diverged at step"):
        store.resume(kept.name)


def test_a_run_that_stops_before_its_first_step_is_forgotten(store: Store) -> None:
    kept = store.keep(Experiment())
    assert store.entry("xor-0").status == "running"
    kept.end()
    assert len(store) == 0
    never = store.keep(Experiment())
    with pytest.raises(KeyboardInterrupt):
        list(never.of(_raising()))
    assert len(store) == 0


def _raising() -> Iterator[Any]:
    yield from ()
    raise KeyboardInterrupt


def test_a_running_run_can_be_looked_at(store: Store) -> None:
    kept = store.keep(Experiment(steps=10**6, record_every=100))
    steps = kept.of(kept.experiment.run())
    for step in itertools.islice(steps, 40):
        assert step.number >= 0
    assert store.entry("xor-0").status == "running"
    with pytest.raises(InputError, match="is being trained right now"):
        store.resume("xor-0")
    with pytest.raises(InputError, match="is being trained right now"):
        store.delete("xor-0")
    run = store.run("xor-0")
    assert run.status == "interrupted"  # as far as it is on disk
    steps.close()  # type: ignore[attr-defined]
    assert store.entry("xor-0").status == "interrupted"


def test_one_of_two_goes_on(store: Store) -> None:
    trained(store.keep(Experiment(steps=10**6)), until=100)
    first = store.resume("xor-0")
    with pytest.raises(InputError, match="is being trained right now"):
        store.resume("xor-0")
    first.end()
    assert store.entry("xor-0").status == "interrupted"
    store.resume("xor-0").end()


def test_a_training_does_not_run_ahead_of_a_locked_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "MOST_SECONDS_BEHIND", 0.05)
    kept = store.keep(Experiment(steps=10**6, record_every=10**6))
    passed: list[int] = []
    waits = threading.Event()

    def train() -> None:
        for step in kept.of(kept.experiment.run()):
            passed.append(step.number)
            if waits.is_set():
                break

    first = sqlite3.connect(store.path, isolation_level=None)
    worker = threading.Thread(target=train)
    worker.start()
    while len(passed) < 5:
        pass
    first.execute("BEGIN IMMEDIATE")
    held = -1
    while held != len(passed):  # until no step came for a while
        held = len(passed)
        threading.Event().wait(0.5)
    waits.set()
    assert worker.is_alive()
    first.execute("ROLLBACK")
    worker.join(30)
    assert len(passed) == held + 1
    assert store.run("xor-0").records[-1].number >= passed[-1]


def test_what_the_writer_meets_is_raised_where_the_steps_pass(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = store.keep(Experiment(steps=10**7))
    steps = kept.of(kept.experiment.run())
    for _ in range(5):
        next(steps)

    def full(*_: Any) -> int:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorname = "SQLITE_FULL"
        raise error

    monkeypatch.setattr(recorder, "write_chunk", full)
    with pytest.raises(FileFault, match="could not be written"):
        for _ in steps:
            pass
    monkeypatch.undo()
    assert store.entry("xor-0").status == "interrupted"
    made = store.run("xor-0").records[-1].number
    kept = store.resume("xor-0")
    assert kept.resume[-1].number == made
    kept.end()


def test_it_ends_once(store: Store) -> None:
    kept = store.keep(Experiment(steps=10))
    trained(kept)
    kept.end()
    threads = [threading.Thread(target=kept.end) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert store.entry("xor-0").status == "finished"
    assert not list(store.path.parent.glob("*-running"))


def test_what_large_networks_write_stays_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint is written again only after thirty times as long as it took."""
    written: list[int] = []

    def write(*values: Any) -> None:
        written.append(values[-1].number)
        step_chunks.write_checkpoint(*values)

    monkeypatch.setattr(recorder, "CHECKPOINT_PAUSE", 1e9)
    monkeypatch.setattr(recorder, "write_checkpoint", write)
    kept = store.keep(Experiment(steps=10**6, record_every=10**6))
    trained(kept, until=100000)
    assert len(written) == 2  # the first, and that of the end
    assert store.run("xor-0").records[-1].number == written[-1]


def test_whoever_ends_it_too_waits_until_it_has_ended(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = store.keep(Experiment(steps=10**7))
    steps = kept.of(kept.experiment.run())
    next(steps)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        next(steps)
    ending = [threading.Thread(target=kept.end) for _ in range(3)]
    for thread in ending:
        thread.start()
    ending[-1].join(0.3)
    assert all(thread.is_alive() for thread in ending)
    other.execute("ROLLBACK")
    for thread in ending:
        thread.join(30)
    assert store.entry("xor-0").status == "interrupted"
    assert list(steps) == []  # nothing passes that isn't kept


def test_what_goes_wrong_at_the_end_is_told_by_the_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(store.path, patience=0.1) as impatient:
        kept = impatient.keep(Experiment(steps=10**7))
        steps = kept.of(kept.experiment.run())
        next(steps)
        while store.entry("xor-0").steps_made is None:  # the lock is to come after the first Step is on disk
            sleep(0.01)
        other = sqlite3.connect(store.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        next(steps)
        steps.close()  # type: ignore[attr-defined]
        for _ in range(2):
            with pytest.raises(FileFault, match="was locked by another process"):
                kept.end()
        other.execute("ROLLBACK")
    assert store.entry("xor-0").status == "interrupted"
    assert store.run("xor-0").records[-1].number >= 0


def test_a_run_is_read_while_it_is_written(store: Store) -> None:
    kept = store.keep(Experiment(steps=10**7, record_every=1000))
    wanted = kb.train("xor", steps=100_000, record_every=1000).losses
    with kept, Store(store.path) as reader:
        for step in kept.of(kept.experiment.run()):
            if reader.entry("xor-0").steps_made is not None:
                losses = reader.run("xor-0").losses
                assert np.array_equal(losses, wanted[: len(losses)])
            if step.number > 50_000:
                break


def test_a_forked_child_leaves_the_run_alone(store: Store) -> None:
    kept = store.keep(Experiment(steps=10**7))
    next(kept.of(kept.experiment.run()))  # its generator is closed at once
    kept = store.keep(Experiment(steps=10**7))
    steps = kept.of(kept.experiment.run())
    next(steps)
    process, kept._process = kept._process, -1  # as a child would see it
    kept.end()
    kept._process = process
    assert store.entry(kept.name).status == "running"
    next(steps)
    kept.end()
    assert store.entry(kept.name).status == "interrupted"


def test_no_step_is_held_longer_than_it_is_needed(store: Store) -> None:
    kept = store.keep(Experiment(steps=10**7, record_every=10**6))
    for count, _ in enumerate(kept.of(kept.experiment.run())):
        if count > 30:
            break
    assert sum(piece.step is not None for piece in kept._open) <= 1
