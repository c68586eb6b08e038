"""Method central: the plain loop's numbers, for every network, activation, loss and step size."""

from unittest import mock

import jax
import numpy as np
import pytest
from hypothesis import example, given, settings
from tests.strategies import Case, cases, dyadic_cases

from koubai.core.network import Network
from koubai.core.slopes import blocks, response, slopes
from koubai.data import Dataset, gate


def assert_is_the_loop(case: Case) -> None:
    """|central - loop| ≤ 1e-9·max(largest slope of the layer, 1e-6) + 8e-15·max(1, loss)/h."""
    loss, expected = slopes("loop", h=case.h, loss=case.loss)(case.network, case.data)
    value, gradient = slopes("central", h=case.h, loss=case.loss)(case.network, case.data)
    assert value == pytest.approx(loss, rel=1e-12, abs=1e-12)
    for name, wanted in expected.arrays().items():
        bound = 1e-9 * max(np.abs(wanted).max(), 1e-6) + 8e-15 * max(1.0, loss) / case.h
        assert np.abs(gradient.arrays()[name] - wanted).max() <= bound, name


SMOOTH_ENOUGH = ("relu", "leaky-relu", "tanh", "sigmoid", "softplus", "gelu", "sin", "identity")


@given(cases(SMOOTH_ENOUGH))
def test_it_gives_the_numbers_of_the_loop(case: Case) -> None:
    assert_is_the_loop(case)


@pytest.mark.slow
@settings(max_examples=2000)
@given(cases(SMOOTH_ENOUGH))
def test_it_gives_the_numbers_of_the_loop_long(case: Case) -> None:
    assert_is_the_loop(case)


@given(dyadic_cases())
@example(Case(Network.from_arrays([([[0.5]], [-0.5]), ([[1.0]], [0.0])], activation="step"), gate("xor"), "squared", 0.5))
def test_kinks_and_steps_are_hit_exactly(case: Case) -> None:
    if case.network.sizes[0] != case.data.inputs.shape[1]:
        one = np.array([[1.0]])
        case = Case(case.network, Dataset(one, one, (0,), ("x1",)), case.loss, case.h)
    assert_is_the_loop(case)


def test_the_gradient_has_the_structure_of_the_network() -> None:
    network = Network.random([2, 8, 2])
    loss, gradient = slopes("central", h=0.1)(network, gate("xor"))
    assert isinstance(loss, float)
    assert isinstance(gradient, Network)
    for slope, parameter in zip(gradient.arrays().values(), network.arrays().values(), strict=True):
        assert type(slope) is np.ndarray
        assert slope.dtype == np.float64
        assert slope.shape == parameter.shape


def test_nothing_is_differentiated() -> None:
    def forbidden(*args: object, **kwargs: object) -> None:
        raise AssertionError("central asked for a derivative")

    with (
        mock.patch.object(jax, "grad", forbidden),
        mock.patch.object(jax, "value_and_grad", forbidden),
        mock.patch.object(jax, "jvp", forbidden),
        mock.patch.object(jax, "vjp", forbidden),
        mock.patch.object(jax, "linearize", forbidden),
    ):
        network = Network.random([2, 7, 5, 2], activation="tanh")  # sizes of no other test: compiled here
        slopes("central", h=0.03)(network, gate("xor"))


def test_blocks_give_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    network = Network.random([6, 5, 4, 3], activation="tanh", scale=1.0)
    data = Dataset.from_arrays(random.normal(size=(11, 6)), random.integers(0, 3, 11))
    whole = slopes("central", h=0.01)(network, data)[1]
    monkeypatch.setattr(blocks, "NUMBERS_AT_ONCE", 200)
    jax.clear_caches()  # type: ignore[no-untyped-call]
    piecewise = slopes("central", h=0.01)(network, data)[1]
    jax.clear_caches()  # type: ignore[no-untyped-call]
    for name, expected in whole.arrays().items():
        np.testing.assert_allclose(piecewise.arrays()[name], expected, rtol=1e-11, atol=1e-13)


def test_few_points_are_each_samples_distinct_sizes() -> None:
    points = response.few_points(np.array([[0.0, 2.0, -2.0, 2.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0, 3.0]]))
    assert points is not None
    assert points.values.T.tolist() == [[1.0, 2.0], [1.0, 3.0]]
    assert points.reads[:, 0].tolist() == [[0, 0, 0, 0, 0, 1, 1], [0, 1, -1, 1, 0, 0, 0]]
    assert points.reads[:, 1].tolist() == [[0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 1, 0]]
    assert response.few_points(np.random.default_rng(0).normal(size=(3, 6))) is None
