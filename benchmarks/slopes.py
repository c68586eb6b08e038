"""Central differences of larger networks: koubai's response curves beside backprop and what else measures them.

Cases: (b) 784-50-10 ReLU and (c) 784-256-128-10 ReLU, batch 100; (d) 64-100-100-100-10 tanh, batch 200; each at its start and
after 500 steps of training, at h = 1e-4 and h = 0.1, in float64; for (a) see founding.py. All ways get the same arrays, and
those of about the same speed take turns, so that a machine that slows down slows all of them.

Whatever evaluates the whole network twice for each parameter is timed on some of the parameters; its time for all of them is
extrapolated, and the table says so. "off" is a way's largest deviation from koubai's slopes over the parameters that it
measured, as a multiple of koubai's promise: 1e-9 × the layer's largest slope (1e-6 at least) + 8e-15 × max(1, loss) / h.

NumPy and torch use one thread unless OPENBLAS_NUM_THREADS says otherwise: for matrices this small two gain little, and where
anything else runs on the machine they wait for each other for milliseconds. JAX uses all cores.

Peers: SciPy comes with koubai; numdifftools, statsmodels and torch are installed beside it by those names, for example with
`uv pip install numdifftools statsmodels torch`. One that isn't there is left out, and a line says so.
"""

import argparse
import json
import os
import platform
import resource
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
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
from numpy.typing import NDArray
from scipy.optimize._numdiff import approx_derivative  # what stands behind jac="3-point"

from koubai.core.brackets import FLOOR
from koubai.core.losses import LOSSES
from koubai.core.network import Layer, Network
from koubai.core.precision import computing_in
from koubai.core.slopes.base import Batch, mean_loss
from koubai.core.slopes.response import measured

LOSS = LOSSES["cross-entropy"]
KOUBAI = partial(measured, LOSS)
WAIT: Callable[[Any], Any] = jax.block_until_ready
STEPS_OF_TRAINING, STEPS_IN_SCAN = 500, 20
CHECKED, TIMED = (300, 20), (18, 2)  # weights and biases of each layer: that are checked; that are timed one at a time
BLOCK, BLOCKS_TIMED = 64, 4  # perturbations that are evaluated at once; blocks that are timed
SLOW_TURNS, FULL_SECONDS, THREADS = 3, 60.0, int(os.environ["OPENBLAS_NUM_THREADS"])
NUMDIFF = "statsmodels.tools.numdiff"
PACKAGES = ("koubai", "jax", "jaxlib", "numpy", "scipy", "numdifftools", "statsmodels", "torch")

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]
Work = Callable[[], Any]
Function = Callable[[Floats], float]
Differences = Callable[[Function, Floats, float], Any]
Measure = Callable[[Network, Batch, Any], Any]
Facts = dict[str, Any]


class Case(NamedTuple):
    sizes: tuple[int, ...]
    activation: str
    batch: int
    rate: float
    filled: float  # share of the inputs that aren't 0


CASES = {
    "b": Case((784, 50, 10), "relu", 100, 0.1, 0.2),
    "c": Case((784, 256, 128, 10), "relu", 100, 0.05, 0.2),
    "d": Case((64, 100, 100, 100, 10), "tanh", 200, 0.1, 0.5),
}
STEP_SIZES = (1e-4, 0.1)


