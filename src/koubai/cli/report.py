"""What a training came to, as text and as JSON."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import koubai
from koubai.columns import in_columns
from koubai.experiment import Experiment, Run
from koubai.locale import sentence

PICTURES = ("region", "regions", "table", "network", "units", "loss", "losses")
# the files of a run's folder, in the order in which a person looks at them
DRAWN = ("film.mp4", "film.gif", *(f"{name}.{form}" for name in PICTURES for form in ("png", "svg")))
FILES = (*DRAWN, "run.json", "losses.csv", "records.safetensors", "weights.safetensors")
MOST_ROWS = 32  # of a truth table that is shown


@dataclass(frozen=True)
class Outcome:
    """A run, the folder that keeps it, the seconds that the training took, and its name in the store, if it is there."""

    run: Run
    folder: Path
    seconds: float
    name: str | None = None


def started(experiment: Experiment, language: str) -> str:
    """One line: what is trained, and how."""
    problem = experiment.problem
    return sentence(
        "report-start",
        language,
        data=problem.dataset().name or sentence("data-unnamed", language),
        sizes="-".join(map(str, problem.sizes)),
        activation=problem.activation,
        method=experiment.method,
        h=f"{experiment.h:g}",
        learning_rate=f"{experiment.learning_rate:g}",
        steps=experiment.steps,
        seed=experiment.seed,
    )


def as_text(outcome: Outcome, language: str) -> str:
    """The truth table, whether it was learned, and where the files are."""
    run = outcome.run
    right, rows = int(run.correct.sum()), len(run.correct)
    verdict = "report-success" if right == rows else "report-failure"
    lines = [
        "",
        *_table(run, language),
        "",
        sentence(verdict, language, right=right, rows=rows, seed=run.experiment.seed + 1),
        sentence(
            "report-loss",
            language,
            loss=_shown(run.losses[-1], 6),
            first=_shown(run.losses[0], 6),
            steps=len(run.losses) - 1,
            seconds=f"{outcome.seconds:.2f}",
        ),
        "",
        sentence("report-files", language, folder=str(outcome.folder)),
    ]
    lines += _files(outcome.folder, FILES, language, every=run.experiment.record_every)
    if outcome.name is not None:
        lines += ["", sentence("report-kept", language, name=outcome.name)]
    return "\n".join(lines)


def drawn(folder: Path, language: str) -> list[str]:
    """Where the pictures and films are."""
    return [sentence("report-files", language, folder=str(folder)), *_files(folder, DRAWN, language)]


def _files(folder: Path, names: tuple[str, ...], language: str, **values: Any) -> list[str]:
    present = [name for name in names if (folder / name).exists()]
    meanings = [sentence(f"file-{name.split('.')[0]}", language, **values) for name in present]
    return [f"  {line}" for line in in_columns(list(zip(present, meanings, strict=True)), "ll")]


def _table(run: Run, language: str) -> list[str]:
    data, network = run.data, run.network
    values = network.answers(data.inputs)
    column = "report-probability" if network.output == "softmax" else "report-value"
    head = [
        *data.feature_names,
        data.name,
        sentence("report-answer", language),
        "",
        *(sentence(column, language, label=label) for label in data.classes),
    ]
    cells = [head]
    for inputs, label, answer, value in zip(data.inputs, data.labels, network.classify(data.inputs), values, strict=True):
        judged = sentence("report-right" if label == answer else "report-wrong", language)
        numbers = [_shown(number, 4) for number in value]
        cells.append([*(f"{x:g}" for x in inputs), str(data.classes[label]), str(data.classes[answer]), judged, *numbers])
    shown = cells[: MOST_ROWS + 1]
    lines = [f"  {line}" for line in in_columns(shown, "r" * len(head))]
    return [*lines, "  …"] if len(cells) > len(shown) else lines


def _shown(number: float, digits: int) -> str:
    """Plainly, or with a power of ten where that would be long."""
    return f"{number:.{digits}f}" if abs(number) < 1e6 else f"{number:.{digits}e}"


def as_json(outcome: Outcome) -> str:
    """The same as one JSON object."""
    run, folder = outcome.run, outcome.folder
    data = run.data
    named = "probabilities" if run.network.output == "softmax" else "values"
    classes = run.network.classify(data.inputs)
    table = [
        {
            "inputs": inputs.tolist(),
            "target": data.classes[label],
            "answer": data.classes[answer],
            "right": bool(label == answer),
            named: value.tolist(),
        }
        for inputs, label, answer, value in zip(
            data.inputs, data.labels, classes, run.network.answers(data.inputs), strict=True
        )
    ]
    return json.dumps(
        {
            "koubai": koubai.__version__,
            "status": run.status,
            "success": bool(run.status == "finished" and run.correct.all()),
            "right": int(run.correct.sum()),
            "rows": len(table),
            "steps_made": len(run.losses) - 1,
            "diverged_at": run.diverged_at,
            "loss": float(run.losses[-1]),
            "losses": [{"step": step.number, "loss": step.loss} for step in run.records],
            "table": table,
            "seconds": round(outcome.seconds, 3),
            "name": outcome.name,
            "folder": str(folder),
            "files": {name: str(folder / name) for name in FILES if (folder / name).exists()},
            "experiment": run.experiment.to_dict(),
        },
        ensure_ascii=False,
        allow_nan=False,
        indent=2,
    )
