"""What arrays are called in signatures. Docstrings give their shapes.

Much of the mathematics is written once for both libraries: such a function takes the module that computes, ``xp``, and its
arrays are ``Array``. What is NumPy's alone is ``Floats``.
"""

from typing import Any

from numpy.typing import NDArray

Array = Any  # a NumPy array, or a JAX array or tracer: a union of the two would know less of what ``xp`` returns than it claims
Namespace = Any  # numpy or jax.numpy
Floats = NDArray[Any]  # of NumPy, float64 or float32
