"""What a training needs before it has begun."""

from collections.abc import Iterator

import pytest

import koubai as kb
from koubai import memory
from koubai.core.methods import METHODS, MOST_LAYERS
from koubai.core.network import Network
from koubai.core.training import Step
from koubai.errors import InputError, KoubaiError, OutOfMemory
from koubai.experiment import Experiment, Learning
from koubai.experiment.resources import check_needed, state_of

WIDE = (100_000, 100_000)


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> dict[str, int | None]:
    """What is free, in bytes: to be changed."""
    now: dict[str, int | None] = {"bytes": 16 * 10**9}
    monkeypatch.setattr(memory, "available", lambda: now["bytes"])
    return now


def test_what_can_not_fit_is_refused_before_it_is_tried(free: dict[str, int | None]) -> None:
    experiment = Experiment(Learning("xor", hidden=WIDE), steps=3)
    for call in (experiment.run, experiment.start, experiment.check_resources, lambda: kb.train(experiment)):
        with pytest.raises(InputError, match=r"GB of memory, and 16 GB are free; choose fewer units"):
            call()
    with pytest.raises(InputError, match="16 GB are free"):
        kb.Network.random([2, *WIDE, 2])
    with pytest.raises(InputError, match=r"3,000 records .* keep fewer of them"):
        kb.train("xor", hidden=(1000, 1000), method="backprop", steps=2999, record_every=1)


def test_an_array_that_numpy_does_not_get_is_a_sentence(free: dict[str, int | None], monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise MemoryError("Unable to allocate 74.5 GiB for an array")

    free["bytes"] = None  # nobody knows
    monkeypatch.setattr(Network, "from_arrays", gone)
    for call in (Experiment().run, lambda: kb.train("xor"), lambda: kb.Network.random([2, 8, 2])):
        with pytest.raises(OutOfMemory, match="not enough memory"):
            call()


def test_what_is_usual_is_never_refused(free: dict[str, int | None]) -> None:
    adam = Experiment(optimizer="adam", method="backprop", batch_size=32).descent()
    free["bytes"] = 23 * 10**8  # MNIST took as much with 784-50-10 already
    check_needed(adam, (784, 2000, 2000, 10), 56_000)
    assert state_of(adam) == 2
    free["bytes"] = 0
    for method in METHODS:
        Experiment(Learning("xor", hidden=(64,) * 10, activation="tanh"), method=method).check_resources(kept=True)
    Experiment(steps=10**6, record_every=10**5, patience=None).check_resources(kept=True)


def test_memory_that_runs_out_on_the_way_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out(*_: object, **__: object) -> Iterator[Step]:
        yield Experiment().start()
        raise MemoryError

    monkeypatch.setattr("koubai.experiment.experiment.descend", run_out)
    with pytest.raises(KoubaiError, match="not enough memory"):
        kb.train("xor", steps=3)
    monkeypatch.undo()
    monkeypatch.setattr("koubai.core.compiled._program_chunk", xla_has_none)
    with pytest.raises(OutOfMemory):
        kb.train("xor", steps=3, engine="jax")


def xla_has_none(*_: object) -> None:
    raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 80000000000 bytes.")


def test_a_program_that_would_compile_for_minutes_is_refused() -> None:
    with pytest.raises(InputError, match="There are 3,000 hidden layers, but there can be 1,000 at most"):
        Learning("xor", hidden=(8,) * 3000)
    assert len(Learning("xor", hidden=(8,) * MOST_LAYERS).hidden or ()) == MOST_LAYERS
    for method in METHODS.values():
        if method.most_layers < MOST_LAYERS:
            deep = Experiment(
                Learning("xor", hidden=(2,) * (method.most_layers + 1), activation="tanh"), method=method.name, engine="jax"
            )
            with pytest.raises(InputError, match=f"with the method {method.name} more than {method.most_layers} take longer"):
                deep.run()
