"""A run as a Python script of plain NumPy, which repeats it without koubai, for a reader who has just met gradient descent.

The script is ``script.py.jinja`` filled in: only what the run needs stands in it, and its comments are sentences of ``locale``.
"""

import csv
import os
from collections.abc import Mapping
from functools import partial
from importlib.resources import files
from io import StringIO
from itertools import accumulate, pairwise
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np
from numpy.typing import NDArray

import koubai
from koubai.core.descent import rule_named
from koubai.data import GATES, Dataset, gate
from koubai.errors import InputError
from koubai.experiment import Run
from koubai.export.literals import WIDTH, array, label, listed, text
from koubai.files import new_file
from koubai.locale import LANGUAGES, sentence

MOST_NUMBERS = 400  # of the data, or of the starting weights, that are written into the script itself
MOST_ROWS = 16  # whose answers are printed
FUNCTIONS = {"leaky-relu": "leaky_relu", "step": "heaviside"}  # where the activation's name can't be the function's
PARAMETERS = {"b1": "beta1", "b2": "beta2"}  # of optimisers: b1 and b2 are biases in the script
MEMORY: dict[str, dict[str, str]] = {  # what an optimiser keeps of every parameter, and what it is at first
    "gradient-descent": {},
    "momentum": {"velocity": "0"},
    "nesterov": {"velocity": "0"},
    "amsgrad": {"m": "0", "v": "0", "v_max": "0"},
    "yogi": {"m": "1e-6", "v": "1e-6"},
    "adagrad": {"total": "initial_accumulator_value"},
    "adadelta": {"squares": "0", "moves": "0"},
    "rmsprop": {"squares": "0"},
    "lion": {"m": "0"},
}
MOMENTS = {"m": "0", "v": "0"}  # adam and its kin


def write_script(run: Run, path: str | Path, language: str = "en") -> None:
    """Write a Python script to ``path`` that repeats ``run`` from its start, as many steps as it made.

    It needs Python and NumPy (and Matplotlib where there are two inputs, since it ends with a picture of the decision region,
    saved beside it), and prints the loss every ``record_every`` steps and the answers. Its comments are in ``language``, "en"
    or "ja". More than 400 numbers of data go to ``<stem>-data.csv`` beside it, more than 400 starting weights that were given
    to ``<stem>-start.csv``.

    Its slopes by central are those of the plain double loop, so that it agrees with the run to rounding, as with the other
    methods and all optimisers. Files take the place of those that were there, each whole or not at all. InputError for another
    language, FileFault where a file can't be written.
    """
    if language not in LANGUAGES:
        raise InputError("language", name="language", value=language, choices=", ".join(LANGUAGES))
    path = Path(path)
    beside: dict[str, str] = {}
    source = _source(run, path, language, beside)
    for name in beside:
        other = path.with_name(name)
        if os.path.lexists(other):
            raise InputError("file-taken", path=str(other))
    for name, content in beside.items():
        _write(path.with_name(name), content)
    _write(path, source)


def _write(path: Path, content: str) -> None:
    with new_file(path) as made:
        made.write_bytes(content.encode())


def _source(run: Run, path: Path, language: str, beside: dict[str, str]) -> str:
    """The script; the files that it reads, by name, are put ``beside``."""
    from jinja2 import Environment, StrictUndefined

    template = files("koubai.export").joinpath("script.py.jinja").read_text("utf-8")
    environment = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=StrictUndefined)
    values = {**_sentences(language), **_descent(run), **_data(run, path, beside), **_start(run, path, beside)}
    return environment.from_string(template).render(values)


def _sentences(language: str) -> dict[str, Any]:
    said = partial(sentence, language=language)

    def word(key: str, **values: Any) -> str:
        return said(f"script-{key}", **values)

    return {
        "said": said,
        "word": word,
        "comment": _comment,
        "say": lambda key, indent=0, **values: _comment(word(key, **values), indent),
        "note": lambda key, **values: f"  # {word(key, **values)}",
        "listed": listed,
        "applied": lambda function, inside: f"{function}({inside})" if function else inside,
    }


def _comment(sentences: str, indent: int = 0) -> str:
    lines = [part for line in sentences.splitlines() for part in wrap(line, WIDTH - indent - 2)]
    return "\n".join(f"{' ' * indent}# {line}" for line in lines)


