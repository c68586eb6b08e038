"""The server: what stands at which address, and how it is run. ``access`` guards it, ``session_registry`` has the sessions."""

import asyncio
import errno
import re
import socket
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cache
from threading import Event, Thread
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from koubai.errors import InputError, KoubaiError
from koubai.files import reason
from koubai.locale import LANGUAGES, sentence, sentences
from koubai.playground.protocol.limits import MOST_TABLE
from koubai.playground.server.access import Access, AccessMiddleware
from koubai.playground.server.connection import Bounds, Connection
from koubai.playground.server.opening import Make
from koubai.playground.server.page_files import PageFiles, etag_of
from koubai.playground.server.session_registry import SessionRegistry
from koubai.playground.server.sockets import BACKLOG, Connections, connections_possible, watching

if TYPE_CHECKING:
    from koubai.playground.server.downloads import Downloads

PORT, PORTS_TRIED = 8765, 20
DOWNLOAD_THREADS, MOST_DOWNLOADS = 4, 40  # threads that make downloads, and downloads that are waited for at once
LARGEST_MESSAGE = MOST_TABLE * 4 // 3 + 2**12  # a table in base64, and what stands around it
SECONDS_TO_ANSWER = 0.5  # at the end: for what has been asked for
SECONDS_TO_END = 2.4  # for all of it: what isn't over then goes down with the process


def application(
    access: Access, make: Make, bounds: Bounds | None = None, faults: list[KoubaiError] | None = None
) -> AccessMiddleware:
    """Make the whole server.

    Args:
        access: Who is let in.
        make: Makes a session of a language and a link.
        bounds: What the server lets happen.
        faults: Where it is noted when a session can't be brought to its end.

    Returns:
        The server as an ASGI application.
    """
    behind = Routes(access, make, bounds or Bounds(), [] if faults is None else faults)
    routes = [
        Route("/", behind.page),
        Route("/static/{path:path}", behind.static),
        Route("/texts/{language}.json", behind.texts),
        Route("/take/{session}/{what}", behind.download),
        WebSocketRoute("/socket", behind.socket),
    ]
    app = Starlette(routes=routes, lifespan=behind.open, exception_handlers={404: behind.absent})
    return AccessMiddleware(app, access)


class Routes:
    """What is behind the addresses."""

    def __init__(self, access: Access, make: Make, bounds: Bounds, faults: list[KoubaiError]) -> None:
        self._access, self._make, self._bounds, self._faults = access, make, bounds, faults
        self._files = PageFiles()
        self._downloads: asyncio.Future[Downloads] | None = None
        self._waiting = 0  # downloads

    @asynccontextmanager
    async def open(self, app: Starlette) -> AsyncIterator[None]:
        """Begin and end all that lives as long as the server."""
        self._sessions = SessionRegistry(self._make, self._bounds, self._faults)
        self._threads = ThreadPoolExecutor(DOWNLOAD_THREADS)
        sweeping = asyncio.create_task(self._sessions.sweep())
        try:
            yield
        finally:
            sweeping.cancel()
            self._threads.shutdown(wait=False, cancel_futures=True)
            await self._sessions.close()

    async def page(self, request: Request) -> Response:
        """The page."""
        return await self._files.get_response("index.html", request.scope)

    async def static(self, request: Request) -> Response:
        """A file of the page."""
        path: str = request.path_params["path"]
        try:
            return await self._files.get_response(path, request.scope)
        except HTTPException:
            return self._refused(request, 404, "play-absent", value=path[:100])

    async def absent(self, request: Request, error: Exception) -> Response:
        """Whatever else is asked for."""
        return self._refused(request, 404, "play-absent", value=request.url.path[:100])

    async def texts(self, request: Request) -> Response:
        """What the page says, by key."""
        language = request.path_params["language"]
        if language not in LANGUAGES:
            return self._refused(request, 404, "play-absent", value=request.url.path[:100])
        texts = {key: text for key, text in sentences(language).items() if key.startswith(("page-", "list-"))}
        response = JSONResponse(texts)
        response.headers["etag"] = etag_of(bytes(response.body))
        return self._files.unless_known(response, request.headers)

    async def download(self, request: Request) -> Response:
        """A file that is made of a session's run."""
        key, what, language = request.path_params["session"], request.path_params["what"], self._language(request)
        session = self._sessions.session(key)
        if session is None:
            return self._refused(request, 404, "play-no-session")
        loop = asyncio.get_running_loop()
        self._downloads = self._downloads or loop.run_in_executor(self._threads, _downloads)
        if self._waiting >= MOST_DOWNLOADS:
            return self._refused(request, 503, "error-take-busy")
        self._waiting += 1
        try:
            take = (await self._downloads).take
            download = await loop.run_in_executor(self._threads, take, key, session.run, what, language)
        except KoubaiError as error:
            status = {"take-busy": 503}.get(error.code, 409 if isinstance(error, InputError) else 500)
            return PlainTextResponse(error.sentence(language) + "\n", status)
        finally:
            self._waiting -= 1
        if download is None:
            return self._refused(request, 404, "play-absent", value=what[:100])
        headers = {"Content-Disposition": _disposition(download.name), "Cache-Control": "no-store"}
        return Response(download.content, media_type=download.media, headers=headers)

    async def socket(self, websocket: WebSocket) -> None:
        """A page's connection, from its first message to its last."""
        await websocket.accept()
        connection = Connection(websocket, self._bounds)
        await connection.run(lambda: self._sessions.converse(connection))

    def _language(self, request: Request) -> str:
        asked = request.query_params.get("lang", "")
        return asked if asked in LANGUAGES else self._access.language

    def _refused(self, request: Request, status: int, key: str, **values: str) -> Response:
        return PlainTextResponse(sentence(key, self._language(request), **values) + "\n", status)


