"""The interface of the two engines that make the steps of a training: ``compiled`` and ``numpy_engine.training``."""

from importlib import import_module
from typing import Protocol, cast

from koubai.core.array_types import PyTree, RandomState
from koubai.core.batches import Batches
from koubai.core.network import Network
from koubai.core.slopes.base import Batch
from koubai.core.state import ChunkResult, Numbers, State
from koubai.core.step import Descent


class EngineModule(Protocol):
    """A module with these functions. A State belongs to the engine that made it."""

    def optimizer_state(self, descent: Descent, network: Network) -> PyTree:
        """Return the optimizer's state before the first step, in NumPy arrays."""
        ...

    def begin(self, descent: Descent, network: Network, number: int, optimizer_state: PyTree) -> State:
        """Return the state from which a training goes on after step ``number``: nothing is measured yet."""
        ...

    def rows(self, descent: Descent, batch: Batch, *, batched: bool) -> Batch:
        """Return ``batch``, all rows of a training, as ``chunk`` takes it; ``batched``: whether a step sees only some."""
        ...

    def chunk(
        self, descent: Descent, batches: Batches | None, state: State, is_first: bool, count: int, numbers: Numbers
    ) -> ChunkResult:
        """Make at most ``count`` steps; a state that ``is_first`` has measured nothing yet, and measuring it is the first."""
        ...

    def gradient(self, state: State) -> Network:
        """Return the slopes that were measured, in NumPy arrays."""
        ...

    def snapshot(self, state: State) -> tuple[Network, PyTree]:
        """Return the parameters and the optimizer's state in NumPy arrays, to which nobody writes."""
        ...

    def direction(self, descent: Descent, network: Network, key: RandomState, number: int) -> Network | None:
        """Return what is drawn for every parameter at step ``number``; None for a method that doesn't draw."""
        ...


def engine_of(descent: Descent) -> EngineModule:
    """Return the module that makes the steps; it is imported now, since JAX takes its time to load."""
    name = "koubai.core.numpy_engine.training" if descent.engine == "numpy" else "koubai.core.compiled"
    return cast(EngineModule, import_module(name))
