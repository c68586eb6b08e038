"""Method central: the plain loop's numbers, for every network, activation, loss and step size."""

from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from unittest import mock

import jax
import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from jax._src.interpreters import ad
from tests.promise import off_the_loop, rounding_of_the_loss, same_loss
from tests.strategies import CURVED, Case, SmallCase, cases, curved_cases, dyadic_cases, search, small_cases

from koubai.core.losses import LOSSES, Loss, Response
from koubai.core.network import Network
from koubai.core.precision import computing_in
from koubai.core.slopes import chunked_map, compiled, response
from koubai.core.slopes.base import Batch
from koubai.core.slopes.measurement import slopes
from koubai.data import Dataset, gate


def assert_is_the_loop(case: Case) -> None:
    loss, expected = slopes("loop", h=case.h, loss=case.loss)(case.network, case.data)
    value, gradient = slopes("central", h=case.h, loss=case.loss)(case.network, case.data)
    rounding = rounding_of_the_loss(LOSSES[case.loss], case.network, case.data.inputs, case.data.targets)
    assert same_loss(loss, value, rounding)
    assert off_the_loop(expected, gradient, loss, case.h, rounding) <= 1


SMOOTH_ENOUGH = ("relu", "leaky-relu", "tanh", "sigmoid", "softplus", "gelu", "sin", "identity")


@pytest.mark.long
@given(cases(SMOOTH_ENOUGH))
def test_it_gives_the_numbers_of_the_loop(case: Case) -> None:
    assert_is_the_loop(case)


@pytest.mark.slow
@search
@given(cases(SMOOTH_ENOUGH, every=True))
def test_it_gives_the_numbers_of_the_loop_long(case: Case) -> None:
    assert_is_the_loop(case)


@pytest.mark.long
@given(curved_cases(shapes=CURVED[:6]))  # deeper ones in make soak, and below
def test_interpolated_curves_give_the_numbers_of_the_loop(case: Case) -> None:
    assert_is_the_loop(case)


@pytest.mark.slow
@search
@given(curved_cases(every=True))
def test_interpolated_curves_give_the_numbers_of_the_loop_long(case: Case) -> None:
    assert_is_the_loop(case)


_measured = jax.jit(response.measured, static_argnums=0)


def assert_small_is_the_loop(case: SmallCase) -> None:
    """The rows that don't count hold anything; the loop doesn't see them."""
    if not case.beside:
        return assert_is_the_loop(case)
    inputs, targets, rows = case.data.inputs, case.data.targets, len(case.data.inputs) - case.beside
    network = replace(case.network, output=LOSSES[case.loss].output)
    seen = SimpleNamespace(inputs=inputs[:rows], targets=targets[:rows])
    loss, wanted = slopes("loop", h=case.h, loss=case.loss)(network, seen)
    with computing_in("float64"):
        batch = Batch(inputs, targets, counted=np.arange(len(inputs)) < rows)
        value, gradient, _ = _measured(LOSSES[case.loss], network, batch, case.h)
        gradient = jax.tree.map(np.asarray, gradient)
    rounding = rounding_of_the_loss(LOSSES[case.loss], network, seen.inputs, seen.targets)
    assert same_loss(loss, float(value), rounding)
    assert off_the_loop(wanted, gradient, loss, case.h, rounding) <= 1
    return None


@pytest.mark.long
@settings(max_examples=100)
@given(small_cases())
def test_small_layers_give_the_numbers_of_the_loop(case: SmallCase) -> None:
    assert_small_is_the_loop(case)


@pytest.mark.slow
@search
@given(small_cases(every=True))
def test_small_layers_give_the_numbers_of_the_loop_long(case: SmallCase) -> None:
    assert_small_is_the_loop(case)


@pytest.mark.long
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


@pytest.mark.usefixtures("nothing_kept")
@pytest.mark.parametrize(
    ("sizes", "activation"), [((2, 7, 5, 2), "tanh"), ((19, 18, 17, 3), "tanh"), ((19, 18, 17, 3), "relu")]
)
def test_nothing_is_differentiated(sizes: tuple[int, ...], activation: str) -> None:
    def forbidden(*args: object, **kwargs: object) -> None:
        raise AssertionError("central asked for a derivative")

    ways = ("grad", "value_and_grad", "jvp", "vjp", "linearize", "jacfwd", "jacrev", "hessian")
    network = Network.random(sizes, activation=activation)
    batch = Batch(np.random.default_rng(0).normal(size=(6, sizes[0])), np.eye(sizes[-1])[np.arange(6) % sizes[-1]])
    with ExitStack() as stack:
        for way in ways:
            stack.enter_context(mock.patch.object(jax, way, forbidden))
        for way in ("jvp", "linearize"):
            stack.enter_context(mock.patch.object(ad, way, forbidden))
        stack.enter_context(computing_in("float64"))
        traced = jax.make_jaxpr(response.measured, static_argnums=0)(LOSSES["cross-entropy"], network, batch, 0.03)
    assert len(traced.eqns) > 10


