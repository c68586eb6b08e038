"""How long a training takes in NumPy, and how long before JAX has begun, estimated by counting operations, never by a clock.

So the same experiment is computed by the same engine on every machine.
"""

from collections.abc import Sequence
from itertools import pairwise

from koubai.core.network import parameters_in
from koubai.core.step import Descent

# On a core of 2.1 GHz: what NumPy takes for an operation on an array however small, and for each number of it.
CALL, NUMBER = 1.2e-6, 2e-9
LOADING, COMPILING, COMPILING_LAYER = 0.8, 0.4, 0.4  # seconds: of JAX, of a program, and of a layer of central in it
DRAWING = 250  # operations of a draw of random numbers


def is_worth_it(descent: Descent, sizes: Sequence[int], rows: int, steps: int) -> bool:
    """Whether NumPy has made ``steps`` steps on ``rows`` rows before JAX is loaded and its program compiled."""
    layers = len(sizes) - 1
    start = LOADING + COMPILING + (COMPILING_LAYER * layers if descent.method.response_curves else 0)
    return steps * seconds(descent, sizes, min(rows, descent.batch_size or rows)) < start


def seconds(descent: Descent, sizes: Sequence[int], rows: int) -> float:
    """Of a step on so many rows."""
    layers, parameters = len(sizes) - 1, parameters_in(sizes)
    forward = CALL * (12 + 6 * layers) + NUMBER * rows * (parameters + 8 * sum(sizes[1:]))
    if descent.method.response_curves:
        return CALL * (40 + 25 * layers) + NUMBER * _numbers(sizes, rows)
    if descent.method.evaluations[0]:
        return forward * descent.method.evaluations_each(parameters)
    return 3 * forward + (CALL * DRAWING if descent.method.drawn_by else 0)


def _numbers(sizes: Sequence[int], rows: int) -> float:
    """About so many numbers the curves of all layers are made of: every point of a unit moves all that follows."""
    total = 0
    for number, (inputs, units) in enumerate(pairwise(sizes)):
        behind = sizes[number + 2 :] or sizes[-1:]
        curves = 2 * rows * (inputs + 1) * units
        products = sum(a * b for a, b in pairwise(behind))
        total += curves * (10 + 8 * sum(behind) + products)
    return total
