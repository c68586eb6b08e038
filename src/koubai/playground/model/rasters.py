"""The rasters that a page draws of a network and its data."""

from koubai.core.network import Network
from koubai.core.rasters import Rasters, rasters_of
from koubai.playground.model.data_source import Source
from koubai.playground.protocol.limits import SMALL


def page_rasters(network: Network, source: Source, unit: tuple[int, int] | None = None) -> Rasters:
    """Compute what a page draws of a network.

    Args:
        network: The network.
        source: The rows, in whose plane it is drawn.
        unit: The layer, from 1, and the number of the unit that is inspected.

    Returns:
        The pictures of all units, of the output, and the whole of the inspected unit.
    """
    values = source.train.targets[:, 0] if source.train.task == "regress" else None
    return rasters_of(network, source.grid, SMALL, values=values, unit=unit)
