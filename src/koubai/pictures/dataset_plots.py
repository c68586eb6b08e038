"""The pictures of a run that learned from a sample of rows, as the arrays that they show."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.arrays import evenly
from koubai.core.network import Network
from koubai.core.projection import PlaneProjection, extent, principal
from koubai.core.training import Step
from koubai.data import Dataset
from koubai.data.preprocessing import NumberColumn
from koubai.experiment import Run
from koubai.experiment.metrics import accuracy_on, loss_on, values_of
from koubai.locale import sentence

FINE, FILM_FINE = 241, 121  # places along either axis of a plane, and of a film's
MOST_FRAMES = 600
MOST_MISTAKES = 25


def thinned(records: Sequence[Step], most: int) -> list[Step]:
    """At most ``most`` records, evenly, the first and the last among them."""
    return [records[at] for at in evenly(len(records), most)]


Picture = tuple[str, str, dict[str, Any]]  # the file's name, the function of koubai.pictures, its arrays
Prepare = Callable[
    [], tuple[str, dict[str, Any]]
]  # the function of koubai.pictures, and its arrays, computed when it is called
Title = Callable[[str], dict[str, str]]


def choices_of(run: Run, language: str) -> dict[str, Prepare]:
    """Every picture of ``run`` but those that any run has, by name."""
    part = sentence(f"report-part-{run.judged}", language)
    about = {"data": named(run.data, language), "part": part, "step": run.best.number, "seed": run.experiment.seed}

    def title(name: str) -> dict[str, str]:
        return {"title": sentence(f"picture-{name}-title", language, **about)}

    made = (_of_classes if run.data.task == "classify" else _of_values)(run, title, language)
    made["history"] = lambda: ("save_history", {**_course(run), **title("history")})
    image = run.data.image
    if image is not None and len(run.network.layers) > 1:
        weights = run.network.layers[0].weights.T
        made["weights"] = lambda: ("save_weights", {"images": weights.reshape(-1, *image), **title("weights")})
    return made


def _course(run: Run) -> dict[str, Any]:
    history, best = run.history, run.best.number if run.experiment.patience is not None else None
    each = run.experiment.steps_each_epoch
    course = {"steps": history.steps, "loss": history.loss, "accuracy": history.accuracy or None, "best": best}
    return {**course, "epoch": each if each > 1 else None}


def _of_classes(run: Run, title: Title, language: str) -> dict[str, Prepare]:
    data, classes, made = run.data, [str(label) for label in run.data.classes], dict[str, Prepare]()
    if data.inputs.shape[1] > 1:
        made["plane"] = lambda: ("save_classes", {**_plane(run, language), "classes": classes, **title("classes")})
    part = run.experiment.problem.parts[run.judged]
    confusion = {"classes": classes, **title("confusion")}
    made["confusion"] = lambda: ("save_confusion", {"counts": run.scores().confusion, **confusion})
    if data.image is not None:
        made["mistakes"] = lambda: ("save_mistakes", {**_mistakes(run, part), **title("mistakes")})
    return made


def _plane(run: Run, language: str) -> dict[str, Any]:
    data, cut = run.data, principal(run.data.inputs)
    grid = grid_of(run, cut, FINE)
    seen = {**plane_of(run, cut), **axes_of(data, *grid), **field_of(run.network, cut, *grid)}
    note = "" if data.inputs.shape[1] == 2 else sentence("picture-principal-note", language, share=f"{100 * cut.share:.0f}")
    return {**seen, "names": _names(data, language), "note": note}


def named(data: Dataset, language: str) -> str:
    """What the data are called, whatever they are."""
    return data.name or sentence("data-unnamed", language)


def films_of(run: Run, language: str, most: int = MOST_FRAMES) -> list[tuple[str, dict[str, Any]]]:
    """The film of ``run``, if there is something to see in a plane: the function of koubai.pictures, and its reel.

    It has at most ``most`` frames.
    """
    steps = thinned(run.records, most)
    validation = run.experiment.problem.validation
    loss = run.experiment.problem.loss or ""
    course: dict[str, Any] = {
        "data": named(run.data, language),
        "numbers": np.array([step.number for step in steps]),
        "losses": run.losses,
    }
    if validation is not None:
        course["validation"] = np.array([loss_on(step.parameters, validation, loss) for step in steps])
    features = run.data.inputs.shape[1]
    if run.data.task == "classify" and features > 1:
        if validation is not None:
            course["accuracy"] = {"validation": np.array([accuracy_on(step.parameters, validation) for step in steps])}
        return [("save_class_film", course | _class_reel(run, steps, language))]
    if run.data.task == "regress" and features == 1 and run.data.targets.shape[1] == 1:
        x = _along(run)
        values = np.stack([_curve(step.parameters, run.data, x) for step in steps])
        return [("save_curve_film", {**course, **_beside_curve(run, x), "values": values, "names": _axes_of_curve(run.data)})]
    return []


def _class_reel(run: Run, steps: list[Step], language: str) -> dict[str, Any]:
    cut = principal(run.data.inputs)
    grid = grid_of(run, cut, FILM_FINE)
    fields = [field_of(step.parameters, cut, *grid) for step in steps]
    return {
        **axes_of(run.data, *grid),
        **{name: np.stack([field[name] for field in fields]) for name in ("answers", "confidence")},
        **{name: values for name, values in plane_of(run, cut).items() if name != "wrong"},
        "classes": [str(label) for label in run.data.classes],
        "names": _names(run.data, language),
    }


def _names(data: Dataset, language: str) -> tuple[str, str]:
    if data.inputs.shape[1] == 2:
        return data.feature_names[0], data.feature_names[1]
    first, second = (sentence("picture-principal", language, number=number) for number in (1, 2))
    return first, second


def units_of(data: Dataset) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the inputs are to be multiplied by, and what is then to be added, to have them as they were in the table."""
    columns = data.preparation.columns if data.preparation else ()
    if not columns or not all(isinstance(column, NumberColumn) for column in columns):
        return np.ones(data.inputs.shape[1]), np.zeros(data.inputs.shape[1])
    numbers = [column for column in columns if isinstance(column, NumberColumn)]
    return np.array([column.scale for column in numbers]), np.array([column.mean for column in numbers])


