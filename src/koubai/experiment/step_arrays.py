"""Steps as arrays by name, one row for each, and back; and arrays as bytes (safetensors)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load as deserialized
from safetensors.numpy import save as serialized

from koubai.arrays import digest
from koubai.core.array_types import Array, PyTree
from koubai.core.network import Layer, Network, parameters_in
from koubai.core.optimizers import optimizer_named
from koubai.core.precision import computing_in, dtype_of
from koubai.core.training import Step
from koubai.errors import InputError
from koubai.experiment.experiment import Experiment

FORMAT = 1  # of what is written here and in ``run_format``

AnyArray = NDArray[Any]  # of numbers of any type
NamedArrays = dict[str, AnyArray]


def arrays_of(steps: Sequence[Step]) -> NamedArrays:
    """Take Steps apart: ``number`` (n,), parameters w1 (n, …), b1, …, the optimizer's state, and the one random state."""
    arrays: NamedArrays = {"number": np.array([step.number for step in steps])}
    for layer in range(len(steps[0].parameters.layers)):
        for letter, field in (("w", "weights"), ("b", "bias")):
            arrays[f"{letter}{layer + 1}"] = _stacked([getattr(step.parameters.layers[layer], field) for step in steps])
    states = zip(*(_leaves(step.optimizer_state) for step in steps), strict=True)
    for index, leaves in enumerate(states):
        arrays[f"optimizer.{index}"] = np.stack([np.asarray(leaf) for leaf in leaves])
    return {**arrays, "random_state": steps[0].random_state}


def _stacked(arrays: Sequence[AnyArray]) -> AnyArray:
    """Do what ``np.stack`` does, for many small arrays in a fifth of the time."""
    return np.concatenate(arrays).reshape(len(arrays), *arrays[0].shape)


def steps_of(experiment: Experiment, arrays: NamedArrays, losses: NDArray[np.float64]) -> tuple[Step, ...]:
    """Put the Steps together that ``arrays_of`` took apart.

    Args:
        experiment: Whose Steps they are.
        arrays: The arrays by name.
        losses: (steps made + 1,), all of the run's.

    Returns:
        The Steps.

    Raises:
        InputError: The numbers don't rise from 0, or the arrays don't fit the experiment.
    """
    like = _like(experiment)
    names = list(like.parameters.arrays())
    leaves = _leaves(like.optimizer_state)
    if list(arrays["number"][:1]) != [0] or arrays["random_state"].shape != (2,) or arrays["random_state"].dtype != np.uint32:
        raise InputError("record-number", value=arrays["number"][:1])
    steps, previous = [], -1
    for row, number in enumerate(int(number) for number in arrays["number"]):
        if not previous < number < len(losses):
            raise InputError("record-number", value=number)
        parameters = {name: arrays[name][row] for name in names}
        state = [arrays[f"optimizer.{leaf}"][row] for leaf in range(len(leaves))]
        if not _alike([*parameters.values(), *state], [*like.parameters.arrays().values(), *leaves]):
            raise InputError("record-shape", value=number, network="-".join(map(str, experiment.problem.sizes)))
        layers = tuple(map(Layer, list(parameters.values())[::2], list(parameters.values())[1::2]))
        network = replace(like.parameters, layers=layers)
        since, recorded = losses[previous + 1 : number + 1], experiment.records(number)
        held = _state_of(state, like.optimizer_state)
        steps.append(Step(number, network, float(losses[number]), since, held, arrays["random_state"], recorded))
        previous = number
    return tuple(steps)


@dataclass(frozen=True)
class _Like:
    """The shapes and types of a Step's arrays."""

    parameters: Network
    optimizer_state: PyTree


def _like(experiment: Experiment) -> _Like:
    problem, dtype = experiment.problem, dtype_of(experiment.precision)
    options = tuple(experiment.optimizer_options.items())
    if experiment.engine == "numpy":
        network = problem.network(0).astype(dtype)
        return _Like(network, optimizer_named(experiment.optimizer).start_plain(parameters_in(problem.sizes), dtype, options))
    import jax

    like: Any = jax.ShapeDtypeStruct
    layers = tuple(Layer(like(shape, dtype), like(shape[1:], dtype)) for shape in pairwise(problem.sizes))
    parameters = Network(layers, problem.activation or "", problem.output)
    with computing_in(experiment.precision):
        return _Like(parameters, jax.eval_shape(lambda p: optimizer_named(experiment.optimizer).start(p, options), parameters))


