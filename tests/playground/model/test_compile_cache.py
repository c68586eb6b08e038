"""Programs: all that are compiled are counted, and few are compiled at once."""

from contextlib import ExitStack

import jax
import numpy as np
import pytest
from tests.playground.fake_page import Page

import koubai as kb
from koubai.playground.model import compile_cache, inspection
from koubai.playground.model.compile_cache import Occupied, compiling, is_compiled
from koubai.playground.protocol import incoming
from koubai.playground.protocol.outgoing import Fault


def of(hidden: int) -> kb.Experiment:
    return kb.Experiment(kb.Learning("xor", hidden=(hidden,)), engine="jax")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[object, ...], int]:
    """The programs that count, none at first."""
    none: dict[tuple[object, ...], int] = {}
    monkeypatch.setattr(compile_cache, "_compiled", none)
    return none


def test_questions_count_too(counted: dict[tuple[object, ...], int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "_microseconds", lambda *_: 1.0)
    monkeypatch.setattr(inspection, "slope", lambda *_: Fault(text=""))
    page = Page.open()
    page.say(incoming.Price(), incoming.Slope(place="w1[0,0]"))
    assert len(counted) == 4  # as it is measured, with backprop, what is told of that, and for a slope
    assert is_compiled(page.session.context.workspace.training.segment.experiment)


def test_where_there_are_many_all_are_let_go(counted: dict[tuple[object, ...], int], monkeypatch: pytest.MonkeyPatch) -> None:
    cleared: list[int] = []
    monkeypatch.setattr(jax, "clear_caches", lambda: cleared.append(len(counted)))
    most = compile_cache.MOST_LAYERS // 2
    for hidden in range(1, most + 2):
        with compiling(of(hidden)):
            assert not is_compiled(of(hidden))
        assert is_compiled(of(hidden))
    assert len(cleared) == 1
    assert len(counted) == 1


def test_few_are_compiled_at_once(counted: dict[tuple[object, ...], int]) -> None:
    with compiling(of(1)):
        pass
    with ExitStack() as others:
        for hidden in range(2, 2 + compile_cache.AT_ONCE):
            others.enter_context(compiling(of(hidden)))
        with pytest.raises(Occupied), compiling(of(99)):
            raise AssertionError
        with compiling(of(1)), compiling(of(1), waits=True):  # which is compiled
            pass
    with compiling(of(99)):
        pass


def test_edited_networks_of_other_sizes_are_other_programs(counted: dict[tuple[object, ...], int]) -> None:
    for hidden in (3, 4):
        start = kb.Network.random([2, hidden, 2], activation="relu", scale=0.1, seed=0)
        experiment = kb.Experiment(kb.Learning("xor", start=start), engine="jax")
        assert not is_compiled(experiment)
        with compiling(experiment):
            pass


def test_the_numpy_engine_waits_for_nothing(counted: dict[tuple[object, ...], int]) -> None:
    experiment = kb.Experiment(engine="numpy")
    assert is_compiled(experiment)
    with ExitStack() as others:
        for hidden in range(1, compile_cache.AT_ONCE + 1):
            others.enter_context(compiling(of(hidden)))
        with compiling(experiment):
            pass
        with compiling(experiment, purpose="slope"):
            pass
    assert len(counted) == compile_cache.AT_ONCE


def test_about_as_many_rows_in_batches_are_one_program(counted: dict[tuple[object, ...], int]) -> None:
    def experiment(rows: int, size: int | None) -> kb.Experiment:
        inputs = np.arange(2 * rows).reshape(rows, 2) % 7
        return kb.Experiment(
            kb.Learning(kb.data.Dataset.from_arrays(inputs, np.arange(rows) % 2)), batch_size=size, engine="jax"
        )

    for one, other, size, same in ((100, 120, 32, True), (100, 96, 32, False), (100, 200, 32, False), (100, 120, None, False)):
        counted.clear()
        with compiling(experiment(one, size)):
            pass
        assert is_compiled(experiment(one, size))
        assert is_compiled(experiment(other, size)) is same
    assert not is_compiled(experiment(100, 30))
