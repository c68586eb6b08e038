"""What a session tells its page: welcome, state, frames, and answers to questions. ``static/types.js`` says what they hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

import koubai
from koubai.core.activations import ACTIVATIONS
from koubai.core.initialization import INITS
from koubai.core.losses import LOSSES
from koubai.core.methods import METHODS
from koubai.core.network import Network, parameters_in
from koubai.core.optimizers import OPTIMIZERS
from koubai.core.regularization import cost_of
from koubai.data import GATES, SETS, Dataset
from koubai.data.features import FEATURES
from koubai.experiment import Experiment, Run
from koubai.experiment.divergence import RISEN
from koubai.experiment.metrics import accuracy_on, loss_on, scores_of
from koubai.locale import meaning, sentence
from koubai.playground.model.data_source import Source, values_of_rows
from koubai.playground.model.rasters import fields_of
from koubai.playground.model.setting_changes import flat
from koubai.playground.model.workspace import Workspace
from koubai.playground.protocol import incoming
from koubai.playground.protocol.limits import number_bounds
from koubai.playground.server.downloads import picture_names
from koubai.store import Store

if TYPE_CHECKING:
    from koubai.playground.session.session import Session

RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
# notes that speak of options: said otherwise, or not at all, since the page has controls
NOTES = {
    "note-encoding": "page-note-encoding",
    "note-target": "",
    **dict.fromkeys(("note-task-classify", "note-task-regress"), ""),
}
MOST_RUNS = 200  # of the list


@dataclass
class SentState:
    """What a page has been told already."""

    course: tuple[int, int] = (-1, -1)  # stretches and last step of the loss curve that it has
    course_due: bool = True
    next_course: float = 0.0
    beside: object = None
    source: Source | None = None  # whose points it has
    preparing: bool = False


def welcome(session: "Session", *, resumed: bool) -> dict[str, Any]:
    """The answer to hello, and to language."""
    language = session.language
    most = {"layers": incoming.MOST_LAYERS, "units": incoming.MOST_LAYER_UNITS, "parameters": incoming.MOST_PARAMETERS}
    sides = {"field": incoming.FIELD, "small": incoming.SMALL, "table": incoming.MOST_TABLE}
    return {
        "type": "welcome",
        "session": session.key,
        "resumed": resumed,
        "language": language,
        "version": koubai.__version__,
        "keeps": session.store is not None,
        "choices": {
            "gates": [{"name": one.name, "text": one.meaning(language)} for one in GATES.values()],
            "sets": [{"name": one.name, "text": one.meaning(language)} for one in SETS.values()],
            "features": [{"name": name, "text": name} for name in FEATURES],
            "activations": _choices(ACTIVATIONS, "activation", language),
            "inits": _choices(INITS, "init", language),
            "methods": _choices(METHODS, "method", language),
            "losses": _choices(LOSSES, "loss", language),
            "optimizers": _choices(OPTIMIZERS, "optimizer", language),
        },
        "limits": {
            "samples": [10, incoming.MOST_SAMPLES],
            "points": incoming.MOST_POINTS,
            "rates": RATES,
            "numbers": number_bounds(),
            **most,
            **sides,
        },
    }


def _choices(names: Iterable[str], kind: str, language: str) -> list[dict[str, str]]:
    return [{"name": name, "text": meaning(kind, name, language)} for name in names]


def state(session: "Session", told: SentState, number: int) -> dict[str, Any]:
    """Settings, data and network: all that doesn't change while it learns."""
    lesson, beside = session.lesson, session.beside
    source, network = lesson.source, lesson.network
    points = None if told.source is source else _points(source)
    told.source = source
    return {
        "type": "state",
        "state": number,
        "setting": msgspec.to_builtins(lesson.setting),
        "link": lesson.link(),
        "run": lesson.keeper.name,
        "sizes": network.sizes,
        "inputs": source.train.feature_names,
        "output": network.output,
        "data": _about(source, lesson, session.language),
        "points": points,
        "speed": session.speed,
        "look": session.look,
        "beside": beside and {"name": beside.name, "text": sentence("page-beside-run", session.language, name=beside.name)},
        "start": lesson.course.present.begin,
        "pictures": [{"name": name, "text": sentence(f"page-picture-{name}", session.language)} for name in _pictures(lesson)],
    }


def _pictures(lesson: Workspace) -> tuple[str, ...]:
    """Which there are of the run that is looked at; its losses don't matter for that."""
    return picture_names(Run(lesson.stretch.experiment, np.zeros(1), (lesson.step,)))


