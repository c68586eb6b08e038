"""The playground under a real browser, and under a class of forty pages.

    python benchmarks/playground.py [frames] [clicks] [ready] [load] [--seconds 600]

The server is ``koubai play`` as a process, with a store in a temporary folder. Frames, clicks and ready need Playwright and a
Chromium, which --chromium names. For the load this process plays all the pages, and the server has one of its own.
"""

import argparse
import asyncio
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from struct import unpack_from
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

import numpy as np
from websockets.asyncio.client import connect
from websockets.sync.client import connect as connect_sync

PARTS = ("frames", "clicks", "ready", "load")
ENDLESS = "steps=100000000"
XOR = ENDLESS
SPIRALS = f"data=spirals&samples=500&test=0.5&hidden=8;8&activations=tanh;tanh&{ENDLESS}"
WIDTH, HEIGHT = 1440, 900
SETTLING = 3.0  # seconds of playing before anything is counted
DRAWING = 0.005  # seconds that a page of the load takes for a frame
LONGEST = 10.0  # seconds that an effect is waited for, as in probe.js
PAGES = 40
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
HELLO = {"type": "hello", "version": 1, "language": "en", "session": ""}

PROBE = Path(__file__).with_name("probe.js").read_text(encoding="utf-8")


@dataclass
class Server:
    """``koubai play`` as a process: where it is, and what it takes."""

    port: int
    process: subprocess.Popen[str]
    store: Path

    @property
    def page(self) -> str:
        return f"http://127.0.0.1:{self.port}/?lang=en"

    @property
    def socket(self) -> str:
        return f"ws://127.0.0.1:{self.port}/socket"

    @property
    def memory(self) -> float:
        """MiB that are resident."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0

    @property
    def stored(self) -> float:
        """MiB of the store, with what SQLite has beside it."""
        return sum(part.stat().st_size for part in self.store.parent.glob(f"{self.store.name}*")) / 2**20

    @property
    def busy(self) -> float:
        """Seconds of the processors that it has taken so far."""
        user, system = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving() -> Iterator[Server]:
    """A server that is warm: its program for the founding example is compiled, and a first page has learned from it."""
    with TemporaryDirectory() as folder:
        store = Path(folder) / "runs.sqlite"
        koubai = str(Path(sys.executable).with_name("koubai"))
        words = [koubai, "play", "--no-browser", "--port", "0", "--lang", "en", "--store", str(store)]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
        if found is None:
            raise SystemExit("koubai play has not begun")
        server = Server(int(found[1]), process, store)
        try:
            warm(server)
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def warm(server: Server) -> None:
    with connect_sync(server.socket, compression=None, max_size=None) as socket:
        socket.send(json.dumps({**HELLO, "link": ""}))
        socket.send(json.dumps({"type": "forward", "count": 10}))
        while True:
            content = socket.recv(timeout=120)
            if isinstance(content, bytes):
                header = header_of(content)
                socket.send(json.dumps({"type": "drawn", "frame": header["frame"]}))
                if header["step"] >= 10:
                    return


def header_of(frame: bytes) -> dict[str, Any]:
    (length,) = unpack_from("<I", frame)
    made: dict[str, Any] = json.loads(frame[4 : 4 + length])
    return made


def load_now() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


# part A: one page in a browser


@contextmanager
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS], headless=True)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def page_of(opened: Any, server: Server, link: str = "") -> Iterator[Any]:
    """A page that has drawn its first frame, in a context that has nothing in its cache."""
    context = opened.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    context.add_init_script(PROBE)
    page = context.new_page()
    page.on("pageerror", lambda error: print(f"the page: {error}"))
    page.goto(f"{server.page}#{link}", wait_until="commit")
    wait(page, "probe.drawn.length > 0")
    try:
        yield page
    finally:
        context.close()


def wait(page: Any, condition: str, seconds: float = 60.0) -> None:
    """Playwright's own waiting would evaluate texts in the page, which its Content-Security-Policy forbids."""
    ends = monotonic() + seconds
    while not page.evaluate(condition):
        if monotonic() > ends:
            raise SystemExit(f"not within {seconds:.0f} s: {condition}")
        sleep(0.02)


