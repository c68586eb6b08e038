"""The film of a gate's training: region (or truth table), network, loss and answers together, one frame a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from koubai.locale import sentence
from koubai.pictures.film_canvas import LossTrack, Stage
from koubai.pictures.network_diagram import NetworkDisplay, Parameters, largest_of, network_legend
from koubai.pictures.region import RegionDisplay, region_legend
from koubai.pictures.theme import INK, ORANGE
from koubai.pictures.truth_table import TableDisplay

MOST_ANSWERS = 4  # rows of the truth table beside a region


@dataclass(frozen=True, eq=False)
class FilmData:
    """What a film shows: k records. With two inputs ``fields`` (k, n, m) over ``x`` (m,), ``y`` (n,), and ``marks`` (k, j, i)
    over ``grid`` (i,), (j,); with more inputs these are None. ``answers`` (k, rows): the probability of class 1 in every row of
    the data, ``inputs`` (rows, features) with ``labels`` (rows,). ``numbers`` (k,): the steps of the records; ``losses``:
    of all steps.
    """  # fmt: skip

    data: str
    numbers: NDArray[np.int64]
    losses: NDArray[np.float64]
    layers: Sequence[Parameters]
    answers: NDArray[np.floating[Any]]
    inputs: NDArray[np.float64]
    labels: NDArray[np.int64]
    names: Sequence[str]
    classes: Sequence[str]
    x: NDArray[np.float64] | None = None
    y: NDArray[np.float64] | None = None
    fields: NDArray[np.floating[Any]] | None = None
    grid: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    marks: NDArray[np.floating[Any]] | None = None
    output: str = "softmax"

    def stage(self, size: tuple[int, int], language: str) -> Stage:
        """Where the film is drawn."""
        return GateStage(self, size, language)


class GateStage(Stage):
    """The stage of a Reel."""

    def __init__(self, reel: FilmData, size: tuple[int, int], language: str) -> None:
        self.reel = reel
        super().__init__(size, language)

    def build(self) -> None:
        """Left the answers, right above the network, below it the loss and the rows of the truth table; or all in a column."""
        left = (0.055, 0.17, 0.42, 0.72) if self.wide else (0.13, 0.555, 0.8, 0.385)
        upper = (0.52, 0.44, 0.46, 0.46) if self.wide else (0.04, 0.26, 0.92, 0.22)
        lower = (0.57, 0.1, 0.28, 0.25) if self.wide else (0.13, 0.06, 0.5, 0.15)
        aside = (0.87, 0.1, 0.12, 0.25) if self.wide else (0.71, 0.06, 0.27, 0.15)
        self.title = self.title_at(left[0])
        self._build_answers(self.figure.add_axes(left))
        self._build_network(self.figure.add_axes(upper))
        self.loss = LossTrack(self.figure.add_axes(lower), self.reel.losses, self.language)
        self.moving += self.loss.moving
        self._build_table(self.figure.add_axes(aside))

    def _build_answers(self, ax: Axes) -> None:
        reel = self.reel
        self.region: RegionDisplay | None = None
        self.table: TableDisplay | None = None
        if reel.fields is not None and reel.x is not None and reel.y is not None:
            self.region = RegionDisplay(ax, reel.x, reel.y, reel.names, reel.output)
            self.region.mark_points(reel.inputs, reel.labels)
            region_legend(ax, self.language, below=-0.1 if self.wide else -0.09)
            self.move(ax, self.region.moving)  # over them the data's own points
        else:
            self.table = TableDisplay(ax, reel.inputs.shape[1], reel.labels)
            self.moving += [self.table.image, *ax.collections, *ax.texts]

    def _build_network(self, ax: Axes) -> None:
        reel = self.reel
        first = reel.layers[0]
        sizes = [np.shape(first[0][0])[0], *(np.shape(bias)[0] for _, bias in first)]
        largest = max(largest_of(layers) for layers in reel.layers)
        self.network = NetworkDisplay(ax, sizes, reel.names, reel.classes, largest)
        network_legend(ax, largest, self.language)
        self.move(ax, self.network.moving)  # over them the units, in which the lines end
        self.moving += self.network.numbers

    def _build_table(self, ax: Axes) -> None:
        ax.set_axis_off()
        ax.set_title(sentence("film-answers", self.language), fontsize=10, pad=4)
        rows = min(MOST_ANSWERS, len(self.reel.inputs)) if self.region is not None else 0
        self.lines = [ax.text(0, 0.86 - 0.25 * row, "", fontsize=11, transform=ax.transAxes) for row in range(rows)]
        if not rows:
            self.lines = [ax.text(0, 0.6, "", fontsize=11, transform=ax.transAxes)]
        self.moving += self.lines

    def update(self, at: int) -> None:
        """Let everything show record ``at``."""
        reel, number = self.reel, int(self.reel.numbers[at])
        loss, last = f"{reel.losses[number]:.4f}", int(reel.numbers[-1])
        self.title.set_text(sentence("film-title", self.language, data=reel.data, step=number, last=last, loss=loss))
        if self.region is not None and reel.fields is not None:
            marks = (*reel.grid, reel.marks[at]) if reel.grid is not None and reel.marks is not None else None
            self.region.update(reel.fields[at], marks)
        if self.table is not None:
            self.table.update(reel.answers[at])
        self.network.update(reel.layers[at])
        self.loss.update(number)
        self._write_answers(reel.answers[at] > 0.5)

    def _write_answers(self, answers: NDArray[np.bool_]) -> None:
        reel = self.reel
        right = answers == (reel.labels == 1)
        if self.region is None:
            counted = sentence("progress-right", self.language, right=int(right.sum()), rows=len(right))
            self.lines[0].set_text(counted)
            return
        for line, inputs, answer, good in zip(self.lines, reel.inputs, answers, right, strict=False):
            values = " ".join(f"{value:g}" for value in inputs)
            line.set_text(f"{values}  →  {reel.classes[int(answer)]}  {'✓' if good else '✗'}")
            line.set_color(INK if good else ORANGE)
