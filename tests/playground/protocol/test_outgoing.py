"""Outgoing messages: they are JSON, and hold no number that JSON doesn't have."""

import json
from math import inf, nan

import pytest

from koubai.playground.protocol.frames import ComparisonMoment, FrameArrays, packed, wire_name
from koubai.playground.protocol.outgoing import Fault, Points, RunList, SlopeAnswer, check_finite, encoded, number_bounds

ANSWER = SlopeAnswer(
    place="w1[0,0]", step=1, value=0.5, method="central", rows=4, all=4, above=1e16, below=None, drawn=None, h=1e-7,
    measured=0.1 + 0.2, exact=2.0,
)  # fmt: skip


def test_a_message_is_json_with_its_type_and_what_is_none_is_null() -> None:
    sending = encoded(ANSWER)
    assert sending.kind is SlopeAnswer
    assert isinstance(sending.content, str)
    assert json.loads(sending.content) == {
        "type": "slope", "place": "w1[0,0]", "step": 1, "value": 0.5, "method": "central", "rows": 4, "all": 4, "above": 1e16,
        "below": None, "drawn": None, "h": 1e-7, "measured": 0.30000000000000004, "exact": 2.0,
    }  # fmt: skip
    assert encoded(RunList(runs=())).content == '{"type":"runs","runs":[]}'
    assert encoded(Fault(text="変")).content == '{"type":"fault","text":"変"}'


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_a_number_that_json_does_not_have_is_refused_wherever_it_stands(value: float) -> None:
    points = Points(x=[0.0, value], y=[0.0, 0.0], value=[0.0, 1.0], part=[0, 0])
    for holds in (value, points, [points], {"a": (1, value)}):
        with pytest.raises(ValueError, match="JSON"):
            check_finite(holds)
    with pytest.raises(ValueError, match="JSON"):
        encoded(SlopeAnswer(**{name: getattr(ANSWER, name) for name in ANSWER.__struct_fields__} | {"value": value}))
    with pytest.raises(ValueError, match="JSON"):
        packed(ComparisonMoment(step=1, loss=value, accuracy=None), {})


def test_bounds_of_numbers_are_those_of_the_setting() -> None:
    bounds = number_bounds()
    assert "hidden" not in bounds
    assert (bounds["batch_size"].whole, bounds["batch_size"].empty, bounds["batch_size"].least) == (True, True, 1)
    assert (bounds["h"].above, bounds["h"].least) == (False, 1e-300)
    assert "parameter" in bounds


def test_arrays_have_their_names_of_the_wire() -> None:
    assert [wire_name(name) for name in ("field", "course_step", "beside_winner")] == ["field", "courseStep", "besideWinner"]
    assert FrameArrays.__doc__
