"""koubai play: the playground, served until Ctrl-C."""

import logging
import os
import re
import secrets
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from shutil import get_terminal_size
from threading import Thread
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode, urlsplit

from koubai.cli.runs.lookup import is_path, reading
from koubai.cli.signals import deferred_signals, print_error
from koubai.errors import InputError, KoubaiError
from koubai.locale import sentence
from koubai.playground.server.access import LOOPBACK, Access, authority_of, plain
from koubai.playground.server.app import BackgroundServer, application, listening, outward_address, own_names
from koubai.store import Store, default_path

if TYPE_CHECKING:
    from koubai.playground.protocol.structures import LanguageCode
    from koubai.playground.server.opening import Make
    from koubai.playground.session.session import Session

SHORTEST_TOKEN, LONGEST_TOKEN = 6, 100
QUIET = 2  # the margin of a QR code, in its squares
DARK, LIGHT = 16, 231  # black and white among a terminal's 256 colours, whatever its own two are

SECONDS_OF_A_THREAD = 0.0005  # until another may have its turn: what a person asks for waits for no training


@dataclass(frozen=True)
class PlayOptions:
    """What was asked for: where to listen, who may come, and how the page is to look."""

    host: str
    port: int | None
    token: str
    allowed: tuple[str, ...]
    language: str  # of the page; empty where the browser decides
    large: bool


def play_options(values: Mapping[str, object], page_language: str, large: bool) -> PlayOptions:
    """Collect the options that these values are; they aren't checked yet."""
    host, port, token, names = (values[name] for name in ("host", "port", "token", "allow_host"))
    allowed = tuple(cast(Sequence[str], names))
    return PlayOptions(str(host), cast("int | None", port), str(token or ""), allowed, page_language, large)


def play(what: str | None, asked: PlayOptions, *, browser: bool, store: Path | None, keeps: bool, language: str) -> int:
    """Serve the playground, which opens on ``what``: a link, or a run's name. Returns the exit code."""
    asked = _checked(asked)
    link = _link_of(what, store)
    place = (store or default_path()) if keeps else None
    # said now, if it can't be one; and held open, since whoever closes a store last tidies it up, which may take a while
    with Store(place) if place is not None else nullcontext():
        return _serve(asked, link, place, browser=browser, language=language)


def _serve(asked: PlayOptions, link: str, place: Path | None, *, browser: bool, language: str) -> int:
    """Serve until Ctrl-C. Returns the exit code."""
    listener = listening(asked.host, asked.port)
    port: int = listener.getsockname()[1]
    names = LOOPBACK if _is_loopback(asked.host) else (*LOOPBACK, *own_names(), asked.host)
    access = Access(port, names, asked.allowed, asked.token, language)
    faults: list[KoubaiError] = []
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # a connection that breaks is nobody's business
    sys.setswitchinterval(SECONDS_OF_A_THREAD)
    with deferred_signals() as interrupts:
        with BackgroundServer(application(access, _new(place), faults=faults), listener) as served:
            Thread(target=_warm_up, daemon=True).start()
            here = _address(_called_here(asked.host), port, asked, link)
            _say(here, asked, port, link, language)
            if browser and _has_windows():
                Thread(target=_open, args=(here,), daemon=True).start()
            while not interrupts and not served.wait(0.1):
                pass
        if not interrupts:
            raise KoubaiError("play-ended")
        print_error(sentence("play-over" if place is None else "play-over-kept", language), language)
        for fault in faults:
            print_error(fault.sentence(language), language)
        return interrupts.exit_code


