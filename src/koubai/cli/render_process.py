"""Pictures drawn in a process of its own: it loads matplotlib on another core while this one loads JAX and trains."""

import os
import pickle
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from koubai.cli.signals import SIGNALS

SECONDS_BETWEEN_LOOKS = 0.02
SECONDS_TO_END = 1.0
# -P: a file in the working folder that is called like one of Python's own is nobody's module
COMMAND = (
    "-P",
    "-c",
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from koubai.cli.render_process import draw_what_comes; draw_what_comes()",
)


class Artist:
    """Calls functions of ``koubai.pictures`` elsewhere, one after the other. They get arrays and paths, nothing that needs JAX.

    Where no process can be started, they are called here instead. The other process ends with this one, however that ends, and
    has none of its streams: whoever reads what this process writes doesn't wait for it, and what libraries say is lost.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: SimpleQueue[Any] = SimpleQueue()  # what went wrong, or None; _Gone at the end
        self._was_asked = False

    def get_ready(self) -> None:
        """Start the process, once: it loads matplotlib before the first call comes."""
        if self._was_asked:
            return
        self._was_asked = True
        with suppress(OSError, RuntimeError, TypeError, ValueError):  # no process, no thread, no interpreter to start
            self._process = _started()
            Thread(target=_read_all, args=(self._process.stdout, self._answers), daemon=True).start()
            _send(self._process.stdin, sys.path)

    @property
    def is_elsewhere(self) -> bool:
        """Whether there is a process that draws."""
        return self._process is not None

    def close(self) -> None:
        """End the process, in the middle of what it draws."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS_TO_END)
            with suppress(OSError, AttributeError):
                process.stdin.close()  # type: ignore[union-attr]

    def __del__(self) -> None:
        self.close()

    def call(self, name: str, *, stop: Callable[[], bool] = lambda: False, **values: Any) -> bool:
        """Call ``koubai.pictures.<name>(**values)``. False where ``stop()`` came to be true first.

        What goes wrong there is raised here.
        """
        self.get_ready()
        process = self._process
        fault: Any = _Gone()
        if process is not None:
            with suppress(OSError, ValueError):  # the process is gone
                _send(process.stdin, (name, values))
                fault = self._answer(stop)
        if stop():
            return False
        if isinstance(fault, _Gone):
            self.close()
            _call(name, values)
        elif fault is not None:
            raise fault
        return True

    def _answer(self, stop: Callable[[], bool]) -> Any:
        while not stop():
            with suppress(Empty):
                return self._answers.get(timeout=SECONDS_BETWEEN_LOOKS)
        return None


class _Gone:
    """The process has ended."""


def _started() -> subprocess.Popen[bytes]:
    """A process that never hears of a Ctrl-C, which goes to all processes of a terminal in the foreground."""
    streams: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with _signals_held_back():
        return subprocess.Popen([sys.executable, *COMMAND], **streams)


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """They come afterwards; a process that is started within it never gets them."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _send(stream: BinaryIO | Any, value: Any) -> None:
    pickle.dump(value, stream)
    stream.flush()


def _read_all(stream: BinaryIO | Any, into: "SimpleQueue[Any]") -> None:
    """What comes, until the other process is gone, maybe in the middle."""
    with suppress(Exception), stream:
        while True:
            into.put(pickle.load(stream))
    into.put(_Gone())


def draw_what_comes() -> None:
    """In the process that draws: what comes from standard input, until that ends, however much there is still to be drawn."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    warnings.simplefilter("ignore")
    work: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_end_with, args=(sys.stdin.buffer, work), daemon=True).start()
    import koubai.pictures.film  # noqa: F401  (this is what takes long: matplotlib)

    while True:
        name, values = work.get()
        fault: Exception | None = None
        try:
            _call(name, values)
        except Exception as error:
            fault = _that_travels(error)
        _send(answers, fault)


def _end_with(stream: BinaryIO, work: "SimpleQueue[Any]") -> None:
    """Hand on what comes; at the end whoever asked is gone, and so is this process."""
    with suppress(Exception):
        while True:
            work.put(pickle.load(stream))
    os._exit(0)


def _that_travels(error: Exception) -> Exception:
    """``error``, or, where that can't go from process to process, one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _call(name: str, values: dict[str, Any]) -> None:
    from koubai import pictures

    getattr(pictures, name)(**values)
