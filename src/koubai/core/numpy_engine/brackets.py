"""What every sample loses when its logits move one way, less what it loses when they move the other way: the bracket of a loss.

Moves are arrays (outputs, n, 2, points), the two ways last but one; brackets are (n, points).
"""

from math import isfinite, sqrt
from typing import Protocol

import numpy as np

from koubai.core.array_types import Floats
from koubai.core.losses import Loss

TINY = 0.03  # moves below it are for series of a few terms
SMALL = 0.5  # moves below it keep their digits by the loss's response
FEW = 2**11  # numbers, whose squares are sooner added up than their extremes found
FARTHEST = 300.0  # exp(±300) neither overflows nor vanishes beside anything that matters


class Brackets(Protocol):
    """The brackets of a loss where the samples' logits are now; ``lost``: what the samples lose now, together.

    ``ways`` (moves, n, outputs): how the moves that ``of`` wants follow from those of the outputs, for each sample.
    """

    lost: Floats
    ways: Floats

    def of(self, moves: Floats) -> Floats:
        """The brackets (n, points) of ``moves`` (moves, n, 2, points)."""
        ...


def brackets_of(loss: Loss, logits: Floats, targets: Floats, against: Floats | None, *, fine: bool) -> Brackets:
    """Those of ``loss`` at ``logits`` and ``targets`` (n, outputs); ``against`` is ``against_the_true_class(targets)``.

    ``fine``: a small h asks for digits that a difference of two losses doesn't have; they cost more.
    """
    if loss.floor is not None and against is not None:
        return Quotients(loss, logits, targets, against, fine=fine)
    return Differences(loss, logits, targets, fine=fine)


def against_the_true_class(targets: Floats) -> Floats:
    """For one-hot ``targets`` (n, outputs): the ways (outputs - 1, n, outputs) from the true class to each of the others."""
    n, outputs = targets.shape
    true = targets.argmax(axis=1)
    others = np.array([[output for output in range(outputs) if output != here] for here in true], int).reshape(n, outputs - 1)
    ways = np.zeros((outputs - 1, n, outputs), targets.dtype)
    ways[:, np.arange(n), true] = -1
    ways[np.arange(outputs - 1)[:, None], np.arange(n), others.T] = 1
    return ways


class Differences:
    """Of any loss: two losses and their difference, or, where the moves are small, its response, which keeps all digits."""

    def __init__(self, loss: Loss, logits: Floats, targets: Floats, *, fine: bool) -> None:
        n, outputs = logits.shape
        self.loss, self.logits, self.targets = loss, logits[:, None, None], targets[:, None, None]
        self.rows = loss.rows(logits, targets, np)
        self.lost, self.fine = self.rows.sum(), fine
        self.response = loss.response(logits, targets, np)
        self.ways = np.broadcast_to(np.eye(outputs, dtype=logits.dtype)[:, None], (outputs, n, outputs))

    def of(self, moves: Floats) -> Floats:
        """See ``Brackets``."""
        if self.response.largest == np.inf:
            lost_more = self.response.lost(moves, 1, np)
        elif not self.fine:
            lost_more = self._rows(moves)
        else:
            small = np.abs(moves).max(axis=0) < SMALL
            lost_more = self.response.lost(np.where(small, moves, 0), 1, np)
            if not small.all():
                lost_more = np.where(small, lost_more, self._rows(moves) - self.rows[:, None, None])
        brackets: Floats = lost_more[:, 0] - lost_more[:, 1]
        return brackets

    def _rows(self, moves: Floats) -> Floats:
        rows: Floats = self.loss.rows(self.logits + np.moveaxis(moves, 0, -1), self.targets, np)
        return rows


class Quotients:
    """Of -log(p + floor), p being the true class's probability by softmax: the logarithm of one quotient.

    Softmax sees differences of logits only, so that logits and moves are taken against those of the sample's true class: then
    p = 1/S with S = 1 + Σ exp(logit + move) over the other classes. All terms are positive, so that nothing cancels.
    """

    def __init__(self, loss: Loss, logits: Floats, targets: Floats, against: Floats, *, fine: bool) -> None:
        self.loss, self.logits, self.targets, self.ways, self.fine = loss, logits, targets, against, fine
        self.floor = logits.dtype.type(loss.floor or 0.0)
        self.others = np.add.reduce(against * logits, axis=-1)[:, :, None, None]  # their logits, (outputs - 1, n, 1, 1)
        self.all = 1 + np.add.reduce(np.exp(self.others))  # S now; where it is infinite, p is 0
        self.lost = -np.add.reduce(np.log(1 / self.all + self.floor), axis=None)
        if not isfinite(np.add.reduce(logits, axis=None)):  # then the loss is no number, by its definition
            self.lost = loss.rows(logits, targets, np).sum()

    def of(self, moves: Floats) -> Floats:
        """See ``Brackets``; moves are those of the other classes against the true one."""
        size = farthest(moves)
        if not size < (SMALL if self.fine else FARTHEST):
            return self._plainly(moves)
        if self.fine:
            return self._finely(moves, size)
        p = 1 / (1 + np.add.reduce(np.exp(moves + self.others))) + self.floor
        brackets: Floats = np.log(p[:, 1] / p[:, 0])
        return brackets

    def _finely(self, moves: Floats, size: float) -> Floats:
        """To the last digit: log(1 + (1 - k)·(a₊ - a₋) / ((1 + a₋)·(1 + k·a₊))).

        A move makes S·(1 + a) of S, a = Σ p_c·(exp(m_c) - 1); k = floor·S / (1 + floor·S).
        """
        tiny = size < TINY
        k = 1 - 1 / (1 + self.floor * self.all)
        grown = _tiny_expm1(moves, size) if tiny else np.expm1(moves)
        a = np.add.reduce(np.exp(self.others - np.log(self.all)) * grown)
        above, below = a[:, 0], a[:, 1]
        k = k[:, :, 0]
        x = (1 - k) * (above - below) / ((1 + below) * (1 + k * above))
        return _tiny_log1p(x) if tiny else np.log1p(x)

    def _plainly(self, moves: Floats) -> Floats:
        """The true class's own logit is taken to stay."""
        every = np.einsum("mnc,mnsp->cnsp", np.maximum(self.ways, 0), moves)
        return Differences(self.loss, self.logits, self.targets, fine=self.fine).of(every)


def farthest(moves: Floats) -> float:
    """What none of the moves exceeds in size: the largest of them, or, of few, the root of the sum of their squares."""
    if moves.size <= FEW:
        return sqrt(np.vdot(moves, moves))
    return float(max(np.maximum.reduce(moves, axis=None), -np.minimum.reduce(moves, axis=None)))


def _tiny_expm1(m: Floats, size: float) -> Floats:
    """exp(m) - 1 for |m| ≤ ``size`` < TINY, by so many terms that 1e-13 of it is left out. NumPy's takes ten times as long."""
    terms, left_out = 1, size / 2
    while left_out > 1e-13:
        terms += 1
        left_out *= size / (terms + 1)
    series = m / terms
    for number in range(terms - 1, 0, -1):
        series += 1
        series *= m
        series /= number
    return series


def _tiny_log1p(x: Floats) -> Floats:
    """log(1 + x) = 2·artanh(x / (2 + x)), by four terms; |x| is no more than about 2·TINY, and 1e-14 of it is left out."""
    u = x / (2 + x)
    square = u * u
    series: Floats = 2 * u * (1 + square * (1 / 3 + square * (1 / 5 + square * (1 / 7))))
    return series
