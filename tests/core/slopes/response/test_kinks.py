"""Kinks: how many powers are taken for what lies beyond them, and what happens where these are too few."""

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from tests.core.slopes.test_response import assert_is_the_loop, curved
from tests.strategies import Case

from koubai.core.precision import computing_in
from koubai.core.slopes.measurement import slopes
from koubai.core.slopes.response import kinks

LOW, HIGH = range(len(kinks.DEGREES))


@pytest.fixture
def recompiled() -> Iterator[None]:
    """What is patched is compiled, and nothing of it stays."""
    jax.clear_caches()  # type: ignore[no-untyped-call]
    yield
    jax.clear_caches()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("bend", [0.01, 0.05, 0.2])
def test_powers_are_as_many_as_the_distance_of_the_singularity_asks_for(bend: float) -> None:
    """At either side of the bound, which the singularity sets, or else what the probes show."""
    degree = kinks.DEGREES[LOW]
    far = (2 / bend + np.hypot(1, 2 / bend)) ** -degree
    with computing_in("float64"):
        for second, shrinks in ((0.5, far), (0.5e-6, min(far, (1e-3 / 2) ** degree))):
            sizes = np.array([0.5, second, *[0.0] * 6])
            asked = [int(kinks.enough(bend, sizes, 6, 6 * shrinks * times)) for times in (0.999, 1.001)]
            assert asked == [HIGH, LOW]


@pytest.mark.parametrize("number", [LOW, HIGH])
def test_polynomials_without_a_constant_are_found_exactly(number: int) -> None:
    degree = kinks.DEGREES[number]
    c = np.random.default_rng(0).normal(size=degree)
    y = kinks.POINTS[number]
    np.testing.assert_allclose(
        kinks.INVERSES[number] @ (y[:, None] ** np.arange(1, degree + 1) @ c), np.pad(c, (0, len(y) - degree)), atol=1e-8
    )


@pytest.mark.long
@pytest.mark.usefixtures("recompiled")
def test_where_few_powers_miss_the_tolerance_more_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    network, data = curved(sizes=(20, 18, 3))
    monkeypatch.setattr(kinks, "enough", lambda *_: jnp.asarray(LOW))
    measure = slopes("central", h=0.1)
    measure(network, data)
    assert measure.report[0].kinks > 0
    assert measure.report[0].exact == 0  # as it would be if the few were taken for good
    assert_is_the_loop(Case(network, data, "cross-entropy", 0.1))


def test_the_first_flagged_row_from_each_on() -> None:
    flagged = np.array([[0, 1], [1, 0], [0, 0], [1, 0]], bool)
    assert kinks.first_from(flagged).tolist() == [[1, 0], [1, 4], [3, 4], [3, 4], [4, 4], [4, 4]]