@dataclass(frozen=True)
class Setting:
    """What every way is given: a network and a batch (NumPy arrays), and h."""

    case: str
    state: str
    network: Network
    data: Batch
    h: float

    @cached_property
    def flat(self) -> Floats:
        return flat_of(self.network)

    @cached_property
    def given(self) -> Any:
        return jax.tree.map(jnp.asarray, (self.network, self.data, self.h))

    def compiled(self, way: Measure) -> Any:
        return jax.jit(way).lower(*self.given).compile()

    @cached_property
    def layer(self) -> Numbers:
        """For each parameter in ``flat``, the number of its layer."""
        return np.repeat(range(len(self.network.layers)), [(a + 1) * b for a, b in pairwise(self.network.sizes)])

    def some(self, weights: int, biases: int) -> Numbers:
        """Numbers of parameters in ``flat``, drawn: so many of each layer, or all where there are fewer."""
        draws, made = np.random.default_rng(1), []
        for number, units in enumerate(self.network.sizes[1:]):
            mine = np.flatnonzero(self.layer == number)  # the biases are the last
            made += [draws.permutation(mine[:-units])[:weights], draws.permutation(mine[-units:])[:biases]]
        return np.concatenate(made)

    def drawn_blocks(self, blocks: int) -> Numbers:
        """Numbers of parameters, (blocks, BLOCK); where there are more places than parameters, the first ones again."""
        return np.resize(np.random.default_rng(2).permutation(len(self.flat)), (blocks, BLOCK))


class Way(NamedTuple):
    """``run()`` returns the slopes of the parameters ``numbers``, in their order."""

    name: str
    run: Work
    numbers: Numbers


def flat_of(network: Network) -> Floats:
    return np.concatenate([np.ravel(a) for layer in network.layers for a in (layer.weights, layer.bias)])


def layers_of(flat: Any, sizes: tuple[int, ...]) -> Iterator[tuple[Any, Any]]:
    """The weights and biases that ``flat`` holds, of NumPy, JAX or torch; NumPy's are views."""
    start = 0
    for a, b in pairwise(sizes):
        yield flat[start : start + a * b].reshape(a, b), flat[start + a * b : start + (a + 1) * b]
        start += (a + 1) * b


def network_of(flat: Any, network: Network) -> Network:
    return replace(network, layers=tuple(Layer.holding(w, b) for w, b in layers_of(flat, network.sizes)))


def backprop(network: Network, data: Batch, h: Any) -> Any:
    return jax.value_and_grad(lambda moved: mean_loss(LOSS, moved, data, jnp))(network)


def in_scan(way: Measure) -> Measure:
    """Steps of descent in one compiled loop; so small that the weights stay what they were."""

    def step(data: Batch, h: Any, now: Network, _: None) -> tuple[Network, Any]:
        loss, gradient, *_rest = way(now, data, h)
        return jax.tree.map(lambda w, slope: w - 1e-9 * slope, now, gradient), loss

    return lambda network, data, h: lax.scan(partial(step, data, h), network, None, length=STEPS_IN_SCAN)


def drawn(sizes: tuple[int, ...], scale: float, seed: int) -> list[tuple[Floats, Floats]]:
    draws = np.random.default_rng(seed)
    return [(draws.normal(size=(a, b)) * scale, draws.normal(size=b) * scale) for a, b in pairwise(sizes)]


def batch_of(case: Case, rows: int, seed: int) -> Batch:
    """Inputs of which a share is not 0, and classes that have nothing to do with them."""
    draws = np.random.default_rng(seed)
    inputs = draws.uniform(size=(rows, case.sizes[0])) * (draws.uniform(size=(rows, case.sizes[0])) < case.filled)
    return Batch(inputs, np.eye(case.sizes[-1])[draws.integers(0, case.sizes[-1], rows)])


def start_of(case: Case) -> tuple[Network, Batch]:
    return Network.from_arrays(drawn(case.sizes, 0.1, 0), activation=case.activation), batch_of(case, case.batch, 3)


def trained(case: Case) -> tuple[Network, Batch]:
    """After steps by backprop towards the classes that a smaller network of random weights gives 2000 samples."""
    network, slopes = start_of(case)[0], jax.jit(backprop)
    (w1, b1), (w2, _) = drawn((case.sizes[0], 20, case.sizes[-1]), 0.5, 99)
    inputs = batch_of(case, 2000, 5).inputs
    targets = np.eye(case.sizes[-1])[np.argmax(np.maximum(inputs @ w1 + b1, 0) @ w2, axis=1)]
    for step in range(STEPS_OF_TRAINING):
        rows = np.arange(step * case.batch, (step + 1) * case.batch) % 2000
        _, gradient = slopes(network, Batch(inputs[rows], targets[rows]), 0.0)
        network = jax.tree.map(lambda w, slope: w - case.rate * slope, network, gradient)
    return jax.tree.map(np.asarray, network), Batch(inputs[: case.batch], targets[: case.batch])


