"""What cells mean."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koubai.data.cell_parsing import MISSING, as_texts, numeric, parse_column


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1", "-2.5", "1e3", "+4", ".5", "5."], [1, -2.5, 1000, 4, 0.5, 5]),
        (["１２３", "－４．５"], [123, -4.5]),
        (["1,234.5", "-12,345,678", "9", "+1,000"], [1234.5, -12345678, 9, 1000]),
        (["１，０００", "2"], [1000, 2]),
        (["−3", "2"], [-3, 2]),
        (["1E＋3", "2e-1"], [1000, 0.2]),
        (["inf", "-Infinity"], [np.inf, -np.inf]),
        ([" 1\t", "　2　"], [1, 2]),
        ([*MISSING, "7", "NAN"], [np.nan] * len(MISSING) + [7, np.nan]),
        (["", ""], [np.nan, np.nan]),
    ],
)
def test_numbers(texts: list[str], values: list[float]) -> None:
    column = parse_column(pa.array(texts))
    assert column is not None
    assert column.kind == "number"
    np.testing.assert_array_equal(column.values, values)
    assert column.missing.tolist() == np.isnan(values).tolist()


@pytest.mark.parametrize(
    "text",
    ["1,23", "12,34,567", "1.234,5", "1 000", "0x10", "1_000", "1e", "e5", "..", "+", ",123", "①", "½", "1d", "٣", "1-"],
)
def test_texts_that_are_no_numbers(text: str) -> None:
    column = parse_column(pa.array([text, "5"]))
    assert column is not None
    assert (column.kind, set(column.texts)) == ("text", {text, "5"})
    assert numeric((text, "5")).tolist() == [False, True]


def test_texts_and_booleans() -> None:
    texts = parse_column(pa.array([" b", "a", None, "N/A", "b ", "TRUE"]))
    assert texts is not None
    assert (texts.kind, texts.texts, texts.values.tolist()) == ("text", ("a", "b", "true"), [1, 0, -1, -1, 1, 2])
    for given_as in (pa.array(["TRUE", "False", ""]), pa.array([True, False, None])):
        booleans = parse_column(given_as)
        assert booleans is not None
        assert (booleans.kind, booleans.texts, booleans.values.tolist()) == ("boolean", ("false", "true"), [1, 0, -1])


@pytest.mark.parametrize(
    "array",
    [
        pa.array([3, None, 5], pa.uint8()),
        pa.array([3, None, 5], pa.int64()).dictionary_encode(),
        pa.array([3, np.nan, 5], pa.float32()),
        pa.array(np.array([3, np.nan, 5], np.float16)),
        pa.array(["3", "", "5"], pa.large_string()),
        pa.array(["3", "", "5"], pa.string_view()),
        pa.chunked_array([["3"], ["nan", "5.0"]]),
    ],
)
def test_numbers_as_texts(array: Any) -> None:
    column = parse_column(array)
    assert column is not None
    np.testing.assert_array_equal(column.values, [3, np.nan, 5])
    assert (column.whole, column.distinct, column.constant) == (True, 2, False)
    texts = as_texts(array)
    assert texts is not None
    assert [(*texts.texts, None)[i] for i in texts.values][:2] == ["3", None]


@pytest.mark.parametrize("kind", [pa.date32(), pa.timestamp("s"), pa.time32("s"), pa.duration("s"), pa.binary()])
def test_types_that_are_not_taken(kind: Any) -> None:
    assert parse_column(pa.array([None], kind)) is None
    assert as_texts(pa.array([None], kind)) is None


def test_a_column_of_no_rows_or_no_type() -> None:
    for array in (pa.nulls(2), pa.chunked_array([], pa.string()), pa.array([], pa.bool_())):
        column = parse_column(array)
        assert column is not None
        assert column.distinct == 0
        assert len(column.values) == len(array)


@given(st.lists(st.floats(allow_infinity=False) | st.integers(-(10**15), 10**15), min_size=1))
def test_numbers_come_back_exactly(values: list[float]) -> None:
    column = parse_column(pa.array([repr(value) for value in values]))
    assert column is not None
    np.testing.assert_array_equal(column.values, np.array(values, dtype=float))


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1))
def test_thousands_come_back_exactly(values: list[int]) -> None:
    column = parse_column(pa.array([f"{value:,}" for value in values]))
    assert column is not None
    np.testing.assert_array_equal(column.values, np.array(values, dtype=float))


@given(st.lists(st.text(max_size=5).filter(lambda text: not text.isascii()) | st.sampled_from("abc"), min_size=1))
def test_texts_come_back_stripped(values: list[str]) -> None:
    column = as_texts(pa.array(values))
    assert column is not None
    stripped = [pa.compute.utf8_trim_whitespace(value).as_py() for value in values]
    assert [(*column.texts, "")[i] for i in column.values] == stripped
    assert list(column.texts) == sorted(set(stripped) - {""})
