"""Why a training did not learn, as far as the run itself tells, and what to change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import floor, log10, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from koubai.core.initialization import init_named
from koubai.core.losses import Loss, loss_named
from koubai.core.methods import METHODS
from koubai.core.network import Network
from koubai.data import Dataset
from koubai.experiment.divergence import total_loss
from koubai.experiment.fields import ACTIVATION, HIDDEN, INIT, L1, L2, LEARNING_RATE
from koubai.experiment.sampled_slopes import TANGENT, SampledSlopes
from koubai.locale import sentence

if TYPE_CHECKING:
    from koubai.experiment.experiment import Experiment

NOTHING_KNOWN = 0.02  # of what rows lose without any knowledge: less is explained (McFadden's R², and R² itself)
STILL_FALLING = 0.01  # of the loss, over the second half of the steps: as many again would be seen to lower it
LARGEST_PROGRAM = 1e7  # numbers of a linear program


@dataclass(frozen=True)
class Diagnosis:
    """Why a training did not learn: a ``kind``, and the ``values`` of its sentence.

    ``change``: the fields of the experiment with which it may learn, empty where none is known. Kinds: "diverged" and "risen"
    (the status of both is "diverged"), "growing", "growing-h", "frozen", "unchanged-h", "unchanged-rate", "unchanged-slopes",
    "line", "line-identity", "line-single", "dead", "flat-h", "flat-digits", "flat-penalty", "flat-rate", "falling", "seed".
    """

    kind: str
    values: Mapping[str, object] = field(default_factory=dict)
    change: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, language: str = "en") -> str:
        """What it is, in ``language``."""
        return sentence(f"diagnosis-{self.kind}", language, **self.values)

    def __str__(self) -> str:
        tried = ", ".join(f"{name}={value!r}" for name, value in self.change.items())
        return f"{self.sentence()} {sentence('diagnosis-try', 'en', change=tried)}" if tried else self.sentence()


@dataclass(frozen=True, eq=False)
class _Case:
    """What is known of a training: the ``losses`` from the start on, of which ``window`` make an epoch, and where it is."""

    experiment: "Experiment"
    losses: NDArray[np.float64]
    window: int
    network: Network
    steps_made: int
    diverged_at: int | None
    ended_early: bool

    @property
    def data(self) -> Dataset:
        return self.experiment.problem.dataset()

    @property
    def loss(self) -> Loss:
        return loss_named(self.experiment.problem.loss or "")

    @cached_property
    def start(self) -> Network:
        return self.experiment.problem.network(self.experiment.seed)

    def level(self, share: float = 1.0) -> float:
        """Compute the loss after that share of the steps: with batches, each of which has its own, the mean over epochs."""
        end = max(1, round((len(self.losses) - 1) * share) + 1)
        epochs = max(1, len(self.losses) // (10 * self.window)) if self.window > 1 else 1
        return float(np.mean(self.losses[max(0, end - epochs * self.window) : end]))

    @cached_property
    def sampled(self) -> SampledSlopes:
        """Slopes where the training is."""
        return SampledSlopes(self.experiment, self.network)

    @cached_property
    def now(self) -> float:
        """What is lost on all rows in the end."""
        return total_loss(self.network, self.data, self.loss, self.experiment.penalty)

    @property
    def misleads_at_start(self) -> bool:
        """Whether already the first slopes hardly said which way is down."""
        return SampledSlopes(self.experiment, self.start).misleads(self.experiment.h or 0.0)

    @property
    def fall(self) -> float:
        """By how much of itself the loss fell in the second half of the steps."""
        return (self.level(0.5) - self.level()) / max(abs(self.level()), np.finfo(np.float64).tiny)


def diagnosis_of(
    experiment: "Experiment",
    losses: NDArray[np.float64],
    network: Network,
    steps_made: int,
    *,
    diverged_at: int | None = None,
    ended_early: bool = False,
    window: int | None = None,
) -> Diagnosis | None:
    """Find out why a training has not learned.

    Args:
        experiment: What was trained, and how.
        losses: (n,) from the start on; they may be thinned.
        network: Where the training led.
        steps_made: By how many steps.
        diverged_at: The step at which it diverged; None where it didn't.
        ended_early: Whether it could not go on there.
        window: How many of the ``losses`` are an epoch; by default as many as it has steps.

    Returns:
        The reason; None where it has learned, or nothing tells. Of rows that are a sample only what is wrong with the training
        itself is said: how right an answer can be isn't known.
    """
    window = experiment.steps_each_epoch if window is None else window
    case = _Case(experiment, np.asarray(losses, np.float64), window, network, steps_made, diverged_at, ended_early)
    if diverged_at is not None:
        return _diverged(case)
    if steps_made == 0 or _knows_all(case):
        return None
    looks = _OF_SAMPLES if experiment.problem.sampled else _OF_TABLES
    with np.errstate(all="ignore"):
        return next((diagnosis for look in looks if (diagnosis := look(case)) is not None), None)


def _knows_all(case: _Case) -> bool:
    data = case.data
    return data.task == "classify" and bool((case.network.classify(data.inputs) == data.labels).all())


def _diverged(case: _Case) -> Diagnosis:
    """All steps were made, or the training ended where the loss grew without bound."""
    rate, step = case.experiment.learning_rate, case.diverged_at
    change = {"learning_rate": _lower_rate(case)}
    if case.ended_early:
        return Diagnosis("diverged", {"step": step, "rate": f"{rate:g}"}, change)
    said = {"loss": f"{case.level():.4g}", "level": f"{case.experiment.level:.4g}"}
    return Diagnosis("risen", {"step": step, "rate": f"{rate:g}", **said}, change)


def _lower_rate(case: _Case) -> float:
    """Compute a rate at which steps fall short of the valley's other side: at most a tenth of that which leapt over it.

    In a valley of curvature c a step of rate r multiplies the loss by (rc - 1)² where it leaps too far; the rate that ends at
    the bottom is 1/c.
    """
    rises = np.flatnonzero(case.losses > case.experiment.level)
    first = int(rises[0]) if len(rises) else 0
    grown = case.losses[first] / case.losses[first - 1] if first > 0 and case.losses[first - 1] > 0 else 1.0
    return _tidy(case.experiment.learning_rate / max(10.0, 1 + sqrt(min(grown, 1e300))))


def _tidy(value: float) -> float:
    """Round ``value`` down to 1 or 3 times a power of ten."""
    if value <= 0:
        return 0.0
    power = floor(log10(value) + 1e-9)
    return float(f"{3 if value >= 3 * 10.0**power * (1 - 1e-9) else 1}e{power}")


def _growing(case: _Case) -> Diagnosis | None:
    """More is lost than at the start, or by answering 0 always."""
    experiment, level, now = case.experiment, case.experiment.level, case.now
    if not now > level:
        return None
    said = {"first": f"{level:.4g}", "loss": f"{now:.4g}", "rate": f"{experiment.learning_rate:g}", "h": f"{experiment.h:g}"}
    sampled = case.sampled
    if sampled.misleads(experiment.h or 0.0):
        return Diagnosis("growing-h", said, {"h": sampled.better_h(_usual_h(case))})
    return Diagnosis("growing", said, {"learning_rate": _lower_rate(case)})


def _usual_h(case: _Case) -> float:
    return METHODS[case.experiment.method].default_h


def _unchanged(case: _Case) -> Diagnosis | None:
    """Every weight is what it was at the start, in the precision that computes; where all are frozen, every bias."""
    experiment, start, mask = case.experiment, case.start.arrays(), case.experiment.problem.mask()
    free = [name for name in start if mask is None or not mask.arrays()[name].all()]
    if not free:
        return Diagnosis("frozen")
    now = case.network.arrays()
    moving = [name for name in free if name[0] == "w"] or free
    if any((now[name] != start[name].astype(now[name].dtype)).any() for name in moving):
        return None
    sampled = SampledSlopes(experiment, case.start)
    if experiment.learning_rate > 0 and not sampled.at(experiment.h or 0.0).any():
        if not sampled.exact.any():
            return Diagnosis("unchanged-slopes", {}, _other_start(case))
        return Diagnosis("unchanged-h", {"h": f"{experiment.h:g}"}, {"h": _usual_h(case)})
    return Diagnosis("unchanged-rate", {"rate": f"{experiment.learning_rate:g}"}, {"learning_rate": LEARNING_RATE.default})


def _other_start(case: _Case) -> dict[str, object]:
    problem = case.experiment.problem
    if problem.start is not None:
        return {}
    if problem.scale:
        return {"seed": case.experiment.seed + 1}
    return {"scale": init_named(problem.init or INIT.for_gates).scale}


def _line(case: _Case) -> Diagnosis | None:
    """The network answers along one straight line, and the classes can't be parted so."""
    data, hidden = case.data, case.experiment.problem.hidden or ()
    acts = case.network.activations
    alike = all(one.name == "identity" for one in acts)
    single = len(hidden) == 1 and hidden[0] == 1 and acts[0].monotone and data.targets.shape[1] == 2
    if data.task != "classify" or not (alike or single) or _are_parted(data) is not False:
        return None
    change: dict[str, object] = {"activation": ACTIVATION.for_gates} if hidden and not single else {"hidden": HIDDEN.for_gates}
    return Diagnosis("line" if not hidden else "line-single" if single else "line-identity", {}, change)


