"""Several decision regions side by side, in panels of the same size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from koubai.pictures.region import RegionDisplay, class_marks, finish_bar
from koubai.pictures.region_panel import Panel
from koubai.pictures.theme import QUIET, look, new_figure, shortened

TITLE_SIZE, NAME_SIZE, NOTE_SIZE, LABEL_SIZE, SMALL = 12.0, 10.0, 8.5, 9.0, 8.0  # points


@dataclass(frozen=True)
class _Plan:
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

    def place(self, number: int) -> tuple[float, float, float, float]:
        """Of a panel in the figure: left, bottom, width and height as shares of it."""
        row, column = divmod(number, self.columns)
        width, height = self.size
        x = self.left + column * self.step[0]
        y = height - self.above - self.head - self.side - row * self.step[1]
        return x / width, y / height, self.side / width, self.side / height


def draw_regions(x: ArrayLike, y: ArrayLike, panels: Sequence[Panel], *, title: str = "", language: str = "en") -> Figure:
    """Draw regions side by side, up to twelve or so: their fields over ``x`` (m,) and ``y`` (n,), evenly spaced.

    Returns the figure, with a colour bar for all.
    """
    with look():
        plan = _Plan(len(panels), len({tuple(panel.names) for panel in panels}) > 1, any(panel.note for panel in panels))
        figure = new_figure(*plan.size)
        figure.set_layout_engine("none")
        width, height = plan.size
        for number, panel in enumerate(panels):
            display = RegionDisplay(figure.add_axes(plan.place(number)), x, y, panel.names, panel.output)
            display.label.set_fontsize(SMALL)
            display.clear = 0.5
            display.mark_points(panel.points, panel.labels, size=16 * plan.side**2)
            display.update(panel.field)
            _write_around(display, panel, plan, number)
        (left, low, _, high), (_, lowest, *_) = plan.place(0), plan.place(len(panels) - 1)
        bar = figure.add_axes((1 - (plan.right - 0.2) / width, lowest, 0.15 / width, low + high - lowest))
        finish_bar(figure.colorbar(display.image, cax=bar), {panel.output for panel in panels}, language)
        bar.tick_params(labelsize=SMALL)
        bar.yaxis.label.set_fontsize(LABEL_SIZE)
        close = {"borderpad": 0, "borderaxespad": 0, "handletextpad": 0.2, "columnspacing": 1.4, "fontsize": LABEL_SIZE}
        at = (left, 0.1 / height)
        figure.legend(handles=class_marks(language), ncols=2, loc="lower left", bbox_to_anchor=at, **close)
        heading = shortened(title, 72 * (width - plan.left - 0.1), TITLE_SIZE)
        figure.text(left, 1 - 0.14 / height, heading, fontsize=TITLE_SIZE, va="top", parse_math=False)
    return figure


def _write_around(display: RegionDisplay, panel: Panel, plan: _Plan, number: int) -> None:
    """Title, note, names and numbers of a panel, none wider than itself."""
    ax, room = display.ax, 72 * plan.side
    name, note = shortened(panel.title, room, NAME_SIZE), shortened(panel.note, room, NOTE_SIZE)
    ax.set_title(name, fontsize=NAME_SIZE, pad=19 if note else 6, parse_math=False)
    above: dict[str, Any] = {"xycoords": "axes fraction", "xytext": (0, 6), "textcoords": "offset points", "parse_math": False}
    ax.annotate(note, (0, 1), fontsize=NOTE_SIZE, color=QUIET, **above)
    lowest, first = number + plan.columns >= plan.count, number % plan.columns == 0
    across, up = (shortened(text, room, LABEL_SIZE) for text in panel.names)
    ax.set_xlabel(across if lowest or plan.names_differ else "", fontsize=LABEL_SIZE, labelpad=2, parse_math=False)
    ax.set_ylabel(up if first or plan.names_differ else "", fontsize=LABEL_SIZE, labelpad=2, parse_math=False)
    ax.set_xticks(_whole_numbers(display.x))
    ax.set_yticks(_whole_numbers(display.y))
    ax.tick_params(labelsize=SMALL, labelbottom=lowest, labelleft=first)


def _whole_numbers(along: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.arange(np.ceil(along[0]), np.floor(along[-1]) + 1)
