"""Mini-batches, penalties and schedules: against a descent that is written out here, and cut anywhere."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runs import same_state

import koubai as kb
from koubai.core import batches, compiled
from koubai.core.batches import order_of, steps_in_epoch
from koubai.core.losses import loss_named
from koubai.core.methods import METHODS, method_named
from koubai.core.network import Network, forward
from koubai.core.optimizers import optimizer_named
from koubai.core.regularization import Penalty
from koubai.core.schedules import SCHEDULES
from koubai.core.slopes.base import Batch
from koubai.core.training import Descent, Step, TrainingPlan, descend
from koubai.data import Dataset
from koubai.experiment.fields import MethodName

ROWS, L1, L2 = 11, 0.03, 0.2
SCHEDULE = {"decay": 0.5, "every": 3.0, "warmup": 2.0}


def data(features: int = 2, rows: int = ROWS) -> Dataset:
    random = np.random.default_rng(1)
    inputs = random.normal(size=(rows, features))
    return Dataset.from_arrays(inputs, (inputs[:, 0] * inputs[:, 1] > 0).astype(int), classes=(0, 1))


def trained(method: str = "central", *, steps: int = 8, size: int | None = 4, features: int = 2, **more: Any) -> list[Step]:
    network = Network.random([features, 3, 2], scale=0.7, seed=2)
    descent = Descent(
        loss_named("cross-entropy"),
        method_named(method),
        optimizer_named(more.pop("optimizer", "gradient-descent")),
        schedule=SCHEDULES["exponential"],
        schedule_options=tuple(SCHEDULE.items()),
        batch_size=size,
    )
    numbers: dict[str, Any] = {
        "h": 1e-3,
        "learning_rate": 0.3,
        "steps": steps,
        "record_every": 1,
        "seed": 5,
        "penalty": Penalty(L1, L2),
    }
    way = {name: more.pop(name) for name in ("resume", "until", "pace") if name in more}
    return list(descend(network, data(features), descent, TrainingPlan(**{**numbers, **more}), **way))


def plainly(steps: int, size: int) -> tuple[list[float], Network]:
    """The losses and the last network of the same descent, by hand."""
    everything, network, losses = data(), Network.random([2, 3, 2], scale=0.7, seed=2), []
    arrays = [array.copy() for array in network.arrays().values()]
    each = steps_in_epoch(ROWS, size)

    def loss(rows: np.ndarray) -> float:
        moved = Network.from_arrays(zip(arrays[::2], arrays[1::2], strict=True))
        logits = forward(moved, everything.inputs[rows], np)
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        lost = -np.log((p * everything.targets[rows]).sum(axis=1) + 1e-7).mean()
        return float(lost + sum(L1 * np.abs(w).sum() + L2 / 2 * (w**2).sum() for w in arrays[::2]))

    for number in range(steps + 1):
        order = np.random.RandomState([5, number // each]).permutation(ROWS)
        rows = order[number % each * size :][:size]
        losses.append(loss(rows))
        slopes = []
        for array in arrays:
            slope = np.zeros_like(array)
            for place in np.ndindex(array.shape):
                kept, both = array[place], []
                for moved in (kept + 1e-3, kept - 1e-3):
                    array[place] = moved
                    both.append(loss(rows))
                array[place] = kept
                slope[place] = (both[0] - both[1]) / 2e-3
            slopes.append(slope)
        if number < steps:
            rate = 0.3 * 0.5 ** (number / 3) * min(1, (number + 1) / 2)
            for array, slope in zip(arrays, slopes, strict=True):
                array[...] = array - rate * slope
    return losses, Network.from_arrays(zip(arrays[::2], arrays[1::2], strict=True))


@pytest.mark.parametrize("method", ["central", "loop"])
@pytest.mark.parametrize("size", [4, 11, 1])
def test_it_is_the_descent_that_is_written_out(method: str, size: int) -> None:
    steps = trained(method, size=size)
    losses, network = plainly(8, size)
    assert np.concatenate([step.losses for step in steps]) == pytest.approx(losses, abs=1e-10)
    for name, array in network.arrays().items():
        assert steps[-1].parameters.arrays()[name] == pytest.approx(array, abs=1e-9)


@pytest.mark.long
@pytest.mark.parametrize("features", [2, 20])
def test_measured_slopes_follow_exact_ones(features: int) -> None:
    exact = trained("backprop", features=features)[-1].parameters.arrays()
    for method in ("central", "forward"):
        for name, array in trained(method, features=features, h=1e-6)[-1].parameters.arrays().items():
            assert array == pytest.approx(exact[name], abs=1e-5), method


@pytest.mark.parametrize("method", METHODS)
def test_it_goes_on_from_any_step_bit_for_bit(method: str) -> None:
    whole = trained(method, steps=14, optimizer="adam")
    for cut in (0, 2, 3, 9):  # within an epoch, and where one ends
        rest = trained(method, steps=14, optimizer="adam", resume=whole[cut])
        assert [step.number for step in rest] == list(range(cut + 1, 15))
        assert same_state(rest[-1], whole[-1])


def test_a_batch_as_large_as_the_data_is_all_of_them() -> None:
    assert same_state(trained(size=ROWS)[-1], trained(size=None)[-1])
    assert same_state(trained(size=1000)[-1], trained(size=None)[-1])


@given(st.integers(0, 2**32 - 1), st.integers(0, 10**6), st.integers(1, 300))
def test_every_epoch_takes_every_row_once(seed: int, epoch: int, rows: int) -> None:
    assert sorted(order_of(seed, epoch, rows)) == list(range(rows))


def test_epochs_differ() -> None:
    assert not np.array_equal(order_of(0, 0, 50), order_of(0, 1, 50))
    assert not np.array_equal(order_of(0, 0, 50), order_of(1, 0, 50))


@given(st.floats(0, 3), st.floats(0, 3), st.floats(1e-6, 2), st.integers(0, 2**31))
def test_the_penaltys_slopes_are_its_central_differences(l1: float, l2: float, h: float, seed: int) -> None:
    weights = np.random.default_rng(seed).normal(size=(2, 3)) * h * 2  # some of them nearer to 0 than h
    penalty = Penalty(l1, l2)
    difference = (penalty.of(weights + h, np).sum() - penalty.of(weights - h, np).sum()) / (2 * h)
    assert penalty.difference(weights, h, np).sum() == pytest.approx(difference, abs=1e-9 + 1e-15 / h)


def test_a_penalty_of_complex_weights_is_analytic() -> None:
    weights = np.array([0.5, -0.25])
    moved = Penalty(0.3, 2.0).of(weights + 1e-20j, np)
    assert moved.imag / 1e-20 == pytest.approx(0.3 * np.sign(weights) + 2 * weights)


def test_central_differences_of_the_whole_loss_have_the_penalty_in_them() -> None:
    one = data()
    network = Network.random([2, 3, 2], scale=0.7, seed=2)
    batch = Batch(one.inputs, one.targets, penalty=Penalty(0.1, 0.2))
    for method in ("central", "loop"):
        loss, slopes = METHODS[method].measure(loss_named("cross-entropy"), network, batch, 0.1, None)
        plain, without = METHODS[method].measure(
            loss_named("cross-entropy"), network, Batch(one.inputs, one.targets), 0.1, None
        )
        assert float(loss - plain) == pytest.approx(float(Penalty(0.1, 0.2).total(network, np)), rel=1e-5)
        for layer, with_it, bare in zip(network.layers, slopes.layers, without.layers, strict=True):
            added = Penalty(0.1, 0.2).difference(layer.weights, 0.1, np)
            assert np.asarray(with_it.weights - bare.weights) == pytest.approx(added, abs=1e-5)
            assert np.asarray(with_it.bias) == pytest.approx(np.asarray(bare.bias), abs=1e-6)


def test_batches_may_have_a_seed_of_their_own() -> None:
    """The start is that of the seed, the orders and what is drawn are those of the batches' seed."""
    fields: dict[str, Any] = {"batch_size": 3, "steps": 8, "record_every": 4}
    usual, other = kb.train("xor", seed=1, **fields), kb.train("xor", seed=1, batch_seed=2, **fields)
    assert np.array_equal(usual.records[0].parameters.layers[0].weights, other.records[0].parameters.layers[0].weights)
    assert not np.array_equal(usual.losses, other.losses)
    assert np.array_equal(usual.losses, kb.train("xor", seed=1, batch_seed=1, **fields).losses)
    start = kb.Network.random([2, 8, 2], seed=1)
    assert np.array_equal(other.losses, kb.train(start, "xor", seed=2, **fields).losses)
    drawn = [kb.train(start, "xor", method="spsa", steps=5, seed=a, batch_seed=b).losses for a, b in ((7, None), (0, 7))]
    assert np.array_equal(drawn[0], drawn[1])


