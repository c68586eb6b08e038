"""Measured slopes in NumPy are the plain loop's numbers, whatever the network, the loss and h are."""

from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.promise import off_the_loop, rounding_of_the_loss, same_loss
from tests.strategies import SIZES, Case, cases, dyadic_cases, search

from koubai.core.activations import ACTIVATIONS
from koubai.core.losses import LOSSES, Loss, Response
from koubai.core.network import Network
from koubai.core.numpy_engine import brackets, central
from koubai.core.numpy_engine.parameters import flattened, matrices
from koubai.core.slopes import loop
from koubai.core.slopes.base import Batch
from koubai.data import Dataset


def measured(case: Case, dtype: type = np.float64):  # type: ignore[no-untyped-def]
    loss, network = LOSSES[case.loss], case.network.astype(dtype)
    rows = central.PreparedRows.of(loss, Batch(case.data.inputs.astype(dtype), case.data.targets.astype(dtype)))
    with np.errstate(all="ignore"):
        value, slopes = central.measure(
            loss, matrices(flattened(network), network.sizes), network.activations, rows, dtype(case.h)
        )
    assert slopes.dtype == dtype
    return value, matrices(slopes, network.sizes)


def as_network(slopes: list[np.ndarray]) -> Network:
    return Network.from_arrays([(both[:-1], both[-1]) for both in slopes])


def assert_is_the_loop(case: Case) -> None:
    inputs, targets = case.data.inputs, case.data.targets
    loss, expected = loop.measure(LOSSES[case.loss], case.network, Batch(inputs, targets), case.h)
    value, slopes = measured(case)
    rounding = rounding_of_the_loss(LOSSES[case.loss], case.network, inputs, targets)
    assert same_loss(loss, value, rounding)
    assert off_the_loop(expected, as_network(slopes), loss, case.h, rounding) <= 1


@st.composite
def any_case(draw: st.DrawFn) -> Case:
    """Small networks, each hidden layer with an activation of its own, before training and with weights up to 20."""
    sizes = draw(st.sampled_from([*SIZES, (5, 17, 4), (2, 8, 8, 2)]))
    hidden = len(sizes) - 2
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.sampled_from([0.1, 1.0, 5.0, 20.0]))
    names = [draw(st.sampled_from(tuple(ACTIVATIONS))) for _ in range(hidden)] or ["relu"]
    layers = [(random.uniform(-size, size, (a, b)), random.normal(size=b)) for a, b in pairwise(sizes)]
    network = Network.from_arrays(layers, activation=",".join(names) if len(set(names)) > 1 else names[0])
    rows = draw(st.sampled_from([1, 7]))
    inputs = random.normal(size=(rows, sizes[0])) if draw(st.booleans()) else random.choice([-1.0, 0.0, 1.0], (rows, sizes[0]))
    data = Dataset(
        inputs, np.eye(sizes[-1])[random.integers(0, sizes[-1], rows)], tuple(range(sizes[-1])), tuple("abcde"[: sizes[0]])
    )
    return Case(network, data, draw(st.sampled_from(tuple(LOSSES))), 10 ** draw(st.floats(-8, 1)))


@settings(max_examples=100)
@given(any_case() | cases(least=1e-8) | dyadic_cases())
def test_central_is_the_loop(case: Case) -> None:
    assert_is_the_loop(case)


@pytest.mark.slow
@search
@given(any_case() | cases(least=1e-8, every=True) | dyadic_cases(every=True))
def test_central_is_the_loop_in_a_longer_search(case: Case) -> None:
    assert_is_the_loop(case)


def reaching(farthest: float, h: float, classes: int = 3) -> Case:
    """A case whose logits move against each other by ``farthest`` at most."""
    random = np.random.default_rng(3)
    inputs = random.uniform(-1, 1, (6, 2))
    weights = random.normal(size=(8, classes))
    network = Network.from_arrays([(random.normal(size=(2, 8)), random.normal(size=8)), (weights, np.zeros(classes))])
    spread = np.abs(weights[:, :, None] - weights[:, None]).max()
    scaled = network.layers[1].weights * (farthest / h / spread)
    network = Network.from_arrays([(network.layers[0].weights, network.layers[0].bias), (scaled, np.zeros(classes))])
    return Case(
        network,
        Dataset(inputs, np.eye(classes)[random.integers(0, classes, 6)], tuple(range(classes)), ("a", "b")),
        "cross-entropy",
        h,
    )


def exactly(network: Network, inputs: np.ndarray, targets: np.ndarray, h: float) -> Network:
    """The central differences of half the squared error of one row, softplus before sigmoid, in 50 digits."""
    apply = [lambda z: mpmath.log1p(mpmath.exp(z)), lambda z: 1 / (1 + mpmath.exp(-z)), lambda z: z]
    with mpmath.workdps(50):
        layers = [mpmath.matrix(np.vstack([layer.weights, layer.bias]).tolist()) for layer in network.layers]

        def loss() -> mpmath.mpf:
            values = mpmath.matrix([inputs.tolist()])
            for function, layer in zip(apply, layers, strict=True):
                values = (mpmath.matrix([[*values, 1]]) * layer).apply(function)
            return sum((value - target) ** 2 for value, target in zip(values, targets.tolist(), strict=True)) / 2

        slopes = [np.zeros((layer.rows, layer.cols)) for layer in layers]
        for layer, found in zip(layers, slopes, strict=True):
            for place in np.ndindex(found.shape):
                kept = layer[place]
                layer[place] = kept + mpmath.mpf(h)
                above = loss()
                layer[place] = kept - mpmath.mpf(h)
                found[place] = (above - loss()) / (2 * mpmath.mpf(h))
                layer[place] = kept
    return as_network(slopes)


