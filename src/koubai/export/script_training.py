"""How a run goes, as a script has it: which slopes, by which rule, on which rows, how far, and how long a plain loop takes."""

from typing import Any

import koubai
from koubai.core.activations import activations_named
from koubai.core.losses import loss_named
from koubai.core.methods import method_named
from koubai.core.network import parameters_in
from koubai.core.optimizers import optimizer_named
from koubai.core.schedules import schedule_named
from koubai.core.training import batches_of
from koubai.experiment import Experiment, Run

LONG = 90.0  # seconds, after which a script says how long it takes


def descent_of(run: Run) -> dict[str, Any]:
    """What the script says of how the run goes."""
    experiment = run.experiment
    single = experiment.precision == "float32"
    optimizer, method = optimizer_named(experiment.optimizer), method_named(experiment.method)
    options = {**optimizer.parameters, **experiment.optimizer_options}
    hidden = experiment.problem.hidden or ()
    activations = activations_named(experiment.problem.activation or "", len(hidden))
    texts = {one.name: one.script for one in activations if one.script.function}
    batches = batches_of(experiment.batch_size, len(run.data.inputs), experiment.drawing_seed)
    return {
        "version": koubai.__version__,
        "single": single,
        "number": lambda value: f"np.float32({value!r})" if single else repr(value),
        "complex": method.wants_analytic,
        "draws": bool(method.drawn_by),
        "derived": method.difference == "none",
        "is_central": method.definition == "central",
        "h": experiment.h,
        "learning_rate": experiment.learning_rate,
        "record_every": experiment.record_every,
        "seed": experiment.seed,
        "batch_seed": experiment.batch_seed,
        "drawing_seed": "seed" if experiment.batch_seed is None else "batch_seed",
        "optimizer": optimizer.name,
        "options": {optimizer.plain_options().get(name, name): repr(float(value)) for name, value in options.items()},
        "memory": optimizer.memory,
        "plain_descent": optimizer.is_plain,
        "activations": texts,
        "functions": [one.script.function for one in activations],
        "frozen": _frozen(experiment),
        "loss": loss_named(experiment.problem.loss or ""),
        "hidden": bool(hidden),
        "needs_math": batches is not None or any("math." in line for one in texts.values() for line in one.helper_value),
        "batch_size": batches and batches.size,
        "some_rows": batches is not None or experiment.patience is not None,
        "penalties": {name: value for name, value in (("l1", experiment.l1), ("l2", experiment.l2)) if value},
        "patience": experiment.patience,
        **_length(run),
        **_schedule(run),
    }


def _frozen(experiment: Experiment) -> list[tuple[int, str, str]]:
    """Of every parameter that stays: which of the script's arrays has it, the place there, and its name."""
    made = []
    for name in experiment.problem.frozen:
        array, _, place = name.partition("[")
        number = 2 * (int(array[1:]) - 1) + (array[0] == "b")
        made.append((number, place.removesuffix("]").replace(",", ", ") or ":", name))
    return made


def _length(run: Run) -> dict[str, Any]:
    """How many steps are made: as many as the run made, or, where it stopped early, as many as it could have made."""
    experiment, made = run.experiment, run.records[-1].number
    steps = experiment.steps if run.status == "finished" else made
    wants_last = schedule_named(experiment.schedule).wants_last
    return {
        "steps": steps,
        "planned": experiment.steps if wants_last else steps,
        "ends_on_record": experiment.records(steps),
        "slow": _slow(experiment, made),
    }


def _schedule(run: Run) -> dict[str, Any]:
    schedule = schedule_named(run.experiment.schedule)
    options = {**schedule.parameters, **run.experiment.schedule_options}
    if not options["warmup"]:
        del options["warmup"]
    names = {name: name if name == "warmup" else f"rate_{name}" for name in options}  # an optimizer may have a decay, too
    values = {names[name]: repr(value) for name, value in options.items()}
    return {
        "schedule": schedule.name,
        "constant_rate": schedule.is_constant and not options,
        "rate_names": names,
        "rate_options": values,
    }


def _slow(experiment: Experiment, steps: int) -> dict[str, Any] | None:
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
    return {"evaluations": f"{evaluations:,}", "unit": unit, "count": f"{count:,}"}


def _seconds(sizes: tuple[int, ...], parameters: int, rows: int) -> float:
    """About how long the loss of so many rows takes on one core of 2026: for NumPy's every operation, and for every number."""
    return 12e-6 + 3e-6 * len(sizes) + rows * (0.05e-9 * parameters + 5e-9 * sum(sizes[1:]))
