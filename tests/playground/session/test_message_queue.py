"""What waits to be handled: in order, each question once, and bounded."""

import pytest

from koubai.errors import InputError
from koubai.playground.protocol import incoming
from koubai.playground.session.message_queue import MOST_WAITING, MessageQueue, Received

EDIT, PRICE, PLAY = incoming.Edit(values={"w1[0,0]": 1.0}), incoming.Price(), incoming.Play()


def filled(*received: Received) -> MessageQueue:
    queue = MessageQueue()
    for one in received:
        queue.put(one)
    return queue


def emptied(queue: MessageQueue) -> list[Received]:
    taken = [queue.pop() for _ in range(len(queue))]
    assert queue.pop() is None
    return [one for one in taken if one is not None]


def test_the_same_question_waits_once_where_it_was_asked_last() -> None:
    here, there = incoming.Slope(place="w1[0,0]"), incoming.Slope(place="b1[0]")
    queue = filled(PRICE, here, EDIT, PRICE, here, PLAY, there, PRICE, incoming.Runs(), incoming.Runs())
    assert emptied(queue) == [EDIT, here, PLAY, there, PRICE, incoming.Runs()]
    looks = filled(
        incoming.InspectUnit(unit="1[0]"), incoming.Drawn(frame=1), incoming.InspectUnit(unit="1[2]"), incoming.Drawn(frame=2)
    )
    assert emptied(looks) == [incoming.InspectUnit(unit="1[2]"), incoming.Drawn(frame=2)]


def test_what_changes_something_counts_each_time() -> None:
    many = [
        *[incoming.Forward()] * 3,
        EDIT,
        PLAY,
        EDIT,
        incoming.Edit(values={"b1[0]": 1.0}),
        EDIT,
        incoming.Renew(what="data"),
    ] * 2
    assert emptied(filled(*many)) == many


def test_of_what_is_dragged_the_last_counts() -> None:
    """A page that is dragged at while its program is compiled is not to be closed for it."""
    queue = MessageQueue()
    for step in range(3 * MOST_WAITING):
        queue.put(incoming.Edit(values={"w1[0,0]": float(step), "b1[0]": 1.0}))
    for step in range(3 * MOST_WAITING):
        queue.put(incoming.Change(setting={"noise": step / 1e4}))
    for step in range(3):
        queue.put(incoming.Go(step=step))
        queue.put(incoming.Speed(steps=1.0))
    assert len(queue) == 2 + 6
    last = 3 * MOST_WAITING - 1
    edit = incoming.Edit(values={"w1[0,0]": float(last), "b1[0]": 1.0})
    assert emptied(queue)[:2] == [edit, incoming.Change(setting={"noise": last / 1e4})]


def test_questions_are_dropped_and_changes_stay() -> None:
    queue = filled(PRICE, EDIT, incoming.Runs(), InputError("own-points"), PLAY, incoming.InspectUnit(unit="1[0]"))
    queue.drop_questions()
    assert emptied(queue) == [EDIT, PLAY]


def test_it_is_bounded_and_questions_fill_it_not() -> None:
    queue = filled(*[PLAY] * (MOST_WAITING - 1), PRICE)
    for _ in range(3):
        queue.put(PRICE)
    with pytest.raises(incoming.Malformed, match=str(MOST_WAITING)):
        queue.put(PLAY)
    assert len(queue) == MOST_WAITING


def test_what_was_taken_too_early_comes_first_again() -> None:
    queue = filled(EDIT, PLAY)
    taken = queue.pop()
    assert taken is not None
    queue.put_back(taken)
    assert emptied(queue) == [EDIT, PLAY]
