"""What pictures show: a network's answers over the plane."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.core.network import Network

REGION = (-1.5, 1.5)  # the square of the decision region
FINE = np.linspace(*REGION, 301)  # along either axis, of a field that looks smooth
GRID = np.linspace(-1.0, 1.5, 26)  # the grid of points whose classes are marked, spaced 0.1


@dataclass(frozen=True, eq=False)
class Plane:
    """A network's answers over a grid: ``x`` (m,), ``y`` (n,), ``answers`` (n, m, outputs), row by row from the lowest y."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    answers: NDArray[np.floating[Any]]

    @property
    def lead(self) -> NDArray[np.floating[Any]]:
        """How far class 1 leads class 0, from 0 to 1: (1 + answer 1 - answer 0) / 2, (n, m); with softmax, P(class 1)."""
        if self.answers.shape[-1] == 1:
            return self.answers[..., 0]
        return (1 + self.answers[..., 1] - self.answers[..., 0]) / 2


def plane(network: Network, x: ArrayLike, y: ArrayLike) -> Plane:
    """The answers (probabilities, or values with an identity output) of a network of two inputs at every (x, y)."""
    xs, ys = np.asarray(x, np.float64), np.asarray(y, np.float64)
    points = np.stack([axis.ravel() for axis in np.meshgrid(xs, ys)], axis=1)
    answers = network.probabilities(points) if network.output == "softmax" else network.logits(points)
    return Plane(xs, ys, answers.reshape(len(ys), len(xs), -1))
