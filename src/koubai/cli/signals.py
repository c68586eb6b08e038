"""Ctrl-C, a request to end, a terminal that is closed.

While there is nothing to lose they end the process at once; while there is, they are noted.

Nothing is torn in the middle by an exception that arrives from nowhere: Python would drop one that happens to be raised in
a callback of a library, and an unlucky one could lose what was recorded.
"""

import _thread
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from koubai.locale import sentence
from koubai.temporary_files import discard_all

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
PATIENCE = 3  # so many signals end the process even while it keeps what was recorded
SECONDS_TO_TELL = 2.0  # a terminal may be stopped, or the reader of a pipe asleep


@dataclass
class Interrupts:
    """``signal`` is the number of the first that came, 0 before; ``exit_code`` the one that a shell expects then."""

    signal: int = 0
    count: int = 0

    def __bool__(self) -> bool:
        return self.signal != 0

    @property
    def exit_code(self) -> int:
        """128 and the number of the signal: 130 for Ctrl-C. 0 where none came."""
        return 128 + self.signal if self.signal else 0


def end_at_once(language: str) -> None:
    """Let a signal end the process with one line from now on."""
    line = _line(sentence("interrupted", language), language)

    def end(number: int, frame: FrameType | None) -> None:
        for other in SIGNALS:
            signal.signal(other, signal.SIG_IGN)  # once is enough
        try:
            _write_soon(line)
            discard_all()
        finally:
            os._exit(128 + number)

    for number in SIGNALS:
        signal.signal(number, end)


def _write_soon(line: str) -> None:
    """Write to standard error, but wait for that no longer than a moment.

    What was interrupted may hold any lock of ``threading``, while it starts a thread, say: none of them is asked for here.
    """
    written = _thread.allocate_lock()
    written.acquire()

    def write() -> None:
        sys.stderr.write(line)
        written.release()

    _thread.start_new_thread(write, ())
    written.acquire(timeout=SECONDS_TO_TELL)


@contextmanager
def deferred_signals() -> Iterator[Interrupts]:
    """Note signals within it, so that they are looked at between two pieces of work.

    Where one came, the process is about to end, and another ends it at once: nothing that is still to be done may hold it up.
    """
    interrupts = Interrupts()

    def end(number: int, frame: FrameType | None) -> None:
        os._exit(interrupts.exit_code)

    def note(number: int, frame: FrameType | None) -> None:
        interrupts.signal = interrupts.signal or number
        interrupts.count += 1
        if interrupts.count >= PATIENCE:
            os._exit(interrupts.exit_code)

    handlers = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield interrupts
    finally:
        for number, handler in handlers.items():
            signal.signal(number, end if interrupts else handler)


def print_error(text: str, language: str) -> None:
    """Print one line on standard error."""
    sys.stderr.write(_line(text, language))
    sys.stderr.flush()


def _line(text: str, language: str) -> str:
    return sentence("error-prefix", language, sentence="\0").replace("\0", text) + "\n"  # whole, however long it is
