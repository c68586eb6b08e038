"""Central differences of all weights and biases, by response curves, in a few array operations for each layer.

Moving the weight w[i, j] by ±h moves, for sample n, only the pre-activation of unit j, by ±h·a[n, i], where a is the layer's
input; the bias is the weight of an input that is always 1. So every weight into a unit reads the same curve, what the sample
loses more when that pre-activation is shifted, at its own two points:

    slope of w[i, j] = mean over n of [ r(h·a[n, i]) - r(-h·a[n, i]) ] / 2h

and no weight needs an evaluation of the whole network: only what lies behind the unit is moved forward. Where inputs take few
distinct values, as those of a truth table, each is evaluated once. It is ``slopes/response`` without what large networks need.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce

import numpy as np

from koubai.core.activations import Activation
from koubai.core.array_types import Floats, Index, Scalar
from koubai.core.losses import Loss
from koubai.core.numpy_engine.brackets import against_the_true_class, brackets_of, farthest
from koubai.core.slopes.base import Batch
from koubai.core.slopes.distinct import few

NUMBERS_AT_ONCE = 2**18  # of one intermediate array: 2 MiB in float64, which a processor's cache holds
FINE = 2.0**-10  # below it h asks for digits that a difference of two losses doesn't have


@dataclass(frozen=True, eq=False)
class PreparedRows:
    """What a step sees: ``inputs`` (n, features + 1), the last of them 1, and ``targets`` (n, outputs).

    ``values`` (n, k) and ``reads`` (n, k, features + 1): the distinct sizes of every sample's inputs and which input is which
    of them, with its sign (see ``slopes.distinct``); None where there are too many. ``against``: see ``brackets``; None where
    the loss has no use for it.
    """

    inputs: Floats
    targets: Floats
    values: Floats | None = None
    reads: Floats | None = None
    against: Floats | None = None

    @classmethod
    def of(cls, loss: Loss, batch: Batch) -> "PreparedRows":
        """The rows of ``batch``, prepared."""
        points = few(batch.inputs)
        values, reads = (None, None) if points is None else (points.values.T, points.reads.transpose(1, 0, 2))
        against = None if loss.floor is None else against_the_true_class(batch.targets)
        return cls(with_one(batch.inputs), batch.targets, values, reads, against)

    def part(self, which: Index) -> "PreparedRows":
        """The samples ``which``, a slice or their numbers."""
        values, reads = (None if some is None else some[which] for some in (self.values, self.reads))
        against = None if self.against is None else self.against[:, which]
        return PreparedRows(self.inputs[which], self.targets[which], values, reads, against)


def measure(
    loss: Loss, layers: Sequence[Floats], activations: Sequence[Activation], rows: PreparedRows, h: Scalar
) -> tuple[Scalar, Floats]:
    """The loss, and the slopes of all parameters in one array, laid out as ``parameters`` has it.

    ``layers``: matrices (inputs + 1, units), the bias below the weights. Numbers beyond all measure become inf or nan.
    """
    n, at_once = len(rows.inputs), _samples_at_once(tuple(len(layer) - 1 for layer in layers), layers[-1].shape[1])
    blocks = [rows] if n <= at_once else [rows.part(slice(start, start + at_once)) for start in range(0, n, at_once)]
    sums_of_blocks = [_of_block(loss, layers, activations, block, h) for block in blocks]
    if len(blocks) == 1:
        lost, sums = sums_of_blocks[0]
    else:
        lost, sums = (reduce(np.add, parts) for parts in zip(*sums_of_blocks, strict=True))
    return lost / n, sums / (2 * h * n)


@lru_cache(maxsize=64)
def _samples_at_once(inputs: tuple[int, ...], outputs: int) -> int:
    """So many that no array is larger than the bound: every point of every curve moves all that follows."""
    widths = (*inputs[1:], outputs)
    layers = zip(inputs, widths, strict=True)
    each = [2 * (a + 1) * b * max(widths[number + 1 :], default=outputs) for number, (a, b) in enumerate(layers)]
    return max(1, NUMBERS_AT_ONCE // max(each))


def _of_block(
    loss: Loss, layers: Sequence[Floats], activations: Sequence[Activation], rows: PreparedRows, h: Scalar
) -> tuple[Scalar, Floats]:
    """Over the samples of a block: what they lose, and the sums of the brackets that each weight and bias reads."""
    values, pre_activations = passed(layers, activations, rows.inputs)
    fine = bool(h < FINE)
    brackets = brackets_of(loss, pre_activations[-1], rows.targets, rows.against, fine=fine)
    block_pass = _BlockPass(layers, activations, values, pre_activations, brackets.ways, fine)
    distinct = [(rows.values, rows.reads), *map(_of_levels, values[1:], activations)]
    offsets = [every if sizes is None else sizes for every, (sizes, _) in zip(values, distinct, strict=True)]
    both_ways = np.array([[h], [-h]], values[0].dtype)
    points = [block_pass.moves(number, both_ways * sizes[:, None]) for number, sizes in enumerate(offsets)]
    bracket_values = brackets.of(points[0] if len(points) == 1 else np.concatenate(points, axis=-1))
    return brackets.lost, _summed(bracket_values, layers, [reads for _, reads in distinct])


def passed(layers: Sequence[Floats], activations: Sequence[Activation], inputs: Floats) -> tuple[list[Floats], list[Floats]]:
    """What goes into every layer, (n, inputs + 1), the last of it 1, and its pre-activations, (n, units)."""
    values: list[Floats] = [inputs]
    pre_activations: list[Floats] = [inputs @ layers[0]]
    for layer, activation in zip(layers[1:], activations, strict=True):
        values.append(with_one(activation.apply(pre_activations[-1], np)))
        pre_activations.append(values[-1] @ layer)
    return values, pre_activations


def _summed(brackets: Floats, layers: Sequence[Floats], reads: Sequence[Floats | None]) -> Floats:
    """From the brackets (n, points) of all layers what every weight and bias reads, laid out as ``parameters`` has it."""
    if all(reads_of_layer is None for reads_of_layer in reads):
        every: Floats = brackets.sum(axis=0)
        return every
    sums, start = [], 0
    for layer, reads_of_layer in zip(layers, reads, strict=True):
        if reads_of_layer is None:
            end = start + layer.size
            sums.append(brackets[:, start:end].sum(axis=0))
        else:
            end = start + reads_of_layer.shape[1] * layer.shape[1]
            of_units = brackets[:, start:end].reshape(-1, layer.shape[1])  # (samples and points, units)
            sums.append((reads_of_layer.reshape(len(of_units), -1).T @ of_units).ravel())
        start = end
    return np.concatenate(sums)


@dataclass(eq=False, slots=True)
class _BlockPass:
    """A network's values and pre-activations for some samples, from which single units are moved.

    Of every layer: ``values``, its inputs (n, inputs + 1), and ``pre_activations`` (n, units). ``ways``: see ``brackets``.
    """

    layers: Sequence[Floats]
    activations: Sequence[Activation]
    values: Sequence[Floats]
    pre_activations: Sequence[Floats]
    ways: Floats
    fine: bool

    def moves(self, number: int, shifts: Floats) -> Floats:
        """What each unit of a layer does to the logits by ``shifts`` (n, 2, points): (moves, n, 2, points·units)."""
        n, _, points = shifts.shape
        if number == len(self.layers) - 1:
            moved = self.ways[:, :, None, None] * shifts[..., None]
            return moved.reshape(len(moved), n, 2, points * moved.shape[-1])
        each = 2 * n * self.layers[number].shape[1] * max(layer.shape[1] for layer in self.layers[number + 1 :])
        at_once = max(1, NUMBERS_AT_ONCE // each)
        blocks = [self._of_hidden(number, shifts[:, :, k : k + at_once]) for k in range(0, points, at_once)]
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=-1)

    def _of_hidden(self, number: int, shifts: Floats) -> Floats:
        n, units = self.pre_activations[number].shape
        moved = self._changed(number, shifts[..., None])  # (n, 2, points, units)
        last, behind = self.layers[-1][:-1], self.layers[number + 1 : -1]
        ways = self.ways @ last.T  # (moves, n, units before the logits)
        if not behind:
            moves = ways[:, :, None, None] * moved
        else:
            for layer_number, layer in enumerate(behind, number + 1):  # at first only the unit itself has moved
                pushed = moved[..., None] * layer[:-1] if layer_number == number + 1 else _product(moved, layer[:-1])
                moved = self._changed(layer_number, pushed)  # (n, 2, points, units, units behind)
            moves = ways[:, :, None] @ moved.reshape(n, -1, moved.shape[-1]).swapaxes(1, 2)
        return moves.reshape(len(moves), n, 2, shifts.shape[2] * units)

    def _changed(self, number: int, pushed: Floats) -> Floats:
        """By how much a hidden layer's values change when its pre-activations are ``pushed``, (n, …, units)."""
        between = [1] * (pushed.ndim - 2)
        pre_activations = self.pre_activations[number].reshape(len(pushed), *between, -1)
        if self.fine:
            near = self.activations[number].near
            change = near if near is not None and farthest(pushed) <= 1 else self.activations[number].change
            changed: Floats = change(pre_activations, pushed, np)
            return changed
        values = self.values[number + 1][:, :-1].reshape(pre_activations.shape)
        moved: Floats = self.activations[number].apply(pre_activations + pushed, np) - values
        return moved


def _product(values: Floats, weights: Floats) -> Floats:
    """``values`` (…, inputs) times ``weights`` as one product of matrices."""
    product: Floats = (values.reshape(-1, len(weights)) @ weights).reshape(*values.shape[:-1], -1)
    return product


def with_one(values: Floats) -> Floats:
    """``values`` (n, units) with a column of ones after them, which is what a bias is the weight of."""
    widened = np.ones((len(values), values.shape[1] + 1), values.dtype)
    widened[:, :-1] = values
    return widened


def _of_levels(values: Floats, activation: Activation) -> tuple[Floats | None, Floats | None]:
    """As ``PreparedRows`` has them, for the outputs (n, units + 1) of an activation that takes few values; else None."""
    if not activation.levels:
        return None, None
    sizes = np.array(activation.sizes, values.dtype)
    reads = np.where(np.abs(values)[:, None] == sizes[:, None], np.sign(values)[:, None], 0).astype(values.dtype)
    return np.broadcast_to(sizes, (len(values), len(sizes))), reads
