"""The defaults of settings that depend on the data and on one another: the table's, with the conditions that hold."""

from collections.abc import Mapping
from typing import cast

from koubai.core.activations import activations_in
from koubai.core.batches import steps_in_epoch
from koubai.data import Dataset
from koubai.errors import InputError
from koubai.experiment.fields import (
    ACTIVATION,
    BATCH_SIZE,
    EPOCHS,
    FEWEST_EPOCHS,
    FEWEST_STEPS,
    FIELDS,
    FROM_EPOCHS,
    MOST_RECORDS,
    Condition,
    Depends,
    Part,
    resolved,
)
from koubai.experiment.validation import checked_number, is_whole

Given = Mapping[str, object]  # settings by name, as a person gave them


def conditions_of(settings: Given) -> set[Condition]:
    """Find out which of the conditions hold that a default may depend on."""
    activations = activations_in(cast(str, settings.get("activation", ACTIVATION.for_gates)))
    holds: dict[Condition, bool] = {
        "complex_step": settings.get("method") == "complex-step",
        "stepping": any(one.kind == "stepping" for one in activations),
        "kinked": bool(activations[0].kinks),
        "float32": settings.get("precision") == "float32",
        "gradient_descent": settings.get("optimizer") == "gradient-descent",
        "normal": settings.get("init") == "normal",
        "values": settings.get("task") == "regress",
    }
    return {condition for condition, is_so in holds.items() if is_so}


def defaults_for_sets(part: Part, given: Given) -> dict[str, object]:
    """Collect the settings that sets and tables have other defaults for.

    Args:
        part: Whose settings: "problem" for a Learning, "experiment" for an Experiment.
        given: What a person gave, on which some defaults depend.

    Returns:
        The defaults by name; those that are counted from the epochs aren't among them.
    """
    plain = {one.name: one.for_sets for one in FIELDS if not isinstance(one.for_sets, Depends)}
    holds = conditions_of({**plain, **given})
    own = (one for one in FIELDS if one.part == part and one.for_sets not in (one.for_gates, FROM_EPOCHS))
    return {one.name: resolved(one.for_sets, holds) for one in own}


def with_steps(data: Dataset, given: Given, *, for_sets: bool) -> dict[str, object]:
    """Count the steps that the epochs come to, and those between records.

    Args:
        data: The rows that are trained on.
        given: The settings of an Experiment and ``epochs``; a batch size of "all" takes all rows.
        for_sets: Whether the defaults are those of sets and tables.

    Returns:
        The settings of the Experiment.

    Raises:
        InputError: Both epochs and steps are given, or the epochs can't be.
    """
    settings = dict(given)
    epochs = checked_number(EPOCHS, settings.pop("epochs", None))
    batch_size = settings.get("batch_size")
    if isinstance(batch_size, str) and batch_size == BATCH_SIZE.word_for_none:
        settings["batch_size"] = batch_size = None
    if epochs is not None and "steps" in settings:
        raise InputError("epochs-and-steps", epochs=epochs, steps=settings["steps"])
    each = _steps_in_epoch(data, batch_size)
    if epochs is None and for_sets and "steps" not in settings:
        epochs = max(FEWEST_EPOCHS, -(-FEWEST_STEPS // each))
    if epochs is not None:
        settings["steps"] = int(epochs) * each
    steps = settings.get("steps")
    if for_sets and "record_every" not in settings and is_whole(steps):
        settings["record_every"] = each * max(1, -(-steps // (each * MOST_RECORDS)))
    return settings


def _steps_in_epoch(data: Dataset, batch_size: object) -> int:
    """Count the steps that take every row once: 1 where the batch size can't be, which the Experiment refuses."""
    return steps_in_epoch(len(data.inputs), batch_size) if is_whole(batch_size) and batch_size > 0 else 1
