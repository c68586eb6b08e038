"""How a training went: loss and accuracy over its records, on the rows that it was trained on and on others."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import ArrayLike, NDArray

from koubai.locale import sentence
from koubai.pictures.loss import MOST_POINTS, STYLES
from koubai.pictures.loss_axis import loss_label, place_axes, scale_loss
from koubai.pictures.palette import COLOURS, thinned
from koubai.pictures.theme import INK, QUIET, look, new_figure, write_title

PARTS = ("train", "validation", "test")
FEW = 30  # points of a curve that are marked one by one


def draw_history(
    steps: ArrayLike,
    loss: Mapping[str, ArrayLike],
    accuracy: Mapping[str, ArrayLike] | None = None,
    *,
    best: int | None = None,
    epoch: float | None = None,
    title: str = "",
    language: str = "en",
) -> Figure:
    """Draw ``loss`` and below it ``accuracy``, each the curves (r,) of "train", "validation" or "test" over ``steps`` (r,).

    ``best``: the step whose network was kept. ``epoch``: the steps of an epoch, if the axis above is to count epochs. A value
    that is no number leaves a gap. The loss has the scale that ``draw_losses`` gives it. Returns the figure.
    """
    with look():
        at = np.asarray(steps, np.float64)
        figure = new_figure(7.6, 5.8 if accuracy else 4.2)
        if accuracy:
            upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
            _draw_parts(lower, at, accuracy, best)
            place_accuracy(lower, accuracy)
            lower.set_ylabel(sentence("picture-accuracy", language))
        else:
            upper = lower = figure.subplots()
        _draw_parts(upper, at, loss, best)
        _place_loss(upper, at, loss, language)
        lower.set_xlabel(sentence("picture-step", language))
        figure.align_ylabels()
        if epoch:
            _count_epochs(upper, epoch, float(at[-1]), language)
        _legend(upper, list(loss), best, language)
        write_title(upper, title)
    return figure


def part_stroke(part: str) -> dict[str, Any]:
    """The stroke of the curves of a part of the data."""
    number = PARTS.index(part)
    return {"color": COLOURS[number], "linestyle": STYLES[number], "linewidth": 1.8, "dash_capstyle": "butt"}


def _draw_parts(ax: Axes, steps: NDArray[np.float64], curves: Mapping[str, ArrayLike], best: int | None) -> None:
    shown = thinned(len(steps), MOST_POINTS)
    dots: dict[str, Any] = {"marker": "o", "markersize": 3.5} if len(steps) <= FEW else {}
    for part, curve in curves.items():
        ax.plot(steps[shown], np.asarray(curve, np.float64)[shown], **dots, **part_stroke(part))
    if best is not None:
        ax.axvline(best, **_kept())
        last = list(curves)[-1]
        there = np.flatnonzero(steps == best)[:1]
        ring: dict[str, Any] = {"markersize": 9, "markerfacecolor": "none", "markeredgecolor": INK, "markeredgewidth": 1.3}
        ax.plot(steps[there], np.asarray(curves[last], np.float64)[there], "o", zorder=4, **ring)


def _kept() -> dict[str, Any]:
    return {"color": QUIET, "linewidth": 1.0, "linestyle": (0, (1.2, 1.6)), "zorder": 1.5}


def _place_loss(ax: Axes, steps: NDArray[np.float64], curves: Mapping[str, ArrayLike], language: str) -> None:
    values = np.concatenate([np.asarray(curve, np.float64) for curve in curves.values()])
    values = values[np.isfinite(values)]
    place_axes(ax, float(values.max(initial=0)), int(steps[-1]))
    logarithmic = bool(values.size) and scale_loss(ax, values)
    ax.set_ylabel(loss_label(sentence("picture-loss", language), logarithmic, language))


def place_accuracy(ax: Axes, curves: Mapping[str, ArrayLike]) -> None:
    """From 0 to 1, or from the tenth below all of them if they are good."""
    values = np.concatenate([np.asarray(curve, np.float64) for curve in curves.values()])
    least = float(np.nanmin(values, initial=1.0))
    low = 0.0 if least < 0.5 else np.floor(10 * least - 1e-9) / 10
    ax.set_ylim(low - 0.03 * (1 - low), 1 + 0.04 * (1 - low))
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.grid(True)


def _count_epochs(ax: Axes, epoch: float, last: float, language: str) -> None:
    above = ax.secondary_xaxis(
        "top", functions=(lambda steps: np.divide(steps, epoch), lambda epochs: np.multiply(epochs, epoch))
    )
    above.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=last >= 2 * epoch))
    above.set_xlabel(sentence("picture-epoch", language), fontsize=9.0, color=QUIET)
    above.tick_params(labelsize=8.5, labelcolor=QUIET, color=QUIET)
    above.spines["top"].set_visible(True)


def _legend(ax: Axes, parts: list[str], best: int | None, language: str) -> None:
    handles = [Line2D([], [], label=sentence(f"picture-part-{part}", language), **part_stroke(part)) for part in parts]
    if best is not None:
        ring: dict[str, Any] = {"marker": "o", "markersize": 8, "markerfacecolor": "none", "markeredgecolor": INK}
        handles.append(Line2D([], [], label=sentence("picture-kept", language, step=best), **{**_kept(), **ring}))
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0, handlelength=3.2)
