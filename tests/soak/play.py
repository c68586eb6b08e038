"""Soak: koubai play under whatever pages may send, beside a page that behaves and must notice nothing. See ``make soak``.

Pages send 20,000 messages and open 200 links, in which every number of every declaration comes at its extremes and beyond;
1,000 connections say nothing. Then the process is asked to end while programs are compiled and films are drawn.

Bounds: the page beside waits at most a second for an answer that needs no program to be compiled. No page is closed but for
what is no message, none by a fault of the server. No thread is lost. Memory: between the first tenth and the end it grows by
less than what programs may take (see ``playground/model/compile_cache``). The process ends within three seconds.
"""

import argparse
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from threading import Thread
from time import monotonic, sleep
from typing import TypedDict

import numpy as np
from tests.cli_process import KOUBAI
from tests.soak.page import Page
from tests.soak.values import Values

import koubai as kb

MOST_WAIT, MOST_SECONDS_TO_END, MOST_GROWTH = 1.0, 3.0, 2**30
AT_ONCE = 100  # messages, until what came of them is waited for
Say = Callable[[str], None]
PATIENCE = 20.0  # seconds for a page that is compiling; then it leaves


def beside(port: int) -> None:
    """The page that behaves: a process of its own, which writes how long it had to wait for each answer."""
    page = Page(port)
    page.until("frame", 60)
    page.ask("slope", type="slope", place="w1[0,0]")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    edits = 0
    while os.getppid() != 1:
        edits += 1
        plain = {
            "runs": page.ask("runs", type="runs"),
            "look": page.ask("frame", type="look", unit=f"1[{edits % 8}]"),
            "edit": page.ask("state", type="edit", values={"w1[0,0]": edits / 1000}),
            "opening": opening(port),
        }
        program = {"slope": page.ask("slope", type="slope", place="w1[0,0]")} if edits % 10 == 0 else {}
        sys.stdout.write(json.dumps({"plain": plain, "program": program}) + "\n")
        sys.stdout.flush()
        sleep(0.2)


def opening(port: int) -> float:
    """Seconds until a newcomer has got a file of the page."""
    began = monotonic()
    asking = HTTPConnection("127.0.0.1", port, timeout=30)
    asking.request("GET", "/static/types.js")
    assert asking.getresponse().status == 200
    asking.close()
    return monotonic() - began


