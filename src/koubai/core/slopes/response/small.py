"""Small layers: response curves at every point that a weight reads, all of them at once.

Where a layer has few inputs, or few distinct ones, every point is evaluated. What that costs is mostly transcendental
functions, so these are avoided: shifts are carried by addition theorems (``Activation.nearby``), and the loss's bracket is one
quotient (``Loss.brackets``). Each form is valid for moves up to a bound; ``forms`` says which one is taken.

Samples are the last axis, so that everything runs along them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial, reduce

import jax.numpy as jnp
import numpy as np
from jax import lax

from koubai.core.activations import Activation
from koubai.core.array_types import Array, Index, Scalar
from koubai.core.losses import Loss
from koubai.core.nearby import Nearby
from koubai.core.network import Layer
from koubai.core.slopes import chunked_map
from koubai.core.slopes.base import Points
from koubai.core.slopes.response import forms
from koubai.core.slopes.response.forms import Form

UNROLLED = 16  # units, at most, whose sums are written out instead of being a product of matrices
UNROLLED_SUMS = 100  # so many terms of such sums at most, since each is compiled
MOST_APART = 4  # hidden layers whose shifts go on apart: what is compiled grows with the square of their number
MANY = 2**12  # numbers, from which a form that takes half a second to compile spares as much in some ten thousand steps
SLICES, LANES = 40, 8  # of the samples, that are added or multiplied before the rest is summed
EVERY, ALL = (slice(None), None), slice(None)  # indices of all units, with room for the points beside them; and of all points

Moves = Array  # of every unit of a layer, a list of (…, n), or an array (units, …, n) where they are many
Sides = tuple[Moves, Moves]  # upwards and downwards


@dataclass(frozen=True)
class ForwardPass:
    """A network on a batch before anything moves. Samples are the last axis: ``values`` are what goes into each layer.

    ``few``: for each layer the few distinct inputs, where that is how they are read. ``counted`` (n,): which samples count.
    """

    loss: Loss
    layers: tuple[Layer, ...]
    activations: tuple[Activation, ...]
    values: Sequence[Array]
    pre_activations: Sequence[Array]
    targets: Array
    few: Sequence[Points | None]
    counted: Array | None = None

    def units(self, number: int) -> int:
        """Of a layer."""
        return int(self.layers[number].bias.shape[0])

    def offsets(self, number: int) -> Array:
        """The distinct inputs of a layer, the 1 of the bias among them: (points, n)."""
        few, values = self.few[number], self.values[number]
        return jnp.concatenate([values, jnp.ones_like(values[:1])]) if few is None else few.values

    def each(self, number: int) -> int:
        """How many numbers one shift of one unit of layer ``number`` needs on its way, for all samples."""
        return int(self.targets.shape[-1]) * max(map(self.units, range(number + 1, len(self.layers))), default=1)

    def onwards(self, number: int, form: Form) -> Array:
        """The weights behind hidden layer ``number``; those of the logits against the first where the form wants that."""
        weights = self.layers[number + 1].weights
        relative = form.bracket.relative and number + 2 == len(self.layers)
        return weights[:, 1:] - weights[:, :1] if relative else weights

    def size(self, numbers: Sequence[int]) -> int:
        """How many numbers all shifts of the layers ``numbers`` need."""
        return sum(len(self.offsets(number)) * self.units(number) * self.each(number) for number in numbers)

    @cached_property
    def unrolled(self) -> bool:
        """Whether sums over few units are written out."""
        return sum(np.size(layer.weights) for layer in self.layers[1:]) <= UNROLLED_SUMS

    def written_out(self, units: int) -> bool:
        """Whether the moves of so many units are a list, and their sums written out."""
        return self.unrolled and units <= UNROLLED

    def sums(self, form: Form, parts: Array) -> Array:
        """Σ over the last axis, the samples, of the brackets, or of what are their factors."""
        return _over_samples(parts, form.bracket.factors, self.counted)

    def sums_by(self, few: Points, form: Form, parts: Array) -> Array:
        """The same of brackets (units, points, n), times what each input reads of a point: (inputs + 1, units)."""
        brackets = jnp.log(parts) if form.bracket.factors else parts
        brackets = brackets if self.counted is None else jnp.where(self.counted, brackets, 0)
        return jnp.einsum("kni,ukn->iu", few.reads, brackets)


def read(forward: ForwardPass, numbers: Sequence[int], h: Scalar) -> dict[int, Layer]:
    """For the layers ``numbers``: the sums, over the samples, of the brackets that each weight and bias reads."""
    behind = forward.activations[min(numbers) :]
    worth_it = forward.unrolled and forward.size(numbers) >= MANY
    ways, bounds = forms.forms_of(behind, forward.loss, len(forward.targets), forward.targets.dtype, all_of_them=worth_it)
    if len(ways) == 1:
        return _read(forward, numbers, h, ways[0])
    reach = forms.farthest(forward.activations, forward.layers, forward.values, numbers, h, ways[0].bracket.relative)
    made: dict[int, Layer] = lax.switch(forms.which(bounds, *reach), [partial(_read, forward, numbers, h, way) for way in ways])
    return made


def _read(forward: ForwardPass, numbers: Sequence[int], h: Scalar, form: Form) -> dict[int, Layer]:
    hidden = [number for number in numbers if number < len(forward.activations)]
    if forward.size(hidden) <= chunked_map.NUMBERS_AT_ONCE:
        made = _together(forward, hidden, h, form)
    else:
        made = {number: _apart(forward, number, h, form) for number in hidden}
    if len(hidden) < len(numbers):
        made[len(forward.activations)] = _of_logits(forward, h, form)
    return {number: Layer.holding(sums[:-1], sums[-1]) for number, sums in made.items()}


@dataclass(frozen=True)
class _MovingLayer:
    """A hidden layer whose parameters move: what is known of its units, and what their shifts ±h·a have in common."""

    rises: Nearby
    known: tuple[Array, ...]
    shifts: tuple[Array, ...]
    weights: Array

    @classmethod
    def of(cls, forward: ForwardPass, form: Form, number: int, h: Scalar) -> "_MovingLayer":
        rises, shifts = form.rises(forward.activations[number]), h * forward.offsets(number)
        known = rises.known(forward.pre_activations[number], forward.values[number + 1], jnp)
        return cls(rises, known, rises.shared(shifts, jnp) if rises.shared else (shifts,), forward.onwards(number, form))

    def moves(self, forward: ForwardPass, units: Index, points: Index) -> Sides:
        """What the units chosen by the index ``units`` move behind their layer, upwards and downwards, at these ``points``."""
        known, shifts = tuple(array[units] for array in self.known), tuple(array[points] for array in self.shifts)
        if self.rises.both:
            sides = self.rises.both(known, shifts, jnp)
        else:
            sides = self.rises.changes(known, shifts[0], -shifts[0], jnp)
        weights = jnp.moveaxis(self.weights[units], -1, 0)[..., None]
        up, down = ([v * w for w in weights] if forward.written_out(len(weights)) else v * weights for v in sides)
        return up, down


def _together(forward: ForwardPass, numbers: Sequence[int], h: Scalar, form: Form) -> dict[int, Array]:
    """The sums (inputs + 1, units) of hidden layers.

    The shifts of each layer go on by themselves. In a deep network they go on as one array with those of the layers before:
    then so much less is compiled, but XLA's loops are slower, which ask at each number from where it comes.
    """
    groups: list[tuple[list[int], Sides]] = []
    for number in range(min(numbers, default=0), len(forward.activations)):
        groups = [(numbers_of_group, _passed(forward, form, number, sides)) for numbers_of_group, sides in groups]
        if number in numbers:
            groups.append(([number], _MovingLayer.of(forward, form, number, h).moves(forward, EVERY, ALL)))
        if number + 1 < len(forward.activations) and len(groups) > 1 and len(numbers) > MOST_APART:
            groups = [_joined(groups)]
    made = {}
    known = form.bracket.known(forward.pre_activations[-1], forward.targets, jnp)
    for numbers_of_group, (up, down) in groups:
        parts = form.bracket.parts(known, up, down, jnp)
        ends = np.cumsum([forward.units(name) * len(forward.offsets(name)) for name in numbers_of_group])
        for name, end in zip(numbers_of_group, ends, strict=True):
            units, points, few = forward.units(name), len(forward.offsets(name)), forward.few[name]
            own_parts = parts if len(numbers_of_group) == 1 else parts[end - units * points : end].reshape(units, points, -1)
            made[name] = forward.sums(form, own_parts).T if few is None else forward.sums_by(few, form, own_parts)
    return made


def _joined(groups: list[tuple[list[int], Sides]]) -> tuple[list[int], Sides]:
    def flat(u: Array) -> Array:
        return u.reshape(-1, u.shape[-1])

    def joined(moves: list[Moves]) -> Moves:
        if isinstance(moves[0], list):
            return [jnp.concatenate([flat(u) for u in each]) for each in zip(*moves, strict=True)]
        return jnp.concatenate([u.reshape(len(u), -1, u.shape[-1]) for u in moves], axis=1)

    up, down = (joined([sides[side] for _, sides in groups]) for side in range(2))
    return [name for numbers_of_group, _ in groups for name in numbers_of_group], (up, down)


def _passed(forward: ForwardPass, form: Form, number: int, sides: Sides) -> Sides:
    """Moves of the pre-activations of hidden layer ``number``, passed on to those of the next one."""
    rises = form.rises(forward.activations[number])
    known = rises.known(forward.pre_activations[number], forward.values[number + 1], jnp)
    weights = forward.onwards(number, form)
    up, down = sides
    if isinstance(up, list):
        each = [
            rises.changes(tuple(array[unit] for array in known), u, v, jnp)
            for unit, (u, v) in enumerate(zip(up, down, strict=True))
        ]
        rise, fall = ([both[side] for both in each] for side in range(2))
    else:
        shape = (len(up), *[1] * (up.ndim - 2), -1)
        rise, fall = rises.changes(tuple(array.reshape(shape) for array in known), up, down, jnp)
    return _products(forward, weights, rise), _products(forward, weights, fall)


def _products(forward: ForwardPass, weights: Array, changes: Moves) -> Moves:
    """Σ over the units of changes × weights (units, later)."""
    later = weights.shape[1]
    if isinstance(changes, list) and forward.written_out(later):
        return [reduce(jnp.add, [v * weights[unit, to] for unit, v in enumerate(changes)]) for to in range(later)]
    made = jnp.tensordot(weights.T, jnp.stack(changes) if isinstance(changes, list) else changes, 1)
    return list(made) if forward.written_out(later) else made


def _apart(forward: ForwardPass, number: int, h: Scalar, form: Form) -> Array:
    """The sums (inputs + 1, units) of one hidden layer, some of its curves after the others, so that memory is bounded."""
    begin, known = (
        _MovingLayer.of(forward, form, number, h),
        (form.bracket.known(forward.pre_activations[-1], forward.targets, jnp)),
    )

    def parts_of(units: Index, points: Index) -> Array:
        sides = begin.moves(forward, units, points)
        for later in range(number + 1, len(forward.activations)):
            sides = _passed(forward, form, later, sides)
        return form.bracket.parts(known, sides[0], sides[1], jnp)

    return _in_blocks(forward, form, number, forward.each(number), parts_of)


def _of_logits(forward: ForwardPass, h: Scalar, form: Form) -> Array:
    """The sums (inputs + 1, units) of the last layer: one output moves, all others stay."""
    bracket, number, logits = form.bracket, len(forward.activations), forward.pre_activations[-1]
    shifts, n = h * forward.offsets(number), forward.targets.shape[-1]
    if bracket.alone is None or bracket.known_alone is None:
        known, which = bracket.known(logits, forward.targets, jnp), jnp.eye(len(logits), dtype=bool)

        def moved(units: Index, points: Index) -> Array:
            is_moved = jnp.moveaxis(which[units], -1, 0)[..., None]  # by output
            up = jnp.where(is_moved, shifts[points], 0)
            up = up[1:] - up[:1] if bracket.relative else up
            return bracket.parts(known, up, -up, jnp)

        return _in_blocks(forward, form, number, n * len(logits), moved)
    alone, known, shared = bracket.alone, bracket.known_alone(logits, forward.targets, jnp), bracket.shared(shifts, jnp)

    def parts_of(units: Index, points: Index) -> Array:
        return alone(tuple(array[units] for array in known), tuple(array[points] for array in shared), jnp)

    return _in_blocks(forward, form, number, n, parts_of)


def _in_blocks(forward: ForwardPass, form: Form, number: int, each: int, parts_of: Callable[[Index, Index], Array]) -> Array:
    """A layer's sums (inputs + 1, units) from ``parts_of(units, points)``, so many at a time as may be in memory."""
    few, units, points = forward.few[number], forward.units(number), len(forward.offsets(number))
    if few is not None:
        return _mapped(
            lambda some: forward.sums_by(few, form, parts_of((some, None), ALL)).T, jnp.arange(units), each * points
        ).T
    if units * points * each <= chunked_map.NUMBERS_AT_ONCE:
        return forward.sums(form, parts_of(EVERY, ALL)).T
    pairs = jnp.arange(units * points)
    sums = _mapped(lambda some: forward.sums(form, parts_of(some // points, some % points)), pairs, each)
    return sums.reshape(units, points).T


def _mapped(function: Callable[[Index], Array], which: Index, each: int) -> Array:
    """``function`` of all indices ``which``, of as many at a time as need no more numbers than are allowed."""
    count = len(which)
    pieces = -(-count // max(1, chunked_map.NUMBERS_AT_ONCE // each))
    if pieces == 1:
        return function(which)
    size = -(-count // pieces)
    made = lax.map(function, jnp.pad(which, (0, pieces * size - count)).reshape(pieces, size))
    return made.reshape(pieces * size, *made.shape[2:])[:count]


def _over_samples(parts: Array, factors: float, counted: Array | None) -> Array:
    """Whole slices of the samples are folded first, which is fast; a sum along the last axis is slow, and so are logarithms."""
    if counted is not None:
        parts = jnp.where(counted, parts, 1 if factors else 0)
    if not factors:
        return jnp.sum(_folded(parts, SLICES, jnp.add), axis=-1)
    most = int(np.log(float(np.finfo(parts.dtype).max)) / factors)  # of them have a product that is a number
    made = _folded(parts, max(1, min(SLICES, most)), jnp.multiply)
    lanes = made.shape[-1]
    spare = most // -(-parts.shape[-1] // lanes)
    together = lanes if spare >= lanes else next((few for few in (4, 2) if spare >= few and lanes % few == 0), 1)
    return jnp.sum(jnp.log(jnp.prod(made.reshape(*made.shape[:-1], -1, together), axis=-1)), axis=-1)


def _folded(parts: Array, at_once: int, pair: Callable[[Array, Array], Array]) -> Array:
    """The last axis, of which up to ``at_once`` numbers have become one."""
    n = parts.shape[-1]
    lanes = n if n < 2 * LANES else -(-n // (at_once * LANES)) * LANES
    whole = n // lanes * lanes
    made = reduce(pair, [parts[..., begin : begin + lanes] for begin in range(0, whole, lanes)])
    if whole == n:
        return made
    rest = n - whole
    return jnp.concatenate([pair(made[..., :rest], parts[..., whole:]), made[..., rest:]], axis=-1)
