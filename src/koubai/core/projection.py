"""What pictures show: a network's answers over the plane, and over a plane through data of more features."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.core.network import Layer, Network

REGION = (-1.5, 1.5)  # the square of the decision region
FINE = np.linspace(*REGION, 301)  # along either axis, of a field that looks smooth
GRID = np.linspace(-1.0, 1.5, 26)  # the grid of points whose classes are marked, spaced 0.1


@dataclass(frozen=True, eq=False)
class Plane:
    """A network's answers over a grid: ``x`` (m,), ``y`` (n,), ``answers`` (n, m, outputs), row by row from the lowest y."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    answers: NDArray[np.floating]

    @property
    def lead(self) -> NDArray[np.floating]:
        """``lead`` of the answers, (n, m)."""
        return lead(self.answers)


def lead(answers: NDArray[np.floating]) -> NDArray[np.floating]:
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


def cell_centres(left: float, right: float, bottom: float, top: float, side: int) -> NDArray[np.float64]:
    """The middles of the cells of a grid over a rectangle, row by row from the highest y, (side², 2)."""
    steps = (np.arange(side) + 0.5) / side
    x, y = np.meshgrid(left + (right - left) * steps, top - (top - bottom) * steps)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def extent(points: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of a picture with ``points`` (n, 2): the region's square, or what is wide enough for them.

    Where the points spread in both directions about alike, it is a square, too.
    """
    if np.abs(points).max() <= REGION[1]:
        return (*REGION, *REGION)
    low, high = points.min(axis=0), points.max(axis=0)
    half = np.maximum(0.56 * (high - low), 1e-12 + 1e-6 * np.abs(high))  # with a margin
    half = np.full(2, half.max()) if half.max() <= 2 * half.min() else half
    middle = (low + high) / 2
    (left, bottom), (right, top) = (middle - half).tolist(), (middle + half).tolist()
    return left, right, bottom, top


@dataclass(frozen=True, eq=False)
class PlaneProjection:
    """A plane through the space of a network's inputs: ``origin`` (features,) and two ``axes`` (2, features).

    ``share``: that of the data's variance which lies in the plane.
    """

    origin: NDArray[np.float64]
    axes: NDArray[np.float64]
    share: float = 1.0

    def flat(self, inputs: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where ``inputs`` (n, features) lie in the plane, (n, 2), as seen at a right angle."""
        made: NDArray[np.float64] = (inputs - self.origin) @ self.axes.T
        return made

    def lifted(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """The inputs (n, features) that ``points`` (n, 2) of the plane stand for."""
        return self.origin + points @ self.axes

    def over(self, network: Network, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.floating]:
        """The network's answers at every (x, y) of the plane, (len(y), len(x), outputs)."""
        first = network.layers[0]  # which sees two coordinates only
        seen = Layer(self.axes @ first.weights, self.origin @ first.weights + first.bias)
        return plane(replace(network, layers=(seen, *network.layers[1:])), x, y).answers


def principal(inputs: NDArray[np.float64]) -> PlaneProjection:
    """The plane of the first two principal components of ``inputs`` (n, features ≥ 2); of two features the plane of both.

    K. Pearson, "On lines and planes of closest fit to systems of points in space", Philosophical Magazine 2 (1901). The sign
    of a component is such that its largest entry is positive.
    """
    if inputs.shape[1] == 2:
        return PlaneProjection(np.zeros(2), np.eye(2))
    origin = inputs.mean(axis=0)
    moved = inputs - origin
    if inputs.shape[1] > len(inputs) > 2:  # of so many features the rows' own products, which have the same variances
        variances, across = np.linalg.eigh(moved @ moved.T / len(inputs))
        axes = (moved.T @ across[:, [-1, -2]]).T
        lengths = np.linalg.norm(axes, axis=1, keepdims=True)
        axes = np.where(lengths > 0, axes / np.where(lengths > 0, lengths, 1), np.eye(2, inputs.shape[1]))
    else:
        variances, directions = np.linalg.eigh(moved.T @ moved / len(inputs))
        axes = directions[:, [-1, -2]].T
    axes = axes * np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])[:, None]
    total = float(variances.sum())
    return PlaneProjection(origin, axes, float(variances[-2:].sum()) / total if total else 1.0)