def _downloads() -> "Downloads":
    from koubai.playground.server.downloads import Downloads  # which loads JAX: not before somebody downloads something

    return Downloads()


def _disposition(name: str) -> str:
    """The header that gives a download its name, also for browsers that know no other letters than those of ASCII."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def listening(host: str, port: int | None) -> socket.socket:
    """Open a socket that listens.

    Args:
        host: The name or address on which it listens.
        port: The port; 0 for any, None for the first free one from ``PORT`` on.

    Returns:
        The socket.

    Raises:
        InputError: That isn't possible.
    """
    try:
        addresses = socket.getaddrinfo(host or None, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise InputError("play-host", value=host) from error
    family, address = addresses[0][0], str(addresses[0][4][0])
    for number in range(PORT, PORT + PORTS_TRIED) if port is None else [port]:
        try:
            dual = family == socket.AF_INET6 and address == "::" and socket.has_dualstack_ipv6()
            return socket.create_server((address, number), family=family, dualstack_ipv6=dual)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and port is None:
                continue
            raise _fault(error, host, number) from error
    raise InputError("play-ports-taken", first=PORT, last=PORT + PORTS_TRIED - 1)


def _fault(error: OSError, host: str, port: int) -> InputError:
    if error.errno == errno.EADDRINUSE:
        return InputError("play-port-taken", port=port)
    if error.errno in (errno.EACCES, errno.EPERM):
        return InputError("play-port-forbidden", port=port)
    if error.errno == errno.EADDRNOTAVAIL:
        return InputError("play-host", value=host)
    return InputError("play-listen", host=host, port=port, reason=reason(error))


@cache
def own_names() -> tuple[str, ...]:
    """What this machine is called in its network."""
    name = socket.gethostname().lower()
    short = name.split(".")[0]
    return tuple(dict.fromkeys([name, short, f"{short}.local"]))


def outward_address() -> str:
    """The address of this machine in its network; its name where it has none. Nothing is sent for that."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # an address of nobody's: it is only asked which way it would go
            address = str(asking.getsockname()[0])
        except OSError:
            return own_names()[0]
    return own_names()[0] if address.startswith("127.") else address


class BackgroundServer:
    """A server that runs in a thread of its own, from ``with`` on until its end, on the ``listener``, which it closes."""

    def __init__(self, app: AccessMiddleware, listener: socket.socket) -> None:
        most = connections_possible()
        connections = Connections(most)
        config = uvicorn.Config(
            connections.application(app),
            ws="websockets-sansio",
            ws_max_size=LARGEST_MESSAGE,
            ws_per_message_deflate=False,
            http="h11",
            lifespan="on",
            log_config=None,
            log_level=100,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            limit_concurrency=most + 1,  # which refuses with 503: of so many, one is let go before
            timeout_graceful_shutdown=SECONDS_TO_ANSWER,  # type: ignore[arg-type] # it only waits for so long
        )
        self._server = uvicorn.Server(watching(config, connections))
        self._listener = listener
        self._over = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self.port: int = listener.getsockname()[1]

    def _run(self) -> None:
        try:
            self._server.run([self._listener])
        finally:
            self._over.set()

    def __enter__(self) -> "BackgroundServer":
        self._thread.start()
        while not self._server.started and not self._over.wait(0.01):
            pass
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join(SECONDS_TO_END)

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until it has ended by itself, which it shouldn't; whether it has."""
        return self._over.wait(seconds)
