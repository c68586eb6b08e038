"""Turns: everybody gets one, nobody two at once, and a session that fails or lasts takes nobody else's."""

from collections.abc import Iterator
from threading import Event, Lock
from typing import Any, cast

import pytest

from koubai.playground.session.scheduler import LONGEST, SHORTEST, Scheduler
from koubai.playground.session.session import Session


class Fake:
    """A session that counts its turns: ``due`` says when it wants the next, ``work`` is what it does."""

    def __init__(self, turns: int, *, blocks: Event | None = None, later: float | None = None) -> None:
        self.left, self.blocks, self.later = turns, blocks, later
        self.seconds: list[float] = []
        self.begun, self.over = Event(), Event()
        self._one = Lock()

    def turn(self, seconds: float) -> list[str]:
        assert self._one.acquire(blocking=False), "two turns at once"
        self.begun.set()
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


class Faulty(Fake):
    """A session of which a turn, or the question when it wants the next, does what it mustn't."""

    def __init__(self, *, turn: BaseException | None = None, due: Any = None) -> None:
        super().__init__(1)
        self.fails, self.due = turn, due

    def turn(self, seconds: float) -> list[str]:
        if self.fails is not None:
            raise self.fails
        return super().turn(seconds)

    def next_turn(self, now: float) -> float | None:
        self.over.set()
        if isinstance(self.due, Exception):
            raise self.due
        return cast("float | None", self.due)


def session(fake: Fake) -> Session:
    return cast(Session, fake)


@pytest.fixture
def delivered() -> list[Any]:
    return []


@pytest.fixture
def turns(delivered: list[Any]) -> Iterator[Scheduler]:
    made = Scheduler(2, lambda session, items: delivered.append((session, *items)))
    yield made
    made.close()


def test_all_get_their_turns_and_what_they_make_is_delivered(turns: Scheduler, delivered: list[Any]) -> None:
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


def test_one_that_lasts_holds_nobody_up(turns: Scheduler) -> None:
    gate = Event()
    slow, quick = Fake(1, blocks=gate), Fake(200)
    turns.wake(session(slow))
    turns.wake(session(quick))
    assert quick.over.wait(20)
    assert not slow.over.is_set()
    gate.set()
    assert slow.over.wait(20)


def test_one_that_waits_can_be_woken(turns: Scheduler) -> None:
    fake = Fake(3, later=3600.0)
    turns.wake(session(fake))
    while len(fake.seconds) < 1:
        pass
    for count in (2, 3):
        turns.wake(session(fake))
        while len(fake.seconds) < count:
            pass
    assert fake.over.wait(20)


def test_a_later_turn_comes_by_itself(turns: Scheduler) -> None:
    fake = Fake(4, later=0.01)
    turns.wake(session(fake))
    assert fake.over.wait(20)


def test_one_that_is_forgotten_gets_none(turns: Scheduler) -> None:
    fake = Fake(2, later=3600.0)
    turns.wake(session(fake))
    while not fake.seconds:
        pass
    turns.forget(session(fake))
    other = Fake(20)
    turns.wake(session(other))
    assert other.over.wait(20)
    assert len(fake.seconds) == 1


@pytest.mark.parametrize(
    ("faulty", "fails"),
    [
        (Faulty(due=1e300), False),  # a wait that no clock can measure
        (Faulty(due=float("inf")), True),
        (Faulty(due=float("nan")), True),
        (Faulty(due=ZeroDivisionError()), True),
        (Faulty(due="soon"), True),
        (Faulty(turn=ZeroDivisionError()), True),
        (Faulty(turn=SystemExit()), True),
        (Faulty(turn=MemoryError()), True),
    ],
    ids=lambda value: "" if isinstance(value, bool) else repr(value.fails or value.due),
)
def test_nothing_ends_a_thread(faulty: Faulty, fails: bool) -> None:
    failed: list[object] = []
    turns = Scheduler(1, lambda session, items: None, lambda session, error: failed.append(session))
    turns.wake(session(faulty))
    other = Fake(20)
    turns.wake(session(other))
    assert other.over.wait(20)
    assert failed == ([faulty] if fails else [])
    assert turns.close()


def test_nothing_that_is_done_with_what_was_made_ends_a_thread() -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    turns = Scheduler(1, fail, fail)
    for _ in range(3):
        turns.wake(session(Fake(1)))
    other = Fake(1)
    other.turn = lambda seconds: []  # type: ignore[method-assign]
    other.left = 0
    turns.wake(session(other))
    assert other.over.wait(20)
    assert turns.close()


def test_a_mistake_in_the_turns_themselves_ends_no_thread(turns: Scheduler, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = iter([ZeroDivisionError(), MemoryError()])
    plain = Scheduler._next

    def fails_at_first(self: Scheduler) -> Session | None:
        if (fault := next(faults, None)) is not None:
            raise fault
        return plain(self)

    monkeypatch.setattr(Scheduler, "_next", fails_at_first)
    fakes = [Fake(3) for _ in range(4)]
    for fake in fakes:
        turns.wake(session(fake))
    assert all(fake.over.wait(20) for fake in fakes)


def test_as_many_may_last_as_there_are_threads() -> None:
    gate = Event()
    turns = Scheduler(2, lambda session, items: None)
    lasting = [Fake(1, blocks=gate) for _ in range(4)]
    for fake in lasting:
        turns.wake(session(fake))
    quick = Fake(50)
    turns.wake(session(quick))
    assert quick.over.wait(20)
    assert not any(fake.over.is_set() for fake in lasting)
    gate.set()
    assert all(fake.over.wait(20) for fake in lasting)
    again = Fake(50)
    turns.wake(session(again))
    assert again.over.wait(20)
    assert turns.close()


def test_the_end_waits_for_no_turn_that_lasts() -> None:
    gate = Event()
    turns = Scheduler(1, lambda session, items: None)
    slow = Fake(1, blocks=gate)
    turns.wake(session(slow))
    assert slow.begun.wait(20)
    assert not turns.close(0.01)
    assert not slow.over.is_set()
    gate.set()
    assert turns.close()


def test_one_that_is_woken_again_and_again_leaves_nothing_behind(turns: Scheduler) -> None:
    fake = Fake(10, later=3600.0)
    for count in range(1, 10):
        turns.wake(session(fake))
        while len(fake.seconds) < count:
            pass
    assert len(turns._later) <= 1
