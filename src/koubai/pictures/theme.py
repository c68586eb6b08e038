"""One look for all pictures. Colours are Okabe and Ito's, told apart by colour-blind eyes; classes and signs differ in shape.

Class 1 and what is above zero are orange, squares and solid lines; class 0 and what is below zero are blue, circles, dashes.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from koubai.errors import FileFault
from koubai.files import reason

BLUE, ORANGE, INK, QUIET, FAINT = "#0072b2", "#d55e00", "#1f2328", "#57606a", "#8c959f"
CLASS_COLOURS = (BLUE, ORANGE)
CLASS_MARKERS = ("o", "s")
SIGN_COLOURS = (BLUE, ORANGE)  # below zero, above zero
SIGN_STYLES: tuple[Any, Any] = ((0, (2.2, 1.2)), "solid")
FIELD = LinearSegmentedColormap.from_list("koubai", ["#5aa9d6", "#f7f7f5", "#f0a06b"])  # class 0, undecided, class 1
DOTS_PER_INCH = 150
NOTE_SIZE = 9.0  # points
FITTED = 1.03  # how much wider letters can become when they are fitted to the dots

_LOOK: dict[str, Any] = {
    "axes.edgecolor": FAINT,
    "axes.formatter.min_exponent": 3,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlepad": 10.0,
    "axes.titlesize": 12.0,
    "figure.facecolor": "white",
    "font.size": 10.0,
    "grid.color": "#d0d7de",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "path.sketch": None,
    "savefig.bbox": None,
    "svg.hashsalt": "koubai",
    "text.color": INK,
    "text.usetex": False,
    "xtick.color": INK,
    "ytick.color": INK,
}


@cache
def _fonts() -> list[str]:
    """DejaVu Sans for Latin letters; for Japanese the font that matplotlib-fontja ships, which is not imported for it."""
    found = find_spec("matplotlib_fontja")
    if found is None or found.origin is None:
        return ["DejaVu Sans"]
    fontManager.addfont(Path(found.origin).parent / "fonts" / "ipaexg.ttf")
    return ["DejaVu Sans", "IPAexGothic"]


@cache
def _letters() -> frozenset[int]:
    """The letters that the fonts have."""
    faces = [get_font(findfont(FontProperties(family=family), fallback_to_default=False)) for family in _fonts()]
    return frozenset().union(*(face.get_charmap() for face in faces))


@contextmanager
def look() -> Iterator[None]:
    """Within it matplotlib draws in this look; afterwards the user's own settings are as they were."""
    settings: Any = {**_LOOK, "font.family": _fonts()}
    with rc_context(settings):
        yield


def new_figure(width: float, height: float) -> Figure:
    """A figure of its own, ``width`` × ``height`` inches."""
    figure = Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1))
    FigureCanvasAgg(figure)
    return figure


def new_axes(width: float, height: float) -> Axes:
    """Axes on a figure of their own, ``width`` × ``height`` inches."""
    axes: Axes = new_figure(width, height).add_subplot()
    return axes


def shortened(text: str, room: float, size: float) -> str:
    """``text`` on one line, at most ``room`` points wide in letters of ``size`` points.

    Where it is too long, … stands for its middle: names of runs often differ in how they end. A letter that no font has is □.
    """
    line = "".join(letter if ord(letter) in _letters() else "□" for letter in " ".join(text.split()))
    most = 8 + int(8 * room / size)  # letters that could find room, if all were as narrow as can be
    line = line if len(line) <= 2 * most else line[:most] + line[-most:]
    if width_of(line, size) <= room:
        return line
    kept = bisect_right(range(1, len(line)), room, key=lambda kept: width_of(_without_middle(line, kept), size))
    return _without_middle(line, max(1, kept))


def _without_middle(line: str, kept: int) -> str:
    return f"{line[: (kept + 1) // 2].rstrip()}…{line[len(line) - kept // 2 :].lstrip()}"


def width_of(text: str, size: float) -> float:
    """How wide a line may become in letters of ``size`` points, in points."""
    font = FontProperties(family=_fonts(), size=size)
    return FITTED * float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def write_title(ax: Axes, title: str, note: str = "", *, size: float = 12.0) -> None:
    """A title, and a small line below it, neither longer than the axes are wide. They are texts as they are."""
    figure: Any = ax.figure
    room = max(72 * figure.get_figwidth() * ax.get_position().width, 150.0)
    ax.set_title(shortened(title, room, size), fontsize=size, pad=21 if note else 10, parse_math=False)
    if note:
        above: dict[str, Any] = {"xycoords": "axes fraction", "xytext": (0, 7), "textcoords": "offset points"}
        ax.annotate(shortened(note, room, NOTE_SIZE), (0, 1), fontsize=NOTE_SIZE, color=QUIET, parse_math=False, **above)


def write_below(ax: Axes, lines: Sequence[str], *, down: float = 37.0) -> None:
    """Small lines below the axes and their label, ``down`` points from them."""
    below: dict[str, Any] = {"xycoords": "axes fraction", "xytext": (0, -down), "textcoords": "offset points", "va": "top"}
    if lines:
        ax.annotate("\n".join(lines), (0, 0), fontsize=NOTE_SIZE, color=QUIET, parse_math=False, linespacing=1.4, **below)


def write_names(texts: Sequence[Text], names: Sequence[str]) -> None:
    """Let ``texts`` say ``names``, which are texts as they are: neither a $ nor a _ in front means anything in them."""
    for text, name in zip(texts, names, strict=True):
        text.set_parse_math(False)
        text.set_text(name)


def bare(ax: Axes) -> None:
    """Axes without ticks and frame."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)


def save(drawn: Axes | Figure, path: Path) -> None:
    """Write a figure, or that of some axes, to ``path``; the format follows the name. FileFault where it can't be written."""
    figure = drawn if isinstance(drawn, Figure) else drawn.figure
    assert figure is not None
    metadata = {".png": {"Software": None}, ".svg": {"Date": None}}.get(path.suffix)
    with look():
        try:
            figure.savefig(path, dpi=DOTS_PER_INCH, metadata=metadata)  # type: ignore[union-attr]
        except OSError as error:
            raise FileFault("file", path=str(path), reason=reason(error)) from error