class Soak:
    """One run of it, against the server ``process`` at ``port``."""

    def __init__(self, process: "subprocess.Popen[str]", port: int, seed: int, runs: list[str]) -> None:
        self.process, self.port, self.seed = process, port, seed
        first = Page(port)
        assert first.until("frame", 60)
        choices = {name: [one["name"] for one in some] for name, some in first.welcome["choices"].items()}
        first.leave()
        self.names = {
            "data": [*choices["gates"][:4], *choices["sets"], "own", "table", "run", "nothing"],
            "features": choices["features"],
            "activations": choices["activations"],
            "init": choices["inits"],
            "method": choices["methods"],
            "loss": choices["losses"],
            "optimizer": choices["optimizers"],
            "name": [*runs, "t.csv", "", "x" * 200],
            "content": ["", "eCx5CjEsMgozLDQK", "%%", "eCx5CjFlMzA4LDFlMzA4Ci0xZTMwOCwyCg=="],
            "run": [*runs, "nobody"],
        }
        self.sent, self.opened, self.closed, self.faults = 0, 0, Counter[str](), 0
        self.mistakes: list[str] = []
        self.memory: list[int] = []

    def resident(self) -> int:
        """Bytes that the server holds."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def threads(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def fuzz(self, number: int, messages: int) -> None:
        """Pages, one after another, that send so many messages in all."""
        values = Values(self.seed + number, self.names)
        while messages > 0:
            page = Page(self.port)
            page.until("welcome", 60)
            messages -= self._messages(page, values, min(messages, 1000))
            self.faults += len(page.faults)
            page.leave()

    def _messages(self, page: Page, values: Values, most: int) -> int:
        for count in range(1, most + 1):
            text = values.message()
            page.send(text)
            self.sent += 1
            if values.is_fatal(text):
                page.until("nothing", 10)
                self.closed["for no message"] += 1
                if page.closed not in (1008, 1009):
                    self.mistakes.append(f"not closed ({page.closed}) for {text[:200]}")
                return count
            if page.closed is not None:
                self.closed[str(page.closed)] += 1
                if page.closed != 1013:
                    self.mistakes.append(f"closed with {page.closed} after {text[:300]}")
                return count
            if count % AT_ONCE == 0 and page.ask("runs", PATIENCE, type="runs") >= PATIENCE:
                self.closed["left while it compiled"] += 1
                return count
        return most

    def links(self, number: int, count: int) -> None:
        values = Values(self.seed + 1000 + number, self.names)
        for _ in range(count):
            link = values.link()
            page = Page(self.port, link)
            self.opened += 1
            if not (page.until("welcome", 60) and page.until("state", 60) and page.until("frame", 60)):
                self.mistakes.append(f"closed with {page.closed}, {dict(page.count)} for the link {link[:300]}")
            page.say(type="play")
            page.until("frame", 0.3, page.count["frame"] + 1)
            if page.closed is not None:
                self.mistakes.append(f"closed with {page.closed} when it played the link {link[:300]}")
            page.leave()

    def flood(self) -> float:
        """1,000 connections that say nothing, some of them half a request; seconds until the last is closed."""
        began, held = monotonic(), []
        for number in range(1000):
            silent = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            with suppress(OSError):
                silent.sendall((b"", b"GET / HTTP/1.1\r\nHost: 127", b"\r\n")[number % 3])
            held.append(silent)
        for silent in held:
            silent.settimeout(30)
            with suppress(OSError):
                while silent.recv(4096):
                    pass
            silent.close()
        return monotonic() - began

    def busy_end(self) -> float:
        """Seconds from SIGTERM to the end, while a program is compiled, a film is drawn, and pages play."""
        pages = [Page(self.port, link) for link in ("", "hidden=30;30;30;30&activations=tanh;tanh;tanh;tanh", "data=moons")]
        for page in pages:
            page.until("welcome", 60)
            page.say(type="speed")
            page.say(type="play")
        key = pages[0].welcome["session"]
        pages[0].until("frame", 10, 5)
        for what in ("film.mp4", "film.gif"):
            Thread(target=self._take, args=(key, what), daemon=True).start()
        sleep(1)
        began = monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.mistakes.append("it did not end within a minute")
        return monotonic() - began

    def _take(self, key: str, what: str) -> None:
        asking = HTTPConnection("127.0.0.1", self.port, timeout=60)
        with suppress(Exception):
            asking.request("GET", f"/take/{key}/{what}")
            asking.getresponse().read()


def stored(path: Path) -> list[str]:
    """A store with a run that is sound, one that is damaged, and one whose data are out of all measure."""
    huge = kb.data.Dataset.from_arrays(np.array([[1e307, -1e307], [1e-307, 1e307], [0, 0]]), np.array([0, 1, 0]), name="huge")
    with kb.store.Store(path) as store:
        store.add(kb.train("or", steps=20), name="sound")
        store.add(kb.train("or", steps=20), name="damaged")
        with suppress(kb.errors.KoubaiError):
            store.add(kb.train(huge, steps=1, scale=1e-300), name="huge")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE chunk SET content = zeroblob(40) WHERE run = (SELECT id FROM run WHERE name = 'damaged')")
    return ["sound", "damaged", "huge"]


def soak(seed: int, messages: int, links: int, say: Say) -> bool:
    """Run it; whether all bounds hold."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "runs.sqlite"
        runs = stored(path)
        command = [*KOUBAI, "play", "--port", "0", "--no-browser", "--store", str(path), "--lang", "en"]
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
            suppress(KeyboardInterrupt),
        ):
            try:
                assert process.stdout is not None
                port = int(process.stdout.readline().split("127.0.0.1:")[1].split("/")[0])
                return _against(Soak(process, port, seed, runs), messages, links, say)
            finally:
                process.kill()
    return False


class Answered(TypedDict):
    """How many seconds the page that behaves had to wait, by what it asked for; where a program may be compiled apart."""

    plain: dict[str, float]
    program: dict[str, float]


@dataclass
class Attack:
    """What came of an attack: its seconds, those until silent connections were closed, and how long the neighbour waited."""

    seconds: float = 0.0
    flood: float = -1.0
    loses_threads: bool = False
    answers: list[Answered] = field(default_factory=list)


