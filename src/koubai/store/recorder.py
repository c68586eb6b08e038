"""RunRecorder: keeps a run while it is trained. A thread of its own writes to disk what has passed by, a few times a second.

Losses and records that passed by are on disk at most half a second later, or the training waits: it never runs ahead of what is
kept. So is the last Step, from which a stopped run is resumed, unless it is so large that writing it all the time would cost.
"""

import atexit
import json
import os
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from threading import Condition, Event, Thread
from time import monotonic
from types import TracebackType
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from koubai.core.training import Step
from koubai.errors import Diverged, KoubaiError, memory_faults
from koubai.experiment import Experiment, Run
from koubai.experiment.run_record import Status
from koubai.experiment.training_outcome import risen_since
from koubai.store.database import Database
from koubai.store.process_lock import ProcessLock
from koubai.store.run_rows import SELECT, RunColumns, RunRow, run_rows, update
from koubai.store.step_chunks import Piece, metrics_of, read_run, write_checkpoint, write_chunk

SECONDS_BETWEEN_WRITES = 0.2
MOST_SECONDS_BEHIND = 0.5  # what is older than that holds the training up
PATIENCE = 120.0  # seconds: a training waits longer for a locked store than a person does
CHUNK_BYTES = 2**16  # a smaller chunk is written again, together with what follows
CHECKPOINT_PAUSE = 20.0  # times as long as a checkpoint took to write, until the next: it takes a twentieth of the time at most


