"""The table of all parameters."""

import csv
from pathlib import Path

import numpy as np
import pytest

import koubai as kb
from koubai.errors import FileFault
from koubai.export import write_csv


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_every_parameter_comes_back(kind: type, tmp_path: Path) -> None:
    network = kb.Network.from_arrays([([[0.1, -1e-300], [1 / 3, 1e22]], [5e-7, -0.0]), ([[2.0], [3.0]], [4.0])]).astype(kind)
    write_csv(network, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [tuple(row.values())[:4] for row in rows] == [
        *(("1", "weight", i, u) for i in "12" for u in "12"),
        *(("1", "bias", "", u) for u in "12"),
        ("2", "weight", "1", "1"),
        ("2", "weight", "2", "1"),
        ("2", "bias", "", "1"),
    ]
    values = np.array([float(row["value"]) for row in rows])
    assert values.tolist() == np.concatenate([array.ravel() for array in network.arrays().values()]).astype(float).tolist()
    assert np.array_equal(values.astype(kind)[:4], network.layers[0].weights.ravel())


def test_a_file_that_is_there_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    write_csv(kb.Network.random([2, 2]), path)
    assert path.read_text().splitlines()[0] == "layer,kind,input,unit,value"
    with pytest.raises(FileFault, match="could not be written"):
        write_csv(kb.Network.random([2, 2]), tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.csv"]