def test_the_check_for_derivatives_sees_one() -> None:
    with mock.patch.object(ad, "linearize", side_effect=AssertionError("seen")), pytest.raises(AssertionError, match="seen"):
        jax.grad(lambda x: x * x)(3.0)


MIXED = [
    ((3, 5, 4, 2), "relu,tanh"),
    ((3, 5, 4, 2), "step,gelu"),
    ((3, 4, 3, 4, 2), "tanh,step,leaky-relu"),
    ((20, 18, 17, 3), "softplus,relu"),
]


@pytest.mark.long
@pytest.mark.parametrize(("sizes", "activation"), MIXED)
def test_activations_may_differ_between_layers(sizes: tuple[int, ...], activation: str) -> None:
    random = np.random.default_rng(3)
    layers = [(random.normal(size=(a, b)), random.normal(size=b)) for a, b in pairwise(sizes)]
    network = Network.from_arrays(layers, activation=activation)
    data = Dataset.from_arrays(random.normal(size=(9, sizes[0])), np.arange(9) % sizes[-1])
    for h, loss in ((0.3, "cross-entropy"), (1e-4, "squared")):
        assert_is_the_loop(Case(network, data, loss, h))
    measure = slopes("central", h=0.1)
    measure(network, data)
    assert not any(layer.interpolated for layer in measure.report)


@pytest.mark.long
def test_mixed_activations_keep_within_the_bound_on_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    network = Network.random([18, 17, 16, 2], activation="relu,tanh", init="he")
    data = Dataset.from_arrays(random.normal(size=(23, 18)), np.arange(23) % 2)
    monkeypatch.setattr(chunked_map, "NUMBERS_AT_ONCE", 3000)
    jax.clear_caches()  # type: ignore[no-untyped-call]
    assert_is_the_loop(Case(network, data, "cross-entropy", 0.1))
    jax.clear_caches()  # type: ignore[no-untyped-call]


@pytest.mark.long
def test_blocks_give_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    network = Network.random([6, 5, 4, 3], activation="tanh", scale=1.0)
    data = Dataset.from_arrays(random.normal(size=(11, 6)), random.integers(0, 3, 11))
    whole = slopes("central", h=0.01)(network, data)[1]
    monkeypatch.setattr(chunked_map, "NUMBERS_AT_ONCE", 200)
    jax.clear_caches()  # type: ignore[no-untyped-call]
    piecewise = slopes("central", h=0.01)(network, data)[1]
    jax.clear_caches()  # type: ignore[no-untyped-call]
    for name, expected in whole.arrays().items():
        np.testing.assert_allclose(piecewise.arrays()[name], expected, rtol=1e-11, atol=1e-13)


def curved(
    activation: str = "relu", sizes: tuple[int, ...] = (20, 18, 3), rows: int = 12, seed: int = 0
) -> tuple[Network, Dataset]:
    random = np.random.default_rng(seed)
    layers = [(random.normal(size=(a, b)) / np.sqrt(a), random.normal(size=b) * 0.3) for a, b in pairwise(sizes)]
    data = Dataset.from_arrays(random.normal(size=(rows, sizes[0])), np.arange(rows) % sizes[-1])
    return Network.from_arrays(layers, activation=activation), data


