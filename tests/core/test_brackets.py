"""The brackets of the losses against 60 digits: up to the bounds that they declare, and no farther."""

from typing import Any

import mpmath as mp
import numpy as np
import pytest

from koubai.core.brackets import CROSS_ENTROPY, FLOOR, SQUARED, Bracket
from koubai.core.losses import LOSSES, plain_brackets

DTYPE = np.dtype(np.float64)


def exact(loss: str, logits: Any, targets: Any) -> Any:
    z = [mp.mpf(float(v)) if not isinstance(v, mp.mpf) else v for v in logits]
    if loss == "squared":
        return sum((a - mp.mpf(float(t))) ** 2 for a, t in zip(z, targets, strict=True)) / 2
    e = [mp.exp(a) for a in z]
    return -mp.log(sum(a * mp.mpf(float(t)) for a, t in zip(e, targets, strict=True)) / sum(e) + mp.mpf(FLOOR))


def off(loss: str, bracket: Bracket, most: float, outputs: int = 3, rows: int = 6, spread: float = 3.0) -> float:
    """The largest deviation of a bracket by moves up to ``most`` in size, some of which reach it; moves and one alone."""
    mp.mp.dps = 60
    random = np.random.default_rng(5)
    logits, targets = random.normal(size=(outputs, rows)) * spread, np.eye(outputs)[:, random.integers(0, outputs, rows)]
    up, down = (random.choice([-1.0, 1.0, 0.3], (outputs, rows)) * most for _ in range(2))
    up[0], down[0] = 0.0, 0.0
    known = bracket.known(logits, targets, np)
    parts = bracket.parts(
        known, list(up[1:]) if bracket.relative else list(up), list(down[1:] if bracket.relative else down), np
    )
    made = [(parts, up, down)]
    if bracket.alone and bracket.known_alone:
        lonely, m = bracket.known_alone(logits, targets, np), np.full(rows, most)
        for unit in range(outputs):
            moved = np.where(np.arange(outputs)[:, None] == unit, m, 0)
            alone = bracket.alone(tuple(array[unit] for array in lonely), bracket.shared(m, np), np)
            made.append((alone, moved, -moved))
    worst = 0.0
    for some, above, below in made:
        for n in range(rows):
            sides = [
                [mp.mpf(float(z)) + mp.mpf(float(v)) for z, v in zip(logits[:, n], v[:, n], strict=True)]
                for v in (above, below)
            ]
            wanted = exact(loss, sides[0], targets[:, n]) - exact(loss, sides[1], targets[:, n])
            value = mp.log(mp.mpf(float(some[n]))) if bracket.factors else mp.mpf(float(some[n]))
            worst = max(worst, float(abs(value - wanted)))
    return worst


@pytest.mark.parametrize("outputs", [2, 3, 5])
@pytest.mark.parametrize("number", range(3))
def test_those_of_the_cross_entropy_are_exact_up_to_their_bound(number: int, outputs: int) -> None:
    bracket = CROSS_ENTROPY[number]
    within = bracket.within(DTYPE)
    for most in (within, within / 2, 1e-3):
        assert off("cross-entropy", bracket, most, outputs) <= 4e-15 * max(1.0, most if number == 2 else 1.0)


@pytest.mark.parametrize("number", range(2))
def test_beyond_four_times_the_bound_they_are_not(number: int) -> None:
    assert off("cross-entropy", CROSS_ENTROPY[number], 4 * CROSS_ENTROPY[number].within(DTYPE)) > 1e-14


@pytest.mark.parametrize(("share", "holds"), [(1.0, True), (1.2, False)])
def test_beyond_the_bound_of_exponents_numbers_end(share: float, holds: bool) -> None:
    """A probability that was too small for a number grows to 1: it isn't known."""
    bracket, logits, true = CROSS_ENTROPY[2], np.array([[-700.0], [-720.0], [0.0]]), np.array([[0.0], [1.0], [0.0]])
    most = share * bracket.within(DTYPE)
    up, none = np.array([[most], [-most]]), np.zeros((2, 1))
    made = float(np.log(bracket.parts(bracket.known(logits, true, np), list(up), list(none), np)[0]))
    moved = logits[:, 0] + [0.0, most, -most]
    wanted = float(exact("cross-entropy", moved, true[:, 0]) - exact("cross-entropy", logits[:, 0], true[:, 0]))
    assert (abs(made - wanted) < 1e-13) == holds


def test_that_of_the_squared_error_has_no_bound() -> None:
    (bracket,) = SQUARED
    for most in (1e-9, 0.1, 10.0):
        assert off("squared", bracket, most) <= 1e-14 * max(1.0, most) ** 2


def test_a_small_bracket_keeps_its_digits() -> None:
    for bracket in CROSS_ENTROPY[:1]:
        assert off("cross-entropy", bracket, 1e-9) < 1e-23


@pytest.mark.parametrize("loss", LOSSES)
def test_any_loss_has_two(loss: str) -> None:
    finely, twice = plain_brackets(LOSSES[loss])
    assert off(loss, finely, finely.within(DTYPE)) <= 1e-14
    assert off(loss, finely, 1e-9) < 1e-22
    assert off(loss, twice, 30.0) <= 1e-12