def _is_plain(state: object) -> bool:
    """Tell whether an optimizer's state is the NumPy engine's, arrays in a tuple. The compiled engine's is a pytree of JAX."""
    return type(state) is tuple and all(isinstance(leaf, np.ndarray) for leaf in state)


def _leaves(state: PyTree) -> list[Array]:
    """List the arrays of an optimizer's state."""
    if _is_plain(state):
        return list(state)
    import jax

    leaves: list[Array] = jax.tree.leaves(state)
    return leaves


def _state_of(leaves: Sequence[Array], like: PyTree) -> PyTree:
    """Put these arrays into an optimizer's state of the structure of ``like``."""
    if _is_plain(like):
        return tuple(leaves)
    import jax

    structure: PyTree = jax.tree.structure(like)
    return structure.unflatten(leaves)


def _alike(arrays: Sequence[AnyArray], patterns: Sequence[Array]) -> bool:
    """Tell whether they have the shapes and types of the ``patterns``, and are finite."""
    same = all(given.shape == one.shape and given.dtype == one.dtype for given, one in zip(arrays, patterns, strict=True))
    return same and all(bool(np.isfinite(given).all()) for given in arrays)


def bytes_of(arrays: NamedArrays) -> bytes:
    """Write the arrays as safetensors, with a checksum of their own beside them for whoever takes the file elsewhere."""
    plain = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    sums = "".join(f"{name} {digest(plain[name])}\n" for name in sorted(plain))
    return serialized(plain, metadata={"koubai": json.dumps({"format": FORMAT, "sha256": sha256(sums.encode()).hexdigest()})})


def from_bytes(content: bytes) -> NamedArrays:
    """Read the arrays that ``bytes_of`` wrote. Whoever read the bytes has compared them with their checksum before."""
    arrays: NamedArrays = deserialized(content)
    return arrays


FEW, PLACES = ".few", ".places"  # how the two arrays are called that take the place of one with few distinct numbers
MANY = 2**12  # numbers from which it is worth while
AT_ONCE = 2**20


def compact(arrays: NamedArrays) -> NamedArrays:
    """Write arrays of at most 256 distinct numbers (pixels, classes) as these and a byte for each place: an eighth of it."""
    smaller: NamedArrays = {}
    for name, array in arrays.items():
        few = _distinct(array) if array.size >= MANY and array.dtype == np.float64 else None
        if few is None:
            smaller[name] = array
        else:
            smaller[name + FEW] = few.view(np.float64)
            smaller[name + PLACES] = _places(array, few)
    return smaller


def expanded(arrays: NamedArrays) -> NamedArrays:
    """Restore what ``compact`` made smaller."""
    restored: NamedArrays = {}
    for name, array in arrays.items():
        if name.endswith(PLACES):
            restored[name.removesuffix(PLACES)] = arrays[name.removesuffix(PLACES) + FEW][array]
        elif not name.endswith(FEW):
            restored[name] = array
    return restored


def _bits(array: AnyArray) -> NDArray[np.int64]:
    """View the numbers as integers, which tell 0.0 from -0.0, flat."""
    return np.ascontiguousarray(array).view(np.int64).ravel()


def _distinct(array: AnyArray) -> NDArray[np.int64] | None:
    """Find the distinct numbers of an array as sorted bits, (k,); None where there are more than 256."""
    bits, distinct = _bits(array), np.zeros(0, np.int64)
    for start in range(0, len(bits), AT_ONCE):
        some = bits[start : start + AT_ONCE]
        if len(distinct):
            some = some[distinct[np.minimum(np.searchsorted(distinct, some), len(distinct) - 1)] != some]
        if len(some) and len(np.unique(some[:MANY])) > 256:
            return None
        distinct = np.union1d(distinct, some)
        if len(distinct) > 256:
            return None
    return distinct


def _places(array: AnyArray, few: NDArray[np.int64]) -> NDArray[np.uint8]:
    bits = _bits(array)
    parts = [np.searchsorted(few, bits[start : start + AT_ONCE]).astype(np.uint8) for start in range(0, len(bits), AT_ONCE)]
    return np.concatenate(parts).reshape(array.shape)
