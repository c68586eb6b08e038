"""Planar sets: points that a picture shows whole, within about ±1.5, in two or three classes, or each with a value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.data.load_options import SPLIT_OPTIONS, LoadOptions
from koubai.data.named_set import NamedSet
from koubai.data.prepared_rows import PreparedRows, Splits, one_hot, split_rows
from koubai.data.preprocessing import Target
from koubai.errors import InputError

SAMPLES, LEAST, MOST = 300, 10, 1_000_000
MOST_NOISE = 100.0

Floats = NDArray[np.float64]
Points = tuple[Floats, NDArray[Any]]  # (n, 2), and the class of each, int64, or its value, float64, (n,)
Generate = Callable[[int, float, int], Points]


@dataclass(frozen=True, kw_only=True)
class PlanarSet(NamedSet):
    """A set whose points are drawn by chance.

    ``noise`` is a standard deviation: of each coordinate, or, where the points have values, of what is added to each value.
    The values are noisy and the points are not: then no network's mean squared distance from new values falls below noise²,
    and one that comes nearer to those that it is trained on has learned the noise.

    Attributes:
        generate: The function that draws the points from the number of samples, the noise and the seed.
    """

    generate: Generate
    noise: float = 0.0

    def draw(self, samples: int | None, noise: float | None, seed: int) -> Points:
        """Draw ``samples`` points: every class alike often, or points evenly spread, with values.

        Raises:
            InputError: A number can't be.
        """
        samples, noise = self.rows if samples is None else samples, self.noise if noise is None else noise
        if not isinstance(samples, (int, np.integer)) or isinstance(samples, bool) or not LEAST <= samples <= MOST:
            raise InputError("samples", value=samples, least=LEAST, most=MOST)
        number = isinstance(noise, (int, float, np.integer, np.floating)) and not isinstance(noise, bool)
        if not (number and 0 <= noise <= MOST_NOISE):
            raise InputError("noise", value=noise, most=MOST_NOISE)
        return self.generate(int(samples), float(noise), seed)

    def _splits(self, options: LoadOptions) -> Splits:
        points, answers = self.draw(options.samples, options.noise, options.seed)
        if self.task == "regress":
            targets, labels = answers[:, None], None
            target = Target("value", "regress", (), (0.0,), (1.0,))
        else:
            targets, labels = one_hot(answers, self.classes), answers
            target = Target("class", "classify", tuple(range(self.classes)))
        rows = PreparedRows.scaled(points, targets, ("x1", "x2"), target, self.name)
        return rows.splits(split_rows(len(points), labels, options))


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
    """Draw two arms of one and a half turns, each the other turned by half a turn."""
    random = np.random.RandomState(seed)
    labels = np.arange(samples) % 2
    along = np.sqrt(random.uniform(0.02, 1.0, samples))  # evenly along the arm, which grows longer outwards
    angle = 3 * np.pi * along + np.pi * labels
    points = 1.35 * along[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return points + random.normal(0.0, noise, points.shape), labels


def _checkerboard(samples: int, noise: float, seed: int) -> Points:
    """Draw four by four fields; class 1 has the corner at the lower left."""
    random = np.random.RandomState(seed)
    labels = np.arange(samples) % 2
    row, pair = random.randint(0, 4, samples), random.randint(0, 2, samples)
    column = 2 * pair + (row + labels + 1) % 2
    points = (np.stack([column, row], axis=1) + random.uniform(0.0, 1.0, (samples, 2)) - 2) * 0.7
    return points + random.normal(0.0, noise, points.shape), labels


def _plane(samples: int, noise: float, seed: int) -> Points:
    """Draw a slope of 0.4 along x1 and 0.3 along x2: the weights that a network without a hidden layer should find."""
    return _with_values(lambda points: points @ np.array([0.4, 0.3]), samples, noise, seed)


def _bumps(samples: int, noise: float, seed: int) -> Points:
    """Draw six Gaussian bumps in two rows of three, three up and three down, each beside those of the other sign."""
    centers = np.array([[x1, x2] for x2 in (-0.6, 0.6) for x1 in (-0.9, 0.0, 0.9)])
    heights, width = np.array([1, -1, 1, -1, 1, -1]), 0.4

    def values(points: Floats) -> Floats:
        squares = ((points[:, None] - centers) ** 2).sum(axis=-1)
        return np.asarray(np.exp(-squares / (2 * width**2)) @ heights)

    return _with_values(values, samples, noise, seed)


def _with_values(values: Callable[[Floats], Floats], samples: int, noise: float, seed: int) -> Points:
    """Draw points spread evenly over a square, and their values with noise."""
    random = np.random.RandomState(seed)
    points = random.uniform(-1.4, 1.4, (samples, 2))
    return points, values(points) + random.normal(0.0, noise, samples)


def _planar(
    name: str, description: str, generate: Callable[[int, float, int], Points], noise: float, classes: int
) -> PlanarSet:
    return PlanarSet(
        name=name,
        kind="planar",
        description=description,
        rows=SAMPLES,
        features=2,
        classes=classes,
        options=("samples", "noise", *SPLIT_OPTIONS),
        noise=noise,
        generate=generate,
    )


PLANAR: dict[str, PlanarSet] = {
    one.name: one
    for one in (
        _planar("moons", "list-set-moons", _moons, 0.1, 2),
        _planar("circles", "list-set-circles", _circles, 0.08, 2),
        _planar("spirals", "list-set-spirals", _spirals, 0.03, 2),
        _planar("blobs", "list-set-blobs", _blobs, 0.25, 3),
        _planar("checkerboard", "list-set-checkerboard", _checkerboard, 0.0, 2),
        _planar("plane", "list-set-plane", _plane, 0.1, 0),
        _planar("bumps", "list-set-bumps", _bumps, 0.05, 0),
    )
}
