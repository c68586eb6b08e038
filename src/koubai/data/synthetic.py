"""Planar sets: points that a picture shows whole, within about ±1.5, in two or three classes, or each with a value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.data.preprocessing import Task
from koubai.errors import InputError

SAMPLES, LEAST, MOST = 300, 10, 1_000_000
MOST_NOISE = 100.0

Points = tuple[NDArray[np.float64], NDArray[Any]]  # (n, 2), and the class of each, int64, or its value (n,)


@dataclass(frozen=True)
class Planar:
    """How points are drawn (samples, noise, seed), and the noise by default, a standard deviation: of each coordinate, or,
    where ``classes`` is 0, of what is added to each value.

    The values are noisy and the points are not: then no network's mean squared distance from new values falls below noise²,
    and one that comes nearer to those that it is trained on has learned the noise.
    """

    draw: Callable[[int, float, int], Points]
    noise: float
    classes: int = 2

    @property
    def task(self) -> Task:
        """Whether the points have classes or values."""
        return "classify" if self.classes else "regress"


def planar(name: str, samples: Any, noise: Any, seed: int) -> Points:
    """``samples`` points of the set called ``name``: every class alike often, or points evenly spread, with values.

    InputError for numbers that can't be.
    """
    found = PLANAR[name]
    samples, noise = SAMPLES if samples is None else samples, found.noise if noise is None else noise
    if not isinstance(samples, (int, np.integer)) or isinstance(samples, bool) or not LEAST <= samples <= MOST:
        raise InputError("samples", value=samples, least=LEAST, most=MOST)
    number = isinstance(noise, (int, float, np.integer, np.floating)) and not isinstance(noise, bool)
    if not (number and 0 <= noise <= MOST_NOISE):
        raise InputError("noise", value=noise, most=MOST_NOISE)
    return found.draw(int(samples), float(noise), seed)


def _moons(samples: int, noise: float, seed: int) -> Points:
    from sklearn.datasets import make_moons

    size = 0.85  # of a moon's radius
    points, labels = make_moons(samples, noise=noise / size, random_state=seed)
    return (points - (0.5, 0.25)) * size, labels


def _circles(samples: int, noise: float, seed: int) -> Points:
    from sklearn.datasets import make_circles

    radius = 1.2
    points, labels = make_circles(samples, noise=noise / radius, factor=0.5, random_state=seed)
    return points * radius, labels


def _blobs(samples: int, noise: float, seed: int) -> Points:
    from sklearn.datasets import make_blobs

    centers = np.array([[-0.8, -0.5], [0.8, -0.5], [0.0, 0.8]])
    points, labels = make_blobs(samples, centers=centers, cluster_std=noise, random_state=seed)
    return points, labels


def _spirals(samples: int, noise: float, seed: int) -> Points:
    """Two arms of one and a half turns, each the other turned by half a turn."""
    random = np.random.RandomState(seed)
    labels = np.arange(samples) % 2
    along = np.sqrt(random.uniform(0.02, 1.0, samples))  # evenly along the arm, which grows longer outwards
    angle = 3 * np.pi * along + np.pi * labels
    points = 1.35 * along[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return points + random.normal(0.0, noise, points.shape), labels


def _checkerboard(samples: int, noise: float, seed: int) -> Points:
    """Four by four fields; class 1 has the corner at the lower left."""
    random = np.random.RandomState(seed)
    labels = np.arange(samples) % 2
    row, place = random.randint(0, 4, samples), random.randint(0, 2, samples)
    column = 2 * place + (row + labels + 1) % 2
    points = (np.stack([column, row], axis=1) + random.uniform(0.0, 1.0, (samples, 2)) - 2) * 0.7
    return points + random.normal(0.0, noise, points.shape), labels


def _plane(samples: int, noise: float, seed: int) -> Points:
    """A slope of 0.4 along x1 and 0.3 along x2: the very weights that a network without a hidden layer should find."""
    return _valued(lambda points: points @ np.array([0.4, 0.3]), samples, noise, seed)


def _bumps(samples: int, noise: float, seed: int) -> Points:
    """Six Gaussian bumps in two rows of three, three up and three down, each beside those of the other sign."""
    centers = np.array([[x1, x2] for x2 in (-0.6, 0.6) for x1 in (-0.9, 0.0, 0.9)])
    heights, width = np.array([1, -1, 1, -1, 1, -1]), 0.4

    def values(points: NDArray[np.float64]) -> NDArray[np.float64]:
        squares = ((points[:, None] - centers) ** 2).sum(axis=-1)
        found: NDArray[np.float64] = np.exp(-squares / (2 * width**2)) @ heights
        return found

    return _valued(values, samples, noise, seed)


def _valued(values: Callable[[NDArray[np.float64]], NDArray[np.float64]], samples: int, noise: float, seed: int) -> Points:
    """Points spread evenly over a square, and their values with noise."""
    random = np.random.RandomState(seed)
    points = random.uniform(-1.4, 1.4, (samples, 2))
    return points, values(points) + random.normal(0.0, noise, samples)


PLANAR = {
    "moons": Planar(_moons, 0.1),
    "circles": Planar(_circles, 0.08),
    "spirals": Planar(_spirals, 0.03),
    "blobs": Planar(_blobs, 0.25, classes=3),
    "checkerboard": Planar(_checkerboard, 0.0),
    "plane": Planar(_plane, 0.1, classes=0),
    "bumps": Planar(_bumps, 0.05, classes=0),
}
