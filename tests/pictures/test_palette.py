"""The looks of classes are told apart, by eyes that lack a kind of cones too."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from koubai.pictures.palette import COLOURS, FIELDS, MARKERS, UNDECIDED, colour_of, marker_of, shaded, thinned
from koubai.pictures.theme import class_colormap

# Machado, Oliveira, Fernandes, "A physiologically-based model for simulation of color vision deficiency" (2009), severity 1
EYES = {
    "all cones": np.eye(3),
    "without red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "without green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}


def lab(colour: str, eyes: str) -> NDArray[np.float64]:
    """CIE Lab under D65."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(EYES[eyes]) @ linear, 0, 1)
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
    x, y, z = np.cbrt(to_xyz @ seen / [0.95047, 1, 1.08883])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", EYES)
def test_all_eyes_tell_the_colours_apart(eyes: str) -> None:
    nearest = min(np.linalg.norm(lab(one, eyes) - lab(other, eyes)) for one, other in combinations(COLOURS, 2))
    assert nearest > 20
    assert min(np.linalg.norm(lab(one, eyes) - lab(other, eyes)) for one, other in combinations(FIELDS, 2)) > 5


def test_a_hundred_classes_look_different() -> None:
    assert len(COLOURS) == len(FIELDS) == len(MARKERS) == 10
    assert len({(colour_of(number), marker_of(number)) for number in range(100)}) == 100
    assert len({marker_of(number) for number in range(10)}) == 10


@given(st.floats(0, 1))
def test_two_classes_have_the_colours_of_the_region(probability: float) -> None:
    answer = int(probability > 0.5)
    (colour,) = shaded(np.array([answer]), np.array([max(probability, 1 - probability)]), 2)
    assert np.abs(colour / 255 - np.array(class_colormap()(probability)[:3])).max() < 0.01


@given(st.integers(2, 100), st.integers(0, 99), st.floats(0, 1))
def test_the_surer_the_farther_from_white(classes: int, answer: int, sure: float) -> None:
    answers = np.full(3, answer % classes)
    pale, some, full = shaded(answers, np.array([1 / classes, sure, 1.0]), classes)
    assert np.abs(pale / 255 - to_rgb(UNDECIDED)).max() < 0.005
    assert np.abs(full / 255 - to_rgb(FIELDS[answers[0] % 10])).max() < 0.005
    assert (some <= np.maximum(pale, full)).all()
    assert (some >= np.minimum(pale, full)).all()
    assert np.array_equal(shaded(answers[:1], np.array([np.nan]), classes)[0], pale)


@given(st.integers(1, 5000), st.integers(1, 300))
def test_thinning_is_even(count: int, most: int) -> None:
    shown = thinned(count, most)
    assert len(shown) == min(count, most)
    gaps = [b - a for a, b in pairwise(shown)]
    assert all(0 < gap <= -(-count // max(1, most - 1)) + 1 for gap in gaps)


def test_every_kind_keeps_its_share() -> None:
    kinds = np.arange(6001) % 2  # every second row: taking every second one would leave one class
    shown = thinned(6001, 3001, kinds)
    assert np.abs(np.bincount(kinds[shown]) - 1500).max() <= 1
    assert np.array_equal(shown, np.sort(shown))
