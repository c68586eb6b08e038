"""Small layers: which form is taken, that every form is exact up to its bound, in batches of networks, and in float32."""

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from tests.promise import off_the_loop, rounding_of_the_loss

from koubai.core.losses import LOSSES, Loss
from koubai.core.network import Network
from koubai.core.precision import computing_in
from koubai.core.slopes import chunked_map, response
from koubai.core.slopes.base import Batch
from koubai.core.slopes.measurement import slopes
from koubai.core.slopes.response import forms, small

FLOAT64 = np.dtype(np.float64)


def network_of(sizes: tuple[int, ...], activation: str = "tanh", scale: float = 1.0, seed: int = 0) -> Network:
    random = np.random.default_rng(seed)
    layers = [(random.normal(size=(a, b)) * scale / np.sqrt(a), random.normal(size=b) * 0.3) for a, b in pairwise(sizes)]
    return Network.from_arrays(layers, activation=activation)


def data_of(sizes: tuple[int, ...], rows: int = 9, seed: int = 1) -> SimpleNamespace:
    random = np.random.default_rng(seed)
    return SimpleNamespace(
        inputs=random.normal(size=(rows, sizes[0])), targets=np.eye(sizes[-1])[random.integers(0, sizes[-1], rows)]
    )


def off(network: Network, data: Any, loss: str, h: float, precision: Any = "float64") -> float:
    now, wanted = slopes("loop", h=h, loss=loss)(network, data)
    gradient = slopes("central", h=h, loss=loss, precision=precision)(network, data)[1]
    rounding = rounding_of_the_loss(LOSSES[loss], network, data.inputs, data.targets)
    return off_the_loop(wanted, gradient, now, h, rounding, 0.0 if precision == "float64" else float(np.finfo(np.float32).eps))


def farthest(
    network: Network, data: Any, h: float, relative: bool, numbers: tuple[int, ...] | None = None
) -> tuple[float, float]:
    values = [data.inputs.T]
    for layer, activation in zip(network.layers[:-1], network.activations, strict=True):
        values.append(activation.apply(layer.weights.T @ values[-1] + layer.bias[:, None], np))
    every = tuple(range(len(network.layers))) if numbers is None else numbers
    with computing_in("float64"):
        reach = forms.farthest(network.activations, network.layers, [jnp.asarray(v) for v in values], every, h, relative)
    return float(reach[0]), float(reach[1])


def h_that_reaches(network: Network, data: Any, which: int, bound: float, relative: bool) -> float:
    low, high = 1e-9, 1e3
    for _ in range(200):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if farthest(network, data, middle, relative)[which] < bound else (low, middle)
    return low


def in_turn(*activations: str) -> list[Any]:
    """Each activation with one of the losses; with the others in ``make soak``."""
    names = list(LOSSES)
    return [
        pytest.param(activation, loss, marks=() if (place + number) % len(names) == 0 else pytest.mark.slow)
        for place, activation in enumerate(activations)
        for number, loss in enumerate(names)
    ]


@pytest.mark.long
@pytest.mark.parametrize(("activation", "loss"), in_turn("relu", "tanh", "sigmoid", "softplus", "gelu", "sin"))
def test_on_both_sides_of_every_bound_the_promise_is_kept(activation: str, loss: str) -> None:
    sizes = (2, 8, 8, 3)
    network, data = network_of(sizes, activation, 2.0), data_of(sizes)
    ways, bounds = forms.forms_of(network.activations, LOSSES[loss], sizes[-1], FLOAT64)
    relative = ways[0].bracket.relative
    for bound in {(which, most) for limits in bounds for which, most in enumerate(limits) if np.isfinite(most)}:
        h = h_that_reaches(network, data, *bound, relative)
        numbers = set()
        for beside in (1 - 1e-6, 1 + 1e-6):
            with computing_in("float64"):
                numbers.add(int(forms.which(bounds, *farthest(network, data, h * beside, relative))))
            assert off(network, data, loss, h * beside) <= 0.5
        assert len(numbers) <= 2


