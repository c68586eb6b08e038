"""Sockets: which connections are let in, and for how long one may say nothing. What uvicorn has no setting for.

Whoever has connected and not asked for anything yet is silent. Silent connections give way to new ones, those that came first
before the others, and are closed after a while; so however many there are, a page that asks at once is let in.
"""

import asyncio
from contextlib import suppress
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from time import monotonic
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from koubai.playground.server.access import plain

MOST_CONNECTIONS = 1000
PAGES, EACH_PAGE = 64, 7  # a whole class may come from one address; a page has its WebSocket, and browsers fetch files by six
BACKLOG = 128  # connections that are accepted at a blow, before any of them is looked at
# files beside the connections: a run that is kept has its store open (three files) and its sign of life, while the run before
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
def place_of(address: str) -> str:
    """What counts as one address: of IPv6 the network, in which everybody has as many addresses as there are."""
    known = plain(address)
    with suppress(ValueError):
        if isinstance(ip_address(known), IPv6Address):
            return str(ip_network((known, 64), strict=False))
    return known


class _Bounded(asyncio.Protocol):
    """A connection that is one of many. ``silent_since``: when it was last up to the other side to ask; None while it isn't."""

    client: tuple[str, int] | None
    connections: set[Any]
    transport: Any
    silent_since: float | None
    is_over = False

    @property
    def place(self) -> str:
        """Where it comes from."""
        return place_of(self.client[0]) if self.client else ""

    @property
    def is_silent(self) -> bool:
        """Whether nobody is waiting for an answer on it."""
        return self.silent_since is not None and self.transport.get_write_buffer_size() == 0

    def cut(self) -> None:
        """End it, whatever waits to be sent."""
        self.is_over = True
        self.transport.abort()

    def find_room(self, most: int) -> None:
        """Let a silent connection go where there are ``most`` already, or too many from one place; else this one."""
        most_near = min(PAGES * EACH_PAGE, max(1, most // 2))
        if len(self.connections) <= most_near:
            return
        here = self.place
        others = [one for one in self.connections if one is not self and not one.is_over]
        for crowd, bound in (([one for one in others if one.place == here], most_near), (others, most)):
            if len(crowd) >= bound:
                silent = [one for one in crowd if one.is_silent and not one.is_over]
                min(silent, key=lambda one: one.silent_since, default=self).cut()


class HttpProtocol(_Bounded, H11Protocol):
    """uvicorn's, but it is among a bounded number, and a request has to come to its end in time."""

    silent_since: float | None = None
    _alarm: asyncio.TimerHandle | None = None
    _unread = 0  # bytes that the other side had not read when that was last looked at

    def connection_made(self, transport: Any) -> None:
        """Somebody is there."""
        super().connection_made(transport)
        assert self.limit_concurrency is not None
        self.find_room(self.limit_concurrency - 1)
        if not self.is_over:
            self._await_request()

    def handle_events(self) -> None:
        """Begin to answer where a whole request has come."""
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self.silent_since = None
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """The next request may come, or has come already."""
        self._await_request()
        super().on_response_complete()

    def handle_websocket_upgrade(self, event: Any) -> None:
        """From now on it is a WebSocket, which waits in its own way."""
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self.is_over = True
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_request(self) -> None:
        self.silent_since, self._unread = monotonic(), 0
        self._stop_waiting()
        self._alarm = self.loop.call_later(SECONDS_TO_ASK, self._late)

    def _stop_waiting(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _late(self) -> None:
        """No request has come. As long as the last answer is being read, however slowly, that is right."""
        unread = self.transport.get_write_buffer_size()
        if not unread or unread == self._unread:
            self.cut()
            return
        self._unread = unread
        self._alarm = self.loop.call_later(SECONDS_TO_ASK, self._late)


class WebSocketProtocol(_Bounded, WebSocketsSansIOProtocol):
    """uvicorn's, but what a page never reads doesn't wait for it for good: the connection can be cut."""

    def __init__(self, *values: Any, **named: Any) -> None:
        super().__init__(*values, **named)
        self.silent_since = monotonic()

    def handle_connect(self, event: Any) -> None:
        """Begin, and let the application know how to cut it, and say that somebody speaks."""
        super().handle_connect(event)
        if not self.close_sent:
            extensions: Any = self.scope["extensions"]
            extensions["koubai"] = {"cut": self.cut, "greeted": self.greeted}

    def greeted(self) -> None:
        """It is a page's: it gives way to nobody."""
        self.silent_since = None

    def keepalive_timeout(self) -> None:
        """Nobody answers any more."""
        super().keepalive_timeout()
        self.cut()
