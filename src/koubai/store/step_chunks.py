"""The Steps of a run as rows: chunks with the losses of some steps in a row and their records, and one checkpoint.

A chunk's content is safetensors: ``losses`` (last - first + 1,) and, where there are records among these steps, what
``experiment.step_arrays.arrays_of`` makes of them. The checkpoint is the last Step, where that is no record. Both are sealed
together with the run's uid and their steps, so that none is taken for another.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from koubai.core.training import Step
from koubai.errors import FileFault, InputError
from koubai.experiment import Experiment, Run
from koubai.experiment.run import ended_run
from koubai.experiment.run_format import UNFIT, checked_status
from koubai.experiment.step_arrays import NamedArrays, arrays_of, bytes_of, compact, expanded, from_bytes, steps_of
from koubai.store.database import Database, Value
from koubai.store.run_rows import RunRow, sealed

SELECT = "SELECT first, last, content, seal FROM chunk"


class _Chunk(NamedTuple):
    """A row with a piece of a run: its first and last step (those of a checkpoint are one), and its arrays as bytes."""

    first: int
    last: int
    content: bytes
    seal: str


class Piece(NamedTuple):
    """Some steps in a row: the number of the last, their losses, and the Step that they led to (none where they diverged)."""

    last: int
    losses: NDArray[np.float64]
    step: Step | None

    def without_step(self) -> "Piece":
        """Return the same without a Step that is no record: it may be large."""
        return self if self.step is None or self.step.recorded else self._replace(step=None)


def write_chunk(database: Database, run: int, uid: str, pieces: Sequence[Piece]) -> int:
    """Write ``pieces`` as one chunk, in the place of one with the same first step, within a transaction. Returns its bytes."""
    losses = np.concatenate([piece.losses for piece in pieces])
    last = pieces[-1].last
    records = [piece.step for piece in pieces if piece.step is not None and piece.step.recorded]
    return _write(database, run, uid, last, {"losses": losses, **(arrays_of(records) if records else {})})


def _write(database: Database, run: int, uid: str, last: int, arrays: NamedArrays) -> int:
    first = last + 1 - len(arrays["losses"])
    content = bytes_of(arrays)
    statement = "INSERT OR REPLACE INTO chunk (run, first, last, content, seal) VALUES (?, ?, ?, ?, ?)"
    database.execute(statement, run, first, last, content, sealed(uid, first, last, content))
    return len(content)


def write_checkpoint(database: Database, run: int, uid: str, step: Step) -> None:
    """Write the ``step`` from which the run is resumed, within a transaction."""
    content = bytes_of(arrays_of([step]))
    statement = "INSERT OR REPLACE INTO checkpoint (run, step, content, seal) VALUES (?, ?, ?, ?)"
    database.execute(statement, run, step.number, content, sealed(uid, step.number, content))


def cut_after(database: Database, run: int, uid: str, step: int) -> None:
    """Delete what came after ``step``, from which the run is resumed, within a transaction."""
    database.execute("DELETE FROM chunk WHERE run = ? AND first > ?", run, step)
    for chunk in _chunks(database, f"{SELECT} WHERE run = ? AND last > ?", run, step):
        arrays = from_bytes(chunk.content)
        kept = arrays["number"] <= step if "number" in arrays else np.zeros(0, bool)
        records = {name: array if name == "random_state" else array[kept] for name, array in arrays.items() if name != "losses"}
        losses = arrays["losses"][: step + 1 - chunk.first]
        _write(database, run, uid, step, {"losses": losses, **(records if kept.any() else {})})


def write_arrays(database: Database, run: int, experiment: Experiment) -> None:
    """Write the arrays that the user passed, once each however many runs use them, within a transaction."""
    for name, array in experiment.arrays().items():
        if not database.rows("SELECT 1 FROM array WHERE sha256 = ?", name):
            content = bytes_of(compact({"array": array}))
            database.execute("INSERT INTO array (sha256, content) VALUES (?, ?)", name, content)
        database.execute("INSERT OR IGNORE INTO run_array (run, sha256) VALUES (?, ?)", run, name)


def write_run(database: Database, run: int, uid: str, whole: Run) -> None:
    """Write all of the run ``whole`` at once, within a transaction."""
    write_arrays(database, run, whole.experiment)
    records = [step for step in whole.records if step.recorded]
    _write(database, run, uid, len(whole.losses) - 1, {"losses": whole.losses, **arrays_of(records)})
    if not whole.records[-1].recorded:
        write_checkpoint(database, run, uid, whole.records[-1])


def metrics_of(experiment: Experiment, step: Step) -> dict[str, int]:
    """Return what a list says of ``step``: of a classification, how many rows are answered right."""
    data = list(experiment.problem.parts.values())[-1]
    if data.task != "classify":
        return {}
    right = step.parameters.classify(data.inputs) == data.labels
    return {"right": int(right.sum()), "rows": len(right)}


def read_run(database: Database, row: RunRow) -> Run | None:
    """Return the run of ``row``, as far as it is on disk; None before the first step. FileFault where a piece is damaged."""
    fault = FileFault("store-run-damaged", name=row["name"], path=str(database.path))
    try:
        return _read_run(database, row)
    except (InputError, *UNFIT) as error:
        raise fault from error


def _read_run(database: Database, row: RunRow) -> Run | None:
    run, uid = row["id"], row["uid"]
    chunks = _chunks(database, f"{SELECT} WHERE run = ? ORDER BY first", run)
    _check_complete(chunks, row["steps_made"])
    if not chunks:
        return None
    pieces = [_arrays(chunk, sealed(uid, chunk.first, chunk.last, chunk.content)) for chunk in chunks]
    losses = np.concatenate([piece.pop("losses") for piece in pieces])
    recorded = int(_joined([piece for piece in pieces if piece])["number"][-1])
    query = "SELECT step, step, content, seal FROM checkpoint WHERE run = ? AND step > ?"
    checkpoints = _chunks(database, query, run, recorded)
    pieces += [_arrays(chunk, sealed(uid, chunk.last, chunk.content)) for chunk in checkpoints]
    experiment = Experiment.from_json(row["experiment"], own_arrays(database, run))
    arrays = _wanted(_joined([piece for piece in pieces if piece]), experiment)
    last, status = int(arrays["number"][-1]), row["status"]
    if status != "diverged":
        losses = losses[: last + 1]
    steps = steps_of(experiment, arrays, losses)
    if status == "diverged":
        whole = Run(experiment, losses, steps, "diverged", row["diverged_at"])
    else:
        whole = ended_run(experiment, losses, steps)
    checked_status(whole.status, losses)
    return whole


def _check_complete(chunks: Sequence[_Chunk], steps_made: int | None) -> None:
    """Raise InputError where the chunks don't follow each other from step 0 to the last that was made."""
    ends = [chunk.last for chunk in chunks]
    if [chunk.first for chunk in chunks] != [0, *(end + 1 for end in ends[:-1])][: len(chunks)]:
        raise InputError("record-number", value=ends)
    if (ends[-1] if ends else None) != steps_made:
        raise InputError("record-number", value=ends)


