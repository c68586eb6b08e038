"""How a page comes to its session: its first message, and a new session where it has none."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from koubai.errors import InputError, KoubaiError, internal
from koubai.locale import sentence
from koubai.playground.protocol.incoming import Hello
from koubai.playground.protocol.limits import VERSION
from koubai.playground.protocol.outgoing import Fault, Sending, encoded
from koubai.playground.protocol.structures import LanguageCode
from koubai.playground.server.connection import Closing, Connection, Ended

if TYPE_CHECKING:
    from koubai.playground.session.session import Session  # which loads JAX: the page can be there before

Make = Callable[[LanguageCode, str], "Session"]  # of a language and a link; raises where the link can't be opened


async def greeting(connection: Connection, seconds: float) -> Hello:
    """Wait for the first message of a page.

    Args:
        connection: The connection with it.
        seconds: How long to wait.

    Returns:
        The message.

    Raises:
        Ended: None has come in time, or the first one isn't a hello of this version.
    """
    try:
        async with asyncio.timeout(seconds):
            hello = await connection.hear()
    except TimeoutError as error:
        raise Ended(Closing.SILENT, sentence("play-closed-silent", "en", seconds=f"{seconds:g}")) from error
    if isinstance(hello, InputError):
        raise Ended(Closing.MALFORMED, str(hello)) from hello
    if not isinstance(hello, Hello):
        raise Ended(Closing.MALFORMED, sentence("play-closed-hello", "en"))
    if hello.version != VERSION:
        raise Ended(Closing.OTHER_VERSION, sentence("play-closed-version", hello.language))
    return hello


@dataclass(frozen=True)
class OpenedSession:
    """A session that has welcomed its page. ``faults``: what the page is to be told then."""

    session: "Session"
    faults: tuple[Sending, ...] = ()


def opened_session(make: Make, hello: Hello, refused: Exception | None) -> OpenedSession:
    """Make a session for a page.

    Args:
        make: Makes a session.
        hello: What the page has said.
        refused: Why the page's link isn't to be opened, if it isn't.

    Returns:
        A session of the page's link, or, where that can't be opened, of none, which says why.

    Raises:
        Ended: No session can be made at all.
    """
    if refused is None:
        try:
            return OpenedSession(_attached(make, hello.language, hello.link))
        except Exception as error:
            refused = error
    try:
        session = _attached(make, hello.language, "")  # the page opens all the same
    except Exception as error:
        raise Ended(Closing.FAULT, internal(error).sentence(hello.language)) from error
    fault = KoubaiError("link-unopened", error=internal(refused))
    return OpenedSession(session, (encoded(Fault(text=fault.sentence(hello.language))),))


def _attached(make: Make, language: LanguageCode, link: str) -> "Session":
    session = make(language, link)
    session.attach()
    return session
