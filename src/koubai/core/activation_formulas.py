"""The formulas of the activations: their values, derivatives and changes, for NumPy, for JAX and for complex numbers.

Every function takes the pre-activations ``v`` (or ``z``, and shifts ``u`` of them) and the array module that computes, so that
one definition serves the plain loop, the compiled program and the complex step. "Where v > 0" asks the real part: this is what
makes them analytic beside a kink. A change is value(z + u) - value(z), written so that it keeps its digits however small u is:
by addition theorems, or through expm1 and log1p; ``..._near`` is the same, cheaper, for |u| ≤ 1.
"""

import numpy as np

from koubai.core.array_types import Array, Namespace


def relu(v: Array, xp: Namespace) -> Array:
    """Return v above 0, 0 elsewhere."""
    if xp is np and v.dtype.kind == "f":  # in half the time
        return np.maximum(v, 0)
    return xp.where(xp.real(v) > 0, v, xp.zeros_like(v))


def leaky_relu(v: Array, xp: Namespace) -> Array:
    """Return v above 0, a hundredth of it elsewhere."""
    return xp.where(xp.real(v) > 0, v, 0.01 * v)


def tanh(v: Array, xp: Namespace) -> Array:
    """Return the hyperbolic tangent."""
    return xp.tanh(v)


def away_from_overflow(v: Array, xp: Namespace) -> Array:
    """exp(-|v|), at most 1. The sign is written as a factor, so that the function is smooth at 0 from both sides."""
    return xp.exp(xp.where(xp.real(v) > 0, -v, v))


def sigmoid(v: Array, xp: Namespace) -> Array:
    """Return 1 / (1 + exp(-v))."""
    e = away_from_overflow(v, xp)
    return xp.where(xp.real(v) > 0, 1 / (1 + e), e / (1 + e))


def softplus(v: Array, xp: Namespace) -> Array:
    """Return log(1 + exp(v))."""
    return xp.where(xp.real(v) > 0, v, xp.zeros_like(v)) + xp.log1p(away_from_overflow(v, xp))


def gelu(v: Array, xp: Namespace) -> Array:
    """v·Φ(v), exactly; Φ(v) = erfc(-v/√2)/2 keeps its digits where v is far below 0."""
    return v * normal_distribution(v, xp)


def normal_distribution(v: Array, xp: Namespace) -> Array:
    """Return Φ(v), the distribution function of a standard normal variable."""
    if xp is np:
        from scipy.special import erfc
    else:
        from jax.scipy.special import erfc
    return 0.5 * erfc(-v * 0.7071067811865476)


def sin(v: Array, xp: Namespace) -> Array:
    """Return the sine."""
    return xp.sin(v)


def identity(v: Array, xp: Namespace) -> Array:
    """Return v itself."""
    return v


def step(v: Array, xp: Namespace) -> Array:
    """Return 1 above 0, 0 elsewhere."""
    return xp.where(xp.real(v) > 0, xp.ones_like(v), xp.zeros_like(v))


def relu_derivative(v: Array, xp: Namespace) -> Array:
    """Return 1 above 0, 0 elsewhere."""
    return step(v, xp)


def leaky_relu_derivative(v: Array, xp: Namespace) -> Array:
    """Return 1 above 0, 0.01 elsewhere."""
    return 0.01 + 0.99 * step(v, xp)


def tanh_derivative(v: Array, xp: Namespace) -> Array:
    """Return 1 - tanh(v)², as a product that keeps its digits."""
    a = xp.tanh(v)
    return (1 - a) * (1 + a)


def sigmoid_derivative(v: Array, xp: Namespace) -> Array:
    """Return σ(v)·σ(-v)."""
    return sigmoid(v, xp) * sigmoid(-v, xp)


def gelu_derivative(v: Array, xp: Namespace) -> Array:
    """Φ(v) + v·φ(v)."""
    return normal_distribution(v, xp) + v * (0.3989422804014327 * xp.exp(-v * v / 2))


def sine_derivative(v: Array, xp: Namespace) -> Array:
    """Return the cosine."""
    return xp.cos(v)


def identity_derivative(v: Array, xp: Namespace) -> Array:
    """Return 1 everywhere."""
    return xp.ones_like(v)


