"""How a slope is measured in NumPy: the functions that ``core.methods`` names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from koubai.core.activations import Activation
from koubai.core.array_types import Floats, Scalar
from koubai.core.losses import Loss
from koubai.core.network import Network
from koubai.core.numpy_engine import central as curves
from koubai.core.numpy_engine import differences
from koubai.core.numpy_engine.central import PreparedRows
from koubai.core.numpy_engine.parameters import are_weights, matrices, parts
from koubai.core.regularization import Penalty

LossAndSlopes = tuple[Scalar, Floats]  # the loss, and the slopes of all parameters in a flat array


@dataclass(frozen=True, eq=False)
class Objective:
    """What doesn't change while a network is trained: the loss, the penalty, the shape of the network, h."""

    loss: Loss
    network: Network
    h: Scalar
    penalty: Penalty | None = None

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of inputs, of units of every hidden layer, and of outputs."""
        return self.network.sizes

    @cached_property
    def activations(self) -> tuple[Activation, ...]:
        """Those of the hidden layers."""
        return self.network.activations

    @cached_property
    def weights(self) -> Floats:
        """1 for each of the flat parameters that is a weight, 0 for biases."""
        return are_weights(self.sizes).astype(self.network.layers[0].bias.dtype)

    def loss_of(self, rows: PreparedRows) -> Callable[[Sequence[Floats]], Scalar]:
        """The loss of ``rows`` as a function of all weights and biases, (w1, b1, w2, b2, …)."""
        inputs = rows.inputs[:, :-1]

        def loss(parameters: Sequence[Floats]) -> Scalar:
            values = inputs @ parameters[0] + parameters[1]
            for activation, weights, bias in zip(self.activations, parameters[2::2], parameters[3::2], strict=True):
                values = activation.apply(values, np) @ weights + bias
            mean = self.loss.rows(values, rows.targets, np).mean()
            if self.penalty is None:
                return mean
            return mean + sum(self.penalty.of(weights, np).sum() for weights in parameters[::2])

        return loss

    def with_penalty(self, flat: Floats, loss: Scalar, slopes: Floats, slope: Callable[[Penalty], Floats]) -> LossAndSlopes:
        """``loss`` and ``slopes`` of the data, with what the weights cost and the ``slope`` of that."""
        if self.penalty is None:
            return loss, slopes
        cost = (self.penalty.of(flat, np) * self.weights).sum()
        return loss + cost, slopes + slope(self.penalty) * self.weights


def central(objective: Objective, flat: Floats, rows: PreparedRows, drawn: None = None) -> LossAndSlopes:
    """By response curves."""
    loss, slopes = curves.measure(objective.loss, matrices(flat, objective.sizes), objective.activations, rows, objective.h)
    return objective.with_penalty(flat, loss, slopes, lambda penalty: penalty.difference(flat, objective.h, np))


def loop(objective: Objective, flat: Floats, rows: PreparedRows, drawn: None = None) -> LossAndSlopes:
    """By the definition, one parameter after the other."""
    return _of_each(differences.central, objective, flat, rows)


def forward(objective: Objective, flat: Floats, rows: PreparedRows, drawn: None = None) -> LossAndSlopes:
    """The same to one side only."""
    return _of_each(differences.forward, objective, flat, rows)


def complex_step(objective: Objective, flat: Floats, rows: PreparedRows, drawn: None = None) -> LossAndSlopes:
    """By an imaginary h."""
    return _of_each(differences.complex_step, objective, flat, rows)


def along_drawn(objective: Objective, flat: Floats, rows: PreparedRows, drawn: Floats) -> LossAndSlopes:
    """Along one direction that was ``drawn`` for all parameters."""
    f = objective.loss_of(rows)
    directions = parts(drawn, objective.sizes)
    slopes = differences.along(f, parts(flat, objective.sizes), objective.h, directions)
    return f(parts(flat, objective.sizes)), np.concatenate([slope.ravel() for slope in slopes])


def backprop(objective: Objective, flat: Floats, rows: PreparedRows, drawn: None = None) -> LossAndSlopes:
    """Exact slopes, by the chain rule from the loss backwards: D. E. Rumelhart et al., Nature 323 (1986)."""
    layers, activations = matrices(flat, objective.sizes), objective.activations
    values, pre_activations = curves.passed(layers, activations, rows.inputs)
    n, loss = len(rows.inputs), objective.loss
    assert loss.gradient is not None
    error = loss.gradient(pre_activations[-1], rows.targets, np) / n
    slopes = [values[-1].T @ error]
    for number in range(len(activations) - 1, -1, -1):
        error = (error @ layers[number + 1][:-1].T) * activations[number].derivative(pre_activations[number], np)
        slopes.append(values[number].T @ error)
    value = loss.rows(pre_activations[-1], rows.targets, np).mean()
    gradient = np.concatenate([slope.ravel() for slope in reversed(slopes)])
    return objective.with_penalty(flat, value, gradient, lambda penalty: penalty.derivative(flat, np))


def _of_each(difference: Callable[..., list[Floats]], objective: Objective, flat: Floats, rows: PreparedRows) -> LossAndSlopes:
    """A difference for one parameter after the other; they are moved in an array of their own."""
    f, moving = objective.loss_of(rows), parts(flat.copy(), objective.sizes)
    slopes = difference(f, moving, objective.h)
    return f(parts(flat, objective.sizes)), np.concatenate([slope.ravel() for slope in slopes])
