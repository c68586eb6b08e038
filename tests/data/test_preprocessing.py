"""Preparations: the same numbers as scikit-learn's, from training rows alone, kept exactly, and what they refuse."""

import copy
import json
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from koubai.data import Preparation, Table
from koubai.data.preprocessing import CategoryColumn, NumberColumn, Target, fit_preparation, fit_target
from koubai.errors import InputError

TARGET = Target("y", "classify", ("no", "yes"))
numbers = st.floats(allow_nan=False, allow_infinity=False)
FINITE = st.floats(-1e6, 1e6).map(lambda value: 0.0 if abs(value) < 1e-6 else value)
SAMPLE = Preparation(
    (NumberColumn("size", 1.5, 2.0, 1.0), CategoryColumn("colour", ("blue", "red"), "red"), NumberColumn("age", 0.1, 1 / 3)),
    TARGET,
)


@st.composite
def frames(draw: st.DrawFn) -> tuple[pd.DataFrame, np.ndarray]:
    rows = draw(st.integers(4, 12))

    def column(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values | st.none(), min_size=rows, max_size=rows))

    words = st.sampled_from(["a", "b", "c", "ä", "日本"])
    columns = {"n": (FINITE, float), "t": (words, object), "m": (FINITE, float)}
    frame = pd.DataFrame({name: pd.Series(column(values), dtype=kind) for name, (values, kind) in columns.items()})
    frame.loc[0] = [1.0, "a", 2.0]  # something to fit on
    train = np.array(sorted({0, *draw(st.sets(st.integers(0, rows - 1), min_size=1))}))
    return frame, train


@given(frames())
def test_it_is_what_scikit_learn_computes(case: tuple[pd.DataFrame, np.ndarray]) -> None:
    frame, train = case
    ours = fit_preparation(Table.of(frame), ["n", "t", "m"], train, TARGET, impute=True)
    number = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    fill = SimpleImputer(strategy="most_frequent", missing_values=None)
    text = make_pipeline(fill, OneHotEncoder(handle_unknown="ignore", sparse_output=False))
    theirs = ColumnTransformer([("numbers", number, ["n", "m"]), ("t", text, ["t"])])
    plain = frame.assign(t=frame["t"].astype(object).where(frame["t"].notna(), None))
    expected = theirs.fit(plain.iloc[train]).transform(plain)[:, [0, *range(2, len(ours.feature_names)), 1]]
    np.testing.assert_allclose(ours.inputs_of(frame), expected, rtol=1e-12, atol=1e-12)


@given(st.lists(numbers, min_size=2, max_size=20))
def test_the_formula_is_scikit_learns_to_the_last_bit(values: list[float]) -> None:
    column = np.array(values)[:, None] / 1e160
    scaler = StandardScaler().fit(column)
    ours = Preparation((NumberColumn("n", float(scaler.mean_[0]), float(scaler.scale_[0])),), TARGET)
    np.testing.assert_array_equal(ours.inputs_of(pa.table({"n": column[:, 0]})), scaler.transform(column))


@given(st.lists(FINITE, min_size=2, max_size=20))
def test_values_are_standardised_and_come_back(values: list[float]) -> None:
    given_values = np.array(values)
    target = fit_target("y", given_values, Table({}, len(values)))
    scaler = StandardScaler().fit(given_values[:, None])
    preparation = Preparation(SAMPLE.columns, target)
    outputs = scaler.transform(given_values[:, None])
    np.testing.assert_array_equal(preparation.values_of(outputs), scaler.inverse_transform(outputs))


names = st.text(min_size=1, max_size=6)
scales = st.floats(min_value=5e-324, allow_infinity=False)


@st.composite
def preparations(draw: st.DrawFn) -> Preparation:
    columns: list[NumberColumn | CategoryColumn] = []
    for name in draw(st.lists(names, min_size=1, max_size=5, unique=True)):
        if draw(st.booleans()):
            columns.append(NumberColumn(name, draw(numbers), draw(scales), draw(st.none() | numbers)))
        else:
            categories = tuple(draw(st.lists(st.text(max_size=5), min_size=1, max_size=5, unique=True)))
            columns.append(CategoryColumn(name, categories, draw(st.none() | st.sampled_from(categories))))
    labels = draw(st.lists(st.text(max_size=3) | st.integers(2), min_size=1, max_size=4, unique=True) | st.just([False, True]))
    target = Target(draw(names), "classify", tuple(labels))
    if draw(st.booleans()):
        target = Target(draw(names), "regress", (), (draw(numbers), draw(numbers)), (draw(scales), draw(scales)))
    return Preparation(tuple(columns), target)


@given(preparations())
def test_it_comes_back_exactly_from_json(preparation: Preparation) -> None:
    text = json.dumps(preparation.to_dict(), allow_nan=False)
    again = Preparation.from_dict(json.loads(text))
    assert again == preparation
    assert [type(label) for label in again.target.classes] == [type(label) for label in preparation.target.classes]
    assert json.dumps(again.to_dict()) == text


JUNK: list[Any] = [None, True, -1, 0, 2.5, math.nan, math.inf, "", "x", [], [[]], {}, {"kind": "number"}, 10**400]


def broken(value: Any, random: np.random.Generator) -> Any:
    """A copy with one thing, anywhere in it, taken away or replaced."""
    value = copy.deepcopy(value)
    place = value
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return value
        key = keys[random.integers(len(keys))]
        if isinstance(place[key], (dict, list)) and random.random() < 0.7:
            place = place[key]
        elif random.random() < 0.3:
            del place[key]
            return value
        else:
            place[key] = JUNK[random.integers(len(JUNK))]
            return value