def plane_of(run: Run, cut: PlaneProjection) -> dict[str, NDArray[Any]]:
    """All rows in the plane of ``cut``: ``points``, ``labels``, and which are ``wrong``; two features in their own units."""
    parts = list(run.experiment.problem.parts.values())
    inputs, labels = (np.concatenate([getattr(part, name) for part in parts]) for name in ("inputs", "labels"))
    scale, mean = _plane_units(run.data)
    return {
        "points": cut.flat(inputs) * scale + mean,
        "labels": labels,
        "wrong": run.network.classify(inputs) != labels,
    }


def _plane_units(data: Dataset) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return units_of(data) if data.inputs.shape[1] == 2 else (np.ones(2), np.zeros(2))


Places = NDArray[np.float64]  # along one axis of the plane


def grid_of(run: Run, cut: PlaneProjection, places: int) -> tuple[Places, Places]:
    """So many places along either axis of the plane of ``cut``, which show all rows."""
    parts = run.experiment.problem.parts.values()
    left, right, bottom, top = extent(np.concatenate([cut.flat(part.inputs) for part in parts]))
    return np.linspace(left, right, places), np.linspace(bottom, top, places)


def axes_of(data: Dataset, x: Places, y: Places) -> dict[str, Places]:
    """The axes of a grid, two features in their own units."""
    scale, mean = _plane_units(data)
    return {"x": x * scale[0] + mean[0], "y": y * scale[1] + mean[1]}


