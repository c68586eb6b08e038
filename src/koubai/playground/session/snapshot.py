"""Snapshots: what a page is to be told of a moment, as frozen data in which no sentence is written yet."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from koubai.core.network import Network
from koubai.core.regularization import cost_of
from koubai.core.training import Step
from koubai.experiment import Experiment, Run
from koubai.experiment.diagnosis import Diagnosis
from koubai.experiment.divergence import RISEN
from koubai.experiment.metrics import Scores, scores_of
from koubai.pictures.run_displays import displays_of
from koubai.playground.model.comparison import ComparisonRun
from koubai.playground.model.configuration import Configuration
from koubai.playground.model.data_source import Source
from koubai.playground.model.training import Training
from koubai.playground.protocol.frames import Status
from koubai.playground.session.context import PageContext


@dataclass(frozen=True, eq=False)
class StateSnapshot:
    """What a State tells. ``points``: whether the rows' points are sent; ``start``: the first step of the present segment."""

    number: int
    configuration: Configuration
    network: Network
    link: str
    run_name: str
    start: int
    speed: float
    inspected_unit: str
    comparison: ComparisonRun | None
    pictures: tuple[str, ...]
    points: bool


@dataclass(frozen=True, eq=False)
class CurveSnapshot:
    """The loss curve, the numbers of the records, and (3, records) their numbers, losses and accuracies on the test rows."""

    numbers: NDArray[np.float64]
    losses: NDArray[np.float64]
    records: NDArray[np.int32]
    test: NDArray[np.float64] | None


@dataclass(frozen=True, eq=False)
class DivergenceSnapshot:
    """That the training has diverged at step ``number``, and why."""

    number: int
    diagnosis: Diagnosis


@dataclass(frozen=True, eq=False)
class FrameSnapshot:
    """What a frame tells. ``step`` is counted in its segment, ``number`` in the timeline."""

    frame: int
    state: int
    status: Status
    step: Step
    number: int
    last: int
    further: int
    experiment: Experiment
    source: Source
    train: Scores
    test: Scores | None
    penalty: float
    rate: float
    run_name: str
    hidden: int
    inspected_unit: str
    divergence: DivergenceSnapshot | None
    diagnosis: Diagnosis | None
    comparison: ComparisonRun | None
    sends_comparison: bool
    curve: CurveSnapshot | None

    @property
    def loss(self) -> float:
        """What is descended."""
        return self.train.loss + self.penalty


def state_snapshot(context: PageContext, number: int, *, points: bool) -> StateSnapshot:
    """Take what a State tells.

    Args:
        context: The page.
        number: The State's number.
        points: Whether the points of the rows are to be sent.

    Returns:
        The snapshot.
    """
    workspace, training = context.workspace, context.workspace.training
    return StateSnapshot(
        number=number,
        configuration=workspace.configuration,
        network=training.network,
        link=workspace.link(),
        run_name=training.autosave.name,
        start=training.timeline.present.begin,
        speed=context.playback.speed,
        inspected_unit=context.view.inspected_unit,
        comparison=context.view.comparison,
        pictures=picture_names(Run(training.segment.experiment, np.zeros(1), (training.step,))),
        points=points,
    )


def picture_names(run: Run) -> tuple[str, ...]:
    """List the pictures of a run; its losses don't matter for that.

    Args:
        run: The run.

    Returns:
        Their names, such as "region".
    """
    return tuple(displays_of(run))


def frame_snapshot(context: PageContext, frame: int, state: int, *, curve: bool, comparison: bool) -> FrameSnapshot:
    """Take what a frame tells.

    Args:
        context: The page.
        frame: The frame's number.
        state: The number of the State that it belongs to.
        curve: Whether the loss curve is to be sent.
        comparison: Whether the run that is compared is to be sent.

    Returns:
        The snapshot.
    """
    training, source = context.workspace.training, context.workspace.configuration.source
    experiment, network = training.segment.experiment, training.network
    train, penalty = _scores(network, source, experiment), cost_of(network, experiment.penalty)
    is_over = training.is_finished and not context.playback.is_playing and training.diverged is None
    return FrameSnapshot(
        frame=frame,
        state=state,
        status=_status(context),
        step=training.step,
        number=training.step_number,
        last=training.timeline.last,
        further=training.further,
        experiment=experiment,
        source=source,
        train=train,
        test=None if source.test is None else _scores(network, source, experiment, test=True),
        penalty=penalty,
        rate=context.playback.rate,
        run_name=training.autosave.name,
        hidden=len(context.workspace.configuration.setting.hidden),
        inspected_unit=context.view.inspected_unit,
        divergence=_divergence(training, train.loss + penalty),
        diagnosis=training.segment.diagnosis() if is_over else None,
        comparison=context.view.comparison,
        sends_comparison=comparison,
        curve=_curve(training, source) if curve else None,
    )


def _status(context: PageContext) -> Status:
    training, playback = context.workspace.training, context.playback
    if training.diverged is not None:
        return "diverged"
    if playback.is_playing:
        return "preparing" if playback.is_preparing else "playing"
    if training.is_finished:
        return "finished" if training.segment.risen_since() is None else "diverged"
    return "resting"


def _scores(network: Network, source: Source, experiment: Experiment, *, test: bool = False) -> Scores:
    data = source.test if test and source.test is not None else source.train
    with np.errstate(all="ignore"):
        return scores_of(network, data, experiment.problem.loss or "")


def _divergence(training: Training, loss: float) -> DivergenceSnapshot | None:
    """That the training has diverged, where the step that is looked at is one of those at which it had."""
    segment, diverged = training.segment, training.diverged
    risen_since = segment.risen_since() if diverged is None else int(diverged.values["step"])
    if risen_since is None:
        return None
    if diverged is None and (training.step.number < risen_since or not loss > RISEN * segment.experiment.level):
        return None
    diagnosis = segment.diagnosis()
    return None if diagnosis is None else DivergenceSnapshot(segment.begin + risen_since, diagnosis)


def _curve(training: Training, source: Source) -> CurveSnapshot:
    numbers, losses = training.timeline.curve()
    scores = None
    if source.test is not None:
        rows = [
            (segment.begin + step.number, *segment.scores_on(source.test, step))
            for segment, step in training.timeline.each_record()
        ]
        scores = np.array(rows, np.float64).reshape(-1, 3).T
    return CurveSnapshot(numbers, losses, training.timeline.record_numbers(), scores)
