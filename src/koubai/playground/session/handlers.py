"""What a session does at each message."""

import binascii
import secrets
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from koubai.errors import InputError
from koubai.playground.model import inspection
from koubai.playground.model.autosave import kept_run
from koubai.playground.model.comparison import ComparisonRun
from koubai.playground.model.compile_cache import compiling
from koubai.playground.model.data_source import OWN, UserData, source_of
from koubai.playground.protocol import incoming
from koubai.playground.protocol.incoming import MOST_TABLE
from koubai.playground.session import messages

if TYPE_CHECKING:
    from koubai.playground.session.session import Session


@contextmanager
def _resting_where_anew(session: "Session") -> Iterator[None]:
    """A change after which the training begins anew ends it; after others it goes on."""
    course = session.lesson.course
    yield
    if session.lesson.course is not course:
        session.rest()
    session.changed()


def _language(session: "Session", message: incoming.Language) -> None:
    session.language = message.language
    session.answer(messages.welcome(session, resumed=True))
    session.changed()


def _check_steps_are_left(session: "Session") -> None:
    """Diverged where no step can follow, InputError where all are made."""
    lesson = session.lesson
    if lesson.diverged is not None:
        raise lesson.diverged
    if lesson.is_finished:
        raise InputError("page-all-made", steps=lesson.at)


def _play(session: "Session", message: incoming.Play) -> None:
    if message.more and session.lesson.further:
        session.lesson.more(message.more)
        session.changed()
    _check_steps_are_left(session)
    session.play()


def _pause(session: "Session", message: incoming.Pause) -> None:
    session.rest()


def _forward(session: "Session", message: incoming.Forward) -> None:
    _check_steps_are_left(session)
    start = session.lesson.at if session.goal is None else session.goal  # where it is on its way to, if it is
    session.rest()
    session.go_to(start + message.count)


def _back(session: "Session", message: incoming.Back) -> None:
    session.go_to(max(session.lesson.course.first, session.lesson.at - message.count))


def _go(session: "Session", message: incoming.Go) -> None:
    course = session.lesson.course
    session.go_to(min(max(course.first, message.step), course.last), seconds=0.1)


def _speed(session: "Session", message: incoming.Speed) -> None:
    session.speed = message.steps or 0.0
    if session.playing:
        session.play(session.goal)
    session.changed()


def _reset(session: "Session", message: incoming.Reset) -> None:
    session.rest()
    session.lesson.reset()
    session.changed()


def _renew(session: "Session", message: incoming.Renew) -> None:
    with _resting_where_anew(session):
        session.lesson.renew(message.what, secrets.randbelow(10_000))


def _change(session: "Session", message: incoming.Change) -> None:
    with _resting_where_anew(session):
        lesson = session.lesson
        if message.setting.get("data") == OWN != lesson.setting.data and not lesson.brought.points:
            # to begin with, the points that are seen, or those of the founding example
            seen = lesson.source if lesson.source.is_planar else source_of(incoming.Setting(), UserData())
            lesson.mark(seen.as_points(), fresh=True)
        else:
            lesson.change(message.setting, usual=message.usual)


def _layers(session: "Session", message: incoming.Layers) -> None:
    with _resting_where_anew(session):
        session.lesson.shape(message.hidden, message.activations)


def _edit(session: "Session", message: incoming.Edit) -> None:
    session.lesson.edit(message.values)
    session.changed()


def _freeze(session: "Session", message: incoming.Freeze) -> None:
    session.lesson.freeze(message.places, frozen=message.frozen)
    session.changed()


def _cut(session: "Session", message: incoming.Cut) -> None:
    session.lesson.cut(message.places, cut=message.cut)
    session.changed()


def _look(session: "Session", message: incoming.Look) -> None:
    session.look = message.unit
    session.refresh()


def _drawn(session: "Session", message: incoming.Drawn) -> None:
    session.drawn(message.frame)


def _mark(session: "Session", message: incoming.Mark) -> None:
    session.hold()
    with _resting_where_anew(session):
        session.lesson.mark(message.points, fresh=message.fresh)


def _rub(session: "Session", message: incoming.Rub) -> None:
    session.hold()
    with _resting_where_anew(session):
        session.lesson.rub(message.x, message.y, message.radius)


def _table(session: "Session", message: incoming.Table) -> None:
    if message.content:
        try:
            content = b64decode(message.content, validate=True)
        except binascii.Error as error:
            raise incoming.Malformed("message-malformed", reason=str(error)) from error
    else:
        same = message.name == session.lesson.brought.name
        content = session.lesson.brought.content if same else b""  # the same file, another target
    if not content or len(content) > MOST_TABLE:
        raise InputError("page-table", name=message.name, value=len(content), most=MOST_TABLE)
    with _resting_where_anew(session):
        session.lesson.bring_table(message.name, content, message.target)


def _runs(session: "Session", message: incoming.Runs) -> None:
    session.answer(messages.runs(session.store, session.language))


def _open(session: "Session", message: incoming.Open) -> None:
    session.rest()
    session.lesson.open(message.name)
    session.changed()


def _beside(session: "Session", message: incoming.Beside) -> None:
    session.beside = ComparisonRun.of(*kept_run(session.store, message.name)[:2]) if message.name else None
    session.changed()


def _slope(session: "Session", message: incoming.Slope) -> None:
    with compiling(session.lesson.stretch.experiment, purpose="slope"):
        answer = inspection.slope(session.lesson, message.place)
    session.answer({"type": "slope", **answer})


def _price(session: "Session", message: incoming.Price) -> None:
    session.answer({"type": "price", **inspection.price(session.lesson)})


HANDLERS: Mapping[type[incoming.Message], Callable[["Session", Any], None]] = {
    incoming.Language: _language,
    incoming.Play: _play,
    incoming.Pause: _pause,
    incoming.Forward: _forward,
    incoming.Back: _back,
    incoming.Go: _go,
    incoming.Speed: _speed,
    incoming.Reset: _reset,
    incoming.Renew: _renew,
    incoming.Change: _change,
    incoming.Layers: _layers,
    incoming.Edit: _edit,
    incoming.Freeze: _freeze,
    incoming.Cut: _cut,
    incoming.Look: _look,
    incoming.Drawn: _drawn,
    incoming.Mark: _mark,
    incoming.Rub: _rub,
    incoming.Table: _table,
    incoming.Runs: _runs,
    incoming.Open: _open,
    incoming.Beside: _beside,
    incoming.Slope: _slope,
    incoming.Price: _price,
}
