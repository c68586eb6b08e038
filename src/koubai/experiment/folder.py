"""A run as a folder of open formats: JSON, CSV and safetensors. What is read is checked against its SHA-256 first."""

import csv
import json
import platform
from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any, get_args

import jax
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as deserialized
from safetensors.numpy import save as serialized

import koubai
from koubai.arrays import digest
from koubai.core.descent import rule_named
from koubai.core.network import Layer, Network
from koubai.core.precision import computing_in
from koubai.core.training import Step
from koubai.errors import FileFault, InputError
from koubai.experiment.definition import Experiment
from koubai.experiment.run import Run, Status
from koubai.files import new_folder, reason

FORMAT = 1
PACKAGES = ("jax", "numpy", "optax")  # whose versions the bits of a run depend on


def save(run: Run, places: Iterable[Path]) -> Path:
    """Write ``run`` as a new folder at the first of ``places`` that is free; returns that. Whole or not at all."""
    return new_folder(places, lambda folder: _write(run, folder))


def _write(run: Run, folder: Path) -> None:
    contents = {
        "losses.csv": _losses_text(run.losses).encode(),
        "weights.safetensors": _tensors(run.network.arrays()),
        "records.safetensors": _tensors(_record_arrays(run.records)),
    }
    if own := run.experiment.arrays():
        contents["arrays.safetensors"] = _tensors(own)
    about: dict[str, Any] = {
        "format": FORMAT,
        "experiment": run.experiment.to_dict(),
        "status": run.status,
        "diverged_at": run.diverged_at,
        "steps_made": run.records[-1].number,
        "loss": float(run.losses[-1]),
        "versions": {
            "koubai": koubai.__version__,
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        },
        "platform": platform.platform(),
        "sha256_of_files": {name: sha256(content).hexdigest() for name, content in contents.items()},
    }
    about["sha256"] = _sum_of(about)
    contents["run.json"] = (json.dumps(about, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
    for name, content in contents.items():
        (folder / name).write_bytes(content)


def load(folder: str | Path) -> Run:
    """The run that ``Run.save`` or the command line wrote into ``folder``.

    FileFault where a file is missing, unreadable, damaged, or of a newer format.
    """
    folder = Path(folder)
    about = _read_about(folder)
    try:
        contents = {name: _checked(folder / name, wanted) for name, wanted in about["sha256_of_files"].items()}
        experiment = Experiment.from_dict(about["experiment"], _arrays(contents.get("arrays.safetensors")))
        losses = _read_losses(contents["losses.csv"])
        records = _read_records(experiment, losses, _arrays(contents["records.safetensors"]))
        if about["status"] not in get_args(Status) or not np.isfinite(losses).all():
            raise InputError("run-status", value=about["status"], choices=", ".join(get_args(Status)))
        return Run(experiment, losses, records, about["status"], about["diverged_at"])
    except (InputError, KeyError, TypeError, ValueError, IndexError, AttributeError, SafetensorError) as error:
        why = error if isinstance(error, InputError) else str(error)
        raise FileFault("load-broken", path=str(folder), reason=why) from error


def _read_about(folder: Path) -> dict[str, Any]:
    path = folder / "run.json"
    try:
        about = json.loads(_bytes_of(path))
    except (ValueError, RecursionError) as error:
        raise FileFault("load-broken-sum", path=str(path)) from error
    if isinstance(about, dict) and isinstance(about.get("format"), int) and about["format"] > FORMAT:
        raise FileFault("load-version", path=str(folder), value=about["format"], expected=FORMAT)
    if not isinstance(about, dict) or about.pop("sha256", None) != _sum_of(about) or about.get("format") != FORMAT:
        raise FileFault("load-broken-sum", path=str(path))
    return about


def _record_arrays(records: tuple[Step, ...]) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {"number": np.array([step.number for step in records])}
    for name in records[0].parameters.arrays():
        arrays[name] = np.stack([step.parameters.arrays()[name] for step in records])
    states = [jax.tree.leaves(step.optimizer_state) for step in records]
    for place in range(len(states[0])):
        arrays[f"optimizer.{place}"] = np.stack([np.asarray(leaves[place]) for leaves in states])
    return {**arrays, "random_state": records[0].random_state}


def _read_records(experiment: Experiment, losses: NDArray[np.float64], arrays: dict[str, NDArray[Any]]) -> tuple[Step, ...]:
    start = experiment.problem.network(experiment.seed)
    with computing_in(experiment.precision):
        options = tuple(experiment.optimizer_options.items())
        structure: Any = jax.tree.structure(rule_named(experiment.optimizer).start(start, options))
    steps, before = [], -1
    for place, number in enumerate(int(number) for number in arrays["number"]):
        if not before < number < len(losses) or (place == 0) != (number == 0):
            raise InputError("record-number", value=number)
        layers = tuple(Layer(arrays[f"w{i}"][place], arrays[f"b{i}"][place]) for i in range(1, len(start.layers) + 1))
        state = structure.unflatten([arrays[f"optimizer.{leaf}"][place] for leaf in range(structure.num_leaves)])
        parameters = Network(layers, start.activation, start.output)
        if {k: np.shape(v) for k, v in parameters.arrays().items()} != {k: v.shape for k, v in start.arrays().items()}:
            raise InputError("record-shape", value=number, network=repr(start))
        since = losses[before + 1 : number + 1]
        steps.append(Step(number, parameters, float(losses[number]), since, state, arrays["random_state"], recorded=True))
        before = number
    return tuple(steps)


def _losses_text(losses: NDArray[np.float64]) -> str:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(["step", "loss"])
    writer.writerows(enumerate(losses.tolist()))  # each with the digits that bring it back exactly
    return text.getvalue()


def _read_losses(content: bytes) -> NDArray[np.float64]:
    return np.array([float(loss) for _, loss in list(csv.reader(StringIO(content.decode())))[1:]])


def _tensors(arrays: dict[str, NDArray[Any]]) -> bytes:
    """The arrays as safetensors, with a checksum of their own beside them for whoever takes the file elsewhere."""
    plain = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    sums = "".join(f"{name} {digest(plain[name])}\n" for name in sorted(plain))
    return serialized(plain, metadata={"koubai": json.dumps({"format": FORMAT, "sha256": sha256(sums.encode()).hexdigest()})})


def _arrays(content: bytes | None) -> dict[str, NDArray[Any]]:
    return deserialized(content) if content is not None else {}


def _sum_of(about: dict[str, Any]) -> str:
    return sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


def _checked(path: Path, wanted: str) -> bytes:
    content = _bytes_of(path)
    if sha256(content).hexdigest() != wanted:
        raise FileFault("load-broken-sum", path=str(path))
    return content


def _bytes_of(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise FileFault("load-broken-sum", path=str(path))  # a pipe, say, that would never end
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FileFault("load-missing", path=str(path.parent), name=path.name) from error
    except FileFault:
        raise
    except OSError as error:
        raise FileFault("load-unreadable", path=str(path), reason=reason(error)) from error
