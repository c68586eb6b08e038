"""What large weights cost beside the loss: l1·Σ|w| + l2/2·Σw², over all weights. Biases cost nothing.

It is part of what is descended, so it is measured like the rest. Each weight's cost is its own, so that its central difference
is, too.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from koubai.core.array_types import Array, Namespace


@dataclass(frozen=True, eq=False)
class Penalty:
    """``l1`` and ``l2``, numbers from 0."""

    l1: Any
    l2: Any

    def of(self, weights: Array, xp: Namespace) -> Array:
        """What each weight costs, in the shape of ``weights``."""
        size = xp.where(weights.real < 0, -weights, weights) if xp.iscomplexobj(weights) else xp.abs(weights)
        return self.l1 * size + 0.5 * self.l2 * weights * weights

    def total(self, network: Any, xp: Namespace) -> Array:
        """What all weights of a network cost."""
        return sum(xp.sum(self.of(layer.weights, xp)) for layer in network.layers)

    def difference(self, weights: Array, h: Any, xp: Namespace) -> Array:
        """(cost at w + h - cost at w - h) / 2h of each weight, with the digits that a small h would lose."""
        return self.l1 * xp.clip(weights, -h, h) / h + self.l2 * weights  # |w + h| - |w - h| is 2w, or ±2h

    def derivative(self, weights: Array, xp: Namespace) -> Array:
        """That of each weight's cost; 0 of |w| at its kink."""
        return self.l1 * xp.sign(weights) + self.l2 * weights


def cost_of(network: Any, l1: float, l2: float) -> float:
    """What all weights of ``network`` cost, computed by NumPy."""
    return float(Penalty(l1, l2).total(network, np)) if l1 or l2 else 0.0
