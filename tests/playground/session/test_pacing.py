"""FramePacer: frames come as fast as a screen shows them, and as the page draws them."""

import pytest

from koubai.playground.protocol.limits import FRAMES_AHEAD
from koubai.playground.session.pacing import BETWEEN_FRAMES, FramePacer


@pytest.fixture
def time() -> list[float]:
    return [100.0]


@pytest.fixture
def pacer(time: list[float]) -> FramePacer:
    return FramePacer(lambda: time[0])


def test_a_frame_is_sent_once_until_something_changes(pacer: FramePacer, time: list[float]) -> None:
    assert pacer.take(waits=True) == 1
    time[0] += 1
    assert pacer.take(waits=True) is None
    assert pacer.due_time() is None
    pacer.refresh()
    assert pacer.due_time() is not None
    assert pacer.take(waits=True) == 2


def test_the_next_waits_for_its_time_unless_somebody_waits_for_it(pacer: FramePacer, time: list[float]) -> None:
    pacer.take(waits=True)
    pacer.refresh()
    assert pacer.take(waits=True) is None
    assert pacer.due_time() == pytest.approx(time[0] + BETWEEN_FRAMES / 2)
    pacer.hurry()
    assert pacer.take(waits=True) == 2


def test_no_more_are_sent_than_the_page_draws(pacer: FramePacer) -> None:
    sent = 0
    for _ in range(10):
        pacer.refresh()
        sent += pacer.take(waits=False) is not None
    assert (sent, pacer.may_send, pacer.due_time()) == (FRAMES_AHEAD, False, None)
    pacer.acknowledge(10**6)  # a frame that was never sent
    assert pacer.take(waits=False) == FRAMES_AHEAD + 1
    pacer.acknowledge(1)  # one that was drawn long ago
    pacer.refresh()
    assert pacer.take(waits=False) == FRAMES_AHEAD + 2
    pacer.refresh()
    assert pacer.take(waits=False) is None
    pacer.begin_page()
    assert pacer.take(waits=False) == FRAMES_AHEAD + 3
