"""The network as a diagram: units, weights as widths and colours, biases, names of inputs and outputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from koubai.pictures.artists.network_diagram import Layers, NetworkArtist, largest_parameter, layer_sizes, network_legend
from koubai.pictures.data_names import target_names
from koubai.pictures.display import AxesDisplay, RunDisplay, frozen_array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from koubai.core.network import Network
    from koubai.experiment import Run


@dataclass(frozen=True, eq=False, repr=False)
class NetworkDiagramDisplay(AxesDisplay, RunDisplay):
    """A network, whose weights are the widths and colours of lines. Of a layer with more than 12 units the middle is left out.

    Attributes:
        layers: Pairs of weights (inputs, units) and bias (units,), one for every layer.
        input_names: What the inputs are called.
        output_names: What the outputs are called.
        largest: The size of a weight or bias that gets the widest line; None for the largest there is.

    >>> import numpy as np
    >>> layers = [(np.array([[1.0], [-2.0]]), np.array([0.5]))]
    >>> ax = NetworkDiagramDisplay(layers, input_names=("x1", "x2"), output_names=("y",)).plot()
    >>> [text.get_text() for text in ax.texts]
    ['x1', 'x2', 'y']
    """

    name = "network"
    size = (7.2, 5.4)

    layers: Layers
    input_names: Sequence[str]
    output_names: Sequence[str]
    largest: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", frozen_layers(self.layers))

    @classmethod
    def from_run(cls, run: "Run", language: str = "en") -> Self:
        """The network of any run."""
        data = run.data
        return cls.from_network(
            run.network,
            input_names=data.feature_names,
            output_names=[str(label) for label in data.classes] or target_names(data),
            title=cls.title_of(run, language),
            language=language,
        )

    @classmethod
    def from_network(
        cls,
        network: "Network",
        input_names: Sequence[str] | None = None,
        output_names: Sequence[str] | None = None,
        *,
        title: str = "",
        language: str = "en",
    ) -> Self:
        """Any network.

        Args:
            network: What is shown.
            input_names: What the inputs are called; by default x1, x2, …
            output_names: What the outputs are called; by default y1, y2, …
            title: The line above the picture.
            language: The language of the legend.
        """
        inputs, outputs = network.sizes[0], network.sizes[-1]
        return cls(
            [(layer.weights, layer.bias) for layer in network.layers],
            input_names or [f"x{number}" for number in range(1, inputs + 1)],
            output_names or [f"y{number}" for number in range(1, outputs + 1)],
            title=title,
            language=language,
        )

    def _draw(self, ax: "Axes") -> None:
        largest = self.largest or largest_parameter(self.layers)
        network = NetworkArtist(ax, layer_sizes(self.layers), self.input_names, self.output_names, largest)
        network.update(self.layers)
        network_legend(ax, network.largest, self.language)
        ax.set_title(self.title, parse_math=False)


def frozen_layers(layers: Layers) -> Layers:
    """The same weights and biases, which nobody can write to."""
    return tuple((frozen_array(weights), frozen_array(bias)) for weights, bias in layers)
