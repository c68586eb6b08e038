"""Scheduler: a few threads give every session that has something to do its turn; the more there are, the shorter these are.

A session never has two turns at once. One that wants its next turn later (because it goes slowly, or its page has yet to draw)
waits in a heap of times. A turn that lasts (a program that is compiled, a large file) holds nobody up: where no thread is free
for a while, another one begins, and goes when there are enough again.
"""

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from math import inf, isfinite
from threading import Condition, Lock, Thread, current_thread
from time import monotonic, sleep
from typing import TYPE_CHECKING

from koubai.playground.protocol.outgoing import Sending

if TYPE_CHECKING:
    from koubai.playground.session.session import Session

ROUND = 0.08  # seconds until everybody has had a turn, where there are many
LONGEST, SHORTEST = 0.008, 0.002  # of a turn
MOST_HELD_UP = 0.05  # seconds for which a session waits for a thread, until there is another: less than a person notices
MOST_WAIT = 60.0  # seconds, of any one wait

Deliver = Callable[["Session", list[Sending]], None]
Failed = Callable[["Session", BaseException], None]


class Scheduler:
    """``workers`` threads; in them ``deliver`` gets what each turn has made, ``failed`` a session whose turn went wrong."""

    def __init__(self, workers: int, deliver: Deliver, failed: Failed = lambda session, error: None) -> None:
        self._deliver, self._failed = deliver, failed
        lock = Lock()
        self._changed = Condition(lock)
        self._crowded = Condition(lock)  # no thread is free
        self._ready: deque[Session] = deque()
        self._later: list[tuple[float, int, Session]] = []
        self._known: dict[Session, str] = {}  # "ready", "later", "busy", or "woken": busy, and wanted again
        self._times = count()
        self._alarms: dict[Session, float] = {}  # the earliest time of each session among those in ``_later``
        self._ending = False
        self._usual, self._busy = workers, 0
        self._since = 0.0  # when the session that is ready longest became so, or a thread took another
        self._workers: set[Thread] = set()
        self._watcher = Thread(target=self._for_ever, args=(self._watch,), daemon=True)
        with self._changed:
            for _ in range(workers):
                self._begin_worker()
        self._watcher.start()

    def wake(self, session: "Session") -> None:
        """It has something to do."""
        with self._changed:
            state = self._known.get(session)
            if state == "busy":
                self._known[session] = "woken"
            elif state in (None, "later"):
                self._make_ready(session)

    def forget(self, session: "Session") -> None:
        """No turns after the present one."""
        with self._changed:
            if self._known.get(session) in ("busy", "woken"):
                self._known[session] = "busy"
            else:
                self._known.pop(session, None)

    def close(self, seconds: float = MOST_WAIT) -> bool:
        """End all threads when their turns are over; whether all have within ``seconds``. The others will, by themselves."""
        ends = monotonic() + seconds
        with self._changed:
            self._ending = True
            self._changed.notify_all()
            self._crowded.notify()
            threads = [*self._workers, self._watcher]
        for thread in threads:
            thread.join(max(0.0, ends - monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _begin_worker(self) -> None:
        worker = Thread(target=self._for_ever, args=(self._work,), daemon=True)
        self._workers.add(worker)
        worker.start()

    def _for_ever(self, work: Callable[[], bool]) -> None:
        """Do ``work`` until it is False: whatever goes wrong in it, the sessions are to have their turns all the same."""
        while True:
            try:
                if not work():
                    return
            except BaseException:  # what goes wrong again and again is to leave the others time
                sleep(MOST_HELD_UP)

    def _watch(self) -> bool:
        """Begin another thread where a session has waited for one too long."""
        with self._changed:
            if self._busy < len(self._workers):
                self._crowded.wait(MOST_WAIT)
            elif self._ready and monotonic() - self._since > MOST_HELD_UP:
                self._begin_worker()
                self._since = monotonic()
            else:
                self._crowded.wait(MOST_HELD_UP)
            return not self._ending

    def _work(self) -> bool:
        """One turn. False where no more are wanted of this thread."""
        with self._changed:
            session = self._next()
            if session is None:
                return False
            self._known[session] = "busy"
            self._busy += 1
            if self._busy == len(self._workers):
                self._crowded.notify()
            waiting = len(self._ready) + 1
        began = monotonic()
        try:
            self._turn(session, min(LONGEST, max(SHORTEST, ROUND * self._usual / waiting)))
        finally:
            with self._changed:
                self._busy -= 1
                is_one_too_many = len(self._workers) > self._usual and monotonic() - began > MOST_HELD_UP
                if is_one_too_many:
                    self._workers.discard(current_thread())
        return not is_one_too_many

    def _turn(self, session: "Session", seconds: float) -> None:
        try:
            sendings = session.turn(seconds)
            if sendings:
                self._deliver(session, sendings)
            self._done(session)
        except BaseException as error:  # a mistake of ours
            with self._changed:
                self._known.pop(session, None)
            self._failed(session, error)

    def _next(self) -> "Session | None":
        """The session whose turn it is; waits for one. None at the end."""
        while not self._ending:
            now = monotonic()
            while self._later and self._later[0][0] <= now:
                due, _, session = heappop(self._later)
                if self._alarms.get(session) == due:
                    del self._alarms[session]
                if self._known.get(session) == "later":
                    self._make_ready(session)
            while self._ready:
                session, self._since = self._ready.popleft(), now
                if self._known.get(session) == "ready":
                    return session
            self._changed.wait(min(MOST_WAIT, self._later[0][0] - now) if self._later else MOST_WAIT)
        return None

    def _make_ready(self, session: "Session") -> None:
        self._known[session] = "ready"
        if not self._ready:
            self._since = monotonic()
        self._ready.append(session)
        self._changed.notify()

    def _done(self, session: "Session") -> None:
        due, now = session.next_turn(monotonic()), monotonic()
        if due is not None and not isfinite(due):
            raise ValueError(due)
        with self._changed:
            woken = self._known.pop(session, "busy") == "woken"
            if woken or (due is not None and due <= now):
                self._make_ready(session)
            elif due is not None:
                self._known[session] = "later"
                if due < self._alarms.get(session, inf):  # else it is woken too early, and says again when it wants its turn
                    self._alarms[session] = due
                    heappush(self._later, (due, next(self._times), session))
                    self._changed.notify()
