"""A run as a Python script of plain NumPy, which repeats it without koubai, for a reader who has just met gradient descent.

The script is ``templates/script.py.jinja`` filled in: only what the run needs stands in it, and its comments are sentences
of ``locale``.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise
from pathlib import Path

from koubai.core.array_types import Floats
from koubai.core.initialization import init_named
from koubai.errors import InputError
from koubai.experiment import Run
from koubai.experiment.fields import INIT, founding
from koubai.export.engine_functions import engine_functions
from koubai.export.python_literals import comment, listed, text
from koubai.export.script_data import MOST_NUMBERS, script_data
from koubai.export.script_training import script_rate, script_training
from koubai.files import new_file
from koubai.locale import LANGUAGES, sentence


def write_script(run: Run, path: str | Path, language: str = "en") -> None:
    """Write a Python script to ``path`` that repeats ``run`` from its start: as many steps as it made, or, where it stopped
    early, until it stops by itself.

    It needs Python and NumPy (and Matplotlib where there are two inputs, since it ends with a picture of the decision region,
    saved beside it), and prints the loss every ``record_every`` steps, the answers, and how good they are on validation and
    test rows, for values by R². Its comments are in ``language``, "en" or "ja". More than 400 numbers of data, and data with
    validation or test rows, go to ``<stem>-data.csv`` beside it, as the network gets them: scaled and encoded. More than 400
    starting weights that were given go to ``<stem>-start.csv``.

    Its slopes by central are those of the plain double loop, so that it agrees with the run to rounding, as with the other
    methods and all optimizers; a training of many steps may enlarge that. A script that takes long says so. It takes the
    place of one that was there, whole or not at all. InputError for another language, and where one of the files beside it is
    there; FileFault where a file can't be written.
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
    with new_file(path) as temporary:
        temporary.write_bytes(content.encode())


def _source(run: Run, path: Path, language: str, beside: dict[str, str]) -> str:
    """The script; the files that it reads, by name, are put ``beside``."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("koubai.export"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    training, rate = script_training(run), script_rate(run)
    functions = engine_functions(run.experiment, training, rate, partial(sentence, language=language))
    parts = (training, rate, script_data(run, path, beside), _start(run, path, beside), functions)
    values = {name: value for part in parts for name, value in vars(part).items()}
    return environment.get_template("script.py.jinja").render(values, **_sentences(language))


def _sentences(language: str) -> dict[str, Callable[..., str]]:
    """What the templates write sentences and lists with."""
    said = partial(sentence, language=language)

    def word(key: str, **values: str) -> str:
        return said(f"script-{key}", **values)

    return {
        "said": said,
        "word": word,
        "comment": comment,
        "say": lambda key, indent=0, **values: comment(word(key, **values), indent),
        "note": lambda key, **values: f"  # {word(key, **values)}",
        "listed": listed,
        "applied": lambda function, inside: f"{function}({inside})" if function else inside,
    }


@dataclass(frozen=True, eq=False)
class ScriptStart:
    """What a script says of its network at the start; the templates have these names.

    Attributes:
        sizes: The numbers of inputs, of units of every hidden layer, and of outputs.
        layers: The numbers of the layers, from 1.
        names: Those of the parameters, w1, b1, w2, b2, …
        output: What an answer is.
        scale: The source of the scale of starting weights.
        init: The name of the initialization; empty where it is that of plain normals.
        spreads: How wide the weights of every layer are spread, as source.
        start: For a start that was given: each array's name, its values, and where it begins and ends among all values.
        start_file: The source of the name of the file that has them; empty where they stand in the script.
    """

    sizes: tuple[int, ...]
    layers: list[int]
    names: list[str]
    output: str
    scale: str
    init: str
    spreads: list[str]
    start: list[tuple[str, Floats, int, int]] | None
    start_file: str


def _start(run: Run, path: Path, beside: dict[str, str]) -> ScriptStart:
    problem = run.experiment.problem
    network, init = problem.network(run.experiment.seed), init_named(problem.init or founding(INIT))
    arrays = network.arrays()
    file = ""
    if problem.start is not None and sum(values.size for values in arrays.values()) > MOST_NUMBERS:
        file = f"{path.stem}-start.csv"
        beside[file] = "".join(f"{value!r}\n" for values in arrays.values() for value in values.ravel().tolist())
    ends = pairwise(accumulate((values.size for values in arrays.values()), initial=0))
    parts = [(name, values, *end) for (name, values), end in zip(arrays.items(), ends, strict=True)]
    return ScriptStart(
        sizes=network.sizes,
        layers=list(range(1, len(network.layers) + 1)),
        names=list(arrays),
        output=network.output,
        scale=repr(float(problem.scale or 0.0)),
        init=init.name if init.script else "",
        spreads=[init.script.format(inputs=inputs, units=units) for inputs, units in pairwise(network.sizes)],
        start=None if problem.start is None else parts,
        start_file=file and text(file),
    )
