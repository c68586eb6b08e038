"""``train``: the one call that does it all; and the experiment that its arguments mean."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Literal

from koubai.core.network import Network
from koubai.data import GATES, Dataset, Splits, load
from koubai.errors import Diverged, DivergenceWarning, InputError
from koubai.experiment.defaults import Given, defaults_for_sets, with_steps
from koubai.experiment.experiment import Experiment
from koubai.experiment.fields import (
    FIELDS,
    EngineName,
    InitName,
    LossName,
    MethodName,
    OptimizerName,
    PrecisionName,
    ScheduleName,
)
from koubai.experiment.problem import Learning
from koubai.experiment.run import Recording, Run

LEARNING_SETTINGS = [field.name for field in fields(Learning) if field.name not in ("data", "start")]


def train(
    problem: object = "xor",
    data: object = None,
    *,
    validation: Dataset | None = None,
    test: Dataset | None = None,
    hidden: Sequence[int] | None = None,
    activation: str | Sequence[str] | None = None,
    loss: LossName | None = None,
    init: InitName | None = None,
    scale: float | None = None,
    frozen: Sequence[str] | None = None,
    method: MethodName = "central",
    h: float | None = None,
    optimizer: OptimizerName | None = None,
    optimizer_options: Mapping[str, float] | None = None,
    learning_rate: float | None = None,
    schedule: ScheduleName = "constant",
    schedule_options: Mapping[str, float] | None = None,
    l1: float = 0.0,
    l2: float = 0.0,
    batch_size: int | Literal["all"] | None = None,
    epochs: int | None = None,
    steps: int | None = None,
    patience: int | None = None,
    seed: int = 0,
    batch_seed: int | None = None,
    record_every: int | None = None,
    precision: PrecisionName = "float64",
    engine: EngineName = "auto",
) -> Run:
    """Train a network; all defaults together are the founding example.

    For sets and tables other defaults are usual than for gates and Datasets; ``docs/settings.md`` lists both. Nothing is
    printed or written. A run that diverges is returned as far as it came, with a DivergenceWarning; ``Run.diagnosis`` says why
    one has not learned.

    Args:
        problem: What to learn: a gate's name or a Dataset; the name of a set, a path, a pandas or polars frame (see
            ``koubai.data.load``) or what ``load`` gave; or a Network, the start, with ``data`` beside it; or a whole Experiment
            or Learning.
        data: What the Network that is given as ``problem`` learns, in any of these forms.
        validation: Rows to stop by, never trained on.
        test: Rows to judge the network by, never trained on.
        hidden: Units of every hidden layer, () for none; by default (8,), for sets and tables (32,).
        activation: One name for all hidden layers, or one for each; by default "relu".
        loss: What is descended; by default "cross-entropy", for values "squared".
        init: How the starting weights are spread; by default "normal", for sets and tables "he" where the first activation
            has a kink, else "xavier".
        scale: Of the starting weights; by default 0.1, with "xavier" and "he" 1.
        frozen: Parameters that stay as they start, such as "w1" or "b1[2]" (see ``Learning``).
        method: How slopes are measured.
        h: The step size of the difference, in the units of the parameters; by default 0.1, for sets and tables 1e-4 (0.01 in
            float32, 0.1 where units step), with "complex-step" 1e-20.
        optimizer: The rule by which parameters move; by default "gradient-descent", for sets and tables "adam".
        optimizer_options: Its parameters by name, such as ``{"b1": 0.8}``.
        learning_rate: How far to move against each slope; by default 0.01, for sets and tables with gradient descent 0.1.
        schedule: How the learning rate changes.
        schedule_options: Its parameters by name, such as ``{"warmup": 100}``.
        l1: A penalty on the size of weights: this times Σ|w| is part of the loss.
        l2: A penalty on the squares of weights: this times half of Σw² is part of the loss.
        batch_size: How many rows a step is measured on, or "all"; by default all, for sets and tables 32.
        epochs: Instead of ``steps``, how often every row is taken; for sets and tables 20 by default, but at least 1000 steps.
        steps: How many steps to make; by default 5001, for sets and tables as the epochs say.
        patience: Stop when the validation loss was not the smallest so far at so many records in a row, and keep the best.
        seed: Of the starting weights and, unless ``batch_seed`` is given, of all other draws.
        batch_seed: Of the batches' orders, and of methods that draw.
        record_every: Steps between records; by default 100, for sets and tables an epoch, or more where there are many.
        precision: Of all numbers.
        engine: What computes: "numpy" begins at once, "jax" is faster once it has compiled, "auto" takes what is sooner done.

    Returns:
        The run: its losses, its records, its network.

    Raises:
        InputError: A value can't be used; the sentence names it, and what was expected.
        OutOfMemory: Memory doesn't suffice.

    >>> import koubai as kb
    >>> run = kb.train("xor", optimizer="adam", steps=500)
    >>> run.network.predict([[0, 0], [0, 1], [1, 0], [1, 1]])
    array([0, 1, 1, 0])
    """
    given: dict[str, object] = {name: value for name, value in locals().items() if name not in ("problem", "data")}
    if isinstance(problem, Experiment):
        usual = {one.name: one.in_train for one in FIELDS}
        same = {name for name, value in given.items() if type(value) is type(usual.get(name)) and value == usual.get(name)}
        if changed := [name for name in given if name not in same]:
            raise InputError("train-fields", names=", ".join(changed), value="Experiment")
    experiment = problem if isinstance(problem, Experiment) else experiment_of(problem, data, **given)
    run = _trained(experiment)
    if run.status == "diverged":
        warnings.warn(str(run.diagnosis), DivergenceWarning, stacklevel=2)
    return run


def _trained(experiment: Experiment) -> Run:
    """Make all steps. A training that diverges is a Run as far as it came, unless it did so before the first step."""
    experiment.check_resources(kept=True)
    recording = Recording(experiment)
    try:
        for _ in recording.of(experiment.run()):
            pass
    except Diverged:
        if recording.run is None:
            raise
    assert recording.run is not None
    return recording.run


def experiment_of(problem: object, data: object = None, **given: object) -> Experiment:
    """Make the experiment that ``train`` trains.

    Args:
        problem: As in ``train``, but for an Experiment.
        data: As in ``train``.
        **given: The other arguments of ``train``; those that are None are the usual ones.

    Returns:
        The experiment, with every setting filled in.

    Raises:
        InputError: A value can't be used.
    """
    settings = {name: value for name, value in given.items() if value is not None}
    own = {name: settings.pop(name) for name in LEARNING_SETTINGS if name in settings}
    start = problem if isinstance(problem, Network) else None
    if data is not None and start is None:
        raise InputError("train-data", value=type(problem).__name__)
    if isinstance(data, (Learning, Network)):
        raise InputError("data-type", name="data", value=type(data).__name__)
    source = problem if start is None else "xor" if data is None else data
    if isinstance(source, Learning) and own:
        raise InputError("train-fields", names=", ".join(own), value="Learning")
    rows = source if isinstance(source, Learning) else _loaded(source)
    learning = rows if isinstance(rows, Learning) else _learning_of(rows, start, own)
    for_sets = isinstance(rows, Splits)
    if for_sets:
        settings = {**defaults_for_sets("experiment", {**settings, "activation": learning.activation}), **settings}
    return Experiment.from_settings(learning, with_steps(learning.dataset(), settings, for_sets=for_sets))


def _loaded(source: object) -> Splits | Dataset | str:
    """Load rows for all purposes; a gate or a Dataset stays as it is."""
    if isinstance(source, (Splits, Dataset)) or (isinstance(source, str) and source in GATES):
        return source
    return load(source)


def _learning_of(rows: Splits | Dataset | str, start: Network | None, settings: Given) -> Learning:
    """Make the Learning of ``rows``, from a start or by the settings."""
    if not isinstance(rows, Splits):
        return Learning.from_settings(rows, start, settings)
    usual = defaults_for_sets("problem", settings) if start is None else {}
    return Learning.from_settings(rows.train, start, {**usual, **settings}, validation=rows.validation, test=rows.test)
