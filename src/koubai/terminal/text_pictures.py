"""What a terminal shows of a training: arrays in, text out. Nothing here is computed anew, written, or timed.

Widths are counted in cells, of which a Japanese character takes two. Text has the terminal's own foreground, since nobody
knows its background; the decision region brings both colours along.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.text_columns import at_right, cells, cut, shown_loss, widest

if TYPE_CHECKING:
    from rich.style import Style
    from rich.text import Text

FIELD = ((90, 169, 214), (247, 247, 245), (240, 160, 107))  # class 0, undecided, class 1, as in the pictures
LEVELS = 48  # of the field's colours, so that neighbours are often the same
MARKS = ("○", "■")
MARK_COLOURS = ("#00304d", "#5c2200")  # blue and orange, dark enough to be seen on their own tints
CURVE_COLOUR = "#3292d0"  # the pictures' blue, as bright as is seen on white and on black
SHADES = (" ", "░", "▓", "█")  # of a field without colour: below 0.1, 0.5, 0.9, and above; the boundary is in the middle
DOTS = np.array([[1, 8], [2, 16], [4, 32], [64, 128]])  # of a braille character, by row and column

AXIS = 3  # cells left of the region
PANEL = 34  # cells that the table and the curve want beside it
NARROW_PANEL = 30
PANEL_ROWS = 16  # that it takes even where the region has fewer
GAP = 3
MOST_REGION_ROWS = 32
MOST_WIDTH = 100  # without a region
CURVE_ROWS = (3, 12)  # at least, at most
MOST_HEAD = 9  # cells of a column's name


@dataclass(frozen=True, eq=False)
class Region:
    """The answers over the plane: ``field`` (2 × rows, columns), 0 (class 0) to 1 (class 1), the lowest y first.

    Each value belongs to the middle of a half cell of the ``extent`` (left, right, bottom, top). ``points`` (k, 2) with
    ``labels`` (k,), 0 or 1, are the data; ``names`` those of the two inputs, ``classes`` those of the two labels.
    """

    field: NDArray[np.floating]
    extent: tuple[float, float, float, float]
    points: NDArray[np.floating]
    labels: NDArray[np.integer]
    names: Sequence[str]
    classes: Sequence[object]


@dataclass(frozen=True, eq=False)
class Answers:
    """The truth table: ``inputs`` (n, features), ``targets`` (n,) and ``answers`` (n,) as labels, ``values`` (n,).

    ``names`` (features,) stand above the inputs, ``target_name`` above the targets, ``value_name`` above the values.
    """

    inputs: NDArray[np.floating]
    targets: Sequence[object]
    answers: Sequence[object]
    values: NDArray[np.floating]
    names: Sequence[str]
    target_name: str
    value_name: str

    @property
    def right(self) -> list[bool]:
        """For each row, whether the answer is the target."""
        return [target == answer for target, answer in zip(self.targets, self.answers, strict=True)]


@dataclass(frozen=True, eq=False)
class View:
    """One moment of a training: ``losses`` (k,) at the steps ``numbers`` (k,), from 0 to the present one, of ``steps``."""

    numbers: NDArray[np.integer]
    losses: NDArray[np.floating]
    steps: int
    note: str = ""
    answers: Answers | None = None
    region: Region | None = None


def region_cells(width: int, height: int) -> tuple[int, int]:
    """How many columns and rows the region has in a frame of ``width`` × ``height`` cells; it looks square."""
    panel = PANEL if width >= 72 else NARROW_PANEL
    rows = min(height - 2, (width - AXIS - GAP - panel) // 2, MOST_REGION_ROWS)
    return 2 * rows, rows


def frame(view: View, width: int, height: int, *, colour: bool = True, language: str = "en") -> "Text":
    """A moment of a training on at most ``width`` × ``height`` cells: the region if there is one, table and curve beside it.

    For 59 × 16 cells and more. With ``colour`` false the characters alone say everything.
    """
    from rich.text import Text

    if view.region is None:
        lines = _panel(view, min(width, MOST_WIDTH), height, language)
    else:
        columns, rows = region_cells(width, height)
        left = [*draw_region(view.region, colour=colour), _legend(view.region, columns, colour, language)]
        panel = _panel(view, width - AXIS - columns - GAP, min(height, max(rows + 2, PANEL_ROWS)), language)
        lines = _beside(left, panel, AXIS + columns)
    return Text("\n", no_wrap=True).join(lines)


def draw_region(region: Region, *, colour: bool = True) -> list["Text"]:
    """The region with its axes, a line for every two rows of its field and one for the axis below, all of the same width."""
    from rich.text import Text

    columns, rows = region.field.shape[1], region.field.shape[0] // 2
    marks = _marked(region, columns, rows)
    paint = _coloured if colour else _shaded
    heads = {rows - 1 - row: text for row, text in _ticks(region.extent[2:], rows)}
    lines = []
    for row in range(rows):
        halves = region.field[2 * (rows - 1 - row) : 2 * (rows - row)]
        head = cut(region.names[1], AXIS - 1) if row == 0 else heads.get(row, "")
        line = Text(f"{at_right(head, AXIS - 1)} ")
        for style, painted in groupby(paint(halves, marks.get(row, {})), key=lambda cell: cell[1]):
            line.append("".join(character for character, _ in painted), style)
        lines.append(line)
    return [*lines, Text(" " * AXIS + _axis(region.extent[:2], columns, cut(region.names[0], 8)))]


def field_colour(value: float) -> tuple[int, int, int]:
    """Red, green and blue of a value of the field: the tint of class 0 at 0, nearly white at 0.5, that of class 1 at 1."""
    red, green, blue = (round(float(np.interp(value, (0, 0.5, 1), channel))) for channel in zip(*FIELD, strict=True))
    return red, green, blue


def draw_curve(numbers: ArrayLike, losses: ArrayLike, steps: int, width: int, rows: int) -> list[str]:
    """The ``losses`` (k,) at the steps ``numbers`` (k,) as braille dots, ``rows`` lines of ``width`` cells.

    Its left is step 0, its right the step ``steps``; its bottom is 0, its top the largest loss. What isn't finite is left out.
    """
    at, values = np.asarray(numbers, np.float64), np.asarray(losses, np.float64)
    at, values = at[np.isfinite(values)], values[np.isfinite(values)]
    dots = np.zeros((4 * rows, 2 * width), bool)
    if len(at):
        here = np.arange(1 + round((2 * width - 1) * min(1.0, at[-1] / max(1, steps))))
        heights = np.interp(here * max(1, steps) / (2 * width - 1), at, values) / max(float(values.max()), 1e-300)
        places = np.rint((4 * rows - 1) * (1 - np.clip(heights, 0, 1))).astype(int)
        for column, (before, place) in enumerate(zip([places[0], *places[:-1]], places, strict=True)):
            dots[min(before + 1, place) : max(before - 1, place) + 1, column] = True
    codes = (dots.reshape(rows, 4, width, 2) * DOTS[:, None, :]).sum(axis=(1, 3))
    return ["".join(chr(0x2800 + code) if code else " " for code in line) for line in codes]


def draw_answers(table: Answers, width: int, height: int, language: str = "en") -> list["Text"]:
    """The truth table in ``width`` × ``height`` cells: its head, as many rows as fit, then "…", and how many are right."""
    from rich.text import Text

    right = table.right
    room = max(1, height - 2)
    shown = len(right) if len(right) <= room else max(1, room - 1)
    columns = _columns(table, shown, width, language)
    gap = 2 if sum(widest(column) + 2 for column in columns) - 2 <= width else 1
    lines = []
    for row in range(shown + 1):
        line = Text(style="bold" if row == 0 else "")
        for place, column in enumerate(columns):
            line.append(" " * gap if place else "").append(at_right(column[row], widest(column)), _sign_style(column[row]))
        lines.append(line)
    if shown < len(right):
        lines.append(Text("…"))
    return [*lines, Text(sentence("progress-right", language, right=sum(right), rows=len(right)))]


def _panel(view: View, width: int, height: int, language: str) -> list["Text"]:
    """Step, table and curve, one below the other, none wider than ``width``."""
    from rich.text import Text

    lines = _status(view, width, language)
    if view.answers is not None:
        room = height - len(lines) - CURVE_ROWS[0] - 2
        lines += [*draw_answers(view.answers, width, room, language), Text()]
    first, now = (shown_loss(float(view.losses[place])) for place in (0, -1))
    lines.append(Text(sentence("terminal-loss", language, first=first, now=now), "bold"))
    rows = min(CURVE_ROWS[1], height - len(lines))
    curve = draw_curve(view.numbers, view.losses, view.steps, width, rows)
    lines += [Text(line, CURVE_COLOUR) for line in curve]
    for line in lines:
        line.truncate(width)
    return lines


def _status(view: View, width: int, language: str) -> list["Text"]:
    from rich.text import Text

    number = int(view.numbers[-1])
    done = round(width * number / view.steps) if view.steps else width
    bar = Text("━" * done, CURVE_COLOUR).append("─" * (width - done), "dim")
    step = Text(sentence("terminal-step", language, step=number, steps=view.steps), "bold")
    return [step, bar, Text(view.note), Text()]


def _legend(region: Region, columns: int, colour: bool, language: str) -> "Text":
    """What the signs of the classes look like, on ``columns`` cells: with the classes' names only, where there is no room."""
    from rich.text import Text

    names = [sentence("terminal-class", language, label=label) for label in region.classes]
    if sum(map(cells, names)) + 2 * 4 + 3 > columns:
        names = [cut(str(label), (columns - 2 * 4 - 3) // 2) for label in region.classes]
    line = Text(" " * AXIS)
    for label, (mark, name, shade) in enumerate(zip(MARKS, names, (SHADES[1], SHADES[-1]), strict=True)):
        line.append("   " if label else "")
        if colour:
            line.append(f" {mark} ", _cell_style(label * LEVELS, label * LEVELS, label))
        else:
            line.append(f"{shade} {mark}")
        line.append(f" {name}")
    return line


def _beside(left: Sequence["Text"], right: Sequence["Text"], width: int) -> list["Text"]:
    """Two columns of lines, the left one ``width`` cells wide."""
    from rich.text import Text

    lines = []
    for start, end in zip_longest(left, right, fillvalue=Text()):
        line = start.copy()
        line.truncate(width, pad=bool(end.plain))
        lines.append(line.append(" " * GAP).append_text(end) if end.plain else line)
    return lines


def _marked(region: Region, columns: int, rows: int) -> dict[int, dict[int, int]]:
    """Row -> column -> label of the points that lie within the extent."""
    left, right, bottom, top = region.extent
    marks: dict[int, dict[int, int]] = {}
    for (x, y), label in zip(region.points, region.labels, strict=True):
        column, row = int((x - left) / (right - left) * columns // 1), int((top - y) / (top - bottom) * rows // 1)
        if 0 <= column < columns and 0 <= row < rows:
            marks.setdefault(row, {})[column] = int(label)
    return marks


def _coloured(halves: NDArray[np.floating], marks: dict[int, int]) -> Iterable[tuple[str, "Style"]]:
    """The cells of one line, each with its style: the upper half is the foreground, the lower one the background."""
    levels = np.rint(np.clip(halves, 0, 1) * LEVELS).astype(int)
    middle = np.rint(levels.mean(axis=0)).astype(int).tolist()
    for column, (lower, upper) in enumerate(levels.T.tolist()):
        if column in marks:
            yield MARKS[marks[column]], _cell_style(middle[column], middle[column], marks[column])
        else:
            yield "▀", _cell_style(upper, lower, None)


def _shaded(halves: NDArray[np.floating], marks: dict[int, int]) -> Iterable[tuple[str, str]]:
    """The same without colour: the more of class 1, the denser; a blank on either side of a point."""
    shades = np.searchsorted((0.1, 0.5, 0.9), halves.mean(axis=0), side="right")
    for column, shade in enumerate(shades):
        if column in marks:
            yield MARKS[marks[column]], ""
        else:
            yield " " if marks.keys() & {column - 1, column + 1} else SHADES[shade], ""


@cache
def _cell_style(upper: int, lower: int, label: int | None) -> "Style":
    """The style of a cell whose halves have these levels, or of a point with ``label`` on it."""
    from rich.color import Color
    from rich.style import Style

    above, below = (Color.from_rgb(*field_colour(level / LEVELS)) for level in (upper, lower))
    if label is not None:
        return Style(color=Color.parse(MARK_COLOURS[label]), bgcolor=below, bold=True)
    return Style(color=above, bgcolor=below)


def _ticks(ends: tuple[float, float], cells: int) -> list[tuple[int, str]]:
    """The whole numbers between two ends, each with the cell, of ``cells``, in which it lies."""
    whole = range(int(np.ceil(ends[0])), int(np.floor(ends[1])) + 1)
    return [(min(cells - 1, int((tick - ends[0]) / (ends[1] - ends[0]) * cells)), str(tick)) for tick in whole]


def _axis(ends: tuple[float, float], columns: int, name: str) -> str:
    """The line below the region: whole numbers below their columns, the name at its end; what has no room is left out."""
    line, room = "", columns - cells(name) - 1
    for column, text in _ticks(ends, columns):
        start = column + 1 - len(text)  # its last digit stands below the column
        if start > len(line) - (not line) and start + len(text) <= room:
            line = line.ljust(start) + text
    return line.ljust(room + 1) + name


def _columns(table: Answers, shown: int, width: int, language: str) -> list[list[str]]:
    """The columns of the table as strings, the head first, with as many inputs as fit into ``width``."""
    inputs = [[name, *(f"{x:.4g}" for x in values)] for name, values in zip(table.names, table.inputs[:shown].T, strict=True)]
    judged = [
        [table.target_name, *map(str, table.targets[:shown])],
        [sentence("report-answer", language), *map(str, table.answers[:shown])],
        ["", *("✓" if right else "✗" for right in table.right[:shown])],
        [table.value_name, *map(_value, table.values[:shown])],
    ]
    inputs, judged = ([[cut(text, MOST_HEAD) for text in column] for column in columns] for columns in (inputs, judged))
    left_out: list[list[str]] = []
    while inputs and sum(widest(column) + 1 for column in [*inputs, *left_out, *judged]) - 1 > width:
        inputs.pop()
        left_out = [["…"] * (shown + 1)]
    return [*inputs, *left_out, *judged]


def _sign_style(cell: str) -> str:
    return {"✓": "bold green", "✗": "bold red"}.get(cell, "")


def _value(value: float) -> str:
    return f"{value:.4f}" if abs(value) < 1e3 else f"{value:.3g}"
