"""Mini-batches: which rows a step is measured on. Every epoch takes all of them, in an order of its own.

The order of epoch e is ``numpy.random.RandomState([seed, e]).permutation(rows)``: it depends on nothing that came before, so
that a training can be resumed anywhere, and NumPy keeps these draws the same for good. A step's number says which batch is its
own: that of the slopes which are measured there.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from koubai.core.array_types import Array, Index, Scalar
from koubai.core.slopes.base import Batch, Points

EPOCHS_AT_ONCE = 64  # whose orders are drawn together, fewer where there are many rows:
INDICES_AT_ONCE = 2**16
FEWEST_ROWS = 64  # that a program is compiled for
MOST_PADDED = 2**20  # numbers: data that are larger aren't filled up


@dataclass(frozen=True, eq=False)
class Orders:
    """The orders of some epochs, from step ``first`` on: ``index`` of rows, every epoch's last batch filled up with any.

    ``rows``: how many the data have. Behind the last epoch ``index`` has no meaning.
    """

    first: Scalar
    index: Array
    rows: Scalar


@dataclass(frozen=True)
class BatchSlices:
    """Batches as they are compiled in: of ``size`` rows, ``even`` where the last one is as large as the others.

    How many rows the data have is a traced number: other data of about as many rows need no other program.
    """

    size: int
    even: bool

    def batch(self, data: Batch, orders: Orders, number: Scalar) -> Batch:
        """The batch of step ``number``, traced. Where it isn't full, only some of its rows are counted."""
        import jax.numpy as jnp
        from jax import lax

        index = lax.dynamic_slice(orders.index, ((number - orders.first) * self.size,), (self.size,))
        batch_number = number % -(-orders.rows // self.size)
        counted = None if self.even else batch_number * self.size + jnp.arange(self.size) < orders.rows
        return replace(_rows_of(data, index), counted=counted)


@dataclass(frozen=True)
class Batches:
    """Batches of ``size`` out of ``rows`` rows, in the orders of ``seed``."""

    rows: int
    size: int
    seed: int

    @property
    def each_epoch(self) -> int:
        """How many batches an epoch has, the last one often smaller."""
        return steps_in_epoch(self.rows, self.size)

    @property
    def slices(self) -> BatchSlices:
        """What of them is compiled in."""
        return BatchSlices(self.size, self.rows % self.size == 0)

    @property
    def _epochs_at_once(self) -> int:
        return min(max(1, INDICES_AT_ONCE // _padded(self.rows)), EPOCHS_AT_ONCE)

    def orders_from(self, number: int) -> Orders:
        """The orders of the epoch of step ``number``, and of some epochs after it."""
        first = number // self.each_epoch
        index = np.zeros(self._epochs_at_once * steps_in_epoch(_padded(self.rows), self.size) * self.size, np.int32)
        for epoch in range(self._epochs_at_once):
            index[epoch * self.each_epoch * self.size :][: self.rows] = order_of(self.seed, first + epoch, self.rows)
        return Orders(np.int32(first * self.each_epoch), index, np.int32(self.rows))

    def reach(self, orders: Orders) -> int:
        """The number of the last step whose batch ``orders`` have."""
        return int(orders.first) + self._epochs_at_once * self.each_epoch - 1

    def plain_batch(self, data: Batch, orders: Orders, number: int) -> Batch:
        """The batch of step ``number`` in NumPy, only the rows that count."""
        return _rows_of(data, self.rows_of(orders, number))

    def rows_of(self, orders: Orders, number: int) -> NDArray[np.int32]:
        """The numbers of the rows that are the batch of step ``number``."""
        batch_number = number % self.each_epoch
        start = (number - int(orders.first)) * self.size
        rows: NDArray[np.int32] = orders.index[start : start + min(self.size, self.rows - batch_number * self.size)]
        return rows


def filled_up(data: Batch) -> Batch:
    """``data`` with as many rows more, which no batch takes, as a program is compiled for."""
    more = rows_compiled_for(*data.inputs.shape) - len(data.inputs)

    def padded(array: Array, axis: int) -> Array:
        return np.pad(array, [(0, more if at == axis else 0) for at in range(array.ndim)])

    points = None if data.points is None else Points(padded(data.points.values, 1), padded(data.points.reads, 1))
    return replace(data, inputs=padded(data.inputs, 0), targets=padded(data.targets, 0), points=points) if more else data


def rows_compiled_for(rows: int, features: int) -> int:
    """How many rows the program has room for that takes its batches from so many."""
    return _padded(rows) if _padded(rows) * features <= MOST_PADDED else rows


def _padded(rows: int) -> int:
    """The next power of two: so few sizes there are."""
    return max(FEWEST_ROWS, 1 << (rows - 1).bit_length())


def order_of(seed: int, epoch: int, rows: int) -> NDArray[np.int64]:
    """In which order an epoch takes the rows, (rows,)."""
    return np.random.RandomState([seed, epoch]).permutation(rows)


def steps_in_epoch(rows: int, size: int | None) -> int:
    """How many steps take every row once; 1 where all rows are taken at every step."""
    return 1 if size is None else -(-rows // size)


def _rows_of(data: Batch, index: Index) -> Batch:
    points = None if data.points is None else Points(data.points.values[:, index], data.points.reads[:, index])
    return replace(data, inputs=data.inputs[index], targets=data.targets[index], points=points)
