"""Experiment: what is descended, with which slope, by which rule, how far. Plain, frozen, validated data."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.arrays import Arrays
from koubai.core.losses import loss_named
from koubai.core.measuring import Measured, measured_at
from koubai.core.methods import check_h, check_method, method_named
from koubai.core.numpy_engine.cost import is_worth_it
from koubai.core.optimizers import check_options, optimizer_named
from koubai.core.precision import Precision, dtype_of
from koubai.core.regularization import Penalty
from koubai.core.schedules import check_schedule, schedule_named
from koubai.core.step import ENGINES, Engine
from koubai.core.training import Descent, Step, TrainingPlan, batches_of, begun, descend
from koubai.data.dataset import checked_fields
from koubai.errors import InputError, chosen, memory_faults
from koubai.experiment.divergence import BEYOND, level_of
from koubai.experiment.fields import (
    BATCH_SEED,
    BATCH_SIZE,
    BEFORE_ENGINES,
    ENGINE,
    L1,
    L2,
    LEARNING_RATE,
    METHOD,
    OPTIMIZER,
    PATIENCE,
    PRECISION,
    RECORD_EVERY,
    SCHEDULE,
    START_SEED,
    STEPS,
    H,
    fields_of,
)
from koubai.experiment.metrics import EarlyStopping
from koubai.experiment.problem import Learning, learning_of
from koubai.experiment.resources import check_compiling, check_needed
from koubai.experiment.validation import checked_number
from koubai.untrusted_json import JsonObject, parsed

# the numbers that are checked by the table alone
NUMBERS = [one for one in fields_of("experiment") if one.kind in ("integer", "number") and one not in (H, LEARNING_RATE)]


@dataclass(frozen=True, eq=False)
class Experiment:
    """Everything that determines a training: plain, frozen, validated data. The defaults are the founding example.

    Attributes:
        problem: What is learned, and by which network.
        method: How slopes are measured.
        h: The step size of the difference; by default that of the method.
        optimizer: The rule by which parameters move.
        optimizer_options: Its parameters by name, those that were set.
        learning_rate: How far to move against each slope.
        steps: How many steps are made.
        seed: Of the starting weights and, where there is no ``batch_seed``, of all other draws.
        record_every: Steps between records.
        precision: "float64" or "float32".
        batch_size: Rows that a step is measured on, in an order that changes every epoch; None for all.
        schedule: How the learning rate changes.
        schedule_options: Its parameters by name, those that were set.
        l1: This times Σ|w| is part of the loss.
        l2: This times half of Σw² is part of the loss.
        patience: The training ends when the loss of the validation rows was not the smallest so far at so many records after
            another, and the network of the best record is the run's; None to go all the way.
        batch_seed: Of the batches' orders, and of methods that draw; None for ``seed``.
        engine: "numpy", which begins at once, or "jax", which is faster once it has compiled. "auto" chooses that which is
            sooner done, by counting operations, and becomes its name.

    Raises:
        InputError: A value can't be used; the sentence names the field, the value and what was expected.

    >>> import koubai as kb
    >>> experiment = kb.Experiment(kb.Learning("nand"), steps=300, record_every=100)
    >>> [step.number for step in experiment.run() if step.recorded]
    [0, 100, 200, 300]
    >>> kb.Experiment.from_json(experiment.to_json()) == experiment
    True
    """

    problem: Learning = field(default_factory=Learning)
    method: str = METHOD.default
    h: float | None = H.default
    optimizer: str = OPTIMIZER.default
    optimizer_options: Mapping[str, float] = field(default_factory=dict)
    learning_rate: float = LEARNING_RATE.default
    steps: int = STEPS.default
    seed: int = START_SEED.default
    record_every: int = RECORD_EVERY.default
    precision: Precision = PRECISION.default
    batch_size: int | None = BATCH_SIZE.default
    schedule: str = SCHEDULE.default
    schedule_options: Mapping[str, float] = field(default_factory=dict)
    l1: float = L1.default
    l2: float = L2.default
    patience: int | None = PATIENCE.default
    batch_seed: int | None = BATCH_SEED.default
    engine: str = ENGINE.default

    def __post_init__(self) -> None:
        """Check every setting, and put what it comes to in its place."""
        if not isinstance(self.problem, Learning):
            raise InputError("problem", value=self.problem)
        method = method_named(self.method)
        check_method(method, self.problem.activation or "")
        dtype = dtype_of(self.precision)
        h = method.default_h if self.h is None else self.h
        check_h(h, self.precision)
        rule = optimizer_named(self.optimizer)
        if not isinstance(self.optimizer_options, Mapping):
            raise InputError("optimizer-options", value=self.optimizer_options)
        settings: dict[str, object] = {"h": float(h)}
        settings["learning_rate"] = checked_number(LEARNING_RATE, self.learning_rate, float(np.finfo(dtype).max))
        settings |= {one.name: checked_number(one, getattr(self, one.name)) for one in NUMBERS}
        if self.patience is not None and self.problem.validation is None:
            raise InputError("patience-validation", value=self.patience)
        schedule = schedule_named(self.schedule)
        if not isinstance(self.schedule_options, Mapping):
            raise InputError("schedule-options", value=self.schedule_options)
        settings["schedule_options"] = dict(check_schedule(schedule, self.schedule_options))
        settings["optimizer_options"] = dict(check_options(rule, self.optimizer_options))
        for name, value in settings.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "engine", _engine_for(self))

    @classmethod
    def from_settings(cls, problem: Learning, settings: Mapping[str, object]) -> "Experiment":
        """Make the experiment with these settings by name, which are checked as if they had been passed one by one."""
        given: dict[str, Any] = dict(settings)
        return cls(problem, **given)

    def records(self, number: int) -> bool:
        """Tell whether step ``number`` is kept: the start, every multiple of ``record_every``, the last."""
        return number % self.record_every == 0 or number == self.steps

    @property
    def penalty(self) -> Penalty | None:
        """What the weights cost beside the loss; None where they cost nothing."""
        return Penalty(self.l1, self.l2) if self.l1 or self.l2 else None

    @property
    def drawing_seed(self) -> int:
        """The seed of the batches' orders and of methods that draw: ``batch_seed``, or ``seed`` where there is none."""
        return self.seed if self.batch_seed is None else self.batch_seed

    @property
    def steps_each_epoch(self) -> int:
        """How many steps take every row once; 1 where each takes all."""
        batches = batches_of(self.batch_size, len(self.problem.dataset().inputs), self.drawing_seed)
        return batches.each_epoch if batches else 1

    @cached_property
    def level(self) -> float:
        """The loss that a training is measured against (see ``divergence.level_of``)."""
        problem = self.problem
        return level_of(problem.network(self.seed), problem.dataset(), loss_named(problem.loss or ""), self.penalty)

    def run(
        self,
        resume: Step | Sequence[Step] | None = None,
        *,
        until: int | None = None,
        pace: Callable[[], tuple[float, int]] | None = None,
    ) -> Iterator[Step]:
        """Train: make the Steps one after another, the start first.

        Args:
            resume: Where to go on: a Step of the same experiment, after which the others follow; or the records of the same, of
                which the last one is where to go on, and by which early stopping goes.
            until: The number of a step after which it is enough for now. The Steps up to it are the same as without, and it is
                recorded only where ``records`` says so.
            pace: Says, each time the compiled program is about to run, for how many seconds it may before the next Step comes,
                and how many steps it may make at most.

        Yields:
            The Steps that are recorded, and some between them that show progress.

        Raises:
            Diverged: The loss or a parameter isn't finite any more, or the loss is a million times its ``level``.
            InputError: ``check_resources`` raises it.
            OutOfMemory: Memory doesn't suffice after all.
        """
        self.check_resources()
        records = () if resume is None else (resume,) if isinstance(resume, Step) else tuple(resume)
        if self.patience is not None and records and records[0].number > 0:
            raise InputError("resume-records", step=records[-1].number)
        problem, rows = self.problem, len(self.problem.dataset().inputs)
        with memory_faults():
            plan = TrainingPlan(
                h=self.h or 0.0,
                learning_rate=self.learning_rate,
                steps=self.steps,
                record_every=self.record_every,
                seed=self.drawing_seed,
                penalty=self.penalty,
                most_loss=BEYOND * self.level * max(1.0, rows / (self.batch_size or rows)),  # a batch may hold all that is lost
                frozen=problem.mask(),
            )
            start, last = problem.network(self.seed), records[-1] if records else None
            steps = descend(start, problem.dataset(), self.descent(), plan, resume=last, until=until, pace=pace)
        steps = _with_memory_faults(steps)
        if self.patience is None:
            return steps
        return EarlyStopping.after(problem, self.patience, records).until_over(steps)

    def check_resources(self, *, kept: bool = False) -> None:
        """Refuse a training that can't be, by counting.

        Args:
            kept: Whether all records are kept in memory.

        Raises:
            InputError: Memory can't suffice to make a step, or a person would wait too long for the first.
        """
        records = self.steps // self.record_every + 1 if kept else 0
        if self.patience is not None:  # it may end early
            records = min(records, self.patience + 1)
        problem, descent = self.problem, self.descent()
        check_compiling(descent, len(problem.hidden or ()))
        check_needed(descent, problem.sizes, len(problem.dataset().inputs), records)

    def start(self) -> Step:
        """Make the first Step at once: ``run`` has to compile before it yields the same. Raises Diverged as ``run`` does."""
        return begun(
            self.problem.network(self.seed),
            self.problem.dataset(),
            self.descent(),
            learning_rate=self.learning_rate,
            seed=self.drawing_seed,
            penalty=self.penalty,
        )

    def measured(self, step: Step, *, exactly: bool = False) -> Measured:
        """Measure the slopes by which the training moves on from a step, on that step's rows and with its draw.

        Args:
            step: Where the training stands.
            exactly: Whether to take backpropagation instead of the experiment's method, on the same rows.

        Returns:
            The slopes, and the loss with the penalty in it.
        """
        descent = replace(self.descent(), method=method_named("backprop")) if exactly else self.descent()
        data, mask = self.problem.dataset(), self.problem.mask()
        return measured_at(step, data, descent, h=self.h or 0.0, penalty=self.penalty, frozen=mask)

    def descent(self, engine: Engine | None = None) -> Descent:
        """Look up what the training is made of.

        Args:
            engine: What computes; by default that of the experiment.

        Returns:
            All that a training's program is compiled for.
        """
        return Descent(
            loss_named(self.problem.loss or ""),
            method_named(self.method),
            optimizer_named(self.optimizer),
            tuple(self.optimizer_options.items()),
            self.precision,
            schedule_named(self.schedule),
            tuple(self.schedule_options.items()),
            self.batch_size,
            engine or ENGINES[self.engine],
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Collect the arrays that the user passed (data, starting weights), named by their SHA-256."""
        return self.problem.arrays()

    def to_dict(self) -> JsonObject:
        """Convert to plain values, as JSON has them; arrays become their names."""
        rest = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "problem"}
        options = {name: dict(rest[name]) for name in ("optimizer_options", "schedule_options")}
        return {"problem": {"learning": self.problem.to_dict()}, **rest, **options}

    @classmethod
    def from_dict(cls, values: Mapping[str, object], arrays: Arrays | None = None) -> "Experiment":
        """Make the experiment whose ``to_dict`` gave these values.

        Args:
            values: Plain values; a field that is missing has its default.
            arrays: Those of ``arrays()``, where it has any.

        Returns:
            An experiment that equals the one that was written.

        Raises:
            InputError: A field is unknown or can't be, or an array is missing or isn't the same any more.
        """
        known = dict(checked_fields(values, [f.name for f in fields(cls)]))
        if "problem" in known:
            problem = checked_fields(known["problem"], ["learning"])
            known["problem"] = learning_of(problem.get("learning", {}), arrays or {})
        return cls(**known)

    @classmethod
    def of_kept(cls, values: Mapping[str, object], arrays: Arrays) -> "Experiment":
        """Make the experiment of a run that was kept: one that names no engine is of before there was a choice."""
        return cls.from_dict({"engine": BEFORE_ENGINES, **values}, arrays)

    def to_json(self) -> str:
        """Convert to JSON text; every float comes back exactly."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str, arrays: Arrays | None = None) -> "Experiment":
        """Make the experiment whose ``to_json`` gave ``text``; raises as ``from_dict`` does, or where it is no JSON."""
        try:
            values = parsed(text)
        except (TypeError, ValueError) as error:
            raise InputError("experiment-json", reason=str(error)) from error
        return cls.from_dict(values, arrays)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Experiment) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.to_json())


def _engine_for(experiment: Experiment) -> Engine:
    """Choose what computes: that which is asked for, or which is sooner done. The plain loop is NumPy."""
    if experiment.engine != ENGINE.default:
        return chosen("engine", experiment.engine, ENGINES)
    descent, problem = experiment.descent("numpy"), experiment.problem
    if not descent.method.compiled:
        return "numpy"
    rows = len(problem.dataset().inputs)
    return "numpy" if is_worth_it(descent, problem.sizes, rows, experiment.steps) else "jax"


def _with_memory_faults(steps: Iterator[Step]) -> Iterator[Step]:
    with memory_faults():
        yield from steps
