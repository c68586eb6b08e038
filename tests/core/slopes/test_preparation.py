"""Data is prepared once where nobody can change it, each time elsewhere, and isn't kept alive for it."""

import gc
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from weakref import ref

import jax
import numpy as np
import pytest

from koubai.core.losses import loss_named
from koubai.core.methods import METHODS
from koubai.core.network import Network
from koubai.core.slopes import preparation
from koubai.core.slopes.measurement import slopes
from koubai.core.slopes.preparation import prepared_once
from koubai.core.slopes.response import LayerReport
from koubai.data import Dataset
from koubai.errors import InputError


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[Any, Any]:
    """What is kept, nothing at first."""
    none: dict[Any, Any] = {}
    monkeypatch.setattr(prepared_once, "_kept", none)
    return none


def numbers(rows: int = 6) -> Dataset:
    return Dataset.from_arrays(np.random.default_rng(0).normal(size=(rows, 2)), np.arange(rows) % 2)


def batch_of(data: Any, method: str = "central", precision: Any = "float64", loss: str = "cross-entropy") -> Any:
    return prepared_once(METHODS[method], data, Network.random([2, 3, 2]), loss_named(loss), precision)


def test_a_dataset_is_prepared_once() -> None:
    data = numbers()
    batch = batch_of(data)
    assert batch_of(data) is batch
    assert batch_of(replace(data, name="another")) is batch  # of the same arrays
    others = [
        batch_of(data, "loop"),
        batch_of(data, "backprop"),
        batch_of(data, precision="float32"),
        batch_of(data, loss="squared"),
    ]
    others.append(batch_of(numbers()))
    assert len({id(one) for one in (batch, *others)}) == 6
    assert others[2].inputs.dtype == np.float32
    assert isinstance(batch.inputs, jax.Array)
    assert isinstance(others[0].inputs, np.ndarray)
    for one in others[:2]:
        assert np.array_equal(one.inputs, data.inputs)


def test_a_dataset_is_not_kept_alive(kept: dict[Any, Any]) -> None:
    data = numbers()
    for method in ("central", "loop"):
        batch_of(data, method)
    assert len(kept) == 2
    gone = ref(data), ref(data.inputs), ref(data.targets)
    del data
    gc.collect()
    assert [one() for one in gone] == [None, None, None]
    assert kept == {}


def test_arrays_that_may_change_are_prepared_each_time(kept: dict[Any, Any]) -> None:
    plain = numbers()
    data = SimpleNamespace(inputs=plain.inputs.copy(), targets=plain.targets)
    measure, network = slopes(), Network.random([2, 3, 2])
    before = measure(network, data)[1].arrays()
    data.inputs[:] *= 2
    after = measure(network, data)[1].arrays()
    assert not np.array_equal(before["w1"], after["w1"])
    assert kept == {}
    view = data.inputs[:]
    view.setflags(write=False)  # whose base can be written to
    batch_of(SimpleNamespace(inputs=view, targets=plain.targets))
    assert kept == {}


def test_what_does_not_fit_is_refused_after_all() -> None:
    data = numbers()
    slopes()(Network.random([2, 3, 2]), data)
    for sizes in ([3, 3, 2], [2, 3, 3]):
        with pytest.raises(InputError):
            slopes()(Network.random(sizes), data)
    with pytest.raises(InputError, match="rows with inputs"):
        slopes()(Network.random([2, 3, 2]), 7)  # type: ignore[arg-type]


def test_what_is_kept_is_bounded(kept: dict[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    datas = [numbers(100) for _ in range(4)]
    first = batch_of(datas[0], "backprop")
    monkeypatch.setattr(preparation, "MOST_BYTES", 2 * sum(leaf.nbytes for leaf in jax.tree.leaves(first)))
    for data in datas:
        batch_of(data, "backprop")
    assert [one.inputs() for one in kept.values()] == [datas[2].inputs, datas[3].inputs] or len(kept) == 2
    monkeypatch.setattr(preparation, "MOST_BYTES", 100)
    kept.clear()
    assert np.array_equal(batch_of(datas[0]).inputs, datas[0].inputs)
    assert kept == {}


def test_a_report_is_of_the_last_call_whenever_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    measure = slopes()
    assert measure.report == ()
    for sizes in ((2, 3, 2), (2, 3, 3, 2)):
        with monkeypatch.context() as patch:
            patch.setattr(LayerReport, "as_ints", None)  # nothing is fetched before it is asked for
            measure(Network.random(sizes), numbers())
        report: Any = measure.report
        assert len(report) == len(sizes) - 1
        assert all(type(layer.pairs) is int for layer in report)
        assert repr(measure.report) == repr(report)
