"""A thousand trainings of the founding example at once: the same function under vmap, the networks' axis last.

Every network starts from its own seed and makes 5001 steps of central differences, h = 0.1, in one compiled call. The plain
loop is timed on three of the trainings and taken times the number of networks.
"""

import argparse
import json
import os
import platform
import resource
from importlib.metadata import version
from time import perf_counter
from typing import Any

import jax
import numpy as np
from jax import lax

import koubai as kb
from koubai.core.losses import LOSSES
from koubai.core.methods import METHODS
from koubai.core.network import Network
from koubai.core.precision import computing_in
from koubai.core.slopes import response
from koubai.core.slopes.base import Batch
from koubai.core.slopes.preparation import prepared

STEPS, H, RATE, LOOPS = 5001, 0.1, 0.01, 3


def trained(networks: Network, batch: Batch, h: Any, learning_rate: Any) -> Network:
    """All networks, (…, networks) each array, after ``STEPS`` steps."""

    def of_one(network: Network) -> Network:
        return response.measure(LOSSES["cross-entropy"], network, batch, h)[1]

    slopes: Any = jax.vmap(of_one, in_axes=-1, out_axes=-1)

    def step(_: Any, networks: Network) -> Any:
        return jax.tree.map(lambda w, slope: w - learning_rate * slope, networks, slopes(networks))

    made: Network = lax.fori_loop(0, STEPS, step, networks)
    return made


def gate_of(classes: int) -> tuple[Any, Any]:
    """XOR with one-hot targets over ``classes`` classes, of which the first two occur."""
    data = kb.data.gate("xor")
    labels = data.targets.argmax(axis=1)
    return data.inputs, np.eye(classes)[labels]


def many(count: int, classes: int) -> dict[str, float]:
    inputs, targets = gate_of(classes)
    networks = [Network.random([2, 8, classes], seed=seed) for seed in range(count)]
    stacked = jax.tree.map(lambda *arrays: np.stack(arrays, axis=-1), *networks)
    with computing_in("float64"):
        batch = prepared(METHODS["central"], Batch(inputs, targets))
        began = perf_counter()
        program = jax.jit(trained).lower(stacked, batch, H, RATE).compile()
        compiling = perf_counter() - began
        began = perf_counter()
        ends = jax.tree.map(np.asarray, program(stacked, batch, H, RATE))
        seconds = perf_counter() - began
    hidden = np.maximum(np.einsum("ni,ium->num", inputs, ends.layers[0].weights) + ends.layers[0].bias, 0)
    logits = np.einsum("num,ucm->ncm", hidden, ends.layers[1].weights) + ends.layers[1].bias
    learned = (logits.argmax(axis=1) == targets.argmax(axis=1)[:, None]).all(axis=0)
    check = kb.train("xor", method="central").network if classes == 2 else None
    if check is not None:
        assert np.abs(check.layers[0].weights - ends.layers[0].weights[..., 0]).max() < 1e-9, (
            "seed 0 isn't the founding example"
        )
    return {"compiling": compiling, "seconds": seconds, "learned": int(learned.sum())}


def loop() -> float:
    """Seconds for one training by the plain loop, on average."""
    began = perf_counter()
    for seed in range(LOOPS):
        kb.train("xor", method="loop", seed=seed)
    return (perf_counter() - began) / LOOPS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="networks")
    count = parser.parse_args().count
    plain = loop()
    for classes in (2, 3):
        made = many(count, classes)
        about = f"{made['seconds']:.1f} s, compiling {made['compiling']:.1f} s, {made['learned']:.0f} learned"
        print(f"{count} networks 2-8-{classes}: {about}")
        if classes == 2:
            ratio = plain * count / made["seconds"]
            print(
                f"the plain loop: {plain:.1f} s each, {plain * count:.0f} s for all (from {LOOPS} of them): {ratio:.0f} times"
            )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    versions = {name: version(name) for name in ("jax", "numpy")}
    print(json.dumps({**versions, "python": platform.python_version(), "cores": os.cpu_count()}))


if __name__ == "__main__":
    main()
