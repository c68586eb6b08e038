"""Small sets, by measured slopes and by scikit-learn's backpropagation: test accuracy in 5-fold cross-validation, and time.

Both get the same standardised folds, the same network (32 ReLU units), adam with a learning rate of 0.01, batches of 32, 100
epochs, no penalty and no early stopping; koubai measures with h = 1e-4, and takes backprop beside it. Folds are stratified and
drawn anew for each of three seeds, which seed the starting weights and the batches, too. Both start with Glorot's spread
("xavier"): normals and no biases here, uniform there, biases too. Two classes are two outputs here, one logistic output there.

koubai compiles for each shape that it meets, so the folds of a set are made equally large: rows that are left over are left
out, at most 4 of each class. The median of the times leaves the compiling out; it stands in a column of its own. Beside it
stands the NumPy engine, which compiles nothing. No compiled program is taken from disk.
"""

import argparse
import os
import warnings
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded
os.environ["KOUBAI_CACHE"] = "off"

import jax
import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

import koubai as kb
from koubai.experiment.fields import EngineName, MethodName

SETS = ("iris", "wine", "breast-cancer", "digits", "moons", "circles", "spirals")
FOLDS, SEEDS, EPOCHS, BATCH, UNITS, RATE = 5, (0, 1, 2), 100, 32, 32, 0.01
GOAL = 1.0  # points below scikit-learn, at most

Rows = tuple[NDArray[np.float64], NDArray[np.int64]]  # inputs (n, features), classes (n,)


class Fold(NamedTuple):
    seed: int
    train: Rows
    test: Rows


def rows_of(name: str) -> Rows:
    """All rows of a set. Where koubai has standardised them, the folds' own standardising undoes it."""
    data = kb.data.load(name, validation=0.0, test=0.0).train
    return data.inputs, data.labels


def equal(rows: Rows) -> Rows:
    """As many rows of each class as go into the folds without rest, the first ones."""
    inputs, labels = rows
    kept = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    index = np.sort(np.concatenate([of_one[: len(of_one) // FOLDS * FOLDS] for of_one in kept]))
    return inputs[index], labels[index]


def folds(rows: Rows, seed: int) -> list[Fold]:
    inputs, labels = rows
    made = []
    for learned, tested in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(inputs, labels):
        scaler = StandardScaler().fit(inputs[learned])
        train, test = ((scaler.transform(inputs[index]), labels[index]) for index in (learned, tested))
        made.append(Fold(seed, train, test))
    return made


def by_koubai(method: MethodName, engine: EngineName, fold: Fold) -> float:
    run = kb.train(
        kb.data.Dataset.from_arrays(*fold.train),
        hidden=(UNITS,),
        init="xavier",
        method=method,
        h=1e-4,
        optimizer="adam",
        learning_rate=RATE,
        batch_size=BATCH,
        epochs=EPOCHS,
        seed=fold.seed,
        record_every=10**6,
        engine=engine,
    )
    inputs, labels = fold.test
    return float(np.mean(run.network.classify(inputs) == labels))


def by_sklearn(fold: Fold) -> float:
    network = MLPClassifier(
        (UNITS,),
        solver="adam",
        alpha=0.0,
        learning_rate_init=RATE,
        batch_size=BATCH,
        max_iter=EPOCHS,
        tol=0.0,
        n_iter_no_change=EPOCHS,
        random_state=fold.seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the epochs are meant to be all used up
        network.fit(*fold.train)
    return float(network.score(*fold.test))


WAYS: dict[str, Callable[[Fold], float]] = {
    "central": partial(by_koubai, "central", "jax"),
    "backprop": partial(by_koubai, "backprop", "jax"),
    "central, NumPy engine": partial(by_koubai, "central", "numpy"),
    "sklearn": by_sklearn,
}


def compare(name: str) -> None:
    rows = equal(rows_of(name))
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    for fold in (fold for seed in SEEDS for fold in folds(rows, seed)):
        for way, learn in WAYS.items():
            began = perf_counter()
            found[way].append(100 * learn(fold))
            taken[way].append(perf_counter() - began)
    above = float(np.mean(found["central"]) - np.mean(found["sklearn"]))
    seconds = {way: float(np.median(taken[way][1:])) for way in WAYS}
    cells = [name, str(len(rows[1])), *(_accuracy(values) for values in found.values())]
    cells += [f"{above:+.2f}" if above >= -GOAL else f"**{above:+.2f}**"]
    ratio = float(np.median(np.array(taken["central"][1:]) / np.array(taken["backprop"][1:])))
    cells += [f"{value:.2f}" for value in seconds.values()] + [
        f"{ratio:.1f}",
        f"{taken['central'][0] - seconds['central']:.1f}",
    ]
    print(f"| {' | '.join(cells)} |", flush=True)


def _accuracy(values: list[float]) -> str:
    """The mean, and how far the means of the seeds scatter."""
    of_seeds = np.mean(np.split(np.array(values), len(SEEDS)), axis=1)
    return f"{of_seeds.mean():.2f} ± {of_seeds.std(ddof=1):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS, metavar="SET", help=", ".join(SETS))
    asked = parser.parse_args()
    versions = f"koubai {kb.__version__}, jax {jax.__version__}, NumPy {np.__version__}, scikit-learn {sklearn.__version__}"
    print(f"{versions}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"| set | rows | {' % | '.join(WAYS)} % | central above sklearn ", end="")
    print(f"| {' s | '.join(WAYS)} s | central / backprop | compiling s |")
    print("|---" * (2 * len(WAYS) + 5) + "|")
    for name in asked.sets:
        compare(name)


if __name__ == "__main__":
    main()