def test_the_bounds_of_how_far_anything_moves_hold() -> None:
    """Every weight is moved, and everything that moves is looked at."""
    sizes = (2, 5, 4, 3)
    for activation in ("tanh", "relu", "sigmoid", "step", "sin", "identity"):
        network, data = network_of(sizes, activation, 1.5), data_of(sizes)
        if activation == "identity":  # all moves add up, so that the bound is reached
            pairs = [(np.abs(layer.weights) * [0.01] + 0.1, layer.bias) for layer in network.layers[:-1]]
            pairs.append((network.layers[-1].weights * 0 + [0.0, 1.0, -1.0], network.layers[-1].bias))
            network = Network.from_arrays(pairs, activation=activation)
        for h in (1e-3, 0.3, 5.0):
            plain = seen(network, data.inputs)
            for name, array in network.arrays().items():
                inner, outer = farthest(network, data, h, relative=True, numbers=(int(name[1:]) - 1,))
                for place in np.ndindex(array.shape):
                    arrays = {key: np.array(value) for key, value in network.arrays().items()}
                    arrays[name][place] += h
                    changed = [(arrays[f"w{number}"], arrays[f"b{number}"]) for number in range(1, len(sizes))]
                    moved = seen(Network.from_arrays(changed, activation=activation), data.inputs)
                    gone = [b - a for a, b in zip(plain, moved, strict=True)]
                    assert max(np.abs(some).max() for some in gone[:-1]) <= inner * (1 + 1e-12)
                    assert np.abs(gone[-1] - gone[-1][:, :1]).max() <= outer * (1 + 1e-12)


def seen(network: Network, inputs: np.ndarray) -> list[np.ndarray]:
    """All pre-activations."""
    values, made = inputs, []
    for layer, activation in zip(network.layers, [*network.activations, None], strict=True):
        made.append(values @ layer.weights + layer.bias)
        values = activation.apply(made[-1], np) if activation else made[-1]
    return made


@pytest.mark.long
@pytest.mark.parametrize("activation", ["tanh", "relu", "relu,tanh"])
def test_many_networks_at_once_are_measured_like_each_alone(activation: str) -> None:
    """Some move little, some far; the switch between the forms stays one."""
    sizes, loss = (2, 6, 5, 3), LOSSES["cross-entropy"]
    networks = [network_of(sizes, activation, scale, seed) for seed, scale in enumerate((0.01, 1.0, 12.0))]
    stacked = jax.tree.map(lambda *arrays: np.stack(arrays, axis=-1), *networks)
    data = data_of(sizes)
    batch = Batch(data.inputs, data.targets)

    def many(networks: Network, h: Any) -> Any:
        def step(now: Network, _: None) -> Any:
            gradient = jax.vmap(lambda one: response.measure(loss, one, batch, h)[1], in_axes=-1, out_axes=-1)(now)
            return now, gradient

        return jax.lax.scan(step, networks, None, length=2)[1]

    with computing_in("float64"):
        for h in (1e-5, 0.05):
            together = jax.tree.map(lambda array: np.asarray(array)[1], jax.jit(many)(stacked, h))
            for number, network in enumerate(networks):
                mine = jax.tree.map(lambda array, at=number: array[..., at], together)
                now, wanted = slopes("loop", h=h)(network, data)
                assert off_the_loop(wanted, mine, now, h) <= 1
        program = jax.jit(many).lower(stacked, 0.1).as_text()
    assert "stablehlo.case" in program


