"""koubai train: one training, seen and kept."""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import Any, TextIO

from koubai.cli.interrupts import Interrupts, noticed, tell
from koubai.cli.report import Outcome, as_json, as_text, started
from koubai.errors import Diverged, KoubaiError
from koubai.experiment import Experiment, Learning, Recording, Run
from koubai.experiment.folder import save
from koubai.files import check_free, check_writable, new_file, numbered
from koubai.locale import sentence
from koubai.progress import shown

SECONDS_BETWEEN_LOOKS = 0.02
SECONDS_TO_THE_NEXT_STEP = 0.2  # after a signal; what takes longer is left behind


def train(gate: str, out: Path | None, quiet: bool, json: bool, language: str, **numbers: Any) -> int:
    """Train, show, keep. Returns the exit code."""
    learning = Learning(gate, hidden=numbers.pop("hidden"), activation=numbers.pop("activation"))
    experiment = Experiment(learning, **numbers)
    places = iter([out]) if out else numbered(Path("koubai-runs") / f"{gate}-{experiment.seed}")
    if out:
        check_free(out)
    check_writable(out or Path("koubai-runs") / "new")
    Thread(target=import_module, args=("koubai.pictures",), daemon=True).start()  # beside the compiler, which needs no Python
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
        faults = _draw(run, folder, interrupts, language)
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


def _draw(run: Run, folder: Path, interrupts: Interrupts, language: str) -> list[KoubaiError]:
    """The pictures, each a whole file or none. Returns what went wrong: the run itself is safe."""
    pictures: dict[str, Callable[[Run, str], Any]] = {"loss.png": _loss_picture}
    if run.data.inputs.shape[1] == 2:
        pictures = {"region.png": _region_picture, **pictures}
    faults: list[KoubaiError] = []
    for name, picture in pictures.items():
        if interrupts:
            break
        from koubai.pictures import save as save_picture

        try:
            with new_file(folder / name) as path:
                save_picture(picture(run, language), path)
        except KoubaiError as error:
            faults.append(error)
    return faults


def _region_picture(run: Run, language: str) -> Any:
    import numpy as np

    from koubai.core.surfaces import GRID, REGION, plane
    from koubai.pictures import draw_region

    fine = np.linspace(*REGION, 301)
    field, grid, data = plane(run.network, fine, fine), plane(run.network, GRID, GRID), run.data
    step = run.records[-1].number
    return draw_region(
        field.x,
        field.y,
        field.lead,
        points=data.inputs,
        labels=data.labels,
        grid=(grid.x, grid.y, grid.lead),
        title=sentence("picture-region-title", language, data=data.name, step=step),
        names=(data.feature_names[0], data.feature_names[1]),
        language=language,
    )


def _loss_picture(run: Run, language: str) -> Any:
    from koubai.pictures import draw_loss

    title = sentence("picture-loss-title", language, data=run.data.name, seed=run.experiment.seed)
    return draw_loss(run.losses, records=[step.number for step in run.records], title=title, language=language)
