"""Arrays that come from outside: made finite float64 numbers that nobody changes, and named by their content; and places."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.errors import InputError

Arrays = Mapping[str, NDArray[Any]]  # by their SHA-256


def frozen_floats(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """A read-only copy as float64; InputError, with ``name``, where it isn't regular, not numeric or not finite."""
    try:
        given = np.asanyarray(values)
        if given.dtype.kind == "c" or np.ma.is_masked(given):
            raise InputError("not-numbers", name=name)
        array = np.array(given, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError("not-numbers", name=name) from error
    if not np.isfinite(array).all():
        raise InputError("not-finite", name=name, value=array[~np.isfinite(array)].flat[0])
    array.setflags(write=False)
    return array


def digest(array: NDArray[Any]) -> str:
    """The SHA-256 of an array's type, shape and numbers (little-endian, C order), as hexadecimal digits."""
    plain = np.ascontiguousarray(array)
    plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
    return sha256(f"{plain.dtype.str}{plain.shape}".encode() + plain.tobytes()).hexdigest()


def named_array(name: Any, arrays: Arrays) -> NDArray[Any]:
    """The array of ``arrays`` called ``name``; InputError where it isn't there, or its SHA-256 is another."""
    if not isinstance(name, str) or name not in arrays or digest(arrays[name]) != name:
        raise InputError("experiment-arrays", sha256=name)
    return arrays[name]


def evenly(count: int, most: int) -> NDArray[np.int64]:
    """At most ``most`` (but two) of the places 0 to ``count`` - 1, evenly spread, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, max(2, min(count, most))).round().astype(np.int64))
