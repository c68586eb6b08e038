"""LayerSums interpolants: what may be rounded to float32."""

from collections.abc import Iterator

import jax
import numpy as np
import pytest
from tests.core.slopes.test_response import assert_is_the_loop, curved
from tests.strategies import Case

from koubai.core.precision import computing_in
from koubai.core.slopes.measurement import slopes
from koubai.core.slopes.response import interpolated


@pytest.mark.parametrize("n", [1, 12, 900])
@pytest.mark.parametrize("count", [2, 3, 8])
def test_rounding_is_within_its_estimate(n: int, count: int) -> None:
    random = np.random.default_rng(n)
    s, c, within = random.uniform(-1, 1, (n, 30)), random.normal(size=(8, n, 20)), random.uniform(size=n) < 0.9
    within[0] = True
    with computing_in("float64"):
        exact, rounded = (interpolated._read(c, s, within, 0.3, count, both) for both in (False, True))
    off = np.abs(rounded.weights - exact.weights).max(axis=0)
    assert off.max() > 0
    sizes = np.abs(c[1:count])[:, within].sum(axis=(0, 1))
    assert (off <= sizes * float(interpolated._rounding(n))).all()
    assert (rounded.bias == exact.bias).all()


@pytest.fixture
def recompiled() -> Iterator[None]:
    """What is patched is compiled, and nothing of it stays."""
    jax.clear_caches()  # type: ignore[no-untyped-call]
    yield
    jax.clear_caches()  # type: ignore[no-untyped-call]


@pytest.mark.long
@pytest.mark.usefixtures("recompiled")
def test_products_are_rounded_up_to_the_tolerance_and_not_beyond(monkeypatch: pytest.MonkeyPatch) -> None:
    """One network over all sizes of h: from where float32 does, over the edge, to where it wouldn't."""
    seen: list[bool] = []
    read = interpolated._read

    def watched(*arguments: object) -> object:
        jax.debug.callback(lambda rounded: seen.append(bool(rounded)), arguments[-1])
        return read(*arguments)

    monkeypatch.setattr(interpolated, "_read", watched)
    network, data = curved("tanh")
    for h in 10.0 ** np.arange(-5, 0.1, 0.25):
        assert_is_the_loop(Case(network, data, "cross-entropy", float(h)))
    slopes("central", h=0.1)(network, data)
    jax.effects_barrier()  # type: ignore[no-untyped-call]
    assert set(seen) == {False, True}
