"""A page of the soak: it takes what comes, and counts it."""

import json
from collections import Counter
from contextlib import suppress
from threading import Event, Thread
from time import monotonic
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from koubai.playground.protocol import limits


class Page:
    """A page that takes what comes: ``last`` is when something of each type came last."""

    def __init__(self, port: int, link: str = "") -> None:
        address = f"ws://127.0.0.1:{port}/socket"
        opening = connect(
            address, compression=None, max_size=None, open_timeout=30, close_timeout=1, max_queue=None, ping_interval=None
        )
        self.socket: ClientConnection = opening.__enter__()
        self.count: Counter[str] = Counter()
        self.faults: list[str] = []
        self.welcome: dict[str, Any] = {}
        self.closed: int | None = None
        self._came = Event()
        self.say(type="hello", version=limits.VERSION, link=link)
        Thread(target=self._hear, daemon=True).start()

    def say(self, **message: Any) -> None:
        self.send(json.dumps(message))

    def send(self, text: str) -> None:
        with suppress(ConnectionClosed):
            self.socket.send(text)

    def _hear(self) -> None:
        try:
            for content in self.socket:
                if isinstance(content, bytes):
                    header = json.loads(content[4 : 4 + int.from_bytes(content[:4], "little")])
                    self.say(type="drawn", frame=header["frame"])
                    self.count["frame"] += 1
                else:
                    message = json.loads(content)
                    self.count[message["type"]] += 1
                    if message["type"] == "fault":
                        self.faults.append(message["text"])
                    elif message["type"] == "welcome":
                        self.welcome = message
                self._came.set()
        except ConnectionClosed:
            pass
        closed = self.socket.protocol.close_rcvd
        self.closed = closed.code if closed else 1006
        self._came.set()

    def until(self, kind: str, seconds: float, more_than: int = 0) -> bool:
        """Wait until more than so many of a kind have come; whether they have."""
        ends = monotonic() + seconds
        while self.count[kind] <= more_than and self.closed is None and monotonic() < ends:
            self._came.wait(0.05)
            self._came.clear()
        return self.count[kind] > more_than

    def ask(self, kind: str, seconds: float = 60.0, **message: Any) -> float:
        """Seconds until the next ``kind`` has come after ``message`` was sent."""
        before, began = self.count[kind], monotonic()
        self.say(**message)
        came = self.until(kind, seconds, before)
        assert came or self.closed is None, f"closed: {self.closed}"
        return monotonic() - began if came else seconds

    def leave(self) -> None:
        with suppress(OSError, ConnectionClosed):
            self.socket.close()
