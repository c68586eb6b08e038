"""Programs: compiled once in a process, loaded from disk in the next one, the same to the last bit, and never a fault."""

import platform
import subprocess
import sys
from functools import partial
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from unittest import mock
from weakref import WeakSet

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.stages import Lowered

import koubai as kb
from koubai import compilation_cache, fingerprint
from koubai.core import activations, executables
from koubai.core.compiling import is_compiling
from koubai.core.executables import Program
from koubai.core.precision import computing_in
from koubai.core.slopes import chunked_map
from koubai.core.slopes.measurement import slopes


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, which keeps programs of tests too, and no program in memory."""
    monkeypatch.setattr(fingerprint, "KNOWN", {*fingerprint.KNOWN, "tests"})
    monkeypatch.setenv(compilation_cache.VARIABLE, str(tmp_path))
    jax.clear_caches()  # type: ignore[no-untyped-call]
    return tmp_path / "programs"


def shifted(power: int, x: Any, y: Any) -> Any:
    return {"sum": x * 2**power + jnp.sin(y), "power": x**y}


def lifted(power: int, x: Any, y: Any) -> Any:
    return {"sum": x + power, "power": x - y}


def program() -> Program:
    """One that is compiled at once."""
    return Program(shifted, static=1)


def called(made: Program | None = None, power: int = 3, size: int = 4) -> Any:
    x = np.linspace(0.1, 1, size)
    with computing_in("float64"):
        return jax.tree.map(np.asarray, (made or program())(power, x, 2.5))


def measured(method: str = "backprop", **more: Any) -> Any:
    return slopes(method, **more)(kb.Network.random([2, 3, 2]), kb.data.gate("xor"))


def same(one: Any, other: Any) -> bool:
    return all(map(np.array_equal, jax.tree.leaves(one), jax.tree.leaves(other)))


def as_in_a_new_process() -> None:
    jax.clear_caches()  # type: ignore[no-untyped-call]


def compiled_while(work: Any) -> int:
    """How many programs ``work`` has compiled."""
    with mock.patch.object(Lowered, "compile", autospec=True, side_effect=Lowered.compile) as made:
        work()
    return made.call_count


def test_a_program_is_compiled_once_and_then_loaded(place: Path) -> None:
    results, made = [], program()
    assert compiled_while(lambda: results.append(called(made))) == 1
    assert compiled_while(lambda: results.append(called(made))) == 0
    assert len(list(place.iterdir())) == 1
    as_in_a_new_process()
    assert compiled_while(lambda: results.append(called(made))) == 0
    assert compiled_while(lambda: results.append(called())) == 0
    assert all(same(results[0], other) for other in results[1:])
    assert not is_compiling()


@pytest.mark.parametrize("method", ["central", "backprop", "spsa"])
def test_slopes_are_kept_and_the_same_to_the_last_bit(method: str, place: Path) -> None:
    before = measured(method, seed=3)
    as_in_a_new_process()
    after: list[Any] = []
    assert compiled_while(lambda: after.append(measured(method, seed=3))) == 0
    assert same(before, after[0])
    assert compiled_while(lambda: measured(method, h=0.01)) == 0  # a number, no part of the program


def test_a_training_is_kept_too(place: Path) -> None:
    def trained() -> Any:
        run = kb.train(
            "xor", hidden=(3,), method="backprop", optimizer="adam", batch_size=3, steps=20, record_every=10, engine="jax"
        )
        return run.losses, run.network, run.records[-1].optimizer_state

    before = trained()
    as_in_a_new_process()
    after: list[Any] = []
    assert compiled_while(lambda: after.append(trained())) == 0
    assert same(before, after[0])


def test_what_is_compiled_in_makes_another_program(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def changes() -> Any:
        yield called()
        yield called(power=2)
        yield called(size=5)
        yield called(Program(lifted, static=1))
        yield Program(partial(shifted, y=1.0), static=1)(3, np.float32(2))
        yield called()
        monkeypatch.setenv("XLA_FLAGS", "--xla_dump_to=")
        yield called()
        monkeypatch.setattr(chunked_map, "NUMBERS_AT_ONCE", 3000)
        yield called()

    counts = [len(list(place.iterdir())) for _ in changes()]
    assert counts == [1, 2, 3, 4, 5, 5, 6, 7]


def test_the_processor_and_the_versions_tell_programs_apart(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called()
    monkeypatch.setattr(platform, "machine", lambda: "another")
    fingerprint.processor.cache_clear()
    called()
    monkeypatch.undo()
    fingerprint.processor.cache_clear()
    assert len(list(place.iterdir())) == 2


@pytest.mark.usefixtures("place")
def test_an_activation_of_that_name_may_be_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    first = measured()
    monkeypatch.setitem(activations.ACTIVATIONS, "relu", activations.ACTIVATIONS["tanh"])
    as_in_a_new_process()
    assert not same(first, measured())
    monkeypatch.undo()
    as_in_a_new_process()
    assert same(first, measured())


def test_what_nobody_else_can_know_is_not_kept(place: Path) -> None:
    unknown = Program(lambda x: x + 1, static=0)
    fingerprint.KNOWN.discard("tests")
    assert unknown(np.float32(2)) == 3
    assert same(called(), called())
    assert not place.exists()


@pytest.mark.parametrize("kept", [b"", b"junk", b"\x80\x04N.", None])
def test_an_entry_of_no_use_is_replaced(kept: bytes | None, place: Path) -> None:
    before = called()
    (path,) = place.iterdir()
    if kept is None:
        path.write_bytes(path.read_bytes()[:-100])
    else:
        compilation_cache.write(path.stem, kept)  # whole, but no program
    after: list[Any] = []
    assert compiled_while(lambda: after.append(called())) == 1
    assert same(before, after[0])
    assert compiled_while(called) == 0


@pytest.mark.parametrize("value", ["off", "/proc/nowhere"])
def test_where_nothing_can_be_kept_it_is_compiled(value: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = called()
    monkeypatch.setenv(compilation_cache.VARIABLE, value)
    after: list[Any] = []
    assert compiled_while(lambda: after.append(called())) == 1
    assert same(before, after[0])


def test_a_program_that_can_not_be_kept_runs(place: Path) -> None:
    def unable(*_: object) -> None:
        raise ValueError("Compilation does not support serialization")

    with mock.patch.object(compilation_cache, "write", side_effect=unable):
        assert compiled_while(called) == 1
    assert not place.exists()


@pytest.mark.usefixtures("place")
def test_threads_wait_for_one_compilation() -> None:
    barrier, results, made = Barrier(4), [], program()

    def work() -> None:
        barrier.wait()
        results.append(called(made))

    def all_at_once() -> None:
        threads = [Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert compiled_while(all_at_once) == 1
    assert len(results) == 4
    assert all(same(results[0], other) for other in results)


def test_processes_share_it(place: Path) -> None:
    code = """if True:
        from unittest import mock
        import koubai as kb
        from jax.stages import Lowered
        with mock.patch.object(Lowered, "compile", autospec=True, side_effect=Lowered.compile) as made:
            loss, gradient = kb.slopes("backprop")(kb.Network.random([2, 3, 2]), kb.data.gate("xor"))
        print(made.call_count, loss.hex(), gradient.layers[0].weights.tobytes().hex())
    """
    told = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(2)]
    counts, results = zip(*(one.stdout.split(maxsplit=1) for one in told), strict=True)
    assert counts == ("1", "0")
    assert len(set(results)) == 1
    assert len(list(place.iterdir())) == 1


def test_the_users_settings_stay_and_their_programs_are_theirs(place: Path) -> None:
    before = dict(jax.config.values)
    called()
    assert dict(jax.config.values) == before
    jax.jit(lambda x: x * 3 + 7)(jnp.ones(5))
    assert len(list(place.iterdir())) == 1


def test_traced_arguments_become_part_of_the_program() -> None:
    double = Program(lambda power, x: x * 2**power, static=1)
    assert double(3, jnp.float32(2)) == 16
    assert jax.vmap(lambda x: double(2, x))(jnp.arange(3.0)).tolist() == [0, 4, 8]
    assert jax.jit(lambda x: double(1, x))(jnp.float32(4)) == 8
    assert double._cache_size() == 1


def test_programs_go_with_jaxs_own_caches() -> None:
    one, two = program(), program()
    for _ in range(2):
        for made in (one, two):
            called(made)
        assert [made._cache_size() for made in (one, two)] == [1, 1]
        called(one, power=2)
        assert one._cache_size() == 2
        jax.clear_caches()  # type: ignore[no-untyped-call]


def test_where_mappings_run_short_the_programs_used_least_lately_go(monkeypatch: pytest.MonkeyPatch) -> None:
    made, other = program(), program()
    monkeypatch.setattr(Program, "_all", WeakSet([made, other]))
    for size, some in ((1, made), (2, made), (3, other), (1, made)):
        called(some, size=size)
    monkeypatch.setattr(executables, "mappings_taken", lambda: 0.6)
    called(other, size=4)
    assert (made._cache_size(), other._cache_size()) == (1, 1)
    with mock.patch.object(Program, "_loaded_or_compiled", side_effect=AssertionError("it was there")):
        monkeypatch.setattr(executables, "mappings_taken", lambda: 0.4)
        assert same(called(made, size=1), called(made, size=1))
    assert same(called(made, size=2), called(size=2))


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="mappings are counted on Linux")
def test_a_program_that_goes_leaves_no_mappings(monkeypatch: pytest.MonkeyPatch) -> None:
    def mappings() -> int:
        return len(Path("/proc/self/maps").read_text().splitlines())

    monkeypatch.setenv(compilation_cache.VARIABLE, "off")
    made, before = program(), mappings()
    for size in range(1, 30):
        called(made, size=size)
    grown = mappings() - before
    monkeypatch.setattr(Program, "_all", WeakSet([made]))
    Program._forget_least_used()
    assert made._cache_size() == 14
    assert mappings() - before < 0.7 * grown


def test_another_device_is_another_program() -> None:
    double = Program(lambda x: x * 2, static=0)
    for device in (None, jax.devices()[0], "cpu"):
        with jax.default_device(device):
            assert double(np.ones(2, np.float32)).tolist() == [2, 2]
    assert double._cache_size() == 3
