"""The activations as ONNX operations that onnxruntime computes in float64 too, to the last digits and at any magnitude.

onnxruntime has no float64 kernels for Erf and Softplus (nor, in older operator sets, LeakyRelu), and its Sigmoid keeps no
digits far below 0; these are composed of simpler operations, as ``core.activations`` defines them. An activation names its
function here; each adds nodes to the graph, and returns the name of the value of the pre-activation that is called ``v``.
"""

from collections.abc import Sequence

from koubai.export.onnx_builder import Graph

# W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation 23 (1969), with the
# coefficients of his later program CALERF; the highest power first. erf(x) for |x| ≤ 0.46875:
ERF_ABOVE = (
    1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3,
)  # fmt: skip
ERF_BELOW = (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3)
# erfc(x) for 0.46875 ≤ x ≤ 4:
MIDDLE_ABOVE = (
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2,
    8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
)  # fmt: skip
MIDDLE_BELOW = (
    1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
    3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
)  # fmt: skip
# erfc(x) for x ≥ 4, in powers of 1/x²:
FAR_ABOVE = (
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
    1.60837851487422766e-2, 6.58749161529837803e-4,
)  # fmt: skip
FAR_BELOW = (
    1.0, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3,
)  # fmt: skip
ONE_OVER_ROOT_PI = 0.5641895835477563
NEAR, FAR = 0.46875, 4.0
LARGEST = 40.0  # beyond it erfc is 0 in any precision; its square stays finite


def _above_zero(graph: Graph, v: str) -> str:
    return graph.node("Greater", v, graph.constant(0))


def relu(graph: Graph, v: str) -> str:
    """Write max(v, 0)."""
    return graph.node("Relu", v)


def leaky_relu(graph: Graph, v: str) -> str:
    """Write v above 0, a hundredth of it elsewhere."""
    return graph.node("Where", _above_zero(graph, v), v, graph.node("Mul", v, graph.constant(0.01)))


def tanh(graph: Graph, v: str) -> str:
    """Write the hyperbolic tangent."""
    return graph.node("Tanh", v)


def _away_from_overflow(graph: Graph, v: str) -> str:
    """exp(-|v|), at most 1."""
    return graph.node("Exp", graph.node("Neg", graph.node("Abs", v)))


def sigmoid(graph: Graph, v: str) -> str:
    """Write 1 / (1 + exp(-v)), without overflow."""
    e = _away_from_overflow(graph, v)
    above = graph.node("Where", _above_zero(graph, v), graph.constant(1), e)
    return graph.node("Div", above, graph.node("Add", graph.constant(1), e))


def softplus(graph: Graph, v: str) -> str:
    """Write log(1 + exp(v)), without overflow."""
    return graph.node("Add", graph.node("Relu", v), _log1p(graph, _away_from_overflow(graph, v)))


def _log1p(graph: Graph, e: str) -> str:
    """log(1 + e) to the last digits: log(u)·e / (u - 1) for the rounded u = 1 + e; e itself where u is 1.

    N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, section 1.14.1, gives W. Kahan's reasoning.
    """
    one = graph.constant(1)
    u = graph.node("Add", one, e)
    is_one = graph.node("Equal", u, one)
    beyond = graph.node("Where", is_one, one, graph.node("Sub", u, one))  # no division by 0
    return graph.node("Where", is_one, e, graph.node("Div", graph.node("Mul", graph.node("Log", u), e), beyond))


def gelu(graph: Graph, v: str) -> str:
    """Write v·erfc(-v/√2)/2."""
    complement = _erfc(graph, graph.node("Mul", v, graph.constant(-0.7071067811865476)))
    return graph.node("Mul", graph.node("Mul", graph.constant(0.5), v), complement)


def _erfc(graph: Graph, x: str) -> str:
    """1 - erf(x), by a rational function for each of three ranges of |x|; every range is evaluated, and one is taken."""
    size = graph.node("Min", graph.node("Abs", x), graph.constant(LARGEST))
    outside = graph.node("Where", graph.node("Greater", size, graph.constant(FAR)), _far(graph, size), _middle(graph, size))
    mirrored = graph.node("Sub", graph.constant(2), outside)
    outside = graph.node("Where", graph.node("Less", x, graph.constant(0)), mirrored, outside)
    is_outside = graph.node("Greater", size, graph.constant(NEAR))
    return graph.node("Where", is_outside, outside, _near(graph, x))


def _near(graph: Graph, x: str) -> str:
    x = graph.node("Clip", x, graph.constant(-NEAR), graph.constant(NEAR))
    square = graph.node("Mul", x, x)
    erf = graph.node("Mul", x, _ratio(graph, ERF_ABOVE, ERF_BELOW, square))
    return graph.node("Sub", graph.constant(1), erf)


def _middle(graph: Graph, x: str) -> str:
    ratio = _ratio(graph, MIDDLE_ABOVE, MIDDLE_BELOW, graph.node("Min", x, graph.constant(FAR)))
    return graph.node("Mul", _bell(graph, x), ratio)


def _far(graph: Graph, x: str) -> str:
    x = graph.node("Max", x, graph.constant(FAR))
    inverse = graph.node("Div", graph.constant(1), graph.node("Mul", x, x))
    series = graph.node("Mul", inverse, _ratio(graph, FAR_ABOVE, FAR_BELOW, inverse))
    ratio = graph.node("Div", graph.node("Sub", graph.constant(ONE_OVER_ROOT_PI), series), x)
    return graph.node("Mul", _bell(graph, x), ratio)


def _bell(graph: Graph, x: str) -> str:
    """exp(-x²), the square in two parts, of which the first is exact, so that no digit is lost for a large x."""
    sixteen = graph.constant(16)
    whole = graph.node("Div", graph.node("Floor", graph.node("Mul", x, sixteen)), sixteen)
    rest = graph.node("Mul", graph.node("Sub", x, whole), graph.node("Add", x, whole))
    first = graph.node("Exp", graph.node("Neg", graph.node("Mul", whole, whole)))
    return graph.node("Mul", first, graph.node("Exp", graph.node("Neg", rest)))


def _ratio(graph: Graph, above: Sequence[float], below: Sequence[float], x: str) -> str:
    return graph.node("Div", _polynomial(graph, above, x), _polynomial(graph, below, x))


def _polynomial(graph: Graph, coefficients: Sequence[float], x: str) -> str:
    """By Horner's rule, the highest power's coefficient first."""
    value = graph.constant(coefficients[0])
    for coefficient in coefficients[1:]:
        value = graph.node("Add", graph.node("Mul", value, x), graph.constant(coefficient))
    return value


def sin(graph: Graph, v: str) -> str:
    """Write the sine."""
    return graph.node("Sin", v)


def identity(graph: Graph, v: str) -> str:
    """Write nothing: the value is the pre-activation."""
    return v


def step(graph: Graph, v: str) -> str:
    """Write 1 above 0, 0 elsewhere."""
    return graph.cast(_above_zero(graph, v))