class _LastLosses:
    """The losses of the last epoch: they tell whether the run has diverged without reading all of it again."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment, self._window = experiment, experiment.steps_each_epoch
        self._parts: deque[NDArray[np.float64]] = deque()
        self._count = 0

    def append(self, losses: NDArray[np.float64]) -> None:
        """Append the losses that follow; those of earlier epochs are dropped."""
        self._parts.append(losses)
        self._count += len(losses)
        while self._count - len(self._parts[0]) >= self._window:
            self._count -= len(self._parts.popleft())

    @property
    def is_high(self) -> bool:
        """Whether a training that ends here has diverged."""
        return risen_since(self._experiment, np.concatenate(self._parts)) is not None


class RunRecorder:
    """A run that is being kept, written by a thread of its own. To be used in a ``with``, or to be ended:

        with store.keep(experiment) as recorder:
            for step in recorder.of(experiment.run()):
                …

    Attributes:
        name: What the run is called.
        uid: What names it for good.
        experiment: What is run.
        before: What an earlier part of the run has made; None for a new run.
    """

    def __init__(
        self,
        database: Database,
        lock: ProcessLock,
        row: RunRow,
        experiment: Experiment,
        before: Run | None,
        seconds_between_writes: float | None = None,
    ) -> None:
        self.name, self.uid, self.experiment, self.before = row["name"], row["uid"], experiment, before
        self._database, self._process_lock, self._row = database, lock, row["id"]
        self._patience, database.patience = database.patience, max(database.patience, PATIENCE)
        self._changed = Condition()
        self._waiting: list[tuple[float, Piece]] = []  # since when, and what, isn't on disk yet
        self._open: list[Piece] = []  # of the chunk that is still small
        self._last = self.resume[-1] if self.resume else None
        self._first, self._seconds, self._seconds_before = 0.0, 0.0, row["seconds"]
        self._next_checkpoint = 0.0
        self._fault: BaseException | None = None
        self._between = seconds_between_writes
        self._is_paused = False
        self._ending, self._ended, self._process = False, Event(), os.getpid()
        self._diverged: Diverged | None = None
        self._last_losses = _LastLosses(experiment)
        if before is not None:
            self._last_losses.append(before.losses)
        self._writer = Thread(target=self._write_continuously, daemon=True)
        atexit.register(self.end)

    @property
    def resume(self) -> tuple[Step, ...]:
        """The records until where the run is resumed, which is the last of them; empty for a new run."""
        return self.before.records if self.before is not None else ()

    def __enter__(self) -> "RunRecorder":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def of(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Keep Steps.

        Args:
            steps: The run's Steps, in order.

        Yields:
            The same Steps. Where the iterator is left early, ``end`` raises what went wrong with the rest.

        Raises:
            Diverged: The training has diverged, which is kept too.
            FileFault: They can't be written to disk any more.
        """
        is_left = False
        try:
            for step in steps:
                if not self.take(step):
                    return
                yield step
        except Diverged as error:
            self.note(error)
            raise
        except GeneratorExit:
            is_left = True
            raise
        finally:
            with suppress(KoubaiError) if is_left else nullcontext():
                self.end()

    def note(self, diverged: Diverged) -> None:
        """Note that the run has diverged: ``of`` does so by itself, and whoever calls ``take`` has to before ``end``."""
        self._diverged = diverged

    def end(self) -> None:
        """Write the rest to disk, and how the run ended; whoever calls it again waits for that. Later Steps don't pass.

        Where no Step has come yet, a new run is deleted. In a process that was forked off it does nothing.

        Raises:
            FileFault: Something can't be written.
        """
        if os.getpid() != self._process:
            return
        with self._changed:
            first, self._ending = not self._ending, True
            self._database.patience = self._patience
            self._changed.notify_all()
        if first:
            self._end()
        self._ended.wait()
        self._raise_fault()

    def _end(self) -> None:
        atexit.unregister(self.end)
        try:
            if self._writer.ident is not None:
                self._writer.join()  # as long as the store's patience and the disk take: what passed by must not be lost
            if self._fault is None:
                with memory_faults():
                    self._finish()
        except KoubaiError as fault:
            self._fault = fault
        finally:
            self._database.close()
            self._process_lock.release()
            self._ended.set()

    def take(self, step: Step) -> bool:
        """Keep the next Step, for whoever has no iterator of them.

        Returns:
            Whether it will be kept; not so after the end.

        Raises:
            FileFault: It can't be written to disk any more.
        """
        self._show_paused(paused=False)
        if self._writer.ident is None:
            self._writer.start()
        now, behind = monotonic(), MOST_SECONDS_BEHIND + (self._between or 0.0)
        with self._changed:
            if self._ending:
                return False
            self._first = self._first or now
            self._seconds = now - self._first
            self._waiting.append((now, Piece(step.number, step.losses, step)))
            self._last_losses.append(step.losses)
            if len(self._waiting) == 1:  # else the writer knows, and waits for its time
                self._changed.notify_all()
            while self._waiting and now - self._waiting[0][0] > behind and not (self._fault or self._ending):
                self._changed.wait(MOST_SECONDS_BEHIND)
                now = monotonic()
        self._raise_fault()
        return True

    def rest(self) -> None:
        """Show that the run is paused until the next Step comes: it stays open."""
        self._show_paused(paused=True)

    def _show_paused(self, *, paused: bool) -> None:
        if paused != self._is_paused and not self._ending:
            with suppress(OSError):  # it is only shown in lists
                self._process_lock.mark_paused(paused=paused)
            self._is_paused = paused

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _write_continuously(self) -> None:
        due = 0.0
        while True:
            with self._changed:
                while not self._ending and (not self._waiting or monotonic() < due):
                    self._changed.wait(max(0.0, due - monotonic()) if self._waiting else None)
                if not self._waiting:
                    return
                pieces = [piece for _, piece in self._waiting]
            try:
                with memory_faults():
                    self._write(pieces)
            except BaseException as error:  # is raised where the Steps pass by
                with self._changed:
                    self._fault = error
                    self._changed.notify_all()
                return
            with self._changed:
                del self._waiting[: len(pieces)]
                self._changed.notify_all()
            due = monotonic() + (SECONDS_BETWEEN_WRITES if self._between is None else self._between)

    def _write(self, pieces: list[Piece], **ended: Unpack[RunColumns]) -> None:
        """Write ``pieces`` and what the run's row says to disk, in one transaction; ``ended`` is how it ended, if it did."""
        together = [*self._open, *pieces]
        last = next((piece.step for piece in reversed(pieces) if piece.step is not None), self._last)
        changes: RunColumns = {"seconds": self._seconds_before + self._seconds, **ended}
        size = 0
        with self._database.transaction():
            if pieces:
                size = write_chunk(self._database, self._row, self.uid, together)
                changes |= RunColumns(steps_made=pieces[-1].last, loss=float(pieces[-1].losses[-1]) + 0.0)
            if last is not None and not last.recorded and (ended or monotonic() >= self._next_checkpoint):
                self._write_checkpoint(last)
            update(self._database, self._row, **changes)
        self._open = [piece.without_step() for piece in together] if size < CHUNK_BYTES else []
        self._last = last

    def _write_checkpoint(self, step: Step) -> None:
        began = monotonic()
        write_checkpoint(self._database, self._row, self.uid, step)
        self._next_checkpoint = monotonic() + CHECKPOINT_PAUSE * (monotonic() - began)

    def _outcome(self, last: Step) -> tuple[Step, Status, int | None]:
        """Return the Step whose network is the run's, how the run ended, and the step at which it diverged, if it did.

        With early stopping all its records tell, and where the loss ended high all its losses do; else the last are enough.
        """
        whole = last.number == self.experiment.steps
        if self.experiment.patience is None and not (whole and self._last_losses.is_high):
            return last, "finished" if whole else "interrupted", None
        run = read_run(self._database, run_rows(self._database, f"{SELECT} WHERE id = ?", self._row)[0])
        return (last, "interrupted", None) if run is None else (run.best, run.status, run.diverged_at)

    def _finish(self) -> None:
        """Write how the run ended."""
        last, diverged = self._last, self._diverged
        if last is None:
            with self._database.transaction():
                self._database.execute("DELETE FROM run WHERE id = ?", self._row)
            return
        best, status, since = self._outcome(last)
        metrics = json.dumps(metrics_of(self.experiment, best))
        if diverged is None:
            self._write([], status=status, metrics=metrics, diverged_at=since)
            return
        losses = np.asarray(diverged.losses, np.float64)
        pieces = [Piece(last.number + len(losses), losses, None)] if len(losses) else []
        self._write(pieces, status="diverged", metrics=metrics, diverged_at=diverged.values["step"])
