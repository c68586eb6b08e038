"""One look for all pictures, and the small things that they draw alike. Matplotlib is imported when something is drawn.

The colours are Okabe and Ito's, told apart by colour-blind eyes; classes and signs differ in shape. Class 1 and what is above
zero are orange, squares and solid lines; class 0 and what is below zero are blue, circles, dashes.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from koubai.errors import FileFault
from koubai.files import reason

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.typing import LineStyleType

BLUE, ORANGE, INK, QUIET, FAINT = "#0072b2", "#d55e00", "#1f2328", "#57606a", "#8c959f"
CLASS_COLOURS = (BLUE, ORANGE)
CLASS_MARKERS = ("o", "s")
SIGN_COLOURS = (BLUE, ORANGE)  # below zero, above zero
SIGN_STYLES: "tuple[LineStyleType, LineStyleType]" = ((0, (2.2, 1.2)), "solid")
DOTS_PER_INCH = 150
NOTE_SIZE = 9.0  # points
WIDTH_MARGIN = 1.03  # how much wider letters can become when they are fitted to the dots

_SETTINGS: dict[str, object] = {
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


def load_matplotlib() -> None:
    """Import what pictures and films need of matplotlib, which takes a second: then the first picture doesn't wait for it."""
    for module in ("backends.backend_agg", "colorbar", "figure", "font_manager", "layout_engine", "textpath"):
        import_module(f"matplotlib.{module}")
    import_module("contourpy")


@cache
def class_colormap() -> "LinearSegmentedColormap":
    """The colours of a probability of class 1: class 0 is blue, what is undecided is nearly white, class 1 is orange."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("koubai", ["#5aa9d6", "#f7f7f5", "#f0a06b"])


@cache
def _fonts() -> list[str]:
    """DejaVu Sans for Latin letters; for Japanese the font that matplotlib-fontja ships, which is not imported for it."""
    from matplotlib.font_manager import fontManager

    package = find_spec("matplotlib_fontja")
    if package is None or package.origin is None:
        return ["DejaVu Sans"]
    fontManager.addfont(Path(package.origin).parent / "fonts" / "ipaexg.ttf")
    return ["DejaVu Sans", "IPAexGothic"]


@cache
def _letters() -> frozenset[int]:
    """The letters that the fonts have."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    faces = [get_font(findfont(FontProperties(family=family), fallback_to_default=False)) for family in _fonts()]
    return frozenset().union(*(face.get_charmap() for face in faces))


@contextmanager
def use_theme() -> Iterator[None]:
    """Within it matplotlib draws in this look; afterwards the user's own settings are as they were."""
    from matplotlib import rc_context

    with rc_context({**_SETTINGS, "font.family": _fonts()}):  # type: ignore[dict-item]  # its keys are literals
        yield


def new_figure(width: float, height: float) -> "Figure":
    """A figure of its own, ``width`` × ``height`` inches, which pyplot doesn't know."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    figure = Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1))
    FigureCanvasAgg(figure)
    return figure


def leave_room_above(figure: "Figure", share: float) -> None:
    """Let the axes of a figure leave a ``share`` of its height free at the top."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(rect=(0, 0, 1, 1 - share))


def new_axes(width: float, height: float) -> "Axes":
    """Axes on a figure of their own, ``width`` × ``height`` inches."""
    axes: Axes = new_figure(width, height).add_subplot()
    return axes


def figure_of(ax: "Axes") -> "Figure":
    """The whole figure that ``ax`` belongs to."""
    from matplotlib.figure import Figure

    figure = ax.figure if isinstance(ax.figure, Figure) else ax.figure.figure
    if not isinstance(figure, Figure):
        raise TypeError(f"axes without a figure: {ax!r}")
    return figure


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
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=_fonts(), size=size)
    return WIDTH_MARGIN * float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def write_title(ax: "Axes", title: str, note: str = "", *, size: float = 12.0) -> None:
    """A title, and a small line below it, neither longer than the axes are wide. Nothing in them is taken for a formula."""
    room = max(72 * figure_of(ax).get_figwidth() * ax.get_position().width, 150.0)
    ax.set_title(shortened(title, room, size), fontsize=size, pad=21 if note else 10, parse_math=False)
    if note:
        write_at(ax, shortened(note, room, NOTE_SIZE), (0, 1), (0, 7))


def write_below(ax: "Axes", lines: Sequence[str], *, down: float = 37.0) -> None:
    """Small lines below the axes and their label, ``down`` points from them."""
    if lines:
        write_at(ax, "\n".join(lines), (0, 0), (0, -down)).set(va="top", linespacing=1.4)


def write_at(
    ax: "Axes", text: str, corner: tuple[float, float], offset: tuple[float, float], *, size: float = NOTE_SIZE
) -> "Text":
    """A quiet line in letters of ``size`` points, ``offset`` points from ``corner``, which is in shares of the axes."""
    return ax.annotate(
        text,
        corner,
        xycoords="axes fraction",
        xytext=offset,
        textcoords="offset points",
        fontsize=size,
        color=QUIET,
        parse_math=False,
    )


def write_names(texts: "Sequence[Text]", names: Sequence[str]) -> None:
    """Let ``texts`` say ``names`` as they are: neither a $ nor a _ in front means anything in them."""
    for text, name in zip(texts, names, strict=True):
        text.set_parse_math(False)
        text.set_text(name)


def remove_ticks_and_frame(ax: "Axes") -> None:
    """Leave nothing of the axes but what is drawn in them."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)


def label_colorbar(bar: "Colorbar", label: str) -> None:
    """A label beside the bar, and no frame around it."""
    bar.set_label(label)
    bar.outline.set_visible(False)


def save_figure(figure: "Figure", path: Path) -> None:
    """Write a figure to ``path``; the format follows the name.

    Raises:
        FileFault: The file can't be written.
    """
    metadata = {".png": {"Software": None}, ".svg": {"Date": None}}.get(path.suffix)
    with use_theme():
        try:
            figure.savefig(path, dpi=DOTS_PER_INCH, metadata=metadata)
        except OSError as error:
            raise FileFault("file", path=str(path), reason=reason(error)) from error