def plain_loop(f: Function, x: Floats, h: float) -> Floats:
    """As ``slopes/loop.py``: each parameter moved in place, the whole batch evaluated above and below, and put back."""
    x, slopes = x.copy(), np.empty_like(x)
    for number, kept in enumerate(x.tolist()):
        x[number] = kept + h
        above = f(x)
        x[number] = kept - h
        slopes[number] = (above - f(x)) / (2 * h)
        x[number] = kept
    return slopes


def numpy_way(name: str, differences: Differences, at: Setting, some: tuple[int, int] = TIMED) -> Way:
    """``differences`` of the loss as a NumPy function of ``some`` parameters, which are set in place."""
    numbers, flat = at.some(*some), at.flat.copy()
    network = network_of(flat, at.network)

    def loss(values: Floats) -> float:
        flat[numbers] = values
        return float(mean_loss(LOSS, network, at.data, np))

    return Way(name, partial(differences, loss, at.flat[numbers], at.h), numbers)


def jax_way(at: Setting, blocks: int = BLOCKS_TIMED) -> Way:
    """Whole-network perturbations under vmap, block after block."""
    numbers = at.drawn_blocks(blocks)

    def every(flat: Any, data: Batch, places: Any) -> Any:
        def f(parameters: Any) -> Any:
            return mean_loss(LOSS, network_of(parameters, at.network), data, jnp)

        def slope(place: Any) -> Any:
            return (f(flat.at[place].add(at.h)) - f(flat.at[place].add(-at.h))) / (2 * at.h)

        return lax.map(jax.vmap(slope), places)

    given = jax.tree.map(jnp.asarray, (at.flat, at.data, numbers))
    ready = jax.jit(every).lower(*given).compile()
    return Way("jax.jit of vmap, blocks", lambda: np.asarray(ready(*given)).ravel(), numbers.ravel())


def torch_way(at: Setting) -> Way:
    """The same with torch.func.vmap."""
    torch, numbers = import_module("torch"), at.drawn_blocks(BLOCKS_TIMED)
    torch.set_num_threads(THREADS)
    flat, inputs, targets = (torch.from_numpy(np.array(a)) for a in (at.flat, at.data.inputs, at.data.targets))
    activation = getattr(torch, at.network.activation)

    def f(parameters: Any) -> Any:
        values = inputs
        for number, (weights, bias) in enumerate(layers_of(parameters, at.network.sizes)):
            values = (activation(values) if number else values) @ weights + bias
        return -torch.log((torch.softmax(values, -1) * targets).sum(-1) + FLOOR).mean()

    def moved(places: Any, by: float) -> Any:
        perturbed = flat.repeat(BLOCK, 1)
        perturbed[torch.arange(BLOCK), places] += by
        return torch.func.vmap(f)(perturbed)

    def run() -> Floats:
        with torch.inference_mode():
            return np.concatenate([moved(p, at.h) - moved(p, -at.h) for p in torch.from_numpy(numbers)]) / (2 * at.h)

    return Way("torch.func.vmap, blocks", run, numbers.ravel())


DIFFERENCES: dict[str, Differences] = {
    "scipy": lambda f, x, h: approx_derivative(f, x, method="3-point", abs_step=h),
    "numdifftools": lambda f, x, h: import_module("numdifftools").Gradient(f, step=h, method="central", order=2)(x),
    "statsmodels": lambda f, x, h: import_module(NUMDIFF).approx_fprime(x, f, epsilon=2 * h, centered=True),  # by half of it
}
NUMPY_WAYS = {name: partial(numpy_way, f"{name}, central", way) for name, way in DIFFERENCES.items()}
PEERS: dict[str, Callable[[Setting], Way]] = {**NUMPY_WAYS, "jax": jax_way, "torch": torch_way}


