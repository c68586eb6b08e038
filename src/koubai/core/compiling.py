"""Whether a program is being compiled at this moment, by any thread: what a person waits for. JAX isn't imported to ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class _Compilations:
    """How many programs are being compiled."""

    def __init__(self) -> None:
        self.count, self._lock = 0, Lock()

    def __call__(self, change: int) -> None:
        with self._lock:
            self.count += change


_work = _Compilations()


@contextmanager
def compiling() -> Iterator[None]:
    """Within it a program is being compiled."""
    _work(1)
    try:
        yield
    finally:
        _work(-1)


def is_compiling() -> bool:
    """Whether a program is being compiled; one that is in memory or on disk isn't."""
    return _work.count > 0
