"""The command line in processes that have loaded it already: a server imports koubai once and forks for every command.

What a command does to its process (signals, streams, working folder, ``os._exit``) stays its own, and importing takes no time.
JAX is imported, but computes nothing before the fork: the threads that it starts then would not live on in one.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import NoReturn

SECONDS = 120
LOADED = (
    "koubai.cli.train",
    "koubai.cli.predict",
    "koubai.cli.show",
    "koubai.cli.list_choices",
    "koubai.cli.cache",
    "koubai.cli.runs.compare",
    "koubai.cli.runs.resume",
    "koubai.cli.runs.show",
    "koubai.core.numpy_engine.training",
    "koubai.core.compiled",
)


class ForkServer:
    """A process that runs commands of ``koubai``, each in a fork of its own."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "tests.forkserver", str(theirs.fileno())]
        self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=Path(__file__).parent.parent)
        theirs.close()
        ours.settimeout(SECONDS)
        self._socket = ours.makefile("rwb")

    def run(self, arguments: tuple[str, ...], cwd: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run ``koubai`` with ``arguments``, as ``subprocess.run`` would: its exit code and what it wrote."""
        with tempfile.TemporaryDirectory() as folder:
            written = [str(Path(folder) / name) for name in ("out", "err")]
            asked = {"arguments": arguments, "cwd": str(cwd), "environment": environment, "written": written}
            self._socket.write(json.dumps(asked).encode() + b"\n")
            self._socket.flush()
            code = int(self._socket.readline())
            out, err = (Path(path).read_text(encoding="utf-8") for path in written)
        return subprocess.CompletedProcess(arguments, code, out, err)

    def close(self) -> None:
        """End the server; it stops where nobody asks any more."""
        self._process.kill()
        self._process.wait()
        self._socket.close()


def serve(number: int) -> None:
    """Answer on the socket with that file descriptor: a request on each line, for each an exit code."""
    for module in LOADED:
        import_module(module)
    with socket.socket(fileno=number) as connection, connection.makefile("rwb") as lines:
        for line in lines:
            child = os.fork()
            if child == 0:
                os.close(number)
                _become(**json.loads(line))
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            lines.write(f"{code}\n".encode())
            lines.flush()


def _become(arguments: list[str], cwd: str, environment: dict[str, str], written: list[str]) -> NoReturn:
    """Be the command."""
    streams = [os.open(os.devnull, os.O_RDONLY), *(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600) for path in written)]
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["koubai", *arguments]
    sys.path[0] = cwd  # as for python -m
    from koubai.cli import main

    main()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
