"""Networks, data and step sizes for property-based tests.

Every kind of network compiles a program of its own, which takes most of a test's time. So a test searches over the numbers of
about twelve kinds, in which each shape, activation and loss occurs; the same search in ``make soak`` takes ``every`` kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TypeVar

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from koubai.core.activations import ACTIVATIONS
from koubai.core.losses import LOSSES
from koubai.core.network import Network
from koubai.data import Dataset

search = settings(max_examples=2000, derandomize=False)  # of the tests of ``make soak``
KINDS = 12

Shape = TypeVar("Shape")
SIZES = [(2, 8, 2), (3, 2), (1, 3, 1), (4, 5, 3, 3), (2, 3, 2, 3, 2)]
ROWS = [1, 4]


@dataclass(frozen=True)
class Case:
    """A network, data that fit it, a loss and a step size."""

    network: Network
    data: Dataset
    loss: str
    h: float

    def __repr__(self) -> str:
        parts = [(layer.weights.tolist(), layer.bias.tolist()) for layer in self.network.layers]
        return (
            f"Case(Network.from_arrays({parts}, activation={self.network.activation!r}), "
            f"inputs={self.data.inputs.tolist()}, targets={self.data.targets.tolist()}, {self.loss!r}, h={self.h!r})"
        )


def _dataset(inputs: np.ndarray, labels: np.ndarray, outputs: int) -> Dataset:
    return Dataset(inputs, np.eye(outputs)[labels], tuple(range(outputs)), tuple(f"x{i}" for i in range(inputs.shape[1])))


def kinds(shapes: Sequence[Shape], activations: Sequence[str], *, every: bool) -> st.SearchStrategy[tuple[Shape, str, str]]:
    """A shape, an activation and a loss: of ``every`` combination, or of a few that were drawn so that each of them occurs."""
    if every:
        return st.sampled_from(list(product(shapes, activations, tuple(LOSSES))))
    count, random = max(KINDS, len(shapes), len(activations)), np.random.default_rng(0)
    each = [
        [values[index % len(values)] for index in random.permutation(count)] for values in (shapes, activations, tuple(LOSSES))
    ]
    return st.sampled_from(list(zip(*each, strict=True)))


@st.composite
def cases(
    draw: st.DrawFn,
    activations: tuple[str, ...] = tuple(ACTIVATIONS),
    least: float = 1e-6,
    most: float = 10.0,
    *,
    every: bool = False,
) -> Case:
    """Ordinary numbers: normal weights, inputs with zeros, repeats and both signs."""
    (sizes, rows), activation, loss = draw(kinds(list(product(SIZES, ROWS)), activations, every=every))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([0.1, 1.0, 3.0]))
    layers = [(random.normal(size=(a, b)) * scale / np.sqrt(a), random.normal(size=b) * scale) for a, b in pairwise(sizes)]
    inputs = random.normal(size=(rows, sizes[0])) if draw(st.booleans()) else random.choice([-1.0, 0.0, 1.0], (rows, sizes[0]))
    return Case(
        Network.from_arrays(layers, activation=activation),
        _dataset(inputs, random.integers(0, sizes[-1], rows), sizes[-1]),
        loss,
        10.0 ** draw(st.floats(np.log10(least), np.log10(most))),
    )


@st.composite
def dyadic_cases(draw: st.DrawFn, *, every: bool = False) -> Case:
    """Small binary fractions: every pre-activation is computed without rounding, so that kinks are hit exactly."""
    activations = ("relu", "step", "identity")
    (sizes, rows), activation, loss = draw(kinds(list(product(SIZES, ROWS)), activations, every=every))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    layers = [(random.integers(-8, 9, (a, b)) / 8, random.integers(-4, 5, b) / 4) for a, b in pairwise(sizes)]
    inputs = random.choice([-1.0, 0.0, 0.5, 1.0, 2.0], (rows, sizes[0]))
    return Case(
        Network.from_arrays(layers, activation=activation),
        _dataset(inputs, random.integers(0, sizes[-1], rows), sizes[-1]),
        loss,
        draw(st.sampled_from([0.125, 0.25, 0.5, 1.0])),
    )


# networks with enough inputs to each layer that curves are interpolated; every shape has one size of batch, since each compiles
CURVED = [
    ((24, 2), 340),
    ((40, 10), 41),
    ((20, 18, 3), 9),
    ((19, 1, 3), 4),
    ((17, 40, 5), 1),
    ((30, 20, 17, 4), 6),
    ((18, 17, 19, 18, 3), 7),
    ((17, 18, 17, 20, 17, 2), 5),
]


def _inputs(random: np.random.Generator, kind: str, shape: tuple[int, int]) -> np.ndarray:
    x = random.normal(size=shape)
    if kind == "sparse":
        x = random.uniform(size=shape) * (random.uniform(size=shape) < 0.3)
    elif kind == "repeats":
        x = random.choice([-1.0, -0.25, 0.0, 0.5, 1.0], shape)
    elif kind == "scales":
        x = x * 10.0 ** random.uniform(-4, 2, (1, shape[1]))
    elif kind == "outlier":
        x[random.integers(0, shape[0])] *= 300.0
    elif kind == "duplicates":
        x = x[random.integers(0, 1 + shape[0] // 3, shape[0])]
    return x


@st.composite
def curved_cases(
    draw: st.DrawFn,
    least: float = 1e-5,
    most: float = 10.0,
    shapes: list[tuple[tuple[int, ...], int]] = CURVED,
    *,
    every: bool = False,
) -> Case:
    """Networks before and after training, dead units, samples on kinks, and every kind of inputs."""
    (sizes, rows), activation, loss = draw(kinds(shapes, tuple(ACTIVATIONS), every=every))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([0.1, 1.0, 3.0]))
    exact = activation == "step" or draw(st.booleans())  # small binary fractions: kinks are hit without rounding
    kind = draw(st.sampled_from(["repeats"] if exact else ["normal", "sparse", "repeats", "scales", "outlier", "duplicates"]))
    inputs = _inputs(random, kind, (rows, sizes[0]))
    layers, values = [], inputs
    for a, b in pairwise(sizes):
        weights, bias = random.normal(size=(a, b)) * scale / np.sqrt(a), random.normal(size=b) * 0.3
        if exact:
            weights, bias = np.round(weights * 16) / 16, np.round(bias * 16) / 16
        before = values @ weights + bias
        if draw(st.booleans()) and (exact or activation != "step"):  # some units are 0 for some sample
            some = random.uniform(size=b) < 0.5
            bias = np.where(some, bias - before[random.integers(0, rows)], bias)
        if draw(st.integers(0, 4)) == 0:
            bias = np.where(random.uniform(size=b) < 0.3, -50.0, bias)  # dead
        layers.append((weights, bias))
        before = values @ weights + bias
        values = ACTIVATIONS[activation].apply(before, np)
    labels = before.argmax(axis=1) if draw(st.booleans()) else random.integers(0, sizes[-1], rows)  # learned, or not yet
    h = 10.0 ** draw(st.floats(np.log10(least), np.log10(most)))
    if exact:
        h = 2.0 ** np.round(np.log2(h))
    return Case(Network.from_arrays(layers, activation=activation), _dataset(inputs, labels, sizes[-1]), loss, float(h))


# small layers, evaluated at every point: wide ones behind them too; and how many rows, of which the last ones may not count
SMALL = [((2, 8, 2), 7, 0), ((3, 5, 4, 3), 6, 2), ((1, 3, 1), 4, 0), ((2, 3, 4, 3, 2), 5, 1), ((5, 18, 3), 4, 0)]
MIXED = ["relu,tanh,sigmoid", "softplus,gelu,sin", "step,leaky-relu,tanh", "tanh,relu,step"]


@dataclass(frozen=True)
class SmallCase(Case):
    """``beside``: so many of the last rows of the data don't count."""

    beside: int = 0


