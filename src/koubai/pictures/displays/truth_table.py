"""A truth table as a picture: a square for every row of it, coloured by the network's answer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from koubai.core.projection import lead
from koubai.pictures.artists.truth_table import TruthTableArtist
from koubai.pictures.display import AxesDisplay, Floats, Integers, RunDisplay, freeze_arrays
from koubai.pictures.theme import label_colorbar

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from koubai.experiment import Run


@dataclass(frozen=True, eq=False, repr=False)
class TruthTableDisplay(AxesDisplay, RunDisplay):
    """The truth table of some inputs, with a square for every row. The rows are in counting order.

    Attributes:
        inputs: How many inputs there are.
        labels: (2^inputs,), the true classes, 0 or 1.
        field: (2^inputs,), the probability of class 1.
        output: "softmax", or "identity" where the field is the lead of class 1 and no probability.

    >>> table = TruthTableDisplay(2, labels=np.array([0, 1, 1, 0]), field=np.array([0.1, 0.9, 0.8, 0.7]))
    >>> [text.get_text() for text in table.plot().texts]
    ['0.10', '0.90', '0.80', '0.70\\n×']
    """

    name = "table"
    size = (6.4, 5.4)

    inputs: int
    labels: Integers
    field: Floats
    output: str = "softmax"

    def __post_init__(self) -> None:
        freeze_arrays(self, labels=None, field=None)

    @staticmethod
    def shows(run: "Run") -> bool:
        """Whether the data of a run are a truth table: two classes, and inputs of 0 and 1."""
        data = run.data
        return len(data.classes) == 2 and data.inputs.shape[1] > 1 and bool(np.isin(data.inputs, (0, 1)).all())

    @classmethod
    def from_run(cls, run: "Run", language: str = "en") -> Self:
        """The truth table of a run that learned all rows of one, in counting order."""
        data, network = run.data, run.network
        cls.require(cls.shows(run) and len(data.inputs) == 2 ** data.inputs.shape[1])
        return cls(
            data.inputs.shape[1],
            data.labels,
            lead(network.answers(data.inputs)),
            output=network.output,
            title=cls.title_of(run, language),
            language=language,
        )

    def _draw(self, ax: "Axes") -> None:
        table = TruthTableArtist(ax, self.inputs, self.labels)
        table.update(self.field)
        bar = ax.figure.colorbar(table.image, ax=ax, shrink=0.85, ticks=[0, 0.25, 0.5, 0.75, 1])
        label_colorbar(bar, self.say(f"picture-{self.output}"))
        ax.set_title(f"{self.title}  {self.say('picture-crossed')}", fontsize=11)
