"""What a training needs before its first step has come: memory, and the time that its program takes to compile.

Both are estimated from below, by counting: what is refused could not have been, or not soon; what is let pass may still fail.
"""

from collections.abc import Sequence

import numpy as np

from koubai.core.methods import METHODS
from koubai.core.network import parameters_in
from koubai.core.precision import dtype_of
from koubai.core.training import Descent
from koubai.errors import InputError
from koubai.memory import check_memory

# How many numbers are there at once for each one that the optimizer keeps for a parameter: that before the step, those on the
# way and after it, two records at least on the way, and those that come back. 7.4 were measured for adam.
COPIES_OF_STATE = 7
MANY = 10**5  # parameters: with fewer it doesn't matter what the optimizer keeps


def check_compiling(descent: Descent, layers: int) -> None:
    """Raise InputError where the program of so many hidden ``layers`` would take longer to compile than a person waits."""
    most = descent.method.most_layers
    if layers > most and descent.engine != "numpy":
        raise InputError(
            "layers-method", value=layers, method=descent.method.name, most=most, best=METHODS["backprop"].most_layers
        )


def check_needed(descent: Descent, sizes: Sequence[int], rows: int, records: int = 0) -> None:
    """Refuse a training for which there is not enough memory.

    Args:
        descent: What is done at every step.
        sizes: The inputs, the units of every hidden layer, the outputs.
        rows: How many rows are trained on.
        records: How many are kept in memory, at least.

    Raises:
        InputError: Memory can't suffice.
    """
    number, method = np.dtype(dtype_of(descent.precision)).itemsize, descent.method
    parameters = parameters_in(sizes)
    state = state_of(descent) if parameters > MANY else 0
    at_once = min(rows, descent.batch_size or rows) if not method.response_curves else 0
    of_rows = rows * (sizes[0] + sizes[-1]) + at_once * max(sizes[1:])
    of_parameters = (method.copies + COPIES_OF_STATE * state) * parameters
    check_memory(number * (of_parameters + of_rows))
    if records:
        check_memory(number * records * (1 + state) * parameters, "memory-records", records=f"{records:,}")


def state_of(descent: Descent) -> int:
    """Count the numbers that the optimizer keeps for every parameter."""
    some = 1000
    if descent.engine == "numpy":
        return len(descent.optimizer.memory)
    import jax

    parameters = jax.ShapeDtypeStruct((some,), np.float32)  # type: ignore[no-untyped-call]
    state = jax.eval_shape(lambda values: descent.optimizer.start(values, descent.optimizer_options), parameters)
    return sum(int(leaf.size) for leaf in jax.tree.leaves(state)) // some
