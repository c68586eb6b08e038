"""The engine in plain NumPy: the same numbers as the compiled one, to rounding, without JAX; a script takes its source."""
