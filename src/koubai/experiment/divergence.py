"""When a training has diverged: its loss is no number any more, has grown without bound, or ended far above where it began.

All three are measured against one level, ``level_of``: what the network loses at its start, or with all outputs 0, whichever
is more. A descent that makes things worse than both has not descended.
"""

from math import inf

import numpy as np
from numpy.typing import NDArray

from koubai.core.losses import Loss
from koubai.core.network import Network
from koubai.core.regularization import Penalty
from koubai.data import Dataset
from koubai.experiment.metrics import loss_on

# Where the rate is too large for the start, the loss of a network may rise by about its width before it falls for good (A.
# Lewkowycz et al., "The large learning rate phase of deep learning: the catapult mechanism", 2020). No width comes near this.
BEYOND = 1e6  # times the level: the training ends here
RISEN = 2.0  # times the level, at the end: no batch's chance, since it is the mean over an epoch


def level_of(network: Network, data: Dataset, loss: Loss, penalty: Penalty | None = None) -> float:
    """Compute the loss that a training is measured against.

    Args:
        network: The network at its start.
        data: The rows that are trained on.
        loss: What is descended.
        penalty: What the weights cost beside it; None for nothing.

    Returns:
        The loss at the start, with the penalty, or that of all outputs being 0, whichever is more; inf where that is no number.
        The second is the logarithm of the number of classes for cross-entropy, and half the mean square of values.
    """
    with np.errstate(all="ignore"):
        zero = float(np.mean(loss.rows(np.zeros(data.targets.shape), np.asarray(data.targets, np.float64), np)))
    level = max(total_loss(network, data, loss, penalty), zero)
    return level if 0 < level < inf else inf


def total_loss(network: Network, data: Dataset, loss: Loss, penalty: Penalty | None = None) -> float:
    """Compute what ``network`` loses on all rows, with the penalty."""
    cost = 0.0 if penalty is None else float(penalty.total(network, np))
    return loss_on(network, data, loss.name) + cost


def risen_since(losses: NDArray[np.float64], window: int, level: float) -> int | None:
    """Find since when the losses are far above the level.

    Args:
        losses: (n,), those after each step; with batches they are judged by the mean over an epoch.
        window: How many steps an epoch has. Before there are so many losses nothing is said.
        level: What they are measured against (see ``level_of``).

    Returns:
        The index since which they are above ``RISEN`` times ``level``; None where the last isn't.
    """
    if len(losses) < window or not np.mean(losses[-window:]) > RISEN * level:
        return None
    sums = np.cumsum(np.concatenate([[0.0], losses]))
    low = np.flatnonzero(~((sums[window:] - sums[:-window]) / window > RISEN * level))
    return int(low[-1]) + window if len(low) else 0
