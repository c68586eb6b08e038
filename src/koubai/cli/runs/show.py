"""koubai runs show: everything that the store says of one run."""

import json as json_format
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from koubai.cli.help import two_columns
from koubai.cli.option_format import option_words
from koubai.cli.runs.list import as_json, local_time, steps_of
from koubai.cli.runs.lookup import entry
from koubai.locale import sentence
from koubai.store import Entry

# what the options of koubai train are when they aren't given
LEARNING = {"hidden": [8], "activation": "relu", "init": "normal", "loss": "cross-entropy"}
TRAINING = {
    "seed": 0,
    "method": "central",
    "precision": "float64",
    "learning_rate": 0.01,
    "steps": 5001,
    "record_every": 100,
    "batch_size": None,
    "batch_seed": None,
    "l1": 0.0,
    "l2": 0.0,
}


def show_run(run: str, store: Path | None, json: bool, language: str) -> int:
    """Write what is known of ``run`` to standard output. Returns the exit code."""
    found = entry(run, store)
    if json:
        sys.stdout.write(json_format.dumps(as_json(found), ensure_ascii=False, indent=2) + "\n")
        return 0
    rows = [(sentence(f"run-{name}", language), text) for name, text in _said(found, language) if text]
    sys.stdout.write(f"{found.name}\n{two_columns(rows)}\n")
    return 0


def _said(found: Entry, language: str) -> list[tuple[str, str]]:
    """What is said, by the names of its titles."""
    if found.status == "damaged":
        return [("status", sentence("status-damaged", language))]
    experiment, learning = found.experiment, found.experiment["problem"]["learning"]
    right = sentence("progress-right", language, **found.metrics) if "rows" in found.metrics else ""
    options = ", ".join(f"{name}={value:g}" for name, value in experiment["optimizer_options"].items())
    rule = f"{experiment['optimizer']} ({options})" if options else experiment["optimizer"]
    versions = ", ".join(
        f"{name} {value}" for name, value in found.surroundings.items() if name not in ("platform", "processor")
    )
    return [
        ("status", sentence(f"status-{found.status}", language)),
        ("steps", steps_of(found)),
        ("loss", "" if found.loss is None else f"{found.loss:.6g} ({learning['loss']})"),
        ("answers", right),
        ("data", found.data),
        ("network", _network(learning, found.seed, language)),
        ("slopes", f"{found.method}, h = {experiment['h']:g}, {experiment['precision']}, {_engine(experiment)}"),
        ("descent", sentence("run-descent-is", language, rule=rule, rate=f"{experiment['learning_rate']:g}")),
        ("further", _further(experiment)),
        ("started", local_time(found.started)),
        ("seconds", sentence("run-seconds-are", language, seconds=f"{found.seconds:.2f}")),
        ("tags", ", ".join(found.tags)),
        ("note", found.note),
        ("folder", found.folder),
        ("versions", versions),
        ("machine", ", ".join(found.surroundings[name] for name in ("platform", "processor") if found.surroundings.get(name))),
        ("again", again(experiment)),
    ]


def _engine(experiment: Mapping[str, Any]) -> str:
    """What computed it; experiments of before there was a choice don't name it."""
    from koubai.experiment.experiment import BEFORE_ENGINES

    return str(experiment.get("engine", BEFORE_ENGINES))


def _network(learning: Mapping[str, Any], seed: int, language: str) -> str:
    """The hidden layers with what their units do, or that there are none."""
    if not learning["hidden"]:
        return sentence("run-network-plain", language, seed=seed)
    hidden = ", ".join(map(str, learning["hidden"]))
    return sentence("run-network-is", language, hidden=hidden, activation=learning["activation"], seed=seed)


def _further(experiment: Mapping[str, Any]) -> str:
    """What else was set of the training, by the names of the options."""
    options = ",".join(f"{name}={value:g}" for name, value in experiment.get("schedule_options", {}).items())
    schedule = experiment.get("schedule", "constant")
    given = {
        "batch-size": experiment.get("batch_size"),
        "batch-seed": experiment.get("batch_seed"),
        "schedule": None if schedule == "constant" and not options else f"{schedule}:{options}".rstrip(":"),
        **{name: experiment.get(name) or None for name in ("l1", "l2", "patience")},
    }
    if names := experiment["problem"]["learning"].get("frozen"):
        given["frozen"] = " ".join(names)
    return ", ".join(f"{name} {value}" for name, value in given.items() if value is not None)


def again(experiment: Mapping[str, Any]) -> str:
    """The command that makes the same run once more; empty where the data or the start are a person's own arrays.

    It is empty, too, where parameters are frozen, for which there is no option.
    """
    from koubai.experiment.experiment import AUTO, Experiment

    learning = experiment["problem"]["learning"]
    if not isinstance(learning["data"], str) or learning["start"] or learning.get("frozen"):
        return ""
    given = {name: learning[name] for name, usual in LEARNING.items() if learning.get(name, usual) != usual}
    if learning["scale"] != (0.1 if "init" not in given else 1.0):
        given["scale"] = learning["scale"]
    given |= {name: experiment[name] for name, usual in TRAINING.items() if experiment.get(name, usual) != usual}
    if experiment["h"] != (1e-20 if experiment["method"] == "complex-step" else 0.1):
        given["h"] = experiment["h"]
    if (engine := _engine(experiment)) != Experiment.from_dict({**experiment, "engine": AUTO}).engine:
        given["engine"] = engine
    for chosen, usual in (("optimizer", "gradient-descent"), ("schedule", "constant")):
        options = ",".join(f"{name}={value!r}" for name, value in experiment.get(f"{chosen}_options", {}).items())
        if experiment.get(chosen, usual) != usual or options:
            given[chosen] = f"{experiment[chosen]}:{options}".rstrip(":")
    return shlex.join(["koubai", "train", learning["data"], *option_words(given)])
