"""What pictures show: a network's answers over the plane."""

from collections.abc import Sequence
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
        """``lead`` of the answers, (n, m)."""
        return lead(self.answers)


def lead(answers: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """How far class 1 leads class 0: (1 + answer 1 - answer 0) / 2, which with softmax is the probability of class 1.

    (…, outputs) -> (…,). A single output is its own lead.
    """
    if answers.shape[-1] == 1:
        return answers[..., 0]
    with np.errstate(over="ignore", invalid="ignore"):
        return (1 + answers[..., 1] - answers[..., 0]) / 2


def plane(network: Network, x: ArrayLike, y: ArrayLike, *, further: Sequence[float] = ()) -> Plane:
    """The answers of a network at every (x, y); its inputs after the first two are ``further``, the same everywhere."""
    xs, ys = np.asarray(x, np.float64), np.asarray(y, np.float64)
    points = np.stack([axis.ravel() for axis in np.meshgrid(xs, ys)], axis=1)
    points = np.hstack([points, np.broadcast_to(np.asarray(further, np.float64), (len(points), len(further)))])
    return Plane(xs, ys, network.answers(points).reshape(len(ys), len(xs), -1))
