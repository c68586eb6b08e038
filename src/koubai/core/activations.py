"""Activations, each with what the rest must know of it: smooth, piecewise smooth (its kinks), or stepping."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, pi
from typing import Literal

from koubai.core import activation_formulas as formulas
from koubai.core import nearby
from koubai.core.array_types import Array, Namespace
from koubai.core.nearby import Nearby
from koubai.core.script_text import EXPONENTIAL, NOTHING, ScriptText
from koubai.errors import InputError, chosen


@dataclass(frozen=True)
class Activation:
    """A function of one variable, applied to every pre-activation of a hidden layer; and what the rest must know of it.

    Attributes:
        name: What people call it.
        apply: ``apply(v, xp)``, its values; ``xp`` is the array module that computes.
        change: ``change(z, u, xp)``, apply(z + u) - apply(z) without cancellation.
        derivative: ``derivative(v, xp)``, its slope; at a kink that from below.
        near: The same as ``change``, cheaper, for |u| ≤ 1.
        nearby: The same for many shifts of the same pre-activations.
        kinks: Where its derivative (or, for a stepping one, its value) jumps.
        levels: All the values that it takes, where these are few.
        slopes: Those below and above the kink of one that is straight on both sides.
        strip: How far from the real axis its nearest singularity lies (for an entire one, how far its values stay moderate).
        steepest: Its largest slope.
        span: How far apart its values are at most.
        analytic: Whether it has a complex form, as the complex step needs.
        monotone: Whether it never falls.
        onnx: The function of ``export.onnx_activations`` that writes it.
        script: How an exported script writes it.
    """

    name: str
    apply: Callable[[Array, Namespace], Array]
    change: Callable[[Array, Array, Namespace], Array]
    derivative: Callable[[Array, Namespace], Array]
    near: Callable[[Array, Array, Namespace], Array] | None = None
    nearby: Nearby | None = None
    kinks: tuple[float, ...] = ()
    levels: tuple[float, ...] | None = None
    slopes: tuple[float, float] | None = None
    strip: float = inf
    steepest: float = 1.0
    span: float = inf
    analytic: bool = True
    monotone: bool = True
    onnx: str = ""
    script: ScriptText = NOTHING

    @property
    def kind(self) -> Literal["smooth", "straight", "stepping"]:
        """How it runs between its kinks."""
        return "stepping" if self.levels else "straight" if self.slopes else "smooth"

    @property
    def sizes(self) -> tuple[float, ...]:
        """Of a stepping one: the sizes, other than 0, that occur among its values and the 1 of a bias; else none."""
        return tuple(sorted({abs(level) for level in self.levels if level} | {1.0})) if self.levels else ()

    def slope(self, active: Array, xp: Namespace) -> Array:
        """Of a straight one: its slope where the unit is ``active`` (above the kink), and where it is not."""
        below, above = self.slopes or (1.0, 1.0)
        return xp.where(active, above, below)


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation(
            "relu",
            formulas.relu,
            formulas.relu_change,
            formulas.relu_derivative,
            nearby=nearby.RELU,
            kinks=(0.0,),
            slopes=(0.0, 1.0),
            onnx="relu",
            script=ScriptText(("np.where({above_zero}, v, 0)",), ("np.where({above_zero}, 1, 0){cast}",), "relu"),
        ),
        Activation(
            "leaky-relu",
            formulas.leaky_relu,
            formulas.leaky_relu_change,
            formulas.leaky_relu_derivative,
            nearby=nearby.LEAKY_RELU,
            kinks=(0.0,),
            slopes=(0.01, 1.0),
            onnx="leaky_relu",
            script=ScriptText(
                ("np.where({above_zero}, v, 0.01 * v)",), ("np.where({above_zero}, 1, 0.01){cast}",), "leaky_relu"
            ),
        ),
        Activation(
            "tanh",
            formulas.tanh,
            formulas.tanh_change,
            formulas.tanh_derivative,
            formulas.tanh_near,
            nearby.TANH,
            strip=pi / 2,
            span=2.0,
            onnx="tanh",
            script=ScriptText(("np.tanh(v)",), ("1 - np.tanh(v) ** 2",), "tanh"),
        ),
        Activation(
            "sigmoid",
            formulas.sigmoid,
            formulas.sigmoid_change,
            formulas.sigmoid_derivative,
            formulas.sigmoid_near,
            nearby.SIGMOID,
            strip=pi,
            steepest=0.25,
            span=1.0,
            onnx="sigmoid",
            script=ScriptText(
                (EXPONENTIAL, "np.where({above_zero}, 1, e) / (1 + e)"), ("sigmoid(v) * sigmoid(-v)",), "sigmoid"
            ),
        ),
        Activation(
            "softplus",
            formulas.softplus,
            formulas.softplus_change,
            formulas.sigmoid,
            formulas.softplus_near,
            nearby.of_softplus(formulas.sigmoid),
            strip=pi,
            onnx="softplus",
            script=ScriptText(
                (EXPONENTIAL, "np.where({above_zero}, v, 0) + np.log1p(e)"),
                (EXPONENTIAL, "np.where({above_zero}, 1, e) / (1 + e)"),
                "softplus",
            ),
        ),
        Activation(
            "gelu",
            formulas.gelu,
            formulas.gelu_change,
            formulas.gelu_derivative,
            nearby=nearby.of_gelu(formulas.normal_distribution),
            strip=1.5,
            steepest=1.13,
            analytic=False,
            monotone=False,
            onnx="gelu",
            script=ScriptText(
                ("v * share_below(v)",),
                ("share_below(v) + v * np.exp(-v * v / 2) * 0.3989422804014327",),
                "gelu",
                "share_below",
                (
                    "erfc = np.vectorize(math.erfc, otypes=[float])",
                    "{(}0.5 * erfc(-v * 0.7071067811865476){)}{cast}",
                ),
            ),
        ),
        Activation(
            "sin",
            formulas.sin,
            formulas.sine_change,
            formulas.sine_derivative,
            nearby=nearby.SINE_CURVE,
            strip=1.5,
            span=2.0,
            monotone=False,
            onnx="sin",
            script=ScriptText(("np.sin(v)",), ("np.cos(v)",), "sin"),
        ),
        Activation(
            "identity",
            formulas.identity,
            formulas.identity_change,
            formulas.identity_derivative,
            slopes=(1.0, 1.0),
            onnx="identity",
        ),
        Activation(
            "step",
            formulas.step,
            formulas.step_change,
            formulas.step_derivative,
            kinks=(0.0,),
            levels=(0.0, 1.0),
            steepest=inf,
            span=1.0,
            onnx="step",
            script=ScriptText(("np.where({above_zero}, 1.0, 0.0){cast}",), ("np.zeros_like(v)",), "heaviside"),
        ),
    )
}


def activation_named(name: str) -> Activation:
    """The activation called ``name``; InputError, with the nearest name, where there is none."""
    return chosen("activation", name, ACTIVATIONS)


def activations_in(text: str | Sequence[str]) -> tuple[Activation, ...]:
    """Those that ``text`` names, separated by commas, or that a sequence names; InputError where there is no such one."""
    names = [name.strip() for name in text.split(",")] if isinstance(text, str) else text
    if not isinstance(names, (list, tuple)):
        raise InputError("activation", value=text, choices=", ".join(ACTIVATIONS))
    return tuple(activation_named(name) for name in names) or activations_in("")


def activations_named(text: str | Sequence[str], layers: int) -> tuple[Activation, ...]:
    """The activations of so many hidden layers: one name is that of all of them, several are one for each.

    InputError where a name is unknown, or there are neither one nor as many as hidden layers.
    """
    named = activations_in(text)
    if len(named) not in (1, layers):
        raise InputError("activation-count", value=",".join(one.name for one in named), given=len(named), layers=layers)
    return named * layers if len(named) == 1 else named


def spelled(text: str | Sequence[str], layers: int) -> str:
    """How a network of so many hidden layers names its activations: once where all are alike. InputError as above."""
    activations_named(text, layers)
    names = [one.name for one in activations_in(text)]
    return names[0] if len(set(names)) == 1 else ",".join(names)
