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
from typing import IO

from koubai.cli.signals import SIGNALS

SECONDS_BETWEEN_LOOKS = 0.02
SECONDS_TO_END = 1.0
# -P: a file in the working folder that is called like one of Python's own is nobody's module
COMMAND = (
    "-P",
    "-c",
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); from koubai.cli.render_process import serve; serve()",
)

Save = Callable[[], None]  # draws into a file; it can be pickled, as a partial of the method of a display can


class _Ended:
    """Stands among the answers for the end of the process."""


Answer = Exception | _Ended | None  # what went wrong, that the process has ended, or that all is well


class RenderProcess:
    """Draws elsewhere, one picture or film after the other. It gets these as objects of arrays and texts.

    Where no process can be started, they are drawn here instead. The other process ends with this one, however that ends, and
    has none of its streams: whoever reads what this process writes doesn't wait for it, and what libraries say is lost.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: SimpleQueue[Answer] = SimpleQueue()
        self._was_started = False

    def start(self) -> None:
        """Start the process, once: it loads matplotlib before the first picture comes."""
        if self._was_started:
            return
        self._was_started = True
        with suppress(OSError, RuntimeError, TypeError, ValueError):  # no process, no thread, no interpreter to start
            self._process = _started()
            Thread(target=_read_answers, args=(self._process.stdout, self._answers), daemon=True).start()
            _send(self._process.stdin, sys.path)

    @property
    def is_running(self) -> bool:
        """Whether there is a process that draws."""
        return self._process is not None

    def close(self) -> None:
        """End the process, in the middle of what it draws."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS_TO_END)
            with suppress(OSError):
                if process.stdin is not None:
                    process.stdin.close()

    def __del__(self) -> None:
        self.close()

    def call(self, save: Save, stop: Callable[[], bool] = lambda: False) -> bool:
        """Call ``save`` in the process. What goes wrong there is raised here.

        Args:
            save: Draws one picture or film; it is pickled.
            stop: Says whether to wait no longer.

        Returns:
            False where ``stop()`` came to be true first.
        """
        self.start()
        process = self._process
        answer: Answer = _Ended()
        if process is not None:
            with suppress(OSError, ValueError):  # the process is gone
                _send(process.stdin, save)
                answer = self._answer(stop)
        if stop():
            return False
        if isinstance(answer, _Ended):
            self.close()
            save()
        elif answer is not None:
            raise answer
        return True

    def _answer(self, stop: Callable[[], bool]) -> Answer:
        while not stop():
            with suppress(Empty):
                return self._answers.get(timeout=SECONDS_BETWEEN_LOOKS)
        return None


def _started() -> subprocess.Popen[bytes]:
    """A process that never hears of a Ctrl-C, which goes to all processes of a terminal in the foreground."""
    with _signals_held_back():
        return subprocess.Popen(
            [sys.executable, *COMMAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """They come afterwards; a process that is started within it never gets them."""
    if sys.platform == "win32":
        yield
        return
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _send(stream: IO[bytes] | None, value: object) -> None:
    if stream is None:
        raise ValueError(stream)
    pickle.dump(value, stream)
    stream.flush()


def _read_answers(stream: IO[bytes], answers: "SimpleQueue[Answer]") -> None:
    """What comes, until the other process is gone, maybe in the middle."""
    with suppress(Exception), stream:
        while True:
            answers.put(pickle.load(stream))
    answers.put(_Ended())


def serve() -> None:
    """In the process that draws: what comes from standard input, until that ends, however much there is still to be drawn."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    warnings.simplefilter("ignore")
    work: SimpleQueue[Save] = SimpleQueue()
    Thread(target=_read_work, args=(sys.stdin.buffer, work), daemon=True).start()
    from koubai.pictures.theme import load_matplotlib

    load_matplotlib()
    while True:
        save = work.get()
        fault: Exception | None = None
        try:
            save()
        except Exception as error:
            fault = picklable(error)
        _send(answers, fault)


def _read_work(stream: IO[bytes], work: "SimpleQueue[Save]") -> None:
    """Hand on what comes; at the end whoever asked is gone, and so is this process."""
    with suppress(Exception):
        while True:
            work.put(pickle.load(stream))
    os._exit(0)


def picklable(error: Exception) -> Exception:
    """``error``, or, where that can't go from process to process, one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
