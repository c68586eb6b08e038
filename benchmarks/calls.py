"""What a public call of kb.slopes costs beside the compiled program that it runs: 784-50-10 on 100 rows, and XOR by 2-8-2.

Both take turns in one process, each going first half of the time; what is told are medians, in milliseconds.
"""

import json
import os
import platform
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from statistics import median
from time import perf_counter
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded

import jax
import numpy as np

import koubai as kb
from koubai.core.precision import calling_in
from koubai.core.slopes import compiled

STEP_SIZES, TURNS = (0.1, 1e-4), 500
WAIT: Callable[[Any], Any] = jax.block_until_ready


def cases() -> dict[str, tuple[kb.Network, kb.data.Dataset]]:
    draws = np.random.default_rng(0)
    pixels = draws.random((100, 784)) * (draws.random((100, 784)) > 0.8)
    digits = kb.data.Dataset.from_arrays(pixels, draws.integers(0, 10, 100), classes=range(10))
    return {"784-50-10": (kb.Network.random([784, 50, 10]), digits), "XOR": (kb.Network.random([2, 8, 2]), kb.data.gate("xor"))}


def milliseconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1e3


def compare(name: str, network: kb.Network, data: kb.data.Dataset, h: float) -> None:
    measure = kb.slopes("central", h=h)
    batch = compiled.prepared_once(measure.method, data, network, measure.loss, measure.precision)
    same = replace(network.astype(np.float64), output=measure.loss.output)

    def call() -> None:
        measure(network, data)

    def program() -> None:
        with calling_in(measure.precision):
            WAIT(executable(same, batch, h, None))

    call()
    executable = list(compiled.program._slots.values())[-1].executable
    program()
    calls, programs = [], []
    for turn in range(TURNS):
        order = (call, program) if turn % 2 else (program, call)
        times = {work: milliseconds(work) for work in order}
        calls.append(times[call])
        programs.append(times[program])
    more = median(a - b for a, b in zip(calls, programs, strict=True))
    print(f"| {name} | {h:g} | {median(calls):.2f} | {median(programs):.2f} | {more:.2f} |", flush=True)


def main() -> None:
    print("| network | h | a call, ms | its program, ms | more, ms |\n|---|---|---|---|---|")
    for name, (network, data) in cases().items():
        for h in STEP_SIZES:
            compare(name, network, data, h)
    versions = {name: version(name) for name in ("koubai", "jax", "jaxlib", "numpy")}
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    print(json.dumps({**versions, **machine, "turns": TURNS}))


if __name__ == "__main__":
    main()
