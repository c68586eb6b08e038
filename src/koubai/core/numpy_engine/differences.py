"""Differences of a function of a list of NumPy arrays, one entry after the other: the plain loop and its kin."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Function = Callable[[Sequence[Array]], Any]


def central(f: Function, parameters: Sequence[Array], h: Any) -> list[Array]:
    """(f at +h - f at -h) / 2h for each entry, which is moved in place and put back."""
    return [_each(lambda p, place: _central(f, parameters, p, place, h), p) for p in parameters]


def _central(f: Function, parameters: Sequence[Array], p: Array, place: tuple[int, ...], h: Any) -> Any:
    kept = p[place]
    p[place] = kept + h
    above = f(parameters)
    p[place] = kept - h
    below = f(parameters)
    p[place] = kept
    return (above - below) / (2 * h)


def _each(slope: Callable[[Array, tuple[int, ...]], Any], p: Array) -> Array:
    made = np.zeros(p.shape, p.real.dtype)
    for place in np.ndindex(p.shape):
        made[place] = slope(p, place)
    return made


def forward(f: Function, parameters: Sequence[Array], h: Any) -> list[Array]:
    """(f at +h - f) / h for each entry, divided by the step that was taken."""
    here = f(parameters)

    def slope(p: Array, place: tuple[int, ...]) -> Any:
        kept = p[place]
        p[place] = kept + h
        taken = p[place] - kept
        made = (f(parameters) - here) / taken if taken else 0
        p[place] = kept
        return made

    return [_each(slope, p) for p in parameters]


def complex_step(f: Function, parameters: Sequence[Array], h: Any) -> list[Array]:
    """Im f at +ih / h for each entry."""
    moving = [p.astype(np.result_type(p, 1j)) for p in parameters]

    def slope(p: Array, place: tuple[int, ...]) -> Any:
        kept = p[place]
        p[place] = kept + 1j * h
        made = f(moving).imag / h
        p[place] = kept
        return made

    return [_each(slope, p) for p in moving]


def along(f: Function, parameters: Sequence[Array], h: Any, directions: Sequence[Array]) -> list[Array]:
    """The slope along one direction, times that direction."""
    above = f([p + h * d for p, d in zip(parameters, directions, strict=True)])
    below = f([p - h * d for p, d in zip(parameters, directions, strict=True)])
    return [(above - below) / (2 * h) * d for d in directions]
