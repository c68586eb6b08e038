"""Autosave: brings the runs of one session to the store. A segment of the timeline becomes a run once it has lasted a second.

While a person drags a weight, a new segment begins with every move: what did not last is not kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from threading import RLock, Thread
from time import monotonic, sleep

from koubai.core.training import Step
from koubai.errors import Diverged, KoubaiError, internal
from koubai.experiment import Experiment, Run
from koubai.store import Store
from koubai.store.recorder import RunRecorder

SECONDS = 1.0  # that a segment lasts before it is kept
SECONDS_BETWEEN_WRITES = 2.0
MOST_WAITING = 4000  # Steps


class Autosave:
    """Keeps into the store at ``path``; nothing where ``path`` is None. It never stops the training: see ``fault``.

    ``name`` is that of the run which is kept now, empty before.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.name = ""
        self._recorder: RunRecorder | None = None
        self._experiment: Experiment | None = None
        self._waiting: list[Step] = []
        self._since = 0.0
        self._uid = ""
        self._fault: KoubaiError | None = None
        self._is_broken = False
        self._endings: list[Thread] = []
        self._lock = RLock()  # at the end somebody else may close it while a turn lasts
        self._is_over = False

    def fault(self) -> KoubaiError | None:
        """What went wrong since this was asked last. The run in which it did is kept no further."""
        fault, self._fault = self._fault, None
        return fault

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self._fault, self._is_broken = internal(error), True
            self._recorder, self._waiting = None, []

    def begin(self, experiment: Experiment) -> None:
        """Another segment begins: what comes is its."""
        self.continue_run("", "", experiment)
        self._since = monotonic()

    def continue_run(self, name: str, uid: str, experiment: Experiment) -> None:
        """What comes goes on with a run that is kept already."""
        with self._lock:
            self._end_long()
            self._experiment, self._waiting, self.name, self._uid, self._is_broken = experiment, [], name, uid, False

    def extend(self, experiment: Experiment) -> None:
        """The same run is to have more steps."""
        with self._lock:
            if self._recorder is not None:
                self.end()
            self._experiment = experiment

    def take(self, step: Step) -> None:
        """The next Step of the segment."""
        with self._lock:
            if self.path is None or self._is_broken or self._is_over:
                return
            if self._recorder is None:
                self._waiting.append(step)
                if self._uid or monotonic() - self._since > SECONDS or len(self._waiting) > MOST_WAITING:
                    self._write()
                return
            with self._noting():
                self._recorder.take(step)

    def rest(self) -> None:
        """The training rests: what waits is kept now, however short it is, where a step was made."""
        with self._lock:
            if self._recorder is None and self._waiting and self._waiting[-1].number > 0:
                self._write()
            if self._recorder is not None:
                self._recorder.rest()

    def settled(self) -> str:
        """The name under which all that passed is kept, however short it is; empty where it is not kept."""
        self.rest()
        return "" if self.path is None or self._is_broken else self.name

    def end(self, diverged: Diverged | None = None) -> None:
        """The run ends here, and is kept however short it is. A thread brings it to disk: the page goes on at once."""
        with self._lock:
            self.rest()
            self._end_long(diverged)

    def _end_long(self, diverged: Diverged | None = None) -> None:
        """The same, but one that has not lasted is let go."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            if diverged is not None:
                recorder.note(diverged)
            self._endings = [thread for thread in self._endings if thread.is_alive()]
            self._endings.append(Thread(target=self._finish, args=(recorder,)))
            self._endings[-1].start()

    def _finish(self, recorder: RunRecorder) -> None:
        try:
            recorder.end()
        except Exception as error:
            self._fault = internal(error)

    def close(self, seconds: float | None = None) -> None:
        """End, and wait until all is on disk; for ``seconds``, if they are given. An error tells of what could not be kept."""
        deadline = inf if seconds is None else monotonic() + seconds
        if self._lock.acquire(timeout=-1 if seconds is None else seconds):
            try:
                self.end()
                self._is_over = True
            finally:
                self._lock.release()
        self._await_endings(deadline)
        if (fault := self.fault()) is not None:
            raise fault
        if self._recorder is not None or any(thread.is_alive() for thread in self._endings):
            raise KoubaiError("keep-late", name=self.name)

    def _await_endings(self, deadline: float = inf) -> None:
        for thread in self._endings:
            thread.join(None if deadline == inf else max(0.0, deadline - monotonic()))

    def kept(self, name: str, step: int) -> Run | None:
        """The run called ``name`` once it is kept until ``step``; None where it doesn't come to that soon."""
        deadline = monotonic() + 2 * SECONDS_BETWEEN_WRITES
        while self.path is not None and monotonic() < deadline:
            with Store(self.path, make=False) as store:
                steps_made = store.entry(name).steps_made
                if steps_made is not None and steps_made >= step:
                    return store.run(name)
            sleep(0.1)
        return None

    def _write(self) -> None:
        if self.path is None or self._experiment is None:
            return
        waiting, self._waiting = self._waiting, []
        with self._noting(), Store(self.path) as store:
            if self._uid:
                self._await_endings()  # it may be this very run
                entry = store.entry(self._uid)
                steps = self._experiment.steps if self._experiment.steps != entry.steps else None
                self._recorder = store.resume(self._uid, steps, seconds_between_writes=SECONDS_BETWEEN_WRITES)
            else:
                self._recorder = store.keep(self._experiment, seconds_between_writes=SECONDS_BETWEEN_WRITES)
            self.name, self._uid = self._recorder.name, self._recorder.uid
            for step in waiting:
                self._recorder.take(step)
