"""A run as a folder of open formats: JSON, CSV and safetensors. What is read is checked against its SHA-256 first."""

import csv
import json
import platform
from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

import koubai
from koubai.arrays import digest
from koubai.core.descent import rule_named
from koubai.core.network import Layer, Network
from koubai.core.precision import computing_in
from koubai.core.training import Step
from koubai.errors import FileFault, InputError
from koubai.experiment.definition import Experiment
from koubai.experiment.run import Run
from koubai.files import new_folder, reason

FORMAT = 1
PACKAGES = ("jax", "numpy", "optax")  # whose versions the bits of a run depend on


def save(run: Run, places: Iterable[Path]) -> Path:
    """Write ``run`` as a new folder at the first of ``places`` that is free; returns that. Whole or not at all."""
    return new_folder(places, lambda folder: _write(run, folder))


def _write(run: Run, folder: Path) -> None:
    losses = _losses_text(run.losses)
    (folder / "losses.csv").write_text(losses, encoding="utf-8", newline="")
    _save_arrays(folder / "weights.safetensors", run.network.arrays())
    _save_arrays(folder / "records.safetensors", _record_arrays(run.records))
    if own := run.experiment.arrays():
        _save_arrays(folder / "arrays.safetensors", own)
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
        "losses_sha256": sha256(losses.encode()).hexdigest(),
    }
    about["sha256"] = _sum_of(about)
    text = json.dumps(about, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    (folder / "run.json").write_text(text, encoding="utf-8", newline="")


def load(folder: str | Path) -> Run:
    """The run that ``Run.save`` or the command line wrote into ``folder``.

    FileFault where a file is missing, unreadable, damaged, or of a newer format.
    """
    folder = Path(folder)
    about = _read_about(folder)
    arrays = _load_arrays(folder / "arrays.safetensors") if (folder / "arrays.safetensors").exists() else {}
    try:
        experiment = Experiment.from_dict(about["experiment"], arrays)
        losses = _read_losses(folder / "losses.csv", about["losses_sha256"])
        records = _read_records(experiment, losses, _load_arrays(folder / "records.safetensors"))
        return Run(experiment, losses, records, about["status"], about["diverged_at"])
    except (InputError, KeyError, TypeError, IndexError) as error:
        raise FileFault("load-broken", path=str(folder), reason=str(error)) from error


def _read_about(folder: Path) -> dict[str, Any]:
    path = folder / "run.json"
    try:
        about = json.loads(_bytes_of(path))
    except ValueError as error:
        raise FileFault("load-broken", path=str(path), reason=str(error)) from error
    if isinstance(about, dict) and isinstance(about.get("format"), int) and about["format"] > FORMAT:
        raise FileFault("load-version", path=str(folder), value=about["format"], expected=FORMAT)
    if not isinstance(about, dict) or about.pop("sha256", None) != _sum_of(about):
        raise _broken_sum(path)
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
        layers = tuple(Layer(arrays[f"w{i}"][place], arrays[f"b{i}"][place]) for i in range(1, len(start.layers) + 1))
        state = structure.unflatten([arrays[f"optimizer.{leaf}"][place] for leaf in range(structure.num_leaves)])
        parameters = Network(layers, start.activation, start.output)
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


def _read_losses(path: Path, expected: str) -> NDArray[np.float64]:
    content = _bytes_of(path)
    if sha256(content).hexdigest() != expected:
        raise _broken_sum(path)
    return np.array([float(loss) for _, loss in list(csv.reader(StringIO(content.decode())))[1:]])


def _save_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    plain = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    save_file(plain, path, metadata={"koubai": json.dumps({"format": FORMAT, "sha256": _sum_of_arrays(plain)})})


def _load_arrays(path: Path) -> dict[str, NDArray[Any]]:
    _bytes_of(path)
    try:
        with safe_open(path, framework="numpy") as file:  # type: ignore[no-untyped-call]
            expected = json.loads((file.metadata() or {}).get("koubai", "{}"))
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, ValueError, OSError) as error:
        raise FileFault("load-broken", path=str(path), reason=str(error)) from error
    if expected.get("sha256") != _sum_of_arrays(arrays):
        raise _broken_sum(path)
    return arrays


def _sum_of(about: dict[str, Any]) -> str:
    return sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


def _sum_of_arrays(arrays: dict[str, NDArray[Any]]) -> str:
    return sha256("".join(f"{name} {digest(arrays[name])}\n" for name in sorted(arrays)).encode()).hexdigest()


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FileFault("load-missing", path=str(path.parent), name=path.name) from error
    except OSError as error:
        raise FileFault("load-unreadable", path=str(path), reason=reason(error)) from error


def _broken_sum(path: Path) -> FileFault:
    return FileFault("load-broken-sum", path=str(path))
