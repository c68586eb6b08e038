"""A page without a browser: says messages to a session, and takes what it sends apart."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path
from struct import pack, unpack
from time import monotonic, sleep
from typing import Any
from zlib import compress

import numpy as np
from numpy.typing import NDArray

from koubai.core.parameters import unflatten
from koubai.playground.model.setting_changes import value_at as value_in
from koubai.playground.model.training import Clock
from koubai.playground.protocol import incoming
from koubai.playground.protocol.structures import LanguageCode
from koubai.playground.session.session import Session


@dataclass(frozen=True)
class Frame:
    """A frame, taken apart."""

    header: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


def taken_apart(content: bytes) -> Frame:
    """What ``frames.packed`` packed, read as its docstring says."""
    (length,) = unpack("<I", content[:4])
    header = json.loads(content[4 : 4 + length])
    arrays = {}
    for about in header.pop("arrays"):
        count = int(np.prod(about["shape"], dtype=int))
        flat = np.frombuffer(content, np.dtype(about["type"]).newbyteorder("<"), count, 4 + length + about["at"])
        arrays[about["name"]] = flat.reshape(about["shape"])
    return Frame(header, arrays)


@dataclass
class Page:
    """The session, and the newest of everything that it has sent."""

    session: Session
    state: dict[str, Any] = field(default_factory=dict)
    frame: Frame = field(default_factory=lambda: Frame({}, {}))
    texts: list[dict[str, Any]] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)

    @classmethod
    def open(cls, link: str = "", store: Path | None = None, language: LanguageCode = "en", clock: Clock = monotonic) -> "Page":
        """A page that has just been opened."""
        page = cls(Session(language, link, store, keeps=store is not None, clock=clock))
        page.session.attach()
        return page.turn().turn()

    def turn(self, seconds: float = 0.01, *, draws: bool = True) -> "Page":
        """One turn of the session, or as many as it takes to handle all that was said."""
        self.turn_once(seconds, draws=draws)
        while self.session._queue and self.session._again_at <= monotonic():
            self.turn_once(seconds, draws=draws)
        return self

    def turn_once(self, seconds: float = 0.01, *, draws: bool = True) -> "Page":
        """One turn of the session."""
        for _, content in self.session.turn(seconds):
            if isinstance(content, bytes):
                self.frame = taken_apart(content)
                self.frames.append(self.frame)
                if draws:
                    self.session.receive(incoming.Drawn(frame=self.frame.header["frame"]))
            else:
                message = json.loads(content)
                self.texts.append(message)
                if message["type"] == "state":
                    self.state = {**message, "points": message["points"] or self.state.get("points")}
        return self

    def say(self, *messages: incoming.Message, turns: int = 1) -> "Page":
        """Say ``messages``, and let the session have so many turns."""
        for message in messages:
            self.session.receive(message)
        for _ in range(turns):
            self.turn()
        return self

    def until_rest(self) -> "Page":
        """Turns until the training rests, and the last frame is there."""
        for _ in range(10_000):
            self.turn()
            due = self.session.next_turn(monotonic())
            if not self.session.context.playback.is_playing and due is None:
                return self
            sleep(min(0.05, max(0.0, (due or 0.0) - monotonic())))
        raise AssertionError("it goes on and on")

    def step_to(self, number: int) -> "Page":
        """Train until step ``number``."""
        return self.say(incoming.Forward(count=number - self.frame.header["step"]), turns=0).until_rest()

    @property
    def said(self) -> list[str]:
        """The faults that were told."""
        return [text["text"] for text in self.texts if text["type"] == "fault"]


def change(**fields: Any) -> incoming.Change:
    """A change of some fields of the setting."""
    return incoming.Change(setting=fields)


def packed(*numbers: float) -> str:
    """Numbers as a link holds them."""
    return urlsafe_b64encode(compress(pack(f"<{len(numbers)}d", *numbers))).decode().rstrip("=")


def parameters(page: Page) -> np.ndarray[Any, Any]:
    """All parameters of the network that is shown."""
    return page.frame.arrays["parameters"]


def value_at(page: Page, place: str) -> float:
    """The number of one parameter of the network that is shown."""
    return value_in(unflatten(parameters(page), tuple(page.state["sizes"])), place)
