"""What a session does at each message."""

import binascii
import secrets
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from koubai.errors import InputError
from koubai.playground import protocol, questions, telling
from koubai.playground.beside import BesideRun
from koubai.playground.keeper import kept_run
from koubai.playground.programs import compiling
from koubai.playground.protocol import MOST_TABLE
from koubai.playground.source import OWN, Brought, source_of

if TYPE_CHECKING:
    from koubai.playground.session import Session


@contextmanager
def _resting_where_anew(session: "Session") -> Iterator[None]:
    """A change after which the training begins anew ends it; after others it goes on."""
    course = session.lesson.course
    yield
    if session.lesson.course is not course:
        session.rest()
    session.changed()


def _language(session: "Session", message: protocol.Language) -> None:
    session.language = message.language
    session.answer(telling.welcome(session, resumed=True))
    session.changed()


def _check_steps_are_left(session: "Session") -> None:
    """Diverged where no step can follow, InputError where all are made."""
    lesson = session.lesson
    if lesson.diverged is not None:
        raise lesson.diverged
    if lesson.is_finished:
        raise InputError("page-all-made", steps=lesson.at)


def _play(session: "Session", message: protocol.Play) -> None:
    if message.more and session.lesson.further:
        session.lesson.more(message.more)
        session.changed()
    _check_steps_are_left(session)
    session.play()


def _pause(session: "Session", message: protocol.Pause) -> None:
    session.rest()


def _forward(session: "Session", message: protocol.Forward) -> None:
    _check_steps_are_left(session)
    start = session.lesson.at if session.goal is None else session.goal  # where it is on its way to, if it is
    session.rest()
    session.go_to(start + message.count)


def _back(session: "Session", message: protocol.Back) -> None:
    session.go_to(max(session.lesson.course.first, session.lesson.at - message.count))


def _go(session: "Session", message: protocol.Go) -> None:
    course = session.lesson.course
    session.go_to(min(max(course.first, message.step), course.last), seconds=0.1)


def _speed(session: "Session", message: protocol.Speed) -> None:
    session.speed = message.steps or 0.0
    if session.playing:
        session.play(session.goal)
    session.changed()


def _reset(session: "Session", message: protocol.Reset) -> None:
    session.rest()
    session.lesson.reset()
    session.changed()


def _renew(session: "Session", message: protocol.Renew) -> None:
    with _resting_where_anew(session):
        session.lesson.renew(message.what, secrets.randbelow(10_000))


def _change(session: "Session", message: protocol.Change) -> None:
    with _resting_where_anew(session):
        lesson = session.lesson
        if message.setting.get("data") == OWN != lesson.setting.data and not lesson.brought.points:
            # to begin with, the points that are seen, or those of the founding example
            seen = lesson.source if lesson.source.is_planar else source_of(protocol.Setting(), Brought())
            lesson.mark(seen.as_points(), fresh=True)
        else:
            lesson.change(message.setting, usual=message.usual)


def _layers(session: "Session", message: protocol.Layers) -> None:
    with _resting_where_anew(session):
        session.lesson.shape(message.hidden, message.activations)


def _edit(session: "Session", message: protocol.Edit) -> None:
    session.lesson.edit(message.values)
    session.changed()


def _freeze(session: "Session", message: protocol.Freeze) -> None:
    session.lesson.freeze(message.places, frozen=message.frozen)
    session.changed()


def _cut(session: "Session", message: protocol.Cut) -> None:
    session.lesson.cut(message.places, cut=message.cut)
    session.changed()


def _look(session: "Session", message: protocol.Look) -> None:
    session.look = message.unit
    session.refresh()


def _drawn(session: "Session", message: protocol.Drawn) -> None:
    session.drawn(message.frame)


def _mark(session: "Session", message: protocol.Mark) -> None:
    session.hold()
    with _resting_where_anew(session):
        session.lesson.mark(message.points, fresh=message.fresh)


def _rub(session: "Session", message: protocol.Rub) -> None:
    session.hold()
    with _resting_where_anew(session):
        session.lesson.rub(message.x, message.y, message.radius)


def _table(session: "Session", message: protocol.Table) -> None:
    if message.content:
        try:
            content = b64decode(message.content, validate=True)
        except binascii.Error as error:
            raise protocol.Malformed("message-malformed", reason=str(error)) from error
    else:
        same = message.name == session.lesson.brought.name
        content = session.lesson.brought.content if same else b""  # the same file, another target
    if not content or len(content) > MOST_TABLE:
        raise InputError("page-table", name=message.name, value=len(content), most=MOST_TABLE)
    with _resting_where_anew(session):
        session.lesson.bring_table(message.name, content, message.target)


def _runs(session: "Session", message: protocol.Runs) -> None:
    session.answer(telling.runs(session.store, session.language))


def _open(session: "Session", message: protocol.Open) -> None:
    session.rest()
    session.lesson.open(message.name)
    session.changed()


def _beside(session: "Session", message: protocol.Beside) -> None:
    session.beside = BesideRun.of(*kept_run(session.store, message.name)[:2]) if message.name else None
    session.changed()


def _slope(session: "Session", message: protocol.Slope) -> None:
    with compiling(session.lesson.stretch.experiment, purpose="slope"):
        answer = questions.slope(session.lesson, message.place)
    session.answer({"type": "slope", **answer})


def _price(session: "Session", message: protocol.Price) -> None:
    session.answer({"type": "price", **questions.price(session.lesson)})


ORDERS: Mapping[type[protocol.Message], Callable[["Session", Any], None]] = {
    protocol.Language: _language,
    protocol.Play: _play,
    protocol.Pause: _pause,
    protocol.Forward: _forward,
    protocol.Back: _back,
    protocol.Go: _go,
    protocol.Speed: _speed,
    protocol.Reset: _reset,
    protocol.Renew: _renew,
    protocol.Change: _change,
    protocol.Layers: _layers,
    protocol.Edit: _edit,
    protocol.Freeze: _freeze,
    protocol.Cut: _cut,
    protocol.Look: _look,
    protocol.Drawn: _drawn,
    protocol.Mark: _mark,
    protocol.Rub: _rub,
    protocol.Table: _table,
    protocol.Runs: _runs,
    protocol.Open: _open,
    protocol.Beside: _beside,
    protocol.Slope: _slope,
    protocol.Price: _price,
}
