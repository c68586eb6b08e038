"""Chebyshev interpolation of odd functions, with a number of nodes that is known only at run time."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial import Chebyshev

from koubai.core.precision import computing_in
from koubai.core.slopes.response import chebyshev


@pytest.mark.parametrize("count", range(1, chebyshev.MOST + 1))
def test_the_nodes_are_the_positive_roots_of_a_chebyshev_polynomial(count: int) -> None:
    with computing_in("float64"):
        roots = np.asarray(chebyshev.nodes(count, np.float64))[:count]
    assert (roots > 0).all()
    np.testing.assert_allclose(Chebyshev.basis(2 * count)(roots), 0, atol=1e-14)


@pytest.mark.long
@settings(max_examples=20)
@given(st.integers(1, chebyshev.MOST), st.lists(st.floats(-1, 1), min_size=5, max_size=5), st.integers(0, 2**32 - 1))
def test_odd_polynomials_are_found_exactly(count: int, at: list[float], seed: int) -> None:
    c = np.random.default_rng(seed).normal(size=count)
    function = Chebyshev([value for pair in zip(np.zeros(count), c, strict=True) for value in pair])
    with computing_in("float64"):
        values = jnp.asarray(function(np.asarray(chebyshev.nodes(count, np.float64))))
        fitted = chebyshev.coefficients(values, count)
        node_by_node = chebyshev.measured(lambda t: jnp.asarray(_at(function, t)), count, jnp.full(chebyshev.MOST, 7.0))
        read = chebyshev.odd_sum(fitted, jnp.asarray(at), count)
    np.testing.assert_allclose(fitted[:count], c, atol=1e-13)
    assert (np.asarray(fitted)[count:] == 0).all()
    np.testing.assert_allclose(node_by_node, fitted, atol=1e-14)
    np.testing.assert_allclose(read, function(np.array(at)), atol=1e-12)


def _at(function: Chebyshev, t: jax.Array) -> jax.Array:
    """The same function, of a traced number."""
    angle = jnp.arccos(t)
    return sum(float(c) * jnp.cos(n * angle) for n, c in enumerate(function.coef))  # type: ignore[return-value]


@pytest.mark.long
@settings(max_examples=20)
@given(st.floats(0.02, 0.4), st.integers(1, 6))
def test_the_error_falls_as_the_nearest_singularity_says(reach: float, count: int) -> None:
    """tanh(s·reach) has its nearest poles at ±iπ/2: with β = π/(2·reach) and ϱ = β + √(β² + 1) the error is about ϱ^(-2K)."""
    beta = np.pi / 2 / reach
    s = np.linspace(0, 1, 101)
    with computing_in("float64"):
        c = chebyshev.coefficients(jnp.tanh(chebyshev.nodes(count, np.float64) * reach), count)
        error = np.abs(np.asarray(chebyshev.odd_sum(c, jnp.asarray(s), count)) - np.tanh(s * reach)).max()
    assert error <= 10 * reach * (beta + np.sqrt(beta**2 + 1)) ** (-2 * count) + 1e-15


def test_what_is_left_out_is_what_follows() -> None:
    with computing_in("float64"):
        left = chebyshev.left_out(jnp.asarray([8.0, 4.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.5]))
        assert left.tolist() == [7.5, 3.5, 1.5, 0.5, 0.5, 0.5, 0.5, 0.5]
        assert [int(chebyshev.enough(left, tolerance)) for tolerance in (10, 3.5, 1, 0.5, 0.1)] == [1, 2, 4, 4, 8]
