"""Data as a method wants it: checked, cast, its few distinct points found. Once, where nobody can change the arrays."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from threading import Lock
from weakref import ref

import jax
import numpy as np

from koubai.arrays import is_sealed
from koubai.core.array_types import Array
from koubai.core.losses import Loss
from koubai.core.methods import Method
from koubai.core.network import Network
from koubai.core.precision import Precision, calling_in, chosen_device
from koubai.core.slopes.base import Batch, Data, batch_of
from koubai.core.slopes.distinct import few

MOST_BYTES = 2**26  # of all batches that are kept; what needs more is soon prepared, beside what a step on it takes


def prepared(method: Method, data: Batch) -> Batch:
    """``data`` with what ``method`` wants to know of it beforehand."""
    return replace(data, points=few(data.inputs)) if method.response_curves else data


@dataclass(frozen=True)
class _CachedBatch:
    inputs: Callable[[], Array | None]  # weak references: a batch is let go when the arrays are
    targets: Callable[[], Array | None]
    batch: Batch
    size: int


class _BatchCache:
    """The batches of arrays that nobody can write to, on the device that computes."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, _CachedBatch] = {}
        self._lock = Lock()

    def __call__(self, method: Method, data: Data, network: Network, loss: Loss, precision: Precision) -> Batch:
        """``batch_of`` the same, and ``prepared``. InputError as there."""
        inputs: Array = getattr(data, "inputs", None)
        targets: Array = getattr(data, "targets", None)
        if not (_is_lasting(inputs) and _is_lasting(targets)):
            return prepared(method, batch_of(data, network, loss, precision))
        key = (id(inputs), id(targets), loss.output, precision, method.response_curves, method.compiled, chosen_device())
        cached = self._kept.get(key)
        fits = cached and inputs.shape[1:] == network.sizes[:1] and targets.shape[1:] == network.sizes[-1:]
        if cached and fits and cached.inputs() is inputs and cached.targets() is targets:
            return cached.batch
        batch = prepared(method, batch_of(data, network, loss, precision))
        size = sum(leaf.nbytes for leaf in jax.tree.leaves(batch))
        if size > MOST_BYTES:
            return batch
        if method.compiled:
            with calling_in(precision):
                batch = jax.device_put(batch)
        self._keep(key, inputs, targets, batch, size)
        return batch

    def _keep(self, key: Hashable, inputs: Array, targets: Array, batch: Batch, size: int) -> None:
        def let_go(_: object) -> None:  # called at any moment, so that it can't wait for the lock
            self._kept.pop(key, None)

        with self._lock:
            cached = self._kept.copy()
            excess = size + sum(one.size for one in cached.values()) - MOST_BYTES
            for old, one in cached.items():
                if excess > 0:
                    self._kept.pop(old, None)
                    excess -= one.size
            self._kept[key] = _CachedBatch(ref(inputs, let_go), ref(targets, let_go), batch, size)


prepared_once = _BatchCache()


def _is_lasting(array: object) -> bool:
    """Whether an array has the same numbers whenever it is looked at."""
    return type(array) is np.ndarray and array.dtype.kind in "biuf" and is_sealed(array)
