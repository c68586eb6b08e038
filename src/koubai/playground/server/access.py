"""Who may talk to the server: whatever another site, another name or a stranger sends ends here.

A page of another site that is open in the same browser may try to drive the server (its Origin says so), or let its own name
lead here, so as to be taken for the server's own (the Host says so). In a class strangers lack the token.
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from starlette.datastructures import Headers, QueryParams
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from koubai.locale import LANGUAGES, sentence

LOOPBACK = ("localhost", "127.0.0.1", "::1")
METHODS = ("GET", "HEAD")
LONGEST_SAID = 100  # characters of what was sent that a refusal repeats

Authority = tuple[str, int | None]  # a name or address, and a port


def authority_of(text: str) -> Authority | None:
    """Read what a Host header has.

    Args:
        text: ``name``, ``name:port`` or ``[address]:port``.

    Returns:
        The name and the port; None where ``text`` is nothing of these.
    """
    match = re.fullmatch(r"(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::([0-9]{1,5}))?", text.lower(), re.ASCII)
    if match is None:
        return None
    address, name, port = match.groups()
    return plain(address or name), int(port) if port else None


def plain(name: str) -> str:
    """Write a name, or an address, in its one usual form.

    Args:
        name: The name or address.

    Returns:
        The same in small letters; of an address the shortest form.
    """
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return name.lower()
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


@dataclass(frozen=True)
class Access:
    """What the server answers to.

    ``port``: its own. ``names``: by which it may be called, with that port; the address that a connection came to is one.
    ``allowed``: names by which it may be called with any port, since something stands before it. ``token``: what everybody
    needs to have; empty where nobody does. ``language``: of refusals.
    """

    port: int
    names: Iterable[str] = LOOPBACK
    allowed: Iterable[str] = ()
    token: str = ""
    language: str = "en"

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds the token: ports share a browser's cookies, so it tells them apart."""
        return f"koubai-{self.port}"

    def is_host(self, host: str, here: str) -> bool:
        """Whether a request to ``host`` that came to the address ``here`` is meant for this server."""
        authority = authority_of(host)
        if authority is None:
            return False
        name, port = authority
        if name in map(plain, self.allowed):
            return True
        return (port or 80) == self.port and name in (*map(plain, self.names), plain(here))

    def is_own(self, origin: str, host: str) -> bool:
        """Whether ``origin`` is the server's own page, which was opened at ``host``."""
        scheme, _, rest = origin.lower().partition("://")
        usual = {"http": 80, "https": 443}.get(scheme)
        asking, asked = authority_of(rest), authority_of(host)
        if usual is None or asking is None or asked is None:
            return False
        return (asking[0], asking[1] or usual) == (asked[0], asked[1] or usual)

    def is_token(self, given: str) -> bool:
        """Whether ``given`` is the token; the time that this takes tells nothing."""
        return hmac.compare_digest(given.encode(errors="replace"), self.token.encode())


@dataclass(frozen=True)
class Refusal:
    """A status of HTTP (a WebSocket always gets 403), the key of the sentence, and what was sent."""

    status: int
    key: str
    value: str = ""


class AccessMiddleware:
    """The application ``app`` behind its door: only what ``access`` allows gets in.

    All that goes out carries headers that allow a browser no more than the page needs.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers, query = Headers(scope=scope), QueryParams(scope["query_string"])
        refusal = self._refusal(scope, headers, query)
        if refusal is None:
            sealing = _Sealing(send, headers["host"], self._cookie(scope, query))
            await self.app(scope, receive, sealing.send)
            return
        language = query.get("lang", "")
        text = sentence(refusal.key, language if language in LANGUAGES else self.access.language, value=refusal.value)
        status = refusal.status if scope["type"] == "http" else 403
        await _refuse(scope, receive, _Sealing(send).send, status, text)

    def _refusal(self, scope: Scope, headers: Headers, query: QueryParams) -> Refusal | None:
        access, host, origin = self.access, headers.get("host", ""), headers.get("origin")
        here = str((scope.get("server") or ("",))[0])
        if len(headers.getlist("host")) != 1 or not access.is_host(host, here):
            return Refusal(421, "play-refused-host", host[:LONGEST_SAID])
        reads = scope["type"] == "http" and scope["method"] in METHODS
        if origin is not None and not reads and not access.is_own(origin, host):
            return Refusal(403, "play-refused-origin", origin[:LONGEST_SAID])
        given = (query.get("token", ""), HTTPConnection(scope).cookies.get(access.cookie, ""))
        if access.token and not any(map(access.is_token, given)):
            return Refusal(403, "play-refused-token")
        if scope["type"] == "http" and not reads:
            return Refusal(405, "play-refused-method", scope["method"][:LONGEST_SAID])
        return None

    def _cookie(self, scope: Scope, query: QueryParams) -> str:
        """The cookie that spares the rest of the page the token, where the page is opened with it."""
        access = self.access
        if not (access.token and scope["path"] == "/" and access.is_token(query.get("token", ""))):
            return ""
        return "; ".join([f"{access.cookie}={access.token}", "Path=/", "HttpOnly", "SameSite=Strict"])


class _Sealing:
    """``send`` adds headers to every answer to a request that came to ``host``."""

    def __init__(self, send: Send, host: str = "", cookie: str = "") -> None:
        self._send = send
        sockets = f" ws://{host} wss://{host}" if host else ""  # which not every browser counts as 'self'
        policy = {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "img-src": "'self' data: blob:",
            "connect-src": f"'self'{sockets}",
            "font-src": "'self'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        }
        self._headers = {
            "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "cache-control": "no-cache",
        }
        if cookie:
            self._headers["set-cookie"] = cookie

    async def send(self, message: Message) -> None:
        """One message of ASGI, with the headers where it begins an answer."""
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            given = list(message.get("headers", []))
            names = {name.decode("latin-1").lower() for name, _ in given}
            added = [(name.encode(), value.encode("latin-1")) for name, value in self._headers.items() if name not in names]
            message = {**message, "headers": [*given, *added]}
        await self._send(message)


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, text: str) -> None:
    headers = {"allow": ", ".join(METHODS)} if status == 405 else None
    response = PlainTextResponse(text + "\n", status, headers)
    if scope["type"] == "http":
        await response(scope, receive, send)
        return
    await receive()  # that somebody wants to connect
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "websocket.http.response.start", "status": status, "headers": response.raw_headers})
    await send({"type": "websocket.http.response.body", "body": response.body})
