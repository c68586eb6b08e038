"""Every hidden unit's line in the plane: where its pre-activation is 0 (a ReLU begins there), with an arrow to its side."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.region import RegionDisplay
from koubai.pictures.theme import INK, SIGN_COLOURS, SIGN_STYLES, look, new_axes

MOST_UNITS = 16  # whose lines are drawn: more could not be told apart


def draw_units(
    weights: ArrayLike,
    bias: ArrayLike,
    pull: ArrayLike,
    *,
    x: ArrayLike,
    y: ArrayLike,
    field: ArrayLike,
    points: ArrayLike,
    labels: ArrayLike,
    title: str = "",
    names: Sequence[str] = ("x1", "x2"),
    ax: Axes | None = None,
    language: str = "en",
) -> Axes:
    """Draw the lines of the first hidden layer over the decision region.

    ``weights`` (2, units), ``bias`` (units,). ``pull`` (units,): above zero where the unit speaks for class 1 (by its weights
    to the next layer), which colours its line. ``x`` (m,), ``y`` (n,), ``field`` (n, m), ``points`` (k, 2) and ``labels`` (k,)
    as in ``draw_region``. Of more than 16 units the strongest are drawn. Units whose line
    misses the square are named below. Returns the axes, ``ax`` or new ones.
    """
    with look():
        ax = ax if ax is not None else new_axes(6.4, 5.7)
        display = RegionDisplay(ax, x, y, names)
        display.update(field)
        display.image.set_alpha(0.45)
        display.boundary.set_alpha(0.35)
        display.label.set_visible(False)
        display.mark_points(points, labels)
        w, b, speaks = (np.asarray(values, np.float64) for values in (weights, bias, pull))
        strongest = np.argsort(-np.abs(speaks) * np.hypot(*w), kind="stable")[:MOST_UNITS]
        missing = [
            str(unit + 1)
            for unit in sorted(strongest)
            if not _draw_line(ax, w[:, unit], float(b[unit]), int(speaks[unit] > 0), str(unit + 1), display)
        ]
        ax.set_title(title)
        _legend(ax, missing, len(b), language)
    return ax


def _draw_line(ax: Axes, weights: NDArray[np.float64], bias: float, sign: int, name: str, display: RegionDisplay) -> bool:
    ends = _ends(weights, bias, display.x[[0, -1]], display.y[[0, -1]])
    if ends is None:
        return False
    colour, style = SIGN_COLOURS[sign], SIGN_STYLES[sign]
    ax.plot(*ends.T, color=colour, linestyle=style, linewidth=1.8, zorder=3)
    foot = ends[0] + (0.3 + 0.4 * (int(name) % 7) / 7) * (ends[1] - ends[0])  # spread, so that names don't meet
    tip = foot + 0.22 * weights / np.hypot(*weights)
    ax.annotate("", tip, foot, arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0})
    paper = {"facecolor": "white", "edgecolor": colour, "boxstyle": "circle,pad=0.2", "linewidth": 0.9}
    ax.text(foot[0], foot[1], name, fontsize=7.5, ha="center", va="center", color=INK, bbox=paper, zorder=3.6)
    return True


def _ends(
    weights: NDArray[np.float64], bias: float, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Where the line w·(x, y) + b = 0 enters and leaves the rectangle, (2, 2); None where it passes by."""
    found = []
    weights = np.where(np.abs(weights) < 1e-300, 0, weights)  # so that a quotient stays a number
    for axis, (mine, other) in enumerate(((x, y), (y, x))):
        if weights[1 - axis] != 0:
            for at in mine:
                across = -(bias + weights[axis] * at) / weights[1 - axis]
                inside = float(np.clip(across, other[0], other[1]))
                if abs(across - inside) <= 1e-12 * (other[1] - other[0]):  # a line through a corner may miss it by rounding
                    found.append((at, inside) if axis == 0 else (inside, at))
    if len(found) < 2:
        return None
    points = np.array(found)
    far = max(range(1, len(points)), key=lambda i: float(np.hypot(*(points[i] - points[0]))))
    return points[[0, far]] if np.hypot(*(points[far] - points[0])) > 1e-9 else None


def _legend(ax: Axes, missing: list[str], units: int, language: str) -> None:
    handles = [
        Line2D([], [], color=SIGN_COLOURS[sign], linestyle=SIGN_STYLES[sign], linewidth=2, label=sentence(key, language))
        for sign, key in ((1, "picture-for-1"), (0, "picture-for-0"))
    ]
    handles.append(Line2D([], [], color=INK, marker=">", linestyle="", label=sentence("picture-active-side", language)))
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=3, columnspacing=1.2)
    notes = []
    if units > MOST_UNITS:
        notes.append(sentence("picture-strongest-units", language, shown=MOST_UNITS, units=units))
    if missing:
        notes.append(sentence("picture-missing-units", language, units=", ".join(missing)))
    if notes:
        text = "\n".join(notes)
        ax.text(0.5, -0.2, text, transform=ax.transAxes, ha="center", va="top", fontsize=9)
