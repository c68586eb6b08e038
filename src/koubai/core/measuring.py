"""What a training measures at one of its Steps: the slopes that it moves by from there, the rows, and what was drawn."""

from dataclasses import dataclass, replace

import numpy as np

from koubai.core.array_types import Scalar
from koubai.core.engine import engine_of
from koubai.core.losses import Loss
from koubai.core.network import Network
from koubai.core.precision import dtype_of
from koubai.core.regularization import Penalty
from koubai.core.slopes.base import Batch, Data, mean_loss
from koubai.core.training import Descent, Step, rows_seen, slopes_at


@dataclass(frozen=True, eq=False)
class Measured:
    """``gradient``: a Network of slopes at ``network``, on the rows of ``batch``, with the penalty, of ``loss`` there.

    ``direction``: the Network of what was drawn for each parameter; None for methods that don't draw.
    """

    loss: float
    gradient: Network
    network: Network
    batch: Batch
    direction: Network | None
    function: Loss

    @property
    def rows(self) -> int:
        """How many rows the step sees."""
        return len(self.batch.inputs)

    def loss_at(self, network: Network) -> Scalar:
        """The loss of another network on the same rows, in plain NumPy; complex where its parameters are."""
        with np.errstate(all="ignore"):
            return mean_loss(self.function, network, self.batch, np)


def measured_at(
    step: Step, data: Data, descent: Descent, *, h: float, penalty: Penalty | None = None, frozen: Network | None = None
) -> Measured:
    """What a training measures at ``step``; the arguments are those of ``descend``."""
    loss, gradient = slopes_at(step, data, descent, h=h, penalty=penalty, frozen=frozen)
    network = replace(step.parameters.astype(dtype_of(descent.precision)), output=descent.loss.output)
    batch = rows_seen(step, data, descent, penalty=penalty)
    direction = engine_of(descent).direction(descent, network, step.random_state, step.number)
    return Measured(loss, gradient, network, batch, direction, descent.loss)
