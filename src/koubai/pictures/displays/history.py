"""How a training went: loss and accuracy over its records, on the rows that it was trained on and on others."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np

from koubai.pictures.artists.loss_axis import MOST_POINTS, axis_label, set_limits, set_scale
from koubai.pictures.artists.part_curves import part_stroke, set_accuracy_limits
from koubai.pictures.display import FigureDisplay, Floats, Integers, RunDisplay, freeze_arrays, frozen_curves
from koubai.pictures.palette import thinned
from koubai.pictures.theme import INK, QUIET, new_figure, write_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from koubai.experiment import Run

FEW = 30  # points of a curve that are marked one by one
DOTS = (0, (1.2, 1.6))  # the line at the step that was kept


@dataclass(frozen=True, eq=False, repr=False)
class HistoryDisplay(FigureDisplay, RunDisplay):
    """The loss over the records of a run, and below it the accuracy if it is known.

    A value that is no number leaves a gap. The loss has the scale that ``LossesDisplay`` gives it.

    Attributes:
        steps: (r,), the numbers of the records.
        loss: The curves (r,) of "train", "validation" or "test".
        accuracy: The same, between 0 and 1; empty where there is none.
        best: The step whose network was kept, where it is to be marked.
        epoch: The steps of an epoch, if the axis above is to count epochs.

    >>> steps = np.array([0, 10, 20])
    >>> figure = HistoryDisplay(steps, {"train": steps / -20 + 2}, accuracy={"train": steps / 20}).plot()
    >>> [ax.get_ylabel() for ax in figure.axes]
    ['loss', 'accuracy']
    """

    name = "history"

    steps: Integers
    loss: Mapping[str, Floats]
    accuracy: Mapping[str, Floats] = field(default_factory=dict)
    _: KW_ONLY
    best: int | None = None
    epoch: float | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self, steps=np.int64)
        object.__setattr__(self, "loss", frozen_curves(self.loss))
        object.__setattr__(self, "accuracy", frozen_curves(self.accuracy))

    @classmethod
    def from_run(cls, run: "Run", language: str = "en") -> Self:
        """The history of any run, over at most 200 of its records."""
        history, epoch = run.history, run.experiment.steps_each_epoch
        return cls(
            history.steps,
            history.loss,
            history.accuracy,
            best=run.best.number if run.experiment.patience is not None else None,
            epoch=epoch if epoch > 1 else None,
            title=cls.title_of(run, language),
            language=language,
        )

    def _draw(self) -> "Figure":
        figure = new_figure(7.6, 5.8 if self.accuracy else 4.2)
        if self.accuracy:
            upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
            self._draw_parts(lower, self.accuracy)
            set_accuracy_limits(lower, self.accuracy)
            lower.set_ylabel(self.say("picture-accuracy"))
        else:
            upper = lower = figure.subplots()
        self._draw_parts(upper, self.loss)
        self._set_loss_axis(upper)
        lower.set_xlabel(self.say("picture-step"))
        figure.align_ylabels()
        if self.epoch:
            self._count_epochs(upper, self.epoch)
        self._write_legend(upper)
        write_title(upper, self.title)
        return figure

    def _draw_parts(self, ax: "Axes", curves: Mapping[str, Floats]) -> None:
        steps = self.steps.astype(np.float64)
        shown = thinned(len(steps), MOST_POINTS)
        marker = "o" if len(steps) <= FEW else ""
        for part, curve in curves.items():
            ax.plot(steps[shown], curve[shown], marker=marker, markersize=3.5, **part_stroke(part))
        if self.best is not None:
            ax.axvline(self.best, color=QUIET, linewidth=1.0, linestyle=DOTS, zorder=1.5)
            last = list(curves.values())[-1]
            best = np.flatnonzero(steps == self.best)[:1]
            ax.plot(
                steps[best],
                last[best],
                "o",
                zorder=4,
                markersize=9,
                markerfacecolor="none",
                markeredgecolor=INK,
                markeredgewidth=1.3,
            )

    def _set_loss_axis(self, ax: "Axes") -> None:
        losses = np.concatenate(list(self.loss.values())).astype(np.float64)
        losses = losses[np.isfinite(losses)]
        set_limits(ax, float(losses.max(initial=0)), int(self.steps[-1]))
        logarithmic = bool(losses.size) and set_scale(ax, losses)
        ax.set_ylabel(axis_label(self.say("picture-loss"), logarithmic, self.language))

    def _count_epochs(self, ax: "Axes", epoch: float) -> None:
        """A second axis above."""
        from matplotlib.ticker import MaxNLocator

        above = ax.secondary_xaxis(
            "top", functions=(lambda steps: np.divide(steps, epoch), lambda epochs: np.multiply(epochs, epoch))
        )
        whole = float(self.steps[-1]) >= 2 * epoch
        above.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=whole))
        above.set_xlabel(self.say("picture-epoch"), fontsize=9.0, color=QUIET)
        above.tick_params(labelsize=8.5, labelcolor=QUIET, color=QUIET)
        above.spines["top"].set_visible(True)

    def _write_legend(self, ax: "Axes") -> None:
        from matplotlib.lines import Line2D

        handles = [Line2D([], [], label=self.say(f"picture-part-{part}"), **part_stroke(part)) for part in self.loss]
        if self.best is not None:
            kept = Line2D(
                [],
                [],
                label=self.say("picture-kept", step=self.best),
                color=QUIET,
                linewidth=1.0,
                linestyle=DOTS,
                marker="o",
                markersize=8,
                markerfacecolor="none",
                markeredgecolor=INK,
            )
            handles.append(kept)
        ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0, handlelength=3.2)
