"""koubai train: one training, seen and kept."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

from koubai.cli.options import render_options_of
from koubai.cli.render import draw
from koubai.cli.render_options import RenderOptions
from koubai.cli.render_process import RenderProcess
from koubai.cli.report import Outcome, as_json, as_text, diagnosed, started
from koubai.cli.setting_options import settings_of
from koubai.cli.signals import Interrupts, deferred_signals, print_error
from koubai.core.training import Step
from koubai.data import GATES, load
from koubai.errors import Diverged, FileFault, KoubaiError, OutOfMemory
from koubai.experiment import Experiment, Recording, Run, experiment_of
from koubai.experiment.run_files import save
from koubai.files import check_free, check_writable, numbered
from koubai.locale import sentence
from koubai.store import Store
from koubai.store.run_metadata import checked_name, checked_tags, name_of
from koubai.terminal.live_view import fits, replay, watched
from koubai.terminal.progress import Waiting, shown

if TYPE_CHECKING:
    from koubai.store.recorder import RunRecorder

PLACE = Path("koubai-runs")
LOADING = ("target", "features", "task", "missing", "validation", "test", "samples", "noise", "delimiter", "encoding")
SECONDS_BETWEEN_LOOKS = 0.02
SECONDS_TO_THE_NEXT_STEP = 0.2  # after a signal; what takes longer is left behind


@dataclass(frozen=True)
class Display:
    """How a training is shown, and what is drawn of it."""

    quiet: bool
    no_replay: bool
    json: bool
    render_options: RenderOptions
    language: str
    process: RenderProcess = field(default_factory=RenderProcess)

    def start_render_process(self) -> None:
        """Let whoever draws get ready while this process trains, once nothing is left to be refused."""
        if self.render_options.draws:
            self.process.start()

    @property
    def replayed(self) -> bool:
        """Whether the training is drawn on a terminal, and played again there."""
        return fits(sys.stderr) and sys.stdout.isatty() and not (self.quiet or self.json or self.no_replay)


@dataclass(frozen=True)
class Keeping:
    """Where a run is kept: in the ``store`` (None: nowhere but in its folder), as ``name``; in the folder ``out``."""

    name: str | None
    tags: tuple[str, ...]
    note: str
    in_store: bool
    store: Path | None
    out: Path | None


@dataclass(frozen=True)
class TrainRequest:
    """What ``koubai train`` was asked for.

    ``loading``: the options of ``koubai.data.load``; ``settings``: those of the table, by name. Both are checked later.
    """

    data: str
    folder: Path | None  # with the files of MNIST
    loading: Mapping[str, object]
    settings: Mapping[str, object]
    keeping: Keeping
    display: Display


def request_of(values: Mapping[str, object], language: str) -> TrainRequest:
    """Collect what was asked for from the values of the options. InputError where a name, a tag, a picture or film can't be."""
    display, name = display_of(values, language), values["name"]
    keeping = Keeping(
        None if name is None else checked_name(str(name)),
        tuple(checked_tags(cast(Sequence[str], values["tag"]))),
        str(values["note"] or ""),
        not values["no_store"],
        _path(values["store"]),
        _path(values["out"]),
    )
    loading = {option: values[option] for option in LOADING}
    return TrainRequest(str(values["data"]), _path(values["from"]), loading, settings_of(values), keeping, display)


def display_of(values: Mapping[str, object], language: str) -> Display:
    """Collect how a training is shown from the values of the options. InputError where a picture or film can't be."""
    quiet, no_replay, json = (bool(values[name]) for name in ("quiet", "no_replay", "json"))
    return Display(quiet, no_replay, json, render_options_of(values), language)


def _path(value: object) -> Path | None:
    return value if isinstance(value, Path) else None


def train(request: TrainRequest) -> int:
    """Train, show, keep. Returns the exit code."""
    experiment, notes = _experiment(request)
    experiment.check_resources(kept=True)
    keeping, display = request.keeping, request.display
    if not display.quiet:
        for key, said in notes:
            sys.stderr.write(sentence(key, display.language, **said) + "\n")
    check_place(keeping.out)
    display.start_render_process()
    with deferred_signals() as interrupts:
        if not keeping.in_store:
            places = places_for(keeping.out, PLACE / (keeping.name or name_of(experiment)))
            return TrainingJob(experiment, places, interrupts, display).carry_out()
        with Store(keeping.store) as runs:

            def free(called: str) -> bool:
                return keeping.out is not None or not os.path.lexists(PLACE / called)

            recorder = runs.keep(experiment, keeping.name, tags=keeping.tags, note=keeping.note, free=free)
            places = places_for(keeping.out, PLACE / recorder.name)
            return TrainingJob(experiment, places, interrupts, display, runs, recorder).carry_out()


