"""Network: its start, its answers, what it refuses."""

from dataclasses import FrozenInstanceError, dataclass
from typing import Any

import jax
import numpy as np
import pytest

from koubai.core.network import Layer, Network, forward_rowwise
from koubai.core.slopes.measurement import slopes
from koubai.errors import InputError


def test_the_start_is_that_of_the_tutorial() -> None:
    network = Network.random([2, 8, 2], seed=3)
    normals = np.random.RandomState(3)
    w1, w2 = normals.randn(2, 8) * 0.1, normals.randn(8, 2) * 0.1
    arrays = network.arrays()
    assert list(arrays) == ["w1", "b1", "w2", "b2"]
    assert np.array_equal(arrays["w1"], w1)
    assert np.array_equal(arrays["w2"], w2)
    assert not arrays["b1"].any()
    assert arrays["b2"].shape == (2,)
    assert repr(network) == "Network(2-8-2, relu, softmax)"


def test_answers_are_those_of_the_formula() -> None:
    w1, b1, w2, b2 = np.array([[1.0, -1.0]]), np.array([0.0, 0.5]), np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([0.0, 0.1])
    network = Network.from_arrays([(w1, b1), (w2, b2)])
    logits = np.maximum(np.array([[2.0], [-1.0]]) @ w1 + b1, 0) @ w2 + b2
    assert np.array_equal(network.logits([[2.0], [-1.0]]), logits)
    np.testing.assert_allclose(network.probabilities([[2.0], [-1.0]]).sum(axis=1), 1)
    assert network.predict([[2.0], [-1.0]]).tolist() == [0, 1]
    assert network.predict([2.0]).shape == ()
    assert network.probabilities([2.0]).shape == (2,)


def test_an_identity_output_predicts_values() -> None:
    network = Network.from_arrays([([[2.0, 0.0]], [1.0, -1.0])], output="identity")
    assert network.predict([[3.0]]).tolist() == [[7.0, -1.0]]
    assert network.predict([3.0]).tolist() == [7.0, -1.0]
    assert network.classify([[3.0]]).tolist() == [0]


def test_it_is_frozen_and_a_pytree() -> None:
    network = Network.random([2, 3, 2])
    with pytest.raises(FrozenInstanceError):
        network.activation = "tanh"  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        network.layers[0].weights[0, 0] = 1.0
    doubled = jax.tree.map(lambda leaf: 2 * leaf, network)
    assert isinstance(doubled, Network)
    assert doubled.activation == "relu"
    assert np.array_equal(doubled.layers[1].weights, 2 * network.layers[1].weights)