def _are_parted(data: Dataset) -> bool | None:
    """Tell whether straight lines part the classes, so that each row's own has the highest line; None where it isn't tried.

    It is a linear program: w_y·x + b_y ≥ w_c·x + b_c + 1 for every row x of class y and every other class c.
    """
    inputs = np.hstack([data.inputs, np.ones((len(data.inputs), 1))])
    rows, classes, width = len(inputs), data.targets.shape[1], inputs.shape[1]
    if rows * (classes - 1) * classes * width > LARGEST_PROGRAM:
        return None
    from scipy.optimize import linprog

    apart = np.zeros((rows, classes, classes, width))
    apart[np.arange(rows), :, data.labels] += inputs[:, None]
    apart[:, np.arange(classes), np.arange(classes)] -= inputs[:, None]
    others = apart[np.arange(classes) != data.labels[:, None]].reshape(-1, classes * width)
    solved = linprog(np.zeros(others.shape[1]), A_ub=-others, b_ub=-np.ones(len(others)), bounds=(None, None))
    return {0: True, 2: False}.get(solved.status)


def _dead(case: _Case) -> Diagnosis | None:
    """The units of a hidden layer give each the same value for every row."""
    layer = _same_layer(case.network, case.data.inputs)
    if layer is None or len(case.data.inputs) < 2:
        return None
    if _same_layer(case.start, case.data.inputs) is not None:
        return Diagnosis("dead", {"layer": layer}, _other_start(case))
    rate = {"learning_rate": _lower_rate(case)}
    change = {"h": (case.experiment.h or 0.0) / 10} if case.misleads_at_start else rate
    return Diagnosis("dead", {"layer": layer}, change)


