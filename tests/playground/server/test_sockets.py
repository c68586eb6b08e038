"""Connections that say nothing, or half of what they should, keep nobody out."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from types import SimpleNamespace
from typing import Any

import pytest
from tests.playground.server_fixture import Raw, Serving, serving

from koubai.playground.server import sockets
from koubai.playground.server.connection import Bounds
from koubai.playground.server.sockets import BACKLOG, FILES, MOST_CONNECTIONS, connections_possible, origin_of


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """A server that waits a tenth of a second for a request, and takes eight connections from one place."""
    monkeypatch.setattr(sockets, "SECONDS_TO_ASK", 0.1)
    monkeypatch.setattr(sockets, "PAGES", 4)
    monkeypatch.setattr(sockets, "EACH_PAGE", 2)
    with serving() as running:
        yield running


def asking(there: Serving, text: str = "") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", there.port), timeout=10)
    connection.sendall(text.replace("HOST", f"127.0.0.1:{there.port}").encode())
    return connection


def heard(connection: socket.socket) -> bytes:
    """All that comes until the connection is closed."""
    content = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(2**16):
            content += part
    connection.close()
    return content


WHOLE = "GET /static/types.js HTTP/1.1\r\nHost: HOST\r\n\r\n"


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("", 0),
        ("GET", 0),
        ("GET / HTTP/1.1\r\nHost: HOST\r\nX: ", 0),
        (WHOLE, 1),
        (WHOLE + "GET / HT", 1),
        (WHOLE + WHOLE, 2),
        ("GET / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1000\r\n\r\nhalf", 1),
        ("POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", 1),
    ],
)
def test_who_says_no_more_is_let_go(text: str, answers: int, there: Serving) -> None:
    assert heard(asking(there, text)).count(b"HTTP/1.1 ") == answers


def test_who_says_it_letter_by_letter_is_let_go(there: Serving) -> None:
    connection = asking(there, "GET / HTTP/1.1\r\nX: ")
    connection.settimeout(0.01)
    with pytest.raises(OSError, match=r"[Rr]eset|[Pp]ipe|[Aa]bort"):
        while True:
            connection.sendall(b"x")
            with suppress(TimeoutError):
                if not connection.recv(1):
                    raise ConnectionResetError("reset")
    connection.close()


def test_silent_ones_give_way_to_those_who_ask(there: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SECONDS_TO_ASK", 1000.0)
    with ExitStack() as open_ones:
        page = there.page()
        silent = [open_ones.enter_context(asking(there, "GET /")) for _ in range(30)]
        assert there.get("/static/types.js")[0].status == 200
        page.say(type="price")
        assert page.hear()["type"] == "price"
        assert heard(silent[0]) == b""  # the first that came was the first to go
        last = silent[-1]
        last.sendall(f" HTTP/1.1\r\nHost: 127.0.0.1:{there.port}\r\nConnection: close\r\n\r\n".encode())
        assert b"200 OK" in heard(last)
        page.close()


def test_web_sockets_without_a_hello_give_way_and_pages_don_t(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "PAGES", 4)
    monkeypatch.setattr(sockets, "EACH_PAGE", 1)
    with serving(Bounds(hello=1000.0)) as there:
        pages = [there.page() for _ in range(3)]
        silent = [Raw(there.port) for _ in range(5)]
        pages.append(there.page())
        for page in pages:
            page.say(type="price")
            assert page.hear()["type"] == "price"
        with pytest.raises(OSError, match=r"."):  # all four places are pages', which give way to nobody
            there.get("/static/types.js")
        for page in pages:
            page.close()
        for one in silent:
            one.close()


def test_a_whole_class_may_come_from_one_address() -> None:
    assert Bounds().sessions <= sockets.PAGES
    assert sockets.PAGES * sockets.EACH_PAGE <= MOST_CONNECTIONS // 2


def test_an_answer_that_is_read_slowly_is_read_to_its_end() -> None:
    cut: list[int] = []
    sizes = iter([500, 200, 200])
    transport: Any = SimpleNamespace(get_write_buffer_size=lambda: next(sizes), abort=lambda: cut.append(1))

    async def read() -> None:
        connection = sockets.WatchedConnection(asyncio.Protocol(), sockets.Connections(10))
        connection._transport = transport
        for expected in ([], [], [1]):  # it reads, it reads, it doesn't
            connection.end_if_late()
            assert cut == expected
        connection.connection_lost(None)

    asyncio.run(read())


@pytest.mark.parametrize(
    ("soft", "hard", "raised", "possible"),
    [
        (100_000, 100_000, None, MOST_CONNECTIONS),
        (256, 100_000, MOST_CONNECTIONS + BACKLOG + FILES, MOST_CONNECTIONS),
        (256, -1, MOST_CONNECTIONS + BACKLOG + FILES, MOST_CONNECTIONS),
        (256, 1024, 1024, 1024 - BACKLOG - FILES),
        (256, 256, None, 64),
    ],
)
def test_files_are_kept_free(soft: int, hard: int, raised: int | None, possible: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    limits = [(soft, hard if hard >= 0 else resource.RLIM_INFINITY)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, given: limits.append(given))
    assert connections_possible() == possible
    assert [new for new, _ in limits[1:]] == ([] if raised is None else [raised])
    assert limits[-1][1] == limits[0][1]


def test_addresses() -> None:
    assert origin_of("10.0.0.1") == origin_of("::ffff:10.0.0.1") == "10.0.0.1"
    assert origin_of("2001:db8::1") == origin_of("2001:db8::ffff:1%eth0") == "2001:db8::/64"
    assert origin_of("a name") == "a name"
