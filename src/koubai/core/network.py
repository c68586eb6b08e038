"""Network: dense layers and an activation, as frozen data: where JAX is loaded a pytree, whose leaves are the parameters."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from threading import Lock
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.arrays import check_finite, frozen_floats, is_jax_array, is_loaded, is_sealed, numeric_array, sealed
from koubai.core.activations import Activation, activations_in, activations_named, spelled
from koubai.core.array_types import Array, DType, Floats, Integers, Namespace
from koubai.core.initialization import init_named
from koubai.core.losses import softmax
from koubai.errors import InputError, memory_faults
from koubai.memory import check_memory

Output = Literal["softmax", "identity"]

_LARGEST = float(np.finfo(float).max)


@dataclass(frozen=True, eq=False)
class Layer:
    """One dense layer: ``weights`` (inputs, units) and ``bias`` (units,), read-only.

    Both are copied, float32 or float64 as they are, any other real numbers as float64; JAX's arrays are kept. InputError where
    they hold something else.
    """

    weights: Array
    bias: Array

    def __post_init__(self) -> None:
        _register_where_loaded()
        for name in ("weights", "bias"):
            object.__setattr__(self, name, _parameters(getattr(self, name), name))

    @classmethod
    def holding(cls, weights: Array, bias: Array) -> "Layer":
        """A Layer of these very objects, whatever they are: traced values, truth values, arrays that are moved in place."""
        layer = object.__new__(cls)
        object.__setattr__(layer, "weights", weights)
        object.__setattr__(layer, "bias", bias)
        return layer


def _parameters(values: Array, name: str) -> Array:
    if is_jax_array(values):  # which nobody can write to
        return values
    given = numeric_array(values, name, truths=False)
    if given.dtype in (np.float32, np.float64):
        return given if is_sealed(given) else sealed(given.copy())
    try:
        return sealed(np.array(given, dtype=np.float64))
    except (TypeError, ValueError, OverflowError) as error:  # an integer beyond the largest float
        raise InputError("not-numbers", name=name) from error


def _register_where_loaded() -> None:
    """Register networks with JAX where it is loaded; they are made without loading it."""
    if is_loaded("jax"):
        register_with_jax()


def register_with_jax() -> None:
    """Make networks pytrees of JAX, whose leaves are the parameters; once, whichever thread comes first."""
    with _registering:
        _register()


_registering = Lock()


@cache
def _register() -> None:
    from jax.tree_util import GetAttrKey, register_dataclass, register_pytree_with_keys

    # made from its leaves as they are, as JAX asks of what checks its fields
    register_pytree_with_keys(
        Layer,
        lambda layer: (((GetAttrKey("weights"), layer.weights), (GetAttrKey("bias"), layer.bias)), None),
        lambda _, leaves: Layer.holding(*leaves),
        lambda layer: ((layer.weights, layer.bias), None),
    )
    register_dataclass(Network, data_fields=["layers"], meta_fields=["activation", "output"])


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """A dense network. The activation follows every layer but the last; the last layer's values are the logits.

    ``activation`` is that of all hidden layers, or names one for each, separated by commas: "relu,tanh".
    ``output`` says what an answer is: "softmax" (probabilities over classes; a prediction is a class) or "identity" (a
    prediction is the values themselves). A gradient has this structure too, slopes in the places of the parameters.
    """

    layers: tuple[Layer, ...]
    activation: str = "relu"
    output: Output = "softmax"

    def __post_init__(self) -> None:
        _register_where_loaded()

    @classmethod
    def random(
        cls,
        sizes: Sequence[int],
        *,
        activation: str = "relu",
        init: str = "normal",
        scale: float | None = None,
        seed: int = 0,
        output: Output = "softmax",
    ) -> "Network":
        """Return a network at its start: weights are standard normals × a spread × ``scale``, biases zero.

        Args:
            sizes: The numbers of inputs, of units of every hidden layer, and of outputs.
            activation: One name, or several, one for each hidden layer, separated by commas.
            init: The spread: "normal" has 1; "xavier" √(2/(inputs + units)) of the layer (X. Glorot and Y. Bengio, AISTATS
                2010); "he" √(2/inputs) (K. He et al., ICCV 2015).
            scale: By default 0.1 for "normal", 1 for the others.
            seed: From 0 to 2³² - 1: the normals come from ``numpy.random.RandomState(seed)`` in the order of the layers.
            output: "softmax" or "identity".

        Raises:
            InputError: Where a name, a size, the scale or the seed can't be.

        Example:
            >>> import koubai as kb
            >>> kb.Network.random([2, 8, 2], seed=0)
            Network(2-8-2, relu, softmax)
        """
        how = init_named(init)
        scale = how.scale if scale is None else scale
        sizes = _checked_sizes(sizes)
        number = isinstance(scale, (int, float, np.integer, np.floating)) and not isinstance(scale, bool)
        if not (number and 0 <= scale <= _LARGEST):
            raise InputError("scale", value=scale)
        if isinstance(seed, bool) or not (isinstance(seed, (int, np.integer)) and 0 <= seed < 2**32):
            raise InputError("seed", value=seed)
        check_memory(2 * 8 * sum(inputs * units for inputs, units in pairwise(map(int, sizes))))  # they are copied once
        normals = np.random.RandomState(seed)
        with memory_faults():
            return cls.from_arrays(
                [
                    (normals.standard_normal(shape) * (how.spread(*shape) * scale), np.zeros(shape[1]))
                    for shape in pairwise(sizes)
                ],
                activation=activation,
                output=output,
            )

    @classmethod
    def from_arrays(
        cls,
        layers: Iterable[tuple[ArrayLike, ArrayLike]],
        *,
        activation: str = "relu",
        output: Output = "softmax",
    ) -> "Network":
        """Return a network of the given arrays, which are copied as float64.

        Args:
            layers: A pair ``(weights, bias)`` for each: (inputs, units) and (units,), all finite.
            activation: One name, or several, one for each hidden layer, separated by commas.
            output: "softmax" or "identity".

        Raises:
            InputError: Where the shapes don't follow each other, a number isn't finite, a name is unknown, or there are more
                or fewer of them than hidden layers.

        Example:
            >>> import koubai as kb
            >>> network = kb.Network.from_arrays([([[1.0, -1.0]], [0.0, 0.5])])
            >>> network.predict([[-1.0], [1.0]])
            array([1, 0])
        """
        if not isinstance(output, str) or output not in ("softmax", "identity"):
            raise InputError("output", value=output)
        checked: list[Layer] = []
        for number, pair in enumerate(_listed(layers), 1):
            if not isinstance(pair, Sequence) or isinstance(pair, (str, bytes)) or len(pair) != 2:
                raise InputError("layer-pairs", layer=number, value=pair)
            weights, bias = pair
            w, b = frozen_floats(weights, f"w{number}"), frozen_floats(bias, f"b{number}")
            if w.ndim != 2 or b.shape != w.shape[1:] or 0 in w.shape:
                raise InputError("layer-shape", layer=number, weights=w.shape, bias=b.shape)
            if checked and checked[-1].bias.shape[0] != w.shape[0]:
                raise InputError("layer-chain", layer=number, inputs=w.shape[0], units=checked[-1].bias.shape[0])
            checked.append(Layer(w, b))
        if not checked:
            raise InputError("no-layers")
        return cls(tuple(checked), spelled(activation, len(checked) - 1), output)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of inputs, of units of every hidden layer, and of outputs."""
        return (self.layers[0].weights.shape[0], *(layer.weights.shape[1] for layer in self.layers))

    @property
    def activations(self) -> tuple[Activation, ...]:
        """The activation of every hidden layer."""
        return activations_named(self.activation, len(self.layers) - 1)

    def after(self, number: int) -> "Network":
        """Return what follows the activation of hidden layer ``number`` (from 0): the layers behind, and their activations.

        Nothing follows the last layer: a network without layers.
        """
        names = [activation.name for activation in activations_in(self.activation)]
        names_behind = names[number + 1 :] or names[-1:]  # the name of all is left, and where no hidden layer is, any does
        return replace(self, layers=self.layers[number + 1 :], activation=spelled(names_behind, len(names_behind)))

    def logits(self, inputs: ArrayLike) -> Floats:
        """Return the last layer's values.

        Args:
            inputs: (features,) or (n, features).

        Returns:
            (outputs,) or (n, outputs), in the precision of the network.

        Raises:
            InputError: Where the inputs are of another shape, or not all finite numbers.
        """
        given, kind = numeric_array(inputs, "inputs"), self.layers[0].weights.dtype
        if given.ndim not in (1, 2) or given.shape[-1] != self.sizes[0]:
            raise InputError("inputs-shape", shape=given.shape, features=self.sizes[0])
        try:
            with np.errstate(over="ignore"):  # such a number isn't finite then
                x = np.asarray(given, dtype=kind if np.issubdtype(kind, np.floating) else np.float64)
        except OverflowError as error:
            raise InputError("not-numbers", name="inputs") from error
        check_finite(x, "inputs")
        with np.errstate(over="ignore", invalid="ignore"):  # weights beyond all measure answer inf or nan
            values: Floats = forward(self, x, np)
        return values

    def probabilities(self, inputs: ArrayLike) -> Floats:
        """Softmax of the logits, of the same shape; each row sums to 1."""
        with np.errstate(over="ignore", invalid="ignore"):
            p: Floats = softmax(self.logits(inputs), np)
        return p

    def answers(self, inputs: ArrayLike) -> Floats:
        """What the output says: probabilities for a softmax output, the values for an identity output."""
        return self.probabilities(inputs) if self.output == "softmax" else self.logits(inputs)

    def predict(self, inputs: ArrayLike) -> Floats | Integers:
        """Return what the network says of each row.

        Args:
            inputs: (n, features), or one point, (features,).

        Returns:
            Class numbers, (n,), for a softmax output, the first of those with equal probabilities; the values, (n, outputs),
            for an identity output. For one point: () or (outputs,).

        Raises:
            InputError: As ``logits``.
        """
        return self.classify(inputs) if self.output == "softmax" else self.logits(inputs)

    def classify(self, inputs: ArrayLike) -> Integers:
        """The class with the largest logit, whatever the output is: (features,) -> (), or (n, features) -> (n,)."""
        return np.asarray(self.logits(inputs).argmax(axis=-1))

    def astype(self, dtype: DType) -> "Network":
        """The same network with NumPy arrays of ``dtype``, float32 or float64: InputError for any other."""
        try:
            kind = np.dtype(dtype)
        except Exception as error:  # whatever a foreign object says when it is asked for its type
            raise InputError("network-type", value=dtype) from error
        if dtype is None or kind not in (np.float32, np.float64):
            raise InputError("network-type", value=dtype)
        cast = tuple(Layer.holding(_cast(layer.weights, kind), _cast(layer.bias, kind)) for layer in self.layers)
        return replace(self, layers=cast)

    def arrays(self) -> dict[str, Array]:
        """The parameters by name, in the order in which they are measured: w1, b1, w2, b2, …"""
        return {
            name: array
            for number, layer in enumerate(self.layers, 1)
            for name, array in ((f"w{number}", layer.weights), (f"b{number}", layer.bias))
        }

    def __repr__(self) -> str:
        return f"Network({'-'.join(map(str, self.sizes))}, {self.activation}, {self.output})"


