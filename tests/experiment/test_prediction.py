"""Predictions: the same bits in any company, in any process, for arrays, tables and frames."""

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import koubai as kb
from koubai.core.activations import ACTIVATIONS
from koubai.core.network import forward_rowwise
from koubai.data import Dataset, load
from koubai.errors import InputError


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from(tuple(ACTIVATIONS)), st.integers(1, 70))
def test_a_row_is_answered_alike_in_any_company(seed: int, activation: str, rows: int) -> None:
    random = np.random.default_rng(seed)
    network = kb.Network.random([13, 9, 3], activation=activation, scale=1.0, seed=seed)
    inputs = random.normal(size=(rows, 13))
    together = forward_rowwise(network, inputs)
    assert together == pytest.approx(network.logits(inputs), rel=1e-12, abs=1e-12)
    some = random.permutation(rows)[: random.integers(1, rows + 1)]
    assert np.array_equal(forward_rowwise(network, inputs[some]), together[some])


def table() -> pd.DataFrame:
    random = np.random.RandomState(0)
    frame = pd.DataFrame({"size": random.normal(5, 2, 80), "colour": random.choice(["red", "green", "blue"], 80)})
    frame["kind"] = np.where(frame["size"] + (frame["colour"] == "red") * 2 > 5.5, "big", "small")
    return frame


def test_a_table_is_answered_as_its_rows_were(tmp_path: Path) -> None:
    frame = table()
    parts = load(frame)
    run = kb.train(parts, steps=200)
    whole = run.predict(frame)
    assert (whole.answers == frame["kind"]).mean() > 0.9
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    shuffled = frame[["kind", "colour", "size"]].assign(more=1)
    for same in (tmp_path / "t.csv", str(tmp_path / "t.parquet"), pl.from_pandas(frame), shuffled):
        assert np.array_equal(run.predict(same).probabilities, whole.probabilities)
    parts_of_it = [part for part in (parts.train, parts.validation, parts.test) if part is not None]
    own = np.concatenate([run.predict(part).probabilities for part in parts_of_it])
    assert np.array_equal(own[np.lexsort(own.T)], whole.probabilities[np.lexsort(whole.probabilities.T)])


def test_texts_that_were_never_seen_are_counted() -> None:
    run = kb.train(load(table()), steps=20)
    made = run.predict(pd.DataFrame({"size": [1.0, 2.0], "colour": ["red", "pink"]}))
    assert dict(made.unseen) == {"colour": 1}
    assert len(made.answers) == 2


def test_what_does_not_fit_is_refused() -> None:
    run = kb.train(load(table()), steps=20)
    with pytest.raises(InputError, match=r"size, colour"):
        run.predict(pd.DataFrame({"length": [1.0]}))
    with pytest.raises(InputError, match=r"takes \(n, 4\)"):
        run.predict(np.zeros((2, 3)))
    with pytest.raises(InputError, match="finite"):
        run.predict(np.full((1, 4), np.nan))


def test_a_gate_answers_a_table() -> None:
    run = kb.train("xor")
    frame = pd.DataFrame({"x2": [1.0, 1.0], "x1": [0.0, 1.0]})
    assert run.predict(frame).answers.tolist() == [1, 0]
    assert run.predict([[0, 0]]).answers.tolist() == [0]


def test_labels_keep_their_kind() -> None:
    data = Dataset.from_arrays([[0.0], [1.0]], ["no", "yes"])
    assert kb.train(data, steps=3).predict([[0.0]]).answers.dtype.kind == "U"
    mixed = Dataset.from_arrays([[0.0], [1.0]], np.array(["no", 1], dtype=object))
    assert kb.train(mixed, steps=3).predict([[0.0]]).answers[0] in ("no", 1)
