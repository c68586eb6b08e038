"""What keeping a run costs, how far behind the disk is, and how long a list of 10,000 runs takes."""

import os
import sqlite3
import subprocess
import sys
import threading
from bisect import bisect_left
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import numpy as np

import koubai as kb
from koubai.experiment import Experiment, Learning
from koubai.store import Store

RUNS = 10_000


def seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def plain(experiment: Experiment) -> None:
    for _ in experiment.run():
        pass


def kept(experiment: Experiment, path: Path) -> None:
    with Store(path) as store:
        recorder = store.keep(experiment)
        for _ in recorder.of(experiment.run()):
            pass


def digits() -> Learning:
    """As large as handwritten digits: 784-50-10, a batch of 100, 39,760 parameters."""
    random = np.random.default_rng(0)
    inputs = random.random((100, 784)) * (random.random((100, 784)) < 0.2)
    return Learning(kb.data.Dataset.from_arrays(inputs, random.integers(0, 10, 100)), hidden=(50,))


def cost(name: str, experiment: Experiment, times: int, path: Path) -> None:
    """In turns, so that both meet the same machine."""
    plain(experiment)
    kept(experiment, path)
    pairs = [(seconds(lambda: plain(experiment)), seconds(lambda: kept(experiment, path))) for _ in range(times)]
    without, beside = (median(column) for column in zip(*pairs, strict=True))
    extra = median(more - less for less, more in pairs)
    print(f"{name}: {without:.3f} s, kept {beside:.3f} s; {1000 * extra:.1f} ms more, {100 * extra / without:.1f} %")


def behind(experiment: Experiment, path: Path) -> float:
    """The longest time from a Step's passing by to its being on disk, as another connection sees it."""
    passed: list[tuple[float, int]] = []
    seen: list[tuple[float, int]] = []
    done = threading.Event()

    def watch() -> None:
        look = sqlite3.connect(path)
        while not done.is_set():
            made = look.execute("SELECT coalesce(max(last), -1) FROM chunk").fetchone()[0]
            seen.append((perf_counter(), made))
            sleep(0.002)

    with Store(path) as store:
        recorder = store.keep(experiment)
        watcher = threading.Thread(target=watch)
        watcher.start()
        for step in recorder.of(experiment.run()):
            now = perf_counter()
            passed.append((now, step.number))
        sleep(0.1)
        done.set()
        watcher.join()
    numbers = [number for _, number in seen]
    return max(seen[bisect_left(numbers, number)][0] - at for at, number in passed)


def command(*words: str, store: Path, cwd: Path) -> float:
    own = {**os.environ, "KOUBAI_STORE": str(store)}
    return seconds(lambda: subprocess.run([*words], cwd=cwd, env=own, check=True, capture_output=True))


def commands(folder: Path) -> None:
    koubai = Path(sys.executable).with_name("koubai")
    train = [str(koubai), "train", "xor", "--quiet", "--film", "none", "--pictures", "none"]
    store = folder / "cli.sqlite"
    plainly = [*train, "--no-store"]
    pairs = [(command(*plainly, store=store, cwd=folder), command(*train, store=store, cwd=folder)) for _ in range(15)]
    without, beside = (median(column) for column in zip(*pairs, strict=True))
    print(f"koubai train xor: {without:.3f} s with --no-store, {beside:.3f} s kept; {1000 * (beside - without):.0f} ms more")


def lists(folder: Path) -> None:
    path = folder / "many.sqlite"
    run = kb.train("xor", steps=100, record_every=50)
    with Store(path) as store:
        print(f"{RUNS} runs made in {seconds(lambda: [store.add(run, name=f'xor-{number}') for number in range(RUNS)]):.0f} s")
    koubai = str(Path(sys.executable).with_name("koubai"))
    kinds = {
        "python -c pass": (sys.executable, "-c", "pass"),
        "koubai --version": (koubai, "--version"),
        "koubai runs": (koubai, "runs"),
        "koubai runs --limit all": (koubai, "runs", "--limit", "all"),
        "koubai runs --sort loss --data xor": (koubai, "runs", "--sort", "loss", "--data", "xor"),
        "koubai runs --json": (koubai, "runs", "--json"),
    }
    rounds = [{name: command(*words, store=path, cwd=folder) for name, words in kinds.items()} for _ in range(10)]
    taken = {name: [one[name] for one in rounds] for name in kinds}
    start = median(taken["python -c pass"])
    for name, times in taken.items():
        print(f"{name}: {median(times):.3f} s, {median(times) - start:.3f} s above the start of Python")


def main() -> None:
    print(f"koubai {kb.__version__}, SQLite {sqlite3.sqlite_version}, Python {sys.version.split()[0]}")
    with TemporaryDirectory() as place:
        folder = Path(place)
        path = folder / "runs.sqlite"
        cost("XOR, 5001 steps", Experiment(), 15, path)
        cost("XOR, 5001 steps, every step a record", Experiment(record_every=1), 15, path)
        cost("XOR, 1,000,000 steps", Experiment(steps=1_000_000, record_every=1000), 3, path)
        large = Experiment(digits(), optimizer="adam", h=1e-4, steps=1500, record_every=100)
        cost("784-50-10, adam, 1500 steps", large, 3, path)
        for name, experiment in (("XOR", Experiment(steps=1_000_000, record_every=1000)), ("784-50-10", large)):
            print(f"{name}: at most {behind(experiment, folder / f'{name}.sqlite'):.3f} s behind")
        commands(folder)
        lists(folder)


if __name__ == "__main__":
    main()
