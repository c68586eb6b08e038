"""koubai train: one training, seen and kept."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import Any

from koubai.cli.artist import Artist
from koubai.cli.drawing import draw
from koubai.cli.interrupts import Interrupts, noticed, tell
from koubai.cli.report import Outcome, as_json, as_text, started
from koubai.cli.screen import fits, replay, watched
from koubai.cli.wanted import Wanted
from koubai.core.training import Step
from koubai.errors import Diverged, KoubaiError
from koubai.experiment import Experiment, Learning, Recording, Run
from koubai.experiment.folder import save
from koubai.files import check_free, check_writable, numbered
from koubai.locale import sentence
from koubai.progress import shown

SECONDS_BETWEEN_LOOKS = 0.02
SECONDS_TO_THE_NEXT_STEP = 0.2  # after a signal; what takes longer is left behind


def train(
    gate: str,
    out: Path | None,
    quiet: bool,
    no_replay: bool,
    json: bool,
    wanted: Wanted,
    language: str,
    artist: Artist,
    **numbers: Any,
) -> int:
    """Train, show, keep. Returns the exit code."""
    experiment = _experiment(gate, **numbers)
    places = iter([out]) if out else numbered(Path("koubai-runs") / f"{gate}-{experiment.seed}")
    if out:
        check_free(out)
    check_writable(out or Path("koubai-runs") / "new")
    screen = fits(sys.stderr) and sys.stdout.isatty() and not quiet and not json
    with noticed() as interrupts:
        recording, clock, diverged = Recording(experiment), _Clock(), None
        if not quiet:
            sys.stderr.write(started(experiment, language) + "\n")
        try:
            _train(recording, clock, interrupts, quiet, screen and not no_replay, language)
        except Diverged as error:
            diverged = error
        run = recording.run
        if run is None:
            if diverged:
                raise diverged
            return _interrupted(interrupts, "interrupted-early", language)
        folder = save(run, places)
        if interrupts:
            return _interrupted(interrupts, "interrupted-kept", language, step=run.records[-1].number, folder=folder)
        replayed = screen and not no_replay and not diverged
        faults = draw_beside(run, folder, wanted, artist, interrupts, quiet, replayed, language)
        outcome = Outcome(run, folder, clock.seconds)
        if json:
            sys.stdout.write(as_json(outcome) + "\n")
        elif not quiet and not diverged:
            sys.stdout.write(as_text(outcome, language) + "\n")
        if interrupts:
            return _interrupted(interrupts, "interrupted-finished", language, folder=folder)
        if diverged:
            kept = sentence("diverged-kept", language, folder=folder)
            tell(f"{diverged.sentence(language)} {kept}", language)
            return diverged.exit_code
        return told(faults, language)


def _experiment(gate: str, optimizer: Any, **numbers: Any) -> Experiment:
    learning = {name: numbers.pop(name) for name in ("hidden", "activation", "loss", "scale")}
    name, options = optimizer
    return Experiment(Learning(gate, **learning), optimizer=name, optimizer_options=options, **numbers)


def draw_beside(
    run: Run, folder: Path, wanted: Wanted, artist: Artist, interrupts: Interrupts, quiet: bool, replayed: bool, language: str
) -> list[KoubaiError]:
    """Draw into ``folder``; meanwhile the run may be replayed on the terminal. Returns what went wrong."""
    noted = sys.stderr.isatty() and not quiet
    faults: list[KoubaiError] = []
    broken: list[BaseException] = []

    def work() -> None:
        try:
            faults.extend(draw(run, folder, wanted, artist, interrupts.__bool__, language))
        except BaseException as fault:  # is raised again below
            broken.append(fault)

    drawing = Thread(target=work, daemon=True)
    drawing.start()
    if replayed:
        replay(run, sys.stderr, language, stop=interrupts.__bool__)
    if noted and drawing.is_alive():
        sys.stderr.write(sentence("report-drawing", language))
    while drawing.is_alive():
        drawing.join(SECONDS_BETWEEN_LOOKS)
    if noted:
        sys.stderr.write("\r\x1b[K")  # the note has done its work
    if broken:
        raise broken[0]
    return faults


def told(faults: list[KoubaiError], language: str) -> int:
    """Say what went wrong while files were drawn; the exit code."""
    for fault in faults:
        tell(fault.sentence(language), language)
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


def _train(recording: Recording, clock: _Clock, interrupts: Interrupts, quiet: bool, screen: bool, language: str) -> None:
    """Train in a thread of its own: a signal is noticed here while a compiler or one long step keeps that one busy."""
    faults: list[BaseException] = []

    def work() -> None:
        steps: Iterable[Step] = clock.of(recording.of(recording.experiment.run()))
        if not quiet:
            steps = (watched if screen else shown)(steps, recording.experiment, sys.stderr, language)
        try:
            for _ in steps:
                if interrupts:
                    break
        except BaseException as fault:  # is raised again below
            faults.append(fault)

    worker = Thread(target=work, daemon=True)
    worker.start()
    while worker.is_alive() and not interrupts:
        worker.join(SECONDS_BETWEEN_LOOKS)
    worker.join(SECONDS_TO_THE_NEXT_STEP)
    if faults:
        raise faults[0]


def _interrupted(interrupts: Interrupts, key: str, language: str, **values: Any) -> int:
    tell(sentence(key, language, **{name: str(value) for name, value in values.items()}), language)
    return interrupts.exit_code