def _experiment(request: TrainRequest) -> tuple[Experiment, Sequence[tuple[str, Mapping[str, object]]]]:
    """Make the experiment, and list what is to be said of the data."""
    loading: dict[str, Any] = dict(request.loading)
    seed = cast(int, request.settings["seed"])
    parts = load(request.data, seed=seed, folder=request.folder, **loading)
    return experiment_of(request.data if request.data in GATES else parts, **request.settings), parts.notes


def check_place(out: Path | None) -> None:
    """Raise InputError where no folder can be made: ``out``, or one of our own naming."""
    if out:
        check_free(out)
    check_writable(out or PLACE / "new")


def places_for(out: Path | None, default: Path) -> Iterator[Path]:
    """Yield where the files may go: ``out``, or the ``default`` folder, numbered where it is taken."""
    return iter([out]) if out else numbered(default)


@dataclass(frozen=True, eq=False)
class TrainingJob:
    """One training, from its start or from where its ``recorder`` goes on: made, shown, drawn, kept.

    ``places``: where its folder may be. Without a ``store`` the folder is all that is kept.
    """

    experiment: Experiment
    places: Iterator[Path]
    interrupts: Interrupts
    display: Display
    store: Store | None = None
    recorder: "RunRecorder | None" = None

    @property
    def earlier(self) -> Run | None:
        """The run that is gone on with; None where the training begins."""
        return self.recorder.before if self.recorder else None

    def carry_out(self) -> int:
        """Train to the end, or to a signal. Returns the exit code."""
        recording = Recording.after(self.earlier) if self.earlier else Recording(self.experiment)
        clock, language = _Clock(), self.display.language
        self._announce()
        diverged, faults = self._train(recording, clock)
        run = recording.run
        if run is None:
            return self._without_a_step(diverged, faults)
        try:
            folder, name = self._save(run)
        except KoubaiError as error:
            return report_errors([*faults, error], language)
        if any(isinstance(fault, OutOfMemory) for fault in faults):
            print_error(f"{faults[0].sentence(language)} {sentence('diverged-kept', language, folder=folder)}", language)
            return faults[0].exit_code
        if self.interrupts:
            key = "interrupted-kept" if self.recorder else "interrupted-folder"
            return self._interrupted(key, step=run.records[-1].number, folder=folder, name=name or "")
        return self._finish(Outcome(run, folder, clock.seconds, name), faults)

    def _announce(self) -> None:
        """Say what is trained, and from where it goes on."""
        if self.display.quiet:
            return
        sys.stderr.write(started(self.experiment, self.display.language) + "\n")
        if self.earlier:
            step = self.earlier.records[-1].number
            sys.stderr.write(sentence("report-going-on", self.display.language, step=step) + "\n")

    def _train(self, recording: Recording, clock: "_Clock") -> tuple[Diverged | None, list[KoubaiError]]:
        """Make the steps; returns what ended them, and what went wrong with keeping them or with a step."""
        diverged = None
        faults: list[KoubaiError] = []
        try:
            self._work(recording, clock)
        except Diverged as error:
            diverged = error
        except (FileFault, OutOfMemory) as error:  # of the store, or of a step: what was trained may still go into the folder
            faults.append(error)
        except BaseException:
            if self.recorder:
                with suppress(KoubaiError):
                    self.recorder.end()
            raise
        if self.recorder:
            try:
                self.recorder.end()
            except (FileFault, OutOfMemory) as error:
                faults = [error]
        return diverged, faults

    def _work(self, recording: Recording, clock: "_Clock") -> None:
        """Train in a thread of its own: a signal is noticed here while a compiler or one long step keeps that one busy.

        Whatever ends that one is raised here.
        """
        faults: list[BaseException] = []
        waiting = Waiting(sys.stderr, self.display.language, quiet=self.display.quiet)

        def work() -> None:
            try:
                for _ in self._steps(recording, clock, waiting):
                    if self.interrupts:
                        break
            except BaseException as fault:  # is raised again below
                faults.append(fault)

        worker = Thread(target=work, daemon=True)
        worker.start()
        while worker.is_alive() and not self.interrupts:
            worker.join(SECONDS_BETWEEN_LOOKS)
            waiting.look()
        worker.join(SECONDS_TO_THE_NEXT_STEP)
        waiting.end()
        if faults:
            raise faults[0]

    def _steps(self, recording: Recording, clock: "_Clock", waiting: Waiting) -> Iterable[Step]:
        """Yield the Steps of the training; as they pass by they are timed, kept, recorded and shown."""
        display, earlier = self.display, self.earlier
        steps: Iterable[Step] = clock.of(waiting.of(self.experiment.run(earlier.records if earlier else None)))
        if self.recorder:
            steps = self.recorder.of(steps)
        steps = recording.of(steps)  # what isn't kept any more isn't recorded either
        if display.quiet:
            return steps
        show = watched if display.replayed else shown
        return show(steps, self.experiment, sys.stderr, display.language, before=earlier)

    def _without_a_step(self, diverged: Diverged | None, faults: Sequence[KoubaiError]) -> int:
        """Return the exit code where not even the start was made, or raise what prevented it."""
        if diverged or faults:
            raise diverged or faults[0]
        if not self.interrupts:
            raise KoubaiError("no-step")
        return self._interrupted("interrupted-early")

    def _save(self, run: Run) -> tuple[Path, str | None]:
        """Write the folder; returns it, and the run's name in the store."""
        if not (self.store and self.recorder):
            return save(run, self.places), None
        folder = save(run, self.places, self.store.provenance(self.recorder.uid))
        return folder, self.store.edit(self.recorder.uid, folder=str(folder.resolve())).name

    def _finish(self, outcome: Outcome, faults: list[KoubaiError]) -> int:
        """Draw and report a training that came to its end. Returns the exit code."""
        display, run, folder, language = self.display, outcome.run, outcome.folder, self.display.language
        has_diverged = run.status == "diverged"
        replayed = display.replayed and not has_diverged
        faults = faults + draw_beside(
            run, folder, display.render_options, display.process, self.interrupts, display.quiet, replayed, language
        )
        if display.json:
            sys.stdout.write(as_json(outcome) + "\n")
        elif not display.quiet and not has_diverged:
            sys.stdout.write(as_text(outcome, language) + "\n")
        if self.interrupts:
            return self._interrupted("interrupted-finished", folder=folder)
        if has_diverged:
            print_error(" ".join([*diagnosed(run, language), sentence("diverged-kept", language, folder=folder)]), language)
            return max(Diverged.exit_code, report_errors(faults, language))
        return report_errors(faults, language)

    def _interrupted(self, key: str, **values: object) -> int:
        """Say how far it came. Returns the exit code of the signal."""
        language = self.display.language
        print_error(sentence(key, language, **{name: str(value) for name, value in values.items()}), language)
        return self.interrupts.exit_code


