"""Stepping units with many inputs: one evaluation for each sample and unit, and the loop's decisions at the kink."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.slopes.test_response import assert_is_the_loop
from tests.strategies import Case, search

from koubai.core.network import Network
from koubai.core.slopes.measurement import slopes
from koubai.data import Dataset

NETWORKS = [((17, 18, 3), "step"), ((20, 18, 17, 4), "tanh,step"), ((20, 18, 17, 4), "step,relu")]


@st.composite
def stepping_cases(draw: st.DrawFn) -> Case:
    """Small binary fractions: pre-activations, and what they are shifted by, are computed without rounding; many meet 0."""
    sizes, activation = draw(st.sampled_from(NETWORKS))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    layers = [(random.integers(-4, 5, (a, b)) / 8, random.integers(-4, 5, b) / 8) for a, b in pairwise(sizes)]
    inputs = random.integers(-40, 41, (6, sizes[0])) / 16
    data = Dataset.from_arrays(inputs, np.resize(np.arange(sizes[-1]), 6))
    loss = draw(st.sampled_from(("cross-entropy", "squared")))
    return Case(Network.from_arrays(layers, activation=activation), data, loss, draw(st.sampled_from([0.125, 0.25, 0.5, 2.0])))


@pytest.mark.long
@settings(max_examples=25)
@given(stepping_cases())
def test_stepping_units_decide_as_the_loop_does(case: Case) -> None:
    assert_is_the_loop(case)


@pytest.mark.slow
@search
@given(stepping_cases())
def test_stepping_units_decide_as_the_loop_does_long(case: Case) -> None:
    assert_is_the_loop(case)


def test_a_pre_activation_that_is_moved_to_exactly_its_kink() -> None:
    """z = 1/2 and h·a = 1/2 meet 0, which counts as below; z = -1/2 is moved to 0, and stays below."""
    inputs = np.tile(np.arange(17) / 64, (2, 1))
    inputs[:, 0] = [1.0, -1.0]
    weights = np.zeros((17, 2))
    weights[0] = 0.5
    network = Network.from_arrays([(weights, [0.0, 0.0]), ([[1.0, -1.0], [0.5, 0.25]], [0.0, 0.0])], activation="step")
    case = Case(network, Dataset.from_arrays(inputs, [0, 1]), "cross-entropy", 0.5)
    assert_is_the_loop(case)
    measure = slopes("central", h=0.5)
    _, gradient = measure(case.network, case.data)
    assert measure.report[0].points == measure.report[0].pairs
    lifted = gradient.layers[0].weights.any(axis=1)
    assert lifted[0]
    assert not lifted[1:].any()  # they move it by less than 1/2


def test_one_point_of_each_curve_is_evaluated() -> None:
    network = Network.random([784, 30, 4], activation="step", init="he")
    measure = slopes("central", h=0.3)
    measure(network, Dataset.from_arrays(np.random.default_rng(0).normal(size=(4, 784)), [0, 1, 2, 3]))
    first = measure.report[0]
    assert not first.interpolated
    assert first.points == first.pairs == 4 * 30
