"""Several decision regions side by side, in panels of the same size."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from koubai.core.projection import FINE, plane
from koubai.locale import sentence
from koubai.pictures.artists.region import RegionArtist, class_marks, finish_bar
from koubai.pictures.display import FigureDisplay, Floats, Integers, RunDisplay, freeze_arrays
from koubai.pictures.theme import new_figure, shortened, write_at

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from koubai.experiment import Run

TITLE_SIZE, NAME_SIZE, NOTE_SIZE, LABEL_SIZE, SMALL = 12.0, 10.0, 8.5, 9.0, 8.0  # points
MOST_PANELS = 4  # for the further inputs of one run


@dataclass(frozen=True, eq=False)
class RegionPanel:
    """A region with its own data.

    Attributes:
        title: The line above it.
        field: (n, m), the probability of class 1.
        points: (k, 2), the data.
        labels: (k,), the classes of the points, 0 or 1.
        note: A small line below the title.
        names: Of the two axes.
        output: "softmax", or "identity" where the field is the lead of class 1 and no probability.
    """

    title: str
    field: Floats
    points: Floats
    labels: Integers
    note: str = ""
    names: Sequence[str] = ("x1", "x2")
    output: str = "softmax"

    def __post_init__(self) -> None:
        freeze_arrays(self, field=None, points=np.float64, labels=None)


@dataclass(frozen=True, eq=False, repr=False)
class RegionPanelsDisplay(FigureDisplay, RunDisplay):
    """Regions side by side, up to twelve or so, with a colour bar for all.

    Attributes:
        x: (m,), evenly spaced, of all fields.
        y: (n,), evenly spaced.
        panels: The regions.

    >>> x = np.linspace(-1.5, 1.5, 7)
    >>> panel = RegionPanel("a", np.tile(x > 0, (7, 1)), points=np.zeros((1, 2)), labels=np.zeros(1, int))
    >>> figure = RegionPanelsDisplay(x, x, [panel, panel]).plot()
    >>> len(figure.axes)
    3
    """

    name = "region"

    x: Floats
    y: Floats
    panels: Sequence[RegionPanel]

    def __post_init__(self) -> None:
        freeze_arrays(self, x=np.float64, y=np.float64)

    @staticmethod
    def shows(run: "Run") -> bool:
        """Whether a run has two classes, and so few inputs after the second that every setting of them gets a panel."""
        inputs = run.data.inputs.shape[1]
        return len(run.data.classes) == 2 and inputs > 2 and 2 ** (inputs - 2) <= MOST_PANELS

    @classmethod
    def from_run(cls, run: "Run", language: str = "en") -> Self:
        """A panel for every setting of the inputs after the second, each 0 or 1; there are one or two of these."""
        cls.require(cls.shows(run))
        data, network = run.data, run.network
        panels = []
        for further in product((0.0, 1.0), repeat=data.inputs.shape[1] - 2):
            rows = np.all(data.inputs[:, 2:] == further, axis=1)
            panel = RegionPanel(
                title=", ".join(f"{name} = {value:g}" for name, value in zip(data.feature_names[2:], further, strict=True)),
                field=plane(network, FINE, FINE, further=further).lead,
                points=data.inputs[rows, :2],
                labels=data.labels[rows],
                names=data.feature_names[:2],
                output=network.output,
            )
            panels.append(panel)
        return cls(FINE, FINE, panels, title=cls.title_of(run, language), language=language)

    @classmethod
    def from_runs(cls, runs: "Sequence[Run]", names: Sequence[str], language: str = "en") -> Self:
        """A panel for each of several runs, which have two inputs and two classes.

        Args:
            runs: The runs, in the order of the panels.
            names: What they are called.
            language: The language of titles and labels.
        """
        cls.require(all(run.data.inputs.shape[1] == 2 and len(run.data.classes) == 2 for run in runs))
        panels = [_panel_of(run, name, language) for run, name in zip(runs, names, strict=True)]
        title = sentence("compare-regions-title", language, runs=len(panels))
        return cls(FINE, FINE, panels, title=title, language=language)

    def _draw(self) -> "Figure":
        panels = self.panels
        names_differ = len({tuple(panel.names) for panel in panels}) > 1
        layout = _Layout(len(panels), names_differ, any(panel.note for panel in panels))
        figure = new_figure(*layout.size)
        figure.set_layout_engine("none")
        for number, panel in enumerate(panels):
            region = RegionArtist(figure.add_axes(layout.panel(number)), self.x, self.y, panel.names, panel.output)
            region.label.set_fontsize(SMALL)
            region.label_distance = 0.5
            region.mark_points(panel.points, panel.labels, size=16 * layout.side**2)
            region.update(panel.field)
            _write_around(region, panel, layout, number)
        bar = figure.add_axes(layout.bar)
        finish_bar(figure.colorbar(region.image, cax=bar), {panel.output for panel in panels}, self.language)
        bar.tick_params(labelsize=SMALL)
        bar.yaxis.label.set_fontsize(LABEL_SIZE)
        self._write_title_and_legend(figure, layout)
        return figure

    def _write_title_and_legend(self, figure: "Figure", layout: "_Layout") -> None:
        width, height = layout.size
        left = layout.panel(0)[0]
        figure.legend(
            handles=class_marks(self.language),
            ncols=2,
            loc="lower left",
            bbox_to_anchor=(left, 0.1 / height),
            borderpad=0,
            borderaxespad=0,
            handletextpad=0.2,
            columnspacing=1.4,
            fontsize=LABEL_SIZE,
        )
        heading = shortened(self.title, 72 * (width - layout.left - 0.1), TITLE_SIZE)
        figure.text(left, 1 - 0.14 / height, heading, fontsize=TITLE_SIZE, va="top", parse_math=False)


def _panel_of(run: "Run", name: str, language: str) -> RegionPanel:
    scores = run.scores()
    loss = f"{run.losses[-1]:.4g}"
    return RegionPanel(
        title=name,
        note=sentence("compare-panel", language, loss=loss, right=scores.right, rows=scores.rows),
        field=plane(run.network, FINE, FINE).lead,
        points=run.data.inputs,
        labels=run.data.labels,
        names=run.data.feature_names,
        output=run.network.output,
    )


@dataclass(frozen=True)
class _Layout:
    """Where panels lie, all in inches. They are as large as the few or many of them allow."""

    count: int
    names_differ: bool  # then every panel says what its axes are, otherwise those at the edges do it for all
    notes: bool

    left, right, below, above = 0.62, 1.08, 0.8, 0.44

    @property
    def rows(self) -> int:
        """Up to three panels in one row, up to eight in two, then four in every row."""
        return 1 if self.count <= 3 else 2 if self.count <= 8 else -(-self.count // 4)

    @property
    def columns(self) -> int:
        return -(-self.count // self.rows)

    @property
    def side(self) -> float:
        return 2.9 if self.count <= 4 else 2.5 if self.count <= 6 else 2.2

    @property
    def head(self) -> float:
        """The height of a panel's title and note."""
        return 0.46 if self.notes else 0.28

    @property
    def step(self) -> tuple[float, float]:
        """From a panel to the next: to the right, and down."""
        return self.side + (0.5 if self.names_differ else 0.26), self.side + self.head + (0.3 if self.names_differ else 0.08)

    @property
    def size(self) -> tuple[float, float]:
        """Of the figure."""
        across, down = self.step
        width = self.left + (self.columns - 1) * across + self.side + self.right
        return width, self.above + self.head + (self.rows - 1) * down + self.side + self.below

    def panel(self, number: int) -> tuple[float, float, float, float]:
        """Where a panel lies in the figure: left, bottom, width and height as shares of it."""
        row, column = divmod(number, self.columns)
        width, height = self.size
        x = self.left + column * self.step[0]
        y = height - self.above - self.head - self.side - row * self.step[1]
        return x / width, y / height, self.side / width, self.side / height

    @property
    def bar(self) -> tuple[float, float, float, float]:
        """Where the colour bar lies: beside the panels, as high as all of them."""
        width, _ = self.size
        (_, low, _, high), (_, lowest, *_) = self.panel(0), self.panel(self.count - 1)
        return 1 - (self.right - 0.2) / width, lowest, 0.15 / width, low + high - lowest