def _checked(asked: PlayOptions) -> PlayOptions:
    """Check the options, and add a token where the host needs one. InputError for what can't be."""
    if asked.port is not None and not (isinstance(asked.port, int) and 0 <= asked.port <= 65535):
        raise InputError("play-port", value=asked.port)
    for name in asked.allowed:
        authority = authority_of(name)
        if authority is None or authority[1] is not None:
            raise InputError("play-allow-host", value=name)
    token = asked.token
    if token and not re.fullmatch(rf"[A-Za-z0-9._~-]{{{SHORTEST_TOKEN},{LONGEST_TOKEN}}}", token):
        raise InputError("play-token", value=token, least=SHORTEST_TOKEN, most=LONGEST_TOKEN)
    if not token and not _is_loopback(asked.host):
        token = secrets.token_urlsafe(12)
    host = asked.host.removeprefix("[").removesuffix("]")
    return PlayOptions(host, asked.port, token, asked.allowed, asked.language, asked.large)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(plain(host)).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _link_of(what: str | None, store: Path | None) -> str:
    """Make the part of the page's address after its #. InputError where it can't be read, or there is no such run."""
    from koubai.playground.model.permalink import parse_permalink

    if not what:
        return ""
    if "#" in what or "=" in what or "://" in what:
        link = urlsplit(what).fragment if "#" in what else "" if "://" in what else what
        parse_permalink(link)
        return link
    if is_path(what):
        raise InputError("play-path", value=what)
    with reading(store) as runs:
        return urlencode({"data": "run", "run": runs.entry(what).name})


def _new(store: Path | None) -> "Make":
    def make(language: "LanguageCode", link: str) -> "Session":
        from koubai.playground.session.session import Session  # which loads JAX: the page can be there before

        return Session(language, link, store, store is not None)

    return make


def _warm_up() -> None:
    from koubai.playground.session.session import warm_up

    with suppress(Exception):  # then the first page has to wait, and says what is wrong if it still is
        warm_up()


def _called_here(host: str) -> str:
    """Name the server as a browser on this machine does."""
    return "127.0.0.1" if host in ("", "0.0.0.0") else "::1" if host == "::" else host


def _address(host: str, port: int, asked: PlayOptions, link: str) -> str:
    called = f"[{host}]" if ":" in host else host
    wishes = {"token": asked.token, "lang": asked.language, "large": "1" if asked.large else ""}
    query = urlencode({name: value for name, value in wishes.items() if value})
    return f"http://{called}:{port}/" + (f"?{query}" if query else "") + (f"#{link}" if link else "")


def _say(here: str, asked: PlayOptions, port: int, link: str, language: str) -> None:
    if _is_loopback(asked.host):
        sys.stdout.write(sentence("play-at", language, address=here) + "\n")
    else:
        everywhere = asked.host in ("", "0.0.0.0", "::")
        there = _address(outward_address() if everywhere else asked.host, port, asked, link)
        sys.stdout.write(sentence("play-for-class", language, address=there) + "\n")
        for line in _code_of(there):
            sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _code_of(address: str) -> Sequence[str]:
    """Draw a QR code, two of its rows a line, in black and white of its own: readable on dark terminals and on light ones.

    It has no lines where standard output is no terminal that can show it.
    """
    import segno

    rows = [list(row) for row in segno.make(address, error="l", micro=False).matrix_iter(border=QUIET)]
    width = get_terminal_size().columns
    if not sys.stdout.isatty() or len(rows[0]) >= width or "utf" not in (sys.stdout.encoding or "").lower():
        return []
    return [_line(upper, lower) for upper, lower in zip(rows[::2], [*rows[1::2], [0] * len(rows[0])], strict=False)]


def _line(upper: Sequence[int], lower: Sequence[int]) -> str:
    colours = [(DARK if above else LIGHT, DARK if below else LIGHT) for above, below in zip(upper, lower, strict=True)]
    return "".join(f"\x1b[38;5;{above}m\x1b[48;5;{below}m▀" for above, below in colours) + "\x1b[0m"


def _has_windows() -> bool:
    """Tell whether a browser would show a window, and not take over the terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def _open(address: str) -> None:
    with suppress(webbrowser.Error, OSError):  # the address has been printed
        webbrowser.open(address)
