"""Which form the points of small layers are evaluated in: the fastest one that is valid for all that can happen.

How far anything moves at most is known beforehand: a shift of at most h·max(1, |a|) moves a unit's value by no more than
the steepest slope of its activation allows, and each later unit by no more than the weights add up to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf

import jax
import jax.numpy as jnp

from koubai.core.activations import Activation
from koubai.core.array_types import Array, DType, Scalar
from koubai.core.brackets import Bracket
from koubai.core.losses import Loss, plain_brackets
from koubai.core.nearby import Nearby
from koubai.core.network import Layer


@dataclass(frozen=True)
class Form:
    """``near``: whether units may be asked by ``Activation.nearby``; ``bracket``: how the loss's brackets are evaluated."""

    near: bool
    bracket: Bracket

    def rises(self, activation: Activation) -> Nearby:
        """How values answer shifts of their pre-activations."""
        quick, change, apply = activation.nearby, activation.change, activation.apply
        if quick is None:
            return Nearby(
                lambda z, value, xp: (z,),
                lambda known, up, down, xp: (change(known[0], up, xp), change(known[0], down, xp)),
            )
        if self.near or isinf(quick.within):
            return quick
        return Nearby(
            lambda z, value, xp: (z, value),
            lambda known, up, down, xp: (apply(known[0] + up, xp) - known[1], apply(known[0] + down, xp) - known[1]),
        )


def forms_of(
    activations: Sequence[Activation], loss: Loss, outputs: int, dtype: DType, *, all_of_them: bool = True
) -> tuple[list[Form], list[tuple[float, float]]]:
    """From the one for the smallest moves to one for all; and how far pre-activations, and logits, may move in each.

    ``all_of_them``: whether those, too, that only spare time.
    """
    quick = [activation.nearby for activation in activations if activation.nearby is not None]
    inner = min((some.within for some in quick), default=float("inf"))
    brackets = [bracket for bracket in loss.brackets if outputs > 1 or not bracket.relative]
    brackets = [bracket for bracket in brackets if all_of_them or not bracket.spared]
    if not brackets or not isinf(brackets[-1].within(dtype)):
        finely, twice = plain_brackets(loss)
        brackets += [twice] if brackets else [finely, twice]
    forms = [Form(True, bracket) for bracket in brackets]
    if isinf(inner):
        return forms, [(inner, form.bracket.within(dtype)) for form in forms]
    # logits move far where units are shifted far, and hardly ever elsewhere: for that, the last two brackets
    forms = forms[: max(1, len(forms) - 2)] + [Form(False, bracket) for bracket in brackets[-2:]]
    return forms, [(inner if form.near else float("inf"), form.bracket.within(dtype)) for form in forms]


def which(bounds: list[tuple[float, float]], inner: Scalar, outer: Scalar) -> Scalar:
    """The number of the first form that is valid where pre-activations move by ``inner``, and logits by ``outer``, at most."""
    valid = [jnp.asarray((inner <= most) & (outer <= farthest)) for most, farthest in bounds[:-1]]
    number = sum((~each).astype(jnp.int32) for each in valid)
    return _of_all(jnp.asarray(number))


@jax.custom_batching.custom_vmap
def _of_all(number: Scalar) -> Scalar:
    """``number``; under vmap the largest of all, so that a switch on it evaluates one branch for all, not all of them."""
    return number


@_of_all.def_vmap
def _largest(size: int, batched: Array, number: Scalar) -> tuple[Array, bool]:
    return _of_all(jnp.max(number)), False


def farthest(
    activations: Sequence[Activation],
    layers: Sequence[Layer],
    values: Sequence[Array],
    numbers: Sequence[int],
    h: Scalar,
    relative: bool,
) -> tuple[Array, Array]:
    """How far at most pre-activations, and logits (one against the first where ``relative``), are moved by layers ``numbers``.

    ``values``: what goes into each layer.
    """
    inner, outer = [jnp.zeros((), jnp.result_type(values[0]))], [jnp.zeros((), jnp.result_type(values[0]))]
    moving = None  # (units that began to move in some layer, units of this layer): by how much at most
    for number in range(min(numbers), len(layers)):
        if number in numbers:
            shift = h * jnp.maximum(1, jnp.max(jnp.abs(values[number])))
        if number == len(activations):
            outer += [jnp.max(moving)] if moving is not None else []
            outer += [shift] if number in numbers else []
            break
        weights = layers[number + 1].weights
        if relative and number + 1 == len(activations):
            weights = weights[:, 1:] - weights[:, :1]
        weights = jnp.abs(weights)
        if moving is not None:
            inner.append(jnp.max(moving))
            moving = _at_most(activations[number], moving) @ weights
        if number in numbers:
            inner.append(shift)
            own = _at_most(activations[number], shift) * weights
            moving = own if moving is None else jnp.concatenate([moving, own])
    return jnp.max(jnp.stack(inner)), jnp.max(jnp.stack(outer))


def _at_most(activation: Activation, shift: Array) -> Array:
    """How far the value moves when its pre-activation is shifted so far."""
    if isinf(activation.steepest):
        return jnp.full_like(shift, activation.span)
    return jnp.minimum(activation.steepest * shift, activation.span)
