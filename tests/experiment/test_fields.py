"""The table of settings: what derives from it, and what it can only repeat since NumPy isn't imported for it, agree with it."""

import dataclasses
import inspect
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest

import koubai as kb
from koubai.core.activations import ACTIVATIONS
from koubai.core.initialization import INITS
from koubai.core.losses import LOSSES
from koubai.core.methods import METHODS
from koubai.core.optimizers import OPTIMIZERS
from koubai.core.precision import PRECISIONS
from koubai.core.schedules import SCHEDULES
from koubai.core.step import ENGINES
from koubai.data import Dataset
from koubai.experiment import Experiment, Learning, experiment_of, fields
from koubai.experiment.fields import FIELDS, Depends, Field, fields_of, resolved
from koubai.locale import LANGUAGES
from koubai.playground.protocol.setting import Setting

TABLE = {one.name: one for one in FIELDS}
OF_THE_ROWS = ("problem", "data", "validation", "test")


def literals(hint: object) -> set[object]:
    """All values of the Literals in a type."""
    return set(get_args(hint)) if get_origin(hint) is Literal else set().union(*map(literals, get_args(hint)))


def unlike_table(function: Callable[..., object], table: Sequence[Field[object]] = FIELDS) -> list[str]:
    """What of a function's signature isn't as the table of settings has it."""
    parameters, hints = inspect.signature(function).parameters, get_type_hints(function)
    names = {one.name for one in table}
    wrong = [f"{name} is no setting" for name in parameters if name not in names and name not in OF_THE_ROWS]
    for one in table:
        if one.name not in parameters:
            wrong.append(f"{one.name} is missing")
            continue
        default = parameters[one.name].default
        if (type(default), default) != (type(one.in_train), one.in_train):
            wrong.append(f"the default of {one.name} is {default}")
        choices = set(one.choices if one.kind == "choice" else (one.word_for_none,)) - {""}
        if literals(hints[one.name]) != choices:
            wrong.append(f"the choices of {one.name} are {literals(hints[one.name])}")
    return wrong


def test_train_has_the_settings_of_the_table() -> None:
    assert unlike_table(kb.train) == []


def test_a_signature_that_differs_is_seen() -> None:
    def function(method: Literal["central", "loop"] = "central", l1: float = 0.1, l3: float = 0.0) -> None: ...

    table = [TABLE["method"], TABLE["l1"], TABLE["l2"]]
    methods = {"central", "loop"}
    assert unlike_table(function, table) == [
        "l3 is no setting",
        f"the choices of method are {methods}" if literals(Literal["central", "loop"]) == methods else "",
        "the default of l1 is 0.1",
        "l2 is missing",
    ]


def test_a_setting_is_one_of_train_too() -> None:
    more = Field[float]("dropout", 0.0, "number", "descent")
    assert unlike_table(kb.train, [*FIELDS, more]) == ["dropout is missing"]


def untold(doc: str, table: Sequence[Field[object]] = FIELDS) -> list[str]:
    """The defaults that depend on something and that a docstring's line of their argument doesn't tell."""
    lines = re.findall(r"^        (\w+): (.*(?:\n {12}.*)*)", doc, re.MULTILINE)
    told, missing = dict(lines), []
    for one in table:
        for default in (one.for_gates, one.for_sets) if one.in_train is None else ():
            for value in [*default.cases.values(), default.otherwise] if isinstance(default, Depends) else [default]:
                text = {1e-4: "1e-4"}.get(value, f"{value:g}") if isinstance(value, float) else str(value)
                if value not in (None, (), {}) and text not in told.get(one.name, ""):
                    missing.append(f"{one.name}: {text}")
    return missing


def test_the_documentation_of_train_tells_the_defaults_that_its_signature_does_not() -> None:
    doc = inspect.getdoc(kb.train) or ""
    indented = doc.replace("\n", "\n    ")
    assert untold(indented) == []
    assert untold(indented.replace("5001", "5000").replace("tables 32", "tables 64")) == ["batch_size: 32", "steps: 5001"]