def _points(source: Source) -> dict[str, list[Any]]:
    rows = [source.train, *([source.test] if source.test is not None else [])]
    return {
        "x": _short(source.points[:, 0]),
        "y": _short(source.points[:, 1]),
        "value": _short(np.concatenate([values_of_rows(part) for part in rows])),
        "part": [part for part, data in enumerate(rows) for _ in range(len(data.inputs))],
    }


def _about(source: Source, lesson: Workspace, language: str) -> dict[str, Any]:
    train = source.train
    is_gate = isinstance(source.data, str)
    setting = lesson.setting
    name = lesson.brought.name or lesson.run_name or setting.data
    if source.is_planar:
        axes = ("x1", "x2")
    elif len(train.feature_names) == 1:
        axes = (train.feature_names[0], "")
    elif is_gate:
        axes = (train.feature_names[0], train.feature_names[1])
    else:
        axes = (sentence("page-component", language, number=1), sentence("page-component", language, number=2))
    preparation = train.preparation
    return {
        "kind": source.kind,
        "name": name,
        "task": train.task,
        "classes": [str(label) for label in train.classes],
        "target": preparation.target.name if preparation is not None else train.name,
        "features": train.feature_names,
        "columns": source.columns,
        "rows": {"train": len(train.inputs), "test": 0 if source.test is None else len(source.test.inputs)},
        "planar": source.is_planar,
        "axes": axes,
        "share": round(source.cut.share, 4),
        "extent": source.extent,
        "table": train.inputs.tolist() if is_gate else None,
        "answers": train.labels.tolist() if is_gate else None,
        "notes": [sentence(NOTES.get(key, key), language, **values) for key, values in source.notes if NOTES.get(key) != ""],
    }


def _short(values: NDArray[np.float64]) -> list[float]:
    return np.round(values, 5).tolist()  # type: ignore[no-any-return]


def frame(session: "Session", told: SentState, number: int, state_number: int) -> bytes:
    """The moment that is looked at."""
    lesson = session.lesson
    network, source, stretch = lesson.network, lesson.source, lesson.stretch
    layer, _, unit = session.look.rstrip("]").partition("[")
    fields = fields_of(network, source, (int(layer), int(unit)) if session.look else None)
    train = _scores(network, source.train, stretch.experiment)
    penalty = cost_of(network, stretch.experiment.l1, stretch.experiment.l2)
    is_gate = isinstance(source.data, str)
    with np.errstate(all="ignore"):
        answers = network.answers(source.train.inputs) if is_gate else None
    header: dict[str, Any] = {
        "frame": number,
        "state": state_number,
        "status": _status(session, told),
        "step": lesson.at,
        "last": lesson.course.last,
        "more": lesson.further,
        "loss": number_or_none(train["loss"] + penalty),
        "penalty": number_or_none(penalty) or 0.0,
        "train": {**train, "loss": number_or_none(train["loss"])},
        "test": _scored(network, source, stretch.experiment),
        "made": lesson.step.number,
        "defined": lesson.step.number * METHODS[stretch.experiment.method].evaluations_each(parameters_in(network.sizes)),
        "rate": round(session.rate, 1),
        "divergence": _divergence(lesson, session.language, train["loss"] + penalty),
        "diagnosis": _diagnosis(session),
        "answers": None if answers is None else np.nan_to_num(answers).tolist(),
        "chosen": [] if answers is None else network.classify(source.train.inputs).tolist(),
        "range": fields.extremes,
        "run": lesson.keeper.name,
        "beside": session.beside.told() if session.beside else None,
    }
    arrays: dict[str, NDArray[Any]] = {
        "parameters": flat(network),
        "field": fields.field,
        "units": fields.units,
        "scales": fields.scales,
    }
    arrays |= {} if fields.winner is None else {"winner": fields.winner}
    arrays |= {} if fields.look is None else {"look": fields.look}
    arrays |= _course(lesson, told, playing=session.playing) | _beside(session, told)
    return incoming.packed(header, arrays)


def _status(session: "Session", told: SentState) -> str:
    lesson = session.lesson
    if lesson.diverged is not None:
        return "diverged"
    if session.playing:
        return "preparing" if told.preparing else "playing"
    if lesson.is_finished:
        return "finished" if lesson.stretch.risen_since() is None else "diverged"
    return "resting"


def number_or_none(value: float) -> float | None:
    """JSON has no other numbers than finite ones."""
    return value if isfinite(value) else None


def _scores(network: Network, data: Dataset, experiment: Experiment) -> dict[str, Any]:
    with np.errstate(all="ignore"):
        scores = scores_of(network, data, experiment.problem.loss or "")
    return {
        "loss": scores.loss,
        "accuracy": scores.accuracy,
        "confusion": None if scores.confusion is None else scores.confusion.tolist(),
        "r2": None if scores.r2 is None else number_or_none(float(scores.r2[0])),
    }


