"""A server on a free port of this machine, and sessions of a kind that needs no training."""

import json
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http.client import HTTPConnection, HTTPResponse
from struct import pack
from threading import Lock
from time import monotonic, sleep
from typing import Any, Literal, cast
from uuid import uuid4

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

import koubai as kb
from koubai.errors import FileFault, InputError
from koubai.experiment import Run
from koubai.playground.protocol import incoming, limits
from koubai.playground.protocol.frames import FrameHeader
from koubai.playground.protocol.outgoing import Fault, PriceAnswer, Sending, Welcome, encoded
from koubai.playground.protocol.structures import LanguageCode
from koubai.playground.server.access import Access
from koubai.playground.server.app import BackgroundServer, application, listening
from koubai.playground.server.connection import Bounds, Closing, Ended
from koubai.playground.session.session import Session

HELLO = {"type": "hello", "version": limits.VERSION}


@cache
def run() -> Run:
    return kb.train("xor", steps=20, record_every=5)


class Plain:
    """What the server knows of a Session. It answers ``price`` at once, with ``weight`` bytes."""

    weight = 10

    def __init__(self, language: str, link: str) -> None:
        if link.startswith("wrong"):
            raise InputError("link-broken", name=link)
        if link.startswith("damaged"):
            raise FileFault("file", path=link, reason="damaged")
        if link.startswith("huge"):
            raise OverflowError("out of all measure")
        self.key, self.language, self.link = uuid4().hex, language, link
        self.heard: list[incoming.Message | InputError] = []
        self.told: list[str] = []  # attach, detach, close
        self.to_say: list[Sending] = []
        self.lock = Lock()

    def attach(self) -> None:
        if self.link.startswith("mute"):
            raise ValueError("nothing can be told")
        with self.lock:
            resumed = "attach" in self.told
            self.told.append("attach")
            welcome = {"type": "welcome", "session": self.key, "resumed": resumed, "link": self.link}
            self.to_say = [Sending(Welcome, json.dumps({**welcome, "language": self.language}))]

    def detach(self) -> None:
        self.told.append("detach")

    def receive(self, message: incoming.Message | InputError) -> None:
        with self.lock:
            self.heard.append(message)
            if isinstance(message, InputError):
                self.to_say.append(encoded(Fault(text=message.sentence(self.language))))
            if isinstance(message, incoming.Language):
                self.language = message.language
            if isinstance(message, incoming.Price):
                self.to_say.append(Sending(PriceAnswer, json.dumps({"type": "price", "filled": "x" * self.weight})))

    def turn(self, seconds: float) -> list[Sending]:
        with self.lock:
            made, self.to_say = self.to_say, []
            return made

    def next_turn(self, now: float) -> float | None:
        return None

    def run(self) -> Run:
        return run()

    def close(self, *seconds: float) -> None:
        self.told.append("close")


class Serving:
    """A running server: its port, and all sessions that were made."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.sessions: list[Plain] = []

    def page(self, *, headers: dict[str, str] | None = None, query: str = "", hello: dict[str, Any] | None = None) -> "Page":
        address = f"ws://127.0.0.1:{self.port}/socket{query}"
        opening = connect(address, additional_headers=headers, compression=None, max_size=None, open_timeout=5, close_timeout=5)
        return Page(opening.__enter__(), hello)

    def get(self, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        given = headers or {}
        connection.putrequest(method, path, skip_host="Host" in given, skip_accept_encoding=True)
        for name, value in given.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response, content


class Page:
    """The other end of a WebSocket. It says hello at once, unless ``hello`` is empty."""

    def __init__(self, socket: ClientConnection, hello: dict[str, Any] | None) -> None:
        self.socket = socket
        self.welcome: dict[str, Any] = {}
        if hello is None or hello:
            self.say(**{**HELLO, **(hello or {})})
            self.welcome = self.hear()

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def hear(self) -> Any:
        content = self.socket.recv(timeout=10)
        return json.loads(content) if isinstance(content, str) else content

    def closing(self) -> tuple[int, str]:
        """The code and the reason with which the server closes."""
        try:
            while True:
                self.socket.recv(timeout=10)
        except ConnectionClosed as error:
            return (error.rcvd.code, error.rcvd.reason) if error.rcvd else (1006, "")

    def close(self) -> None:
        with suppress(OSError):
            self.socket.close()


@contextmanager
def serving(bounds: Bounds | None = None, **access: Any) -> Iterator[Serving]:
    """A server; ``access``: fields of Access."""
    listener = listening("127.0.0.1", 0)
    there = Serving(listener.getsockname()[1])

    def make(language: LanguageCode, link: str) -> Session:
        session = Plain(language, link)
        there.sessions.append(session)
        return cast(Session, session)

    with BackgroundServer(application(Access(there.port, **access), make, bounds), listener):
        yield there


Spoiled = Literal["fails", "refuses", "fault", "fails-later", "silent"]


@contextmanager
def spoiled(how: Spoiled) -> Iterator[tuple[str, list[str]]]:
    """A real server that goes wrong in some way for every link, but not for the founding example: its address, all links."""
    listener = listening("127.0.0.1", 0)
    links: list[str] = []

    def make(language: LanguageCode, link: str) -> Session:
        links.append(link)
        session = Session(language, link, None, keeps=False)
        if not link:
            return session
        if how == "fails":
            raise ZeroDivisionError("the reason")
        if how == "refuses":
            raise Ended(Closing.MALFORMED, "the reason")
        plain = session.turn

        def turn(seconds: float) -> list[Sending]:
            made = plain(seconds)
            if how == "fails-later" and any(sending.kind is FrameHeader for sending in made):
                session.turn = fail  # type: ignore[method-assign]
            if how == "fault":
                made = [*(sending for sending in made if sending.kind is Welcome), encoded(FAULT)]
            return [] if how == "silent" else made

        def fail(seconds: float) -> list[Sending]:
            raise ZeroDivisionError("the reason")

        session.turn = turn  # type: ignore[method-assign]
        return session

    with BackgroundServer(application(Access(listener.getsockname()[1]), make, None), listener):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", links


FAULT = Fault(text="the reason")


def until(condition: Any, seconds: float = 5.0) -> None:
    """Wait until ``condition()`` is true."""
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end, "it never came true"
        sleep(0.01)


class Raw:
    """A WebSocket by hand, which does what no browser does. It has little room for what it doesn't read."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(10)
        self.socket.connect(("127.0.0.1", port))
        lines = [
            "GET /socket HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {b64encode(bytes(16)).decode()}",
        ]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.socket.recv(1)
        assert b" 101 " in answer.splitlines()[0]

    def send(self, content: bytes, *, opcode: int = 1, size: int | None = None, final: bool = True) -> None:
        """A frame; ``size``: what it says of its size, else the truth. Masked with zeros, which leaves it as it is."""
        length = len(content) if size is None else size
        said = bytes([0x80 | length]) if length < 126 else b"\xff" + pack(">Q", length)
        self.socket.sendall(bytes([(0x80 if final else 0) | opcode]) + said + bytes(4) + content)

    def closing(self) -> int:
        """The code with which the server closes; 1006 where it only hangs up. Nothing sent before may hold a byte 88."""
        content = b""
        try:
            while part := self.socket.recv(2**16):
                content = content[-4:] + part
                at = content.find(b"\x88")
                if 0 <= at < len(content) - 3:
                    return int.from_bytes(content[at + 2 : at + 4])
        except OSError:
            return 1006
        return 1006

    def close(self) -> None:
        self.socket.close()
