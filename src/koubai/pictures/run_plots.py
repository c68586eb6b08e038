"""Which pictures and films a run has, and the arrays that they show."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koubai.core.network import Network
from koubai.core.projection import FINE, GRID, REGION, lead, plane
from koubai.experiment import Run
from koubai.locale import sentence
from koubai.pictures import dataset_plots
from koubai.pictures.dataset_plots import MOST_FRAMES, Picture, Prepare, Title, thinned
from koubai.pictures.region_panel import Panel

FILM_FINE = np.linspace(*REGION, 121)  # along either axis of a film's field
MOST_PANELS = 4  # regions side by side


def pictures_of(run: Run, language: str) -> Iterator[Picture]:
    """Every picture of a run."""
    for name, prepare in choices_of(run, language).items():
        function, values = prepare()
        yield name, function, values


def choices_of(run: Run, language: str) -> dict[str, Prepare]:
    """Every picture of a run, by the name of its file: what is computed only for that which is wanted."""
    data, network = run.data, run.network
    about = {"data": dataset_plots.named(data, language), "step": run.best.number, "seed": run.experiment.seed}

    def title(name: str) -> dict[str, str]:
        return {"title": sentence(f"picture-{name}-title", language, **about)}

    sampled = _is_sample(run)
    made = dataset_plots.choices_of(run, language) if sampled else _answers_of(run, title)
    layers = [(layer.weights, layer.bias) for layer in network.layers]
    classes = [str(label) for label in data.classes] or dataset_plots.targets_of(data)
    diagram = {"layers": layers, "names": data.feature_names, "answers": classes, **title("network")}
    made["network"] = lambda: ("save_network", diagram)
    if sampled:  # its history says more than the losses of its batches
        return made
    if data.inputs.shape[1] == 2 and len(layers) > 1:
        made["units"] = lambda: ("save_units", {**_units(run), **title("units")})
    records = [step.number for step in run.records]
    loss = {"losses": run.losses, "records": records, "loss": run.experiment.problem.loss}
    made["loss"] = lambda: ("save_loss", {**loss, **title("loss")})
    return made


def films_of(run: Run, language: str, most: int = MOST_FRAMES) -> list[tuple[str, dict[str, Any]]]:
    """The film of a run, if there is something to see: the function of koubai.pictures, and its reel.

    It has at most ``most`` frames.
    """
    if _is_sample(run):
        return dataset_plots.films_of(run, language, most)
    return [("save_film", reel_of(run, most))]


def _is_sample(run: Run) -> bool:
    """Whether the rows are shown where they lie, not as a truth table, which has two classes, and inputs of 0 and 1."""
    data = run.data
    table = len(data.classes) == 2 and data.inputs.shape[1] > 1 and bool(np.isin(data.inputs, (0, 1)).all())
    return run.experiment.problem.sampled or not table


def _answers_of(run: Run, title: Title) -> dict[str, Prepare]:
    """The region, in several panels for three and four inputs; the truth table as squares for more than two."""
    inputs, made = run.data.inputs.shape[1], dict[str, Prepare]()
    if inputs == 2:
        return {"region": lambda: ("save_region", {**_region(run), **title("region")})}
    if 2 ** (inputs - 2) <= MOST_PANELS:
        made["region"] = lambda: ("save_regions", {**_panels(run), **title("region")})
    made["table"] = lambda: ("save_table", {**_table(run), **title("table")})
    return made


def _region(run: Run) -> dict[str, Any]:
    network, grid = run.network, plane(run.network, GRID, GRID)
    marks = {"grid": (grid.x, grid.y, grid.lead), "names": run.data.feature_names, "output": network.output}
    return {**_field(plane(network, FINE, FINE)), **_points(run), **marks}


def _table(run: Run) -> dict[str, Any]:
    data, network = run.data, run.network
    field = lead(network.answers(data.inputs))
    return {"inputs": data.inputs.shape[1], "labels": data.labels, "field": field, "output": network.output}


def _units(run: Run) -> dict[str, Any]:
    first, second = run.network.layers[:2]
    pull = second.weights[:, -1] - second.weights[:, 0]
    units = {"weights": first.weights, "bias": first.bias, "pull": pull, "names": run.data.feature_names}
    return {**units, **_field(plane(run.network, FINE, FINE)), **_points(run)}


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


def reel_of(run: Run, most: int = MOST_FRAMES) -> dict[str, Any]:
    """The fields of ``koubai.pictures.Reel`` for a run: at most ``most`` of its records."""
    data, steps = run.data, thinned(run.records, most)
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