@st.composite
def small_cases(draw: st.DrawFn, *, every: bool = False) -> SmallCase:
    """From the first step to saturation: weights up to 20, logits that move by hundreds, every h from 1e-8 to 10."""
    (sizes, rows, beside), activation, loss = draw(kinds(SMALL, [*ACTIVATIONS, *MIXED], every=every))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    activation = ",".join(activation.split(",")[: len(sizes) - 2])
    scale = draw(st.sampled_from([0.1, 1.0, 3.0, 8.0, 20.0]))
    whole = draw(st.booleans())  # all weights of about that size, as in a network that is saturated
    layers = []
    for a, b in pairwise(sizes):
        weights = random.uniform(-1, 1, (a, b)) if whole else random.normal(size=(a, b)) / np.sqrt(a)
        layers.append((np.clip(weights * scale, -20, 20), random.normal(size=b) * scale))
    inputs = random.normal(size=(rows, sizes[0])) * draw(st.sampled_from([1.0, 1.0, 5.0]))
    network = Network.from_arrays(layers, activation=activation)
    labels = network.classify(inputs) if draw(st.booleans()) else random.integers(0, sizes[-1], rows)
    h = 10.0 ** draw(st.floats(-8, 1))
    return SmallCase(network, _dataset(inputs, labels, sizes[-1]), loss, float(h), beside)