def draw_beside(
    run: Run,
    folder: Path,
    render_options: RenderOptions,
    process: RenderProcess,
    interrupts: Interrupts,
    quiet: bool,
    replayed: bool,
    language: str,
) -> list[KoubaiError]:
    """Draw into ``folder``; meanwhile the run may be replayed on the terminal. Returns what went wrong."""
    noted = sys.stderr.isatty() and not quiet
    faults: list[KoubaiError] = []
    broken: list[BaseException] = []

    def work() -> None:
        try:
            faults.extend(draw(run, folder, render_options, process, interrupts.__bool__, language))
        except BaseException as fault:  # is raised again below
            broken.append(fault)

    drawing = Thread(target=work, daemon=True)
    drawing.start()
    if replayed:
        replay(run, sys.stderr, language, stop=interrupts.__bool__)
    if noted and drawing.is_alive():
        sys.stderr.write(sentence("report-drawing", language))
    while drawing.is_alive() and not interrupts:
        drawing.join(SECONDS_BETWEEN_LOOKS)
    if interrupts:
        process.close()
        drawing.join(SECONDS_TO_THE_NEXT_STEP)
    if noted:
        sys.stderr.write("\r\x1b[K")  # the note has done its work
    if broken:
        raise broken[0]
    return faults


def report_errors(faults: Sequence[KoubaiError], language: str) -> int:
    """Print what went wrong. Returns the exit code."""
    for fault in faults:
        print_error(fault.sentence(language), language)
    return max((fault.exit_code for fault in faults), default=0)


class _Clock:
    """The seconds from the first Step to the last: what comes before the first, the compiling, is done once."""

    def __init__(self) -> None:
        self.first = self.last = 0.0

    def of(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Yield the same Steps, and time them."""
        for step in steps:
            self.last = perf_counter()
            self.first = self.first or self.last
            yield step

    @property
    def seconds(self) -> float:
        """So far."""
        return self.last - self.first
