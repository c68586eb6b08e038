"""A run as files of open formats: JSON, CSV and safetensors. What is read is checked against its SHA-256 first."""

import csv
import json
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from io import StringIO
from typing import cast, get_args

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError

from koubai.errors import FileFault, InputError
from koubai.experiment.environment import surroundings
from koubai.experiment.experiment import Experiment
from koubai.experiment.run_record import RunRecord, Status
from koubai.experiment.step_arrays import FORMAT, arrays_of, bytes_of, compact, expanded, from_bytes, steps_of
from koubai.untrusted_json import JsonObject, parsed

ABOUT = "run.json"
FILES = (ABOUT, "losses.csv", "weights.safetensors", "records.safetensors", "arrays.safetensors")


@dataclass(frozen=True)
class Provenance:
    """Where a run comes from. ``uid`` names it for good, wherever it is taken; ``name`` is what people call it.

    ``started``: when, ISO 8601 in UTC; ``seconds``: of training; ``surroundings``: versions, system, processor.
    """

    uid: str = ""
    name: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    started: str = ""
    seconds: float = 0.0
    surroundings: Mapping[str, str] = field(default_factory=surroundings)


def contents_of(run: RunRecord, provenance: Provenance | None = None) -> dict[str, bytes]:
    """Write the files of a run as bytes, by name: ``FILES``, the last one only where the data or the start were arrays."""
    provenance = provenance or Provenance()
    contents = {
        "losses.csv": losses_text(run.losses).encode(),
        "weights.safetensors": bytes_of(run.network.arrays()),
        "records.safetensors": bytes_of(arrays_of(run.records)),
    }
    if own := run.experiment.arrays():
        contents["arrays.safetensors"] = bytes_of(compact(own))
    versions = dict(provenance.surroundings)
    about: JsonObject = {
        "format": FORMAT,
        "experiment": run.experiment.to_dict(),
        "status": run.status,
        "diverged_at": run.diverged_at,
        "steps_made": run.records[-1].number,
        "loss": float(run.losses[-1]),
        "platform": versions.pop("platform", ""),
        "processor": versions.pop("processor", ""),
        "versions": versions,
        "sha256_of_files": {name: sha256(content).hexdigest() for name, content in contents.items()},
    }
    if provenance.uid:
        kept = ("uid", "name", "tags", "note", "started", "seconds")
        about["kept"] = {name: getattr(provenance, name) for name in kept}
    about["sha256"] = _sum_of(about)
    contents[ABOUT] = (json.dumps(about, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
    return contents


def record_of(path: str, read: Callable[[str], bytes]) -> tuple[RunRecord, Provenance]:
    """Read a run from its files, each of which is checked against its SHA-256 first.

    Args:
        path: What a fault names.
        read: Gives the content of the file of that name.

    Returns:
        The run's plain data, and where it comes from.

    Raises:
        FileFault: A file is damaged, or of a newer format.
    """
    about, uid = _read_about(path, read(ABOUT))
    try:
        contents = {}
        for name, wanted in about["sha256_of_files"].items():
            if name not in FILES or sha256(content := read(name)).hexdigest() != wanted:
                raise FileFault("load-broken-sum", path=f"{path}/{name}")
            contents[name] = content
        own = expanded(from_bytes(contents["arrays.safetensors"])) if "arrays.safetensors" in contents else {}
        experiment = Experiment.of_kept(about["experiment"], own)
        losses = _read_losses(contents["losses.csv"])
        steps = steps_of(experiment, from_bytes(contents["records.safetensors"]), losses)
        at = about["diverged_at"]
        if at is not None and not 0 <= operator.index(at) <= experiment.steps:
            raise InputError("record-number", value=at)
        run = RunRecord(experiment, losses, steps, checked_status(about["status"], losses), at)
        return run, _provenance(about, uid)
    except (InputError, *UNFIT) as error:
        why = error if isinstance(error, InputError) else str(error)
        raise FileFault("load-broken", path=path, reason=why) from error


# what comes of content that isn't what its names say
UNFIT = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, RecursionError, SafetensorError, csv.Error)


def _provenance(about: JsonObject, uid: str) -> Provenance:
    """Read where the run comes from; ValueError where a part of it isn't of its kind."""
    noted = {"platform": about["platform"], "processor": about.get("processor", ""), **about["versions"]}
    kept = {"uid": uid, "name": "", "tags": [], "note": "", "started": "", "seconds": 0.0, **about.get("kept", {})}
    texts = [*(kept[name] for name in ("uid", "name", "note", "started")), *kept["tags"], *noted, *noted.values()]
    for text in texts:
        text.encode()  # a text, and one that can be written
    if kept["started"]:
        datetime.fromisoformat(kept["started"])
    if not (0 <= float(kept["seconds"]) < math.inf and kept["uid"]):
        raise ValueError(kept["seconds"])
    return Provenance(**{**kept, "tags": tuple(kept["tags"]), "seconds": float(kept["seconds"])}, surroundings=noted)


def checked_status(status: object, losses: NDArray[np.float64]) -> Status:
    """Check a status and losses: InputError where there is no such status, or a loss isn't finite."""
    if status not in get_args(Status):
        raise InputError("run-status", value=status, choices=", ".join(get_args(Status)))
    if not np.isfinite(losses).all():
        raise InputError("run-losses", value=losses[~np.isfinite(losses)][0])
    return cast(Status, status)


def _read_about(path: str, content: bytes) -> tuple[JsonObject, str]:
    """Read run.json, and make a name for the run of its checksum."""
    about_path = f"{path}/{ABOUT}"
    try:
        about = parsed(content)
    except ValueError as error:
        raise FileFault("load-broken-sum", path=about_path) from error
    if isinstance(about, dict) and isinstance(about.get("format"), int) and about["format"] > FORMAT:
        raise FileFault("load-version", path=path, value=about["format"], expected=FORMAT)
    if not isinstance(about, dict) or (said := about.pop("sha256", None)) != _sum_of(about) or about.get("format") != FORMAT:
        raise FileFault("load-broken-sum", path=about_path)
    return about, str(said)[:32]


def losses_text(losses: NDArray[np.float64]) -> str:
    """Write the losses (steps + 1,), before the first and after each step, as a table (CSV)."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(["step", "loss"])
    writer.writerows(enumerate(losses.tolist()))  # each with the digits that bring it back exactly
    return text.getvalue()


def _read_losses(content: bytes) -> NDArray[np.float64]:
    return np.array([float(loss) for _, loss in list(csv.reader(StringIO(content.decode())))[1:]])


def _sum_of(about: JsonObject) -> str:
    return sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