def _descent(run: Run) -> dict[str, Any]:
    """What is descended, with which slopes, by which rule, how far."""
    experiment = run.experiment
    single = experiment.precision == "float32"
    rule = rule_named(experiment.optimizer)
    options = {**rule.parameters, **experiment.optimizer_options}
    activation = experiment.problem.activation or ""
    hidden = bool(experiment.problem.hidden)
    return {
        "version": koubai.__version__,
        "single": single,
        "number": lambda value: f"np.float32({value!r})" if single else repr(value),
        "power": lambda name: f"np.float32({name})" if single else name,
        "method": experiment.method,
        "h": experiment.h,
        "learning_rate": experiment.learning_rate,
        "steps": run.records[-1].number,
        "record_every": experiment.record_every,
        "seed": experiment.seed,
        "optimizer": rule.name,
        "options": {PARAMETERS.get(name, name): repr(float(value)) for name, value in options.items()},
        "memory": MEMORY.get(rule.name, MOMENTS),
        "activation": activation,
        "function": "" if activation == "identity" else FUNCTIONS.get(activation, activation),
        "loss": experiment.problem.loss,
        "hidden": hidden,
        "needs_math": hidden and activation == "gelu",
    }


def _data(run: Run, path: Path, beside: dict[str, str]) -> dict[str, Any]:
    data = run.data
    classify = data.task == "classify" and np.array_equal(np.eye(data.targets.shape[1])[data.labels], data.targets)
    single = run.experiment.precision == "float32"
    file = ""
    if data.inputs.size + data.targets.size > MOST_NUMBERS:
        file = f"{path.stem}-data.csv"
        beside[file] = _table(data, classify)
    return {
        "array": partial(_array, single),
        "gate": data.name if _is_gate(data) else "",
        "data_file": file and text(file),
        "inputs": data.inputs,
        "labels": data.labels,
        "targets": data.targets,
        "rows": len(data.inputs),
        "shown": MOST_ROWS,
        "classify": classify,
        "classes": _class_names(data) if classify else "",
        "plane": data.inputs.shape[1] == 2,
    }


def _is_gate(data: Dataset) -> bool:
    """Whether the data are those of the gate that they are named after: other names are no text of ours."""
    if data.name not in GATES:
        return False
    known = gate(data.name)
    return np.array_equal(data.inputs, known.inputs) and np.array_equal(data.targets, known.targets)


def _array(single: bool, values: NDArray[Any], *, float64: bool = False) -> str:
    return array(values, "np.float32" if single and not float64 and values.dtype.kind == "f" else "")


def _class_names(data: Dataset) -> str:
    """The source of the class labels; empty where they are the classes' own numbers."""
    if [repr(name) for name in data.classes] == [str(number) for number in range(len(data.classes))]:
        return ""
    return listed([label(name) for name in data.classes], before=10) if data.classes else ""


def _table(data: Dataset, classify: bool) -> str:
    """A row for each sample: its inputs, then its class number or its target values. The names of columns are our own."""
    answers = data.labels[:, None] if classify else data.targets
    names = ["class"] if classify else [f"y{number}" for number in range(1, answers.shape[1] + 1)]
    content = StringIO()
    writer = csv.writer(content, lineterminator="\n")
    writer.writerow([*(f"x{number}" for number in range(1, data.inputs.shape[1] + 1)), *names])
    writer.writerows([*x, *answer] for x, answer in zip(data.inputs.tolist(), answers.tolist(), strict=True))
    return content.getvalue()


def _start(run: Run, path: Path, beside: dict[str, str]) -> dict[str, Any]:
    problem = run.experiment.problem
    network = problem.network(run.experiment.seed)
    arrays: Mapping[str, NDArray[Any]] = network.arrays()
    file = ""
    if problem.start is not None and sum(values.size for values in arrays.values()) > MOST_NUMBERS:
        file = f"{path.stem}-start.csv"
        beside[file] = "".join(f"{value!r}\n" for values in arrays.values() for value in values.ravel().tolist())
    ends = pairwise(accumulate((values.size for values in arrays.values()), initial=0))
    return {
        "sizes": network.sizes,
        "layers": list(range(1, len(network.layers) + 1)),
        "names": list(arrays),
        "output": network.output,
        "scale": repr(float(problem.scale or 0.0)),
        "start": None if problem.start is None else [(*part, *end) for part, end in zip(arrays.items(), ends, strict=True)],
        "start_file": file and text(file),
    }