@pytest.mark.long
@pytest.mark.parametrize(
    ("activation", "sizes"),
    [("relu", (20, 18, 3)), ("tanh", (20, 18, 3)), pytest.param("relu", (20, 18, 17, 3), marks=pytest.mark.slow)],
)
def test_many_samples_are_taken_in_blocks(activation: str, sizes: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    network, data = curved(activation, sizes, rows=23)
    whole = slopes("central", h=0.05)
    wanted = whole(network, data)[1]
    monkeypatch.setattr(chunked_map, "NUMBERS_AT_ONCE", 18 * 16 * 10)  # three blocks, the last one not full
    jax.clear_caches()  # type: ignore[no-untyped-call]
    apart = slopes("central", h=0.05)
    gradient = apart(network, data)[1]
    jax.clear_caches()  # type: ignore[no-untyped-call]
    for name, expected in wanted.arrays().items():
        np.testing.assert_allclose(gradient.arrays()[name], expected, rtol=1e-8, atol=1e-12)
    assert [layer.kinks for layer in apart.report] == [layer.kinks for layer in whole.report]


@pytest.mark.long
@pytest.mark.parametrize(
    ("sizes", "activation"),
    [
        ((784, 256, 10), "relu"),
        pytest.param((784, 256, 128, 10), "relu", marks=pytest.mark.slow),
        pytest.param((64, 100, 100, 100, 10), "tanh", marks=pytest.mark.slow),
    ],
)
def test_ten_thousand_samples_need_less_than_a_gibibyte(sizes: tuple[int, ...], activation: str) -> None:
    network, rows = Network.random(sizes, activation=activation), 10_000
    with computing_in("float64"):
        shapes = [jax.ShapeDtypeStruct((rows, size), np.float64) for size in (sizes[0], sizes[-1])]  # type: ignore[no-untyped-call]
        batch = Batch(shapes[0], shapes[1])
        program = jax.jit(response.measured, static_argnums=0).lower(LOSSES["cross-entropy"], network, batch, np.float64(0.1))
        memory = program.compile().memory_analysis()
    assert memory is not None
    assert memory.temp_size_in_bytes < 2**30


@pytest.mark.long
def test_the_report_tells_how_each_layer_was_measured() -> None:
    measure = slopes("central", h=1e-4)
    assert not measure.report
    measure(Network.random([2, 8, 2]), gate("xor"))
    assert [layer.interpolated for layer in measure.report] == [False, False]
    network, data = curved()
    measure(network, data)
    first, last = measure.report
    assert first.interpolated
    assert (first.pairs, last.pairs) == (12 * 18, 12 * 3)
    assert 1 <= first.nodes <= 3
    assert (first.exact, last.exact) == (0, 0)
    assert slopes("backprop").report == ()


def test_kinks_in_reach_are_counted() -> None:
    network, data = curved()
    before = data.inputs @ network.layers[0].weights + network.layers[0].bias
    h = 0.05
    reach = h * np.maximum(1, np.abs(data.inputs).max(axis=1))
    measure = slopes("central", h=h)
    measure(network, data)
    assert measure.report[0].kinks == measure.report[0].kinked == (np.abs(before) < reach[:, None]).sum() > 0


@pytest.mark.long
def test_a_sample_that_reaches_too_far_is_evaluated_at_every_point() -> None:
    network, data = curved("tanh")
    inputs = data.inputs.copy()
    inputs[3] *= 1000
    data = Dataset.from_arrays(inputs, data.targets.argmax(axis=1))
    measure = slopes("central", h=0.01)
    measure(network, data)
    assert measure.report[0].exact == 18
    assert_is_the_loop(Case(network, data, "cross-entropy", 0.01))


def test_a_huge_h_is_evaluated_at_every_point() -> None:
    network, data = curved()
    measure = slopes("central", h=10.0)
    measure(network, data)
    assert [layer.exact for layer in measure.report] == [12 * 18, 0]  # logits so few are evaluated at every point anyway
    assert_is_the_loop(Case(network, data, "cross-entropy", 10.0))


@pytest.mark.long
def test_interpolants_that_miss_the_test_point_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the nodes were elsewhere: every interpolant is wrong, and the plain evaluation steps in."""
    network, data = curved("tanh")
    nodes = response.chebyshev.nodes
    monkeypatch.setattr(response.chebyshev, "nodes", lambda count, dtype: nodes(count, dtype) * 0.9)
    jax.clear_caches()  # type: ignore[no-untyped-call]
    measure = slopes("central", h=0.1)
    measure(network, data)
    assert [layer.exact for layer in measure.report] == [12 * 18, 0]  # logits so few are evaluated at every point anyway
    assert_is_the_loop(Case(network, data, "cross-entropy", 0.1))
    jax.clear_caches()  # type: ignore[no-untyped-call]


def test_nothing_is_compiled_again_when_numbers_change() -> None:
    network, data = curved()
    other, others = curved(seed=1)
    slopes("central", h=0.1)(network, data)
    before = compiled.program._cache_size()
    for h in (1e-7, 1e-3, 0.5, 10.0):
        slopes("central", h=h)(network, data)
        slopes("central", h=h)(other, others)
    assert compiled.program._cache_size() == before


def test_outputs_of_many_values_are_regressed() -> None:
    network, data = curved("tanh", (20, 17, 4))
    targets = np.random.default_rng(3).normal(size=(12, 4))
    for h in (1e-5, 0.1):
        loss, wanted = slopes("loop", h=h, loss="squared")(network, SimpleNamespace(inputs=data.inputs, targets=targets))
        _, gradient = slopes("central", h=h, loss="squared")(network, SimpleNamespace(inputs=data.inputs, targets=targets))
        assert off_the_loop(wanted, gradient, loss, h) <= 1


@pytest.mark.long
def test_another_loss_needs_one_declared_function(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poisson regression: a row loses Σ exp(l) - t·l."""

    def rows(logits, targets, xp):  # type: ignore[no-untyped-def]
        return xp.sum(xp.exp(logits) - targets * logits, axis=-1)

    def respond(logits, targets, xp):  # type: ignore[no-untyped-def]
        kernels = (lambda m, xp: xp.expm1(m)), (lambda m, xp: m)
        weights = xp.exp(logits), -targets
        return Response(weights, logits[..., 0], kernels, lambda sums, rows, xp: sums[0] + sums[1], np.pi)

    monkeypatch.setitem(LOSSES, "poisson", Loss("poisson", "identity", rows, respond))
    for activation in ("relu", "softplus"):
        network, data = curved(activation, (20, 18, 3))
        for h in (1e-5, 0.03):
            assert_is_the_loop(Case(replace(network, output="identity"), data, "poisson", h))


@pytest.mark.long
@pytest.mark.parametrize("activation", ["tanh", "softplus", "relu"])
@pytest.mark.parametrize("h", [1e-6, pytest.param(1e-8, marks=pytest.mark.slow)])
def test_a_small_h_loses_fewer_digits_than_the_plain_loop(activation: str, h: float) -> None:
    """Both against central differences in 50 digits."""
    network, data = curved(activation, (18, 17, 3), rows=3)
    plain, curves = (slopes(method, h=h)(network, data)[1].arrays() for method in ("loop", "central"))
    random = np.random.default_rng(5)
    worst = {"loop": 0.0, "central": 0.0}
    for name in plain:
        for place in zip(*(random.integers(0, size, 4) for size in plain[name].shape), strict=True):
            exact = _exact_slope(network, data, name, tuple(map(int, place)), h)
            worst["loop"] = max(worst["loop"], abs(float(plain[name][place] - exact)))
            worst["central"] = max(worst["central"], abs(float(curves[name][place] - exact)))
    assert worst["central"] < worst["loop"]
    assert worst["central"] < 1e-11


def _exact_slope(network: Network, data: Dataset, name: str, place: tuple[int, ...], h: float) -> mpmath.mpf:
    mpmath.mp.dps = 50
    act = {"tanh": mpmath.tanh, "softplus": lambda v: mpmath.log1p(mpmath.exp(v)), "relu": lambda v: max(v, mpmath.mpf(0))}
    losses = []
    for move in (mpmath.mpf(h), -mpmath.mpf(h)):
        arrays = {key: np.vectorize(mpmath.mpf, otypes=[object])(value) for key, value in network.arrays().items()}
        arrays[name][place] += move
        values = np.vectorize(mpmath.mpf, otypes=[object])(data.inputs)
        for number in range(1, len(network.layers) + 1):
            values = values.dot(arrays[f"w{number}"]) + arrays[f"b{number}"]
            if number < len(network.layers):
                values = np.vectorize(act[network.activation], otypes=[object])(values)
        e = np.vectorize(mpmath.exp, otypes=[object])(values)
        p = (e * data.targets).sum(axis=1) / e.sum(axis=1)
        losses.append(sum(-mpmath.log(each + mpmath.mpf(1e-7)) for each in p) / len(p))
    return (losses[0] - losses[1]) / (2 * mpmath.mpf(h))


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("common", [1.0, 28.0, 60.0])
def test_moves_that_all_logits_share_may_be_large(activation: str, common: float) -> None:
    """They spread little, however large they are."""
    network, data = curved(activation, (24, 18, 3))
    last = replace(network.layers[-1], weights=np.random.default_rng(1).normal(size=(18, 3)) * 0.2 + common)
    assert_is_the_loop(Case(replace(network, layers=(network.layers[0], last)), data, "cross-entropy", 0.1))


@pytest.mark.long
@pytest.mark.parametrize("activation", ["relu", pytest.param("leaky-relu", marks=pytest.mark.slow)])
def test_kinks_of_every_later_layer_are_met(activation: str) -> None:
    network, data = curved(activation, (18, 17, 19, 18, 3), rows=5)
    for h in (1e-3, 0.02, 0.1):
        measure = slopes("central", h=h)
        measure(network, data)
        assert_is_the_loop(Case(network, data, "cross-entropy", h))
    first = measure.report[0]
    assert first.kinks > first.kinked > 0
    assert first.exact == 0
