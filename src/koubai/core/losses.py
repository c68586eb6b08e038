"""Losses: what is descended. Each says what one row (one sample) loses, for NumPy, for JAX and for complex numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from koubai.core.activations import Array, Namespace, activation_named
from koubai.errors import chosen

FLOOR = 1e-7  # added to a probability before its logarithm: a wrong certainty costs 16.1, not infinity


@dataclass(frozen=True)
class Loss:
    """A loss and the output that belongs to it.

    ``rows(logits, targets, xp)``: (n, outputs) twice -> (n,), what each row loses; the loss is their mean.
    ``moved(logits, targets, shift, xp)``: with (m, n) shifts -> (m, n, outputs), what row n loses when the logit of that one
    column is shifted by ``shift[:, n]``, each for a constant number of operations.
    """

    name: str
    output: Literal["softmax", "identity"]
    rows: Callable[[Array, Array, Namespace], Array]
    moved: Callable[[Array, Array, Array, Namespace], Array]


def softmax(logits: Array, xp: Namespace) -> Array:
    """Probabilities over the last axis; the row's maximum is subtracted first, so that no magnitude overflows."""
    e = xp.exp(logits - xp.max(xp.real(logits), axis=-1, keepdims=True))
    return e / xp.sum(e, axis=-1, keepdims=True)


def _cross_entropy_rows(logits: Array, targets: Array, xp: Namespace) -> Array:
    return -xp.log(xp.sum(softmax(logits, xp) * targets, axis=-1) + FLOOR)


def _cross_entropy_moved(logits: Array, targets: Array, shift: Array, xp: Namespace) -> Array:
    """Softmax over two: the moved logit against all others, whose logarithm of summed exponentials does not move."""
    top = xp.max(logits, axis=-1, keepdims=True)
    e = xp.exp(logits - top)
    first = xp.arange(logits.shape[-1]) == xp.argmax(logits, axis=-1)[:, None]
    others = xp.where(first, -xp.inf, logits)  # the rest of the first needs a maximum of its own
    second = xp.maximum(xp.max(others, axis=-1, keepdims=True), xp.finfo(logits.dtype).min)
    of_first = second + xp.log(xp.maximum(xp.sum(xp.exp(others - second), axis=-1, keepdims=True), 1))
    rest = xp.where(first, of_first, top + xp.log(xp.maximum(xp.sum(e, axis=-1, keepdims=True) - e, 1)))
    true = xp.sum(logits * targets, axis=-1, keepdims=True)
    lead = logits - rest + shift[..., None]
    sigmoid = activation_named("sigmoid").apply
    p = xp.where(targets > 0, 1, xp.exp(xp.minimum(true - rest, 0))) * sigmoid(xp.where(targets > 0, lead, -lead), xp)
    return -xp.log(p + FLOOR)


def _squared_rows(logits: Array, targets: Array, xp: Namespace) -> Array:
    return 0.5 * xp.sum((logits - targets) ** 2, axis=-1)


def _squared_moved(logits: Array, targets: Array, shift: Array, xp: Namespace) -> Array:
    error = logits - targets
    return _squared_rows(logits, targets, xp)[:, None] + 0.5 * ((error + shift[..., None]) ** 2 - error**2)


LOSSES = {
    loss.name: loss
    for loss in (
        Loss("cross-entropy", "softmax", _cross_entropy_rows, _cross_entropy_moved),
        Loss("squared", "identity", _squared_rows, _squared_moved),
    )
}


def loss_named(name: str) -> Loss:
    """The loss called ``name``; InputError, with the nearest name, where there is none."""
    return chosen("loss", name, LOSSES)
