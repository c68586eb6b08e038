"""A network as an ONNX graph, which runs without koubai wherever ONNX runs.

Operator set 17 and IR version 8 are those of ONNX 1.12 (2022): old enough for onnxruntime 1.12 and what else has been
installed for years, and all that is needed here has kernels there for float64.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from koubai._version import __version__
from koubai.core.network import Network
from koubai.data import Preparation
from koubai.errors import InputError
from koubai.export import onnx_activations
from koubai.export.onnx_builder import Graph
from koubai.export.safetensors_file import check_fits
from koubai.files import new_file

OPERATORS = 17
IR_VERSION = 8


def write_onnx(network: Network, path: str | Path, preparation: Preparation | None = None) -> None:
    """Write ``network`` as an ONNX model: float64, or float32 where the network is; n rows at once, whatever n is.

    Its input is ``inputs`` (n, features). Its outputs, for a softmax output: ``probabilities`` (n, classes) and ``classes``
    (n,), int64, the first class of the largest logit; for an identity output: ``values`` (n, outputs). The parameters, w1,
    b1, w2, b2, …, are the network's to the bit. The file takes the place of one that was there, whole or not at all.

    ``preparation``: what the data went through, for a run ``run.data.preparation``. It is no part of the graph: the entry
    ``preparation`` of the metadata has it as JSON, so that others can do the same to rows before, and to values after it.

    Needs the package onnx: InputError without it, and where the preparation is that of other data. FileFault where the file
    can't be written.
    """
    try:
        import onnx
    except ImportError as error:
        raise InputError("export-onnx-missing") from error

    model = _model(network, preparation)
    onnx.checker.check_model(model, full_check=True)
    with new_file(Path(path)) as temporary:
        temporary.write_bytes(model.SerializeToString())


def _model(network: Network, preparation: Preparation | None) -> Any:
    from onnx import TensorProto, helper, numpy_helper

    single = np.asarray(network.layers[0].weights).dtype == np.float32
    graph = Graph(np.float32 if single else np.float64)
    number = TensorProto.FLOAT if single else TensorProto.DOUBLE
    logits = _logits(graph, network)
    if network.output == "softmax":
        graph.node("Softmax", logits, to="probabilities", axis=1)
        graph.node("ArgMax", logits, to="classes", axis=1, keepdims=0, select_last_index=0)
        outputs = [
            helper.make_tensor_value_info("probabilities", number, ["n", network.sizes[-1]]),
            helper.make_tensor_value_info("classes", TensorProto.INT64, ["n"]),
        ]
    else:
        graph.node("Identity", logits, to="values")
        outputs = [helper.make_tensor_value_info("values", number, ["n", network.sizes[-1]])]
    onnx_graph = helper.make_graph(
        graph.nodes,
        "network",
        [helper.make_tensor_value_info("inputs", number, ["n", network.sizes[0]])],
        outputs,
        [numpy_helper.from_array(array, name) for name, array in graph.constants.items()],
    )
    model = helper.make_model(
        onnx_graph,
        opset_imports=[helper.make_opsetid("", OPERATORS)],
        ir_version=IR_VERSION,
        producer_name="koubai",
        producer_version=__version__,
        doc_string=repr(network),
    )
    about = {"koubai": __version__, "activation": network.activation, "output": network.output}
    if preparation is not None:
        check_fits(preparation, network)
        about["preparation"] = json.dumps(preparation.to_dict())
    helper.set_model_props(model, about)
    return model


def _logits(graph: Graph, network: Network) -> str:
    """The last layer's values, as ``core.network.forward`` has them."""
    values = "inputs"
    for number, layer in enumerate(network.layers, 1):
        if number > 1:
            values = getattr(onnx_activations, network.activations[number - 2].onnx)(graph, values)
        weights, bias = graph.constant(layer.weights, f"w{number}"), graph.constant(layer.bias, f"b{number}")
        values = graph.node("Add", graph.node("MatMul", values, weights), bias)
    return values
