"""``train``: the one call that does it all, and what is usual for the data that it is called with."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import fields
from inspect import signature
from typing import Any

from koubai.core.activations import activations_in
from koubai.core.batches import steps_in_epoch
from koubai.core.methods import METHODS, method_named
from koubai.core.network import Network
from koubai.core.precision import Precision
from koubai.data import GATES, Dataset, Splits, load
from koubai.errors import Diverged, DivergenceWarning, InputError
from koubai.experiment.experiment import Experiment
from koubai.experiment.problem import Learning, is_whole
from koubai.experiment.run import Recording, Run

EVERY_ROW = "all"  # batch_size: every step takes all rows
USUAL_BATCH, USUAL_EPOCHS, FEWEST_STEPS, MOST_RECORDS = 32, 20, 1000, 200


def train(
    problem: Any = "xor",
    data: Any = None,
    *,
    validation: Dataset | None = None,
    test: Dataset | None = None,
    hidden: Sequence[int] | None = None,
    activation: str | Sequence[str] | None = None,
    loss: str | None = None,
    init: str | None = None,
    scale: float | None = None,
    frozen: Sequence[str] | None = None,
    method: str = "central",
    h: float | None = None,
    optimizer: str | None = None,
    optimizer_options: Mapping[str, float] | None = None,
    learning_rate: float | None = None,
    schedule: str = "constant",
    schedule_options: Mapping[str, float] | None = None,
    l1: float = 0.0,
    l2: float = 0.0,
    batch_size: int | str | None = None,
    epochs: int | None = None,
    steps: int | None = None,
    patience: int | None = None,
    seed: int = 0,
    batch_seed: int | None = None,
    record_every: int | None = None,
    precision: Precision = "float64",
    engine: str = "auto",
) -> Run:
    """Train a network; all defaults together are the founding example.

    ``problem`` is what to learn: a gate's name or a Dataset; the name of a set, a path, a pandas or polars frame (see
    ``koubai.data.load``) or what ``load`` gave; or a Network, the start, with ``data`` beside it; or a whole Experiment or
    Learning. The rest are the fields of ``Experiment`` and ``Learning`` by name. ``epochs``: instead of ``steps``, how
    often every row is taken. ``batch_size``: "all", or how many rows a step is measured on.

    For sets and tables other things are usual than for the founding example: 32 hidden units, "he" or "xavier", adam with a
    learning rate of 0.01, batches of 32, h = 1e-4 (0.01 in float32; 0.1 where units step), 20 epochs but at least 1000
    steps, a record each epoch. Prints and writes nothing. A run that diverges is returned as far as it came, with a
    DivergenceWarning; ``Run.diagnosis`` says why one has not learned. InputError names what can't be, OutOfMemory says where
    memory doesn't suffice.
    """
    given = {name: value for name, value in locals().items() if name not in ("problem", "data")}
    if isinstance(problem, Experiment):
        usual = signature(train).parameters
        if changed := [name for name, value in given.items() if value is not usual[name].default]:
            raise InputError("train-fields", names=", ".join(changed), value="Experiment")
    experiment = problem if isinstance(problem, Experiment) else experiment_of(problem, data, **given)
    experiment.check_resources(kept=True)
    recording = Recording(experiment)
    try:
        for _ in recording.of(experiment.run()):
            pass
    except Diverged:
        if recording.run is None:
            raise
    run = recording.run
    assert run is not None
    if run.status == "diverged":
        warnings.warn(str(run.diagnosis), DivergenceWarning, stacklevel=2)
    return run


def experiment_of(problem: Any, data: Any = None, **given: Any) -> Experiment:
    """The experiment that ``train`` makes of its arguments; those that are None are the usual ones."""
    given = {name: value for name, value in given.items() if value is not None}
    start = problem if isinstance(problem, Network) else None
    if data is not None and start is None:
        raise InputError("train-data", value=type(problem).__name__)
    if isinstance(data, (Learning, Network)):
        raise InputError("data-type", name="data", value=type(data).__name__)
    source = ("xor" if data is None else data) if start is not None else problem
    if isinstance(source, Learning):
        if doubled := [name for name in _LEARNING if name in given]:
            raise InputError("train-fields", names=", ".join(doubled), value="Learning")
        learning, usual = source, False
    else:
        source, usual = _loaded(source)
        own = {name: given.pop(name) for name in _LEARNING if name in given}
        if usual and start is None:
            own = {**_usual_learning(own), **own}
        parts = {"data": source.train, "validation": source.validation, "test": source.test} if usual else {"data": source}
        learning = Learning(**{**parts, **own, "start": start})
    if usual:
        given = {**_usual(learning, given), **given}
    return Experiment(learning, **_with_steps(learning, given, usual=usual))


_LEARNING = [field.name for field in fields(Learning) if field.name not in ("data", "start")]


def _loaded(source: Any) -> tuple[Any, bool]:
    """Rows for all purposes, and True; or a gate or a Dataset as it is, and False."""
    if isinstance(source, Dataset) or (isinstance(source, str) and source in GATES):
        return source, False
    return (source if isinstance(source, Splits) else load(source)), True


def _usual_learning(own: Mapping[str, Any]) -> dict[str, Any]:
    first = activations_in(own.get("activation", "relu"))[0]
    return {"hidden": (32,), "init": "he" if first.kinks else "xavier"}


def _usual(learning: Learning, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is usual for sets and tables."""
    optimizer = given.get("optimizer", "adam")
    usual = {
        "optimizer": optimizer,
        "learning_rate": 0.1 if optimizer == "gradient-descent" else 0.01,
        "batch_size": USUAL_BATCH,
    }
    if method_named(given.get("method", "central")).default_h == METHODS["central"].default_h:
        fine = 1e-2 if given.get("precision") == "float32" else 1e-4
        steps = any(one.kind == "stepping" for one in activations_in(learning.activation or ""))
        usual["h"] = 0.1 if steps else fine
    return usual


def _with_steps(learning: Learning, given: dict[str, Any], *, usual: bool) -> dict[str, Any]:
    """``given`` with the steps that ``epochs`` come to, and how many there are between records."""
    batch_size, epochs = given.get("batch_size"), given.pop("epochs", None)
    if isinstance(batch_size, str) and batch_size == EVERY_ROW:
        given["batch_size"] = batch_size = None
    if epochs is not None and "steps" in given:
        raise InputError("epochs-and-steps", epochs=epochs, steps=given["steps"])
    if epochs is not None and not (is_whole(epochs) and 0 <= epochs <= 10**9):
        raise InputError("epochs", value=epochs)
    rows = len(learning.dataset().inputs)
    each = steps_in_epoch(rows, batch_size) if batch_size is not None and is_whole(batch_size) and batch_size > 0 else 1
    if epochs is None and usual and "steps" not in given:
        epochs = max(USUAL_EPOCHS, -(-FEWEST_STEPS // each))
    if epochs is not None:
        given["steps"] = int(epochs) * each
    if usual and "record_every" not in given and is_whole(given["steps"]):
        given["record_every"] = each * max(1, -(-given["steps"] // (each * MOST_RECORDS)))
    return given
