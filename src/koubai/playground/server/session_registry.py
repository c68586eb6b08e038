"""SessionRegistry: all sessions, and which page each belongs to. A page may leave and come back to its session for a while."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from os import cpu_count
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from koubai.errors import KoubaiError, internal
from koubai.locale import sentence
from koubai.playground.protocol.incoming import Hello, Language, Malformed
from koubai.playground.protocol.outgoing import Sending, Welcome
from koubai.playground.protocol.structures import LanguageCode
from koubai.playground.server.connection import Bounds, Closing, Connection, Ended
from koubai.playground.server.opening import Make, greeting, opened_session
from koubai.playground.session.scheduler import Scheduler

if TYPE_CHECKING:
    from koubai.playground.session.session import Session

SECONDS_BETWEEN_SWEEPS = 10.0
SECONDS_TO_MAKE_ROOM = 1.0  # for which a page waits until the session that gave way to it has ended
SECONDS_FOR_TURNS, SECONDS_TO_KEEP = 0.1, 1.0  # at the end: for turns to end, and for what was trained to come to disk
SOUND = 60.0  # seconds that a session has lived if what ends it is nothing that its link brought
MOST_REMEMBERED = 1000  # sessions that failed
MOST_FAULTS = 20  # that are said at the end
Result = TypeVar("Result")


@dataclass(eq=False)
class SessionSlot:
    """A session, the language that it speaks, the connection with its page, if any, and when the last one left.

    ``unsaid``: what the page is to be told once it was welcomed; ``is_welcomed``: whether it was. ``task``: what the session is
    being told last, by a thread. ``is_replacement``: whether it was made in place of one that failed.
    """

    session: "Session"
    language: LanguageCode
    connection: Connection | None = None
    left_at: float = field(default_factory=monotonic)
    unsaid: tuple[Sending, ...] = ()
    is_welcomed: bool = False
    task: asyncio.Task[None] | None = None
    is_replacement: bool = False
    made_at: float = field(default_factory=monotonic)


class SessionRegistry:
    """Made and used in the event loop's thread. ``faults`` notes what went wrong with sessions that were to end.

    Whatever may have to wait for a session is left to threads: its turn may take long, and nobody else is to wait for it.
    """

    def __init__(self, make: Make, bounds: Bounds, faults: list[KoubaiError]) -> None:
        self._make, self._bounds, self._faults = make, bounds, faults
        self._loop = asyncio.get_running_loop()
        self._slots: dict[str, SessionSlot] = {}
        self._making, self._ending = 0, False
        self._failures: OrderedDict[str, KoubaiError | None] = OrderedDict()  # see _new
        self._clearing: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(2 * bounds.sessions)  # each session may be waited for, and one made in its place
        self._scheduler = Scheduler(max(2, cpu_count() or 2), self._deliver, self._failed)

    def __len__(self) -> int:
        return len(self._slots) + self._making

    def session(self, key: str) -> "Session | None":
        """The session of that key."""
        slot = self._slots.get(key)
        return slot.session if slot else None

    async def converse(self, connection: Connection) -> None:
        """All that a page says, from its hello on. Ended at the end."""
        slot = await self._slot_for(await greeting(connection, self._bounds.hello), connection)
        try:
            while True:
                message = await connection.hear()
                if isinstance(message, Language):
                    slot.language = message.language
                if isinstance(message, Hello):
                    raise Ended(Closing.MALFORMED, sentence("play-closed-hello", "en"))
                try:
                    slot.session.receive(message)
                except Malformed as error:
                    raise Ended(Closing.MALFORMED, str(error)) from error
                self._scheduler.wake(slot.session)
        finally:
            self._leave(slot, connection)

    async def _slot_for(self, hello: Hello, connection: Connection) -> SessionSlot:
        connection.greeted()
        slot = self._slots.get(hello.session)
        if slot is None:
            slot = await self._new(hello)
            slot.connection = connection
            self._scheduler.wake(slot.session)
            return slot
        if slot.connection is not None:
            slot.connection.end(Ended(Closing.TAKEN_OVER, sentence("play-closed-taken", hello.language)))
            self._leave(slot, slot.connection)
        slot.connection, slot.is_welcomed = connection, False
        if slot.language != hello.language:
            slot.session.receive(Language(language=hello.language))
            slot.language = hello.language
        self._tell(slot, slot.session.attach)
        return slot

    def _leave(self, slot: SessionSlot, connection: Connection) -> None:
        if slot.connection is connection:  # and no other page has taken the slot
            slot.connection, slot.left_at = None, monotonic()
            self._tell(slot, slot.session.detach)

    def _tell(self, slot: SessionSlot, act: Callable[[], None]) -> None:
        """Do ``act``, after what was to be done before, and let the session have a turn."""
        previous = slot.task

        async def in_order() -> None:
            if previous is not None:
                await asyncio.wait([previous])
            try:
                await self._elsewhere(act)
            except Exception as error:
                self._expel(slot.session.key, error)
            else:
                self._scheduler.wake(slot.session)

        slot.task = asyncio.create_task(in_order())

    async def _elsewhere(self, work: Callable[[], Result]) -> Result:
        """Do ``work`` in a thread."""
        return await self._loop.run_in_executor(self._threads, work)

    async def _new(self, hello: Hello) -> SessionSlot:
        """A slot with a new session. Ended where all are taken.

        In place of a session that failed another is made from the page's link once; if that fails too, the link may be why.
        """
        is_replacement = hello.session in self._failures
        refused = self._failures.pop(hello.session, None)
        self._making += 1  # before anything is waited for: many may come at once
        try:
            if len(self) > self._bounds.sessions:
                await self._make_room(hello.language)
            opened = await self._elsewhere(lambda: opened_session(self._make, hello, refused))
        finally:
            self._making -= 1
        slot = SessionSlot(opened.session, hello.language, unsaid=opened.faults, is_replacement=is_replacement)
        self._slots[slot.session.key] = slot
        return slot

    async def _make_room(self, language: str) -> None:
        empty = [slot for slot in self._slots.values() if slot.connection is None]
        if not empty or len(self._clearing) >= self._bounds.sessions:
            raise Ended(Closing.FULL, sentence("play-closed-full", language, most=self._bounds.sessions))
        await asyncio.wait([self._clear(min(empty, key=lambda slot: slot.left_at))], timeout=SECONDS_TO_MAKE_ROOM)

    def _clear(self, slot: SessionSlot) -> asyncio.Task[None]:
        """Let the slot be free, at once; its session ends when it can."""

        async def end() -> None:
            if slot.task is not None:
                await asyncio.wait([slot.task])
            self._scheduler.forget(slot.session)
            await self._elsewhere(lambda: self._close(slot.session))

        self._slots.pop(slot.session.key, None)
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
        """For ever: clear the slots whose pages have not come back for long."""
        while True:
            await asyncio.sleep(min(SECONDS_BETWEEN_SWEEPS, self._bounds.detached / 2))
            earliest = monotonic() - self._bounds.detached
            for slot in list(self._slots.values()):
                if slot.connection is None and slot.left_at < earliest:
                    self._clear(slot)

    async def close(self) -> None:
        """End all sessions; what was trained is kept, as far as it comes to disk in time. No turn that lasts is waited for."""
        self._ending = True
        await asyncio.to_thread(self._scheduler.close, SECONDS_FOR_TURNS)
        closing = [
            Thread(target=self._close, args=(slot.session, SECONDS_TO_KEEP), daemon=True) for slot in self._slots.values()
        ]
        deadline = monotonic() + SECONDS_TO_KEEP
        for thread in closing:
            thread.start()
        while (self._clearing or any(thread.is_alive() for thread in closing)) and monotonic() < deadline:
            await asyncio.sleep(0.01)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _deliver(self, session: "Session", sendings: Sequence[Sending]) -> None:
        """Called from the threads of the turns."""
        with suppress(RuntimeError):  # the loop is closed: nobody waits for it any more
            self._loop.call_soon_threadsafe(self._put, session.key, sendings)

    def _failed(self, session: "Session", error: BaseException) -> None:
        """Called from the threads of the turns, where a session's went wrong."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._expel, session.key, error)

    def _expel(self, key: str, error: BaseException) -> None:
        """The page comes back by itself, and gets a new session, which begins where the old one was."""
        slot = self._slots.get(key)
        if slot is None or self._ending:
            return
        self._note(error)
        self._clear(slot)
        self._failures[key] = internal(error) if slot.is_replacement and monotonic() - slot.made_at < SOUND else None
        if len(self._failures) > MOST_REMEMBERED:
            self._failures.popitem(last=False)
        if slot.connection is not None:
            slot.connection.end(Ended(Closing.FAULT, internal(error).sentence(slot.language)))

    def _put(self, key: str, sendings: Sequence[Sending]) -> None:
        slot = self._slots.get(key)
        if slot is None or slot.connection is None:
            return
        if not slot.is_welcomed:  # what comes before the welcome was made for the page that was here before
            welcome = next((index for index, sending in enumerate(sendings) if sending.kind is Welcome), None)
            if welcome is None:
                return
            sendings, slot.unsaid, slot.is_welcomed = [*sendings[welcome:], *slot.unsaid], (), True
        slot.connection.put([sending.content for sending in sendings])
