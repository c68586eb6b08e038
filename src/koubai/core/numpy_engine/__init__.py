"""The NumPy engine: trainings of small networks in plain array operations, which begin at once.

It is also what to read first: ``central`` measures all slopes of a layer in a few array operations, ``differences`` has the
plain double loop and its kin, ``optimizers`` how parameters move, ``training`` the steps. Nothing here loads JAX.
"""
