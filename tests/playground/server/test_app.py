"""What stands at which address, over real sockets."""

import errno
import json
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from threading import Event, Thread

import pytest
from tests.playground.server_fixture import HELLO, Plain, Serving, serving, until

from koubai.errors import InputError
from koubai.locale import sentences
from koubai.playground.protocol import incoming, limits
from koubai.playground.protocol.outgoing import Sending
from koubai.playground.server import app, page_files, session_registry
from koubai.playground.server.app import listening, outward_address, own_names
from koubai.playground.server.connection import Bounds
from koubai.playground.server.page_files import STATIC, PageFiles


@pytest.fixture(scope="module")
def there() -> Iterator[Serving]:
    with serving() as running:
        yield running


def test_files_of_the_page_and_nothing_else(there: Serving) -> None:
    response, content = there.get("/static/types.js")
    assert (response.status, content) == (200, (STATIC / "types.js").read_bytes())
    assert response.headers["Content-Type"] == "text/javascript;charset=utf-8"
    for path in (
        "/static/",
        "/static/views",
        "/static/nothing.js",
        "/static/../server.py",
        "/static/..%2fserver.py",
        "/static/%2e%2e/server.py",
        "/static//etc/passwd",
        "/static/..\\server.py",
        "/static/types.js%00",
        "/static/.hidden",
        "/else",
    ):
        response, content = there.get(path)
        assert response.status == 404, path
        assert b"There is nothing at" in content, path


def test_a_file_that_the_browser_has_is_not_sent_again(there: Serving) -> None:
    mark = there.get("/static/types.js")[0].headers["ETag"]
    response, content = there.get("/static/types.js", {"If-None-Match": f'"other", W/{mark}'})
    assert (response.status, content, response.headers["ETag"]) == (304, b"", mark)
    assert there.get("/static/types.js", {"If-None-Match": '"other"'})[0].status == 200
    response, content = there.get("/static/types.js", method="HEAD")
    assert (response.status, content) == (200, b"")
    assert int(response.headers["Content-Length"]) == (STATIC / "types.js").stat().st_size