def _listed(layers: Iterable[object]) -> list[object]:
    try:
        return [] if isinstance(layers, (str, bytes, Mapping, Set)) else list(layers)
    except TypeError as error:
        raise InputError("layer-list", value=layers) from error


def _cast(array: Array, kind: DType) -> Floats:
    given = np.asarray(array)
    return sealed(given if given.dtype == kind and is_sealed(given) else np.array(given, kind))


def _checked_sizes(sizes: Any) -> tuple[int, ...]:
    several = isinstance(sizes, Sequence) or (isinstance(sizes, np.ndarray) and sizes.ndim == 1)
    listed = list(sizes) if several and not isinstance(sizes, (str, bytes)) else [sizes]
    whole = all(isinstance(size, (int, np.integer)) and not isinstance(size, (bool, np.timedelta64)) for size in listed)
    if len(listed) < 2 or not whole or min(listed) < 1:
        raise InputError("sizes", value=listed)
    return tuple(int(size) for size in listed)


def forward_rowwise(network: Network, inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logits of ``inputs`` (n, features), each row's summed in the same order whatever other rows there are.

    A product of matrices may order its sums by how many rows it has, so that the last bits depend on them; it is faster.
    """
    activations = network.activations
    values = inputs
    for number, layer in enumerate(network.layers):
        if number > 0:
            values = activations[number - 1].apply(values, np)
        sums = np.broadcast_to(np.asarray(layer.bias, np.float64), (len(values), len(layer.bias))).copy()
        for column, weights in zip(values.T, layer.weights, strict=True):
            sums += column[:, None] * weights
        values = sums
    return values


def forward(network: Network, inputs: Array, xp: Namespace) -> Array:
    """The logits of ``inputs`` (…, features) -> (…, outputs), computed with ``xp`` (``numpy`` or ``jax.numpy``)."""
    activations = network.activations
    values = inputs
    for number, layer in enumerate(network.layers):
        if number > 0:
            values = activations[number - 1].apply(values, xp)
        values = values @ layer.weights + layer.bias
    return values


def parameters_in(sizes: Sequence[int]) -> int:
    """How many weights and biases a network of these sizes has."""
    return sum((inputs + 1) * units for inputs, units in pairwise(sizes))
