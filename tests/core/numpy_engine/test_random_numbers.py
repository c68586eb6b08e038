"""The draws in NumPy are JAX's: signs to the bit, normals to the digits that JAX's inverse of the error function has."""

from functools import cache
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koubai.core.numpy_engine.random_numbers import NUMBERS_AT_ONCE, cached_draw, fractions, normals, signs
from koubai.core.precision import PRECISIONS, Precision, computing_in, key_of, random_state


@cache
def compiled(size: int, precision: Precision) -> Any:
    dtype = PRECISIONS[precision]

    def draws(state: Any, number: Any) -> Any:
        key = key_of(state, number)
        lowest = np.nextafter(dtype(-1), dtype(0))
        evenly = jax.random.uniform(key, (size,), dtype, lowest, dtype(1))
        return jax.random.rademacher(key, (size,), dtype), jax.random.normal(key, (size,), dtype), evenly

    return jax.jit(draws)


@pytest.mark.parametrize("precision", PRECISIONS)
@settings(max_examples=40)
@given(
    size=st.sampled_from([1, 42, 1001]),
    words=st.tuples(st.sampled_from([0, 3]), st.integers(0, 2**32 - 1)),
    number=st.integers(0, 2**31 - 1),
)
def test_the_draws_are_those_of_jax(precision: Precision, size: int, words: tuple[int, int], number: int) -> None:
    dtype, state = PRECISIONS[precision], np.array(words, np.uint32)
    with computing_in(precision):
        expected = [np.asarray(draw) for draw in compiled(size, precision)(state, np.int32(number))]
    found = [draw(state, number, size, dtype) for draw in (signs, normals)]
    assert {array.dtype for array in found} == {np.dtype(dtype)}
    assert np.array_equal(found[0], expected[0])
    evenly = expected[2].astype(float)
    off = np.abs(found[1].astype(float) - expected[1]) / np.finfo(dtype).eps
    assert (off <= 20 + 1 / (1 - evenly**2)).all()  # JAX's error; ours are below 1


def test_the_random_state_of_a_seed() -> None:
    for seed in (0, 5, 2**32 - 1):
        with computing_in("float64"):
            expected, _, _ = compiled(42, "float64")(random_state(seed), np.int32(7))
        assert np.array_equal(signs(random_state(seed), 7, 42, np.float64), expected)


@pytest.mark.parametrize("draw", [fractions, signs, normals])
@pytest.mark.parametrize("size", [1, 42, 5000, NUMBERS_AT_ONCE + 1])
def test_draws_of_several_steps_at_once_are_those_of_each(draw: Any, size: int) -> None:
    state, steps = random_state(3), max(1, NUMBERS_AT_ONCE // size)
    numbers = [steps - 1, steps, steps + 1]
    for dtype in PRECISIONS.values():
        together = draw(state, np.array(numbers), size, dtype)
        assert together.shape == (3, size)
        for number, one in zip(numbers, together, strict=True):
            assert np.array_equal(draw(state, number, size, dtype), one)
            assert np.array_equal(cached_draw(draw, state, number, size, dtype), one)
        assert not np.array_equal(together[0], together[1]) or (draw, size) == (signs, 1)


def test_kept_draws_are_not_written_to() -> None:
    assert not cached_draw(signs, random_state(0), 0, 3, np.float64).flags.writeable


def test_normals_are_normal() -> None:
    made = normals(random_state(1), 2, 40_000, np.float64)
    share = [np.mean(made < value) for value in (-2, -1, 0, 1, 2)]
    assert np.allclose(share, [0.02275, 0.15866, 0.5, 0.84134, 0.97725], atol=0.01)
