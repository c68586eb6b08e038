"""Turns: everybody gets one, nobody two at once, and a session that fails or lasts takes nobody else's."""

from collections.abc import Iterator
from threading import Event, Lock
from typing import Any, cast

import pytest

from koubai.playground.session import Session
from koubai.playground.turns import LONGEST, SHORTEST, Turns


class Fake:
    """A session that counts its turns: ``due`` says when it wants the next, ``work`` is what it does."""

    def __init__(self, turns: int, *, blocks: Event | None = None, later: float | None = None) -> None:
        self.left, self.blocks, self.later = turns, blocks, later
        self.seconds: list[float] = []
        self.over = Event()
        self._one = Lock()

    def turn(self, seconds: float) -> list[str]:
        assert self._one.acquire(blocking=False), "two turns at once"
        if self.blocks is not None:
            self.blocks.wait(20)
        self.seconds.append(seconds)
        self.left -= 1
        self._one.release()
        return [f"{self.left}"]

    def next_turn(self, now: float) -> float | None:
        if self.left > 0:
            return now if self.later is None else now + self.later
        self.over.set()
        return None


def session(fake: Fake) -> Session:
    return cast(Session, fake)


@pytest.fixture
def delivered() -> list[Any]:
    return []


@pytest.fixture
def turns(delivered: list[Any]) -> Iterator[Turns]:
    made = Turns(2, lambda session, items: delivered.append((session, *items)))
    yield made
    made.close()


def test_all_get_their_turns_and_what_they_make_is_delivered(turns: Turns, delivered: list[Any]) -> None:
    fakes = [Fake(50) for _ in range(30)]
    for fake in fakes:
        turns.wake(session(fake))
        turns.wake(session(fake))
    assert all(fake.over.wait(20) for fake in fakes)
    for fake in fakes:
        assert 50 <= len(fake.seconds) <= 51  # woken once more than it wanted
        assert all(SHORTEST <= seconds <= LONGEST for seconds in fake.seconds)
        assert [item for one, item in delivered if one is fake][:50] == [str(left) for left in reversed(range(50))]
    assert min(min(fake.seconds) for fake in fakes) < LONGEST  # shorter, since they are many


def test_one_that_lasts_holds_nobody_up(turns: Turns) -> None:
    gate = Event()
    slow, quick = Fake(1, blocks=gate), Fake(200)
    turns.wake(session(slow))
    turns.wake(session(quick))
    assert quick.over.wait(20)
    assert not slow.over.is_set()
    gate.set()
    assert slow.over.wait(20)


def test_one_that_waits_can_be_woken(turns: Turns) -> None:
    fake = Fake(3, later=3600.0)
    turns.wake(session(fake))
    while len(fake.seconds) < 1:
        pass
    for count in (2, 3):
        turns.wake(session(fake))
        while len(fake.seconds) < count:
            pass
    assert fake.over.wait(20)


def test_a_later_turn_comes_by_itself(turns: Turns) -> None:
    fake = Fake(4, later=0.01)
    turns.wake(session(fake))
    assert fake.over.wait(20)


def test_one_that_is_forgotten_gets_none(turns: Turns) -> None:
    fake = Fake(2, later=3600.0)
    turns.wake(session(fake))
    while not fake.seconds:
        pass
    turns.forget(session(fake))
    other = Fake(20)
    turns.wake(session(other))
    assert other.over.wait(20)
    assert len(fake.seconds) == 1
