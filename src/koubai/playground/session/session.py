"""Session: what stands behind one page, as a state machine that knows no socket.

``receive`` takes note of a message; at its next turn the session obeys what was noted, trains for a while if it is playing, and
says what is to be sent. States: resting, playing (towards a goal, or without end), and gone, where no page is there: then it
does nothing.
"""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any
from uuid import uuid4

from koubai.errors import InputError, KoubaiError, internal
from koubai.experiment import Run
from koubai.locale import sentence
from koubai.playground.model.comparison import ComparisonRun
from koubai.playground.model.compile_cache import Occupied
from koubai.playground.model.permalink import parse_permalink
from koubai.playground.model.workspace import Workspace
from koubai.playground.protocol import incoming
from koubai.playground.protocol.incoming import FRAMES_AHEAD
from koubai.playground.session import messages
from koubai.playground.session.handlers import HANDLERS
from koubai.playground.session.message_queue import MessageQueue, Noted

BETWEEN_FRAMES = 1 / 33  # seconds, on the average; no fewer than 30 a second are to reach the screen
LEAST_SECONDS = 0.001  # of a turn that ends early, since a frame is due: a shorter one makes too few steps for its price
UNTIL_AGAIN = 0.05  # seconds until what others are in the way of is tried again
HOLD = 0.4  # seconds without training after rows were drawn, which need a program of their own
REPLAY = 3.0  # seconds in which what was made before is played again, as fast as it goes
SECONDS_OBEYING = 0.1  # without a word, where many messages wait: what comes of some is to be seen before the last
USUAL_SPEED = 1000.0  # steps a second


@dataclass(frozen=True)
class _Left:
    """What a session did when its page went away: it was playing, until step ``goal`` or without end."""

    goal: int | None


