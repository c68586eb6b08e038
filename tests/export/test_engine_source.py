"""Functions of the engine as a script has them: nothing but what the run needs, for a beginner to read."""

import ast
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from koubai.core.methods import METHODS
from koubai.core.numpy_engine import differences, random_numbers
from koubai.core.optimizers import OPTIMIZERS
from koubai.core.schedules import SCHEDULES
from koubai.export.engine_source import EngineSource, with_helpers

KNOWN = {"dtype": "np.float32", "state": "np.uint32([0, seed])"}


def damped(value: Any, rate: float, unused: Any, *, more: float) -> Any:
    """A helper."""
    power: float = value.dtype.type(rate) ** 2
    return value * power + more


def measured(f: Any, value: Any, state: Any, dtype: Any, *, h: float, more: float = 1.0) -> Any:
    """What is measured.

    On several lines.
    """
    from statistics import NormalDist

    if dtype == np.float32:
        first = f([value for _ in range(2)])
        first += 1
    else:
        first = state
    for _ in range(3):
        # a remark
        value = damped(value, 0.5, NormalDist, more=more) + h
    if dtype == np.float64:
        return first
    return (
        first + state,
        value,
    )


def written(precision: str, settings: set[str]) -> list[str]:
    source = EngineSource(settings, {**KNOWN, "dtype": precision}, ("loss", ["x"]))
    sources = [source.function(one, "    # said", name) for one, name in ((damped, ""), (measured, "slopes"))]
    values = {"value": "v", "more": "m", "rate": "", "state": "", "dtype": "", "f": "", "h": "1"}
    return [*sources, source.call(measured, values)]


def test_what_the_run_does_not_need_is_left_out() -> None:
    helper, function, call = written("np.float32", {"h", "more"})
    assert helper.splitlines() == [
        "def damped(value, rate):",
        "    # said",
        "    power = np.float32(rate) ** 2",
        "    return value * power + more",
    ]
    assert function.splitlines() == [
        "def slopes(value):",
        "    # said",
        "    first = loss([value for _ in range(2)], x)",
        "    first += 1",
        "    for _ in range(3):",
        "        # a remark",
        "        value = damped(value, 0.5) + h",
        "    return (",
        "        first + np.uint32([0, seed]),",
        "        value,",
        "    )",
    ]
    assert call == "slopes(v)"


def test_the_other_precision_and_arguments_that_are_no_settings() -> None:
    helper, function, call = written("np.float64", {"h"})
    assert "power = rate**2" in helper
    assert function.splitlines()[0] == "def slopes(value, more):"
    assert function.splitlines()[2:] == [
        "    first = np.uint32([0, seed])",
        "    for _ in range(3):",
        "        # a remark",
        "        value = damped(value, 0.5, more=more) + h",
        "    return first",
    ]
    assert call == "slopes(v, m)"


def test_helpers_come_first() -> None:
    names = [function.__name__ for function in with_helpers(OPTIMIZERS["adamw"].plain)]
    assert names == ["bias_corrected", "adam", "adamw"]
    assert with_helpers(OPTIMIZERS["momentum"].plain) == [OPTIMIZERS["momentum"].plain]


def test_the_formula_of_a_schedule() -> None:
    known = {"number": "step", "last": "steps", 'options["end"]': "end", "xp.maximum": "max"}
    assert EngineSource((), known, ("", ())).returned(SCHEDULES["linear"].factor) == "1 + (end - 1) * step / max(steps, 1)"


def test_every_function_of_the_engine_reads_well(tmp_path: Path) -> None:
    """As ruff would lay them out, without annotations and remarks of the engine, in lines that fit."""
    path = tmp_path / "functions.py"
    rules = [rule.plain for rule in OPTIMIZERS.values()]
    definitions = [getattr(differences, method.definition) for method in METHODS.values() if method.definition]
    functions: list[Callable[..., Any]] = [random_numbers.signs, random_numbers.normals, *definitions, *rules]
    for precision, rows in product(("np.float64", "np.float32"), ([], ["x", "y"])):
        sources = []
        for function in functions:
            options = {keyword for rule in OPTIMIZERS.values() for keyword in rule.plain_options().values()}
            known = {"dtype": precision, "random_state": "np.uint32([0, batch_seed])"}
            source = EngineSource({"h", *options}, known, ("loss", rows))
            sources += [source.function(one, "    # said", more=rows) for one in with_helpers(function)]
        text = "import numpy as np\n\n\n" + "\n\n\n".join(sources) + "\n"
        assert "Array" not in text
        assert text.count("#") == text.count("    # said\n") == len(sources)
        assert not any(isinstance(node, ast.Constant) and isinstance(node.value, str) for node in ast.walk(ast.parse(text)))
        path.write_text(text)
        form = [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", "--quiet", str(path)]
        done = subprocess.run(form, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
