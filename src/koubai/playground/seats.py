"""Seats: all sessions, and which page sits at each. A page may leave and come back to its seat; after a while it is cleared."""

import asyncio
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from os import cpu_count
from time import monotonic
from typing import TYPE_CHECKING, Any

from koubai.errors import InputError, KoubaiError
from koubai.locale import sentence
from koubai.playground.connection import Bounds, Closing, Connection, Ended
from koubai.playground.protocol import VERSION, Hello, Language, Malformed
from koubai.playground.turns import Turns

if TYPE_CHECKING:
    from koubai.playground.session import Session

SECONDS_BETWEEN_SWEEPS = 10.0
Make = Callable[[str, str], "Session"]  # of a language and a link; InputError where the link can't be read
THREADS = 32  # that wait for sessions
BEGINNING = 40  # characters of a text message within which its type stands


@dataclass(eq=False)
class Seat:
    """A session, the language that it speaks, the page that sits there, if any, and when the last one left.

    ``said``: what the page is to be told once it was welcomed; ``welcomed``: whether it was. ``acting``: what the session is
    being told last, by a thread.
    """

    session: "Session"
    language: str
    connection: Connection | None = None
    left: float = field(default_factory=monotonic)
    said: list[str] = field(default_factory=list)
    welcomed: bool = False
    acting: asyncio.Task[None] | None = None


class Seats:
    """Made and used in the event loop's thread. ``faults`` notes what went wrong with sessions that were to end.

    Whatever may have to wait for a session is left to threads: its turn may take long, and nobody else is to wait for it.
    """

    def __init__(self, make: Make, bounds: Bounds, faults: list[KoubaiError]) -> None:
        self._make, self._bounds, self._faults = make, bounds, faults
        self._loop = asyncio.get_running_loop()
        self._seats: dict[str, Seat] = {}
        self._making = 0
        self._threads = ThreadPoolExecutor(THREADS)
        self._turns = Turns(max(2, cpu_count() or 2), self._deliver, self._failed)

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
        if not isinstance(hello, Hello):
            raise Ended(Closing.MALFORMED, sentence("play-closed-hello", "en"))
        if hello.version != VERSION:
            raise Ended(Closing.OTHER_VERSION, sentence("play-closed-version", hello.language))
        return hello

    async def _sit(self, hello: Hello, connection: Connection) -> Seat:
        connection.greeted()
        seat = self._seats.get(hello.session) or await self._new(hello)
        if seat.connection is not None:
            seat.connection.end(Ended(Closing.TAKEN_OVER, sentence("play-closed-taken", hello.language)))
            self._leave(seat, seat.connection)
        seat.connection, seat.welcomed = connection, False
        if seat.language != hello.language:
            seat.session.receive(Language(language=hello.language))
            seat.language = hello.language
        self._tell(seat, seat.session.attach)
        return seat

    def _leave(self, seat: Seat, connection: Connection) -> None:
        if seat.connection is connection:  # and no other page has taken the seat
            seat.connection, seat.left = None, monotonic()
            self._tell(seat, seat.session.detach)

    def _tell(self, seat: Seat, act: Callable[[], None]) -> None:
        """Do ``act``, after what was to be done before, and let the session have a turn."""
        before = seat.acting

        async def in_order() -> None:
            if before is not None:
                await asyncio.wait([before])
            await self._elsewhere(act)
            self._turns.wake(seat.session)

        seat.acting = asyncio.create_task(in_order())

    async def _elsewhere(self, work: Callable[..., Any], *values: Any) -> Any:
        return await self._loop.run_in_executor(self._threads, work, *values)

    async def _new(self, hello: Hello) -> Seat:
        """A seat with a new session. Ended where all are taken."""
        self._making += 1  # before anything is waited for: many may come at once
        try:
            if len(self) > self._bounds.sessions:
                await self._make_room(hello.language)
            seat: Seat = await self._elsewhere(self._made, hello)
        finally:
            self._making -= 1
        self._seats[seat.session.key] = seat
        return seat

    def _made(self, hello: Hello) -> Seat:
        try:
            return Seat(self._make(hello.language, hello.link), hello.language)
        except InputError as error:  # the page opens all the same, on the founding example
            fault = json.dumps({"type": "fault", "text": error.sentence(hello.language)}, ensure_ascii=False)
            return Seat(self._make(hello.language, ""), hello.language, said=[fault])

    async def _make_room(self, language: str) -> None:
        empty = [seat for seat in self._seats.values() if seat.connection is None]
        if not empty:
            raise Ended(Closing.FULL, sentence("play-closed-full", language, most=self._bounds.sessions))
        await self._clear(min(empty, key=lambda seat: seat.left))

    async def _clear(self, seat: Seat) -> None:
        self._seats.pop(seat.session.key, None)
        if seat.acting is not None:
            await asyncio.wait([seat.acting])
        self._turns.forget(seat.session)
        await self._elsewhere(self._close, seat.session)

    def _close(self, session: "Session") -> None:
        try:
            session.close()
        except Exception as error:  # the others are still to be closed
            self._note(error)

    def _note(self, error: Exception) -> None:
        said = f"{type(error).__name__}: {error}"
        self._faults.append(error if isinstance(error, KoubaiError) else KoubaiError("internal", reason=said))

    async def sweep(self) -> None:
        """For ever: clear the seats whose pages have not come back for long."""
        while True:
            await asyncio.sleep(min(SECONDS_BETWEEN_SWEEPS, self._bounds.detached / 2))
            before = monotonic() - self._bounds.detached
            for seat in list(self._seats.values()):
                if seat.connection is None and seat.left < before:
                    await self._clear(seat)

    async def close(self) -> None:
        """End all sessions; what is to be kept is kept."""
        await self._elsewhere(self._turns.close)
        for seat in list(self._seats.values()):
            await self._clear(seat)
        self._threads.shutdown()

    def _deliver(self, session: "Session", items: Sequence[str | bytes]) -> None:
        """Called from the threads of the turns."""
        with suppress(RuntimeError):  # the loop is closed: nobody waits for it any more
            self._loop.call_soon_threadsafe(self._put, session.key, items)

    def _failed(self, session: "Session", error: Exception) -> None:
        """Called from the threads of the turns, where a session's went wrong."""
        self._note(error)
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._expel, session.key, error)

    def _expel(self, key: str, error: Exception) -> None:
        """The page comes back by itself, and gets a new session, which begins where the old one was."""
        seat = self._seats.pop(key, None)
        if seat is None:
            return
        self._threads.submit(self._close, seat.session)
        if seat.connection is not None:
            seat.connection.end(Ended(Closing.FAULT, str(error)))

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


def _is_welcome(item: str | bytes) -> bool:
    return isinstance(item, str) and '"welcome"' in item[:BEGINNING]
