"""Whatever goes wrong at one page: it is let go with the right code, and the others notice nothing."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import cast

import pytest
from starlette.websockets import WebSocket
from tests.playground.server_fixture import HELLO, Page, Plain, Raw, Serving, serving, until
from websockets.exceptions import ConnectionClosed

from koubai.playground.protocol import incoming, limits
from koubai.playground.protocol.outgoing import Note, Sending
from koubai.playground.server.app import LARGEST_MESSAGE
from koubai.playground.server.connection import LONGEST_REASON, Bounds, Connection, clipped


@pytest.fixture
def there() -> Iterator[Serving]:
    with serving(Bounds(messages=1e6, burst=1e6)) as running:
        yield running


@pytest.fixture
def other(there: Serving) -> Iterator[Page]:
    """A page that notices nothing: it is answered before and after, and its session never told anything."""
    page = there.page()
    session = there.sessions[0]
    page.say(type="price")
    assert page.hear()["type"] == "price"
    yield page
    page.say(type="price")
    assert page.hear()["type"] == "price"
    assert session.told == ["attach"]
    page.close()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", 1008),
        ("{", 1008),
        ("[]", 1008),
        ('{"type":"nothing"}', 1008),
        ('{"type":"edit","values":{"w1[0,0]":NaN}}', 1008),
        ("[" * 5000, 1008),
        (b"\xff\xfe", 1008),
        ('{"type":["go"],"step":1}', 1008),
        ('{"type":"language","language":"' + "x" * limits.MOST_MESSAGE + '"}', 1009),
        ('{"type":"go","table":' + " " * limits.MOST_MESSAGE + "1}", 1008),
        ("x" * (LARGEST_MESSAGE + 1), 1009),
    ],
)
def test_what_is_no_message_ends_the_connection_and_keeps_the_session(
    content: str | bytes, code: int, there: Serving, other: Page
) -> None:
    page = there.page()
    with suppress(ConnectionClosed):  # the server may hang up on a long one before all of it is sent
        page.socket.send(content)
    closed, reason = page.closing()
    hangs_up = len(content) > LARGEST_MESSAGE  # then what was sent last may be lost on the way, the code with it
    assert closed == code or (hangs_up and closed == 1006)
    assert len(reason.encode()) <= LONGEST_REASON
    until(lambda: there.sessions[-1].told == ["attach", "detach"])
    again = there.page(hello={"session": page.welcome["session"]})
    assert again.welcome["resumed"]
    again.close()


def test_a_value_that_can_t_be_is_answered_and_ends_nothing(there: Serving, other: Page) -> None:
    page = there.page(hello={"language": "ja"})
    for text, said in (
        (
            '{"type":"edit","values":{"w1[0,0]":2e30}}',
            "w1[0,0] を 2e+30 にすることはできません。-1e+30 から 1e+30 までの数にしてください。",
        ),
        ('{"type":"speed","steps":1e-300}', "0.01 から 1,000,000 までの数"),
        ('{"type":"go","step":1,"more":1}', "項目が正しくありません"),
        ('{"type":"table","name":"' + "x" * 250 + '.csv","content":"' + "A" * 2**17 + '"}', "200 文字まで"),
    ):
        page.socket.send(text)
        assert said in page.hear()["text"]
    for _ in range(300):  # more than may wait for a page that doesn't read
        page.socket.send('{"type":"edit","values":{"w1[0,0]":null}}')
        assert page.hear()["type"] == "fault"
    page.say(type="price")
    assert page.hear()["type"] == "price"
    page.close()


def test_text_that_is_none(there: Serving, other: Page) -> None:
    raw = Raw(there.port)
    raw.send(b"\xff\xff")
    assert raw.closing() == 1007
    raw.close()


def test_the_largest_table_comes_through(there: Serving) -> None:
    page = there.page()
    content = "A" * (limits.MOST_TABLE * 4 // 3)
    page.say(type="table", name="t.csv", content=content)
    until(lambda: any(isinstance(message, incoming.Table) for message in there.sessions[0].heard))
    page.close()


def test_ten_thousand_malformed_messages(there: Serving, other: Page) -> None:
    """As many as one connection can bring before it is closed, and each of a few hundred connections one."""
    page = there.page()
    with pytest.raises(ConnectionClosed):
        for _ in range(9800):
            page.socket.send('{"type":"far"}')
        page.socket.recv(timeout=10)
        raise AssertionError("it was never closed")
    assert page.closing()[0] == 1008
    for _ in range(200):
        raw = Raw(there.port)
        raw.send(b'{"type":"pl')
        assert raw.closing() == 1008
        raw.close()
    assert len(there.sessions) == 2


def test_ten_thousand_oversized_messages(there: Serving, other: Page) -> None:
    """Frames that say that they are larger than anything that is taken: not one byte of them is waited for."""
    for size in (2**31, 2**62, LARGEST_MESSAGE + 1) * 30:
        raw = Raw(there.port)
        raw.send(b"", size=size)
        assert raw.closing() == 1009
        raw.close()
    raw = Raw(there.port)
    with pytest.raises(OSError, match=r"."):  # in fragments, which are as little kept together
        for at in range(10_000):
            raw.send(b"x" * 2**16, opcode=0 if at else 1, final=False)
    raw.close()


def test_a_connection_cut_in_mid_message_is_resumed(there: Serving, other: Page) -> None:
    raw = Raw(there.port)
    raw.send(json.dumps(HELLO).encode())
    until(lambda: len(there.sessions) == 2 and there.sessions[1].told == ["attach"])
    session = there.sessions[1]
    raw.send(b'{"type":"play"}')
    until(lambda: session.heard[-1:] == [incoming.Play()])
    raw.send(b'{"type":"res', size=16)
    raw.close()
    until(lambda: session.told == ["attach", "detach"])
    assert session.heard[-1] == incoming.Play()
    again = there.page(hello={"session": session.key})
    assert again.welcome["resumed"]
    again.close()


def test_a_client_that_never_reads_is_let_go(other: Page, there: Serving) -> None:
    raw = Raw(there.port)
    raw.send(json.dumps(HELLO).encode())
    until(lambda: len(there.sessions) == 2 and "attach" in there.sessions[1].told)
    session = there.sessions[1]
    session.weight = 2**21
    for _ in range(12):  # more than may wait for it, and than the system keeps for it
        raw.send(b'{"type":"price"}')
    until(lambda: session.told == ["attach", "detach"])
    again = there.page(hello={"session": session.key})
    assert again.welcome["resumed"]
    again.close()
    raw.socket.settimeout(5)
    assert raw.closing() in (1013, 1006)
    raw.close()


def test_a_client_that_reads_too_few_messages_is_told_why() -> None:
    with serving(Bounds(waiting=3)) as there:
        page = there.page()
        session = there.sessions[0]
        with session.lock:
            session.to_say += [Sending(Note, "{}")] * 50
        page.say(type="pause")
        assert page.closing()[0] == 1013


def test_a_page_that_says_too_much_has_to_wait() -> None:
    class Loud:
        async def receive(self) -> dict[str, str]:
            return {"type": "websocket.receive", "text": '{"type":"pause"}'}

    async def hear(count: int) -> int:
        connection, heard = Connection(cast(WebSocket, Loud()), Bounds(messages=1e-6, burst=5)), 0
        with suppress(TimeoutError):
            async with asyncio.timeout(0.1):
                while heard < count:
                    heard += await connection.hear() == incoming.Pause()
        return heard

    assert asyncio.run(hear(5)) == 5
    assert asyncio.run(hear(50)) == 5  # what it may say at once, and no more for a long time


def test_a_session_that_fails_ends_its_connection_only(there: Serving, other: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    page = there.page()
    monkeypatch.setattr(there.sessions[-1], "receive", fail)
    page.say(type="pause")
    assert page.closing() == (1011, "by zero")
    broken = there.page()
    error = incoming.Malformed("message-many", most=5)
    monkeypatch.setattr(there.sessions[-1], "receive", lambda _: (_ for _ in ()).throw(error))
    broken.say(type="pause")
    assert broken.closing()[0] == 1008


def test_a_session_whose_turn_fails_ends_its_connection_only(
    there: Serving, other: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(seconds: float) -> None:
        raise ZeroDivisionError("by zero")

    for _ in range(4):  # more than there are threads
        page = there.page()
        monkeypatch.setattr(there.sessions[-1], "turn", fail)
        page.say(type="pause")
        code, reason = page.closing()
        assert (code, "ZeroDivisionError: by zero" in reason) == (1011, True)
        until(lambda: there.sessions[-1].told[-1] in ("detach", "close"))
    again = there.page(hello={"session": page.welcome["session"]})
    assert again.welcome["session"] != page.welcome["session"]


def test_what_was_made_for_the_page_before_is_not_sent() -> None:
    with serving() as there:
        old = there.page()
        session = there.sessions[0]
        plain = session.attach

        def attach() -> None:
            plain()
            with session.lock:
                session.to_say.insert(0, Sending(Note, "{}"))  # of a turn that had begun before

        session.attach = attach  # type: ignore[method-assign]
        new = there.page(hello={"session": session.key})
        assert new.welcome["type"] == "welcome"
        for page in (old, new):
            page.close()


def test_reasons_are_cut_between_letters() -> None:
    assert clipped("傾き" * 40) == ("傾き" * 40)[: LONGEST_REASON // 3]
    assert Plain("en", "").key != Plain("en", "").key
