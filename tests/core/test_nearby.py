"""Quick changes of activations, against 40 digits: up to the bound that they declare, and no farther."""

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from koubai.core.activations import ACTIVATIONS

EXACT: dict[str, Callable[[Any], Any]] = {
    "tanh": mp.tanh,
    "sigmoid": lambda v: 1 / (1 + mp.exp(-v)),
    "softplus": lambda v: mp.log1p(mp.exp(v)),
    "gelu": lambda v: v * mp.erfc(-v / mp.sqrt(2)) / 2,
    "sin": mp.sin,
    "relu": lambda v: max(v, mp.mpf(0)),
    "leaky-relu": lambda v: v if v > 0 else v * mp.mpf(0.01),
}
PLACES = np.array([-6.0, -2.3, -0.7, -0.01, 0.0, 0.4, 1.0, 3.1, 6.0])


def off(name: str, u: float) -> tuple[float, float]:
    """The largest deviations of the changes by ±u, by either way, and the largest beside the change itself."""
    activation = ACTIVATIONS[name]
    quick = activation.nearby
    assert quick is not None
    known = quick.known(PLACES, activation.apply(PLACES, np), np)
    ways = [quick.changes(known, np.full_like(PLACES, u), np.full_like(PLACES, -u), np)]
    if quick.both and quick.shared:
        ways.append(quick.both(known, quick.shared(np.full_like(PLACES, u), np), np))
    mp.mp.dps = 40
    absolute, relative = 0.0, 0.0
    for way in ways:
        for shift, made in zip((u, -u), way, strict=True):
            for z, value in zip(PLACES, made, strict=True):
                wanted = EXACT[name](mp.mpf(z) + mp.mpf(shift)) - EXACT[name](mp.mpf(z))
                gone = abs(mp.mpf(float(value)) - wanted)
                absolute = max(absolute, float(gone))
                relative = max(relative, float(gone / abs(wanted)) if abs(wanted) > 1e-4 * abs(u) else 0.0)
    return absolute, relative


@pytest.mark.parametrize("name", EXACT)
def test_they_are_exact_up_to_their_bound(name: str) -> None:
    quick = ACTIVATIONS[name].nearby
    assert quick is not None
    for u in (min(quick.within, 100.0), min(quick.within, 100.0) / 2, 1e-3):
        assert off(name, u)[0] <= 2e-15 * max(1.0, abs(u))


@pytest.mark.parametrize("name", EXACT)
def test_a_small_shift_keeps_its_digits(name: str) -> None:
    assert off(name, 1e-7)[1] < 2e-12


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus", "gelu", "sin"])
def test_beyond_twice_their_bound_they_are_not(name: str) -> None:
    """So the bound is not an idle one."""
    quick = ACTIVATIONS[name].nearby
    assert quick is not None
    assert off(name, 2.5 * quick.within)[0] > 1e-13
