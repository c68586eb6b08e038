"""The other methods against the definition, exact slopes and averages; and what all of them refuse."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from tests.strategies import Case, cases

from koubai.core.activations import ACTIVATIONS
from koubai.core.losses import LOSSES
from koubai.core.methods import METHODS
from koubai.core.network import Network
from koubai.core.precision import computing_in
from koubai.core.slopes import differences
from koubai.core.slopes.base import Batch
from koubai.core.slopes.compiled import program
from koubai.core.slopes.measurement import slopes
from koubai.data import Dataset, gate
from koubai.errors import InputError

ANALYTIC = tuple(name for name, activation in ACTIVATIONS.items() if activation.analytic and name != "step")
SMOOTH = ("tanh", "sigmoid", "softplus", "gelu", "sin", "identity")


def largest(gradient: Network) -> float:
    return max(1e-3, *(float(np.abs(a).max()) for a in gradient.arrays().values()))


def assert_near(gradient: Network, expected: Network, tolerance: float) -> None:
    for name, wanted in expected.arrays().items():
        np.testing.assert_allclose(gradient.arrays()[name], wanted, rtol=0, atol=tolerance * largest(expected), err_msg=name)


@pytest.mark.long
@settings(max_examples=40)
@given(cases(ANALYTIC))
def test_complex_step_is_backprop(case: Case) -> None:
    loss, exact = slopes("backprop", loss=case.loss)(case.network, case.data)
    value, gradient = slopes("complex-step", loss=case.loss)(case.network, case.data)
    assert value == pytest.approx(loss, rel=1e-13)
    assert_near(gradient, exact, 1e-12 * max(1.0, 1 / largest(exact)))


@settings(max_examples=30)
@given(cases(SMOOTH, least=1e-6, most=1e-5))
def test_backprop_is_the_limit_of_the_loop(case: Case) -> None:
    exact = slopes("backprop", loss=case.loss)(case.network, case.data)[1]
    loss, measured = slopes("loop", h=case.h, loss=case.loss)(case.network, case.data)
    assert_near(measured, exact, 1e-6 + 1e-14 * max(1.0, loss) / case.h / largest(exact))


@pytest.mark.long
@settings(max_examples=30)
@given(cases(tuple(n for n in ACTIVATIONS if n != "step"), least=1e-4, most=1.0))
def test_forward_is_the_one_sided_loop(case: Case) -> None:
    loss, gradient = slopes("forward", h=case.h, loss=case.loss)(case.network, case.data)
    measure = slopes("loop", h=case.h, loss=case.loss)
    for layer in range(len(case.network.layers)):
        weights = [layer.weights.copy() for layer in case.network.layers]
        weights[layer][0, -1] += case.h
        moved = Network.from_arrays(
            [(w, old.bias) for w, old in zip(weights, case.network.layers, strict=True)], activation=case.network.activation
        )
        expected = (measure(moved, case.data)[0] - loss) / case.h
        tolerance = 1e-9 * max(1.0, abs(expected)) + 8e-15 * max(1.0, loss) / case.h
        assert gradient.layers[layer].weights[0, -1] == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize("method", ["spsa", "random-directions"])
def test_two_evaluations_are_right_on_average(method: str) -> None:
    network, data = Network.random([2, 3, 2], scale=1.0, activation="tanh"), gate("xor")
    exact = slopes("backprop")(network, data)[1]
    draws = [slopes(method, h=1e-4, seed=seed)(network, data)[1] for seed in range(2000)]
    for name, expected in exact.arrays().items():
        sample = np.stack([gradient.arrays()[name] for gradient in draws])
        error = np.abs(sample.mean(axis=0) - expected)
        assert (error < 5 * sample.std(axis=0) / np.sqrt(len(draws)) + 1e-9).all(), name
    again = slopes(method, h=1e-4, seed=7)(network, data)[1]
    assert np.array_equal(again.layers[0].weights, draws[7].layers[0].weights)


def test_spsa_is_one_difference_over_every_own_move() -> None:
    gradient = slopes("spsa", h=0.1)(Network.random([2, 8, 2]), gate("xor"))[1]
    sizes = np.concatenate([np.abs(a).ravel() for a in gradient.arrays().values()])
    np.testing.assert_allclose(sizes, sizes[0], rtol=1e-12)


def test_differences_take_any_function_of_any_pytree() -> None:
    def f(x: dict[str, jax.Array]) -> jax.Array:
        return jnp.sum(x["a"] ** 3) + jnp.sin(x["b"]) * x["a"][0]

    with computing_in("float64"):
        at = {"a": jnp.array([0.5, -1.0]), "b": jnp.array(0.3)}
        exact = {"a": 3 * at["a"] ** 2 + jnp.array([jnp.sin(0.3), 0.0]), "b": jnp.cos(0.3) * 0.5}
        for method, h, tolerance in (("central", 1e-5, 1e-9), ("forward", 1e-7, 1e-6), ("complex_step", 1e-20, 1e-15)):
            measured = getattr(differences, method)(f, at, h)
            for name, expected in exact.items():
                np.testing.assert_allclose(measured[name], expected, rtol=0, atol=tolerance, err_msg=method)


def test_the_complex_step_is_refused_where_there_is_no_complex_form() -> None:
    with pytest.raises(InputError, match=r"complex-step can't measure a network with gelu units.*choose another activation"):
        slopes("complex-step")(Network.random([2, 3, 2], activation="gelu"), gate("xor"))


@pytest.mark.parametrize("h", [0, -0.1, float("nan"), float("inf"), "a", None])
def test_a_step_size_that_can_not_be(h: object) -> None:
    if h is None:
        assert slopes("central").h == 0.1
        assert slopes("complex-step").h == 1e-20
    else:
        with pytest.raises(InputError, match=f"step size h is {h}, but it must be a finite number above 0"):
            slopes("central", h=h)  # type: ignore[arg-type]


def test_what_else_is_refused() -> None:
    network = Network.random([2, 3, 2])
    with pytest.raises(InputError, match="did you mean 'central'"):
        slopes("centrl")
    with pytest.raises(InputError, match="seed is 1180591620717411303424"):
        slopes("spsa", seed=2**70)
    with pytest.raises(InputError, match=r"no method of slope called '.central.'"):
        slopes(["central"])  # type: ignore[arg-type]
    with pytest.raises(InputError, match="1e-60, which float32 can't tell from 0"):
        slopes("central", h=1e-60, precision="float32")
    with pytest.raises(InputError, match="did you mean 'float64'"):
        slopes("central", precision="float46")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"inputs have the shape \(8, 3\), but the network takes \(n, 2\)"):
        slopes("central")(network, gate("parity-3"))
    with pytest.raises(InputError, match=r"targets have the shape \(4, 2\), but \(4, 3\) was expected"):
        slopes("central")(Network.random([2, 3, 3]), gate("xor"))


@pytest.mark.parametrize("targets", [[[0.3, 0.7]] * 4, [[0.0, 0.0]] * 4, [[1.0, 1.0]] * 4])
def test_cross_entropy_refuses_what_is_not_one_hot(targets: list[list[float]]) -> None:
    data = Dataset(gate("xor").inputs, np.array(targets), (), ("x1", "x2"), "regress")
    with pytest.raises(InputError, match="cross-entropy needs one-hot targets"):
        slopes("central")(Network.random([2, 2]), data)
    assert slopes("central", loss="squared")(Network.random([2, 2]), data)[0] > 0


def test_logits_of_any_size_are_measured() -> None:
    network = Network.from_arrays([([[-1e31, -1e31], [0.0, 0.0]], [1.0, 0.0])])
    data = Dataset.from_arrays([[1.0, 1.0], [1.0, 0.2]], [0, 1])
    assert np.isfinite(slopes("loop")(network, data)[1].layers[0].weights).all()
    exact = slopes("backprop")(network, data)[1]
    for name, measured in slopes("central", h=1e-4)(network, data)[1].arrays().items():
        np.testing.assert_allclose(measured, exact.arrays()[name], atol=1e-5)


def test_many_outputs_need_little_memory() -> None:
    """A table of outputs × outputs for each row would be 20 GB here."""
    network = Network.random([3, 5000], scale=1.0)
    data = Dataset.from_arrays(np.eye(3)[np.arange(100) % 3], np.arange(100), classes=range(5000))
    loss, gradient = slopes("central", h=1e-3)(network, data)
    exact = slopes("backprop")(network, data)[1]
    np.testing.assert_allclose(gradient.layers[0].bias, exact.layers[0].bias, rtol=1e-4, atol=1e-9)
    assert loss == pytest.approx(np.log(5000), rel=0.2)


@pytest.mark.parametrize("before", [[3], [4, 30]])
@pytest.mark.parametrize("loss", ["cross-entropy", "squared"])
@pytest.mark.parametrize("method", sorted(set(METHODS) - {"loop"}))
def test_a_program_is_no_longer_for_more_outputs(method: str, loss: str, before: list[int]) -> None:
    """What is written out one by one takes minutes to compile, and XLA has crashed when it stored such a program."""

    def length(outputs: int) -> int:
        network = Network.random([*before, outputs], scale=1.0)
        batch = Batch(np.ones((8, before[0])), np.eye(outputs)[:8])
        draw = (np.zeros(2, np.uint32), 0) if METHODS[method].drawn_by else None
        with computing_in("float64"):
            traced = jax.make_jaxpr(lambda moved: program(METHODS[method], LOSSES[loss], moved, batch, 1e-3, draw))(network)
        return len(str(traced).splitlines())

    assert length(2000) - length(1000) < 100


@pytest.mark.parametrize("method", METHODS)
def test_precision_is_chosen_and_the_users_settings_stay(method: str) -> None:
    before = jax.config.values["jax_enable_x64"], jnp.ones(1).dtype
    network, data = Network.random([2, 8, 2]), gate("xor")
    double = slopes(method)(network, data)[1]
    single = slopes(method, precision="float32")(network, data)[1]
    assert {array.dtype for array in double.arrays().values()} == {np.dtype(np.float64)}
    assert {array.dtype for array in single.arrays().values()} == {np.dtype(np.float32)}
    assert (jax.config.values["jax_enable_x64"], jnp.ones(1).dtype) == before
    if method not in ("spsa", "random-directions"):  # whose draws are others in another precision
        for name, expected in double.arrays().items():
            np.testing.assert_allclose(single.arrays()[name], expected, atol=1e-5)


def test_every_method_measures_mixed_activations() -> None:
    random = np.random.default_rng(1)
    network = Network.random([3, 5, 4, 2], activation="tanh,sigmoid", scale=1.0)
    data = Dataset.from_arrays(random.normal(size=(6, 3)), np.arange(6) % 2)
    loop = slopes("loop", h=1e-5)(network, data)[1]
    for method, tolerance in (("backprop", 1e-8), ("complex-step", 1e-8), ("central", 1e-7), ("forward", 1e-4)):
        assert_near(slopes(method, h=None if method == "complex-step" else 1e-5)(network, data)[1], loop, tolerance)
    with pytest.raises(InputError, match="with gelu units"):
        slopes("complex-step")(Network.random([3, 5, 4, 2], activation="tanh,gelu"), data)


def test_an_h_that_is_lost_among_the_digits_measures_no_slope() -> None:
    """Forward differences divide by the step that was taken: where none was, the slope is 0, as the loop finds it."""
    data, network = gate("xor"), Network.random([2, 8, 2], scale=1.0, seed=0)
    for method in ("forward", "loop"):
        gradient = slopes(method, h=1e-18)(network, data)[1]
        assert not any(array.any() for name, array in gradient.arrays().items() if name[0] == "w"), method
    assert slopes("central", h=1e-18)(network, data)[1].layers[0].weights.any()


@pytest.mark.parametrize("method", ["backprop", "spsa"])
def test_other_settings_of_the_user_change_no_bit(method: str) -> None:
    measure, network, data = slopes(method, seed=4), Network.random([2, 3, 2]), gate("xor")
    loss, plain = measure(network, data)
    jax.clear_caches()  # type: ignore[no-untyped-call]
    with (
        jax.default_matmul_precision("bfloat16"),
        jax.default_prng_impl("rbg"),
        jax.threefry_partitionable(False),
        jax.numpy_rank_promotion("raise"),
        jax.transfer_guard("disallow"),
    ):
        for one in (data, gate("xor")):
            again, odd = measure(network, one)
            assert again == loss
            assert all(np.array_equal(array, odd.arrays()[name]) for name, array in plain.arrays().items())