@pytest.mark.parametrize(("part", "kind"), [("experiment", Experiment), ("problem", Learning)])
def test_an_object_has_the_settings_of_its_part(part: Literal["experiment", "problem"], kind: type) -> None:
    own = {one.name: one for one in dataclasses.fields(kind) if one.name not in (*OF_THE_ROWS, "start")}
    assert set(own) == {one.name for one in fields_of(part)}
    for name, one in own.items():
        default = one.default if one.default_factory is dataclasses.MISSING else one.default_factory()
        assert default == TABLE[name].default, name


def test_what_can_be_chosen_is_what_there_is() -> None:
    owners: dict[str, Sequence[str]] = {
        "activation": tuple(ACTIVATIONS),
        "init": tuple(INITS),
        "method": tuple(METHODS),
        "loss": tuple(LOSSES),
        "precision": tuple(PRECISIONS),
        "engine": (fields.ENGINE.default, *ENGINES),
        "optimizer": tuple(OPTIMIZERS),
        "schedule": tuple(SCHEDULES),
    }
    assert {one.name: one.choices for one in FIELDS if one.choices} == owners


def test_defaults_that_belong_to_what_is_chosen_are_its_own() -> None:
    for name, method in METHODS.items():
        holds = ["complex_step"] if name == "complex-step" else []
        assert resolved(fields.H.for_gates, holds) == method.default_h  # type: ignore[arg-type]
    for name, init in INITS.items():
        assert resolved(fields.SCALE.for_gates, ["normal"] if name == "normal" else []) == init.scale


def test_an_experiment_of_a_gate_and_of_a_set_has_the_defaults_of_the_table() -> None:
    gate, moons = experiment_of("xor"), experiment_of("moons")
    for one in FIELDS:
        if one.part != "train" and one.name != "engine" and one.for_sets != fields.FROM_EPOCHS:
            for experiment, default in ((gate, one.for_gates), (moons, one.for_sets)):
                held = getattr(experiment.problem if one.part == "problem" else experiment, one.name)
                possible = [*default.cases.values(), default.otherwise] if isinstance(default, Depends) else [default]
                assert held in possible, one.name
                assert isinstance(default, Depends) or held == default, one.name


def test_the_table_takes_neither_numpy_nor_jax() -> None:
    code = "import sys, koubai.experiment.fields; print([m for m in ('numpy', 'jax') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_documentation_is_made_of_the_table(language: str) -> None:
    made = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "scripts" / "make_settings.py"))
    assert made["page_of"](language).read_text(encoding="utf-8") == made["described"](language)


def test_a_page_may_change_what_the_table_says() -> None:
    """The page's Setting is declared by itself still; this holds it to the table until it is derived from it."""
    page = {one.name: one for one in msgspec.structs.fields(Setting)}
    page["activation"] = page.pop("activations")
    own = {"data", "samples", "noise", "test", "data_seed", "task", "target", "features", "cut"}
    assert set(page) - own == {one.name for one in FIELDS if one.page is not None}
    for name, declared in page.items():
        if name in own or name == "activation":
            continue
        bounds, info = TABLE[name].page, msgspec.inspect.type_info(declared.type)
        assert bounds is not None
        number: Any = getattr(info, "types", [info])[0]
        if hasattr(number, "ge"):
            assert (number.ge, number.le) == (bounds.least, bounds.most), name
        usual: dict[str, object] = {"h": 0.1, "scale": 0.1, "loss": "cross-entropy", "batch_seed": 0}
        assert declared.default == usual.get(name, TABLE[name].for_gates), name


def test_numpy_numbers_and_nothing_else_are_numbers() -> None:
    import numpy as np

    data = Dataset.from_arrays([[0.0], [1.0]], [0, 1])
    made = Experiment(Learning(data), steps=np.int32(3), l2=np.float32(0.5), learning_rate=np.int8(1))  # type: ignore[arg-type]
    assert [type(value) for value in (made.steps, made.l2, made.learning_rate)] == [int, float, float]
    for value in (True, "3", None, 3.0, np.timedelta64(3), 10**400, float("nan")):
        with pytest.raises(kb.InputError, match="number of steps is"):
            Experiment(steps=value)  # type: ignore[arg-type]
    for rate in (True, "3", None, 1j, np.timedelta64(3), 10**400, float("nan"), float("inf")):
        with pytest.raises(kb.InputError, match="learning rate is"):
            Experiment(learning_rate=rate)  # type: ignore[arg-type]
