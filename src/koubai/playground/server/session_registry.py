"""SessionRegistry: all sessions, and which page each belongs to. A page may leave and come back to its session for a while."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from os import cpu_count
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from koubai.errors import InputError, KoubaiError, internal
from koubai.locale import sentence
from koubai.playground.protocol.incoming import VERSION, Hello, Language, Malformed
from koubai.playground.server.connection import Bounds, Closing, Connection, Ended
from koubai.playground.session.scheduler import Scheduler

if TYPE_CHECKING:
    from koubai.playground.session.session import Session

SECONDS_BETWEEN_SWEEPS = 10.0
SECONDS_TO_MAKE_ROOM = 1.0  # for which a page waits until the session that gave way to it has ended
SECONDS_FOR_TURNS, SECONDS_TO_KEEP = 0.1, 1.0  # at the end: for turns to end, and for what was trained to come to disk
SOUND = 60.0  # seconds that a session has lived if what ends it is nothing that its link brought
MOST_REMEMBERED = 1000  # sessions that failed
MOST_FAULTS = 20  # that are said at the end
Make = Callable[[str, str], "Session"]  # of a language and a link; raises where the link can't be opened
BEGINNING = 40  # characters of a text message within which its type stands


@dataclass(eq=False)
class SessionSlot:
    """A session, the language that it speaks, the page that sits there, if any, and when the last one left.

    ``said``: what the page is to be told once it was welcomed; ``welcomed``: whether it was. ``acting``: what the session is
    being told last, by a thread. ``again``: whether it was made in place of one that failed.
    """

    session: "Session"
    language: str
    connection: Connection | None = None
    left: float = field(default_factory=monotonic)
    said: list[str] = field(default_factory=list)
    welcomed: bool = False
    acting: asyncio.Task[None] | None = None
    again: bool = False
    made: float = field(default_factory=monotonic)


class SessionRegistry:
    """Made and used in the event loop's thread. ``faults`` notes what went wrong with sessions that were to end.

    Whatever may have to wait for a session is left to threads: its turn may take long, and nobody else is to wait for it.
    """

    def __init__(self, make: Make, bounds: Bounds, faults: list[KoubaiError]) -> None:
        self._make, self._bounds, self._faults = make, bounds, faults
        self._loop = asyncio.get_running_loop()
        self._seats: dict[str, SessionSlot] = {}
        self._making, self._ending = 0, False
        self._failures: OrderedDict[str, KoubaiError | None] = OrderedDict()  # see _new
        self._clearing: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(2 * bounds.sessions)  # each session may be waited for, and one made in its place
        self._turns = Scheduler(max(2, cpu_count() or 2), self._deliver, self._failed)

    def __len__(self) -> int:
        return len(self._seats) + self._making

    def session(self, key: str) -> "Session | None":
        """The session of that key."""
        seat = self._seats.get(key)
        return seat.session if seat else None

    async def converse(self, connection: Connection) -> None:
        """All that a page says, from its hello on. Ended at the end."""
        seat = await self._sit(await self._greeting(connection), connection)
        try:
            while True:
                message = await connection.hear()
                if isinstance(message, Language):
                    seat.language = message.language
                if isinstance(message, Hello):
                    raise Ended(Closing.MALFORMED, sentence("play-closed-hello", "en"))
                try:
                    seat.session.receive(message)
                except Malformed as error:
                    raise Ended(Closing.MALFORMED, str(error)) from error
                self._turns.wake(seat.session)
        finally:
            self._leave(seat, connection)

    async def _greeting(self, connection: Connection) -> Hello:
        try:
            async with asyncio.timeout(self._bounds.hello):
                hello = await connection.hear()
        except TimeoutError as error:
            raise Ended(Closing.SILENT, sentence("play-closed-silent", "en", seconds=f"{self._bounds.hello:g}")) from error
        if isinstance(hello, InputError):
            raise Ended(Closing.MALFORMED, str(hello)) from hello
        if not isinstance(hello, Hello):
            raise Ended(Closing.MALFORMED, sentence("play-closed-hello", "en"))
        if hello.version != VERSION:
            raise Ended(Closing.OTHER_VERSION, sentence("play-closed-version", hello.language))
        return hello

    async def _sit(self, hello: Hello, connection: Connection) -> SessionSlot:
        connection.greeted()
        seat = self._seats.get(hello.session)
        if seat is None:
            seat = await self._new(hello)
            seat.connection = connection
            self._turns.wake(seat.session)
            return seat
        if seat.connection is not None:
            seat.connection.end(Ended(Closing.TAKEN_OVER, sentence("play-closed-taken", hello.language)))
            self._leave(seat, seat.connection)
        seat.connection, seat.welcomed = connection, False
        if seat.language != hello.language:
            seat.session.receive(Language(language=hello.language))
            seat.language = hello.language
        self._tell(seat, seat.session.attach)
        return seat

    def _leave(self, seat: SessionSlot, connection: Connection) -> None:
        if seat.connection is connection:  # and no other page has taken the seat
            seat.connection, seat.left = None, monotonic()
            self._tell(seat, seat.session.detach)

    def _tell(self, seat: SessionSlot, act: Callable[[], None]) -> None:
        """Do ``act``, after what was to be done before, and let the session have a turn."""
        before = seat.acting

        async def in_order() -> None:
            if before is not None:
                await asyncio.wait([before])
            try:
                await self._elsewhere(act)
            except Exception as error:
                self._expel(seat.session.key, error)
            else:
                self._turns.wake(seat.session)

        seat.acting = asyncio.create_task(in_order())

    async def _elsewhere(self, work: Callable[..., Any], *values: Any) -> Any:
        return await self._loop.run_in_executor(self._threads, work, *values)

    async def _new(self, hello: Hello) -> SessionSlot:
        """A seat with a new session. Ended where all are taken.

        In place of a session that failed another is made from the page's link once; if that fails too, the link may be why.
        """
        failed = hello.session in self._failures
        why = self._failures.pop(hello.session, None)
        self._making += 1  # before anything is waited for: many may come at once
        try:
            if len(self) > self._bounds.sessions:
                await self._make_room(hello.language)
            seat: SessionSlot = await self._elsewhere(self._made, hello, why)
        finally:
            self._making -= 1
        seat.again = failed
        self._seats[seat.session.key] = seat
        return seat

    def _made(self, hello: Hello, why: Exception | None) -> SessionSlot:
        """A seat whose session has welcomed the page; ``why`` the page's link isn't to be opened, if it isn't."""
        if why is None:
            try:
                return SessionSlot(self._attached(hello.language, hello.link), hello.language)
            except Exception as error:
                why = error
        try:
            session = self._attached(hello.language, "")  # the page opens all the same
        except Exception as error:
            raise Ended(Closing.FAULT, internal(error).sentence(hello.language)) from error
        return SessionSlot(
            session, hello.language, said=[_fault(KoubaiError("link-unopened", error=internal(why)), hello.language)]
        )

    def _attached(self, language: str, link: str) -> "Session":
        session = self._make(language, link)
        session.attach()
        return session

    async def _make_room(self, language: str) -> None:
        empty = [seat for seat in self._seats.values() if seat.connection is None]
        if not empty or len(self._clearing) >= self._bounds.sessions:
            raise Ended(Closing.FULL, sentence("play-closed-full", language, most=self._bounds.sessions))
        await asyncio.wait([self._clear(min(empty, key=lambda seat: seat.left))], timeout=SECONDS_TO_MAKE_ROOM)

    def _clear(self, seat: SessionSlot) -> asyncio.Task[None]:
        """Let the seat be free, at once; its session ends when it can."""

        async def end() -> None:
            if seat.acting is not None:
                await asyncio.wait([seat.acting])
            self._turns.forget(seat.session)
            await self._elsewhere(self._close, seat.session)

        self._seats.pop(seat.session.key, None)
        task = asyncio.create_task(end())
        self._clearing.add(task)
        task.add_done_callback(self._clearing.discard)
        return task

    def _close(self, session: "Session", *seconds: float) -> None:
        try:
            session.close(*seconds)
        except Exception as error:  # the others are still to be closed
            self._note(error)

    def _note(self, error: BaseException) -> None:
        fault = internal(error)
        if len(self._faults) < MOST_FAULTS and fault.sentence() not in map(str, self._faults):
            self._faults.append(fault)

    async def sweep(self) -> None:
        """For ever: clear the seats whose pages have not come back for long."""
        while True:
            await asyncio.sleep(min(SECONDS_BETWEEN_SWEEPS, self._bounds.detached / 2))
            before = monotonic() - self._bounds.detached
            for seat in list(self._seats.values()):
                if seat.connection is None and seat.left < before:
                    self._clear(seat)

    async def close(self) -> None:
        """End all sessions; what was trained is kept, as far as it comes to disk in time. No turn that lasts is waited for."""
        self._ending = True
        await asyncio.to_thread(self._turns.close, SECONDS_FOR_TURNS)
        closing = [
            Thread(target=self._close, args=(seat.session, SECONDS_TO_KEEP), daemon=True) for seat in self._seats.values()
        ]
        ends = monotonic() + SECONDS_TO_KEEP
        for thread in closing:
            thread.start()
        while (self._clearing or any(thread.is_alive() for thread in closing)) and monotonic() < ends:
            await asyncio.sleep(0.01)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _deliver(self, session: "Session", items: Sequence[str | bytes]) -> None:
        """Called from the threads of the turns."""
        with suppress(RuntimeError):  # the loop is closed: nobody waits for it any more
            self._loop.call_soon_threadsafe(self._put, session.key, items)

    def _failed(self, session: "Session", error: BaseException) -> None:
        """Called from the threads of the turns, where a session's went wrong."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._expel, session.key, error)

    def _expel(self, key: str, error: BaseException) -> None:
        """The page comes back by itself, and gets a new session, which begins where the old one was."""
        seat = self._seats.get(key)
        if seat is None or self._ending:
            return
        self._note(error)
        self._clear(seat)
        self._failures[key] = internal(error) if seat.again and monotonic() - seat.made < SOUND else None
        if len(self._failures) > MOST_REMEMBERED:
            self._failures.popitem(last=False)
        if seat.connection is not None:
            seat.connection.end(Ended(Closing.FAULT, internal(error).sentence(seat.language)))

    def _put(self, key: str, items: Sequence[str | bytes]) -> None:
        seat = self._seats.get(key)
        if seat is None or seat.connection is None:
            return
        if not seat.welcomed:  # what comes before the welcome was made for the page that sat here before
            welcome = next((at for at, item in enumerate(items) if _is_welcome(item)), None)
            if welcome is None:
                return
            items, seat.said, seat.welcomed = [*items[welcome:], *seat.said], [], True
        seat.connection.put(items)


def _fault(error: KoubaiError, language: str) -> str:
    return json.dumps({"type": "fault", "text": error.sentence(language)}, ensure_ascii=False)


def _is_welcome(item: str | bytes) -> bool:
    return isinstance(item, str) and '"welcome"' in item[:BEGINNING]
