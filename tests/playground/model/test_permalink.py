"""Links: whatever a setting is, it comes back; whatever a text is, nothing breaks."""

import json

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koubai.errors import InputError
from koubai.playground.model.data_source import UserData
from koubai.playground.model.permalink import PermalinkState, format_permalink, parse_permalink
from koubai.playground.protocol import incoming, limits
from koubai.playground.protocol.setting import Setting

NUMBERS = st.floats(0, 1e6, allow_nan=False)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
HIDDEN = st.lists(st.integers(1, 64), max_size=10)


@st.composite
def settings(draw: st.DrawFn) -> Setting:
    """Any setting, the words in it being any words."""
    hidden = draw(HIDDEN)
    words = st.sampled_from(["relu", "tanh", "leaky-relu"])
    values = {
        "data": draw(st.sampled_from(["xor", "spirals", "iris", "own"])),
        "samples": draw(st.integers(10, 5000)),
        "noise": draw(st.none() | st.floats(0, 10)),
        "test": draw(st.floats(0, 0.9)),
        "target": draw(NAMES),
        "features": draw(st.lists(st.sampled_from(["x1", "x2", "x1*x2", "sin(πx1)"]), min_size=1, unique=True)),
        "hidden": hidden,
        "activations": [draw(words) for _ in hidden],
        "seed": draw(st.integers(0, 2**32 - 1)),
        "h": draw(st.floats(limits.LEAST_H, 1e6)),
        "learning_rate": draw(NUMBERS),
        "batch_size": draw(st.none() | st.integers(1, 5000)),
        "frozen": draw(st.lists(st.sampled_from(["w1[0,3]", "b2[1]"]), unique=True)),
    }
    return msgspec.convert(values, Setting)


POINT = st.tuples(st.floats(-1e30, 1e30), st.floats(-1e30, 1e30), st.integers(0, 9).map(float))


@given(
    settings(),
    st.lists(POINT, max_size=20),
    st.none() | st.lists(st.floats(-1e30, 1e30), min_size=1, max_size=20),
    st.integers(0, limits.MOST_STEPS),
)
def test_a_link_brings_everything_back(
    setting: Setting, points: list[tuple[float, float, float]], weights: list[float] | None, begin: int
) -> None:
    held = None if weights is None else np.array(weights)
    text = format_permalink(PermalinkState(setting, UserData(tuple(points)), "", held, begin))
    again = parse_permalink(text + "&step=12" if text else "step=12")
    assert again.setting == setting
    assert again.step == 12
    assert again.user_data.points == (tuple(points) if setting.data == "own" else ())
    if held is None:
        assert again.weights is None
    else:
        assert again.weights is not None
        np.testing.assert_array_equal(again.weights, held)
        assert again.begin == begin
    assert text.isascii()
    assert " " not in text


def test_the_founding_example_needs_no_words() -> None:
    assert format_permalink(PermalinkState(Setting())) == ""
    assert parse_permalink("").setting == Setting()
    assert parse_permalink("#seed=3&step=100").setting.seed == 3


def test_the_largest_link_is_heard() -> None:
    numbers = np.random.RandomState(0)
    points = tuple(map(tuple, numbers.normal(size=(limits.MOST_POINTS, 2)).tolist()))
    brought = UserData(tuple((x, y, 1.0) for x, y in points))
    text = format_permalink(PermalinkState(Setting(data="own"), brought, "", numbers.normal(size=limits.MOST_PARAMETERS), 7))
    hello = incoming.read(json.dumps({"type": "hello", "version": 1, "link": text}))
    assert isinstance(hello, incoming.Hello)
    assert parse_permalink(hello.link).user_data == brought or parse_permalink(hello.link).user_data.points == brought.points


def test_a_file_goes_with_the_link_unless_it_is_large() -> None:
    setting = Setting(data="table", target="y")
    small = UserData((), "表 1.csv", b"x,y\n1,a\n2,b\n")
    again = parse_permalink(format_permalink(PermalinkState(setting, small))).user_data
    assert (again.name, again.content) == (small.name, small.content)
    noise = np.random.RandomState(0).bytes(100_000)
    text = format_permalink(PermalinkState(setting, UserData((), "big.csv", noise)))
    assert len(text) < 200
    with pytest.raises(InputError, match=r"big\.csv"):
        parse_permalink(text)


@pytest.mark.parametrize(
    "text",
    [
        "wings=3",
        "seed=-1",
        "seed=x",
        "hidden=0",
        "learning_rate=nan",
        "h=0",
        "h=inf",
        "weights=%%%",
        "points=AAAA",
        "step=-4",
        "step=１",
        "seed",
        "&&",
    ],
)
def test_a_wrong_link_is_explained(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_permalink(text)
    assert caught.value.sentence("ja")


def test_a_bomb_is_not_unpacked() -> None:
    import zlib
    from base64 import urlsafe_b64encode

    bomb = urlsafe_b64encode(zlib.compress(b"\0" * 50_000_000)).decode().rstrip("=")
    with pytest.raises(InputError, match="points"):
        parse_permalink(f"data=own&points={bomb}")


@given(st.text(max_size=100))
def test_nothing_breaks_the_reader(text: str) -> None:
    try:
        linked = parse_permalink(text)
    except InputError:
        return
    assert parse_permalink(format_permalink(linked)).setting == linked.setting
