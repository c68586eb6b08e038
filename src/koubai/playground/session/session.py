"""Session: what stands behind one page, as a state machine that knows no socket.

``receive`` takes note of a message; at its next turn the session handles what was noted, trains for a while if it is playing,
and says what is to be sent. States: resting, playing (towards a goal, or without end), and gone, where no page is there: then
it does nothing.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from time import monotonic, perf_counter
from uuid import uuid4

from koubai.errors import InputError, KoubaiError, internal
from koubai.experiment import Run
from koubai.playground.model.compile_cache import Occupied
from koubai.playground.model.permalink import parse_permalink
from koubai.playground.model.training import Clock, Training, whole_run_of
from koubai.playground.model.workspace import Workspace
from koubai.playground.protocol import incoming
from koubai.playground.protocol.outgoing import Fault, Sending, encoded
from koubai.playground.protocol.structures import LanguageCode
from koubai.playground.session import messages
from koubai.playground.session.autosave import Autosave
from koubai.playground.session.context import PageContext, View
from koubai.playground.session.handlers import handle
from koubai.playground.session.message_queue import MessageQueue, Received
from koubai.playground.session.outbox import Outbox
from koubai.playground.session.pacing import FramePacer
from koubai.playground.session.playback import Playback
from koubai.playground.session.sent_state import SentState
from koubai.playground.session.snapshot import frame_snapshot, state_snapshot

UNTIL_AGAIN = 0.05  # seconds until what others are in the way of is tried again
SECONDS_HANDLING = 0.1  # without a word, where many messages wait: what comes of some is to be seen before the last


class Session:
    """One page's ``context``, and how far the page has come. Every method may be called from any thread."""

    def __init__(self, language: LanguageCode, link: str, store: Path | None, keeps: bool, *, clock: Clock = monotonic) -> None:
        """Open ``link``. Whatever is wrong with it is raised here, before a page is told anything of it."""
        self.key = uuid4().hex
        self._clock = clock
        self._autosave = Autosave(store if keeps else None)
        self.context = self._opened(language, link, store if keeps else None)
        self._lock = Lock()  # held during a turn
        self._queue = MessageQueue()
        self._has_page = self._is_closed = False
        self._states = 0  # that were told
        self._sent = SentState()
        self._silent_since = clock()
        self._again_at = 0.0  # when it may be that a program can be compiled
        if link:
            self._rehearse()

    def _opened(self, language: LanguageCode, link: str, store: Path | None) -> PageContext:
        """What the page works on: what ``link`` says, at the step that it says."""
        permalink = parse_permalink(link)
        training = Training(self._autosave, perf_counter)
        workspace = Workspace(permalink, store, training)
        pacer = FramePacer(self._clock)
        playback = Playback(training, pacer, self._clock)
        if permalink.step > permalink.begin:
            playback.go_to(permalink.step)
        return PageContext(self.key, store, workspace, playback, pacer, Outbox(language, pacer), View())

    def _rehearse(self) -> None:
        """Compose all that a page would be told: what can't be said is to be found out while there is another way."""
        language = self.context.outbox.language
        encoded(messages.state(state_snapshot(self.context, 1, points=True), language))
        messages.frame(frame_snapshot(self.context, 1, 1, curve=True, comparison=True), language)

    # from outside

    def attach(self) -> None:
        """A page is there (again): it is told everything anew."""
        with self._lock:
            context = self.context
            self._has_page, self._sent = True, SentState()
            context.pacer.begin_page()
            keeps, resumed = context.store is not None, self._states > 0
            context.outbox.put_first(messages.welcome(self.key, context.outbox.language, keeps=keeps, resumed=resumed))
            context.playback.resume()
            context.outbox.change()

    def detach(self) -> None:
        """The page is gone; the session rests until it is back, and then goes on with what it did."""
        self._queue.drop_questions()
        with self._lock:
            self._has_page = False
            self.context.outbox.clear()
            self.context.playback.suspend()

    def receive(self, received: Received) -> None:
        """Take note of a message, for one of the next turns. Malformed where too many wait."""
        self._queue.put(received)

    def close(self, seconds: float = -1) -> None:
        """Keep what is to be kept; there are no turns after it.

        Args:
            seconds: How long it may take: a turn that lasts longer is not waited for. A negative number sets no limit.

        Raises:
            FileFault: Something is lost.
        """
        self._is_closed = True
        deadline = monotonic() + seconds
        is_quiet = self._lock.acquire(timeout=seconds / 2 if seconds >= 0 else -1)
        try:
            self._autosave.close(max(0.0, deadline - monotonic()) if seconds >= 0 else None)
        finally:
            if is_quiet:
                self._lock.release()

    def run(self) -> Run:
        """The run that is looked at, until the step that is: whole, which may take a while."""
        with self._lock:
            make = whole_run_of(self.context.workspace.training)
        return make()

    def turn(self, seconds: float) -> list[Sending]:
        """Handle messages, train for about ``seconds``, and return what is to be sent.

        Args:
            seconds: How long the turn may take.

        Returns:
            What is to be sent. Where messages are left, they are for the next turn.
        """
        with self._lock:
            if self._is_closed:
                return []
            self._handle_for(seconds)
            if not self._has_page or (self._queue and self._clock() - self._silent_since < SECONDS_HANDLING):
                return []
            self._silent_since = self._clock()
            if not self._queue and self._clock() >= self._again_at:
                self._train(seconds)
            outbox = self.context.outbox
            if (fault := self._autosave.fault()) is not None:
                outbox.put_fault(fault)
            for notice in self.context.workspace.notices():
                outbox.put_notice(notice)
            try:
                return self._sendings()
            except Exception as error:  # a fault of ours: it is said once, and what made it isn't tried again by itself
                return [encoded(Fault(text=internal(error).sentence(outbox.language)))]

    def next_turn(self, now: float) -> float | None:
        """When it wants its next turn; None: when it is woken."""
        if self._is_closed or (not self._queue and not self._has_page):
            return None
        if self._queue:
            return max(self._again_at, now)
        training_time = self.context.playback.next_time(now, self._again_at)
        if training_time == now:
            return now
        frame_time = self.context.pacer.due_time()
        return min((time for time in (training_time, frame_time) if time is not None), default=None)

    # a turn

    def _handle_for(self, seconds: float) -> None:
        """Handle messages until ``seconds`` are over, or nothing waits any more: at least one message, whatever it takes."""
        deadline = self._clock() + seconds
        while self._clock() >= self._again_at and (received := self._queue.pop()) is not None:
            try:
                self._handle(received)
            except Occupied:
                self._queue.put_back(received)
                self._again_at = self._clock() + UNTIL_AGAIN
                return
            if not isinstance(received, incoming.Drawn):
                self.context.pacer.hurry()  # a person waits for what comes of it
            if self._clock() >= deadline:
                return

    def _handle(self, received: Received) -> None:
        def work() -> None:
            if isinstance(received, InputError):
                raise received
            handle(self.context, received)

        self._guarded(work)

    def _train(self, seconds: float) -> None:
        def work() -> None:
            if self.context.playback.advance(seconds):
                self._sent.curve_due = True

        try:
            self._guarded(work)
        except Occupied:
            self._again_at = self._clock() + UNTIL_AGAIN

    def _guarded(self, work: Callable[[], None]) -> None:
        """What goes wrong is said on the page, and the training rests."""
        try:
            work()
        except Occupied:
            raise
        except Exception as error:  # a fault of ours, or no memory: the page says so, and all others go on
            self.context.playback.halt()
            self.context.outbox.put_fault(error if isinstance(error, KoubaiError) else internal(error))

    def _sendings(self) -> list[Sending]:
        context, sent = self.context, self._sent
        outbox, training = context.outbox, context.workspace.training
        if outbox.is_changed:
            self._states, outbox.is_changed = self._states + 1, False
            sent.curve_due = True
            points = sent.takes_points(context.workspace.configuration.source)
            outbox.put_state(messages.state(state_snapshot(context, self._states, points=points), outbox.language))
        sendings = [encoded(message) for message in outbox.take()]  # what can't be said is not tried again
        is_playing = context.playback.is_playing
        number = context.pacer.take(waits=is_playing)
        if number is not None:
            curve = sent.takes_curve(training.timeline, self._clock(), playing=is_playing)
            comparison = sent.takes_comparison(context.view.comparison)
            snapshot = frame_snapshot(context, number, self._states, curve=curve, comparison=comparison)
            sendings.append(messages.frame(snapshot, outbox.language))
        return sendings


def warm_up() -> None:
    """Compile the founding example's program, so that the first page needn't wait for it."""
    training = Training(Autosave(None), perf_counter)
    Workspace(parse_permalink(""), None, training)
    training.train(0.01, 2)