def test_arrays_are_copied() -> None:
    weights = np.ones((1, 1))
    network = Network.from_arrays([(weights, [0.0])])
    weights[0, 0] = 5.0
    assert network.layers[0].weights[0, 0] == 1.0


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([], "no layers"),
        ([1.0], "pairs .weights, bias., but layer 1 is 1.0"),
        ([(np.ones((1, 1)) * 1j, [1.0])], "w1 must hold real numbers"),
        ([([1.0], [1.0])], r"Layer 1 has weights of shape \(1,\)"),
        ([(np.ones((2, 3)), np.ones(2))], r"a bias of shape \(2,\)"),
        (
            [(np.ones((2, 3)), np.ones(3)), (np.ones((4, 1)), np.ones(1))],
            "takes 4 inputs, but the layer before it has 3",
        ),
        ([(np.full((1, 1), np.nan), np.ones(1))], r"w1 holds nan at row 0, column 0"),
        ([([[1.0]], [np.inf])], r"b1 holds inf at place 0 \(counted from 0\)"),
        ([([["1"]], [1.0])], "w1 must hold real numbers, but <U1"),
        ([(np.zeros((1, 1), "M8[s]"), [1.0])], "w1 must hold real numbers, but datetime64"),
        (3, "list of pairs .*, but 3 was given"),
        (np.array(1.0), "list of pairs"),
        ([([["a"]], [1.0])], "w1 must hold real numbers"),
        ([([[1.0], [1.0, 2.0]], [1.0])], "w1 must hold real numbers"),
    ],
)
def test_what_is_no_network_is_refused(layers: list[tuple[object, object]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Network.from_arrays(layers)  # type: ignore[arg-type]


def test_more_that_is_refused() -> None:
    with pytest.raises(InputError, match="two or more whole numbers"):
        Network.random([2, 0, 2])
    with pytest.raises(InputError, match="did you mean 'tanh'"):
        Network.random([2, 2], activation="tan")
    with pytest.raises(InputError, match="seed is -1"):
        Network.random([2, 2], seed=-1)
    with pytest.raises(InputError, match="scale of the starting weights is nan"):
        Network.random([2, 2], scale=float("nan"))
    with pytest.raises(InputError, match="The output is 'sigmoid'"):
        Network.from_arrays([([[1.0]], [1.0])], output="sigmoid")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"shape \(1, 3\), but the network takes \(n, 2\)"):
        Network.random([2, 2]).predict([[1.0, 2.0, 3.0]])


def test_layers_are_of_real_numbers() -> None:
    """Integers are numbers as any: inputs aren't cut to integers where weights are."""
    plain = Network((Layer(np.array([[1, 2]]), [0, 1]), Layer([[1], [1]], (np.int8(3),))), output="identity")
    assert plain.predict([[0.5]]).tolist() == [[5.5]]
    assert forward_rowwise(plain, np.array([[0.5]])).tolist() == [[5.5]]
    assert plain.layers[0].weights.dtype == plain.layers[1].bias.dtype == np.float64
    assert Layer(np.ones((1, 1), np.float32), np.zeros(1, np.float32)).weights.dtype == np.float32
    for values in (True, [[True]], [[1j]], [["1"]], np.array([["a"]], object), [[1], [2, 3]], None, [[None]], {1.0}, 10**400):
        for arrays in ((values, [0.0]), ([[1.0]], values)):
            with pytest.raises(InputError, match="must hold real numbers"):
                Layer(*arrays)


@pytest.mark.parametrize("kind", [int, bool, complex, object, str, "M8[s]", "nothing", None, np.float16, np.int8, 3])
def test_a_network_has_no_other_numbers(kind: Any) -> None:
    with pytest.raises(InputError, match="choose float64 or float32"):
        Network.random([2, 2]).astype(kind)


def test_nobody_writes_to_a_network() -> None:
    weights, bias = np.ones((1, 1)), np.zeros(1)
    read_only = weights[:]
    read_only.setflags(write=False)  # which can be written to by another name
    network = Network((Layer(read_only, bias),))
    weights[0, 0] = bias[0] = 7.0
    assert network.logits([1.0]).tolist() == [1.0]
    single = network.astype(np.float32)
    gradient = slopes("loop", loss="squared")(network, Rows([[1.0]], [[1.0]]))[1]
    exact = slopes("backprop", loss="squared")(network, Rows([[1.0]], [[1.0]]))[1]
    for one in (network, single, network.astype(float), gradient, exact):
        for array in one.arrays().values():
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 3.0
    layer = Layer(network.layers[0].weights, network.layers[0].bias)
    assert layer.weights is network.layers[0].weights  # nothing is copied that nobody can write to


def test_what_is_traced_passes_through_a_layer() -> None:
    layer = Layer([[1.0]], [2.0])
    assert jax.jit(lambda one: Layer(one.weights * 2, one.bias))(layer).weights.tolist() == [[2.0]]
    assert [path[0].name for path, _ in jax.tree_util.tree_flatten_with_path(layer)[0]] == ["weights", "bias"]
    assert jax.tree.map(lambda leaf: leaf > 1, layer).bias.tolist() == [True]
    assert jax.tree.structure(jax.tree.map(np.shape, layer, is_leaf=lambda one: isinstance(one, np.ndarray)))


@dataclass
class Rows:
    """What slopes are measured on."""

    inputs: Any
    targets: Any


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([[np.nan, 1]], r"inputs holds nan at row 0, column 0 \(both counted from 0\), but every number must be finite"),
        ([[0, 1], [1, np.inf]], "inputs holds inf at row 1, column 1"),
        ([0, -np.inf], r"inputs holds -inf at place 1 \(counted from 0\)"),
        ([["a", "b"]], "inputs must hold real numbers, but <U1"),
        ([["0", "1"]], "inputs must hold real numbers"),
        ([[0, 1], [1]], "inputs must hold real numbers in a regular array"),
        ([[None, 1]], "inputs must hold real numbers, but None"),
        ([[1j, 1]], "inputs must hold real numbers, but complex128"),
        (np.zeros((1, 2), "M8[s]"), "inputs must hold real numbers, but datetime64"),
        ([[10**400, 1]], "inputs must hold real numbers"),
        (None, "inputs must hold real numbers, but None"),
        ({1, 2}, "inputs must hold real numbers"),
        (np.ma.masked_equal([[1, 2]], 2), "without gaps"),
    ],
)
def test_inputs_that_are_no_numbers(inputs: Any, message: str) -> None:
    network = Network.random([2, 2])
    for answer in (network.predict, network.logits, network.probabilities, network.answers, network.classify):
        with pytest.raises(InputError, match=message):
            answer(inputs)
    with pytest.raises(InputError):
        slopes("loop")(network, Rows(inputs, [[1, 0]] * 2))


