"""Small networks: a step of central differences in times of a step of backprop, inside a compiled loop of steps.

Cases: (e) 2-8-8-2 tanh, sigmoid and ReLU, and 2-4-4-4-2 tanh, on 250 rows of spirals; (f) 13-32-3, 4-32-3 and 64-32-10 ReLU,
batches of 32; XOR by 2-8-2. Each at its start and after 2,000 steps of descent by backprop, at h = 0.1 and 1e-4, in float64.

Both programs take turns. What is told is the median of 15 ratios of neighbours, and the interval from the 4th to the 12th of
them, in which the median lies in 96 of 100 cases, whatever the ratios' distribution is. ``--old SRC`` names the folder ``src``
of another version: its program takes turns too, in a process of its own, and new is compared with old.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from koubai.core.losses import LOSSES
from koubai.core.network import Network
from koubai.core.precision import computing_in
from koubai.core.slopes.base import Batch, mean_loss
from koubai.core.slopes.response import measure
from koubai.data.synthetic import _spirals

try:
    from koubai.core.slopes.distinct import few
except ImportError:  # a version before
    from koubai.core.slopes.response.direct import few  # type: ignore[attr-defined, no-redef]

LOSS = LOSSES["cross-entropy"]
STEP_SIZES, STATES, TURNS, STEPS_OF_TRAINING, BATCH = (0.1, 1e-4), ("start", "trained"), 15, 2000, 32
WAIT: Callable[[Any], Any] = jax.block_until_ready
SECONDS = 0.03  # that one turn of a program takes, about


class Case(NamedTuple):
    sizes: tuple[int, ...]
    activation: str
    rate: float
    goal: str


CASES = {
    "e-tanh": Case((2, 8, 8, 2), "tanh", 0.3, "10 (6)"),
    "e-sigmoid": Case((2, 8, 8, 2), "sigmoid", 1.0, "13 (8)"),
    "e-relu": Case((2, 8, 8, 2), "relu", 0.3, "6 (4)"),
    "e-deep": Case((2, 4, 4, 4, 2), "tanh", 0.3, "13 (8)"),
    "f-wine": Case((13, 32, 3), "relu", 0.1, "9 (6), trained 20 (12)"),
    "f-iris": Case((4, 32, 3), "relu", 0.1, "9 (6), trained 20 (12)"),
    "f-digits": Case((64, 32, 10), "relu", 0.1, "at 1e-4: 6"),
    "xor": Case((2, 8, 2), "relu", 0.1, "1.5 (1.1)"),
}


def rows_of(name: str) -> Batch:
    """All rows that a case is trained on."""
    sizes = CASES[name].sizes
    if name == "xor":
        return Batch(np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), np.eye(2)[[0, 1, 1, 0]])
    if name.startswith("e"):
        points = _spirals(250, 0.03, 0)
        return Batch(np.asarray(points[0], float), np.eye(2)[np.asarray(points[1]).astype(int).ravel()])
    draws, rows = np.random.default_rng(3), 10 * BATCH
    labels = draws.integers(0, sizes[-1], rows)
    inputs = draws.normal(size=(sizes[-1], sizes[0]))[labels] + draws.normal(size=(rows, sizes[0]))
    if name == "f-digits":  # brightness in 16 levels, half of the pixels dark
        inputs = np.clip(np.round(inputs * 8), 0, 16) / 16
    else:
        inputs = (inputs - inputs.mean(axis=0)) / inputs.std(axis=0)
    return Batch(inputs, np.eye(sizes[-1])[labels])


def backprop(network: Network, data: Batch, h: Any) -> Any:
    return jax.value_and_grad(lambda moved: mean_loss(LOSS, moved, data, jnp))(network)


def koubai(network: Network, data: Batch, h: Any) -> Any:
    return measure(LOSS, network, data, h)


def network_of(name: str, state: str, data: Batch) -> Network:
    sizes, activation, rate, _ = CASES[name]
    draws = np.random.default_rng(0)
    spreads = [((a, b), (2 / (a + b)) ** 0.5) for a, b in pairwise(sizes)]
    pairs = [(draws.normal(size=shape) * spread, draws.normal(size=shape[1]) * 0.1) for shape, spread in spreads]
    network = Network.from_arrays(pairs, activation=activation)
    if state == "start":
        return network
    batches = max(1, len(data.inputs) // BATCH) if name.startswith("f") else 1

    def step(now: Network, number: Any) -> Any:
        each = len(data.inputs) // batches
        inputs, targets = (
            lax.dynamic_slice_in_dim(jnp.asarray(a), number % batches * each, each) for a in (data.inputs, data.targets)
        )
        slopes = backprop(now, Batch(inputs, targets), 0.0)[1]
        return jax.tree.map(lambda w, slope: w - rate * slope, now, slopes), None

    made = jax.jit(lambda now: lax.scan(step, now, jnp.arange(STEPS_OF_TRAINING))[0])(network)
    return jax.tree.map(np.asarray, made)  # type: ignore[no-any-return]


@dataclass
class Program:
    """Steps of one way in a scan, so small that the weights stay what they were; as many as fill a turn."""

    way: Any
    given: Any
    steps: int = 0
    compiled: Any = None

    def prepared(self) -> "Program":
        for steps in (20, 0):
            self.steps = steps or max(5, int(SECONDS / self.seconds()))
            self.compiled = jax.jit(self._scan).lower(*self.given).compile()
            self.seconds()
        return self

    def _scan(self, network: Network, data: Batch, h: Any) -> Any:
        def step(now: Network, _: None) -> Any:
            loss, gradient, *_rest = self.way(now, data, h)
            return jax.tree.map(lambda w, slope: w - 1e-9 * slope, now, gradient), loss

        return lax.scan(step, network, None, length=self.steps)

    def seconds(self) -> float:
        began = perf_counter()
        WAIT(self.compiled(*self.given))
        return (perf_counter() - began) / self.steps


def program_of(way: Any, name: str, state: str, h: float) -> Program:
    rows = rows_of(name)
    network = network_of(name, state, rows)
    some = slice(None) if not name.startswith("f") else slice(BATCH)
    batch = Batch(rows.inputs[some], rows.targets[some], few(rows.inputs[some]))
    return Program(way, jax.tree.map(jnp.asarray, (network, batch, h))).prepared()


def serve() -> None:
    """Another version's program: a setting on each line, and a turn for each empty line."""
    program = None
    for line in sys.stdin:
        if line.strip():
            program = program_of(koubai, *json.loads(line))
        print(program.seconds() if program else 0.0, flush=True)


