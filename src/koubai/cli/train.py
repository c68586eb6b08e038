"""koubai train: one training, seen and kept."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any

from koubai.cli.render import draw
from koubai.cli.render_options import RenderOptions
from koubai.cli.render_process import RenderProcess
from koubai.cli.report import Outcome, as_json, as_text, diagnosed, started
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
SECONDS_BETWEEN_LOOKS = 0.02
SECONDS_TO_THE_NEXT_STEP = 0.2  # after a signal; what takes longer is left behind


@dataclass(frozen=True)
class Display:
    """How a training is shown, and what is drawn of it."""

    quiet: bool
    no_replay: bool
    json: bool
    wanted: RenderOptions
    language: str
    process: RenderProcess = field(default_factory=RenderProcess)

    def get_ready(self) -> None:
        """Once nothing is left to be refused, let whoever draws get ready while this process trains."""
        if self.wanted.draws:
            self.process.start()

    @property
    def replayed(self) -> bool:
        """Whether the training is drawn on a terminal, and played again there."""
        return fits(sys.stderr) and sys.stdout.isatty() and not (self.quiet or self.json or self.no_replay)


def train(
    data: str,
    out: Path | None,
    name: str | None,
    tag: Sequence[str],
    note: str | None,
    store: Path | None,
    no_store: bool,
    quiet: bool,
    no_replay: bool,
    json: bool,
    wanted: RenderOptions,
    language: str,
    **numbers: Any,
) -> int:
    """Train, show, keep. Returns the exit code."""
    name, tag = None if name is None else checked_name(name), checked_tags(tag)
    experiment, notes = _experiment(data, **numbers)
    experiment.check_resources(kept=True)
    if not quiet:
        for key, said in notes:
            sys.stderr.write(sentence(key, language, **said) + "\n")
    display = Display(quiet, no_replay, json, wanted, language)
    check_place(out)
    display.get_ready()
    with deferred_signals() as interrupts:
        if no_store:
            places = places_for(out, PLACE / (name or name_of(experiment)))
            return carry_out(experiment, None, None, places, interrupts, display)
        with Store(store) as runs:

            def free(called: str) -> bool:
                return out is not None or not os.path.lexists(PLACE / called)

            keeping = runs.keep(experiment, name, tags=tag, note=note or "", free=free)
            return carry_out(experiment, runs, keeping, places_for(out, PLACE / keeping.name), interrupts, display)


def check_place(out: Path | None) -> None:
    """InputError where no folder can be made: ``out``, or one of our own naming."""
    if out:
        check_free(out)
    check_writable(out or PLACE / "new")


def places_for(out: Path | None, usual: Path) -> Iterator[Path]:
    """Where the files go: ``out``, or the ``usual`` folder, numbered where it is taken."""
    return iter([out]) if out else numbered(usual)


def carry_out(
    experiment: Experiment,
    store: Store | None,
    keeping: "RunRecorder | None",
    places: Iterator[Path],
    interrupts: Interrupts,
    display: Display,
) -> int:
    """Train from the start, or from where ``keeping`` goes on; show it, draw it, keep it. Returns the exit code."""
    language, before = display.language, keeping.before if keeping else None
    recording = Recording.after(before) if before else Recording(experiment)
    clock, diverged = _Clock(), None
    faults: list[KoubaiError] = []
    if not display.quiet:
        sys.stderr.write(started(experiment, language) + "\n")
        if before:
            sys.stderr.write(sentence("report-going-on", language, step=before.records[-1].number) + "\n")
    try:
        _train(recording, keeping, clock, interrupts, display)
    except Diverged as error:
        diverged = error
    except (FileFault, OutOfMemory) as error:  # of the store, or of a step: what was trained may still go into the folder
        faults.append(error)
    except BaseException:
        if keeping:
            with suppress(KoubaiError):
                keeping.end()
        raise
    if keeping:
        try:
            keeping.end()
        except (FileFault, OutOfMemory) as error:
            faults = [error]
    run = recording.run
    if run is None:
        if diverged or faults:
            raise diverged or faults[0]
        if not interrupts:
            raise KoubaiError("no-step")
        return _interrupted(interrupts, "interrupted-early", language)
    try:
        folder = save(run, places, store.provenance(keeping.uid) if store and keeping else None)
        name = store.edit(keeping.uid, folder=str(folder.resolve())).name if store and keeping else None
    except KoubaiError as error:
        return told([*faults, error], language)
    if any(isinstance(fault, OutOfMemory) for fault in faults):
        print_error(f"{faults[0].sentence(language)} {sentence('diverged-kept', language, folder=folder)}", language)
        return faults[0].exit_code
    if interrupts:
        key = "interrupted-kept" if keeping else "interrupted-folder"
        return _interrupted(interrupts, key, language, step=run.records[-1].number, folder=folder, name=name or "")
    has_diverged = run.status == "diverged"
    replayed = display.replayed and not has_diverged
    faults += draw_beside(run, folder, display.wanted, display.process, interrupts, display.quiet, replayed, language)
    outcome = Outcome(run, folder, clock.seconds, name)
    if display.json:
        sys.stdout.write(as_json(outcome) + "\n")
    elif not display.quiet and not has_diverged:
        sys.stdout.write(as_text(outcome, language) + "\n")
    if interrupts:
        return _interrupted(interrupts, "interrupted-finished", language, folder=folder)
    if has_diverged:
        print_error(" ".join([*diagnosed(run, language), sentence("diverged-kept", language, folder=folder)]), language)
        return max(Diverged.exit_code, told(faults, language))
    return told(faults, language)


LOADING = ("target", "features", "task", "missing", "validation", "test", "samples", "noise", "delimiter", "encoding")
Notes = Sequence[tuple[str, Mapping[str, Any]]]  # keys of sentences, and their values


def _experiment(data: str, optimizer: Any, schedule: Any, **numbers: Any) -> tuple[Experiment, Notes]:
    """The experiment, and what is to be said of the data."""
    parts = load(data, seed=numbers["seed"], folder=numbers.pop("from"), **{name: numbers.pop(name) for name in LOADING})
    named = {"optimizer": optimizer[0], "optimizer_options": optimizer[1]} if optimizer else {}
    named |= {"schedule": schedule[0], "schedule_options": schedule[1]}
    return experiment_of(data if data in GATES else parts, **named, **numbers), parts.notes


def draw_beside(
    run: Run,
    folder: Path,
    wanted: RenderOptions,
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
            faults.extend(draw(run, folder, wanted, process, interrupts.__bool__, language))
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


def told(faults: list[KoubaiError], language: str) -> int:
    """Say what went wrong while files were drawn; the exit code."""
    for fault in faults:
        print_error(fault.sentence(language), language)
    return max((fault.exit_code for fault in faults), default=0)


class _Clock:
    """The seconds from the first Step to the last: what comes before the first, the compiling, is done once."""

    def __init__(self) -> None:
        self.first = self.last = 0.0

    def of(self, steps: Iterable[Step]) -> Iterator[Step]:
        """The same Steps, timed."""
        for step in steps:
            self.last = perf_counter()
            self.first = self.first or self.last
            yield step

    @property
    def seconds(self) -> float:
        """So far."""
        return self.last - self.first


def _train(
    recording: Recording, keeping: "RunRecorder | None", clock: _Clock, interrupts: Interrupts, display: Display
) -> None:
    """Train in a thread of its own: a signal is noticed here while a compiler or one long step keeps that one busy.

    Whatever ends that one is raised here.
    """
    faults: list[BaseException] = []
    waiting = Waiting(sys.stderr, display.language, quiet=display.quiet)

    def work() -> None:
        try:
            for _ in _steps(recording, keeping, clock, waiting, display):
                if interrupts:
                    break
        except BaseException as fault:  # is raised again below
            faults.append(fault)

    worker = Thread(target=work, daemon=True)
    worker.start()
    while worker.is_alive() and not interrupts:
        worker.join(SECONDS_BETWEEN_LOOKS)
        waiting.look()
    worker.join(SECONDS_TO_THE_NEXT_STEP)
    waiting.end()
    if faults:
        raise faults[0]


def _steps(
    recording: Recording, keeping: "RunRecorder | None", clock: _Clock, waiting: Waiting, display: Display
) -> Iterable[Step]:
    """The Steps of the training; as they pass by they are timed, kept, recorded and shown."""
    experiment, before = recording.experiment, keeping.before if keeping else None
    steps: Iterable[Step] = clock.of(waiting.of(experiment.run(before.records if before else None)))
    if keeping:
        steps = keeping.of(steps)
    steps = recording.of(steps)  # what isn't kept any more isn't recorded either
    if display.quiet:
        return steps
    return (watched if display.replayed else shown)(steps, experiment, sys.stderr, display.language, before=before)


def _interrupted(interrupts: Interrupts, key: str, language: str, **values: Any) -> int:
    print_error(sentence(key, language, **{name: str(value) for name, value in values.items()}), language)
    return interrupts.exit_code
