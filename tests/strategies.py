"""Networks, data and step sizes for property-based tests. Shapes come from a short list, since each new one compiles."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from koubai.core.activations import ACTIVATIONS
from koubai.core.losses import LOSSES
from koubai.core.network import Network
from koubai.data import Dataset

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


@st.composite
def cases(draw: st.DrawFn, activations: tuple[str, ...] = tuple(ACTIVATIONS), least: float = 1e-6, most: float = 10.0) -> Case:
    """Ordinary numbers: normal weights, inputs with zeros, repeats and both signs."""
    sizes = draw(st.sampled_from(SIZES))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([0.1, 1.0, 3.0]))
    layers = [(random.normal(size=(a, b)) * scale / np.sqrt(a), random.normal(size=b) * scale) for a, b in pairwise(sizes)]
    rows = draw(st.sampled_from(ROWS))
    inputs = random.normal(size=(rows, sizes[0])) if draw(st.booleans()) else random.choice([-1.0, 0.0, 1.0], (rows, sizes[0]))
    return Case(
        Network.from_arrays(layers, activation=draw(st.sampled_from(activations))),
        _dataset(inputs, random.integers(0, sizes[-1], rows), sizes[-1]),
        draw(st.sampled_from(tuple(LOSSES))),
        10.0 ** draw(st.floats(np.log10(least), np.log10(most))),
    )


@st.composite
def dyadic_cases(draw: st.DrawFn) -> Case:
    """Small binary fractions: every pre-activation is computed without rounding, so that kinks are hit exactly."""
    sizes = draw(st.sampled_from(SIZES))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    layers = [(random.integers(-8, 9, (a, b)) / 8, random.integers(-4, 5, b) / 4) for a, b in pairwise(sizes)]
    rows = draw(st.sampled_from(ROWS))
    inputs = random.choice([-1.0, 0.0, 0.5, 1.0, 2.0], (rows, sizes[0]))
    return Case(
        Network.from_arrays(layers, activation=draw(st.sampled_from(("relu", "step", "identity")))),
        _dataset(inputs, random.integers(0, sizes[-1], rows), sizes[-1]),
        draw(st.sampled_from(tuple(LOSSES))),
        draw(st.sampled_from([0.125, 0.25, 0.5, 1.0])),
    )
