"""What a training came to, as text and as JSON."""

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from koubai._version import __version__
from koubai.cli.option_format import option_words
from koubai.data import Dataset
from koubai.experiment import Experiment, Run
from koubai.experiment.metrics import Scores
from koubai.locale import sentence
from koubai.pictures.data_names import dataset_name, target_names
from koubai.pictures.picture_names import PICTURES
from koubai.text_columns import cut, decimal, in_columns, wrapped

# the files of a run's folder, in the order in which a person looks at them
DRAWN = ("film.mp4", "film.gif", *(f"{name}.{form}" for name in PICTURES for form in ("png", "svg")))
FILES = (*DRAWN, "run.json", "losses.csv", "records.safetensors", "weights.safetensors")
MOST_ROWS = 32  # of a truth table that is shown
WIDEST_CLASS = 32  # cells


@dataclass(frozen=True)
class Outcome:
    """A run, the folder that keeps it, the seconds that the training took, and its name in the store, if it is there."""

    run: Run
    folder: Path
    seconds: float
    name: str | None = None


def started(experiment: Experiment, language: str) -> str:
    """Say in one line what is trained, and how."""
    problem = experiment.problem
    line = sentence(
        "report-start" if problem.hidden else "report-start-plain",
        language,
        data=dataset_name(problem.dataset(), language),
        sizes="-".join(map(str, problem.sizes)),
        activation=problem.activation,
        method=experiment.method,
        h=f"{experiment.h:g}",
        learning_rate=f"{experiment.learning_rate:g}",
        steps=experiment.steps,
        seed=experiment.seed,
    )
    if not problem.sampled:
        return line
    rows = {name: len(problem.parts[name].inputs) if name in problem.parts else 0 for name in ("train", "validation", "test")}
    batch = min(experiment.batch_size or rows["train"], rows["train"])
    return f"{line}\n{sentence('report-parts', language, **rows, batch=batch)}"


def as_text(outcome: Outcome, language: str) -> str:
    """Say how well it was learned, and where the files are."""
    run = outcome.run
    lines = [
        "",
        *(_scores(run, language) if run.experiment.problem.sampled else _truth_table(run, language)),
        _trained(outcome, language),
        "",
        sentence("report-files", language, folder=str(outcome.folder)),
    ]
    lines += _files(outcome.folder, FILES, language, every=run.experiment.record_every)
    if outcome.name is not None:
        lines += ["", sentence("report-kept", language, name=outcome.name)]
    return "\n".join(lines)


def _trained(outcome: Outcome, language: str) -> str:
    """Say what the training took; of a whole table, what it did to the loss."""
    losses = outcome.run.losses
    took = {"steps": len(losses) - 1, "seconds": f"{outcome.seconds:.2f}"}
    if outcome.run.experiment.problem.sampled:
        return sentence("report-trained", language, **took)
    return sentence("report-loss", language, loss=_shown(losses[-1], 6), first=_shown(losses[0], 6), **took)


def _truth_table(run: Run, language: str) -> list[str]:
    right, rows = int(run.correct.sum()), len(run.correct)
    verdict = "report-success" if right == rows else "report-failure"
    return [*_table(run, language), "", sentence(verdict, language, right=right, rows=rows), *_explained(run, language)]


def diagnosed(run: Run, language: str) -> list[str]:
    """Say why it has not learned or has diverged, and which options to try; nothing where that can't be told."""
    diagnosis = run.diagnosis
    if diagnosis is None:
        return []
    options = shlex.join(option_words(diagnosis.change))
    return [diagnosis.sentence(language), *([sentence("diagnosis-try", language, change=options)] if options else [])]


def _explained(run: Run, language: str) -> list[str]:
    """Break the same into lines of a terminal."""
    return [line for said in diagnosed(run, language) for line in wrapped(said)]


def _scores(run: Run, language: str) -> list[str]:
    """Say how every part is answered, and each class of the one that the network is judged by."""
    lines, experiment = [], run.experiment
    last = run.records[-1].number
    if run.status == "finished" and last < experiment.steps:
        lines.append(sentence("report-stopped", language, step=last, patience=experiment.patience))
    if experiment.patience is not None:
        lines.append(sentence("report-best", language, step=run.best.number))
    for part in experiment.problem.parts:
        lines += _score(run, part, language)
    lines += ["", *(_classes(run.data, run.scores(), language))] if run.data.task == "classify" else []
    why = _explained(run, language)
    return [*lines, "", *why, ""] if why else [*lines, ""]