def timed(work: Work) -> tuple[float, Any]:
    began = perf_counter()
    made = WAIT(work())
    return perf_counter() - began, made


def in_turns(works: Sequence[Work], turns: int) -> list[tuple[float, Any]]:
    """The median time of each, and what it makes. Its first call may take longer, and isn't counted."""
    made = [timed(work)[1] for work in works]
    times = [[timed(work)[0] for work in works] for _ in range(turns)]
    return [(median(column), each) for column, each in zip(zip(*times, strict=True), made, strict=True)]


class Compiled:
    """What koubai and backprop compile to in a case, whatever the weights and h are."""

    def __init__(self, at: Setting) -> None:
        self.seconds, self.koubai = timed(lambda: at.compiled(KOUBAI))
        self.backprop = at.compiled(backprop)
        self.scans = [at.compiled(in_scan(way)) for way in (backprop, KOUBAI)]

    def rows(self, at: Setting, turns: int) -> list[Facts]:
        """backprop and koubai, one call each; and a step of each in a scan."""
        rows = []
        for ways, steps, how in (((self.backprop, self.koubai), 1, ""), (self.scans, STEPS_IN_SCAN, ", in a scan")):
            made = in_turns([partial(way, *at.given) for way in ways], max(SLOW_TURNS, turns if steps == 1 else turns // 3))
            floor, ours = (total / steps for total, _ in made)
            rows += [row(f"backprop{how}", floor, floor, ours), row(f"koubai{how}", ours, floor, ours)]
        return rows


def row(way: str, seconds: float, floor: float, ours: float, of: int | None = None, off: float | None = None) -> Facts:
    """A way's time for all parameters. ``of``: how many it was timed on, where the time is extrapolated from these."""
    return {"way": way, "seconds": seconds, "to_backprop": seconds / floor, "to_koubai": seconds / ours, "of": of, "off": off}


def peak_mib(work: Work) -> tuple[float, Any]:
    """The largest that the process was during ``work``; where a peak can't be forgotten (Linux alone can), ever."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    made = timed(work)[1]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, made


def layers_of_report(at: Setting, report: Any, slopes: Floats, bounds: Floats) -> list[Facts]:
    """How each layer was measured, and its largest deviation from the plain loop over parameters that are drawn."""
    numbers, facts = at.some(*CHECKED), []
    off = np.abs(slopes[numbers] - numpy_way("", plain_loop, at, CHECKED).run()) / bounds[numbers]
    for number, (told, sizes) in enumerate(zip(report, pairwise(at.network.sizes), strict=True)):
        mine = off[at.layer[numbers] == number]
        about = {name: int(getattr(told, name)) for name in ("interpolated", "pairs", "nodes", "kinked", "kinks", "exact")}
        facts.append({**about, "layer": "{}-{}".format(*sizes), "checked": len(mine), "off": float(mine.max())})
    return facts


def compare(at: Setting, case: Compiled, turns: int, peers: Iterable[str]) -> Facts:
    """Everything about one setting."""
    cost = {"compile_seconds": case.seconds, "peak_backprop_mib": peak_mib(partial(case.backprop, *at.given))[0]}
    cost["peak_mib"], (loss, gradient, report) = peak_mib(partial(case.koubai, *at.given))
    slopes = flat_of(gradient)
    largest = np.array([max(1e-6, np.abs(slopes[at.layer == number]).max()) for number in range(len(report))])
    bounds = 1e-9 * largest[at.layer] + 8e-15 * max(1.0, float(loss)) / at.h
    rows = case.rows(at, turns)
    floor, ours = rows[0]["seconds"], rows[1]["seconds"]

    def row_of(way: Way, seconds: float, made: Any) -> Facts:
        off = float((np.abs(slopes[way.numbers] - made) / bounds[way.numbers]).max())
        share = min(1, len(way.numbers) / len(slopes))
        return row(way.name, seconds / share, floor, ours, None if share == 1 else len(way.numbers), off)

    ways = [numpy_way("plain loop, NumPy", plain_loop, at), *(PEERS[name](at) for name in peers)]
    for way, took in zip(ways, in_turns([way.run for way in ways], SLOW_TURNS), strict=True):
        rows.append(row_of(way, *took))
        if at.case == "b" and way.name.startswith("jax") and rows[-1]["seconds"] < FULL_SECONDS:
            whole = jax_way(at, -(-len(slopes) // BLOCK))
            rows[-1] = row_of(whole, *timed(whole.run))
    about = {"case": at.case, "state": at.state, "h": at.h, "loss": float(loss), "parameters": len(slopes)}
    for name, each in (("", case.koubai), ("_backprop", case.backprop)):  # besides arguments and results, says XLA
        cost[f"temporary{name}_mib"] = each.memory_analysis().temp_size_in_bytes / 2**20
    return {**about, **cost, "layers": layers_of_report(at, report, slopes, bounds), "rows": rows}


HEAD = """
({case}) {network}, {state}, h = {h:g}: loss {loss:.4f}, {parameters:,} parameters
koubai compiles in {compile_seconds:.1f} s; MiB (backprop's): XLA's temporaries {temporary_mib:.1f} \
({temporary_backprop_mib:.1f}), process at its peak {peak_mib:.0f} ({peak_backprop_mib:.0f})"""

ROW = "{way:<25}{:>16,.3f}{to_backprop:>14,.2f}{to_koubai:>12,.2f}{:>9}  {}"
LAYER = "{layer:<10}{pairs:>8}  {:<14}{nodes:>3}{kinked:>9}{kinks:>9}{exact:>9}{off:>12.2g}  {checked}"


def show(facts: Facts) -> None:
    sizes, activation, batch, *_ = CASES[facts["case"]]
    print(HEAD.format(network=f"{'-'.join(map(str, sizes))} {activation}, batch {batch}", **facts))
    print(f"{'way':<25}{'ms':>16}{'× backprop':>14}{'× koubai':>12}{'off':>9}  timed on")
    for row in facts["rows"]:
        shown = "" if row["off"] is None else f"{row['off']:.2g}"
        on = "all" if row["of"] is None else f"{row['of']}, extrapolated"
        print(ROW.format(1e3 * row["seconds"], shown, on, **row))
    print(f"{'layer':<10}{'pairs':>8}  {'curves':<14}{'K':>3}{'kinked':>9}{'kinks':>9}{'exact':>9}{'off loop':>12}  checked")
    for row in facts["layers"]:
        print(LAYER.format("interpolated" if row["interpolated"] else "at points", **row))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", default="bcd", help="which of b, c and d")
    parser.add_argument("--turns", type=int, default=25, help="of koubai and backprop")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True, help="time the peers too")
    parser.add_argument("--json", type=Path, help="a file to write everything to")
    options = parser.parse_args()
    versions = {name: version(name) for name in PACKAGES if find_spec(name)} | {"python": platform.python_version()}
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "numpy_threads": THREADS, "turns": options.turns}
    peers = [name for name in PEERS if options.peers and name in versions]
    print("not installed, so left out:", *(name for name in PACKAGES if name not in versions))
    made: Facts = {**versions, **machine, "settings": []}
    with computing_in("float64"):
        for name in options.cases:
            states = {"start": start_of(CASES[name]), "trained": trained(CASES[name])}
            settings = [Setting(name, state, *states[state], h) for state in states for h in STEP_SIZES]
            case = Compiled(settings[0])
            for at in settings:
                made["settings"].append(compare(at, case, options.turns, peers))
                show(made["settings"][-1])
    print("\n" + json.dumps({name: value for name, value in made.items() if name != "settings"}))
    if options.json:
        options.json.write_text(json.dumps(made, indent=1) + "\n")
    assert all(layer["off"] <= 1 for facts in made["settings"] for layer in facts["layers"]), "a promise wasn't kept"


if __name__ == "__main__":
    main()
