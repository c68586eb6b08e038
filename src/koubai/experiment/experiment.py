"""Experiment: what is descended, with which slope, by which rule, how far. Plain, frozen, validated data."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from koubai.core.schedules import check_schedule, schedule_named
from koubai.core.step import ENGINES, Engine
from koubai.core.training import Descent, Step, TrainingPlan, batches_of, begun, descend
from koubai.data.dataset import checked_fields
from koubai.errors import InputError, chosen, memory_faults
from koubai.experiment.divergence import BEYOND, level_of, risen_since
from koubai.experiment.metrics import EarlyStopping
from koubai.experiment.problem import Learning, is_number, is_whole, learning_of
from koubai.experiment.resources import check_compiling, check_needed
from koubai.untrusted_json import parsed

MOST = 2**31 - 2  # steps
MOST_PENALTY = 1e30
AUTO = "auto"  # that engine which is sooner done
BEFORE_ENGINES = "jax"  # which computed the experiments that don't name one


@dataclass(frozen=True, eq=False)
class Experiment:
    """Everything that determines a training. The defaults are the founding example.

    ``method``: how slopes are measured; ``h``: the step size of the difference (by default 0.1, complex-step 1e-20);
    ``optimizer`` with its ``optimizer_options``; ``learning_rate``; ``steps``; ``seed``: of the starting weights, and, where
    no ``batch_seed`` is given, of the batches' orders and of methods that draw; ``record_every``: steps between records;
    ``precision``: "float64" or "float32".

    ``batch_size``: rows that a step is measured on, in an order that changes every epoch; None for all. ``schedule`` of the
    learning rate, with its ``schedule_options``. ``l1``, ``l2``: a penalty l1·Σ|w| + l2/2·Σw² that is part of the loss.
    ``patience``: the training ends when the loss of the validation rows was not the smallest so far at so many records after
    another, and the network of the best record is the run's; None to go all the way. ``engine``: "numpy", which begins at once,
    or "jax", which is faster once it has compiled; "auto" chooses that which is sooner done, by counting operations, and the
    experiment has its name. InputError names the field, the value and what was expected.
    """

    problem: Learning = field(default_factory=Learning)
    method: str = "central"
    h: float | None = None
    optimizer: str = "gradient-descent"
    optimizer_options: Mapping[str, float] = field(default_factory=dict)
    learning_rate: float = 0.01
    steps: int = 5001
    seed: int = 0
    record_every: int = 100
    precision: Precision = "float64"
    batch_size: int | None = None
    schedule: str = "constant"
    schedule_options: Mapping[str, float] = field(default_factory=dict)
    l1: float = 0.0
    l2: float = 0.0
    patience: int | None = None
    batch_seed: int | None = None
    engine: str = AUTO

    def __post_init__(self) -> None:
        if not isinstance(self.problem, Learning):
            raise InputError("problem", value=self.problem)
        method = method_named(self.method)
        check_method(method, self.problem.activation or "")
        dtype_of(self.precision)
        h = method.default_h if self.h is None else self.h
        check_h(h, self.precision)
        rule = optimizer_named(self.optimizer)
        if not isinstance(self.optimizer_options, Mapping):
            raise InputError("optimizer-options", value=self.optimizer_options)
        rate, most = self.learning_rate, float(np.finfo(dtype_of(self.precision)).max)
        if not (is_number(rate) and 0 <= rate <= most):
            raise InputError("learning-rate", value=rate)
        for name, lowest, most in (("steps", 0, MOST), ("seed", 0, 2**32 - 1), ("record_every", 1, MOST)):
            value = getattr(self, name)
            if not (is_whole(value) and lowest <= value <= most):
                raise InputError(name.replace("_", "-"), value=value, most=most)
            object.__setattr__(self, name, int(value))
        for name in ("l1", "l2"):
            value = getattr(self, name)
            if not (is_number(value) and 0 <= value <= MOST_PENALTY):
                raise InputError("penalty", name=name, value=value, most=f"{MOST_PENALTY:g}")
            object.__setattr__(self, name, float(value))
        for name, lowest, most in (("batch_size", 1, MOST), ("patience", 1, MOST), ("batch_seed", 0, 2**32 - 1)):
            value = getattr(self, name)
            if value is not None and not (is_whole(value) and lowest <= value <= most):
                raise InputError(name.replace("_", "-"), value=value, most=most)
            object.__setattr__(self, name, value if value is None else int(value))
        if self.patience is not None and self.problem.validation is None:
            raise InputError("patience-validation", value=self.patience)
        schedule = schedule_named(self.schedule)
        if not isinstance(self.schedule_options, Mapping):
            raise InputError("schedule-options", value=self.schedule_options)
        object.__setattr__(self, "schedule_options", dict(check_schedule(schedule, self.schedule_options)))
        object.__setattr__(self, "optimizer_options", dict(check_options(rule, self.optimizer_options)))
        object.__setattr__(self, "h", float(h))
        object.__setattr__(self, "learning_rate", float(rate))
        object.__setattr__(self, "engine", self._engine())

    def _engine(self) -> Engine:
        """Which computes: that which is asked for, or which is sooner done. The plain loop is NumPy."""
        if self.engine != AUTO:
            return chosen("engine", self.engine, ENGINES)
        descent, problem = self._descent("numpy"), self.problem
        if not descent.method.compiled:
            return "numpy"
        rows = len(problem.dataset().inputs)
        return "numpy" if is_worth_it(descent, problem.sizes, rows, self.steps) else "jax"

    def records(self, number: int) -> bool:
        """Whether step ``number`` is kept: the start, every multiple of ``record_every``, the last."""
        return number % self.record_every == 0 or number == self.steps

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
        return level_of(problem.network(self.seed), problem.dataset(), loss_named(problem.loss or ""), self.l1, self.l2)

    def risen_since(self, losses: NDArray[np.float64]) -> int | None:
        """The step since which a training with these ``losses`` (steps + 1,) is far above its ``level``; None where it isn't.

        Early stopping keeps the best network, whatever came after it: then it is always None.
        """
        return None if self.patience is not None else risen_since(losses, self.steps_each_epoch, self.level)

    def run(
        self,
        resume: Step | Sequence[Step] | None = None,
        *,
        until: int | None = None,
        pace: Callable[[], tuple[float, int]] | None = None,
    ) -> Iterator[Step]:
        """Train: yields Steps, the start first; after ``resume`` those that follow it.

        ``resume``: a Step of the same experiment; or the records of the same, the last one being where to go on, which early
        stopping goes by. ``until``: the number of a step after which it is enough for now: the Steps up to it are the same as
        without, and it is recorded only where ``records`` says so. ``pace``: says, each time the compiled program is about to
        run, for how many seconds it may before the next Step comes, and how many steps it may make at most.

        Raises Diverged at the first step at which the loss or a parameter isn't finite, or the loss is a million times its
        ``level``; InputError where ``check_resources`` does; OutOfMemory where memory doesn't suffice after all.
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
                l1=self.l1,
                l2=self.l2,
                most_loss=BEYOND * self.level * max(1.0, rows / (self.batch_size or rows)),  # a batch may hold all that is lost
                frozen=problem.mask(),
            )
            start, last = problem.network(self.seed), records[-1] if records else None
            steps = descend(start, problem.dataset(), self._descent(), plan, resume=last, until=until, pace=pace)
        steps = _with_memory_faults(steps)
        return steps if self.patience is None else self._until_no_better(steps, records)

    def check_resources(self, *, kept: bool = False) -> None:
        """InputError where memory can't suffice to make a step, or where a person would wait too long for the first.

        ``kept``: all records are kept in memory.
        """
        records = self.steps // self.record_every + 1 if kept else 0
        if self.patience is not None:  # it may end early
            records = min(records, self.patience + 1)
        problem, descent = self.problem, self._descent()
        check_compiling(descent, len(problem.hidden or ()))
        check_needed(descent, problem.sizes, len(problem.dataset().inputs), records)

    def start(self) -> Step:
        """The first Step, made at once: ``run`` has to compile before it yields the same. Diverged as there."""
        return begun(
            self.problem.network(self.seed),
            self.problem.dataset(),
            self._descent(),
            learning_rate=self.learning_rate,
            seed=self.drawing_seed,
            l1=self.l1,
            l2=self.l2,
        )

    def measured(self, step: Step, *, exactly: bool = False) -> Measured:
        """The slopes by which the training moves on from ``step``: measured as it does, on that step's rows, with its draw.

        ``exactly``: by backpropagation instead, on the same rows. The loss has the penalty in it.
        """
        descent = replace(self._descent(), method=method_named("backprop")) if exactly else self._descent()
        data, mask = self.problem.dataset(), self.problem.mask()
        return measured_at(step, data, descent, h=self.h or 0.0, l1=self.l1, l2=self.l2, frozen=mask)

    def _descent(self, engine: Engine | None = None) -> Descent:
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

    def stopped(self, records: Iterable[Step]) -> bool:
        """Whether early stopping ends a training that has made these records."""
        return self.patience is not None and self._watch(records).is_over

    def best(self, records: Sequence[Step]) -> Step:
        """Of a training that has made these records, the one whose network is kept."""
        return (self._watch(records).best if self.patience is not None else None) or records[-1]

    def _watch(self, records: Iterable[Step]) -> EarlyStopping:
        watch = EarlyStopping(self.problem, self.patience or 0)
        for step in records:
            watch.see(step)
        return watch

    def _until_no_better(self, steps: Iterator[Step], records: Iterable[Step]) -> Iterator[Step]:
        watch = self._watch(records)
        for step in () if watch.is_over else steps:
            watch.see(step)
            yield step
            if watch.is_over:
                return

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays that the user passed (data, starting weights), named by their SHA-256."""
        return self.problem.arrays()

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as JSON has them; arrays as their names."""
        rest = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "problem"}
        options = {name: dict(rest[name]) for name in ("optimizer_options", "schedule_options")}
        return {"problem": {"learning": self.problem.to_dict()}, **rest, **options}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], arrays: Arrays | None = None) -> "Experiment":
        """The experiment that ``to_dict`` gave; ``arrays`` are those of ``arrays()``, where it has any."""
        known = dict(checked_fields(values, [f.name for f in fields(cls)]))
        if "problem" in known:
            problem = checked_fields(known["problem"], ["learning"])
            known["problem"] = learning_of(problem.get("learning", {}), arrays or {})
        return cls(**known)

    @classmethod
    def of_kept(cls, values: Mapping[str, Any], arrays: Arrays) -> "Experiment":
        """The same of an experiment whose run was kept: one that names no engine is of before there was a choice."""
        return cls.from_dict({"engine": BEFORE_ENGINES, **values}, arrays)

    def to_json(self) -> str:
        """``to_dict`` as JSON text; every float comes back exactly."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str, arrays: Arrays | None = None) -> "Experiment":
        """The experiment that ``to_json`` gave."""
        try:
            values = parsed(text)
        except (TypeError, ValueError) as error:
            raise InputError("experiment-json", reason=str(error)) from error
        return cls.from_dict(values, arrays)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Experiment) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.to_json())


def _with_memory_faults(steps: Iterator[Step]) -> Iterator[Step]:
    with memory_faults():
        yield from steps
