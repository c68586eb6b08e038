"""koubai train: one training, seen and kept."""

import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any, TextIO

from koubai.cli.interrupts import Interrupts, noticed, tell
from koubai.cli.report import Outcome, as_json, as_text, started
from koubai.core.surfaces import FINE, GRID, plane
from koubai.errors import Diverged, KoubaiError
from koubai.experiment import Experiment, Learning, Recording, Run
from koubai.experiment.folder import save
from koubai.files import check_free, check_writable, new_file, numbered
from koubai.locale import sentence
from koubai.progress import shown

if TYPE_CHECKING:
    from koubai.cli.artist import Artist

SECONDS_BETWEEN_LOOKS = 0.02
SECONDS_TO_THE_NEXT_STEP = 0.2  # after a signal; what takes longer is left behind


def train(gate: str, out: Path | None, quiet: bool, json: bool, language: str, artist: "Artist", **numbers: Any) -> int:
    """Train, show, keep. Returns the exit code."""
    learning = Learning(gate, hidden=numbers.pop("hidden"), activation=numbers.pop("activation"))
    experiment = Experiment(learning, **numbers)
    places = iter([out]) if out else numbered(Path("koubai-runs") / f"{gate}-{experiment.seed}")
    if out:
        check_free(out)
    check_writable(out or Path("koubai-runs") / "new")
    with noticed() as interrupts:
        recording, began, diverged = Recording(experiment), perf_counter(), None
        if not quiet:
            sys.stderr.write(started(experiment, language) + "\n")
        try:
            _train(recording, interrupts, None if quiet else sys.stderr, language)
        except Diverged as error:
            diverged = error
        run, seconds = recording.run, perf_counter() - began
        if run is None:
            if diverged:
                raise diverged
            return _interrupted(interrupts, "interrupted-early", language)
        folder = save(run, places)
        if interrupts:
            return _interrupted(interrupts, "interrupted-kept", language, step=run.records[-1].number, folder=folder)
        faults = _draw(run, folder, artist, interrupts, language)
        outcome = Outcome(run, folder, seconds)
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
        if faults:
            raise faults[0]
    return 0


def _train(recording: Recording, interrupts: Interrupts, progress: TextIO | None, language: str) -> None:
    """Train in a thread of its own: a signal is noticed here while a compiler or one long step keeps that one busy."""
    faults: list[BaseException] = []

    def work() -> None:
        steps = recording.of(recording.experiment.run())
        if progress is not None:
            steps = shown(steps, recording.experiment, progress, language)
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


def _draw(run: Run, folder: Path, artist: "Artist", interrupts: Interrupts, language: str) -> list[KoubaiError]:
    """The pictures, each a whole file or none. Returns what went wrong: the run itself is safe."""
    faults: list[KoubaiError] = []
    for name, values in _pictures(run, language):
        try:
            with new_file(folder / f"{name}.png") as path:
                if not artist.call(f"save_{name}", stop=interrupts.__bool__, path=path, language=language, **values):
                    break
        except KoubaiError as error:
            faults.append(error)
    return faults


def _pictures(run: Run, language: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of every picture and the arrays that it shows."""
    data, title = run.data, {"data": run.data.name, "seed": run.experiment.seed, "step": run.records[-1].number}
    if data.inputs.shape[1] == 2:
        fine, grid = plane(run.network, FINE, FINE), plane(run.network, GRID, GRID)
        yield (
            "region",
            {
                "x": fine.x,
                "y": fine.y,
                "field": fine.lead,
                "points": data.inputs,
                "labels": data.labels,
                "grid": (grid.x, grid.y, grid.lead),
                "title": sentence("picture-region-title", language, **title),
                "names": data.feature_names,
            },
        )
    yield (
        "loss",
        {
            "losses": run.losses,
            "records": [step.number for step in run.records],
            "title": sentence("picture-loss-title", language, **title),
        },
    )