@pytest.mark.parametrize("seed", range(3))
def test_of_saturated_units_it_knows_more_than_the_loop(seed: int) -> None:
    """Of weights of 20 and h = 1e-8 the loop's own rounding is above 1e-7; it stays within the estimate of it."""
    random = np.random.default_rng(seed)
    layers = [(random.uniform(-20, 20, (a, b)), random.normal(size=b)) for a, b in pairwise((4, 5, 3, 3))]
    network = Network.from_arrays(layers, activation="softplus,sigmoid")
    data = Dataset(np.array([[0.3, -1.0, 0.0, 0.1]]), np.array([[0.0, 0.0, 1.0]]), (0, 1, 2), tuple("abcd"))
    wanted = exactly(network, data.inputs[0], data.targets[0], 1e-8)
    loss, slopes = measured(Case(network, data, "squared", 1e-8))
    assert off_the_loop(wanted, as_network(slopes), loss, np.inf) <= 1
    looped = loop.measure(LOSSES["squared"], network, Batch(data.inputs, data.targets), 1e-8)[1]
    assert off_the_loop(wanted, looped, loss, np.inf) > 1
    rounding = rounding_of_the_loss(LOSSES["squared"], network, data.inputs, data.targets)
    assert off_the_loop(wanted, looped, loss, 1e-8, rounding) <= 1


@pytest.mark.parametrize("bound", [brackets.TINY, brackets.SMALL, brackets.FARTHEST])
@pytest.mark.parametrize("beside", [0.97, 1.03])
@pytest.mark.parametrize("h", [1e-4, 0.1])
def test_every_form_is_good_up_to_its_bound(bound: float, beside: float, h: float) -> None:
    assert_is_the_loop(reaching(bound * beside, h))


@pytest.mark.parametrize("h", [1e-7, 1e-4, 0.05])
def test_blocks_of_samples_and_of_points_add_up(monkeypatch: pytest.MonkeyPatch, h: float) -> None:
    random = np.random.default_rng(0)
    layers = [(random.normal(size=(a, b)), random.normal(size=b)) for a, b in pairwise((4, 5, 6, 3))]
    data = Dataset(random.normal(size=(9, 4)), np.eye(3)[np.arange(9) % 3], (0, 1, 2), tuple("abcd"))
    case = Case(Network.from_arrays(layers, activation="tanh,step"), data, "cross-entropy", h)
    whole = np.concatenate([slopes.ravel() for slopes in measured(case)[1]])
    central._samples_at_once.cache_clear()
    monkeypatch.setattr(central, "NUMBERS_AT_ONCE", 150)
    parted = np.concatenate([slopes.ravel() for slopes in measured(case)[1]])
    central._samples_at_once.cache_clear()
    np.testing.assert_allclose(parted, whole, rtol=1e-11, atol=1e-14 / h)


@settings(max_examples=40)
@given(cases(least=1e-2, most=1.0))
def test_float32_is_as_good_as_its_digits(case: Case) -> None:
    """1e-4 of a layer's largest slope, and the rounding of a loss, 5e-6·max(1, loss)/h."""
    if case.network.activation == "step" or max(np.abs(array).max() for array in case.network.arrays().values()) > 3:
        return  # a unit may lie on the other side of its step in float32
    value, expected = measured(case)
    _, slopes = measured(case, np.float32)
    for wanted, found in zip(expected, slopes, strict=True):
        bound = 1e-4 * max(np.abs(wanted).max(), 1e-3) + 5e-6 * max(1.0, value) / case.h
        assert np.abs(found - wanted).max() <= bound


def test_a_small_h_keeps_its_digits() -> None:
    """Slopes at h = 1e-8 are those at h = 1e-5, but for the square of h; a difference of two losses has eight digits then."""
    case = reaching(1e-5, 1e-5)
    _, wanted = measured(case)
    _, found = measured(Case(case.network, case.data, case.loss, 1e-8))
    for one, other in zip(wanted, found, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-9 * np.abs(one).max())


def test_another_loss_needs_no_more_than_rows_and_response(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poisson regression: a row loses Σ exp(l) - t·l."""

    def rows(logits, targets, xp):  # type: ignore[no-untyped-def]
        return xp.sum(xp.exp(logits) - targets * logits, axis=-1)

    def respond(logits, targets, xp):  # type: ignore[no-untyped-def]
        kernels = (lambda m, xp: xp.expm1(m)), (lambda m, xp: m)
        return Response(
            (xp.exp(logits), -targets), logits[..., 0], kernels, lambda sums, rows, xp: sums[0] + sums[1], np.pi, 0.4
        )

    monkeypatch.setitem(LOSSES, "poisson", Loss("poisson", "identity", rows, respond))
    for h in (1e-6, 1e-3, 0.5):
        case = reaching(0.2, 0.1)
        assert_is_the_loop(Case(case.network, case.data, "poisson", h))


@example(
    Case(Network.random([2, 3, 1], scale=1.0), Dataset(np.eye(2), np.ones((2, 1)), (0,), ("a", "b")), "cross-entropy", 0.1)
)
@given(st.nothing() | st.sampled_from([reaching(1e6, 10.0)]))
@settings(max_examples=1)
def test_one_class_and_logits_that_move_by_millions(case: Case) -> None:
    assert_is_the_loop(case)