def _wanted(arrays: NamedArrays, experiment: Experiment) -> NamedArrays:
    """Return the arrays of the experiment's records and of the last Step alone: the run may have been extended."""
    numbers = arrays["number"]
    kept = np.array([experiment.records(int(number)) or number == numbers[-1] for number in numbers])
    return {name: array if name == "random_state" else array[kept] for name, array in arrays.items()}


def _chunks(database: Database, query: str, *values: Value) -> list[_Chunk]:
    """Return what ``query`` finds: the first and the last step, the content and the seal."""
    return [_Chunk(*row) for row in database.tuples(query, *values)]


def _arrays(chunk: _Chunk, seal: str) -> NamedArrays:
    """Return the arrays of a chunk; InputError where its seal isn't ``seal``."""
    if seal != chunk.seal:
        raise InputError("record-number", value=chunk.last)
    return from_bytes(chunk.content)


def _joined(pieces: list[NamedArrays]) -> NamedArrays:
    joined = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0] if name != "random_state"}
    return {**joined, "random_state": pieces[0]["random_state"]}


def own_arrays(database: Database, run: int) -> NamedArrays:
    """Return the arrays that the user passed, by their SHA-256, by which whoever uses them checks them."""
    query = "SELECT sha256, content FROM array JOIN run_array USING (sha256) WHERE run = ?"
    return {name: expanded(from_bytes(content))["array"] for name, content in database.tuples(query, run)}