def field_of(network: Network, cut: PlaneProjection, x: Places, y: Places) -> dict[str, NDArray[Any]]:
    """The class that is answered over the plane, and how surely: ``answers`` and ``confidence`` (y, x)."""
    answers = cut.over(network, x, y)
    return {
        "answers": answers.argmax(axis=-1).astype(np.uint8 if answers.shape[-1] < 256 else np.int32),
        "confidence": np.nan_to_num(np.clip(answers.max(axis=-1), 0, 1), nan=0.0).astype(np.float32),
    }


def _mistakes(run: Run, part: Dataset) -> dict[str, Any]:
    """The rows of ``part`` that are answered wrong most surely."""
    image = part.image or (1, part.inputs.shape[1])
    sure = run.network.answers(part.inputs)
    answers, rows = sure.argmax(axis=1), np.arange(len(sure))
    wrong = rows[answers != part.labels]
    gap = sure[rows, answers] - sure[rows, part.labels]
    worst = wrong[np.argsort(-gap[wrong], kind="stable")][:MOST_MISTAKES]
    return {
        "images": part.inputs[worst].reshape(-1, *image),
        "truths": [str(part.classes[label]) for label in part.labels[worst]],
        "answers": [str(part.classes[label]) for label in answers[worst]],
        "probabilities": sure[worst, answers[worst]],
    }


def _of_values(run: Run, title: Title, language: str) -> dict[str, Prepare]:
    part = run.experiment.problem.parts[run.judged]
    made: dict[str, Prepare] = {"fit": lambda: ("save_fit", {**_fit(run, part, language), **title("fit")})}
    if part.inputs.shape[1] == 1 and part.targets.shape[1] == 1:
        named = {"names": _axes_of_curve(part), **title("curve")}
        made["curve"] = lambda: ("save_curve", {**_curve_beside_rows(run), **named})
    return made


def _fit(run: Run, part: Dataset, language: str) -> dict[str, Any]:
    scores = run.scores().r2
    shown = [f"{r2:.3f}" if abs(r2) < 1e6 else f"{r2:.1e}" for r2 in ([] if scores is None else scores) if np.isfinite(r2)]
    true, predicted = values_of(part.targets, part), values_of(run.network.logits(part.inputs), part)
    note = sentence("picture-fit-note", language, r2=", ".join(shown)) if shown else ""
    return {"true": true, "predicted": predicted, "names": targets_of(part), "note": note}


def _curve_beside_rows(run: Run) -> dict[str, Any]:
    x = _along(run)
    return {**_beside_curve(run, x), "values": _curve(run.network, run.data, x)}


def targets_of(data: Dataset) -> list[str]:
    """What the outputs of a regression are called."""
    target, outputs = data.preparation.target.name if data.preparation else "y", data.targets.shape[1]
    return [f"{target} {place}" for place in range(1, outputs + 1)] if outputs > 1 else [target]


def _axes_of_curve(data: Dataset) -> tuple[str, str]:
    return data.feature_names[0], targets_of(data)[0]


def _along(run: Run) -> Places:
    """Places along the one input, a little further than the rows go."""
    inputs = np.concatenate([part.inputs for part in run.experiment.problem.parts.values()])
    low, high = float(inputs.min()), float(inputs.max())
    return np.linspace(low - 0.05 * (high - low), high + 0.05 * (high - low), 401)


def _curve(network: Network, data: Dataset, x: Places) -> NDArray[np.float64]:
    """What ``network`` answers along ``x``, in the units of ``data``."""
    return values_of(network.logits(x[:, None]), data)[:, 0]


def _beside_curve(run: Run, x: Places) -> dict[str, NDArray[Any]]:
    """The axis of a curve and all rows, in the units of the data."""
    parts = list(run.experiment.problem.parts.values())
    scale, mean = units_of(run.data)
    points = np.concatenate([part.inputs[:, 0] for part in parts])
    targets = np.concatenate([values_of(part.targets, part)[:, 0] for part in parts])
    return {"x": x * scale[0] + mean[0], "points": points * scale[0] + mean[0], "targets": targets}
