"""The distinct inputs of a layer, where they are few: weights whose inputs are equal but for their sign share their points."""

import numpy as np

from koubai.core.array_types import Floats
from koubai.core.slopes.base import Points

MOST_POINTS = 8  # distinct ones, that are evaluated instead of interpolating
MOST_READS = 2**22  # numbers of ``Points.reads``: 32 MiB in float64
ROWS_TO_TELL = 64  # that tell whether it is worth looking at all


def few(inputs: Floats) -> Points | None:
    """The distinct sizes of each sample's inputs, the 1 of the bias among them; None where sharing them saves too little.

    ``values`` (k, n): the sizes, other than 0, that occur in sample n, padded with zeros. ``reads`` (k, n, inputs + 1): 1 or
    -1 where that input of that sample is ± that size, the last column for the bias; elsewhere 0.
    """
    signed = np.concatenate([inputs, np.ones_like(inputs[:, :1])], axis=1)
    if len(signed) > ROWS_TO_TELL and few(inputs[:ROWS_TO_TELL]) is None:
        return None
    ordered = np.sort(np.abs(signed), axis=1)
    new = ordered > 0
    new[:, 1:] &= ordered[:, 1:] != ordered[:, :-1]
    rank = np.cumsum(new, axis=1) - 1
    count = int(rank.max()) + 1
    if count > MOST_POINTS or 2 * count > signed.shape[1] + 1 or count * signed.size > MOST_READS:
        return None
    values = np.zeros((count, len(signed)), inputs.dtype)
    rows, columns = np.nonzero(new)
    values[rank[rows, columns], rows] = ordered[rows, columns]
    reads = np.where(values[:, :, None] == np.abs(signed), np.sign(signed), 0).astype(inputs.dtype)
    return Points(values, reads)
