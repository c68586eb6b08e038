"""The standard streams, made fit for whatever a person connects them to."""

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from threading import RLock
from typing import TextIO, cast


class SafeStream:
    """A stream whose writing never fails: once it can't be written, what is written to it is lost.

    Standard error only tells how things go: a reader that went away must not end a training. Threads that write wait for one
    another in a way that a signal interrupts.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream: TextIO | None = stream
        self._pen = RLock()

    def write(self, text: str) -> int:
        """Write ``text`` if that is still possible."""
        with self._pen:
            if self._stream is not None:
                try:
                    self._stream.write(text)
                    self._stream.flush()
                except RuntimeError:  # a signal came in the middle of writing, and whoever notes it writes too
                    pass
                except (OSError, ValueError):
                    self._stream = None
        return len(text)

    def flush(self) -> None:
        """Do nothing: no text is held back."""

    def isatty(self) -> bool:
        """Tell whether a person may be looking at it."""
        return self._stream is not None and self._stream.isatty()

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def prepare() -> None:
    """Let closed streams lead nowhere, replace characters that a console can't show, and keep standard error from failing."""
    for number in range(3):
        _occupy(number)
    nowhere = Path(os.devnull)
    sys.stdin = sys.stdin or nowhere.open(encoding="utf-8")
    sys.stdout = sys.stdout or nowhere.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or nowhere.open("w", encoding="utf-8")
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.stderr = cast(TextIO, SafeStream(sys.stderr))


def _occupy(number: int) -> None:
    """Open nothing in the place of a closed stream: the next file would get its number, and what libraries write to it."""
    try:
        os.fstat(number)
    except OSError:
        opened = os.open(os.devnull, os.O_RDWR)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)


def discard_output() -> None:
    """Send what is still to be written nowhere, so that the interpreter's own flush at exit finds no fault."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(nowhere, sys.stdout.fileno())