def play(page: Any, *, fast: bool = True) -> None:
    if fast:
        page.locator(".speed select").select_option("0")
    page.locator("button.main").click()
    wait(page, "probe.last.status === 'playing' && probe.last.step > 0")
    sleep(SETTLING)


def frames(opened: Any, server: Server, seconds: float) -> None:
    """Frames that reach the screen, and steps that are made meanwhile."""
    for called, link in (("XOR 2-8-2", XOR), ("spirals 2-8-8-2, 500 points", SPIRALS)):
        for method in ("backprop", "central"):
            with page_of(opened, server, f"{link}&method={method}") as page:
                play(page)
                taken, began = server.busy, monotonic()
                page.evaluate("void (probe.drawn.length = 0)")
                sleep(seconds)
                drawn = page.evaluate("probe.drawn")
                share = (server.busy - taken) / (monotonic() - began)
            times, steps = np.array(drawn).T
            whole = (times[-1] - times[0]) / 1000
            rate, longest = (len(times) - 1) / whole, np.diff(times).max()
            print(
                f"{called}, {method}: {rate:.1f} frames a second, {(steps[-1] - steps[0]) / whole:,.0f} steps a second,"
                f" at most {longest:.0f} ms between two frames, the server on {share:.2f} cores; {load_now()}"
            )


def clicks(opened: Any, server: Server, times: int) -> None:
    """From an input to the first animation frame after the one that shows its effect. XOR by measured slopes at full speed."""
    taken: dict[str, list[float]] = {}

    def act(page: Any, called: str, kind: str, event: str, deed: Callable[[], object]) -> None:
        page.evaluate(f"probe.expect('{kind}', '{event}')")
        deed()
        lasted = page.evaluate("probe.effect")
        if lasted is None:
            print(f"{called}: nothing was seen within {LONGEST:.0f} s")
        taken.setdefault(called, []).append(1000 * LONGEST if lasted is None else lasted)
        sleep(0.15)

    with page_of(opened, server, XOR) as page:
        main, step = page.locator("button.main"), page.locator(".transport button[title$='(→)']")
        language, rate = page.locator(".looks button[title$='(L)']"), page.locator("[data-group=rate] input[type=range]")
        play(page)
        main.click()
        wait(page, "probe.last.status === 'resting'")
        for number in range(times):
            act(page, "one step", "step", "click", step.click)
            act(page, "play", "play", "click", main.click)
            act(page, "a weight edited", "change", "keydown", lambda: page.locator("[data-item='w1[0,3]']").press("ArrowUp"))
            unit = page.locator(f"[data-item='1[{number % 8}]']")
            act(page, "a unit hovered", "look", "pointermove", unit.hover)
            page.mouse.move(5, 5)
            way = ("ArrowLeft", "ArrowRight")[number % 2]
            act(page, "learning rate changed", "change", "keydown", partial(rate.press, way))
            act(page, "language switched", "language", "click", language.click)
            act(page, "pause", "pause", "click", main.click)
    for called, lasted in [*taken.items(), ("all", [one for some in taken.values() for one in some])]:
        middle, most = np.percentile(lasted, [50, 95])
        print(f"{called}: {middle:.0f} ms, 95th percentile {most:.0f} ms, of {len(lasted)}")
    print(load_now())


def ready(opened: Any, server: Server, times: int) -> None:
    """From the start of the navigation to the first frame that is drawn."""
    taken = []
    for _ in range(times):
        with page_of(opened, server) as page:
            taken.append(page.evaluate("probe.drawn[0][0]") / 1000)
    print(f"page ready: {median(taken):.2f} s, {min(taken):.2f} to {max(taken):.2f}; {load_now()}")


# part B: many pages


@dataclass
class Visitor:
    """What one page of the load has seen: when each frame came, and where the training was."""

    times: list[float] = field(default_factory=list)
    step: int = 0
    errors: list[str] = field(default_factory=list)

    async def visit(self, server: Server, fast: bool, over: asyncio.Event) -> None:
        """Do as a page does, until it is over."""
        try:
            async with connect(server.socket, compression=None, max_size=None, open_timeout=60) as socket:
                await socket.send(json.dumps({**HELLO, "link": XOR}))
                if fast:
                    await socket.send(json.dumps({"type": "speed", "steps": None}))
                await socket.send(json.dumps({"type": "play"}))
                while not over.is_set():
                    content = await asyncio.wait_for(socket.recv(), 30)
                    if isinstance(content, bytes):
                        header = header_of(content)
                        self.times.append(monotonic())
                        self.step = header["step"]
                        await asyncio.sleep(DRAWING)
                        await socket.send(json.dumps({"type": "drawn", "frame": header["frame"]}))
                    elif '"fault"' in content[:40]:
                        self.errors.append(content)
        except Exception as error:
            self.errors.append(f"{type(error).__name__}: {error}")


