"""Slopes of any function of a list of arrays, by evaluating it: what a measured slope is, in the fewest words.

Every one of them is ``(f, parameters, h) -> slopes``: one array of slopes for each array of parameters. ``f`` gets such a
list. ``central`` and ``forward`` move one entry at a time, in place, and put it back: ``f`` must not keep the arrays.
Sources: those of ``slopes/differences`` and ``slopes/stochastic``, which say the same for the compiled engine.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.core.array_types import Floats, Scalar

ParameterArrays = Sequence[NDArray[Any]]  # float64, float32, or complex
ScalarFunction = Callable[[ParameterArrays], Scalar]


def central(f: ScalarFunction, parameters: ParameterArrays, h: Scalar) -> list[Floats]:
    """(f(x + h) - f(x - h)) / 2h for every entry: the plain double loop, two evaluations for each."""
    gradient = []
    for parameter in parameters:
        slope = np.zeros_like(parameter)
        for place in np.ndindex(parameter.shape):
            kept = parameter[place]
            parameter[place] = kept + h
            above = f(parameters)
            parameter[place] = kept - h
            below = f(parameters)
            parameter[place] = kept
            slope[place] = (above - below) / (2 * h)
        gradient.append(slope)
    return gradient


def forward(f: ScalarFunction, parameters: ParameterArrays, h: Scalar) -> list[Floats]:
    """(f(x + h) - f(x)) / h for every entry, over the step that rounding left of h; 0 where it left none."""
    here = f(parameters)
    gradient = []
    for parameter in parameters:
        slope = np.zeros_like(parameter)
        for place in np.ndindex(parameter.shape):
            kept = parameter[place]
            parameter[place] = kept + h
            taken = parameter[place] - kept
            if taken != 0:
                slope[place] = (f(parameters) - here) / taken
            parameter[place] = kept
        gradient.append(slope)
    return gradient


def complex_step(f: ScalarFunction, parameters: ParameterArrays, h: Scalar) -> list[Floats]:
    """Im f(x + ih) / h for every entry: no difference, so that a tiny h loses no digits. ``f`` gets complex copies."""
    moving = [parameter + 0j for parameter in parameters]
    gradient: list[Floats] = []
    for parameter in moving:
        slope = np.zeros_like(parameter.real)
        for place in np.ndindex(parameter.shape):
            kept = parameter[place]
            parameter[place] = kept + 1j * h
            slope[place] = f(moving).imag / h
            parameter[place] = kept
        gradient.append(slope)
    return gradient


def along(f: ScalarFunction, parameters: ParameterArrays, h: Scalar, directions: ParameterArrays) -> list[Floats]:
    """The slope along one direction, times that direction: with signs it is SPSA, where each sign is its own inverse."""
    above = f([p + h * d for p, d in zip(parameters, directions, strict=True)])
    below = f([p - h * d for p, d in zip(parameters, directions, strict=True)])
    slope = (above - below) / (2 * h)
    return [slope * d for d in directions]
