"""One look for all pictures. Colours are Okabe and Ito's, told apart by colour-blind eyes; classes differ in shape too."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from koubai.errors import FileFault
from koubai.files import reason

BLUE, ORANGE, INK, FAINT = "#0072b2", "#d55e00", "#1f2328", "#8c959f"
CLASS_COLOURS = (BLUE, ORANGE)
CLASS_MARKERS = ("o", "s")
FIELD = LinearSegmentedColormap.from_list("koubai", ["#5aa9d6", "#f7f7f5", "#f0a06b"])  # class 0, undecided, class 1

_LOOK: dict[str, Any] = {
    "axes.edgecolor": FAINT,
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
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


@contextmanager
def look() -> Iterator[None]:
    """Within it matplotlib draws in this look; afterwards the user's own settings are as they were."""
    with rc_context(_LOOK):  # type: ignore[arg-type]
        yield


def new_axes(width: float, height: float) -> Axes:
    """Axes on a figure of their own, ``width`` × ``height`` inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes: Axes = figure.add_subplot()
    return axes


def save(axes: Axes, path: Path) -> None:
    """Write the figure of ``axes`` to ``path``, at 150 dots per inch; the format follows the name. FileFault where it can't."""
    figure = axes.figure
    with look():
        try:
            figure.savefig(path, dpi=150, metadata={"Software": None} if path.suffix == ".png" else None)  # type: ignore[union-attr]
        except OSError as error:
            raise FileFault("file", path=str(path), reason=reason(error)) from error
