"""koubai play: as a process, and what it prints."""

import errno
import json
import re
import signal
import socket
import stat
import subprocess
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import segno
from tests.cli_process import KOUBAI, surroundings
from websockets.sync.client import connect

import koubai as kb
from koubai.cli import play
from koubai.cli.main import run
from koubai.cli.play import PlayOptions
from koubai.errors import FileFault, InputError
from koubai.playground.server import app


@contextmanager
def playing(*words: str, cwd: Path, **environment: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """``koubai play`` as a process that serves, and the line that it printed."""
    command = [*KOUBAI, "play", "--port", "0", *words]
    around = {**surroundings(cwd), "BROWSER": "", "DISPLAY": "", "WAYLAND_DISPLAY": "", **environment}
    process = subprocess.Popen(command, cwd=cwd, env=around, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def got(address: str, path: str = "/", **headers: str) -> tuple[int, HTTPMessage, bytes]:
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    connection.request("GET", f"{path}?{parts.query}", headers=headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, response.headers, content


def test_it_serves_a_page_on_which_a_network_learns_until_ctrl_c(tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    script = tmp_path / "browser"
    script.write_text(f'#!/bin/sh\necho "$1" > "{opened}.part" && mv "{opened}.part" "{opened}"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    link = "data=and&hidden=4"
    with playing(f"#{link}", "--large", "--lang", "en", cwd=tmp_path, BROWSER=str(script)) as (process, line):
        found = re.fullmatch(r"The playground is at (http://127\.0\.0\.1:\d+/\S*) \(Ctrl-C ends it\)", line)
        assert found
        address = found[1]
        assert address.endswith(f"/?lang=en&large=1#{link}")
        status, headers, content = got(address)
        assert (status, b"<!doctype html>" in content.lower()) == (200, True)
        assert "Set-Cookie" not in headers
        port = urlsplit(address).port
        with connect(f"ws://127.0.0.1:{port}/socket", compression=None, max_size=None) as page:
            page.send(json.dumps({"type": "hello", "version": 1, "link": link}))
            welcome = json.loads(page.recv(timeout=60))
            assert (welcome["type"], welcome["keeps"]) == ("welcome", True)
            page.send(json.dumps({"type": "play"}))
            step = 0
            while step == 0:
                message = page.recv(timeout=60)
                if isinstance(message, bytes):
                    frame = json.loads(message[4 : 4 + int.from_bytes(message[:4], "little")])
                    page.send(json.dumps({"type": "drawn", "frame": frame["frame"]}))
                    step = frame["step"]
            process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=60)
        assert (process.returncode, out) == (130, "")
        assert errors == "koubai: Ended. The runs are kept; koubai runs lists them.\n"
        assert opened.read_text().strip() == address
    with kb.store.Store(surroundings(tmp_path)["KOUBAI_STORE"]) as store:
        (entry,) = store.entries()
        assert entry.data == "and"
        assert (entry.steps_made or 0) >= step


def test_a_class_gets_a_link_with_a_token(tmp_path: Path) -> None:
    with playing("--host", "0.0.0.0", "--no-store", cwd=tmp_path) as (process, line):
        found = re.fullmatch(r"The playground, for everybody in this network, is at (http://\S+) \(Ctrl-C ends it\)", line)
        assert found
        address = found[1]
        assert re.search(r"/\?token=[\w-]{16}&lang=en$", address)
        status, headers, _ = got(address)
        assert (status, "SameSite=Strict" in headers["Set-Cookie"]) == (200, True)
        plain = address.split("?")[0]
        assert got(plain)[0] == 403
        port = urlsplit(address).port
        assert got(address, Host=f"{socket.gethostname()}:{port}")[0] == 200
        assert got(address, Host=f"evil.example.org:{port}")[0] == 421
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=60)
        assert (process.returncode, out, errors) == (143, "", "koubai: Ended.\n")  # and no QR code: this is no terminal
    assert not Path(surroundings(tmp_path)["KOUBAI_STORE"]).exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--port 70000", "The port is 70000, but it must be a whole number from 0 to 65535"),
        ("--port -1", "The port is -1,"),
        ("--port http", "The port is 'http',"),
        ("--host 192.0.2.77", "The host '192.0.2.77' is no address or name of this machine"),
        ("--token short", "The token is 'short', but it must be 6 to 100 letters"),
        ("--token spaced-;token", "The token is"),
        ("--allow-host http://class.example.org", "The name 'http://class.example.org' can't be allowed"),
        ("--allow-host class.example.org:80", "can't be allowed"),
        ("nothing", "There is no run called 'nothing'"),
        ("./koubai-runs/xor-0", "but './koubai-runs/xor-0' is a path; take it in first"),
        ("data=xor&hidden=many", "Hidden layers [0] can not be many; give a whole number from 1 to 64."),
        ("http://127.0.0.1:8765/#colour=red", "colour"),
        ("--store /proc/none/runs.sqlite", "/proc/none"),
    ],
)
def test_bad_input_is_one_sentence(words: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOUBAI_STORE", str(tmp_path / "runs.sqlite"))
    with pytest.raises((InputError, FileFault)) as caught:
        run(["play", "--no-browser", *words.split(" ")], "en")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_port_that_was_asked_for_and_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InputError) as caught:
        run(["play", "--no-browser", "--no-store", "--port", str(taken.getsockname()[1])], "ja")
    assert caught.value.code == "play-port-taken"

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(InputError, match="The port 80 can only be used with special rights"):
        run(["play", "--no-browser", "--no-store", "--port", "80"], "en")


def test_where_it_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOUBAI_STORE", str(tmp_path / "runs.sqlite"))
    with kb.store.Store() as store:
        store.add(kb.train("or", steps=1), name="my run")
    assert play._link_of("my run", None) == play._link_of("latest", None) == "data=run&run=my+run"
    assert play._link_of("http://10.0.0.1:8765/?token=x#data=or", None) == play._link_of("#data=or", None) == "data=or"
    assert play._link_of("http://127.0.0.1:8765/", None) == play._link_of(None, None) == ""


@pytest.mark.parametrize(
    ("host", "here", "loopback"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.1.2.3", "127.1.2.3", True),
        ("localhost", "localhost", True),
        ("::1", "[::1]", True),
        ("0.0.0.0", "127.0.0.1", False),
        ("::", "[::1]", False),
        ("10.1.2.3", "10.1.2.3", False),
        ("class", "class", False),
    ],
)
def test_what_a_browser_here_opens(host: str, here: str, loopback: bool) -> None:
    asked = play._checked(PlayOptions(host, None, "", (), "", large=False))
    assert (asked.token == "") == loopback
    address = play._address(play._called_here(host), 8765, PlayOptions(host, None, "", (), "", large=False), "data=or")
    assert address == f"http://{here}:8765/#data=or"


def test_the_page_is_given_the_language_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def note(what: object, asked: PlayOptions, **_: object) -> int:
        seen.append(asked.language)
        return 0

    monkeypatch.setattr(play, "play", note)
    monkeypatch.delenv("KOUBAI_LANG", raising=False)
    run(["play"], "ja")
    run(["play", "--lang", "ja"], "ja")
    monkeypatch.setenv("KOUBAI_LANG", "ja")
    run(["play"], "ja")
    assert seen == ["", "ja", "ja"]


def test_the_qr_code_is_the_address_in_black_and_white_of_its_own(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    address = "http://192.168.100.200:8765/?token=" + "x" * 16
    assert play._code_of(address) == []  # no terminal
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    lines = play._code_of(address)
    pairs = [re.findall(r"\x1b\[38;5;(\d+)m\x1b\[48;5;(\d+)m▀", line) for line in lines]
    assert all(line.endswith("\x1b[0m") for line in lines)
    squares = [[int(pair[half] == str(play.DARK)) for pair in row] for row in pairs for half in (0, 1)]
    expected = [list(row) for row in segno.make(address, error="l", micro=False).matrix_iter(border=play.QUIET)]
    assert squares[: len(expected)] == expected
    assert not any(map(any, squares[len(expected) :]))
    assert len(expected[0]) < 80
    assert len(lines) <= 24
    monkeypatch.setenv("COLUMNS", "30")
    assert play._code_of(address) == []  # too narrow


def test_a_class_is_told_its_address(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(play, "outward_address", lambda: "10.9.8.7")
    monkeypatch.setattr(play, "_code_of", lambda address: [f"code of {address}"])
    play._say("http://127.0.0.1:1/?token=t", PlayOptions("0.0.0.0", 1, "t", (), "", large=False), 1, "", "en")
    line, code = capsys.readouterr().out.splitlines()
    assert "http://10.9.8.7:1/?token=t (" in line
    assert code == "code of http://10.9.8.7:1/?token=t"


def test_no_browser_where_there_are_no_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert not play._has_windows()
    monkeypatch.setenv("DISPLAY", ":0")
    assert play._has_windows()
    monkeypatch.setattr(webbrowser, "open", lambda _: (_ for _ in ()).throw(webbrowser.Error))
    play._open("http://127.0.0.1/")  # that none could be opened ends nothing


def test_help_needs_no_server() -> None:
    code = (
        "import sys\nfrom koubai.cli.main import run\nrun(['--help'], 'en')\nrun(['play', '--help'], 'en')\n"
        "print(*{'starlette', 'uvicorn', 'websockets', 'numpy', 'segno'} & {*sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == ""
    assert str(app.PORT) in done.stdout
