"""Ctrl-C, a request to end, a terminal that is closed.

While there is nothing to lose they end the process at once; while there is, they are noted.

Nothing is torn in the middle by an exception that arrives from nowhere: Python would drop one that happens to be raised in
a callback of a library, and an unlucky one could lose what was recorded.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from koubai.locale import sentence

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
PATIENCE = 3  # so many signals end the process even while it keeps what was recorded


@dataclass
class Interrupts:
    """``signal`` is the number of the first that came, 0 before; ``exit_code`` the one that a shell expects then."""

    signal: int = 0
    count: int = 0

    def __bool__(self) -> bool:
        return self.signal != 0

    @property
    def exit_code(self) -> int:
        """128 and the number of the signal: 130 for Ctrl-C."""
        return 128 + self.signal


def end_at_once(language: str) -> None:
    """From now on a signal ends the process with one line."""

    def end(number: int, frame: FrameType | None) -> None:
        tell(sentence("interrupted", language), language)
        os._exit(128 + number)

    for number in SIGNALS:
        signal.signal(number, end)


@contextmanager
def noticed() -> Iterator[Interrupts]:
    """Within it signals are noted, to be looked at between two pieces of work."""
    interrupts = Interrupts()

    def note(number: int, frame: FrameType | None) -> None:
        interrupts.signal = interrupts.signal or number
        interrupts.count += 1
        if interrupts.count >= PATIENCE:
            os._exit(interrupts.exit_code)

    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if interrupts else handler)  # once is enough: the process is about to end


def tell(text: str, language: str) -> None:
    """One line on standard error."""
    sys.stderr.write(sentence("error-prefix", language, sentence=text) + "\n")
    sys.stderr.flush()
