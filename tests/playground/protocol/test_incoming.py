"""The messages: what is one, what is none, and that frames come out as they went in."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from msgspec import inspect
from numpy.typing import NDArray
from tests.playground.fake_page import taken_apart
from tests.soak.values import Values

from koubai.errors import InputError
from koubai.playground.model.permalink import parse_permalink
from koubai.playground.protocol import incoming, limits, outgoing, structures
from koubai.playground.protocol.frames import ArrayPlace, packed
from koubai.playground.protocol.setting import Setting
from koubai.playground.session.handlers import HANDLERS


def test_every_message_is_obeyed() -> None:
    assert {*HANDLERS, incoming.Hello} == set(incoming.MESSAGES)
    tags = [message.__struct_config__.tag for message in incoming.MESSAGES]
    assert len(set(tags)) == len(tags)
    for message in incoming.MESSAGES:
        assert message.__doc__


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "truncated"),
        ("[1]", "object"),
        ("{}", "type"),
        ('{"type":"fly"}', "fly"),
        ('{"type":["go"],"step":1}', "str"),
        ('{"type":"go","step":NaN}', "JSON"),
        ('{"type":"edit","values":{"w1[0,3]":NaN}}', "JSON"),
        ('{"type":' + "[" * 10_000, "depth|recursion|truncated|str"),
    ],
)
def test_what_is_no_message_is_refused(text: str, reason: str) -> None:
    with pytest.raises(incoming.Malformed, match=reason) as caught:
        incoming.read(text)
    assert "\n" not in caught.value.sentence("ja")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"type":"go","step":-1}', "step can not be -1; give a whole number from 0 to 100,000,000."),
        ('{"type":"go","step":1.5}', "step can not be 1.5; give a whole number from 0 to"),
        ('{"type":"go","step":true}', "step can not be true; give a whole number"),
        ('{"type":"go","step":1e999}', "step can not be Infinity; give a whole number"),
        ('{"type":"go","step":' + "9" * 5000 + "}", "step can not be Infinity; give a whole number"),
        ('{"type":"speed","steps":1e-300}', "steps can not be 1e-300; give a number from 0.01 to 1,000,000."),
        (
            '{"type":"edit","values":{"b1[0]":1,"w1[0,3]":2e30}}',
            "w1[0,3] can not be 2e+30; give a number from -1e+30 to 1e+30.",
        ),
        ('{"type":"edit","values":{"w1[0,3]":1e400}}', "w1[0,3] can not be Infinity; give a number from"),
        ('{"type":"edit","values":{"w1[0,3]":null}}', "w1[0,3] can not be null; give a number from"),
        ('{"type":"edit","values":{"w1":1}}', "values can not be w1; give a weight such as w1[0,3] or a bias such as b2[1]."),
        ('{"type":"freeze","places":["w1[0,3"],"frozen":true}', "places[0] can not be w1[0,3; give a weight such as"),
        ('{"type":"look","unit":"3"}', "unit can not be 3; give a unit such as 1[3], or nothing."),
        ('{"type":"mark","points":[[1,2]]}', "points[0] can not be [1, 2]; give 3 values."),
        ('{"type":"mark","points":[[1,2,3],[1,2,"a"]]}', "points[1][2] can not be a; give a number from"),
        ('{"type":"rub","x":0,"y":0,"radius":0}', "radius can not be 0; give a number above 0 and at most 1e+30."),
        ('{"type":"renew","what":"all"}', "what can not be all; give one of batches, data, start."),
        ('{"type":"mark","points":[],"fresh":"no"}', "fresh can not be no; give one of true, false."),
        ('{"type":"open","name":"' + "x" * 60_000 + '"}', "name can not be xxxx"),
        ('{"type":"open","name":{"a":[1,"\\ud800"]}}', '{"a": [1, "?"]}'),
        ('{"type":"change","setting":{"h":0}}', "Nudge h can not be 0; give a number from 1e-300 to 1,000,000."),
        ('{"type":"change","setting":{"h":1' + "0" * 400 + "}}", "Nudge h can not be "),
        ('{"type":"change","setting":{"learning_rate":-1}}', "Rate can not be -1; give a number from 0 to 1,000,000."),
        ('{"type":"change","setting":{"hidden":[8,65]}}', "Hidden layers [1] can not be 65; give a whole number from 1 to 64."),
        ('{"type":"change","setting":{"batch_size":0}}', "Batch size can not be 0; give a whole number from 1 to 5,000."),
        ('{"type":"change","setting":{"features":[]}}', "features can not be []; give 1 to 10 values."),
        ('{"type":"change","setting":{"data":' + "[" * 300 + "]" * 300 + "}}", "data can not be [[[["),
        ('{"type":"play","further":1}', "does not have the fields that it should: Object contains unknown field `further`."),
        ('{"type":"go"}', "does not have the fields that it should: Object missing required field `step`."),
    ],
)
def test_a_value_that_can_t_be_is_named_with_what_can(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        incoming.read(text)
    assert not isinstance(caught.value, incoming.Malformed)
    assert said in caught.value.sentence("en")
    assert caught.value.sentence("ja").encode()
    assert len(caught.value.sentence("ja")) < 300


def test_every_number_has_bounds() -> None:
    def numbers(kind: inspect.Type) -> Iterator[inspect.IntType | inspect.FloatType]:
        if isinstance(kind, (inspect.IntType, inspect.FloatType)):
            yield kind
        for name in ("types", "item_types", "item_type", "key_type", "value_type"):
            inside = getattr(kind, name, ())
            for one in inside if isinstance(inside, tuple) else (inside,):
                yield from numbers(one)

    kinds: tuple[type[msgspec.Struct], ...] = (*incoming.MESSAGES, Setting)
    fields = [field for kind in kinds for field in msgspec.structs.fields(kind)]
    found = [number for field in fields for number in numbers(inspect.type_info(field.type))]
    assert len(found) > 20
    for number in found:
        assert number.ge is not None or number.gt is not None
        assert number.le is not None


def test_what_is_too_large_is_refused_unread() -> None:
    long = json.dumps({"type": "change", "setting": {"data": "x" * limits.MOST_MESSAGE}})
    with pytest.raises(incoming.Malformed, match=str(limits.MOST_MESSAGE)):
        incoming.read(long)
    table = json.dumps({"type": "table", "name": "a.csv", "content": "x" * limits.MOST_MESSAGE})
    assert isinstance(incoming.read(table), incoming.Table)


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_nothing_breaks_the_reader(text: bytes | str) -> None:
    with suppress(InputError):
        assert isinstance(incoming.read(text), incoming.Message)


def test_what_is_drawn_for_the_soak_is_read_or_refused_by_a_sentence() -> None:
    values, read, refused = Values(0, {"run": ["nobody"]}), 0, 0
    for _ in range(300):
        try:
            incoming.read(values.message())
            read += 1
        except InputError as error:
            refused += len(error.sentence("ja").encode()) > 0
    for _ in range(30):
        with suppress(InputError):
            parse_permalink(values.link())
    assert min(read, refused) > 50


KINDS = st.sampled_from([np.float64, np.float32, np.uint8, np.int8, np.int32])
ARRAYS = KINDS.flatmap(
    lambda kind: arrays_of.arrays(kind, arrays_of.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5))
)


class Header(msgspec.Struct, frozen=True):
    text: str
    arrays: tuple[ArrayPlace, ...] = ()


@given(st.dictionaries(st.text(max_size=5), ARRAYS, max_size=4), st.text(max_size=20))
def test_frames_come_out_as_they_went_in(arrays: dict[str, NDArray[Any]], text: str) -> None:
    content = packed(Header(text=text), arrays)
    frame = taken_apart(content)
    assert frame.header == {"text": text}
    assert list(frame.arrays) == list(arrays)
    for name, array in arrays.items():
        assert frame.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(frame.arrays[name], array)
    assert len(content) % 8 == 0


def test_msgspec_knows_every_structure_before_two_threads_use_it() -> None:
    """It crashes where two threads are the first to use one."""

    def those_of(kind: type[msgspec.Struct]) -> set[type[msgspec.Struct]]:
        return {kind, *(each for below in kind.__subclasses__() for each in those_of(below))}

    ours = {kind for kind in those_of(msgspec.Struct) if kind.__module__.startswith("koubai.")}
    assert {"Setting", "Hello", "_Extra"} <= {kind.__name__ for kind in ours}
    assert ours - structures.completed == {incoming.Message, outgoing.OutgoingMessage}
