"""A run as the arrays that pictures and films show, and these drawn into a folder."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.cli import samples
from koubai.cli.artist import Artist
from koubai.cli.samples import MOST_FRAMES, Picture, thinned
from koubai.cli.wanted import Wanted
from koubai.core.network import Network
from koubai.core.surfaces import FINE, GRID, REGION, lead, plane
from koubai.errors import KoubaiError
from koubai.experiment import Run
from koubai.files import new_file
from koubai.locale import sentence
from koubai.pictures.panel import Panel

FILM_FINE = np.linspace(*REGION, 121)  # along either axis of a film's field
MOST_PANELS = 4  # regions side by side

Job = tuple[list[str], str, dict[str, Any]]  # the files of the same picture or film, the function, its arrays


class _StoppedError(Exception):
    """A signal came while something was drawn: it is not kept."""


def draw(run: Run, folder: Path, wanted: Wanted, artist: Artist, stop: Callable[[], bool], language: str) -> list[KoubaiError]:
    """Draw what is wanted of ``run`` into ``folder``. Returns what went wrong."""
    jobs = jobs_of(pictures_of(run, language), wanted)
    if wanted.films:
        films = samples.films_of(run, language) if run.experiment.problem.sampled else [("save_film", reel_of(run))]
        jobs += [([f"film.{form}" for form in wanted.films], function, reel) for function, reel in films]
    return draw_jobs(jobs, folder, wanted, artist, stop, language)


def jobs_of(pictures: Iterable[Picture], wanted: Wanted) -> list[Job]:
    """``pictures`` in every format that is wanted; where none is, they aren't even prepared."""
    return [
        ([f"{name}.{form}"], function, values)
        for name, function, values in (pictures if wanted.pictures else ())
        for form in wanted.pictures
    ]


def draw_jobs(
    jobs: Sequence[Job], folder: Path, wanted: Wanted, artist: Artist, stop: Callable[[], bool], language: str
) -> list[KoubaiError]:
    """Draw ``jobs`` into ``folder``, each file whole or not at all. Returns what went wrong."""
    faults: list[KoubaiError] = []
    for names, function, values in jobs:
        try:
            _draw_files([folder / name for name in names], function, values, wanted, artist, stop, language)
        except _StoppedError:
            break
        except KoubaiError as fault:
            faults.append(fault)
    return faults


def _draw_files(
    paths: list[Path],
    function: str,
    values: dict[str, Any],
    wanted: Wanted,
    artist: Artist,
    stop: Callable[[], bool],
    language: str,
) -> None:
    """One picture, or all films of a run, whose frames are drawn once."""
    with ExitStack() as files:
        beside = [files.enter_context(new_file(path)) for path in paths]
        where: dict[str, Any] = {"path": beside[0]}
        if function.endswith("film"):
            where = {"paths": beside, "size": wanted.size, "rate": wanted.rate}
        if not artist.call(function, stop=stop, **{**values, **where}, language=language):
            artist.close()
            raise _StoppedError


def pictures_of(run: Run, language: str) -> Iterator[Picture]:
    """Every picture of a run."""
    data, network = run.data, run.network
    about = {"data": samples.named(data, language), "step": run.best.number, "seed": run.experiment.seed}

    def title(name: str) -> dict[str, str]:
        return {"title": sentence(f"picture-{name}-title", language, **about)}

    sampled = run.experiment.problem.sampled
    yield from samples.pictures_of(run, language) if sampled else _answers_of(run, title)
    layers = [(layer.weights, layer.bias) for layer in network.layers]
    classes = [str(label) for label in data.classes] or samples.targets_of(data)
    yield "network", "save_network", {"layers": layers, "names": data.feature_names, "answers": classes, **title("network")}
    if sampled:  # its history says more than the losses of its batches
        return
    if data.inputs.shape[1] == 2 and len(layers) > 1:
        field = plane(network, FINE, FINE)
        pull = layers[1][0][:, -1] - layers[1][0][:, 0]
        units = {"weights": layers[0][0], "bias": layers[0][1], "pull": pull, "names": data.feature_names}
        yield "units", "save_units", {**units, **_field(field), **_points(run), **title("units")}
    records = [step.number for step in run.records]
    loss = {"losses": run.losses, "records": records, "loss": run.experiment.problem.loss}
    yield "loss", "save_loss", {**loss, **title("loss")}


def _answers_of(run: Run, title: Callable[[str], dict[str, str]]) -> Iterator[Picture]:
    """The region, in several panels for three and four inputs; the truth table as squares for more than two."""
    data, network = run.data, run.network
    inputs = data.inputs.shape[1]
    if inputs == 2:
        grid = plane(network, GRID, GRID)
        marks = {"grid": (grid.x, grid.y, grid.lead), "names": data.feature_names, "output": network.output}
        yield "region", "save_region", {**_field(plane(network, FINE, FINE)), **_points(run), **marks, **title("region")}
        return
    if 2 ** (inputs - 2) <= MOST_PANELS:
        yield "region", "save_regions", {**_panels(run), **title("region")}
    table = {"inputs": inputs, "labels": data.labels, "field": lead(network.answers(data.inputs)), "output": network.output}
    yield "table", "save_table", {**table, **title("table")}


def _panels(run: Run) -> dict[str, Any]:
    """A panel for every setting of the inputs after the second."""
    data, network = run.data, run.network
    panels = []
    for further in product((0.0, 1.0), repeat=data.inputs.shape[1] - 2):
        rows = np.all(data.inputs[:, 2:] == further, axis=1)
        panel = Panel(
            title=", ".join(f"{name} = {value:g}" for name, value in zip(data.feature_names[2:], further, strict=True)),
            field=plane(network, FINE, FINE, further=further).lead,
            points=data.inputs[rows, :2],
            labels=data.labels[rows],
            names=data.feature_names[:2],
            output=network.output,
        )
        panels.append(panel)
    return {"x": FINE, "y": FINE, "panels": panels}


def _field(over: Any) -> dict[str, NDArray[Any]]:
    return {"x": over.x, "y": over.y, "field": over.lead}


def _points(run: Run) -> dict[str, NDArray[Any]]:
    return {"points": run.data.inputs, "labels": run.data.labels}


def reel_of(run: Run) -> dict[str, Any]:
    """The fields of ``koubai.pictures.Reel`` for a run."""
    data, steps = run.data, thinned(run.records, MOST_FRAMES)
    networks: list[Network] = [step.parameters for step in steps]
    reel: dict[str, Any] = {
        "data": data.name,
        "numbers": np.array([step.number for step in steps]),
        "losses": run.losses,
        "layers": [[(layer.weights, layer.bias) for layer in network.layers] for network in networks],
        "answers": np.stack([lead(network.answers(data.inputs)) for network in networks]),
        "inputs": data.inputs,
        "labels": data.labels,
        "names": data.feature_names,
        "classes": [str(label) for label in data.classes],
        "output": run.network.output,
    }
    if data.inputs.shape[1] == 2:
        fields = [plane(network, FILM_FINE, FILM_FINE).lead.astype(np.float32) for network in networks]
        marks = [plane(network, GRID, GRID).lead.astype(np.float32) for network in networks]
        over = {"x": FILM_FINE, "y": FILM_FINE, "grid": (GRID, GRID)}
        reel |= {**over, "fields": np.stack(fields), "marks": np.stack(marks)}
    return reel
