"""Work in blocks."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from koubai.core.slopes import chunked_map


@pytest.mark.parametrize("chosen", [0, 1, chunked_map.ROWS_AT_ONCE, chunked_map.ROWS_AT_ONCE + 1, 21])
@pytest.mark.parametrize("numbers_each", [1, chunked_map.NUMBERS_AT_ONCE // 3, 2 * chunked_map.NUMBERS_AT_ONCE])
def test_every_chosen_row_is_counted_once(chosen: int, numbers_each: int) -> None:
    random = np.random.default_rng(chosen)
    values = jnp.asarray(random.integers(1, 100, 21))
    which = np.zeros(21, bool)
    which[random.permutation(21)[:chosen]] = True
    sizes = []

    def some(rows: jax.Array, counted: jax.Array, so_far: jax.Array) -> jax.Array:
        sizes.append(len(rows))
        return so_far + jnp.sum(jnp.where(counted, values[rows], 0))

    made = jax.jit(lambda which: chunked_map.of_chosen(some, which, numbers_each, jnp.asarray(1000)))(which)
    assert int(made) == 1000 + int(values[which].sum())
    assert max(sizes) == min(chunked_map.ROWS_AT_ONCE, max(1, chunked_map.NUMBERS_AT_ONCE // numbers_each))
