"""Ctrl-C and a request to end, as something to look at between two pieces of work: nothing is torn in the middle."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass
class Interrupts:
    """``signal`` is the number of the first that came, 0 before; ``exit_code`` the one that a shell expects then."""

    signal: int = 0

    def __bool__(self) -> bool:
        return self.signal != 0

    @property
    def exit_code(self) -> int:
        """128 and the number of the signal: 130 for Ctrl-C."""
        return 128 + self.signal


@contextmanager
def noticed() -> Iterator[Interrupts]:
    """Within it the first SIGINT or SIGTERM is only noted; a second one raises KeyboardInterrupt."""
    interrupts = Interrupts()

    def note(number: int, frame: FrameType | None) -> None:
        if interrupts:
            raise KeyboardInterrupt
        interrupts.signal = number

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