@dataclass
class Seen:
    """What the class has seen from ``since``, when all were there, to ``until``.

    ``memory``: when, and the server's then; ``share``: of a core that it took.
    """

    visitors: list[Visitor]
    since: float
    until: float
    steps: int
    share: float
    memory: Any


async def crowd(server: Server, pages: int, fast: bool, seconds: float) -> Seen:
    visitors, over = [Visitor() for _ in range(pages)], asyncio.Event()
    tasks = [asyncio.create_task(visitor.visit(server, fast, over)) for visitor in visitors]
    while not all(visitor.step or visitor.errors for visitor in visitors):
        await asyncio.sleep(0.1)
    await asyncio.sleep(SETTLING)
    since, busy, before = monotonic(), server.busy, sum(visitor.step for visitor in visitors)
    memory = []
    while monotonic() < since + seconds:
        memory.append((monotonic(), server.memory))
        await asyncio.sleep(1.0)
    until = monotonic()
    steps, share = sum(visitor.step for visitor in visitors) - before, (server.busy - busy) / (until - since)
    over.set()
    await asyncio.gather(*tasks)
    return Seen(visitors, since, until, steps, share, np.array(memory).T)


def load(pages: int, fast: bool, seconds: float) -> None:
    """So many pages at once, each training XOR by measured slopes, on a fresh server."""
    with serving() as server:
        seen = asyncio.run(crowd(server, pages, fast, seconds))
        stored = server.stored
    lasted = seen.until - seen.since
    each = [np.array([time for time in visitor.times if seen.since <= time <= seen.until]) for visitor in seen.visitors]
    rates = [len(times) / lasted for times in each]
    stalls = [np.diff(times, prepend=seen.since, append=seen.until).max() for times in each]
    errors = [error for visitor in seen.visitors for error in visitor.errors]
    times, sizes = seen.memory
    half = times >= seen.since + lasted / 2
    slope = 60 * np.polyfit(times[half], sizes[half], 1)[0] if half.sum() > 1 else float("nan")
    print(f"{pages} pages, {'as fast as it goes' if fast else 'at the usual speed'}, {lasted:.0f} s; {load_now()}")
    print(f"  frames a second: least {min(rates):.1f}, median {median(rates):.1f}; the longest stall {max(stalls):.2f} s")
    print(f"  {seen.steps / lasted:,.0f} steps a second together, the server on {seen.share:.2f} cores")
    print(f"  memory in MiB: {sizes[0]:.0f}, in the middle {sizes[len(sizes) // 2]:.0f}, at the end {sizes[-1]:.0f};", end="")
    print(f" {slope:+.1f} a minute in the second half, the store {stored:.1f}")
    print(f"  {len(errors)} errors {errors[:3]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS))
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome") or "")
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each load; 600 for the figures")
    parser.add_argument("--watched", type=float, default=10.0, help="seconds in which frames are counted")
    parser.add_argument("--times", type=int, default=20, help="of each click")
    asked = parser.parse_args()
    parts = asked.parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"{', '.join(sorted(unknown))}: expected {', '.join(PARTS)}")
    known = ", ".join(f"{name} {version(name)}" for name in ("koubai", "jax", "numpy"))
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {known}")
    if {"frames", "clicks", "ready"} & set(parts):
        with browser(asked.chromium) as opened, serving() as server:
            print(f"Chromium {opened.version}, {WIDTH} × {HEIGHT}")
            if "ready" in parts:
                ready(opened, server, 10)
            if "frames" in parts:
                frames(opened, server, asked.watched)
            if "clicks" in parts:
                clicks(opened, server, asked.times)
            print(f"the store: {server.stored:.1f} MiB")
    if "load" in parts:
        for fast in (False, True):
            load(asked.pages, fast, asked.seconds)


if __name__ == "__main__":
    main()
