"""Turns: a few threads give every session that has something to do its turn; the more there are, the shorter these are.

A session never has two turns at once. One that wants its next turn later (because it goes slowly, or its page has yet to draw)
waits in a heap of times.
"""

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from koubai.playground.session import Session

ROUND = 0.08  # seconds until everybody has had a turn, where there are many
LONGEST, SHORTEST = 0.008, 0.002  # of a turn

Deliver = Callable[["Session", list[str | bytes]], None]
Failed = Callable[["Session", Exception], None]


class Turns:
    """``workers`` threads; in them ``deliver`` gets what each turn has made, ``failed`` a session whose turn went wrong."""

    def __init__(self, workers: int, deliver: Deliver, failed: Failed = lambda session, error: None) -> None:
        self._deliver, self._failed = deliver, failed
        self._changed = Condition()
        self._ready: deque[Session] = deque()
        self._later: list[tuple[float, int, Session]] = []
        self._known: dict[Session, str] = {}  # "ready", "later", "busy", or "woken": busy, and wanted again
        self._times = count()
        self._ending = False
        self._workers = [Thread(target=self._work, daemon=True) for _ in range(workers)]
        for worker in self._workers:
            worker.start()

    def wake(self, session: "Session") -> None:
        """It has something to do."""
        with self._changed:
            state = self._known.get(session)
            if state == "busy":
                self._known[session] = "woken"
            elif state in (None, "later"):
                self._known[session] = "ready"
                self._ready.append(session)
                self._changed.notify()

    def forget(self, session: "Session") -> None:
        """No turns after the present one."""
        with self._changed:
            if self._known.get(session) in ("busy", "woken"):
                self._known[session] = "busy"
            else:
                self._known.pop(session, None)

    def close(self) -> None:
        """End all threads, when their turns are over."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        for worker in self._workers:
            worker.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                session = self._next()
                if session is None:
                    return
                self._known[session] = "busy"
                waiting = len(self._ready) + 1
            seconds = min(LONGEST, max(SHORTEST, ROUND * len(self._workers) / waiting))
            try:
                made = session.turn(seconds)
                if made:
                    self._deliver(session, made)
                self._done(session)
            except Exception as error:  # a mistake of ours: the other sessions are to have their turns all the same
                with self._changed:
                    self._known.pop(session, None)
                self._failed(session, error)

    def _next(self) -> "Session | None":
        """The session whose turn it is; waits for one. None at the end."""
        while not self._ending:
            now = monotonic()
            while self._later and self._later[0][0] <= now:
                _, _, session = heappop(self._later)
                if self._known.get(session) == "later":
                    self._known[session] = "ready"
                    self._ready.append(session)
            while self._ready:
                session = self._ready.popleft()
                if self._known.get(session) == "ready":
                    return session
            self._changed.wait(self._later[0][0] - now if self._later else None)
        return None

    def _done(self, session: "Session") -> None:
        due = session.next_turn(monotonic())
        with self._changed:
            woken = self._known.pop(session, "busy") == "woken"
            if woken or (due is not None and due <= monotonic()):
                self._known[session] = "ready"
                self._ready.append(session)
            elif due is not None:
                self._known[session] = "later"
                heappush(self._later, (due, next(self._times), session))
            self._changed.notify()
