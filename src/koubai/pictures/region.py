"""The decision region: where in the plane a network answers which class."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.style import CLASS_COLOURS, CLASS_MARKERS, FIELD, INK, look, new_axes


def draw_region(
    x: ArrayLike,
    y: ArrayLike,
    field: ArrayLike,
    *,
    points: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    grid: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
    title: str = "",
    names: tuple[str, str] = ("x1", "x2"),
    ax: Axes | None = None,
    language: str = "en",
) -> Axes:
    """Draw a field of probability over the plane, with its boundary at 0.5.

    ``x`` (m,) and ``y`` (n,), evenly spaced; ``field`` (n, m): the probability of class 1. ``points`` (k, 2) with ``labels``
    (k,), 0 or 1: the data. ``grid``: x (i,), y (j,) and field (j, i) of points to be marked where class 1 is answered.
    Returns the axes, ``ax`` or new ones.
    """
    with look():
        ax = ax if ax is not None else new_axes(6.4, 5.4)
        xs, ys, values = np.asarray(x), np.asarray(y), np.clip(np.asarray(field), 0, 1)
        extent = (xs[0], xs[-1], ys[0], ys[-1])
        image = ax.imshow(values, extent=extent, origin="lower", cmap=FIELD, vmin=0, vmax=1, interpolation="bilinear")
        ax.grid(True, alpha=0.5)
        ax.set_axisbelow(True)
        if grid is not None:
            _mark_grid(ax, *grid)
        if values.min() < 0.5 < values.max():
            boundary = ax.contour(xs, ys, values, levels=[0.5], colors=[INK], linewidths=1.6)
            ax.clabel(boundary, fmt={0.5: "p = 0.5"}, fontsize=9, inline_spacing=4)
        if points is not None and labels is not None:
            _mark_points(ax, np.asarray(points), np.asarray(labels), language)
        colours = ax.figure.colorbar(image, ax=ax, shrink=0.85, ticks=[0, 0.25, 0.5, 0.75, 1])
        colours.set_label(sentence("picture-probability", language))
        colours.outline.set_visible(False)
        ax.set(xlim=extent[:2], ylim=extent[2:], xlabel=names[0], ylabel=names[1], title=title)
        ax.set_xticks(np.arange(extent[0], extent[1] + 0.01, 0.5))
        ax.set_yticks(np.arange(extent[2], extent[3] + 0.01, 0.5))
    return ax


def _mark_grid(ax: Axes, x: ArrayLike, y: ArrayLike, field: ArrayLike) -> None:
    across, up = (axis.ravel() for axis in np.meshgrid(np.asarray(x), np.asarray(y)))
    one = np.asarray(field).ravel() > 0.5
    ax.scatter(across[~one], up[~one], s=1.5, color=CLASS_COLOURS[0], alpha=0.35, linewidths=0)
    ax.scatter(across[one], up[one], s=11, color=CLASS_COLOURS[1], marker=CLASS_MARKERS[1], alpha=0.85, linewidths=0)


def _mark_points(ax: Axes, points: NDArray[Any], labels: NDArray[Any], language: str) -> None:
    for label, (colour, marker) in enumerate(zip(CLASS_COLOURS, CLASS_MARKERS, strict=True)):
        mine = points[labels == label]
        ax.scatter(mine[:, 0], mine[:, 1], s=130, color=colour, marker=marker, edgecolors="white", linewidths=1.8, zorder=4)
    kinds = [
        *zip(CLASS_COLOURS, CLASS_MARKERS, (9.0, 9.0), ("picture-class-0", "picture-class-1"), strict=True),
        (CLASS_COLOURS[1], CLASS_MARKERS[1], 3.5, "picture-answers-1"),
    ]
    handles = [
        Line2D([], [], linestyle="", marker=marker, color=colour, markersize=size, label=sentence(key, language))
        for colour, marker, size, key in kinds
    ]
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.11), ncols=3, columnspacing=1.4, handletextpad=0.3)