def step_derivative(v: Array, xp: Namespace) -> Array:
    """Return 0 everywhere."""
    return xp.zeros_like(v)


def relu_change(z: Array, u: Array, xp: Namespace) -> Array:
    """A unit can fall by no more than its value, and rises by no more than what lies above the kink."""
    return xp.maximum(u + xp.minimum(z, 0), -xp.maximum(z, 0))


def leaky_relu_change(z: Array, u: Array, xp: Namespace) -> Array:
    """Return a hundredth of the shift, and the rest of what relu changes by."""
    return 0.01 * u + 0.99 * relu_change(z, u, xp)


def sigmoid_change(z: Array, u: Array, xp: Namespace) -> Array:
    """σ(b) - σ(a) = σ(b)·σ(-a)·(1 - exp(a - b)) for a ≤ b."""
    rise = -xp.expm1(-xp.abs(u)) * sigmoid(xp.maximum(z, z + u), xp) * sigmoid(-xp.minimum(z, z + u), xp)
    return xp.where(u < 0, -rise, rise)


def sigmoid_near(z: Array, u: Array, xp: Namespace) -> Array:
    """With s = σ(z) and e = exp(u) - 1: s·(1 - s)·e / (1 + s·e)."""
    s, e = sigmoid(z, xp), xp.expm1(u)
    return s * sigmoid(-z, xp) * e / (1 + s * e)


def tanh_change(z: Array, u: Array, xp: Namespace) -> Array:
    """tanh(z) = 2σ(2z) - 1."""
    return 2 * sigmoid_change(2 * z, 2 * u, xp)


def tanh_near(z: Array, u: Array, xp: Namespace) -> Array:
    """With a = tanh(z) and t = tanh(u): (1 - a²)·t / (1 + a·t)."""
    a, t = xp.tanh(z), xp.tanh(u)
    return (1 - a) * (1 + a) * t / (1 + a * t)


def softplus_near(z: Array, u: Array, xp: Namespace) -> Array:
    """log(1 + exp(z + u)) - log(1 + exp(z)) = log1p(σ(z)·(exp(u) - 1)); for u > 0 through softplus(x) = x + softplus(-x)."""
    rises = u > 0
    s = sigmoid(xp.where(rises, -z, z), xp)
    return xp.where(rises, u, xp.zeros_like(u)) + xp.log1p(s * xp.expm1(-xp.abs(u)))


def softplus_change(z: Array, u: Array, xp: Namespace) -> Array:
    """Return the difference of two values where the shift is large, else what ``softplus_near`` has."""
    small = xp.abs(u) < 1
    return xp.where(small, softplus_near(z, xp.where(small, u, 0.0), xp), softplus(z + u, xp) - softplus(z, xp))


def gelu_change(z: Array, u: Array, xp: Namespace) -> Array:
    """u·Φ(z + u) + z·(Φ(z + u) - Φ(z)); for a small u the difference is the density's series about the middle m.

    It is u·φ(m)·(1 + (m² - 1)u²/24 + (m⁴ - 6m² + 3)u⁴/1920 + …), the derivatives of φ being Hermite polynomials (M.
    Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.2.31).
    """
    after = z + u
    small = xp.abs(u) < 0.02
    v = xp.where(small, u, 0.0)
    m = z + v / 2
    m2, v2 = m * m, v * v
    series = 1 + v2 / 24 * (m2 - 1 + v2 / 80 * (m2 * m2 - 6 * m2 + 3))
    density = 0.3989422804014327 * xp.exp(-m2 / 2) * v * series
    upper = normal_distribution(after, xp)
    return u * upper + z * xp.where(small, density, upper - normal_distribution(z, xp))


def sine_change(z: Array, u: Array, xp: Namespace) -> Array:
    """2·sin(u/2)·cos(z + u/2)."""
    return 2 * xp.sin(u / 2) * xp.cos(z + u / 2)


def identity_change(z: Array, u: Array, xp: Namespace) -> Array:
    """Return the shift itself, in the shape of z and u together."""
    return u + 0 * z


def step_change(z: Array, u: Array, xp: Namespace) -> Array:
    """Return 1, 0 or -1."""
    return step(z + u, xp) - step(z, xp)
