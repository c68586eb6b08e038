"""koubai runs show: everything that the store says of one run."""

import json as json_format
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from koubai.cli.help import two_columns
from koubai.cli.option_format import option_words
from koubai.cli.runs.list import as_json, local_time, steps_of
from koubai.cli.runs.lookup import entry_of
from koubai.experiment.fields import BEFORE_ENGINES, ENGINE, FIELDS, resolved
from koubai.locale import sentence
from koubai.store import Entry
from koubai.untrusted_json import JsonObject

# settings that have a row of their own, and those that the founding example's row of slopes or descent tells
SHOWN = (
    *("hidden", "activation", "init", "scale", "seed", "loss", "method", "h", "precision", "engine"),
    *("optimizer", "learning_rate", "steps", "record_every"),
)


def show_run(run: str, store: Path | None, json: bool, language: str) -> int:
    """Write what is known of ``run`` to standard output. Returns the exit code."""
    entry = entry_of(run, store)
    if json:
        sys.stdout.write(json_format.dumps(as_json(entry), ensure_ascii=False, indent=2) + "\n")
        return 0
    rows = [(sentence(f"run-{name}", language), text) for name, text in _said(entry, language) if text]
    sys.stdout.write(f"{entry.name}\n{two_columns(rows)}\n")
    return 0


def _said(entry: Entry, language: str) -> list[tuple[str, str]]:
    """List what is said, by the names of its titles."""
    if entry.status == "damaged":
        return [("status", sentence("status-damaged", language))]
    experiment: JsonObject = dict(entry.experiment)
    learning = experiment["problem"]["learning"]
    right = sentence("progress-right", language, **entry.metrics) if "rows" in entry.metrics else ""
    options = ", ".join(f"{name}={value:g}" for name, value in experiment["optimizer_options"].items())
    rule = f"{experiment['optimizer']} ({options})" if options else experiment["optimizer"]
    versions = ", ".join(
        f"{name} {value}" for name, value in entry.surroundings.items() if name not in ("platform", "processor")
    )
    return [
        ("status", sentence(f"status-{entry.status}", language)),
        ("steps", steps_of(entry)),
        ("loss", "" if entry.loss is None else f"{entry.loss:.6g} ({learning['loss']})"),
        ("answers", right),
        ("data", entry.data),
        ("network", _network(learning, entry.seed, language)),
        ("slopes", f"{entry.method}, h = {experiment['h']:g}, {experiment['precision']}, {_engine(experiment)}"),
        ("descent", sentence("run-descent-is", language, rule=rule, rate=f"{experiment['learning_rate']:g}")),
        ("further", _further(experiment)),
        ("started", local_time(entry.started)),
        ("seconds", sentence("run-seconds-are", language, seconds=f"{entry.seconds:.2f}")),
        ("tags", ", ".join(entry.tags)),
        ("note", entry.note),
        ("folder", entry.folder),
        ("versions", versions),
        ("machine", ", ".join(entry.surroundings[name] for name in ("platform", "processor") if entry.surroundings.get(name))),
        ("again", again(experiment)),
    ]


def _engine(experiment: JsonObject) -> str:
    """Name what computed it; experiments of before there was a choice don't say so."""
    return str(experiment.get("engine", BEFORE_ENGINES))


def _network(learning: JsonObject, seed: int, language: str) -> str:
    """Describe the hidden layers with what their units do, or say that there are none."""
    if not learning["hidden"]:
        return sentence("run-network-plain", language, seed=seed)
    hidden = ", ".join(map(str, learning["hidden"]))
    return sentence("run-network-is", language, hidden=hidden, activation=learning["activation"], seed=seed)


def _further(experiment: JsonObject) -> str:
    """List what else was set of the training, by the names of the options."""
    given = {name: value for name, value in _settings_set(experiment, "{:g}".format).items() if name not in SHOWN}
    if names := experiment["problem"]["learning"].get("frozen"):
        given["frozen"] = " ".join(names)
    return ", ".join(f"{name.replace('_', '-')} {value}" for name, value in given.items())


def again(experiment: JsonObject) -> str:
    """Write the command that makes the same run once more.

    It is empty where the data or the start are a person's own arrays, and where parameters are frozen, for which there is no
    option.
    """
    from koubai.experiment import Experiment

    learning = experiment["problem"]["learning"]
    if not isinstance(learning["data"], str) or learning["start"] or learning.get("frozen"):
        return ""
    given = _settings_set(experiment, repr)
    engine = given.pop(ENGINE.name, ENGINE.default)
    if engine != Experiment.from_dict({**experiment, ENGINE.name: ENGINE.default}).engine:
        given[ENGINE.name] = engine
    return shlex.join(["koubai", "train", learning["data"], *option_words(given)])


def _settings_set(experiment: JsonObject, written: Callable[[float], str]) -> dict[str, object]:
    """Collect the settings of a kept experiment that differ from what is usual for gates, as options have them.

    Args:
        experiment: What ``Experiment.to_dict`` gave.
        written: How a number behind a colon is written.

    Returns:
        The values by the names of the settings, in the order of the table.
    """
    from koubai.experiment.defaults import conditions_of

    values = {"engine": BEFORE_ENGINES, **experiment, **experiment["problem"]["learning"]}
    holds = conditions_of(values)
    given = {}
    for one in FIELDS:
        if one.on_command_line and one.name in values:
            value, usual = _as_tuple(values[one.name]), _as_tuple(resolved(one.for_gates, holds))
            if options := ",".join(f"{name}={written(number)}" for name, number in values.get(one.options, {}).items()):
                value = f"{value}:{options}"
            if value != usual:
                given[one.name] = value
    return given


def _as_tuple(value: object) -> object:
    """Turn a list into a tuple: units are the same whether they come from JSON or from the table."""
    return tuple(value) if isinstance(value, list) else value
