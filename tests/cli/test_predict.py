"""What koubai predict writes."""

import csv
from io import StringIO

import numpy as np

import koubai as kb
from koubai.cli.predict import as_csv
from koubai.data import Preparation, table_of
from koubai.data.preprocessing import NumberColumn, Target


def test_answers_are_no_formulas_and_come_back() -> None:
    labels = ("=cmd|' /C calc'!A0", "+1", "-x", "@y", "plain;=1")
    target = Target("=target", "classify", labels)
    rows = np.arange(5.0)[:, None]
    data = kb.data.Dataset.from_arrays(
        rows, list(labels), classes=labels, feature_names=("a",), preparation=Preparation((NumberColumn("a"),), target)
    )
    network = kb.Network.from_arrays([(np.zeros((1, 5)), np.eye(5)[2])])
    run = kb.train(network, data, method="loop", steps=0)
    text = as_csv(run, run.predict(rows))
    heads, *lines = csv.reader(StringIO(text, newline=""))
    assert heads == ["'=target", *(f"p({label})" for label in labels)]
    assert {cells[0] for cells in lines} == {"'-x"}
    assert not any(cell.startswith(tuple("=+-@")) for cells in [heads, *lines] for cell in cells)
    again = table_of(text.encode(), "predictions.csv")
    assert again.names[0] == "=target"
    assert again.column("=target").texts == ("-x",)
    assert again.column("p(-x)").kind == "number"


def test_values_stay_numbers() -> None:
    data = kb.data.Dataset.from_arrays([[0.0], [1.0]], [-1.5, 2.0])
    run = kb.train(kb.Network.from_arrays([([[1.0]], [-3.5])], output="identity"), data, method="loop", steps=0)
    assert as_csv(run, run.predict([[0.0], [4.0]])).splitlines()[1:] == ["-3.5", "0.5"]
    whole = kb.data.Dataset.from_arrays([[0.0], [1.0]], [-1, 2])
    classes = kb.train(kb.Network.from_arrays([([[0.0, 0.0]], [1.0, 0.0])]), whole, method="loop", steps=0)
    assert as_csv(classes, classes.predict([[0.0]])).splitlines()[1].startswith("-1,0.7")
