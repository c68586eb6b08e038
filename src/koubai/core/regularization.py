"""What large weights cost beside the loss: l1·Σ|w| + l2/2·Σw², over all weights. Biases cost nothing.

It is part of what is descended, so it is measured like the rest. Each weight's cost is its own, so that its central difference
is, too.
"""

from dataclasses import dataclass

import numpy as np

from koubai.core.array_types import Array, DType, Namespace, Scalar
from koubai.core.network import Network


@dataclass(frozen=True, eq=False)
class Penalty:
    """``l1`` and ``l2``, numbers from 0."""

    l1: Scalar
    l2: Scalar

    def astype(self, dtype: DType) -> "Penalty":
        """The same with numbers of this type."""
        number = np.dtype(dtype).type
        return Penalty(number(self.l1), number(self.l2))

    def of(self, weights: Array, xp: Namespace) -> Array:
        """What each weight costs, in the shape of ``weights``."""
        size = xp.where(weights.real < 0, -weights, weights) if xp.iscomplexobj(weights) else xp.abs(weights)
        return self.l1 * size + 0.5 * self.l2 * weights * weights

    def total(self, network: Network, xp: Namespace) -> Array:
        """What all weights of a network cost."""
        return sum(xp.sum(self.of(layer.weights, xp)) for layer in network.layers)

    def difference(self, weights: Array, h: Scalar, xp: Namespace) -> Array:
        """(cost at w + h - cost at w - h) / 2h of each weight, with the digits that a small h would lose."""
        return self.l1 * xp.clip(weights, -h, h) / h + self.l2 * weights  # |w + h| - |w - h| is 2w, or ±2h

    def derivative(self, weights: Array, xp: Namespace) -> Array:
        """That of each weight's cost; 0 of |w| at its kink."""
        return self.l1 * xp.sign(weights) + self.l2 * weights


def cost_of(network: Network, penalty: Penalty | None) -> float:
    """Compute by NumPy what all weights of a network cost.

    Args:
        network: The network.
        penalty: What they cost beside the loss; None where they cost nothing.

    Returns:
        The sum, 0 for None.
    """
    return 0.0 if penalty is None else float(penalty.total(network, np))
