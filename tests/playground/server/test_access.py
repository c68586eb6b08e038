"""The door: a foreign Origin, a forged Host, a wrong token, anything but reading; and what a browser is allowed to do."""

import asyncio
from collections.abc import Iterator

import pytest
from tests.playground.server_fixture import Serving, serving
from websockets.exceptions import InvalidStatus

from koubai.playground.server.access import Access, AccessMiddleware, authority_of

TOKEN = "a-token_of.this~test"


@pytest.fixture(scope="module")
def there() -> Iterator[Serving]:
    with serving(allowed=["Class.example.org"]) as running:
        yield running


@pytest.fixture(scope="module")
def closed() -> Iterator[Serving]:
    """A server that wants a token."""
    with serving(token=TOKEN) as running:
        yield running


def refused(there: Serving, *, headers: dict[str, str] | None = None, query: str = "") -> tuple[int, str]:
    """The status with which a WebSocket isn't opened, and the sentence."""
    with pytest.raises(InvalidStatus) as caught:
        there.page(headers=headers, query=query)
    response = caught.value.response
    return response.status_code, response.body.decode()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:80",
        "evil.example.org",
        "evil.example.org:{port}",
        "127.0.0.1.evil.example.org:{port}",
        "localhost:{port}@evil.example.org",
        "localhost.:{port}",
        "localhost:{port}0",
        "10.0.0.1:{port}",
        "[::2]:{port}",
        "[::1:{port}",
        ":{port}",
        "localhost:port",
        "class.example.org.evil.example.org",
    ],
)
def test_a_forged_host_is_refused(host: str, there: Serving) -> None:
    named = host.format(port=there.port)
    response, content = there.get("/static/types.js", {"Host": named})
    assert response.status == 421
    assert content.decode().startswith(f"This server is not called '{named}'")


@pytest.mark.parametrize(
    "host", ["localhost:{port}", "LOCALHOST:{port}", "127.0.0.1:{port}", "[::1]:{port}", "class.example.org:9"]
)
def test_its_own_names_are_answered(host: str, there: Serving) -> None:
    response, _ = there.get("/static/types.js", {"Host": host.format(port=there.port)})
    assert response.status == 200


def test_an_address_is_recognised_however_it_is_written() -> None:
    access = Access(8765, names=["Machine.local", "::1"])
    assert access.is_host("machine.LOCAL:8765", "10.1.2.3")
    assert access.is_host("10.1.2.3:8765", "::ffff:10.1.2.3")
    assert access.is_host("[0:0:0:0:0:0:0:1]:8765", "")
    assert access.is_host("[fe80::1]:8765", "fe80::1%eth0")
    assert not access.is_host("10.1.2.4:8765", "10.1.2.3")
    assert Access(80).is_host("localhost", "")
    assert authority_of("[fe80::1%eth0]:1") is None


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example.org",
        "http://evil.example.org:{port}",
        "http://localhost:{port}",  # not the name by which the page was opened
        "http://127.0.0.1",
        "https://127.0.0.1",
        "null",
        "",
        "file://",
        "http://127.0.0.1:{port}/",
        "http://user@127.0.0.1:{port}",
        "ftp://127.0.0.1:{port}",
    ],
)
def test_a_page_of_another_site_is_refused(origin: str, there: Serving) -> None:
    given = {"Origin": origin.format(port=there.port)}
    made = len(there.sessions)
    status, text = refused(there, headers=given)
    assert (status, len(there.sessions)) == (403, made)
    assert text.startswith("A page of ")
    assert there.get("/", given, method="POST")[0].status == 403


def test_a_forged_host_gets_no_websocket(there: Serving) -> None:
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "A" * 22 + "==",
    }
    for host in ("evil.example.org", f"evil.example.org:{there.port}"):
        response, content = there.get("/socket", {**upgrade, "Host": host, "Origin": f"http://{host}"})
        assert (response.status, b"This server is not called" in content) == (403, True)
        assert response.headers["Content-Security-Policy"]


def test_its_own_page_is_let_in(there: Serving) -> None:
    for headers in ({"Origin": f"http://127.0.0.1:{there.port}"}, None):
        page = there.page(headers=headers)
        assert page.welcome["type"] == "welcome"
        page.close()
    assert Access(8765).is_own("https://class.example.org", "class.example.org")
    assert Access(8765).is_own("https://class.example.org", "class.example.org:443")
    assert not Access(8765).is_own("https://class.example.org", "class.example.org:80")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "STRANGE"])
def test_only_reading_is_allowed(method: str, there: Serving) -> None:
    for path in ("/", "/static/types.js", "/else"):
        response, _ = there.get(path, method=method)
        assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD")


def test_nothing_is_there_without_the_token(closed: Serving) -> None:
    for path in ("/", "/static/types.js", "/texts/en.json", "/take/key/film.mp4", "/else"):
        for query in ("", "?token=", "?token=wrong", f"?token={TOKEN}x", f"?token={TOKEN[:-1]}", "?token=%ff%e5"):
            response, content = closed.get(path + query)
            assert response.status == 403
            assert content == b"The token is missing or wrong; open the whole link that koubai play printed.\n"
    for query in ("", "?token=wrong"):
        assert refused(closed, query=query)[0] == 403
    assert refused(closed, headers={"Cookie": f"koubai-{closed.port}=wrong"})[0] == 403
    assert refused(closed, headers={"Cookie": '=;={"};;'})[0] == 403
    assert closed.sessions == []


def test_the_token_opens_everything_and_a_cookie_holds_it(closed: Serving) -> None:
    assert closed.get(f"/static/types.js?token={TOKEN}")[0].headers["Set-Cookie"] is None
    response, _ = closed.get(f"/?token={TOKEN}")
    cookie = response.headers["Set-Cookie"]
    assert cookie == f"koubai-{closed.port}={TOKEN}; Path=/; HttpOnly; SameSite=Strict"
    kept = {"Cookie": f'other={{"a": 1}}; {cookie.split(";")[0]}'}
    assert closed.get("/static/types.js", kept)[0].status == 200
    for headers, query in ((kept, ""), (None, f"?token={TOKEN}")):
        page = closed.page(headers=headers, query=query)
        assert page.welcome["type"] == "welcome"
        page.close()


def test_what_a_browser_may_do_with_an_answer(there: Serving, closed: Serving) -> None:
    for server, path, status in ((there, "/static/types.js", 200), (there, "/else", 404), (closed, "/", 403)):
        response, _ = server.get(path)
        assert response.status == status
        policy = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["font-src"] == "'self'"
        assert policy["img-src"] == "'self' data: blob:"
        own = "" if status == 403 else f" ws://127.0.0.1:{server.port} wss://127.0.0.1:{server.port}"
        assert policy["connect-src"] == f"'self'{own}"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response.headers["Cache-Control"] == "no-cache"
        assert "Server" not in response.headers


def test_a_browser_without_denials_is_only_hung_up_on() -> None:
    """Where the server can't answer a WebSocket with a status, it closes it before it is open: that is a 403."""
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        sent.append(message)

    async def nobody(*_: object) -> None:
        raise AssertionError

    scope = {"type": "websocket", "path": "/socket", "query_string": b"", "headers": [(b"host", b"evil")], "server": None}
    asyncio.run(AccessMiddleware(nobody, Access(1))(scope, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]