def _against(soak: Soak, messages: int, links: int, say: Say) -> bool:
    """Attack, end the process, and report; whether all bounds hold."""
    attack = Attack()
    command = [sys.executable, "-m", "tests.soak.play", "--beside", str(soak.port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as neighbour:
        assert neighbour.stdout is not None
        assert neighbour.stdout.readline() == "ready\n"
        lines = neighbour.stdout
        listening = Thread(target=lambda: attack.answers.extend(map(json.loads, lines)), daemon=True)
        listening.start()
        os.nice(5)
        threads = soak.threads()
        _attack(soak, attack, messages, links, say)
        sleep(3)
        neighbour.kill()
        listening.join(5)
    soak.memory.append(soak.resident())
    attack.loses_threads = soak.threads() < threads
    return _report(soak, attack, soak.busy_end(), say)


def _attack(soak: Soak, attack: Attack, messages: int, links: int, say: Say) -> None:
    """Send so many messages, open so many links, and connect without a word, all at once."""

    def flood() -> None:
        attack.flood = soak.flood()

    parts = 4
    began = last_word = monotonic()
    threads = [
        *(Thread(target=soak.fuzz, args=(number, messages // parts), daemon=True) for number in range(parts)),
        *(Thread(target=soak.links, args=(number, links // 2), daemon=True) for number in range(2)),
        Thread(target=flood, daemon=True),
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if soak.process.poll() is not None:
            soak.mistakes.append(f"the server ended by itself, with {soak.process.returncode}")
            break
        if soak.sent >= messages / 10 or soak.memory:
            soak.memory.append(soak.resident())
        if monotonic() - last_word > 30:
            last_word = monotonic()
            say(f"{soak.sent} messages, {soak.opened} links, {last_word - began:.0f} s, {soak.resident() / 2**20:.0f} MiB")
        sleep(0.2)
    attack.seconds = monotonic() - began


def _report(soak: Soak, attack: Attack, end: float, say: Say) -> bool:
    """Say what came of it; whether all bounds hold. ``end``: seconds from SIGTERM on."""
    answers = attack.answers
    waits = {kind: max((each["plain"][kind] for each in answers), default=0.0) for kind in ("runs", "look", "edit", "opening")}
    programs = max((wait for each in answers for wait in each["program"].values()), default=0.0)
    mebibytes = [size / 2**20 for size in soak.memory]
    first, middle, last = mebibytes[0], mebibytes[len(mebibytes) // 2], mebibytes[-1]
    load = f"the machine's load was {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores"
    say(f"{soak.sent} messages ({soak.faults} answered by a sentence), {soak.opened} links, {attack.seconds:.0f} s; {load}")
    say(f"closed: {dict(soak.closed)}; all silent connections closed after {attack.flood:.1f} s")
    usual = sorted(max(each["plain"].values()) for each in answers)[len(answers) * 99 // 100] if answers else 0.0
    longest = ", ".join(f"{kind} {wait:.2f} s" for kind, wait in waits.items())
    say(f"the page beside asked {len(answers)} times; its longest waits: {longest}")
    say(f"{usual:.2f} s for 99 in 100 of them, and {programs:.2f} s where a program may have had to be compiled again")
    most = max(mebibytes)
    say(f"memory: {first:.0f} MiB after a tenth, {middle:.0f} in the middle, {last:.0f} at the end, {most:.0f} at most")
    say(f"{end:.2f} s from SIGTERM to the end")
    checks = {
        "the page beside was asked": bool(answers),
        "nobody waits": max(waits.values()) <= MOST_WAIT,
        "no thread is lost": not attack.loses_threads,
        "memory is bounded": (last - first) * 2**20 < MOST_GROWTH,
        "it ends": end <= MOST_SECONDS_TO_END,
        "nothing went wrong": not soak.mistakes,
    }
    for mistake in soak.mistakes[:20]:
        say(f"mistake: {mistake}")
    for name, holds in checks.items():
        say(f"{'ok ' if holds else 'NOT'} {name}")
    return all(checks.values())


def main() -> None:
    """The command line."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seed", type=int, default=Random().randrange(10**6))
    asked.add_argument("--messages", type=int, default=20_000)
    asked.add_argument("--links", type=int, default=200)
    asked.add_argument("--beside", type=int, default=0, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.beside:
        beside(given.beside)
        return

    def say(text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    say(f"seed {given.seed} (again: python -m tests.soak.play --seed {given.seed})")
    sys.exit(not soak(given.seed, given.messages, given.links, say))


if __name__ == "__main__":
    main()
