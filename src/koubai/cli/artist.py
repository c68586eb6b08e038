"""Pictures drawn in a process of its own: it loads matplotlib on another core while this one loads JAX and trains."""

import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from koubai.cli.interrupts import SIGNALS

SECONDS_BETWEEN_LOOKS = 0.02


class Artist:
    """Calls functions of ``koubai.pictures`` elsewhere, one after the other. They get arrays and paths, nothing that needs JAX.

    Where no process can be started, they are called here instead. It ends with this process, however that ends.
    """

    def __init__(self) -> None:
        self._work: Connection | None = None
        context = get_context("spawn")
        here, there = context.Pipe()
        self._process = context.Process(target=_draw_what_comes, args=(there,), daemon=True)
        with suppress(OSError), _signals_ignored():
            self._process.start()
            self._work = here
        there.close()

    def close(self) -> None:
        """End the process, in the middle of what it draws."""
        if self._work is not None:
            self._process.kill()
            self._process.join()
            self._work = None

    def call(self, name: str, *, stop: Callable[[], bool] = lambda: False, **values: Any) -> bool:
        """Call ``koubai.pictures.<name>(**values)``. False where ``stop()`` came to be true first.

        What goes wrong there is raised here.
        """
        if self._work is None:
            _call(name, values)
            return True
        try:
            self._work.send((name, values))
            while not self._work.poll(SECONDS_BETWEEN_LOOKS):
                if stop():
                    return False
            fault = self._work.recv()
        except (EOFError, OSError):  # the process is gone
            self._work = None
            _call(name, values)
            return True
        if fault is not None:
            raise fault
        return True


def _draw_what_comes(work: Connection) -> None:
    warnings.simplefilter("ignore")
    import koubai.pictures.film  # noqa: F401  (this is what takes long: matplotlib)

    with suppress(EOFError, OSError):
        while True:
            name, values = work.recv()
            fault = None
            try:
                _call(name, values)
            except Exception as error:
                fault = error
            work.send(fault)


def _call(name: str, values: dict[str, Any]) -> None:
    from koubai import pictures

    getattr(pictures, name)(**values)


@contextmanager
def _signals_ignored() -> Iterator[None]:
    """A process that is started within it never hears of them: Ctrl-C goes to all processes of a terminal."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
