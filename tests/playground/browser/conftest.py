"""The server, the browser, and pages that are watched."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from tests.cli_process import KOUBAI, surroundings
from tests.playground.browser.page_driver import PATIENCE, SIZES, Watched

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
KEEP_SOCKETS = """window.sockets = []; window.WebSocket = class extends WebSocket {
  constructor(address) { super(address); sockets.push(this); }
};"""  # so that a test can cut a connection
Opens = Callable[..., Watched]


def missing(what: str) -> None:
    """Without it these tests say nothing: where they must, that is a failure."""
    if os.environ.get("KOUBAI_BROWSER") == "required":
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is missing")


@contextmanager
def playing(store: Path, port: int = 0) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """``koubai play`` as a process of its own: its address."""
    words = ["play", "--no-browser", "--port", str(port), "--store", str(store), "--lang", "en"]
    process = subprocess.Popen(
        [*KOUBAI, *words],
        cwd=store.parent,
        env=surroundings(store.parent),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://[^/]+/", line)
        assert found, line + (process.stderr.read() if process.stderr else "")
        yield found[0], process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)  # not killed: what it covered is written at its end
        process.communicate(timeout=60)


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a playground is."""
    with playing(tmp_path_factory.mktemp("playground") / "runs.sqlite") as (found, _):
        yield found


@pytest.fixture(scope="module")  # a longer life would keep its event loop from other tests
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        missing("chromium")
    with sync_playwright() as playwright:
        expect.set_options(timeout=1000 * PATIENCE)
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opens(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Opens]:
    """``opens(link, query)`` is a page in a context of its own. No page may do what ``Watched.faults`` lists."""
    pages: list[Watched] = []

    def opened(
        link: str = "",
        query: str = "lang=en",
        size: str = "1440x900",
        at: str = "",
        language: Literal["en", "ja"] = "en",
        waits: bool = True,
        **context: Any,
    ) -> Watched:
        address = at or ("" if "://" in link else request.getfixturevalue("address"))
        made = browser.new_context(**{**SIZES[size], **context})
        made.set_default_timeout(1000 * PATIENCE)
        made.add_init_script(KEEP_SOCKETS)
        watched = Watched(made.new_page(), language)
        pages.append(watched)
        where = link if "://" in link else f"{address}?{query}#{link}".removesuffix("#")
        watched.page.goto(where)
        if not waits:
            return watched
        expect(watched.page.get_by_role("main")).to_have_attribute("aria-busy", "false")
        while not watched.frames:
            watched.page.wait_for_timeout(15)
        return watched

    yield opened
    for watched in pages:
        watched.page.context.close()
    assert [fault for watched in pages for fault in watched.faults] == []


@pytest.fixture
def size(request: pytest.FixtureRequest) -> str:
    """That of a laptop; SIZES, all of them, are for tests of what a page looks like, and of fingers."""
    name: str = getattr(request, "param", next(iter(SIZES)))
    return name


@pytest.fixture
def page(opens: Opens, size: str) -> Watched:
    """A page of that size, on the founding example."""
    watched = opens(size=size)
    watched.unfold()
    return watched