@pytest.mark.parametrize("target", [TARGET, Target("y", "regress", (), (1.0,), (2.0,))])
def test_a_damaged_one_is_refused_or_read_as_another(target: Target) -> None:
    random = np.random.default_rng(0)
    good, refused = Preparation(SAMPLE.columns, target).to_dict(), 0
    for _ in range(1500):
        values = broken(good, random)
        try:
            again = Preparation.from_dict(values)
        except InputError as error:
            assert error.code == "preparation-damaged"  # noqa: PT017
            refused += 1
        else:
            json.dumps(again.to_dict(), allow_nan=False)
            assert all(isinstance(column.name, str) for column in again.columns)
    assert refused > 1000


@pytest.mark.parametrize("values", JUNK)
def test_what_is_no_preparation(values: Any) -> None:
    with pytest.raises(InputError, match="can't be read"):
        Preparation.from_dict(values)


def test_names_and_order() -> None:
    assert SAMPLE.feature_names == ("size", "colour=blue", "colour=red", "age")
    frame = pd.DataFrame({"more": [0, 0], "age": [0.1, 1.1], "colour": ["red", "blue"], "size": ["1.5", "3,500"]})
    expected = np.array([[0, 0, 1, 0], [1749.25, 1, 0, 3]])
    np.testing.assert_allclose(SAMPLE.inputs_of(frame), expected, atol=1e-12)
    np.testing.assert_allclose(SAMPLE.inputs_of(pl.from_pandas(frame)), expected, atol=1e-12)
    np.testing.assert_allclose(SAMPLE.inputs_of(pa.Table.from_pandas(frame)), expected, atol=1e-12)


def test_unseen_categories_are_nothing_and_counted() -> None:
    frame = pd.DataFrame({"size": [1.5] * 4, "colour": ["green", "red", "Red", None], "age": [0.1] * 4})
    assert SAMPLE.inputs_of(frame)[:, 1:3].tolist() == [[0, 0], [0, 1], [0, 0], [0, 1]]
    assert SAMPLE.unseen(frame) == {"colour": 2}
    assert SAMPLE.unseen(frame.iloc[[1]]) == {}


def test_categories_that_look_like_numbers_or_booleans() -> None:
    codes = Preparation((CategoryColumn("k", ("1", "2", "3+")), CategoryColumn("b", ("false", "true"))), TARGET)
    for frame in ({"k": [1, 2, 7], "b": [True, False, True]}, {"k": ["1", "2", "7"], "b": ["TRUE", "false", "True"]}):
        table = Table.of(pa.table(frame))
        assert codes.inputs_of(table).tolist() == [[1, 0, 0, 0, 1], [0, 1, 0, 1, 0], [0, 0, 0, 0, 1]]
        assert codes.unseen(table) == {"k": 1}


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"size": [1.0]}, "learned from are in the table; add: colour, age"),
        (
            {"size": ["1", "tall"], "colour": ["red"] * 2, "age": [1, 2]},
            r"'size' .* numbers, but it holds 'tall' in row 1",
        ),
        ({"size": [None, True], "colour": ["red"] * 2, "age": [1, 2]}, r"holds 'true' in row 1"),
        ({"size": [1, 2], "colour": ["red"] * 2, "age": [1, np.inf]}, r"'age' holds inf in row 1"),
        (
            {"size": [1, 2], "colour": ["red"] * 2, "age": [1, np.nan]},
            r"the column 'age' \(1, the first in row 1 .* with --missing",
        ),
        ({"size": [1, 2], "colour": ["red"] * 2, "age": [1, 1.7e308]}, r"'age' holds 1.7e\+308 in row 1 .* too far"),
    ],
)
def test_tables_that_do_not_fit(frame: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        SAMPLE.inputs_of(pa.table(frame))
    assert caught.value.sentence("ja")


def test_a_category_is_missing() -> None:
    plain = Preparation((CategoryColumn("c", ("a", "b")),), TARGET)
    with pytest.raises(InputError, match=r"missing in the column 'c' \(2, the first in row 0"):
        plain.inputs_of(pa.table({"c": [None, "a", ""]}))
    with pytest.raises(InputError, match=r"missing in the column 'c'"):
        plain.inputs_of(pa.table({"c": pa.nulls(2)}))


def test_only_training_rows_count() -> None:
    table = Table.of(pa.table({"n": [1.0, 3.0, 1e9], "t": ["a", "b", "z"], "same": [5.0, 5.0, 6.0]}))
    found = fit_preparation(table, ["n", "t", "same"], np.array([0, 1]), TARGET, impute=False)
    assert found.columns == (NumberColumn("n", 2.0, 1.0), CategoryColumn("t", ("a", "b")), NumberColumn("same", 5.0, 1.0))


def test_columns_that_can_not_be_fitted() -> None:
    table = Table.of(pa.table({"n": [None, 3.0, 4.0], "t": [None, "b", "c"], "big": [1e300, -1e300, 0]}))
    for name in "nt":
        for impute in (False, True):
            with pytest.raises(InputError, match=f"'{name}' of the table has no values to train on"):
                fit_preparation(table, [name], np.array([0]), TARGET, impute=impute)
    with pytest.raises(InputError, match="'big' of the table has numbers too large"):
        fit_preparation(table, ["big"], np.array([0, 1, 2]), TARGET, impute=False)


def test_predicting_imports_no_scikit_learn() -> None:
    code = (
        "import sys, json; from koubai.data import Preparation; import pyarrow as pa;"
        f"p = Preparation.from_dict(json.loads({json.dumps(SAMPLE.to_dict())!r}));"
        "print(p.inputs_of(pa.table({'size': [1], 'colour': ['red'], 'age': [2]})).shape, p.values_of([[0.5, 0.5]]).shape,"
        "[name for name in ('sklearn', 'matplotlib', 'jax') if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "(1, 4) (1, 2) []"
