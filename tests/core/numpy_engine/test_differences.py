"""Differences in NumPy: by hand where that is easy, and those of the compiled engine for a function of several arrays."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from koubai.core.numpy_engine.differences import along, central, complex_step, forward
from koubai.core.precision import PRECISIONS, Precision, computing_in
from koubai.core.slopes import differences, stochastic


def curved(parameters: Any, xp: Any = np) -> Any:
    weights, bias = parameters
    return xp.sum(xp.tanh(weights @ bias) ** 2) + xp.sum(xp.exp(bias) * weights[0])


def arrays(precision: Precision) -> list[Any]:
    random = np.random.default_rng(1)
    return [random.normal(size=shape).astype(PRECISIONS[precision]) for shape in ((2, 3), (3,))]


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(
    ("plain", "compiled", "h", "rounding"),
    [
        (central, differences.central, 0.1, 1e3),
        (forward, differences.forward, 0.1, 1e3),
        (forward, differences.forward, 1e-3, 1e5),
        (complex_step, differences.complex_step, 1e-20, 1e2),
    ],
)
def test_they_are_those_of_the_compiled_engine(
    plain: Any, compiled: Any, h: float, rounding: float, precision: Precision
) -> None:
    """To the roundings of a loss of about 10, over h."""
    parameters, dtype = arrays(precision), PRECISIONS[precision]
    before = [parameter.copy() for parameter in parameters]
    found = plain(curved, parameters, dtype(h))
    with computing_in(precision):
        expected = compiled(lambda moved: curved(moved, jnp), [jnp.asarray(one) for one in parameters], dtype(h))
    for one, other, kept, parameter in zip(found, expected, before, parameters, strict=True):
        assert (one.dtype, one.shape) == (dtype, parameter.shape)
        np.testing.assert_allclose(one, other, rtol=0, atol=rounding * np.finfo(dtype).eps)
        assert np.array_equal(parameter, kept)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("draw", [stochastic.signs, stochastic.normals])
def test_along_a_direction(draw: Any, precision: Precision) -> None:
    parameters, dtype = arrays(precision), PRECISIONS[precision]
    method = {stochastic.signs: stochastic.spsa, stochastic.normals: stochastic.random_directions}[draw]
    with computing_in(precision):
        flat, unravel = ravel_pytree([jnp.asarray(one) for one in parameters])
        key = jax.random.key(3)
        expected = method(lambda moved: curved(moved, jnp), [jnp.asarray(one) for one in parameters], dtype(0.1), key)
        directions = [np.asarray(one) for one in unravel(draw(flat, key))]
    for one, other in zip(along(curved, parameters, dtype(0.1), directions), expected, strict=True):
        assert one.dtype == dtype
        np.testing.assert_allclose(one, other, rtol=0, atol=1e4 * np.finfo(dtype).eps)


def test_a_step_is_the_one_that_rounding_leaves() -> None:
    """Beside 2**28 a step of 1e-7 becomes 2**-23, beside 2**60 none: a straight line's slope is right, or there is none."""
    (slope,) = forward(lambda moved: 3 * moved[0].sum(), [np.array([2.0**28])], 1e-7)
    assert slope.tolist() == [3.0]
    (slope,) = forward(lambda moved: 3 * moved[0].sum(), [np.array([2.0**60])], 1e-7)
    assert slope.tolist() == [0.0]


def test_a_parabola_by_hand() -> None:
    start = [np.array([1.0, -2.0])]
    assert np.allclose(central(lambda x: (x[0] ** 2).sum(), start, 0.5)[0], [2, -4], rtol=1e-15)
    assert np.allclose(forward(lambda x: (x[0] ** 2).sum(), start, 0.5)[0], [2.5, -3.5], rtol=1e-15)
    assert complex_step(lambda x: (x[0] ** 2).sum(), start, 1e-20)[0].tolist() == [2, -4]
    assert along(lambda x: (x[0] ** 2).sum(), start, 0.5, [np.array([1.0, -1.0])])[0].tolist() == [6, -6]
