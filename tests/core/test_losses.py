"""Losses: the definitions, extreme magnitudes, and the shortcut for one moved logit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koubai.core.losses import LOSSES, loss_named, softmax
from koubai.errors import InputError


def test_cross_entropy_is_its_definition() -> None:
    logits, targets = np.array([[1.0, 2.0, 0.5], [0.0, 0.0, 0.0]]), np.eye(3)[[2, 0]]
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = [-np.log(p[0, 2] + 1e-7), -np.log(1 / 3 + 1e-7)]
    np.testing.assert_allclose(LOSSES["cross-entropy"].rows(logits, targets, np), expected, rtol=1e-15)


def test_squared_error_is_half_the_sum_of_squares() -> None:
    rows = LOSSES["squared"].rows(np.array([[1.0, 3.0]]), np.array([[0.5, 1.0]]), np)
    assert rows.tolist() == [0.5 * (0.25 + 4.0)]


def test_softmax_never_overflows() -> None:
    p = softmax(np.array([[1e4, -1e4], [-1e300, 1e300], [5.0, 5.0]]), np)
    assert p.tolist() == [[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]
    assert softmax(np.array([0.0, 0.0]), np).tolist() == [0.5, 0.5]  # one point


@pytest.mark.parametrize("name", LOSSES)
@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([0.1, 3.0, 300.0, 2000.0, 1e150]), outputs=st.integers(1, 5))
def test_one_moved_logit_costs_what_moving_it_costs(name: str, seed: int, scale: float, outputs: int) -> None:
    random, loss, n = np.random.default_rng(seed), LOSSES[name], 3
    logits, shift = random.normal(size=(n, outputs)) * scale, random.normal(size=(2, n)) * scale
    targets = np.eye(outputs)[random.integers(0, outputs, n)]
    expected = np.empty((2, n, outputs))
    for column in range(outputs):
        for m in range(2):
            moved = logits.copy()
            moved[:, column] += shift[m]
            expected[m, :, column] = loss.rows(moved, targets, np)
    with np.errstate(over="ignore", invalid="ignore"):
        measured = loss.moved(logits, targets, shift, np)
    np.testing.assert_allclose(measured, expected, rtol=1e-9, atol=min(1e-9, 1e-14 * max(1.0, scale)))


def test_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'squared'"):
        loss_named("square")
