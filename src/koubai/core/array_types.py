"""What arrays are called in signatures. Docstrings give their shapes.

Much of the mathematics is written once for both libraries, and Python's numbers, NumPy's and traced values of JAX pass through
the same functions. So these names say to a reader what is meant; what is NumPy's alone (``Floats``, ``Flags``) is checked.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = Any  # a NumPy array, or a JAX array or tracer
Scalar = Any  # a number: Python's, NumPy's, or a traced one of JAX
Index = Any  # what an array is indexed by: numbers, slices, arrays of numbers, tuples of these
DType = Any  # the type of an array's numbers
PyTree = Any  # arrays in a nest of tuples, lists, dictionaries and registered dataclasses
Key = Any  # a random key of JAX
Namespace = Any  # the module that computes: numpy or jax.numpy
Floats = NDArray[np.floating]  # of NumPy, float64 or float32
Integers = NDArray[np.integer]
Flags = NDArray[np.bool_]
RandomState = NDArray[np.uint32]  # (2,), from which all draws of a training follow
ArrayFunction = Callable[[Array], Array]