def test_a_file_that_has_changed_within_its_size_and_time_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one of another version of the package may have."""
    monkeypatch.setattr(page_files, "STATIC", tmp_path)
    etags = set()
    for name in ("one.js", "two.js"):
        path = tmp_path / name
        path.write_text(name)
        os.utime(path, (0, 0))
        response = PageFiles().file_response(path, path.stat(), {"type": "http", "headers": [], "method": "GET"})
        etags.add(response.headers["etag"])
        assert "last-modified" not in response.headers
    assert len(etags) == 2


def test_texts_of_the_page(there: Serving) -> None:
    for language in ("en", "ja"):
        texts = json.loads(there.get(f"/texts/{language}.json")[1])
        assert texts["page-title"] == sentences(language)["page-title"]
        assert not any(key.startswith("error-") for key in texts)
    assert there.get("/texts/fr.json")[0].status == 404


def test_refusals_are_in_the_language_asked_for(there: Serving) -> None:
    assert "何もありません" in there.get("/else?lang=ja")[1].decode()
    assert "There is nothing" in there.get("/else?lang=fr")[1].decode()


def test_a_page_gets_a_session_and_comes_back_to_it(there: Serving) -> None:
    first = there.page(hello={"link": "data=and", "language": "ja"})
    session = there.sessions[-1]
    assert first.welcome == {
        "type": "welcome",
        "session": session.key,
        "resumed": False,
        "link": "data=and",
        "language": "ja",
    }
    first.say(type="play")
    until(lambda: incoming.Play() in session.heard)
    first.close()
    until(lambda: session.told == ["attach", "detach"])
    again = there.page(hello={"session": session.key})
    assert (again.welcome["resumed"], again.welcome["language"]) == (True, "en")
    assert again.welcome["session"] == session.key
    again.close()


def test_a_page_whose_session_is_gone_gets_a_new_one(there: Serving) -> None:
    page = there.page(hello={"session": "0" * 32, "link": "data=or"})
    assert (page.welcome["resumed"], page.welcome["link"]) == (False, "data=or")
    page.close()


@pytest.mark.parametrize(
    ("link", "language", "said"),
    [
        ("wrong=1", "en", ["This link can not be opened, so here is the founding example.", "wrong=1"]),
        ("damaged=1", "ja", ["このリンクは開けないので", "damaged=1"]),
        ("huge=1", "en", ["This link can not be opened", "OverflowError: out of all measure"]),
        ("mute=1", "ja", ["このリンクは開けないので", "ValueError: nothing can be told"]),
    ],
)
def test_a_link_that_cannot_be_opened_opens_the_founding_example_and_says_so(
    link: str, language: str, said: list[str], there: Serving
) -> None:
    page = there.page(hello={"link": link, "language": language})
    assert page.welcome["link"] == ""
    fault = page.hear()
    assert fault["type"] == "fault"
    assert all(part in fault["text"] for part in said)
    page.say(type="price")
    assert page.hear()["type"] == "price"
    page.close()


def test_where_nothing_can_be_opened_the_page_is_told_why(there: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Plain, "attach", lambda self: 1 / 0)
    page = there.page(hello={})
    page.say(**HELLO)
    code, reason = page.closing()
    assert (code, "ZeroDivisionError" in reason) == (1011, True)


def test_a_link_whose_session_fails_again_is_not_opened_for_ever(there: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(seconds: float) -> None:
        raise ZeroDivisionError("by zero")

    key = ""
    for _ in range(2):  # it may be by chance once
        page = there.page(hello={"session": key, "link": "data=and"})
        assert page.welcome["link"] == "data=and"
        key = page.welcome["session"]
        monkeypatch.setattr(there.sessions[-1], "turn", fail)
        page.say(type="pause")
        assert page.closing()[0] == 1011
    page = there.page(hello={"session": key, "link": "data=and"})
    assert page.welcome["link"] == ""
    assert "ZeroDivisionError: by zero" in page.hear()["text"]
    page.close()


def test_what_a_page_is_told_again_may_fail(there: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    page = there.page()
    monkeypatch.setattr(there.sessions[-1], "attach", lambda: 1 / 0)
    again = there.page(hello={})
    again.say(**{**HELLO, "session": page.welcome["session"]})
    assert again.closing()[0] == 1011
    assert page.closing()[0] == 4001


def test_a_session_moves_to_the_page_that_asks_for_it_last(there: Serving) -> None:
    old = there.page()
    new = there.page(hello={"session": old.welcome["session"]})
    assert new.welcome["resumed"]
    assert old.closing() == (4001, "Another page goes on with this session.")
    session = there.sessions[-1]
    assert session.told == ["attach", "detach", "attach"]
    new.say(type="price")
    assert new.hear()["type"] == "price"
    new.close()


def test_connections_that_do_not_begin_as_they_should() -> None:
    with serving(Bounds(hello=0.2)) as there:
        assert there.page(hello={}).closing() == (4002, "No hello came within 0.2 seconds.")
        for message, code in (
            ({"type": "play"}, 1008),
            ({**HELLO, "version": limits.VERSION + 1}, 4003),
            ({**HELLO, "language": "fr"}, 1008),
        ):
            page = there.page(hello={})
            page.say(**message)
            assert page.closing()[0] == code
        assert there.sessions == []
        page = there.page()
        page.say(**HELLO)
        assert page.closing()[0] == 1008


def test_the_oldest_session_without_a_page_gives_way() -> None:
    with serving(Bounds(sessions=2)) as there:
        first, second = there.page(), there.page()
        third = there.page(hello={})
        third.say(**HELLO, language="ja")
        assert third.closing() == (4004, "2 席がすべて埋まっています。しばらくしてからお試しください。")
        first.close()
        until(lambda: "detach" in there.sessions[0].told)
        fourth = there.page()
        until(lambda: there.sessions[0].told[-1] == "close")
        second.say(type="price")
        assert second.hear()["type"] == "price"
        for page in (second, fourth):
            page.close()
    assert [session.told[-1] for session in there.sessions] == ["close"] * 3


def test_a_session_that_nobody_comes_back_to_is_closed() -> None:
    with serving(Bounds(detached=0.2)) as there:
        gone, stays = there.page(), there.page()
        gone.close()
        until(lambda: there.sessions[0].told == ["attach", "detach", "close"])
        assert there.sessions[1].told == ["attach"]
        again = there.page(hello={"session": gone.welcome["session"]})
        assert not again.welcome["resumed"]
        again.close()
        stays.close()


def test_what_a_session_leaves_behind_does_not_keep_others_from_ending() -> None:
    with serving() as there:
        pages = [there.page() for _ in range(2)]
        there.sessions[0].close = lambda *_: 1 / 0  # type: ignore[assignment,method-assign]
        for page in pages:
            page.close()
    assert there.sessions[1].told[-1] == "close"


def test_the_end_waits_for_nothing_that_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn, the end of a session, and a download: the process is to end all the same, and what can be kept is kept."""
    gate, over = Event(), []

    def last(*_: object) -> list[Sending]:
        gate.wait(30)
        over.append(1)
        return []

    monkeypatch.setattr(session_registry, "SECONDS_TO_KEEP", 0.2)
    monkeypatch.setattr(app, "SECONDS_TO_ANSWER", 0.1)
    with serving() as there:
        pages = [there.page() for _ in range(4)]
        first, second, third, _ = there.sessions
        monkeypatch.setattr(first, "turn", last)
        monkeypatch.setattr(second, "close", last)
        monkeypatch.setattr(third, "run", last)
        pages[0].say(type="pause")
        until(lambda: first.heard)

        def take() -> None:
            with suppress(OSError, HTTPException):
                there.get(f"/take/{third.key}/film.mp4")

        taking = Thread(target=take, daemon=True)
        taking.start()
    assert not over
    assert there.sessions[3].told[-1] == "close"
    gate.set()
    taking.join(20)


