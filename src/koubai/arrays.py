"""Arrays that come from outside: checked, as finite float64 numbers that nobody changes, and named by their content."""

import sys
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.errors import InputError

AnyArray = NDArray[Any]  # of any type of numbers, texts or objects
Arrays = Mapping[str, AnyArray]  # by their SHA-256


def frozen_floats(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return a read-only array of float64, a copy where anybody could still write to ``values``.

    Args:
        values: Numbers of any kind.
        name: What they are called in a message.

    Raises:
        InputError: The array isn't regular, not numeric or not finite.
    """
    given = numeric_array(values, name)
    try:
        array = given if given.dtype == np.float64 and is_sealed(given) else np.array(given, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:  # an integer beyond the largest float
        raise InputError("not-numbers", name=name) from error
    check_finite(array, name)
    array.setflags(write=False)
    return array


def numeric_array(values: ArrayLike, name: str, *, truths: bool = True) -> AnyArray:
    """Return ``values`` as an array of real numbers, or of objects that are such.

    Args:
        values: Numbers of any kind. Texts, dates and complex numbers aren't made into numbers.
        name: What they are called in a message.
        truths: Whether truth values are taken too, as 1 and 0.

    Raises:
        InputError: It is no such array.
    """
    try:
        given = np.asanyarray(values)
    except Exception as error:  # rows of different lengths, or whatever a foreign object says when it is asked for an array
        raise InputError("not-numbers", name=name) from error
    if is_loaded("numpy.ma") and np.ma.is_masked(given):
        raise InputError("not-numbers", name=name)
    if given.dtype.kind == "O":
        for one in given.flat:
            truth = isinstance(one, (bool, np.bool_))
            if isinstance(one, np.timedelta64) or not (truths if truth else isinstance(one, (Real, Decimal))):
                raise InputError("not-numbers-but", name=name, value=one)
    elif given.dtype.kind not in ("biuf" if truths else "iuf"):
        raise InputError("not-numbers-but", name=name, value=str(given.dtype))
    return np.asarray(given)


def check_finite(array: AnyArray, name: str) -> None:
    """Raise InputError, with the index, where a number of ``array`` isn't finite."""
    good = np.isfinite(array)
    if not good.all():
        index = [int(axis[0]) for axis in np.nonzero(np.atleast_1d(~good))]
        value = np.atleast_1d(array)[tuple(index)]
        if len(index) == 2:
            location = InputError("place-cell", row=index[0], column=index[1])
        else:
            location = InputError("place-entry", place=", ".join(map(str, index)))
        raise InputError("not-finite", name=name, value=value, place=location)


def is_loaded(package: str) -> bool:
    """Return whether ``package`` is imported in this process: only then can objects of its types occur."""
    return package in sys.modules


def is_jax_array(values: object) -> bool:
    """Return whether ``values`` is an array of JAX, traced or not, or stands for one of a shape."""
    if not is_loaded("jax"):
        return False
    import jax

    return isinstance(values, (jax.Array, jax.ShapeDtypeStruct))


def is_sealed(array: AnyArray) -> bool:
    """Return whether nobody can write to the array, nor to one that it is a part of."""
    part: object = array
    while isinstance(part, np.ndarray):
        if part.flags.writeable:
            return False
        part = part.base
    return part is None or isinstance(part, bytes)


def sealed(array: AnyArray) -> AnyArray:
    """Return an array of our own as one that nobody can write to any more."""
    if array.flags.writeable:
        array.setflags(write=False)
    return array


def digest(array: AnyArray) -> str:
    """Return the SHA-256 of an array's type, shape and numbers (little-endian, C order), as hexadecimal digits."""
    plain = np.ascontiguousarray(array)
    plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
    return sha256(f"{plain.dtype.str}{plain.shape}".encode() + plain.tobytes()).hexdigest()


def named_array(name: object, arrays: Arrays) -> AnyArray:
    """Return the array of ``arrays`` called ``name``; InputError where it isn't there, or its SHA-256 is another."""
    if not isinstance(name, str) or name not in arrays or digest(arrays[name]) != name:
        raise InputError("experiment-arrays", sha256=name)
    return arrays[name]


def evenly(count: int, most: int) -> NDArray[np.int64]:
    """Return at most ``most`` (but two) of the indices 0 to ``count`` - 1, evenly spread, with the first and the last."""
    return np.unique(np.linspace(0, count - 1, max(2, min(count, most))).round().astype(np.int64))
