"""Samples that are left out are evaluated at every point, some at once."""

import jax
import pytest
from tests.core.slopes.test_response import assert_is_the_loop, curved
from tests.strategies import Case

from koubai.core.slopes import chunked_map
from koubai.core.slopes.measurement import slopes
from koubai.data import Dataset


@pytest.mark.long
def test_samples_that_reach_too_far_are_taken_some_at_once_and_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """23 samples in three blocks, of which the last is filled up; left out are some, several, and more than a block of them."""
    network, data = curved("tanh", (20, 18, 3), rows=23)
    monkeypatch.setattr(chunked_map, "NUMBERS_AT_ONCE", 18 * 16 * 10)
    jax.clear_caches()  # type: ignore[no-untyped-call]
    measure = slopes("central", h=0.01)
    for outliers in ([7], [0, 3, 11, 22], list(range(2, 14))):
        inputs = data.inputs.copy()
        inputs[outliers] *= 1000
        reaching = Dataset.from_arrays(inputs, data.targets.argmax(axis=1))
        measure(network, reaching)
        assert measure.report[0].exact == 18 * len(outliers)
        assert_is_the_loop(Case(network, reaching, "cross-entropy", 0.01))
    jax.clear_caches()  # type: ignore[no-untyped-call]
