"""The founding example, five ways: the double loop, vmapped perturbations in a scan, koubai's two engines, backprop.

Each makes 5001 steps with records every 100. Compilation is timed apart. The compiled ones take turns, so that a machine that
slows down slows all of them; the loop, which takes seconds, runs once in between.
"""

import json
import os
import platform
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from statistics import median
from time import perf_counter
from typing import Any

os.environ["KOUBAI_CACHE"] = "off"  # programs are compiled anew
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

import koubai as kb
from koubai.core import pytrees as pytrees
from koubai.core.losses import LOSSES
from koubai.core.precision import computing_in
from koubai.core.slopes.base import Batch, mean_loss
from koubai.experiment.fields import EngineName, MethodName

STEPS, EVERY, H, RATE, TURNS = 5001, 100, 0.1, 0.01, 15


def train(method: MethodName, engine: EngineName) -> np.ndarray[Any, Any]:
    return kb.train("xor", method=method, engine=engine).losses


def vmapped() -> Callable[[], np.ndarray[Any, Any]]:
    """What one would write by hand: the whole network evaluated for every perturbation, in a scan of scans."""
    data, loss = kb.data.gate("xor"), LOSSES["cross-entropy"]
    with computing_in("float64"):
        start, unravel = ravel_pytree(kb.Network.random([2, 8, 2]))
        moves = H * jnp.eye(len(start))

    @jax.jit
    def scan(flat: Any, batch: Batch) -> Any:
        def f(parameters: Any) -> Any:
            return mean_loss(loss, unravel(parameters), batch, jnp)

        def step(parameters: Any, _: None) -> Any:
            above = jax.vmap(lambda move: f(parameters + move))(moves)
            below = jax.vmap(lambda move: f(parameters - move))(moves)
            return parameters - RATE * (above - below) / (2 * H), f(parameters)

        def record(parameters: Any, _: None) -> Any:
            after, losses = jax.lax.scan(step, parameters, None, length=EVERY)
            return after, (parameters, losses)

        parameters, (_, losses) = jax.lax.scan(record, flat, None, length=STEPS // EVERY)
        last, rest = jax.lax.scan(step, parameters, None, length=STEPS % EVERY)
        return jnp.concatenate([losses.ravel(), rest, f(last)[None]])

    def run() -> np.ndarray[Any, Any]:
        with computing_in("float64"):
            return np.asarray(scan(start, Batch(data.inputs, data.targets)))

    return run


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = perf_counter()
    made = work()
    return perf_counter() - began, made


def main() -> None:
    ways: dict[str, Callable[[], Any]] = {
        "vmapped scan": vmapped(),
        "koubai central": partial(train, "central", "jax"),
        "central in NumPy": partial(train, "central", "numpy"),
        "backprop": partial(train, "backprop", "jax"),
    }
    first = {name: timed(way) for name, way in ways.items()}
    times: dict[str, list[float]] = {name: [] for name in ways}
    loop = 0.0
    for turn in range(TURNS):
        for name, way in ways.items():
            times[name].append(timed(way)[0])
        if turn == TURNS // 2:
            loop, losses = timed(partial(train, "loop", "numpy"))
            for name in ("vmapped scan", "koubai central", "central in NumPy"):
                assert np.abs(first[name][1] - losses).max() < 1e-9, name
    medians = {name: median(values) for name, values in times.items()}
    central = medians["koubai central"]
    rows = [("plain double loop", loop, 0.0), *((name, medians[name], first[name][0] - medians[name]) for name in ways)]
    print(f"{'way':<20}{'seconds':>10}{'× koubai':>10}{'compiling':>11}")
    for name, seconds, compiling in rows:
        print(f"{name:<20}{seconds:>10.4f}{seconds / central:>10.2f}{compiling:>10.2f}s")
    versions = {name: version(name) for name in ("koubai", "jax", "jaxlib", "numpy")}
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    print(json.dumps({**versions, **machine, "turns": TURNS}))


if __name__ == "__main__":
    main()
