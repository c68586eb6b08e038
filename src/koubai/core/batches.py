"""Mini-batches: which rows a step is measured on. Every epoch takes all of them, in an order of its own.

The order of epoch e is ``numpy.random.RandomState([seed, e]).permutation(rows)``: it depends on nothing that came before, so
that a training can be resumed anywhere, and NumPy keeps these draws the same for good. A step's number says which batch is its
own: that of the slopes which are measured there.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.core.slopes.base import Batch, Points

EPOCHS_AT_ONCE = 64  # whose orders are drawn together, fewer where there are many rows:
INDICES_AT_ONCE = 2**16


@dataclass(frozen=True, eq=False)
class Orders:
    """The orders of some epochs, from ``first`` on: ``rows`` (epochs, batches·size), the last batch filled up with any rows."""

    first: Any
    rows: Any


@dataclass(frozen=True)
class Batches:
    """Batches of ``size`` out of ``rows`` rows, in the orders of ``seed``."""

    rows: int
    size: int
    seed: int = field(compare=False)  # nothing compiled depends on it

    @property
    def each_epoch(self) -> int:
        """How many batches an epoch has, the last one often smaller."""
        return steps_in_epoch(self.rows, self.size)

    @property
    def ends_even(self) -> bool:
        """Whether the last batch is as large as the others."""
        return self.rows % self.size == 0

    def orders_from(self, number: int) -> Orders:
        """The orders of the epoch of step ``number``, and of some epochs after it."""
        first = number // self.each_epoch
        epochs = min(max(1, INDICES_AT_ONCE // self.rows), EPOCHS_AT_ONCE)
        made = np.zeros((epochs, self.each_epoch * self.size), np.int32)
        for place in range(epochs):
            made[place, : self.rows] = order_of(self.seed, first + place, self.rows)
        return Orders(np.int32(first), made)

    def reach(self, orders: Orders) -> int:
        """The number of the last step whose batch ``orders`` have."""
        return (int(orders.first) + len(orders.rows)) * self.each_epoch - 1

    def batch(self, data: Batch, orders: Orders, number: Any) -> Batch:
        """The batch of step ``number``, traced. Where it isn't full, only some of its rows are counted."""
        import jax.numpy as jnp
        from jax import lax

        place = number % self.each_epoch
        start = (number // self.each_epoch - orders.first, place * self.size)
        index = lax.dynamic_slice(orders.rows, start, (1, self.size))[0]
        counted = None if self.ends_even else place * self.size + jnp.arange(self.size) < self.rows
        return replace(_rows_of(data, index), counted=counted)

    def plain_batch(self, data: Batch, orders: Orders, number: int) -> Batch:
        """The same in NumPy, only the rows that count."""
        return _rows_of(data, self.rows_of(orders, number))

    def rows_of(self, orders: Orders, number: int) -> NDArray[np.int32]:
        """The numbers of the rows that are the batch of step ``number``."""
        place = number % self.each_epoch
        order: NDArray[np.int32] = orders.rows[number // self.each_epoch - int(orders.first), : self.rows]
        return order[place * self.size : (place + 1) * self.size]


def order_of(seed: int, epoch: int, rows: int) -> NDArray[np.int64]:
    """In which order an epoch takes the rows, (rows,)."""
    return np.random.RandomState([seed, epoch]).permutation(rows)


def steps_in_epoch(rows: int, size: int | None) -> int:
    """How many steps take every row once; 1 where all rows are taken at every step."""
    return 1 if size is None else -(-rows // size)


def _rows_of(data: Batch, index: Any) -> Batch:
    few = None if data.points is None else Points(data.points.values[:, index], data.points.reads[:, index])
    return replace(data, inputs=data.inputs[index], targets=data.targets[index], points=few)