def _same_layer(network: Network, inputs: NDArray[np.float64]) -> int | None:
    values = np.asarray(inputs, np.float64)
    for number, (layer, activation) in enumerate(zip(network.layers[:-1], network.activations, strict=True), 1):
        values = activation.apply(values @ np.asarray(layer.weights, np.float64) + layer.bias, np)
        if (values == values[0]).all():
            return number
    return None


def _falling(case: _Case) -> Diagnosis | None:
    """The loss is on its way down, and not to a level at which an answer is wrong still."""
    if case.fall < STILL_FALLING or _settles(case):
        return None
    return Diagnosis("falling", {}, {"steps": 2 * case.experiment.steps})


def _settles(case: _Case) -> bool:
    """Tell whether the loss nears a level at which a row may be wrong: Aitken's limit of three of its values, evenly spaced.

    A wrong answer costs at least ``Loss.least_wrong``, of which the mean over the rows has its share.
    """
    first, middle, now = (case.level(share) for share in (0.5, 0.75, 1.0))
    early_fall, late_fall = middle - first, now - middle
    if not abs(late_fall) < abs(early_fall) / 2 or not case.experiment.problem.hidden:  # else more is left than was seen last
        return False
    limit = now - late_fall**2 / (late_fall - early_fall)
    return limit >= case.loss.least_wrong / len(case.data.inputs)


def _knows_nothing(case: _Case) -> bool:
    """Tell whether the loss is where that of a network is which answers the same whatever the row."""
    return case.now >= (1 - NOTHING_KNOWN) * _uninformed(case.loss, case.data)


def _penalized(case: _Case) -> Diagnosis | None:
    """Nothing is known, and the penalty has drawn the weights in."""
    paid = {one.name: value for one in (L1, L2) if (value := getattr(case.experiment, one.name))}
    if not paid or not _knows_nothing(case) or _size(case.network) > _size(case.start) / 2:
        return None
    return Diagnosis("flat-penalty", {"loss": f"{case.now:.4g}"}, {name: value / 10 for name, value in paid.items()})


def _flat(case: _Case) -> Diagnosis | None:
    """Nothing is known, and the loss stays where it is."""
    experiment = case.experiment
    if case.fall >= STILL_FALLING or not _knows_nothing(case):
        return None
    said = {"loss": f"{case.now:.4g}", "h": f"{experiment.h:g}", "rate": f"{experiment.learning_rate:g}"}
    sampled = case.sampled
    if sampled.misleads(experiment.h or 0.0):
        kind = "flat-h" if (experiment.h or 0.0) > TANGENT else "flat-digits"
        return Diagnosis(kind, said, {"h": sampled.better_h(_usual_h(case))})
    return Diagnosis("flat-rate", said, {"learning_rate": _tidy(10 * experiment.learning_rate)})


def _size(network: Network) -> float:
    """Compute the length of all weights together."""
    return float(np.sqrt(sum(np.sum(np.square(layer.weights, dtype=np.float64)) for layer in network.layers)))


def _uninformed(loss: Loss, data: Dataset) -> float:
    """Compute what is lost at least by answering every row the same: with the shares of the classes, or the mean."""
    targets = np.asarray(data.targets, np.float64)
    mean = targets.mean(axis=0)
    outputs = np.log(mean) if loss.output == "softmax" else mean
    return float(np.mean(loss.rows(np.broadcast_to(outputs, targets.shape), targets, np)))


def _seed(case: _Case) -> Diagnosis:
    return Diagnosis("seed", {"loss": f"{case.level():.4g}"}, _other_start(case))


_Look = Callable[[_Case], Diagnosis | None]
_OF_SAMPLES: tuple[_Look, ...] = (_unchanged, _penalized, _dead, _growing, _flat)
_OF_TABLES: tuple[_Look, ...] = (_unchanged, _line, _penalized, _dead, _growing, _falling, _flat, _seed)
