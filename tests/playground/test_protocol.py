"""The messages: what is one, what is none, and that frames come out as they went in."""

import json
import runpy
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from numpy.typing import NDArray
from tests.playground.pages import taken_apart

from koubai.playground import protocol
from koubai.playground.obeying import ORDERS


def test_every_message_is_obeyed() -> None:
    assert {*ORDERS, protocol.Hello} == set(protocol.MESSAGES)
    tags = [message.__struct_config__.tag for message in protocol.MESSAGES]
    assert len(set(tags)) == len(tags)
    for message in protocol.MESSAGES:
        assert message.__doc__


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "truncated"),
        ("[1]", "object"),
        ("{}", "type"),
        ('{"type":"fly"}', "fly"),
        ('{"type":"play","more":1}', "more"),
        ('{"type":"go","step":-1}', "step"),
        ('{"type":"go","step":1.5}', "int"),
        ('{"type":"edit","values":{"w1[0,3]":NaN}}', "JSON"),
        ('{"type":"edit","values":{"w1[0,3]":1e400}}', "range"),
        ('{"type":"edit","values":{"w1":1}}', "match"),
        ('{"type":"freeze","places":["w1[0,3"],"frozen":true}', "regex"),
        ('{"type":' + "[" * 10_000, "depth|recursion|truncated|str"),
    ],
)
def test_what_is_no_message_is_refused(text: str, reason: str) -> None:
    with pytest.raises(protocol.Malformed, match=reason) as caught:
        protocol.read(text)
    assert "\n" not in caught.value.sentence("ja")


def test_what_is_too_large_is_refused_unread() -> None:
    long = json.dumps({"type": "change", "setting": {"data": "x" * protocol.MOST_MESSAGE}})
    with pytest.raises(protocol.Malformed, match=str(protocol.MOST_MESSAGE)):
        protocol.read(long)
    table = json.dumps({"type": "table", "name": "a.csv", "content": "x" * protocol.MOST_MESSAGE})
    assert isinstance(protocol.read(table), protocol.Table)


def test_the_documentation_is_made_of_the_declarations() -> None:
    path = Path(__file__).parents[2] / "docs" / "make_protocol.py"
    made = runpy.run_path(str(path))
    assert made["PAGE"].read_text(encoding="utf-8") == made["described"]()


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_nothing_breaks_the_reader(text: bytes | str) -> None:
    with suppress(protocol.Malformed):
        assert isinstance(protocol.read(text), protocol.Message)


KINDS = st.sampled_from([np.float64, np.float32, np.uint8, np.int8, np.int32])
ARRAYS = KINDS.flatmap(
    lambda kind: arrays_of.arrays(kind, arrays_of.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5))
)


@given(st.dictionaries(st.text(max_size=5), ARRAYS, max_size=4), st.text(max_size=20))
def test_frames_come_out_as_they_went_in(arrays: dict[str, NDArray[Any]], text: str) -> None:
    content = protocol.packed({"text": text}, arrays)
    frame = taken_apart(content)
    assert frame.header == {"text": text}
    assert list(frame.arrays) == list(arrays)
    for name, array in arrays.items():
        assert frame.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(frame.arrays[name], array)
    assert len(content) % 8 == 0
