"""All parameters of a network as one table (CSV), for spreadsheets and other programs."""

import csv
from pathlib import Path

import numpy as np

from koubai.core.network import Network
from koubai.files import new_file

COLUMNS = ("layer", "kind", "input", "unit", "value")


def write_csv(network: Network, path: str | Path) -> None:
    """Write every parameter of ``network`` as a row of a UTF-8 table, in the order w1, b1, w2, b2, …

    The columns: ``layer``, from 1; ``kind``, weight or bias; ``input``, which of the layer's inputs the weight multiplies,
    from 1 (empty for a bias); ``unit`` of the layer, from 1; ``value``, with the digits that bring the float back exactly.
    The file takes the place of one that was there, whole or not at all. FileFault where it can't be written.
    """
    with new_file(Path(path)) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number, layer in enumerate(network.layers, 1):
            for (source, unit), value in np.ndenumerate(np.asarray(layer.weights)):
                rows.writerow([number, "weight", source + 1, unit + 1, repr(float(value))])
            for (unit,), value in np.ndenumerate(np.asarray(layer.bias)):
                rows.writerow([number, "bias", "", unit + 1, repr(float(value))])
