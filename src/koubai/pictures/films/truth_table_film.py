"""The film of a gate's training: region (or truth table), network, loss and answers together, one frame a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from koubai.core.projection import GRID, REGION, lead, plane
from koubai.locale import sentence
from koubai.pictures.artists.network_diagram import Layers, NetworkArtist, largest_parameter, layer_sizes, network_legend
from koubai.pictures.artists.region import RegionArtist, region_legend
from koubai.pictures.artists.truth_table import TruthTableArtist
from koubai.pictures.display import Floats, Integers, freeze_arrays, frozen_array
from koubai.pictures.displays.network_diagram import frozen_layers
from koubai.pictures.films.artist_tracks import NetworkTrack, RegionTrack, TruthTableTrack
from koubai.pictures.films.canvas import FilmCanvas
from koubai.pictures.films.film import MOST_FRAMES, Film, thinned_records
from koubai.pictures.films.tracks import AnswersTrack, LossTrack, RightAnswersTrack, TitleTrack

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from koubai.core.network import Network
    from koubai.experiment import Run

MOST_ANSWERS = 4  # rows of the truth table beside a region
FINE = np.linspace(*REGION, 121)  # along either axis of the region


@dataclass(frozen=True, eq=False)
class RegionFrames:
    """The decision regions of k records.

    Attributes:
        x: (m,), evenly spaced.
        y: (n,), evenly spaced.
        fields: (k, n, m), the probability of class 1.
        grid: The axes (i,) and (j,) of a grid of points that are marked, if there is one.
        grid_fields: (k, j, i), the probability of class 1 at its points.
    """

    x: Floats
    y: Floats
    fields: Floats
    grid: tuple[Floats, Floats] | None = None
    grid_fields: Floats | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self, x=np.float64, y=np.float64, fields=None, grid_fields=None)
        if self.grid is not None:
            object.__setattr__(self, "grid", (frozen_array(self.grid[0]), frozen_array(self.grid[1])))

    @classmethod
    def from_networks(cls, networks: "Sequence[Network]") -> Self:
        """The regions of networks with two inputs."""
        fields = [plane(network, FINE, FINE).lead.astype(np.float32) for network in networks]
        grid_fields = [plane(network, GRID, GRID).lead.astype(np.float32) for network in networks]
        return cls(FINE, FINE, np.stack(fields), (GRID, GRID), np.stack(grid_fields))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class TruthTableFilm(Film):
    """The film of a run that learns a truth table.

    Attributes:
        layers: The weights and biases of every record.
        answers: (k, rows), the probability of class 1 in every row of the data.
        inputs: (rows, features), the data.
        labels: (rows,), their classes, 0 or 1.
        names: What the inputs are called.
        classes: What both classes are called.
        region: The decision regions, where there are two inputs; otherwise the truth table is shown.
        output: "softmax", or "identity" where the probabilities are leads of class 1.

    >>> import koubai as kb
    >>> film = TruthTableFilm.from_run(kb.train("xor", steps=2, record_every=1))
    >>> film.numbers.tolist(), film.answers.shape, film.region.fields.shape
    ([0, 1, 2], (3, 4), (3, 121, 121))
    """

    layers: Sequence[Layers]
    answers: Floats
    inputs: Floats
    labels: Integers
    names: Sequence[str]
    classes: Sequence[str]
    region: RegionFrames | None = None
    output: str = "softmax"

    def __post_init__(self) -> None:
        super().__post_init__()
        freeze_arrays(self, answers=None, inputs=np.float64, labels=None)
        object.__setattr__(self, "layers", tuple(frozen_layers(layers) for layers in self.layers))

    @classmethod
    def from_run(cls, run: "Run", language: str = "en", most: int = MOST_FRAMES) -> Self:
        """The film of a run with two classes; its region is shown where it has two inputs."""
        data = run.data
        cls.require(len(data.classes) == 2, run, language)
        records = thinned_records(run.records, most)
        networks: list[Network] = [step.parameters for step in records]
        return cls(
            data=data.name,
            numbers=np.array([step.number for step in records]),
            losses=run.losses,
            language=language,
            layers=[[(layer.weights, layer.bias) for layer in network.layers] for network in networks],
            answers=np.stack([lead(network.answers(data.inputs)) for network in networks]),
            inputs=data.inputs,
            labels=data.labels,
            names=data.feature_names,
            classes=[str(label) for label in data.classes],
            region=RegionFrames.from_networks(networks) if data.inputs.shape[1] == 2 else None,
            output=run.network.output,
        )

    def canvas(self, size: tuple[int, int]) -> FilmCanvas:
        """Left the answers, right above the network, below it the loss and the rows of the truth table; or all in a column."""
        canvas = FilmCanvas(size)
        wide = canvas.wide
        left = (0.055, 0.17, 0.42, 0.72) if wide else (0.13, 0.555, 0.8, 0.385)
        upper = (0.52, 0.44, 0.46, 0.46) if wide else (0.04, 0.26, 0.92, 0.22)
        lower = (0.57, 0.1, 0.28, 0.25) if wide else (0.13, 0.06, 0.5, 0.15)
        aside = (0.87, 0.1, 0.12, 0.25) if wide else (0.71, 0.06, 0.27, 0.15)
        canvas.add(TitleTrack(canvas, left[0], self.data, self.numbers, self.losses, self.language))
        if self.region is not None:
            self._add_region(canvas, canvas.add_axes(left), self.region)
        else:
            table = TruthTableArtist(canvas.add_axes(left), self.inputs.shape[1], self.labels)
            canvas.add(TruthTableTrack(table, self.answers))
        self._add_network(canvas, canvas.add_axes(upper))
        canvas.add(LossTrack(canvas.add_axes(lower), self.numbers, self.losses, self.language))
        self._add_answers(canvas, canvas.add_axes(aside))
        return canvas

    def _add_region(self, canvas: FilmCanvas, ax: "Axes", frames: RegionFrames) -> None:
        region = RegionArtist(ax, frames.x, frames.y, self.names, self.output)
        region.mark_points(self.inputs, self.labels)
        region_legend(ax, self.language, below=-0.1 if canvas.wide else -0.09)
        track = RegionTrack(region, frames.fields, frames.grid, frames.grid_fields)
        canvas.add(track, above=[artist for artist in ax.collections if artist not in region.moving])  # the data's own points

    def _add_network(self, canvas: FilmCanvas, ax: "Axes") -> None:
        largest = max(largest_parameter(layers) for layers in self.layers)
        network = NetworkArtist(ax, layer_sizes(self.layers[0]), self.names, self.classes, largest)
        network_legend(ax, largest, self.language)
        units = [artist for artist in ax.collections if artist not in network.moving]  # in which the lines end
        canvas.add(NetworkTrack(network, self.layers), above=[*units, *network.numbers])

    def _add_answers(self, canvas: FilmCanvas, ax: "Axes") -> None:
        ax.set_axis_off()
        ax.set_title(sentence("film-answers", self.language), fontsize=10, pad=4)
        if self.region is None:
            canvas.add(RightAnswersTrack(ax, self.labels, self.answers, self.language))
        else:
            rows = slice(0, MOST_ANSWERS)
            canvas.add(AnswersTrack(ax, self.inputs[rows], self.labels[rows], self.answers, self.classes))
