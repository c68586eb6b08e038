"""The random numbers of the methods that draw, in NumPy: the same bits as ``key_of`` and jax.random give.

The generator is Threefry-2x32 with 20 rounds: J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
It has no state that moves on: the draw of any step can be made at any time. JAX derives the key of a step by encrypting the
step's number, and the bits of an entry by encrypting the entry's number with that key (jax_threefry_partitionable).
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.arrays import sealed
from koubai.core.array_types import DType, Floats, RandomState

Pair = tuple[NDArray[np.uint32], NDArray[np.uint32]]
Draw = Callable[[RandomState, ArrayLike, int, DType], Floats]

NUMBERS_AT_ONCE = 2**13  # they take about twice as long as one: Threefry is 250 operations, however many numbers there are


def threefry(key: RandomState | Pair, count: Pair) -> Pair:
    """The words ``count`` encrypted with the words ``key``, elementwise: two words that look like chance."""
    keys = [key[0], key[1], key[0] ^ key[1] ^ np.uint32(0x1BD11BDA)]
    x, y = count[0] + keys[0], count[1] + keys[1]
    for turn in range(5):
        for bits in [(13, 15, 26, 6), (17, 29, 16, 24)][turn % 2]:
            x = x + y
            y = x ^ (y << bits | y >> (32 - bits))
        x = x + keys[(turn + 1) % 3]
        y = y + keys[(turn + 2) % 3] + np.uint32(turn + 1)
    return x, y


def fractions(random_state: RandomState, number: ArrayLike, size: int, dtype: DType) -> Floats:
    """Random numbers from 0 to below 1 for step ``number``, (size,), or for each of several steps, (steps, size)."""
    numbers = np.asarray(number, np.uint32)[..., None]
    key = threefry(random_state, (np.zeros_like(numbers), numbers))
    count = np.arange(size, dtype=np.uint32)
    high, low = threefry(key, (np.zeros_like(count), count))
    if dtype == np.float32:
        return ((high ^ low) >> 9).astype(np.float32) * np.float32(2**-23)
    return (high.astype(np.uint64) << 20 | low >> 12) * 2.0**-52


def signs(random_state: RandomState, number: ArrayLike, size: int, dtype: DType) -> Floats:
    """What jax.random.rademacher draws at step ``number``: 1 or -1 for each of ``size`` entries."""
    return np.where(fractions(random_state, number, size, dtype) < 0.5, 1, -1).astype(dtype)


def normals(random_state: RandomState, number: ArrayLike, size: int, dtype: DType) -> Floats:
    """What jax.random.normal draws at step ``number``: a standard normal for each of ``size`` entries.

    JAX's inverse of the error function is approximate: at u its normals are off by up to 20 + 1 / (1 - u²) roundings of 1, as
    three million of them were. These here are right to a rounding. They are made by the standard library, since scipy.special
    takes longer to import than it saves in a small network.
    """
    from statistics import NormalDist

    lowest = np.nextafter(-1, 0, dtype=dtype)
    evenly = fractions(random_state, number, size, dtype)
    evenly = np.maximum(evenly * (1 - lowest) + lowest, lowest)
    beyond = (1 - np.abs(evenly.astype(float))) / 2
    quantiles = map(NormalDist().inv_cdf, beyond.ravel().tolist())
    tails = np.array([*quantiles], dtype).reshape(evenly.shape)
    signed: Floats = np.copysign(tails, evenly)
    return signed


def cached_draw(draw: Draw, random_state: RandomState, number: int, size: int, dtype: DType) -> Floats:
    """``draw`` at step ``number``, (size,), not to be written to. The draws of the next steps are made and kept with it."""
    steps = max(1, NUMBERS_AT_ONCE // size)
    if steps == 1:
        return draw(random_state, number, size, dtype)
    block, place = divmod(number, steps)
    draws: Floats = _block(draw, tuple(random_state.tolist()), block * steps, steps, size, dtype)[place]
    return draws


@lru_cache(maxsize=16)  # of 64 KiB each
def _block(draw: Draw, random_state: tuple[int, int], first: int, steps: int, size: int, dtype: DType) -> Floats:
    draws = draw(np.array(random_state, np.uint32), np.arange(first, first + steps), size, dtype)
    return sealed(draws)