def _scored(network: Network, source: Source, experiment: Experiment) -> dict[str, Any] | None:
    if source.test is None:
        return None
    made = _scores(network, source.test, experiment)
    return {**made, "loss": number_or_none(made["loss"])}


def _divergence(lesson: Workspace, language: str, loss: float) -> dict[str, Any] | None:
    """That the training has diverged, where the step that is looked at is one of those at which it had."""
    stretch, diverged = lesson.stretch, lesson.diverged
    at = stretch.risen_since() if diverged is None else int(diverged.values["step"])
    if at is None or (diverged is None and (lesson.step.number < at or not loss > RISEN * stretch.experiment.level)):
        return None
    found = stretch.diagnosis()
    if found is None:
        return None
    rate = found.change["learning_rate"]
    return {"step": stretch.begin + at, "text": found.sentence(language), "learning_rate": rate}


def _diagnosis(session: "Session") -> dict[str, Any] | None:
    """Why the training has not learned, once all its steps are made, and what to change of the setting."""
    lesson, language = session.lesson, session.language
    found = lesson.stretch.diagnosis() if lesson.is_finished and not session.playing and lesson.diverged is None else None
    if found is None or found.kind == "risen":
        return None
    change = dict(found.change)
    said = {name: value[0] if name == "hidden" else f"{value:g}" for name, value in change.items() if name != "activation"}
    remedy = [sentence(f"page-remedy-{name}", language, value=said.get(name, "")) for name in change]
    count = len(change.get("hidden", lesson.setting.hidden))
    if "hidden" in change or "activation" in change:
        change["activations"] = [change.pop("activation", "relu")] * count
    return {"kind": found.kind, "text": found.sentence(language), "change": change, "remedy": " ".join(remedy)}


def _course(lesson: Workspace, told: SentState, *, playing: bool) -> dict[str, NDArray[Any]]:
    """The loss curve, where the page doesn't have it yet, or it is time."""
    course, now = lesson.course, monotonic()
    known = (id(course.present), course.last)
    if known == told.course or (playing and not told.course_due and now < told.next_course):
        return {}
    told.course, told.course_due, told.next_course = known, False, now + 0.2
    numbers, losses = course.curve()
    made: dict[str, NDArray[Any]] = {"courseStep": numbers, "courseTrain": losses, "records": course.records()}
    if lesson.source.test is not None:
        tested = [(stretch.begin + step.number, *_tested(lesson, stretch, step)) for stretch, step in course.each_record()]
        columns = np.array(tested, np.float64).reshape(-1, 3).T
        made |= dict(zip(("testStep", "testLoss", "testAccuracy"), columns, strict=True))
    return made


def _tested(lesson: Workspace, stretch: Any, step: Any) -> tuple[float, float]:
    test = lesson.source.test
    if step.number not in stretch.tested and test is not None:
        with np.errstate(all="ignore"):
            lost = loss_on(step.parameters, test, stretch.experiment.problem.loss or "")
            right = accuracy_on(step.parameters, test) if test.task == "classify" else np.nan
        stretch.tested[step.number] = (lost, right)
    return stretch.tested[step.number]  # type: ignore[no-any-return]


def _beside(session: "Session", told: SentState) -> dict[str, NDArray[Any]]:
    """The run beside, once."""
    beside = session.beside
    if beside is told.beside or beside is None:
        told.beside = beside
        return {}
    told.beside = beside
    curve = {"besideStep": beside.numbers, "besideLoss": beside.losses}
    made: dict[str, NDArray[Any]] = {"besideField": beside.fields.field, **curve}
    return made if beside.fields.winner is None else {**made, "besideWinner": beside.fields.winner}


def runs(path: Path | None, language: str) -> dict[str, Any]:
    """The list of kept runs, the latest first."""
    if path is None or not path.exists():
        return {"type": "runs", "runs": []}
    with Store(path, make=False) as store:
        entries = store.entries(limit=MOST_RUNS)
    told = []
    for entry in entries:
        learning = entry.experiment.get("problem", {}).get("learning", {}) if entry.status != "damaged" else {}
        told.append(
            {
                "name": entry.name,
                "data": entry.data,
                "network": "-".join(map(str, learning.get("hidden", []))),
                "method": entry.method,
                "steps": entry.steps_made or 0,
                "loss": entry.loss,
                "status": sentence(f"status-{entry.status}", language),
                "started": entry.started,
            }
        )
    return {"type": "runs", "runs": told}
