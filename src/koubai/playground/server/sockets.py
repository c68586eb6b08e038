"""Sockets: which connections are let in, and for how long one may say nothing. What uvicorn has no setting for.

Whoever has connected and not asked for anything yet is silent. Silent connections give way to new ones, those that came first
before the others, and are closed after a while; so however many there are, a page that asks at once is let in.
"""

import asyncio
from contextlib import suppress
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from time import monotonic
from typing import cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from koubai.playground.server.access import plain

MOST_CONNECTIONS = 1000
PAGES, EACH_PAGE = 64, 7  # a whole class may come from one address; a page has its WebSocket, and browsers fetch files by six
BACKLOG = 128  # connections that are accepted at a blow, before any of them is looked at
# files beside the connections: a run that is kept has its store open (three files) and its process lock, while the run before
# it comes to its end; and some for the system, for files of the page, and for what is drawn
FILES = PAGES * 2 * 4 + 64
SECONDS_TO_ASK = 10.0  # for a whole request, from the connection's beginning or the last answer on


def connections_possible() -> int:
    """How many connections there may be, so that files can be opened still. The process is allowed more where it can be."""
    try:
        import resource
    except ImportError:  # Windows, where sockets are no files
        return MOST_CONNECTIONS
    wanted = MOST_CONNECTIONS + BACKLOG + FILES
    soft, hard = (wanted if limit == resource.RLIM_INFINITY else limit for limit in resource.getrlimit(resource.RLIMIT_NOFILE))
    if soft < min(wanted, hard):
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
            soft = min(wanted, hard)
    return min(MOST_CONNECTIONS, max(soft - BACKLOG - FILES, soft // 4))


@cache
def origin_of(address: str) -> str:
    """Say what counts as one address.

    Args:
        address: An address.

    Returns:
        The address; of IPv6 the network, in which everybody has as many addresses as there are.
    """
    known = plain(address)
    with suppress(ValueError):
        if isinstance(ip_address(known), IPv6Address):
            return str(ip_network((known, 64), strict=False))
    return known


class WatchedConnection(asyncio.Protocol):
    """A connection that is one of many; what comes and goes on it is the matter of ``inner``, a protocol of uvicorn's.

    ``silent_since``: when it was last up to the other side to ask; None while it isn't.
    """

    def __init__(self, inner: asyncio.Protocol, connections: "Connections") -> None:
        self.inner = inner
        self.silent_since: float | None = None
        self.is_over = False
        self.address: tuple[str, int] | None = None
        self._connections = connections
        self._transport: asyncio.Transport | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._unread = 0  # bytes that the other side had not read when that was last looked at

    # what the event loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is there."""
        self._transport = transport = cast(asyncio.Transport, transport)  # other loops have classes of their own
        peer = transport.get_extra_info("peername")
        self.address = (str(peer[0]), int(peer[1])) if peer else None
        self.inner.connection_made(_InnerTransport(transport, self))
        self._connections.add(self)
        if not self.is_over:
            self.await_request()

    def data_received(self, data: bytes) -> None:
        """Something has come."""
        self.inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Nothing more will come."""
        return self.inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self.is_over = True
        self._stop_waiting()
        self._connections.discard(self)
        self.inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """The other side reads too slowly."""
        self.inner.pause_writing()

    def resume_writing(self) -> None:
        """The other side has read."""
        self.inner.resume_writing()

    # whose turn it is

    @property
    def origin(self) -> str:
        """Where it comes from."""
        return origin_of(self.address[0]) if self.address else ""

    @property
    def is_silent(self) -> bool:
        """Whether nobody is waiting for an answer on it."""
        return self.silent_since is not None and self._waiting_bytes() == 0

    def _waiting_bytes(self) -> int:
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    def cut(self) -> None:
        """End it, whatever waits to be sent."""
        self.is_over = True
        if self._transport is not None:
            self._transport.abort()

    def await_request(self) -> None:
        """The next request may come, or has come already."""
        if self.is_over:
            return
        self.silent_since, self._unread = monotonic(), 0
        self._stop_waiting()
        self._alarm = asyncio.get_running_loop().call_later(SECONDS_TO_ASK, self.end_if_late)

    def begin_answer(self) -> None:
        """A request has come: it is answered."""
        self.silent_since = None
        self._stop_waiting()

    def become_websocket(self, inner: asyncio.Protocol) -> None:
        """From now on it is a WebSocket, which waits in its own way, and gives way to others until it is greeted."""
        self.inner = inner
        self._stop_waiting()
        self.silent_since = monotonic()

    def greeted(self) -> None:
        """It is a page's: it gives way to nobody."""
        self.silent_since = None

    def _stop_waiting(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def end_if_late(self) -> None:
        """No request has come. As long as the last answer is being read, however slowly, that is right."""
        unread = self._waiting_bytes()
        if not unread or unread == self._unread:
            self.cut()
            return
        self._unread = unread
        self._alarm = asyncio.get_running_loop().call_later(SECONDS_TO_ASK, self.end_if_late)


class _InnerTransport(asyncio.Transport):
    """The transport that the protocol inside sees. Where another protocol is to take over, that is inside, too."""

    def __init__(self, transport: asyncio.Transport, connection: WatchedConnection) -> None:
        self._transport = transport
        self._connection = connection

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._connection.become_websocket(cast(asyncio.Protocol, protocol))

    def get_extra_info(self, name: str, default: object = None) -> object:
        return self._transport.get_extra_info(name, default)

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._transport.write(data)

    def can_write_eof(self) -> bool:
        return self._transport.can_write_eof()

    def write_eof(self) -> None:
        self._transport.write_eof()

    def get_write_buffer_size(self) -> int:
        return self._transport.get_write_buffer_size()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def is_reading(self) -> bool:
        return self._transport.is_reading()


class Connections:
    """All connections of a server, at most ``most``; one that comes beyond lets a silent one go."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: set[WatchedConnection] = set()
        self._by_address: dict[tuple[str, int], WatchedConnection] = {}

    def add(self, connection: WatchedConnection) -> None:
        """One more: let a silent one go where there are too many already, or too many from one place; else this one."""
        others = [other for other in self._open if not other.is_over]
        self._open.add(connection)
        if connection.address is not None:
            self._by_address[connection.address] = connection
        most_near = min(PAGES * EACH_PAGE, max(1, self._most // 2))
        if len(self._open) <= most_near:
            return
        near = [other for other in others if other.origin == connection.origin]
        for crowd, bound in ((near, most_near), (others, self._most)):
            if len(crowd) >= bound:
                silent = [other for other in crowd if other.is_silent and not other.is_over]
                min(silent, key=lambda other: other.silent_since or 0.0, default=connection).cut()

    def discard(self, connection: WatchedConnection) -> None:
        """One less."""
        self._open.discard(connection)
        if connection.address is not None and self._by_address.get(connection.address) is connection:
            del self._by_address[connection.address]

    def application(self, app: ASGIApp) -> ASGIApp:
        """``app``, where connections know whether they are answered, and a page's WebSocket can say so and cut it."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            client = scope.get("client")
            connection = self._by_address.get((client[0], client[1])) if client else None
            if connection is None:
                await app(scope, receive, send)
            elif scope["type"] == "websocket":
                acts = {"cut": connection.cut, "greeted": connection.greeted}
                await app({**scope, "extensions": {**scope.get("extensions", {}), "koubai": acts}}, receive, send)
            else:
                connection.begin_answer()
                try:
                    await app(scope, receive, send)
                finally:
                    connection.await_request()

        return watched


def watching(config: uvicorn.Config, connections: Connections) -> uvicorn.Config:
    """Watch the connections of a server: uvicorn takes any class of protocols, and has none of these settings.

    Args:
        config: How the server is run.
        connections: Where connections are noted.

    Returns:
        The same ``config``.
    """
    config.load()
    protocol_class = config.http_protocol_class

    class Watched(WatchedConnection):
        def __init__(self, **state: object) -> None:
            super().__init__(protocol_class(**state), connections)

    config.http_protocol_class = Watched
    return config