def _score(run: Run, part: str, language: str) -> list[str]:
    scores, name = run.scores(part), sentence(f"report-part-{part}", language)
    said: dict[str, object] = {"part": name, "rows": scores.rows}
    if scores.accuracy is not None:
        said |= {"right": scores.right, "accuracy": f"{100 * scores.accuracy:.1f}", "loss": _shown(scores.loss, 6)}
        return [sentence("report-scores", language, **said)]
    return [
        _fitted(r2, {**said, "name": called, "error": f"{error:.4g}"}, language) for called, r2, error in _values(run, scores)
    ]


def _values(run: Run, scores: Scores) -> Iterator[tuple[str, float, float]]:
    """Yield the name, R² and error of each value that is answered."""
    yield from zip(target_names(run.data), _plain(scores.r2), _plain(scores.error), strict=True)


def _plain(values: NDArray[np.float64] | None) -> list[float]:
    return [] if values is None else values.tolist()


def _fitted(r2: float, said: Mapping[str, object], language: str) -> str:
    """Say how well a value is answered; where all rows have the same, there is no R²."""
    if not np.isfinite(r2):
        return sentence("report-fit-plain", language, **said)
    return sentence("report-fit", language, r2=_shown(r2, 4), **said)


def _classes(data: Dataset, scores: Scores, language: str) -> list[str]:
    """Tabulate precision and recall of each class."""
    cells = [[sentence(f"report-{name}", language) for name in ("class", "rows", "precision", "recall")]]
    assert scores.confusion is not None
    assert scores.precision is not None
    assert scores.recall is not None
    counts = scores.confusion.sum(axis=1)
    for label, rows, precision, recall in zip(data.classes, counts, scores.precision, scores.recall, strict=True):
        shares = [f"{100 * share:.1f} %" if share == share else "–" for share in (precision, recall)]
        cells.append([cut(str(label), WIDEST_CLASS), str(rows), *shares])
    return [f"  {line}" for line in in_columns(cells, "lrrr")]


def drawn(folder: Path, language: str) -> list[str]:
    """Say where the pictures and films are."""
    return [sentence("report-files", language, folder=str(folder)), *_files(folder, DRAWN, language)]


def _files(folder: Path, names: tuple[str, ...], language: str, **values: object) -> list[str]:
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
    """Write a number plainly, or with a power of ten where that would be long."""
    return decimal(number, digits) if abs(number) < 1e6 else f"{number:.{digits}e}"


def as_json(outcome: Outcome) -> str:
    """Write the same as one JSON object."""
    run, folder = outcome.run, outcome.folder
    scores, diagnosis = run.scores(), run.diagnosis
    right = scores.right
    return json.dumps(
        {
            "koubai": __version__,
            "status": run.status,
            "success": None if right is None else run.status == "finished" and right == scores.rows,
            "right": right,
            "rows": scores.rows,
            "steps_made": len(run.losses) - 1,
            "diverged_at": run.diverged_at,
            "diagnosis": None if diagnosis is None else {"kind": diagnosis.kind, "change": dict(diagnosis.change)},
            "loss": float(run.losses[-1]),
            "losses": [{"step": step.number, "loss": step.loss} for step in run.records],
            "table": [] if run.experiment.problem.sampled else _json_table(run),
            "scores": {part: _json_scores(run.scores(part)) for part in run.experiment.problem.parts},
            "best_step": run.best.number,
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


def _json_scores(scores: Scores) -> dict[str, object]:
    given: dict[str, object] = {"right": scores.right, "accuracy": scores.accuracy}
    arrays = {name: getattr(scores, name) for name in ("precision", "recall", "confusion", "r2", "error")}
    given |= {name: None if array is None else _json_numbers(array) for name, array in arrays.items()}
    plain = {"rows": scores.rows, "loss": _json_numbers(np.array([scores.loss]))[0]}
    return plain | {name: value for name, value in given.items() if value is not None}


def _json_numbers(values: NDArray[np.generic]) -> list[object]:
    """Convert to plain numbers, in lists of lists as in the array; what isn't finite becomes null."""
    plain = values.astype(object)
    plain[~np.isfinite(values)] = None
    listed: list[object] = plain.tolist()
    return listed


def _json_table(run: Run) -> list[dict[str, object]]:
    data = run.data
    kind = "probabilities" if run.network.output == "softmax" else "values"
    classes = run.network.classify(data.inputs)
    return [
        {
            "inputs": inputs.tolist(),
            "target": data.classes[label],
            "answer": data.classes[answer],
            "right": bool(label == answer),
            kind: value.tolist(),
        }
        for inputs, label, answer, value in zip(
            data.inputs, data.labels, classes, run.network.answers(data.inputs), strict=True
        )
    ]