def test_downloads(there: Serving) -> None:
    page = there.page()
    key = page.welcome["session"]
    response, content = there.get(f"/take/{key}/losses.csv")
    assert (response.status, content.count(b"\n")) == (200, 22)
    assert response.headers["Content-Disposition"] == "attachment; filename=\"xor-losses.csv\"; filename*=UTF-8''xor-losses.csv"
    assert response.headers["Cache-Control"] == "no-store"
    response, content = there.get(f"/take/{key}/picture-region.png?lang=ja")
    assert (response.headers["Content-Type"], content[:4]) == ("image/png", b"\x89PNG")
    assert there.get(f"/take/{key}/picture-nothing.png")[0].status == 404
    response, content = there.get(f"/take/{'0' * 32}/losses.csv")
    assert (response.status, content) == (404, b"This session is over; load the page again.\n")
    page.close()


def test_faults_of_downloads_are_said(there: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    from koubai.errors import FileFault
    from koubai.playground.server.downloads import Busy, Downloads

    page = there.page()
    for error, status in (
        (Busy("take-busy"), 503),
        (InputError("take-no-film", data="d"), 409),
        (FileFault("file", path="p", reason="r"), 500),
    ):

        def fail(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(Downloads, "take", fail)
        response, content = there.get(f"/take/{page.welcome['session']}/film.mp4")
        assert (response.status, content.decode().strip()) == (status, str(error))
    monkeypatch.setattr(app, "MOST_DOWNLOADS", 0)
    assert there.get(f"/take/{page.welcome['session']}/film.mp4")[0].status == 503
    page.close()


def test_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} is in use already"):
            listening("127.0.0.1", port)
        monkeypatch.setattr(app, "PORT", port)
        with listening("127.0.0.1", None) as next_one:
            assert port < next_one.getsockname()[1] < port + app.PORTS_TRIED
        monkeypatch.setattr(app, "PORTS_TRIED", 1)
        with pytest.raises(InputError, match=f"All ports from {port} to {port} are in use"):
            listening("127.0.0.1", None)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.EACCES, "can only be used with special rights"),
        (errno.EADDRNOTAVAIL, "'127.0.0.1' is no address or name of this machine"),
        (errno.ENOBUFS, "can't listen on 127.0.0.1, port 80 (No buffer"),
    ],
)
def test_a_system_that_refuses(code: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, "No buffer")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(InputError) as caught:
        listening("127.0.0.1", 80)
    assert said in str(caught.value)


def test_hosts() -> None:
    for host in ("192.0.2.77", "no such host", "x" * 300):
        with pytest.raises(InputError, match="is no address or name of this machine"):
            listening(host, 0)
    for host in ("localhost", "0.0.0.0", "::" if socket.has_ipv6 else "0.0.0.0"):
        listening(host, 0).close()


def test_what_the_machine_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_names()[0] == socket.gethostname().lower()
    assert not outward_address().startswith("127.")
    monkeypatch.setattr(socket.socket, "connect", lambda *_: (_ for _ in ()).throw(OSError(errno.ENETUNREACH, "unreachable")))
    assert outward_address() == own_names()[0]