def of_rows(rows: int, *, size: int = 32, steps: int = 9, few: bool = False) -> tuple[bytes, int]:
    """The bits of a training on so many rows, and how many programs there are after it."""
    inputs = np.random.default_rng(rows).normal(size=(rows, 3))
    one = Dataset.from_arrays(np.sign(inputs) if few else inputs, (inputs[:, 0] > 0).astype(int), classes=(0, 1))
    method: MethodName = "central" if few else "backprop"
    run = kb.train(one, method=method, batch_size=size, steps=steps, hidden=(4,), record_every=4, engine="jax")
    arrays = run.network.arrays().values()
    return b"".join([run.losses.tobytes(), *(array.tobytes() for array in arrays)]), compiled._chunk._cache_size()


@pytest.mark.parametrize(("rows", "size", "few"), [(100, 32, False), (96, 32, False), (9, 2, True)])
def test_rows_that_no_batch_takes_change_no_bit(rows: int, size: int, few: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    padded = of_rows(rows, size=size, few=few)
    monkeypatch.setattr(batches, "MOST_PADDED", 0)
    plain = of_rows(rows, size=size, few=few)
    assert padded[0] == plain[0]
    assert padded[1] < plain[1]


def test_other_rows_and_steps_need_no_other_program() -> None:
    programs = of_rows(100)[1]
    assert {of_rows(rows)[1] for rows in (101, 120, 127)} == {programs}
    assert of_rows(100, steps=30)[1] == programs
    assert of_rows(64)[1] == of_rows(96)[1]  # which are as many as fill batches


def test_large_data_are_not_filled_up() -> None:
    assert batches.rows_compiled_for(100_000, 784) == 100_000
    assert {batches.rows_compiled_for(rows, 784) for rows in (513, 1000, 1024)} == {1024}
    assert {batches.rows_compiled_for(rows, 2) for rows in (1, 5, 64)} == {64}
    data = Batch(np.zeros((5000, 784)), np.zeros((5000, 2)))
    assert batches.filled_up(data) is data


@pytest.mark.parametrize("size", [1, 7, 50, 64])
@pytest.mark.parametrize("rows", [65, 100, 128])
def test_orders_of_other_rows_have_one_shape(rows: int, size: int) -> None:
    made = batches.Batches(rows, size, seed=3)
    orders = made.orders_from(5 * made.each_epoch + 1)
    assert orders.index.shape == batches.Batches(128, size, seed=3).orders_from(0).index.shape
    data = Batch(np.arange(rows)[:, None], np.zeros((rows, 1)))
    last = made.reach(orders)
    numbers = [5 * made.each_epoch, 5 * made.each_epoch + 1, 6 * made.each_epoch - 1, 6 * made.each_epoch, last]
    for number in numbers:
        order, place = order_of(3, number // made.each_epoch, rows), number % made.each_epoch
        assert np.array_equal(made.plain_batch(data, orders, number).inputs[:, 0], order[place * size :][:size])
        traced = made.slices.batch(data, orders, number)
        counted = np.ones(size, bool) if traced.counted is None else np.asarray(traced.counted)
        assert np.array_equal(np.asarray(traced.inputs)[counted, 0], order[place * size :][:size])
    assert (last + 1) % made.each_epoch == 0
