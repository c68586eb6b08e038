"""koubai train: one training, seen and kept."""

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import Any, TextIO

from koubai.cli.interrupts import Interrupts, noticed
from koubai.cli.report import Outcome, as_json, as_text, started
from koubai.errors import Diverged, KoubaiError
from koubai.experiment import Experiment, Learning, Recording, Run
from koubai.experiment.folder import save
from koubai.files import check_free, check_writable, new_file, numbered
from koubai.locale import sentence
from koubai.progress import shown


def train(gate: str, out: Path | None, quiet: bool, json: bool, language: str, **numbers: Any) -> int:
    """Train, show, keep. Returns the exit code."""
    learning = Learning(gate, hidden=numbers.pop("hidden"), activation=numbers.pop("activation"))
    experiment = Experiment(learning, **numbers)
    places = iter([out]) if out else numbered(Path("koubai-runs") / f"{gate}-{experiment.seed}")
    if out:
        check_free(out)
    check_writable(out or Path("koubai-runs") / "new")
    progress = sys.stderr
    Thread(target=import_module, args=("koubai.pictures",), daemon=True).start()  # beside the compiler, which needs no Python
    with noticed() as interrupts:
        if not quiet:
            progress.write(started(experiment, language) + "\n")
        recording, began, diverged = Recording(experiment), perf_counter(), None
        try:
            _train(recording, interrupts, None if quiet else progress, language)
        except Diverged as error:
            diverged = error
        run, seconds = recording.run, perf_counter() - began
        if run is None:
            if diverged:
                raise diverged
            return _interrupted(interrupts, "interrupted-early", language)
        folder = save(run, places)
        if interrupts:
            step = run.records[-1].number
            return _interrupted(interrupts, "interrupted-kept", language, step=step, folder=folder)
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
            sys.stderr.write(sentence("error-prefix", language, sentence=f"{diverged.sentence(language)} {kept}") + "\n")
            return diverged.exit_code
        if faults:
            raise faults[0]
    return 0


def _train(recording: Recording, interrupts: Interrupts, progress: TextIO | None, language: str) -> None:
    steps = _until(interrupts, recording.of(recording.experiment.run()))
    if progress is not None:
        steps = shown(steps, recording.experiment, progress, language)
    for _ in steps:
        pass


def _until(interrupts: Interrupts, steps: Iterator[Any]) -> Iterator[Any]:
    for step in steps:
        yield step
        if interrupts:
            return


def _interrupted(interrupts: Interrupts, key: str, language: str, **values: Any) -> int:
    text = sentence(key, language, **{name: str(value) for name, value in values.items()})
    sys.stderr.write(sentence("error-prefix", language, sentence=text) + "\n")
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