def _write_around(region: RegionArtist, panel: RegionPanel, layout: _Layout, number: int) -> None:
    """Title, note, names and numbers of a panel, none wider than itself."""
    ax, room = region.ax, 72 * layout.side
    name, note = shortened(panel.title, room, NAME_SIZE), shortened(panel.note, room, NOTE_SIZE)
    ax.set_title(name, fontsize=NAME_SIZE, pad=19 if note else 6, parse_math=False)
    write_at(ax, note, (0, 1), (0, 6), size=NOTE_SIZE)
    lowest, first = number + layout.columns >= layout.count, number % layout.columns == 0
    across, up = (shortened(text, room, LABEL_SIZE) for text in panel.names)
    ax.set_xlabel(across if lowest or layout.names_differ else "", fontsize=LABEL_SIZE, labelpad=2, parse_math=False)
    ax.set_ylabel(up if first or layout.names_differ else "", fontsize=LABEL_SIZE, labelpad=2, parse_math=False)
    ax.set_xticks(_whole_numbers(region.x))
    ax.set_yticks(_whole_numbers(region.y))
    ax.tick_params(labelsize=SMALL, labelbottom=lowest, labelleft=first)


def _whole_numbers(along: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.arange(np.ceil(along[0]), np.floor(along[-1]) + 1)
