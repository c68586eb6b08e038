"""Planar sets lie within a picture, and are what their names say: points of classes, or with values."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koubai.data import SETS, load
from koubai.data.synthetic import PLANAR
from koubai.errors import InputError

CLASSED = [name for name, one in PLANAR.items() if one.task == "classify"]
VALUED = ["plane", "bumps"]


def test_their_tasks() -> None:
    assert [name for name in PLANAR if name not in CLASSED] == VALUED
    assert all(SETS[name].task == one.task for name, one in PLANAR.items())


@pytest.mark.parametrize("name", PLANAR)
def test_points_lie_within_the_picture(name: str) -> None:
    points, _ = PLANAR[name].draw(2000, None, 0)
    assert points.shape == (2000, 2)
    assert (np.abs(points) <= 1.5).all(axis=1).mean() > 0.995
    assert np.abs(points).max() < 2
    assert np.abs(points).max(axis=0).min() > 0.7  # and fill it


@pytest.mark.parametrize("name", CLASSED)
def test_every_class_is_alike_often(name: str) -> None:
    counts = np.bincount(PLANAR[name].draw(2000, None, 0)[1])
    assert (len(counts), counts.max() - counts.min() <= 1) == (PLANAR[name].classes, True)


@pytest.mark.parametrize("name", PLANAR)
def test_the_seed_and_the_noise_determine_them(name: str) -> None:
    def drawn(**options: Any) -> np.ndarray:
        parts = load(name, **options)
        assert parts.validation is not None
        assert parts.test is not None
        return np.concatenate([part.inputs for part in (parts.train, parts.validation, parts.test)])

    assert np.array_equal(drawn(), drawn())
    assert drawn().shape == (300, 2)
    assert drawn(samples=50).shape == (50, 2)
    assert not np.array_equal(drawn(), drawn(seed=1))
    quiet, loud = drawn(noise=0), drawn(noise=1.0)
    assert np.abs(quiet).max() < 1.5
    assert np.array_equal(quiet, loud) if name in VALUED else np.abs(loud).max() > 1.5


@given(st.sampled_from(VALUED), st.integers(10, 2000), st.floats(0.01, 1), st.floats(0.01, 1), st.integers(0, 2**32 - 1))
def test_values_are_the_surface_and_so_much_noise(name: str, samples: int, one: float, other: float, seed: int) -> None:
    points, values = PLANAR[name].draw(samples, one, seed)
    assert points.shape == (samples, 2)
    assert np.abs(points).max() <= 1.4
    x1, x2 = points.T
    if name == "plane":
        surface = 0.4 * x1 + 0.3 * x2
    else:
        places = [(-0.9, -0.6, 1), (0, -0.6, -1), (0.9, -0.6, 1), (-0.9, 0.6, -1), (0, 0.6, 1), (0.9, 0.6, -1)]
        surface = sum(height * np.exp(-((x1 - x) ** 2 + (x2 - y) ** 2) / 0.32) for x, y, height in places)
    assert np.abs(surface).max() <= 1
    np.testing.assert_allclose(PLANAR[name].draw(samples, 0.0, seed)[1], surface, atol=1e-12)
    again, louder = PLANAR[name].draw(samples, other, seed)
    assert np.array_equal(again, points)
    np.testing.assert_allclose((louder - surface) / other, (values - surface) / one, atol=1e-9)


@pytest.mark.parametrize("name", VALUED)
def test_the_noise_is_a_standard_deviation_of_values(name: str) -> None:
    noise = PLANAR[name].draw(100_000, 0.2, 0)[1] - PLANAR[name].draw(100_000, 0, 0)[1]
    assert abs(noise.std() - 0.2) < 0.002
    assert abs(noise.mean()) < 0.002


@pytest.mark.parametrize("name", VALUED)
def test_values_are_loaded_as_they_are(name: str) -> None:
    parts = load(name, seed=3, validation=0.1, test=0.3)
    assert parts.validation is not None
    assert parts.test is not None
    assert [len(part.inputs) for part in (parts.train, parts.validation, parts.test)] == [180, 30, 90]
    points, values = PLANAR[name].draw(None, None, 3)
    drawn = dict(zip(map(tuple, points.tolist()), values.tolist(), strict=True))
    for part in (parts.train, parts.validation, parts.test):
        assert (part.task, part.classes, part.feature_names, part.name) == ("regress", (), ("x1", "x2"), name)
        assert part.targets[:, 0].tolist() == [drawn[tuple(row)] for row in part.inputs.tolist()]
        assert part.preparation is not None
        assert part.preparation.values_of(part.targets).tolist() == part.targets.tolist()


def test_what_they_are() -> None:
    points, labels = PLANAR["circles"].draw(100, 0, 0)
    np.testing.assert_allclose(np.hypot(*points.T), np.where(labels == 0, 1.2, 0.6))
    points, labels = PLANAR["checkerboard"].draw(500, 0, 0)
    assert np.array_equal(labels, (np.floor(points / 0.7).sum(axis=1) + 1) % 2)
    points, labels = PLANAR["spirals"].draw(500, 0, 0)
    radius = np.hypot(*points.T)
    arm = np.arctan2(points[:, 1], points[:, 0]) - 3 * np.pi * radius / 1.35
    np.testing.assert_allclose(np.cos(arm), np.where(labels == 0, 1, -1), atol=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"samples": 9}, "number of samples is 9, but it must be a whole number from 10 to 1000000"),
        ({"samples": 10**7}, "samples is 10000000"),
        ({"samples": 50.0}, "samples is 50.0"),
        ({"samples": True}, "samples is True"),
        ({"noise": -0.1}, "noise is -0.1, but it must be a number from 0 to 100"),
        ({"noise": float("nan")}, "noise is nan"),
        ({"noise": float("inf")}, "noise is inf"),
        ({"noise": "much"}, "noise is much"),
        ({"target": "x1"}, "option target was given, but moons has no use for it"),
        ({"missing": "impute"}, "option missing was given"),
        ({"delimiter": ","}, "option delimiter was given"),
    ],
)
def test_options_that_can_not_be(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        load("moons", **options)


def test_the_picture_shows_the_data_as_they_are() -> None:
    train = load("moons").train
    assert train.preparation is not None
    assert train.feature_names == train.preparation.feature_names == ("x1", "x2")
    assert train.classes == train.preparation.target.classes == (0, 1)
    assert [(column.mean, column.scale) for column in train.preparation.columns] == [(0, 1), (0, 1)]  # type: ignore[union-attr]
