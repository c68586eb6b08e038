"""The table of settings: what derives from it, and what it can only repeat since NumPy isn't imported for it, agree with it."""

import dataclasses
import inspect
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

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
from koubai.playground.session import messages

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


# what a setting of a page has that an Experiment and a Learning haven't
OF_A_PAGE = {"data", "samples", "noise", "test", "data_seed", "task", "target", "features", "cut"}
# for what the founding example has where the table's default depends on something
FOUNDING = {"h": 0.1, "scale": 0.1, "loss": "cross-entropy", "batch_seed": 0}


def unlike_page(setting: type[msgspec.Struct], table: Sequence[Field[object]] = FIELDS) -> list[str]:
    """What of a page's setting isn't as the table of settings has it."""
    declared = {one.name: one for one in msgspec.structs.fields(setting) if one.name not in OF_A_PAGE}
    settings = {"activations" if one.name == "activation" else one.name: one for one in table if one.page is not None}
    wrong = [f"{name} may not be changed" for name in declared if name not in settings]
    for name, one in settings.items():
        if name not in declared:
            wrong.append(f"{name} is missing")
            continue
        default = (one.for_gates,) if name == "activations" else FOUNDING.get(name, one.for_gates)
        if (type(declared[name].default), declared[name].default) != (type(default), default):
            wrong.append(f"the default of {name} is {declared[name].default}")
        if one.choices and not set(default if isinstance(default, tuple) else (default,)) <= set(one.choices):
            wrong.append(f"{default} is no choice of {name}")
        info = msgspec.inspect.type_info(declared[name].type)
        number: Any = getattr(info, "types", [getattr(info, "item_type", info)])[0]
        if one.page is not None and isinstance(number, (msgspec.inspect.IntType, msgspec.inspect.FloatType)):
            least = number.gt if one.page.above else number.ge
            if (least, number.le) != (one.page.least, one.page.most):
                wrong.append(f"{name} is from {least} to {number.le}")
    return wrong


def test_a_page_may_change_what_the_table_says() -> None:
    assert unlike_page(Setting) == []


def test_a_setting_of_a_page_that_differs_is_seen() -> None:
    class Differing(msgspec.Struct):
        data: str = "xor"
        h: Annotated[float, msgspec.Meta(ge=0, le=1e6)] = 0.1
        learning_rate: Annotated[float, msgspec.Meta(ge=0, le=1e6)] = 0.1
        method: str = "central"
        hidden: tuple[Annotated[int, msgspec.Meta(ge=1, le=65)], ...] = (8,)
        batch_size: Annotated[int, msgspec.Meta(ge=0, le=5000)] | None = None
        precision: str = "float64"

    names = ("h", "learning_rate", "method", "hidden", "batch_size", "steps", "precision")
    assert unlike_page(
        Differing, [replace(TABLE["method"], choices=("loop",)) if n == "method" else TABLE[n] for n in names]
    ) == [
        "precision may not be changed",
        "h is from 0 to 1000000.0",
        "the default of learning_rate is 0.1",
        "central is no choice of method",
        "hidden is from 1 to 65",
        "batch_size is from 0 to 5000",
        "steps is missing",
    ]


def test_what_a_page_offers_is_what_the_table_has() -> None:
    choices = messages.welcome("", "en", keeps=False, resumed=False).choices
    offered = {
        "activation": choices.activations,
        "init": choices.inits,
        "method": choices.methods,
        "loss": choices.losses,
        "optimizer": choices.optimizers,
    }
    assert {name: tuple(one.name for one in those) for name, those in offered.items()} == {
        one.name: one.choices for one in FIELDS if one.choices and one.page is not None
    }


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
