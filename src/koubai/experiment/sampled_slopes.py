"""Slopes of some parameters, as a training measures them and as they are: does h say which way is down?"""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from koubai.arrays import evenly
from koubai.core.losses import loss_named
from koubai.core.methods import method_named
from koubai.core.network import Network
from koubai.core.slopes.base import Batch
from koubai.core.slopes.loop import difference, movable

if TYPE_CHECKING:
    from koubai.experiment.experiment import Experiment

MOST, MOST_ROWS = 64, 512  # parameters that are sampled, and rows on which they are measured
TANGENT = 1e-5  # the step of a central difference that is taken for the exact slope: right to about 1e-10
DOWN = 0.25  # of the pace at which the loss falls along the exact slopes: measured ones by which it falls no faster lead astray


class SampledSlopes:
    """Some of the weights of ``network`` that ``experiment`` may move, evenly spread, on some of its rows, evenly spread.

    Biases are taken only where all weights are frozen.
    """

    def __init__(self, experiment: "Experiment", network: Network) -> None:
        self._experiment, self._moving = experiment, movable(network.astype(np.float64))
        problem, data = experiment.problem, experiment.problem.dataset()
        rows = evenly(len(data.inputs), MOST_ROWS)
        self._batch = Batch(
            np.asarray(data.inputs[rows], np.float64), np.asarray(data.targets[rows], np.float64), penalty=experiment.penalty
        )
        self._loss, mask = loss_named(problem.loss or ""), problem.mask()
        masked = {} if mask is None else mask.arrays()
        arrays = self._moving.arrays()
        weights = [name for name in arrays if name[0] == "w" and not (mask is not None and masked[name].all())]
        self._entries = [
            (arrays[name], index)
            for name in weights or arrays
            for index in _spread(arrays[name].shape, masked.get(name), MOST // len(weights or arrays) or 1)
        ]

    def central(self, h: float) -> NDArray[np.float64]:
        """Measure them by central differences."""
        return self._differences(h, -h) / (2 * h)

    def forward(self, h: float) -> NDArray[np.float64]:
        """Measure them by forward differences."""
        return self._differences(h, 0.0) / h

    def _differences(self, to: float, below: float) -> NDArray[np.float64]:
        with np.errstate(all="ignore"):
            changes = [difference(self._loss, self._moving, *entry, self._batch, to, below) for entry in self._entries]
        return np.array(changes, np.float64)

    def at(self, h: float) -> NDArray[np.float64]:
        """Measure them by the method of the experiment, with that h."""
        method = method_named(self._experiment.method)
        if method.difference in ("none", "complex"):
            return self.exact
        if method.response_curves:  # which keeps the digits that a difference of losses would lose
            return self.central(max(h, TANGENT))
        return self.forward(h) if method.difference == "forward" else self.central(h)

    @cached_property
    def exact(self) -> NDArray[np.float64]:
        """Their slopes as they are."""
        return self.central(TANGENT)

    def misleads(self, h: float) -> bool:
        """Tell whether the slopes that are measured with ``h`` hardly say which way is down; never where units step.

        Of these the exact slopes say nothing. Along m the loss falls |e|·cos(m, e) for a way of length 1, along the exact
        slopes e it falls |e|.
        """
        if any(one.kind == "stepping" for one in self._moving.activations):
            return False
        measured, exact = self.at(h), self.exact
        return bool(measured @ exact < DOWN * np.linalg.norm(measured) * np.linalg.norm(exact))

    def better_h(self, usual: float) -> float:
        """Find the largest h, by powers of ten below the experiment's, that leads down; ``usual`` where its h is too small."""
        h = self._experiment.h or 0.0
        if h < TANGENT:
            return usual
        while h > TANGENT and self.misleads(h):
            h /= 10
        return float(f"{h:.3g}")


def _spread(shape: tuple[int, ...], frozen: NDArray[np.bool_] | None, most: int) -> list[tuple[int, ...]]:
    """Choose at most ``most`` (but two) indices of an array of that shape, evenly spread over those that aren't frozen."""
    free = np.arange(np.prod(shape)) if frozen is None else np.flatnonzero(~frozen.ravel())
    chosen = free[evenly(len(free), most)] if len(free) else free
    return [tuple(int(part) for part in np.unravel_index(int(number), shape)) for number in chosen]
