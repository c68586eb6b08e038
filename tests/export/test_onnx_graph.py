"""Networks as ONNX: onnxruntime answers what koubai answers."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import numpy_helper
from scipy.special import erfc
from tests.strategies import Case, cases

import koubai as kb
from koubai.core.activations import ACTIVATIONS
from koubai.data import Preparation
from koubai.data.preprocessing import NumberColumn, Target
from koubai.errors import FileFault, InputError
from koubai.export import onnx_activations, write_onnx

EXTREMES = [0.0, -0.0, 1e-300, -1e-300, 1e-8, -1e-8, 0.6629, -0.6629, 1.0, 5.6569, -5.6569, 30.0, -30.0, 1e4, -1e4, 1e30, -1e30]


def answered(network: kb.Network, inputs: Any, folder: Path) -> dict[str, Any]:
    """What onnxruntime answers, by the names of the outputs."""
    path = folder / "network.onnx"
    write_onnx(network, path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    inputs = np.asarray(inputs, dtype=network.layers[0].weights.dtype)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, {"inputs": inputs}), strict=True))


def assert_same_answers(network: kb.Network, inputs: Any, folder: Path, slack: float) -> None:
    made, logits = answered(network, inputs, folder), network.logits(inputs)
    size = np.abs(logits).max(initial=1.0)
    if network.output == "identity":
        assert list(made) == ["values"]
        np.testing.assert_allclose(made["values"], logits, rtol=slack, atol=slack * size)
        return
    assert list(made) == ["probabilities", "classes"]
    np.testing.assert_allclose(made["probabilities"], network.probabilities(inputs), rtol=0, atol=slack * size)
    assert made["classes"].dtype == np.int64
    lead = (
        np.sort(logits, axis=1)[:, -1] - np.sort(logits, axis=1)[:, -2] if logits.shape[1] > 1 else np.full(len(logits), np.inf)
    )
    clear = lead > slack * size
    assert np.array_equal(made["classes"][clear], network.classify(inputs)[clear])


@given(case=cases(), output=st.sampled_from(["softmax", "identity"]), kind=st.sampled_from([np.float64, np.float32]))
def test_it_answers_as_the_network_does(case: Case, output: Any, kind: type, tmp_path_factory: pytest.TempPathFactory) -> None:
    layers = [(layer.weights, layer.bias) for layer in case.network.layers]
    network = kb.Network.from_arrays(layers, activation=case.network.activation, output=output).astype(kind)
    if kind is np.float32 and network.activation == "step":
        return  # a unit may fall on either side of 0 by rounding
    assert_same_answers(network, case.data.inputs, tmp_path_factory.mktemp("onnx"), 1e-12 if kind is np.float64 else 2e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e3, 1e100])
def test_weights_of_any_size(activation: str, scale: float, tmp_path: Path) -> None:
    network = kb.Network.random([3, 5, 4], activation=activation, scale=scale, seed=1)
    inputs = np.random.default_rng(0).normal(size=(50, 3))
    if activation == "sin" and scale > 1:
        inputs = inputs / scale  # the sine of a number without fixed digits is any number
    made, expected = answered(network, inputs, tmp_path), network.logits(inputs)
    assert np.isfinite(made["probabilities"]).all()
    assert np.array_equal(made["classes"], network.classify(inputs)) or np.ptp(expected) < 1e-12 * np.abs(expected).max()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_every_activation_at_every_magnitude(activation: str, kind: type, tmp_path: Path) -> None:
    one = ([[1.0]], [0.0])
    network = kb.Network.from_arrays([one, one], activation=activation, output="identity").astype(kind)
    inputs: Any = np.array([*EXTREMES, *np.linspace(-12, 12, 2001)]).astype(kind)[:, None]
    expected = network.logits(inputs).astype(float)
    made = answered(network, inputs, tmp_path)["values"]
    assert made.dtype == kind
    exact = kind is np.float64
    np.testing.assert_allclose(made, expected, rtol=2e-13 if exact else 1e-6, atol=1e-15 if exact else 1e-6)
    assert all(callable(getattr(onnx_activations, activation.onnx)) for activation in ACTIVATIONS.values())


def test_gelu_keeps_its_digits_far_below_zero(tmp_path: Path) -> None:
    one = ([[1.0]], [0.0])
    network = kb.Network.from_arrays([one, one], activation="gelu", output="identity")
    inputs = np.linspace(-35, 0, 4001)[:, None]
    expected = 0.5 * inputs * erfc(-inputs * 0.7071067811865476)
    np.testing.assert_allclose(answered(network, inputs, tmp_path)["values"], expected, rtol=1e-13)


def test_one_row_and_many(tmp_path: Path) -> None:
    network = kb.Network.random([4, 6, 3], scale=1.0)
    for rows in (1, 2, 1000):
        assert_same_answers(network, np.random.default_rng(rows).normal(size=(rows, 4)), tmp_path, 1e-12)


def test_of_equal_logits_the_first_class_is_taken(tmp_path: Path) -> None:
    network = kb.Network.from_arrays([(np.zeros((2, 3)), [0.0, 1.0, 1.0])])
    assert answered(network, [[5.0, 6.0]], tmp_path)["classes"].tolist() == [1]


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_what_the_file_says(kind: type, tmp_path: Path) -> None:
    network = kb.Network.random([2, 8, 2], activation="softplus", seed=4).astype(kind)
    write_onnx(network, tmp_path / "a.onnx")
    model = onnx.load(tmp_path / "a.onnx")
    onnx.checker.check_model(model, full_check=True)
    assert (model.ir_version, model.opset_import[0].version) == (8, 17)
    assert (model.producer_name, model.producer_version) == ("koubai", kb.__version__)
    assert model.doc_string == "Network(2-8-2, softplus, softmax)"
    about = {entry.key: entry.value for entry in model.metadata_props}
    assert about == {"koubai": kb.__version__, "activation": "softplus", "output": "softmax"}
    kept = {constant.name: numpy_helper.to_array(constant) for constant in model.graph.initializer}
    for name, array in network.arrays().items():
        assert kept[name].dtype == kind
        assert kept[name].tobytes() == np.ascontiguousarray(array).tobytes()
    shape = model.graph.input[0].type.tensor_type.shape.dim
    assert (shape[0].dim_param, shape[1].dim_value) == ("n", 2)


def test_a_preparation_goes_along(tmp_path: Path) -> None:
    preparation = Preparation((NumberColumn("größe", 170.25, 9.5),), Target("weight", "regress", (), (61.5,), (12.25,)))
    network = kb.Network.random([1, 3, 1], output="identity")
    write_onnx(network, tmp_path / "a.onnx", preparation)
    about = {entry.key: entry.value for entry in onnx.load(tmp_path / "a.onnx").metadata_props}
    assert list(about) == ["koubai", "activation", "output", "preparation"]
    assert Preparation.from_dict(json.loads(about["preparation"])) == preparation
    with pytest.raises(InputError, match="give the preparation of the data that it learned"):
        write_onnx(kb.Network.random([2, 1]), tmp_path / "b.onnx", preparation)
    assert [path.name for path in tmp_path.iterdir()] == ["a.onnx"]


def test_without_the_package_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(InputError, match=r"pip install 'koubai\[onnx\]'"):
        write_onnx(kb.Network.random([2, 2]), tmp_path / "a.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_can_not_be_written(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match="could not be written"):
        write_onnx(kb.Network.random([2, 2]), tmp_path / "nowhere" / "a.onnx")


def test_an_activation_for_each_layer(tmp_path: Path) -> None:
    network = kb.Network.random([3, 5, 4, 2], activation="tanh,gelu", scale=1.0)
    assert_same_answers(network, np.random.default_rng(0).normal(size=(20, 3)), tmp_path, 1e-12)
