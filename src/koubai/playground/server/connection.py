"""Connection: one WebSocket with a page: what waits to be sent, what comes, and why it ends.

All of it happens in the event loop's thread.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from time import monotonic

from starlette.websockets import WebSocket, WebSocketDisconnect

from koubai.errors import InputError
from koubai.playground.protocol.incoming import Malformed, Message, read

LONGEST_REASON = 123  # bytes, as the protocol of WebSockets has it
CLOSING, LINGERING = 2.0, 12.0  # seconds: to get rid of the last words, and until a connection is cut
COST = 2**14  # bytes that count as much as a message


class Closing(IntEnum):
    """Why the server ends a connection: the code that the page gets."""

    MALFORMED = 1008
    TOO_LARGE = 1009
    FAULT = 1011  # something went wrong here
    NOT_READING = 1013
    TAKEN_OVER = 4001  # another page goes on with the session
    SILENT = 4002  # no hello came
    OTHER_VERSION = 4003  # the page is to be loaded again
    FULL = 4004  # no session is free


@dataclass(frozen=True)
class Bounds:
    """What the server lets happen.

    ``sessions``: at once. ``detached``: seconds that a session lives without its page. ``hello``: seconds until it must come.
    ``waiting``: messages that wait at most for a page that doesn't read, and ``bytes``. ``messages``: what a page may send in
    a second, and ``burst``: at once; each ``COST`` bytes count as one.
    """

    sessions: int = 64
    detached: float = 600.0
    hello: float = 10.0
    waiting: int = 200
    bytes: int = 2**23
    messages: float = 250.0
    burst: float = 500.0


class Ended(Exception):
    """The connection is over, or to be ended for a reason."""

    def __init__(self, closing: Closing | None = None, reason: str = "") -> None:
        super().__init__(closing, reason)
        self.closing = closing
        self.reason = reason


class Connection:
    """``put`` never waits; a page that reads too slowly is let go. ``hear`` gives what the page sends, as fast as it may."""

    def __init__(self, websocket: WebSocket, bounds: Bounds) -> None:
        self._websocket = websocket
        self._bounds = bounds
        self._waiting: deque[str | bytes] = deque()
        self._bytes = 0
        self._more = asyncio.Event()
        self._ended: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()
        self._allowance, self._counted = bounds.burst, monotonic()

    def put(self, items: Sequence[str | bytes]) -> None:
        """To be sent, after all that waits already."""
        if self._ended.done():
            return
        self._waiting.extend(items)
        self._bytes += sum(map(len, items))
        self._more.set()
        if len(self._waiting) > self._bounds.waiting or self._bytes > self._bounds.bytes:
            self.end(Ended(Closing.NOT_READING))

    def end(self, ended: Ended) -> None:
        """End it; the first reason counts."""
        if not self._ended.done():
            self._ended.set_result(ended)

    def greeted(self) -> None:
        """The page has said hello: from now on it is somebody."""
        self._socket_action("greeted")()

    def _socket_action(self, what: str) -> Callable[[], None]:
        """What the server lets a connection do with its socket, beside what ASGI has; see ``sockets``."""
        extensions = self._websocket.scope.get("extensions", {}).get("koubai", {})
        act: Callable[[], None] = extensions.get(what, lambda: None)
        return act

    async def hear(self) -> Message | InputError:
        """The next message, or why its values can't be. Ended where none comes any more, or what comes is none."""
        await self._until_allowed()
        try:
            event = await self._websocket.receive()
        except (WebSocketDisconnect, RuntimeError) as error:
            raise Ended from error
        if event["type"] != "websocket.receive":
            raise Ended
        content = event.get("text")
        content = event.get("bytes") or b"" if content is None else content
        self._allowance -= 1 + len(content) / COST
        try:
            return read(content)
        except Malformed as error:
            too_large = error.code == "message-size"
            raise Ended(Closing.TOO_LARGE if too_large else Closing.MALFORMED, str(error)) from error
        except InputError as error:  # it may be what somebody has typed
            return error

    async def _until_allowed(self) -> None:
        """A page that sends more than it may waits, and nobody else does."""
        now = monotonic()
        grown = self._allowance + (now - self._counted) * self._bounds.messages
        self._allowance, self._counted = min(grown, self._bounds.burst), now
        if self._allowance < 0:
            await asyncio.sleep(-self._allowance / self._bounds.messages)

    async def run(self, converse: Callable[[], Awaitable[None]]) -> None:
        """Send what is put, beside ``converse``, until either ends or ``end`` is called; then close."""
        both = [asyncio.create_task(self._ending_with(part)) for part in (converse, self._send)]
        try:
            await self._ended
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            self._waiting.clear()
        await self._close(self._ended.result())

    async def _ending_with(self, part: Callable[[], Awaitable[None]]) -> None:
        try:
            await part()
            self.end(Ended())
        except Ended as ended:
            self.end(ended)
        except Exception as error:
            self.end(Ended(Closing.FAULT, str(error)))

    async def _send(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            while self._waiting:
                item = self._waiting.popleft()
                self._bytes -= len(item)
                try:
                    await (self._websocket.send_text(item) if isinstance(item, str) else self._websocket.send_bytes(item))
                except (WebSocketDisconnect, RuntimeError) as error:
                    raise Ended from error

    async def _close(self, ended: Ended) -> None:
        cut = self._socket_action("cut")
        asyncio.get_running_loop().call_later(LINGERING, cut)
        if ended.closing is None:
            return
        try:
            async with asyncio.timeout(CLOSING):
                with suppress(WebSocketDisconnect, RuntimeError):
                    await self._websocket.close(ended.closing, clipped(ended.reason))
        except TimeoutError:  # it doesn't read even that
            cut()


def clipped(reason: str) -> str:
    """Shorten a reason.

    Args:
        reason: Why a connection is closed.

    Returns:
        As much of it as a closing connection can carry.
    """
    return reason.encode()[:LONGEST_REASON].decode(errors="ignore")