@contextmanager
def other(source: Path | None) -> Iterator[Any]:
    """``ask(line)`` of a process that imports koubai from ``source``; None without one."""
    if source is None:
        yield None
        return
    given = {**os.environ, "PYTHONPATH": str(source), "KOUBAI_CACHE": "off"}
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=given) as process:
        assert process.stdin
        assert process.stdout

        def ask(line: str, process: Any = process) -> float:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        yield ask
        process.stdin.close()


def told(ratios: list[float]) -> dict[str, float]:
    ordered = sorted(ratios)
    beside = max(0, (len(ordered) - 7) // 2 - 1)  # the 4th of 15
    return {"median": median(ordered), "low": ordered[beside], "high": ordered[-1 - beside]}


def compare(name: str, state: str, h: float, turns: int, ask: Any) -> dict[str, Any]:
    """Turns of backprop, of koubai, and of the other version."""
    floor, ours = (program_of(way, name, state, h) for way in (backprop, koubai))
    if ask:
        ask(json.dumps([name, state, h]))
    times = [(floor.seconds(), ours.seconds(), ask("") if ask else 1.0) for _ in range(turns)]
    made: dict[str, Any] = {"case": name, "state": state, "h": h, "goal": CASES[name].goal}
    made["microseconds"] = {"backprop": 1e6 * median(t[0] for t in times), "koubai": 1e6 * median(t[1] for t in times)}
    made["to_backprop"] = told([mine / floor for floor, mine, _ in times])
    if ask:
        made["old_to_backprop"] = told([old / floor for floor, _, old in times])
        made["new_to_old"] = told([mine / old for _, mine, old in times])
    return made


def shown(interval: dict[str, float] | None) -> str:
    return "" if interval is None else "{median:8.2f} [{low:.2f}, {high:.2f}]".format(**interval)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--old", type=Path, metavar="SRC", help="the folder src of another version, which takes turns")
    parser.add_argument("--json", type=Path, help="a file to write everything to")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    with computing_in("float64"):
        if options.serve:
            return serve()
        made, slower = [], []
        print(f"{'case':<10}{'state':<9}{'h':>7}{'backprop, us':>14}  {'x backprop':<26}{'new / old':<26}goal (aim)")
        with other(options.old) as ask:
            for name, state, h in ((name, state, h) for name in options.cases for state in STATES for h in STEP_SIZES):
                facts = compare(name, state, h, options.turns, ask)
                made.append(facts)
                ratios = f"{shown(facts['to_backprop']):<26}{shown(facts.get('new_to_old')):<26}"
                print(
                    f"{name:<10}{state:<9}{h:>7g}{facts['microseconds']['backprop']:>14.1f}  {ratios}{facts['goal']}",
                    flush=True,
                )
                if ask and facts["new_to_old"]["low"] > 1.05:
                    slower.append(f"{name}, {state}, h = {h:g}")
    if options.json:
        options.json.write_text(json.dumps(made, indent=1) + "\n")
    assert not slower, f"slower than before: {'; '.join(slower)}"
    return None


if __name__ == "__main__":
    main()