def test_single_precision_has_smaller_numbers() -> None:
    with pytest.raises(InputError, match="inputs holds inf at row 0, column 1"):
        Network.random([2, 2]).astype(np.float32).predict([[1.0, 1e300]])


def test_slopes_of_what_is_no_network_or_data() -> None:
    network = Network.random([2, 2])
    with pytest.raises(InputError, match="slopes are those of a Network, but 'list' was given"):
        slopes("loop")([1], Rows([[0, 1]], [[1, 0]]))  # type: ignore[arg-type]
    for data in (None, [[0, 1]], "xor"):
        with pytest.raises(InputError, match="rows with inputs and targets, but"):
            slopes("loop")(network, data)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="targets holds nan at row 0, column 1"):
        slopes("loop", loss="squared")(network, Rows([[0, 1]], [[1, np.nan]]))


def test_every_hidden_layer_may_have_its_own_activation() -> None:
    network = Network.random([3, 4, 5, 6, 2], activation="relu,tanh,step", scale=1.0)
    x = np.random.default_rng(0).normal(size=(7, 3))
    (w1, b1), (w2, b2), (w3, b3), (w4, b4) = ((layer.weights, layer.bias) for layer in network.layers)
    behind = np.tanh(np.maximum(x @ w1 + b1, 0) @ w2 + b2) @ w3 + b3
    expected = (behind > 0) @ w4 + b4
    np.testing.assert_allclose(network.logits(x), expected, rtol=0, atol=1e-14)
    np.testing.assert_allclose(forward_rowwise(network, x), expected, rtol=0, atol=1e-14)
    assert [network.after(number).activation for number in range(4)] == ["tanh,step", "step", "step", "step"]
    assert network.after(1).sizes == (5, 6, 2)
    assert repr(network) == "Network(3-4-5-6-2, relu,tanh,step, softmax)"


def test_activations_that_are_alike_are_named_once() -> None:
    pairs = [(np.eye(2), np.zeros(2))] * 3
    assert Network.from_arrays(pairs, activation="tanh, tanh").activation == "tanh"
    assert [one.name for one in Network.from_arrays(pairs, activation="sin,relu").activations] == ["sin", "relu"]
    with pytest.raises(InputError, match="names 2 activations, but there are 1 hidden layers"):
        Network.random([2, 3, 2], activation="sin,relu")