class Session:
    """The lesson of one page, and how far the page has come. Every method may be called from any thread."""

    def __init__(self, language: str, link: str, store: Path | None, keeps: bool) -> None:
        """Whatever is wrong with what the link brings is raised here, before a page is told anything of it."""
        self.key = uuid4().hex
        self.language = language
        self.store = store if keeps else None
        linked = parse_permalink(link)
        self.lesson = Workspace(linked, self.store)
        self.playing, self.speed = False, USUAL_SPEED
        self.goal: int | None = None  # the step at which it rests again
        self.look = ""
        self.beside: ComparisonRun | None = None
        self._lock = Lock()  # held during a turn
        self._noted = MessageQueue()
        self._page = False
        self._left: _Left | None = None
        self._closed = False
        self._since = monotonic()  # when steps were counted last
        self._owed = 0.0  # steps that a slow speed has yet to make
        self._rates: deque[tuple[float, int]] = deque()
        self._answers: list[dict[str, Any]] = []
        self._count = 0  # of states
        self._frame = self._drawn = 0
        self._told = messages.SentState()
        self._changed = self._fresh = True
        self._next_frame = 0.0
        self._held_until = 0.0
        self._silent_since = monotonic()
        self._again_at = 0.0  # when it may be that a program can be compiled
        if linked.step > linked.begin:
            self.go_to(linked.step)
        if link:
            self._rehearse()

    def _rehearse(self) -> None:
        """Say all that a page would be told, to nobody: what can't be said is to be found out while there is another way."""
        told = messages.SentState()
        _text(messages.state(self, told, 1))
        messages.frame(self, told, 1, 1)

    # from outside

    def attach(self) -> None:
        """A page is there (again): it is told everything anew."""
        with self._lock:
            self._page, self._drawn = True, self._frame
            self._told = messages.SentState()
            self._answers.insert(0, messages.welcome(self, resumed=self._count > 0))
            if self._left is not None:
                self.play(self._left.goal)
                self._left = None
            self.changed()

    def detach(self) -> None:
        """The page is gone; the session rests until it is back, and then goes on with what it did."""
        self._noted.drop_questions()
        with self._lock:
            self._page = False
            self._answers.clear()
            self._left = _Left(self.goal) if self.playing else None
            self._rest()

    def receive(self, noted: Noted) -> None:
        """To be obeyed at one of the next turns. Malformed where too many wait."""
        self._noted.put(noted)

    def close(self, seconds: float = -1) -> None:
        """What is to be kept is kept; there are no turns after it.

        Within ``seconds``, if they are given: a turn that lasts longer is not waited for. FileFault where something is lost.
        """
        self._closed = True
        ends = monotonic() + seconds
        is_quiet = self._lock.acquire(timeout=seconds / 2 if seconds >= 0 else -1)
        try:
            self.lesson.keeper.close(max(0.0, ends - monotonic()) if seconds >= 0 else None)
        finally:
            if is_quiet:
                self._lock.release()

    def run(self) -> Run:
        """The run that is looked at, until the step that is: whole, which may take a while."""
        with self._lock:
            make = self.lesson.whole_run()
        return make()

    def turn(self, seconds: float) -> list[str | bytes]:
        """Obey, train for about ``seconds``, and what is to be sent. Where messages are left, they are for the next turn."""
        with self._lock:
            if self._closed:
                return []
            self._obey_for(seconds)
            if not self._page or (self._noted and monotonic() - self._silent_since < SECONDS_OBEYING):
                return []
            self._silent_since = monotonic()
            if not self._noted and monotonic() >= self._again_at:
                self._train(seconds)
            if (fault := self.lesson.keeper.fault()) is not None:
                self._say(fault)
            for key, values in self.lesson.notes():
                self.answer({"type": "note", "text": sentence(key, self.language, **values)})
            try:
                return self._sendings()
            except Exception as error:  # a fault of ours: it is said once, and what made it isn't tried again by itself
                return [_text(_fault(internal(error), self.language))]

    def _obey_for(self, seconds: float) -> None:
        """Obey until ``seconds`` are over, or nothing waits any more: at least one message, whatever it takes."""
        ends = monotonic() + seconds
        while monotonic() >= self._again_at and (noted := self._noted.pop()) is not None:
            try:
                self._obey(noted)
            except Occupied:
                self._noted.put_back(noted)
                self._again_at = monotonic() + UNTIL_AGAIN
                return
            if not isinstance(noted, incoming.Drawn):
                self._next_frame = 0.0  # a person waits for what comes of it
            if monotonic() >= ends:
                return

    def next_turn(self, now: float) -> float | None:
        """When it wants its next turn; None: when it is woken."""
        occupied = self._again_at > now
        if self._closed or (not self._noted and not self._page):
            return None
        if self._noted:
            return self._again_at if occupied else now
        held = occupied or self._held_until > now
        if self.playing and self._wants_now() and not held:
            return now
        times = [self._steps_wanted] if self.playing and self.speed else []
        times = [max(self._held_until, self._again_at)] if self.playing and held else times
        if self._fresh and self._may_send:
            times.append(self._next_frame)
        return min(times) if times else None

    # for those who obey

    def changed(self) -> None:
        """Something of what a State tells has changed."""
        self._changed = self._fresh = True

    def refresh(self) -> None:
        """Something of what a frame shows has changed."""
        self._fresh = True

    def answer(self, message: dict[str, Any]) -> None:
        """Send this with the next turn."""
        self._answers.append(message)

    def play(self, goal: int | None = None) -> None:
        """Go on, until step ``goal`` or without end."""
        self.playing, self.goal = True, goal
        self._since, self._owed = monotonic(), 1.0
        self._rates.clear()
        self._fresh = True

    def hold(self) -> None:
        """Let the training wait a little: a person is about to change more."""
        self._held_until = monotonic() + HOLD

    def go_to(self, step: int, *, seconds: float | None = None) -> None:
        """Show step ``step``, and rest; train until there where it has not been made. ``seconds``: see ``Workspace.show``."""
        if step <= self.lesson.course.last:
            self.rest()
            self.lesson.show(step, seconds=seconds)
        else:
            self.lesson.show(self.lesson.course.last)
            self.play(step)

    def rest(self) -> None:
        """Rest."""
        self._rest()
        self._fresh = True

    def _rest(self) -> None:
        self.playing, self.goal = False, None
        self._rates.clear()
        self.lesson.keeper.rest()

    # a turn

    def _obey(self, noted: Noted) -> None:
        self._guarded(lambda: _refuse(noted) if isinstance(noted, InputError) else HANDLERS[type(noted)](self, noted))

    def _guarded(self, work: Callable[[], None]) -> None:
        """What goes wrong is said on the page, and the training rests."""
        try:
            work()
        except Occupied:
            raise
        except KoubaiError as error:
            self.playing, self.goal = False, None
            self._say(error)
        except Exception as error:  # a fault of ours, or no memory: the page says so, and all others go on
            self.playing, self.goal = False, None
            self._say(internal(error))

    def _say(self, error: KoubaiError) -> None:
        self.answer(_fault(error, self.language))
        self.changed()

    def _wants_now(self) -> bool:
        return not self.speed or self.goal is not None or monotonic() >= self._steps_wanted

    @property
    def _steps_wanted(self) -> float:
        """When the next steps are due: not before they can be seen, since a turn costs more than a step."""
        return self._since + max((1 - self._owed) / self.speed, BETWEEN_FRAMES)

    def _steps_due(self) -> float:
        return self._owed + (monotonic() - self._since) * self.speed

    def _train(self, seconds: float) -> None:
        try:
            self._guarded(lambda: self._advance(seconds))
        except Occupied:
            self._again_at = monotonic() + UNTIL_AGAIN

    def _advance(self, seconds: float) -> None:
        if not self.playing or monotonic() < self._held_until:
            return
        lesson = self.lesson
        if not self._is_prepared():
            return
        fast = self.goal is not None or not self.speed
        now = monotonic()
        due = 10**9 if fast else min(self._steps_due(), max(1.0, 0.5 * self.speed))  # what can't be kept up with is let go
        elapsed, self._since = now - self._since, now
        if not fast:
            self._owed = due - int(due)
        if int(due) < 1:
            return
        before = lesson.at
        if fast and self._may_send and now < self._next_frame:
            seconds = min(seconds, max(self._next_frame - now, LEAST_SECONDS))
        if lesson.is_last:
            goal = self.goal if self.goal is not None else before + int(due)
            lesson.train(seconds, min(int(due), goal - before) if goal > before else 0)
        else:
            stride = (lesson.course.last - lesson.course.first) * elapsed / REPLAY if fast else due
            last = lesson.course.last if self.goal is None else min(self.goal, lesson.course.last)
            lesson.show(min(last, before + max(1, int(stride))), seconds=0.01)
            if lesson.at <= before:  # from one record to the next
                lesson.show(lesson.course.record_after(before))
        self._count_steps(now, lesson.at)
        self._fresh |= lesson.at != before
        if (lesson.is_last and (lesson.is_finished or lesson.diverged is not None)) or (
            self.goal is not None and lesson.at >= self.goal
        ):
            self.rest()
            self._told.course_due = True

    def _is_prepared(self) -> bool:
        """Whether a program needs no compiling, or the page has been told that it is."""
        if not self.lesson.is_last or self.lesson.is_known() or self._told.preparing:
            self._told.preparing = False
            return True
        self._told.preparing = self._fresh = True
        self._next_frame = 0.0
        return not self._may_send

    def _count_steps(self, now: float, number: int) -> None:
        self._rates.append((now, number))
        while len(self._rates) > 2 and now - self._rates[0][0] > 1.0:
            self._rates.popleft()

    @property
    def rate(self) -> float:
        """Steps a second, lately."""
        if len(self._rates) < 2 or not self.playing:
            return 0.0
        (began, first), (ended, last) = self._rates[0], self._rates[-1]
        return max(0.0, (last - first) / max(ended - began, 1e-3))

    # what is sent

    @property
    def _may_send(self) -> bool:
        return self._frame - self._drawn < FRAMES_AHEAD

    def drawn(self, frame: int) -> None:
        """The page has drawn that frame."""
        self._drawn = min(max(self._drawn, frame), self._frame)

    def _sendings(self) -> list[str | bytes]:
        made: list[str | bytes] = []
        if self._changed:
            self._count, self._changed = self._count + 1, False
            self._told.course_due = True
            self._answers.append(messages.state(self, self._told, self._count))
            self._answers.sort(key=lambda answer: answer["type"] == "fault")  # after what explains it
        answers, self._answers = self._answers, []  # what can't be said is not tried again
        made += map(_text, answers)
        now = monotonic()
        if self._fresh and self._may_send and (now >= self._next_frame or not self.playing):
            self._frame, self._fresh = self._frame + 1, False
            soon = now + BETWEEN_FRAMES / 2
            self._next_frame = max(self._next_frame + BETWEEN_FRAMES, soon)  # one that is late delays no other
            made.append(messages.frame(self, self._told, self._frame, self._count))
        return made


def _refuse(error: InputError) -> None:
    raise error


def _text(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False, allow_nan=False)


def _fault(error: KoubaiError, language: str) -> dict[str, str]:
    return {"type": "fault", "text": error.sentence(language)}


def warm_up() -> None:
    """Compile the founding example's program, so that the first page needn't wait for it."""
    lesson = Workspace(parse_permalink(""), None)
    lesson.train(0.01, 2)
