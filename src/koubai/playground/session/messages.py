"""What a page is told, composed from snapshots: sentences are written here, and nothing is changed."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from koubai._version import __version__
from koubai.core.activations import ACTIVATIONS
from koubai.core.initialization import INITS
from koubai.core.losses import LOSSES
from koubai.core.methods import METHODS
from koubai.core.network import parameters_in
from koubai.core.optimizers import OPTIMIZERS
from koubai.core.parameters import flatten
from koubai.data import GATES, SETS
from koubai.data.features import FEATURES
from koubai.data.named_set import NamedSet
from koubai.experiment.fields import ACTIVATION, founding
from koubai.experiment.metrics import Scores
from koubai.locale import meaning, sentence
from koubai.playground.model.comparison import ComparisonRun
from koubai.playground.model.configuration import Configuration
from koubai.playground.model.data_source import Source, values_of_rows
from koubai.playground.model.rasters import page_rasters
from koubai.playground.protocol import limits
from koubai.playground.protocol.frames import Diagnosis, Divergence, FrameArrays, FrameHeader, PartScores, packed
from koubai.playground.protocol.outgoing import (
    Choice,
    Choices,
    DataAbout,
    KeptRun,
    Limits,
    Points,
    RowCounts,
    RunList,
    Sending,
    SettingValue,
    State,
    Welcome,
    finite_or_none,
    number_bounds,
)
from koubai.playground.protocol.structures import LanguageCode
from koubai.playground.session.snapshot import CurveSnapshot, FrameSnapshot, StateSnapshot
from koubai.store import Store

RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
# notes that speak of options: said otherwise, or not at all, since the page has controls
NOTES = {
    "note-encoding": "page-note-encoding",
    "note-target": "",
    **dict.fromkeys(("note-task-classify", "note-task-regress"), ""),
}
MOST_RUNS = 200  # of the list


def welcome(key: str, language: LanguageCode, *, keeps: bool, resumed: bool) -> Welcome:
    """Compose the answer to hello, and to language.

    Args:
        key: The session's key.
        language: The language of the page.
        keeps: Whether runs are kept.
        resumed: Whether the session was there before.

    Returns:
        The message.
    """
    return Welcome(
        session=key,
        resumed=resumed,
        language=language,
        version=__version__,
        keeps=keeps,
        choices=Choices(
            gates=_data_choices(GATES.values(), language),
            sets=_data_choices(SETS.values(), language),
            features=tuple(Choice(name=name, text=name) for name in FEATURES),
            activations=_choices(ACTIVATIONS, "activation", language),
            inits=_choices(INITS, "init", language),
            methods=_choices(METHODS, "method", language),
            losses=_choices(LOSSES, "loss", language),
            optimizers=_choices(OPTIMIZERS, "optimizer", language),
        ),
        limits=Limits(
            samples=(10, limits.MOST_SAMPLES),
            points=limits.MOST_POINTS,
            rates=RATES,
            numbers=number_bounds(),
            layers=limits.MOST_LAYERS,
            units=limits.MOST_LAYER_UNITS,
            parameters=limits.MOST_PARAMETERS,
            field=limits.FIELD,
            small=limits.SMALL,
            table=limits.MOST_TABLE,
        ),
    )


def _choices(names: Iterable[str], kind: str, language: str) -> tuple[Choice, ...]:
    return tuple(Choice(name=name, text=meaning(kind, name, language)) for name in names)


def _data_choices(named: Iterable[NamedSet], language: str) -> tuple[Choice, ...]:
    return tuple(Choice(name=one.name, text=one.meaning(language)) for one in named)


def state(snapshot: StateSnapshot, language: str) -> State:
    """Compose all that doesn't change while it learns: settings, data and network.

    Args:
        snapshot: What there is to be told.
        language: The language of the page.

    Returns:
        The message.
    """
    configuration, comparison = snapshot.configuration, snapshot.comparison
    return State(
        state=snapshot.number,
        setting=configuration.setting,
        link=snapshot.link,
        run=snapshot.run_name,
        sizes=snapshot.network.sizes,
        inputs=configuration.source.train.feature_names,
        output=snapshot.network.output,
        data=_about(configuration, language),
        points=_points(configuration.source) if snapshot.points else None,
        speed=snapshot.speed,
        look=snapshot.inspected_unit,
        beside=None if comparison is None else _comparison(comparison, language),
        start=snapshot.start,
        pictures=tuple(Choice(name=name, text=sentence(f"page-picture-{name}", language)) for name in snapshot.pictures),
    )


def _comparison(comparison: ComparisonRun, language: str) -> Choice:
    return Choice(name=comparison.name, text=sentence("page-beside-run", language, name=comparison.name))


def _points(source: Source) -> Points:
    parts = [source.train, *([source.test] if source.test is not None else [])]
    return Points(
        x=_short(source.points[:, 0]),
        y=_short(source.points[:, 1]),
        value=_short(np.concatenate([values_of_rows(part) for part in parts])),
        part=[number for number, part in enumerate(parts) for _ in range(len(part.inputs))],
    )


def _about(configuration: Configuration, language: str) -> DataAbout:
    source, train = configuration.source, configuration.source.train
    is_gate = isinstance(source.data, str)
    preparation = train.preparation
    return DataAbout(
        kind=source.kind,
        name=configuration.user_data.name or configuration.run_name or configuration.setting.data,
        task=train.task,
        classes=tuple(str(label) for label in train.classes),
        target=preparation.target.name if preparation is not None else train.name,
        features=train.feature_names,
        columns=source.columns,
        rows=RowCounts(train=len(train.inputs), test=0 if source.test is None else len(source.test.inputs)),
        planar=source.is_planar,
        axes=_axes(source, language),
        share=round(float(source.projection.share), 4),
        extent=source.extent,
        table=train.inputs.tolist() if is_gate else None,
        answers=train.labels.tolist() if is_gate else None,
        notes=tuple(sentence(NOTES.get(key, key), language, **values) for key, values in source.notes if NOTES.get(key) != ""),
    )


def _axes(source: Source, language: str) -> tuple[str, str]:
    """What the axes of the plane are called."""
    names = source.train.feature_names
    if source.is_planar:
        return ("x1", "x2")
    if len(names) == 1:
        return (names[0], "")
    if isinstance(source.data, str):
        return (names[0], names[1])
    return (sentence("page-component", language, number=1), sentence("page-component", language, number=2))


def _short(values: NDArray[np.float64]) -> list[float]:
    return np.round(values, 5).tolist()  # type: ignore[no-any-return]


def frame(snapshot: FrameSnapshot, language: str) -> Sending:
    """Compose the moment that is looked at.

    Args:
        snapshot: What there is to be told.
        language: The language of the page.

    Returns:
        The bytes of the frame.
    """
    network, source = snapshot.step.parameters, snapshot.source
    layer, _, unit = snapshot.inspected_unit.rstrip("]").partition("[")
    rasters = page_rasters(network, source, (int(layer), int(unit)) if snapshot.inspected_unit else None)
    is_gate = isinstance(source.data, str)
    with np.errstate(all="ignore"):
        answers = network.answers(source.train.inputs) if is_gate else None
    arrays = FrameArrays(
        parameters=flatten(network),
        field=rasters.field,
        units=rasters.units,
        scales=rasters.scales,
        winner=rasters.winner,
        look=rasters.inspected,
    )
    if snapshot.curve is not None:
        arrays = _with_curve(arrays, snapshot.curve)
    if snapshot.comparison is not None and snapshot.sends_comparison:
        arrays = _with_comparison(arrays, snapshot.comparison)
    chosen = [] if answers is None else network.classify(source.train.inputs).tolist()
    rows = None if answers is None else np.nan_to_num(answers).tolist()
    header = _header(snapshot, language, rasters.extremes, rows, chosen)
    return Sending(FrameHeader, packed(header, arrays.named()))


def _with_curve(arrays: FrameArrays, curve: CurveSnapshot) -> FrameArrays:
    arrays = replace(arrays, course_step=curve.numbers, course_train=curve.losses, records=curve.records)
    if curve.test is None:
        return arrays
    numbers, losses, accuracies = curve.test
    return replace(arrays, test_step=numbers, test_loss=losses, test_accuracy=accuracies)


def _with_comparison(arrays: FrameArrays, comparison: ComparisonRun) -> FrameArrays:
    return replace(
        arrays,
        beside_field=comparison.rasters.field,
        beside_step=comparison.numbers,
        beside_loss=comparison.losses,
        beside_winner=comparison.rasters.winner,
    )


def _header(
    snapshot: FrameSnapshot,
    language: str,
    extremes: tuple[float, float],
    answers: list[list[float]] | None,
    chosen: list[int],
) -> FrameHeader:
    evaluations = METHODS[snapshot.experiment.method].evaluations_each(parameters_in(snapshot.step.parameters.sizes))
    return FrameHeader(
        frame=snapshot.frame,
        state=snapshot.state,
        status=snapshot.status,
        step=snapshot.number,
        last=snapshot.last,
        more=snapshot.further,
        loss=finite_or_none(snapshot.loss),
        penalty=finite_or_none(snapshot.penalty) or 0.0,
        train=_scores(snapshot.train),
        test=None if snapshot.test is None else _scores(snapshot.test),
        made=snapshot.step.number,
        defined=snapshot.step.number * evaluations,
        rate=round(snapshot.rate, 1),
        divergence=_divergence(snapshot, language),
        diagnosis=_diagnosis(snapshot, language),
        answers=answers,
        chosen=chosen,
        range=extremes,
        run=snapshot.run_name,
        beside=None if snapshot.comparison is None else snapshot.comparison.moment,
    )


def _scores(scores: Scores) -> PartScores:
    return PartScores(
        loss=finite_or_none(scores.loss),
        accuracy=scores.accuracy,
        confusion=None if scores.confusion is None else scores.confusion.tolist(),
        r2=None if scores.r2 is None else finite_or_none(float(scores.r2[0])),
    )


def _divergence(snapshot: FrameSnapshot, language: str) -> Divergence | None:
    """That the training has diverged, and the learning rate to try."""
    if snapshot.divergence is None:
        return None
    diagnosis = snapshot.divergence.diagnosis
    return Divergence(
        step=snapshot.divergence.number,
        text=diagnosis.sentence(language),
        learning_rate=diagnosis.change["learning_rate"],
    )


def _diagnosis(snapshot: FrameSnapshot, language: str) -> Diagnosis | None:
    """Why the training has not learned, and what to change of the setting."""
    diagnosis = snapshot.diagnosis
    if diagnosis is None or diagnosis.kind == "risen":
        return None
    change: dict[str, SettingValue] = dict(diagnosis.change)
    remedy = " ".join(_remedy(name, value, language) for name, value in change.items())
    if "hidden" in change or "activation" in change:
        hidden = change.get("hidden")
        count = len(hidden) if isinstance(hidden, tuple) else snapshot.hidden
        change["activations"] = (str(change.pop("activation", founding(ACTIVATION))),) * count
    return Diagnosis(kind=diagnosis.kind, text=diagnosis.sentence(language), change=change, remedy=remedy)


def _remedy(name: str, value: SettingValue, language: str) -> str:
    """What a button that changes the field ``name`` is called."""
    if name == "activation":
        shown = ""
    else:
        shown = str(value[0]) if isinstance(value, tuple) else f"{value:g}" if isinstance(value, (int, float)) else str(value)
    return sentence(f"page-remedy-{name}", language, value=shown)


def runs(path: Path | None, language: str) -> RunList:
    """Compose the list of kept runs, the latest first.

    Args:
        path: Where the store is; None where nothing is kept.
        language: The language of the page.

    Returns:
        The message.
    """
    if path is None or not path.exists():
        return RunList(runs=())
    with Store(path, make=False) as store:
        entries = store.entries(limit=MOST_RUNS)
    kept_runs = []
    for entry in entries:
        learning = entry.experiment.get("problem", {}).get("learning", {}) if entry.status != "damaged" else {}
        kept_runs.append(
            KeptRun(
                name=entry.name,
                data=entry.data,
                network="-".join(map(str, learning.get("hidden", []))),
                method=entry.method,
                steps=entry.steps_made or 0,
                loss=entry.loss,
                status=sentence(f"status-{entry.status}", language),
                started=entry.started,
            )
        )
    return RunList(runs=tuple(kept_runs))
