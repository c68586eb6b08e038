"""Steps as arrays by name, one row for each, and back; and arrays as bytes (safetensors)."""

import json
from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load as deserialized
from safetensors.numpy import save as serialized

from koubai.arrays import digest
from koubai.core.descent import rule_named
from koubai.core.network import Layer, Network
from koubai.core.precision import computing_in, dtype_of
from koubai.core.training import Step
from koubai.errors import InputError
from koubai.experiment.definition import Experiment

FORMAT = 1  # of what is written here and in ``format``

Arrays = dict[str, NDArray[Any]]


def arrays_of(steps: Sequence[Step]) -> Arrays:
    """``steps`` as arrays: their ``number`` (n,), parameters w1 (n, …), b1, …, optimiser's state, and the one random state."""
    arrays: Arrays = {"number": np.array([step.number for step in steps])}
    parameters = [step.parameters.arrays() for step in steps]
    for name in parameters[0]:
        arrays[name] = np.stack([own[name] for own in parameters])
    states = [jax.tree.leaves(step.optimizer_state) for step in steps]
    for place in range(len(states[0])):
        arrays[f"optimizer.{place}"] = np.stack([np.asarray(leaves[place]) for leaves in states])
    return {**arrays, "random_state": steps[0].random_state}


def steps_of(experiment: Experiment, arrays: Arrays, losses: NDArray[np.float64]) -> tuple[Step, ...]:
    """The Steps that ``arrays_of`` took apart; ``losses`` (steps made + 1,) are all of the run's.

    InputError where the numbers don't rise from 0 or the arrays don't fit the experiment.
    """
    problem = experiment.problem
    sizes, output = problem.sizes, problem.output
    wanted = list(pairwise(sizes))
    structure: Any = None
    steps, before = [], -1
    for place, number in enumerate(int(number) for number in arrays["number"]):
        if not before < number < len(losses) or (place == 0) != (number == 0):
            raise InputError("record-number", value=number)
        layers = tuple(Layer(arrays[f"w{i}"][place], arrays[f"b{i}"][place]) for i in range(1, len(sizes)))
        given = [(layer.weights.shape, layer.bias.shape, layer.weights.dtype, layer.bias.dtype) for layer in layers]
        dtype = np.dtype(dtype_of(experiment.precision))
        if given != [(shape, shape[1:], dtype, dtype) for shape in wanted]:
            raise InputError("record-shape", value=number, network="-".join(map(str, sizes)))
        parameters = Network(layers, problem.activation or "", output)
        structure = structure or _structure(experiment, parameters)
        state = structure.unflatten([arrays[f"optimizer.{leaf}"][place] for leaf in range(structure.num_leaves)])
        since, recorded = losses[before + 1 : number + 1], experiment.records(number)
        steps.append(Step(number, parameters, float(losses[number]), since, state, arrays["random_state"], recorded))
        before = number
    return tuple(steps)


def _structure(experiment: Experiment, parameters: Network) -> Any:
    """Of the optimiser's state."""
    options = tuple(experiment.optimizer_options.items())
    with computing_in(experiment.precision):
        return jax.tree.structure(
            jax.eval_shape(lambda start: rule_named(experiment.optimizer).start(start, options), parameters)
        )


def bytes_of(arrays: Arrays) -> bytes:
    """The arrays as safetensors, with a checksum of their own beside them for whoever takes the file elsewhere."""
    plain = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    sums = "".join(f"{name} {digest(plain[name])}\n" for name in sorted(plain))
    return serialized(plain, metadata={"koubai": json.dumps({"format": FORMAT, "sha256": sha256(sums.encode()).hexdigest()})})


def from_bytes(content: bytes) -> Arrays:
    """The arrays that ``bytes_of`` wrote. Whoever read the bytes has compared them with their checksum before."""
    arrays: Arrays = deserialized(content)
    return arrays
