"""Losses: the definitions, extreme magnitudes, and how they respond to moved logits."""

import mpmath
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
@given(
    seed=st.integers(0, 2**32 - 1),
    spread=st.sampled_from([0.3, 5.0, 40.0]),
    outputs=st.integers(1, 5),
    samples=st.sampled_from([1, -1]),
)
def test_the_response_is_what_is_lost_more(name: str, seed: int, spread: float, outputs: int, samples: int) -> None:
    """Against rows() evaluated twice, for moves up to 0.8."""
    random, loss, n = np.random.default_rng(seed), LOSSES[name], 3
    logits = random.normal(size=(n, outputs)) * spread
    targets = np.eye(outputs)[random.integers(0, outputs, n)]
    moves = random.uniform(-0.8, 0.8, size=(outputs, n, 4))
    moved = logits[:, None, :] + moves.transpose(1, 2, 0)
    expected = loss.rows(moved, targets[:, None, :], np) - loss.rows(logits, targets, np)[:, None]
    response = loss.response(logits, targets, np)
    measured = response.lost(moves if samples == 1 else moves.transpose(0, 2, 1), samples, np)
    np.testing.assert_allclose(measured if samples == 1 else measured.T, expected, rtol=1e-12, atol=1e-13 * (1 + spread**2))


def test_a_small_move_keeps_its_digits() -> None:
    """Where rows() evaluated twice keeps none: moves of 1e-14, against 50 digits."""
    mpmath.mp.dps = 50
    logits, targets, moves = np.array([[0.3, -0.2, 1.1]]), np.eye(3)[[1]], np.array([2e-14, -1e-14, 5e-15])

    def exactly(shifts: list[float]) -> mpmath.mpf:
        e = [mpmath.exp(mpmath.mpf(logit) + mpmath.mpf(shift)) for logit, shift in zip(logits[0], shifts, strict=True)]
        return -mpmath.log(e[1] / sum(e) + mpmath.mpf(1e-7))

    expected = exactly(list(moves)) - exactly([0.0, 0.0, 0.0])
    measured = LOSSES["cross-entropy"].response(logits, targets, np).lost(moves[:, None], 1, np)
    assert abs(float(measured[0] - expected)) < 1e-14 * abs(float(expected))


def test_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'squared'"):
        loss_named("square")
