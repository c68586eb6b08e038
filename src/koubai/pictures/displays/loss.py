"""The loss of a run, step by step."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from koubai.pictures.artists.loss_axis import set_limits, shown_steps
from koubai.pictures.display import AxesDisplay, Floats, Integers, RunDisplay, freeze_arrays
from koubai.pictures.theme import BLUE, ORANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from koubai.experiment import Run


@dataclass(frozen=True, eq=False, repr=False)
class LossDisplay(AxesDisplay, RunDisplay):
    """The losses of a run, with the steps of its records marked.

    Attributes:
        losses: (steps + 1,), before the first and after each step.
        records: The numbers of the steps that are marked.
        loss: What the losses are: "cross-entropy" or "squared".

    >>> ax = LossDisplay(np.array([1.0, 0.5, 0.3]), records=np.array([0, 2])).plot()
    >>> ax.get_ylabel()
    'loss (cross-entropy)'
    """

    name = "loss"
    size = (6.4, 4.0)

    losses: Floats
    records: Integers | None = None
    loss: str = "cross-entropy"

    def __post_init__(self) -> None:
        freeze_arrays(self, losses=np.float64, records=np.int64)

    @classmethod
    def from_run(cls, run: "Run", language: str = "en") -> Self:
        """The losses of any run."""
        return cls(
            run.losses,
            records=np.array([step.number for step in run.records]),
            loss=run.experiment.problem.loss or "",
            title=cls.title_of(run, language),
            language=language,
        )

    def _draw(self, ax: "Axes") -> None:
        shown = shown_steps(self.losses)
        ax.plot(shown, self.losses[shown], color=BLUE, linewidth=1.8, label=self.say("picture-loss"))
        if self.records is not None and self.records.size:
            label = self.say("picture-records")
            ax.plot(self.records, self.losses[self.records], "|", color=ORANGE, markersize=7, alpha=0.9, label=label)
            ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)  # beside the title: no curve runs there
        set_limits(ax, float(self.losses.max()), len(self.losses) - 1)
        ax.set(xlabel=self.say("picture-step"), ylabel=self.say(f"picture-loss-{self.loss}"))
        ax.set_title(self.title, parse_math=False)
