"""Activations: definitions, extremes, and one meaning for NumPy, JAX and complex numbers."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koubai.core.activations import ACTIVATIONS, activation_named, activations_named, spelled
from koubai.core.precision import computing_in
from koubai.errors import InputError

REFERENCES = {
    "relu": lambda v: max(v, mpmath.mpf(0)),
    "leaky-relu": lambda v: v if v > 0 else v * mpmath.mpf(0.01),
    "tanh": mpmath.tanh,
    "sigmoid": lambda v: 1 / (1 + mpmath.exp(-v)),
    "softplus": lambda v: mpmath.log1p(mpmath.exp(v)),
    "gelu": lambda v: v * mpmath.erfc(-v / mpmath.sqrt(2)) / 2,
    "sin": mpmath.sin,
    "identity": lambda v: v,
    "step": lambda v: mpmath.mpf(1 if v > 0 else 0),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(v=st.floats(-30, 30, allow_subnormal=False) | st.sampled_from([0.0, -0.0, 1e-300, 700.0, -700.0]))
def test_values_are_the_definitions(name: str, v: float) -> None:
    with mpmath.workdps(40):
        expected = float(REFERENCES[name](mpmath.mpf(v)))
    plain = ACTIVATIONS[name].apply(np.array([v]), np)[0]
    with computing_in("float64"):
        compiled = float(ACTIVATIONS[name].apply(jnp.array([v]), jnp)[0])
    assert plain == pytest.approx(expected, rel=2e-13, abs=1e-300)
    assert compiled == pytest.approx(expected, rel=2e-13, abs=1e-300)


@pytest.mark.parametrize("name", [name for name, activation in ACTIVATIONS.items() if activation.analytic])
@pytest.mark.parametrize("v", [-40.0, -1.3, -1e-9, 0.0, 1e-9, 0.7, 40.0, 800.0, -800.0])
def test_the_complex_form_gives_the_exact_slope(name: str, v: float) -> None:
    apply = ACTIVATIONS[name].apply
    with computing_in("float64"):
        exact = float(jax.grad(lambda t: apply(t, jnp))(jnp.float64(v)))
        stepped = float(jnp.imag(apply(jnp.array(v + 1e-20j), jnp))) / 1e-20
    assert stepped == pytest.approx(exact, rel=1e-14, abs=1e-30)
    assert np.imag(apply(np.array(v + 1e-20j), np)) / 1e-20 == pytest.approx(exact, rel=1e-14, abs=1e-30)


SLOPES_AT_ZERO = {"relu": 0.0, "leaky-relu": 0.01, "softplus": 0.5, "sigmoid": 0.25, "step": 0.0, "gelu": 0.5}


@pytest.mark.parametrize(("name", "slope"), SLOPES_AT_ZERO.items())
def test_slopes_at_zero(name: str, slope: float) -> None:
    with computing_in("float64"):
        assert float(jax.grad(lambda t: ACTIVATIONS[name].apply(t, jnp))(jnp.float64(0.0))) == slope


def test_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="'rleu'; did you mean 'relu'"):
        activation_named("rleu")
    with pytest.raises(InputError, match="choose one of: relu, leaky-relu"):
        activation_named("qqqqqqqq")


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=st.floats(-40, 40), sign=st.sampled_from([-1, 1]), size=st.floats(-12, 2), near=st.booleans())
def test_a_change_keeps_its_digits_however_small_it_is(name: str, z: float, sign: int, size: float, near: bool) -> None:
    """Against the definition in 60 digits; ``near`` where there is one."""
    mpmath.mp.dps = 60
    activation = ACTIVATIONS[name]
    u = sign * 10.0 ** (min(size, 0.0) if near else size)
    change = (activation.near if near else None) or activation.change
    expected = REFERENCES[name](mpmath.mpf(z) + mpmath.mpf(u)) - REFERENCES[name](mpmath.mpf(z))
    measured = float(change(np.float64(z), np.float64(u), np))
    slack = 3e-15 if name != "gelu" else 3e-14
    assert abs(measured - expected) <= slack * abs(u) * max(1.0, abs(z)) or name == "step"
    if name == "step" and abs(z + u) > 1e-9 * abs(u):
        assert measured == expected


@pytest.mark.parametrize("name", [name for name, activation in ACTIVATIONS.items() if activation.slopes])
@given(v=st.floats(-5, 5))
def test_straight_ones_have_the_slopes_they_declare(name: str, v: float) -> None:
    activation = ACTIVATIONS[name]
    assert activation.apply(np.float64(v), np) == pytest.approx(activation.slope(v > 0, np) * v, abs=1e-300)


def test_several_names_are_one_for_each_layer() -> None:
    assert [one.name for one in activations_named("relu, tanh", 2)] == ["relu", "tanh"]
    assert [one.name for one in activations_named(["sin"], 3)] == ["sin"] * 3
    assert activations_named("gelu", 0) == ()
    assert [spelled(text, 2) for text in ("tanh,tanh", ("relu", "step"), "sin")] == ["tanh", "relu,step", "sin"]
    for text, layers, message in (("relu,tanh", 3, "names 2 activations, but there are 3"), ("relu,tann", 2, "'tanh'")):
        with pytest.raises(InputError, match=message):
            activations_named(text, layers)
