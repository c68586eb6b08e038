"""A page of the playground in Chromium, watched: what it prints, what it asks for, and what the server tells it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, Response, WebSocket
from tests.playground.fake_page import Frame, taken_apart

import koubai as kb
from koubai.locale import sentence

SIZES: dict[str, dict[str, Any]] = {
    "1440x900": {"viewport": {"width": 1440, "height": 900}},
    "390x844": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2},
}
PATIENCE = 60.0  # seconds until what is waited for counts as missing; a machine that does much else compiles slowly
AT_REST = ("resting", "finished", "diverged")


@dataclass
class Watched:
    """``faults``: whatever a page is not to do. ``states``, ``frames``, ``answers``: what came, the newest last."""

    page: Page
    language: str = "en"
    faults: list[str] = field(default_factory=list)
    breaks: bool = False  # whether the connection is to break: what the browser prints of that is no fault
    told: dict[str, dict[str, Any]] = field(default_factory=dict)  # the newest message of every type
    points: dict[str, list[float]] = field(default_factory=dict)
    content: bytes = b""  # the newest frame
    frames: int = 0

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self._fault(f"console: {message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self._fault(f"error: {error}"))
        self.page.on("requestfailed", lambda request: self._fault(f"failed: {request.url}: {request.failure}"))
        self.page.on("request", lambda request: self._request(request.url))
        self.page.on("response", self._answer)
        self.page.on("websocket", self._socket)

    def _fault(self, said: str) -> None:
        breaking = ("ERR_CONNECTION", "ERR_INTERNET_DISCONNECTED", "WebSocket connection", "ERR_ABORTED")
        if not (self.breaks and any(word in said for word in breaking)):
            self.faults.append(said)

    def _answer(self, answer: Response) -> None:
        if answer.status >= 400:
            self._fault(f"answer: {answer.url}: {answer.status}")

    def _request(self, address: str) -> None:
        there = urlsplit(address)
        if there.scheme not in ("blob", "data") and there.hostname != "127.0.0.1":
            self.faults.append(f"another host: {address}")

    def _socket(self, socket: WebSocket) -> None:
        self._request(socket.url)
        socket.on("framereceived", self._received)

    def _received(self, payload: str | bytes) -> None:
        if isinstance(payload, bytes):
            self.content = payload
            self.frames += 1
        else:
            message = json.loads(payload)
            self.told[message["type"]] = message
            self.points = message.get("points") or self.points  # they come only where they are new

    # what the server has told

    @property
    def state(self) -> dict[str, Any]:
        return self.told["state"]

    @property
    def setting(self) -> dict[str, Any]:
        setting: dict[str, Any] = self.state["setting"]
        return setting

    @property
    def frame(self) -> Frame:
        return taken_apart(self.content)

    @property
    def header(self) -> dict[str, Any]:
        return self.frame.header

    @property
    def step(self) -> int:
        step: int = self.header["step"]
        return step

    @property
    def parameters(self) -> NDArray[np.float64]:
        return self.frame.arrays["parameters"]

    def parameter(self, place: str) -> float:
        """The value at a place such as ``w1[0,3]``."""
        arrays = self.network().arrays()
        name, _, inside = place.rstrip("]").partition("[")
        return float(arrays[name][tuple(int(part) for part in inside.split(","))])

    def network(self) -> kb.Network:
        """The network that is shown, as koubai has it."""
        sizes, numbers, pairs, at = self.state["sizes"], self.parameters, [], 0
        for inputs, units in pairwise(sizes):
            weights = numbers[at : at + inputs * units].reshape(inputs, units)
            pairs.append((weights, numbers[at + inputs * units : at + (inputs + 1) * units]))
            at += (inputs + 1) * units
        return kb.Network.from_arrays(pairs, activation=",".join(self.setting["activations"]) or "relu")

    # waiting

    def until(self, is_so: Callable[[], Any], what: str = "") -> None:
        """Wait until it is so."""
        ends = monotonic() + PATIENCE
        while not is_so():
            header = self.header if self.content else {}
            shown = {name: value for name, value in header.items() if name in ("status", "step", "state", "loss")}
            assert monotonic() < ends, f"{what or is_so} never was so; at the end: {shown}, {self.told.get('fault')}"
            self.page.wait_for_timeout(15)

    def until_set(self, **fields: Any) -> None:
        """Wait until the server has these fields of the setting, and has sent what they show."""
        self.until(lambda: all(self.setting[name] == value for name, value in fields.items()) and self.is_settled, str(fields))

    @property
    def is_settled(self) -> bool:
        """Whether the newest frame belongs to the newest state."""
        return bool(self.header["state"] == self.state["state"])

    def until_rest(self, step: int | None = None) -> None:
        """Wait until it rests, at ``step`` if one is named."""
        self.until(
            lambda: self.header["status"] in AT_REST and self.is_settled and step in (None, self.step), f"rest at {step}"
        )

    def until_beyond(self, step: int) -> None:
        """Wait until a later step than ``step`` is shown."""
        self.until(lambda: self.step > step, f"beyond {step}")

    # what a person sees, by role and label

    def say(self, key: str, **values: object) -> str:
        """A sentence of the page, in its language."""
        return sentence(f"page-{key}", self.language, **values)

    def button(self, key: str, **values: object) -> Locator:
        return self.page.get_by_role("button", name=self.say(key, **values), exact=True)

    def labelled(self, key: str, role: Any, **values: object) -> Locator:
        """The one of ``role`` with that label."""
        return self.page.get_by_role(role, name=self.say(key, **values), exact=True)

    def press(self, key: str, **values: object) -> None:
        self.button(key, **values).click()

    def pick(self, key: str, option: str, **values: object) -> None:
        """Choose ``option`` in a list."""
        self.labelled(key, "combobox", **values).select_option(option)

    def write(self, key: str, text: str) -> None:
        """Write ``text`` into a field, and leave it."""
        box = self.labelled(key, "textbox")
        box.fill(text)
        box.press("Tab")

    def slide(self, key: str, value: float) -> None:
        """Move a slider to ``value``."""
        self.labelled(key, "slider").fill(f"{value:g}")

    def item(self, name: str) -> Locator:
        """A unit or a parameter in the drawn network, such as "1[3]" or "w1[0,3]"."""
        return self.page.locator(f'[data-item="{name}"]')

    def keys(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)

    def unfold(self) -> None:
        """Open what is folded on a narrow page."""
        for summary in self.page.locator("details:not([open]) > summary").all():
            summary.click()

    def tab(self, name: str) -> None:
        """Open a tab of the panel."""
        self.page.get_by_role("tab", name=self.say(f"tab-{name}"), exact=True).click()
