"""The artists of pictures as tracks of films: each shows the arrays of one record after the other."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from koubai.pictures.artists.class_regions import ClassRegionsArtist
from koubai.pictures.artists.curve import CurveArtist
from koubai.pictures.artists.network_diagram import Layers, NetworkArtist
from koubai.pictures.artists.region import RegionArtist
from koubai.pictures.artists.truth_table import TruthTableArtist

if TYPE_CHECKING:
    from matplotlib.artist import Artist

Floats = NDArray[np.floating]


class RegionTrack:
    """A decision region: ``fields`` (k, n, m), and ``grid_fields`` (k, j, i) over the axes of ``grid``, where it is marked."""

    def __init__(
        self, region: RegionArtist, fields: Floats, grid: tuple[Floats, Floats] | None, grid_fields: Floats | None
    ) -> None:
        self.region, self.fields, self.grid, self.grid_fields = region, fields, grid, grid_fields
        self.moving: Sequence[Artist] = region.moving

    def update(self, record: int) -> None:
        """Show the region of ``record``."""
        self.region.update(self.fields[record])
        if self.grid is not None and self.grid_fields is not None:
            self.region.update_grid(*self.grid, self.grid_fields[record])


class TruthTableTrack:
    """A truth table: ``fields`` (k, rows), the probability of class 1 in every row."""

    def __init__(self, table: TruthTableArtist, fields: Floats) -> None:
        self.table, self.fields = table, fields
        lines = table.image.axes.collections if table.image.axes is not None else []  # between the squares
        self.moving: Sequence[Artist] = [table.image, *lines, *table.moving[1:]]

    def update(self, record: int) -> None:
        """Show the table of ``record``."""
        self.table.update(self.fields[record])


class NetworkTrack:
    """A network: ``layers`` of every record."""

    def __init__(self, network: NetworkArtist, layers: Sequence[Layers]) -> None:
        self.network, self.layers = network, layers
        self.moving: Sequence[Artist] = network.moving

    def update(self, record: int) -> None:
        """Show the network of ``record``."""
        self.network.update(self.layers[record])


class ClassRegionsTrack:
    """Regions of classes: ``answers`` and ``confidence`` (k, m, n)."""

    def __init__(self, regions: ClassRegionsArtist, answers: NDArray[np.integer], confidence: Floats) -> None:
        self.regions, self.answers, self.confidence = regions, answers, confidence
        self.moving: Sequence[Artist] = regions.moving

    def update(self, record: int) -> None:
        """Show the regions of ``record``."""
        self.regions.update(self.answers[record], self.confidence[record])


class CurveTrack:
    """A curve over a feature: ``values`` (k, n)."""

    def __init__(self, curve: CurveArtist, values: Floats) -> None:
        self.curve, self.values = curve, values
        self.moving: Sequence[Artist] = curve.moving

    def update(self, record: int) -> None:
        """Show the curve of ``record``."""
        self.curve.update(self.values[record])
