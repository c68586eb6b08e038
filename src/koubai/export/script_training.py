"""How a run goes, as a script has it: which slopes, by which rule, on which rows, how far, and how long a plain loop takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from koubai._version import __version__
from koubai.core.activations import activations_named
from koubai.core.losses import Loss, loss_named
from koubai.core.methods import method_named
from koubai.core.network import parameters_in
from koubai.core.optimizers import optimizer_named
from koubai.core.parameters import ParameterName
from koubai.core.schedules import schedule_named
from koubai.core.script_text import ScriptText
from koubai.core.training import batches_of
from koubai.experiment import Experiment, Run

LONG = 90.0  # seconds, after which a script says how long it takes


@dataclass(frozen=True)
class LongRun:
    """How long a plain loop takes: ``evaluations`` of the loss, ``count`` minutes or hours (``unit``); all as texts."""

    evaluations: str
    unit: str
    count: str


@dataclass(frozen=True)
class ScriptTraining:
    """What a script says of how its run goes; the templates have these names.

    Attributes:
        version: That of koubai.
        single: Whether the run computes in float32.
        number: Writes a number in that precision.
        complex: Whether the loss is evaluated at complex parameters.
        draws: Whether the method uses random numbers.
        derived: Whether slopes are derived, not measured.
        is_central: Whether they are central differences of one parameter after the other.
        h: The step size.
        record_every: Every so many steps the loss is printed.
        seed: Of the start.
        batch_seed: Of the batches and draws, where it is another.
        drawing_seed: The name of the setting that has it.
        optimizer: The optimizer's name.
        options: Its options, by the names that the script gives them, as texts.
        memory: What it remembers of every parameter, and the first value of each.
        plain_descent: Whether the slope itself is the move.
        activations: By name, how the activations that occur are written, but those that change nothing.
        functions: The function of every hidden layer; empty for one that changes nothing.
        frozen: Of every parameter that stays: which of the script's arrays has it, the index there, and its name.
        loss: The loss.
        hidden: Whether there are hidden layers.
        needs_math: Whether the script needs the module ``math``.
        batch_size: How many rows a step sees; None where it sees all.
        some_rows: Whether the loss is asked for some rows only.
        penalties: l1 and l2, where they aren't 0.
        patience: Of early stopping.
        ends_on_record: Whether the last step is one whose loss is printed.
        slow: How long it takes; None where it is soon done.
    """

    version: str
    single: bool
    number: Callable[[float], str]
    complex: bool
    draws: bool
    derived: bool
    is_central: bool
    h: float | None
    record_every: int
    seed: int
    batch_seed: int | None
    drawing_seed: str
    optimizer: str
    options: dict[str, str]
    memory: Mapping[str, float | str]
    plain_descent: bool
    activations: dict[str, ScriptText]
    functions: list[str]
    frozen: list[tuple[int, str, str]]
    loss: Loss
    hidden: bool
    needs_math: bool
    batch_size: int | None
    some_rows: bool
    penalties: dict[str, float]
    patience: int | None
    ends_on_record: bool
    slow: LongRun | None


@dataclass(frozen=True)
class ScriptRate:
    """What a script says of its learning rate, and for how many steps; the templates have these names.

    Attributes:
        learning_rate: The learning rate, before the schedule.
        steps: How many steps are made: as many as the run made, or, where it stopped early, as many as it could have made.
        planned: How many the schedule goes by.
        schedule: Its name.
        constant_rate: Whether the learning rate never changes.
        rate_names: What the script calls the schedule's options, by their own names.
        rate_options: Their values as texts, by the names that the script gives them.
    """

    learning_rate: float
    steps: int
    planned: int
    schedule: str
    constant_rate: bool
    rate_names: dict[str, str]
    rate_options: dict[str, str]


def script_rate(run: Run) -> ScriptRate:
    """Return what a script says of the learning rate of ``run``."""
    experiment = run.experiment
    schedule = schedule_named(experiment.schedule)
    options = {**schedule.parameters, **experiment.schedule_options}
    options = {name: value for name, value in options.items() if name != "warmup" or value}
    names = {name: name if name == "warmup" else f"rate_{name}" for name in options}  # an optimizer may have a decay, too
    steps = _steps(run)
    return ScriptRate(
        learning_rate=experiment.learning_rate,
        steps=steps,
        planned=experiment.steps if schedule.wants_last else steps,
        schedule=schedule.name,
        constant_rate=schedule.is_constant and not options,
        rate_names=names,
        rate_options={names[name]: repr(value) for name, value in options.items()},
    )


def _steps(run: Run) -> int:
    return run.experiment.steps if run.status == "finished" else run.records[-1].number


def script_training(run: Run) -> ScriptTraining:
    """Return what a script says of how ``run`` goes."""
    experiment = run.experiment
    single = experiment.precision == "float32"
    optimizer, method = optimizer_named(experiment.optimizer), method_named(experiment.method)
    options = {**optimizer.parameters, **experiment.optimizer_options}
    hidden = experiment.problem.hidden or ()
    activations = activations_named(experiment.problem.activation or "", len(hidden))
    texts = {one.name: one.script for one in activations if one.script.function}
    batches = batches_of(experiment.batch_size, len(run.data.inputs), experiment.drawing_seed)
    return ScriptTraining(
        version=__version__,
        single=single,
        number=lambda value: f"np.float32({value!r})" if single else repr(value),
        complex=method.wants_analytic,
        draws=bool(method.drawn_by),
        derived=method.difference == "none",
        is_central=method.definition == "central",
        h=experiment.h,
        record_every=experiment.record_every,
        seed=experiment.seed,
        batch_seed=experiment.batch_seed,
        drawing_seed="seed" if experiment.batch_seed is None else "batch_seed",
        optimizer=optimizer.name,
        options={optimizer.plain_options().get(name, name): repr(float(value)) for name, value in options.items()},
        memory=optimizer.memory,
        plain_descent=optimizer.is_plain,
        activations=texts,
        functions=[one.script.function for one in activations],
        frozen=_frozen(experiment),
        loss=loss_named(experiment.problem.loss or ""),
        hidden=bool(hidden),
        needs_math=batches is not None or any("math." in line for one in texts.values() for line in one.helper_value),
        batch_size=batches.size if batches else None,
        some_rows=batches is not None or experiment.patience is not None,
        penalties={name: value for name, value in (("l1", experiment.l1), ("l2", experiment.l2)) if value},
        patience=experiment.patience,
        ends_on_record=experiment.records(_steps(run)),
        slow=_slow(experiment, run.records[-1].number),
    )


def _frozen(experiment: Experiment) -> list[tuple[int, str, str]]:
    names = filter(None, map(ParameterName.parse, experiment.problem.frozen))  # an Experiment has checked them
    return [(2 * (name.layer - 1) + (name.kind == "b"), ", ".join(map(str, name.index)) or ":", str(name)) for name in names]


def _slow(experiment: Experiment, steps: int) -> LongRun | None:
    """How often a plain loop computes the loss, and how long that takes; None where it is soon done."""
    sizes = experiment.problem.sizes
    parameters, method = parameters_in(sizes), method_named(experiment.method)
    each_step = max(2, method.evaluations_each(parameters))  # backpropagation takes as long as two
    evaluations = steps * each_step
    rows = len(experiment.problem.dataset().inputs)
    seconds = evaluations * _seconds(sizes, parameters, min(experiment.batch_size or rows, rows))
    if seconds < LONG:
        return None
    minutes = round(seconds / 60)
    unit, count = ("minutes", minutes) if minutes < 120 else ("hours", round(minutes / 60))
    return LongRun(f"{evaluations:,}", unit, f"{count:,}")


def _seconds(sizes: tuple[int, ...], parameters: int, rows: int) -> float:
    """About how long the loss of so many rows takes on one core of 2026: for NumPy's every operation, and for every number."""
    return 12e-6 + 3e-6 * len(sizes) + rows * (0.05e-9 * parameters + 5e-9 * sum(sizes[1:]))