@pytest.mark.long
@pytest.mark.parametrize(
    ("activation", "loss"), in_turn("softplus", "relu", "tanh", "sigmoid", "sin", "gelu", "step", "identity")
)
def test_float32_keeps_a_promise_of_its_own(activation: str, loss: str) -> None:
    """|koubai - loop| ≤ 1000·eps·max(largest slope, 1e-6) + 36·eps·max(1, loss)/h, the loop computing in float64."""
    sizes = (2, 8, 7, 3)
    for scale in (0.1, 1.0, 3.0):
        network = network_of(sizes, activation, scale).astype(np.float32).astype(np.float64)
        data = data_of(sizes)
        data.inputs = data.inputs.astype(np.float32).astype(np.float64)
        for h in (1e-3, 0.05, 1.0, 10.0):
            assert off(network, data, loss, float(np.float32(h)), "float32") <= 1


@pytest.mark.long
def test_a_loss_without_brackets_is_measured_by_its_response(monkeypatch: pytest.MonkeyPatch) -> None:
    known = LOSSES["cross-entropy"]
    monkeypatch.setitem(LOSSES, "plain", Loss("plain", "softmax", known.rows, known.response))
    sizes = (2, 5, 4, 3)
    for activation in ("relu",):
        for h in (1e-6, 0.05, 5.0):
            assert off(network_of(sizes, activation, 2.0), data_of(sizes), "plain", h) <= 1


@pytest.mark.long
@pytest.mark.parametrize(("sizes", "activation"), [((2, 3, 4, 2, 3, 3), "tanh"), ((2, 3, 2, 3, 2, 3, 2), "relu")])
def test_the_shifts_of_each_layer_go_on_apart_or_in_a_deep_network_together(sizes: tuple[int, ...], activation: str) -> None:
    for h in (1e-4, 0.3):
        assert off(network_of(sizes, activation, 2.0), data_of(sizes), "cross-entropy", h) <= 1


@pytest.mark.long
@pytest.mark.usefixtures("nothing_kept")
@pytest.mark.parametrize(("activation", "sizes"), [("relu", (5, 18, 4)), ("softplus,relu", (5, 18, 17, 4))])
def test_in_blocks_it_gives_the_same(activation: str, sizes: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    network, data = network_of(sizes, activation), data_of(sizes, rows=11)
    whole = slopes("central", h=0.03)(network, data)[1]
    monkeypatch.setattr(chunked_map, "NUMBERS_AT_ONCE", 3000)
    jax.clear_caches()  # type: ignore[no-untyped-call]
    with_blocks = slopes("central", h=0.03)(network, data)[1]
    for name, wanted in whole.arrays().items():
        np.testing.assert_allclose(with_blocks.arrays()[name], wanted, rtol=1e-9, atol=1e-13)


@pytest.mark.long
def test_memory_is_bounded_however_many_outputs_there_are() -> None:
    network = Network.random([4, 12, 5000])
    with computing_in("float64"):
        shapes = [jax.ShapeDtypeStruct((64, size), np.float64) for size in (4, 5000)]  # type: ignore[no-untyped-call]
        batch = Batch(shapes[0], shapes[1])
        program = jax.jit(response.measured, static_argnums=0).lower(LOSSES["cross-entropy"], network, batch, np.float64(0.1))
        memory = program.compile().memory_analysis()
    assert memory is not None
    assert memory.temp_size_in_bytes < 2**30


@pytest.mark.long
def test_samples_are_folded_however_many_there_are() -> None:
    random = np.random.default_rng(0)
    for rows in (1, 7, 15, 16, 17, 32, 63, 90, 150, 250, 321, 1000):
        parts = np.exp(random.uniform(-16, 16, (3, rows)))
        parts[0], parts[1] = np.exp(16.2), np.exp(-16.2)  # products as large and as small as can be
        counted = random.uniform(size=rows) < 0.8
        with computing_in("float64"):
            factors, brackets = small._over_samples(parts, 16.2, None), small._over_samples(parts, 0.0, counted)
        np.testing.assert_allclose(factors, np.log(parts).sum(axis=1), rtol=1e-12)
        np.testing.assert_allclose(brackets, parts[:, counted].sum(axis=1), rtol=1e-12)
