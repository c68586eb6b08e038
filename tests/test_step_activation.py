"""Hidden units that step have an exact slope of zero, and learn nonetheless: by differences as wide as their pre-activations.

These are the claims of docs/real-data.md.
"""

import numpy as np
import pytest

import koubai as kb
from koubai.data import Dataset, Splits

H, SEEDS = 0.3, range(10)
XOR = {"activation": "step", "learning_rate": 0.1}
CIRCLES = {"activation": "step", "hidden": (16,)}


@pytest.fixture(scope="module")
def circles() -> list[Splits]:
    return [kb.data.load("circles", seed=seed) for seed in SEEDS]


def stepping(data: Dataset, hidden: int, seed: int) -> kb.Network:
    return kb.Network.random([data.inputs.shape[1], hidden, data.targets.shape[1]], activation="step", init="he", seed=seed)


def few(name: str) -> Dataset:
    return kb.data.gate("xor") if name == "xor" else kb.data.load("circles", samples=40).train


@pytest.mark.parametrize("name", ["xor", "circles"])
def test_the_exact_slopes_of_the_hidden_layer_are_zero_and_the_measured_are_not(name: str) -> None:
    data = few(name)
    for seed in range(3):
        network = stepping(data, 8, seed)
        _, exact = kb.slopes("backprop")(network, data)
        assert not exact.layers[0].weights.any()
        assert not exact.layers[0].bias.any()
        assert exact.layers[1].weights.any()
        _, measured = kb.slopes("central", h=H)(network, data)
        assert measured.layers[0].weights.any()
        assert measured.layers[0].bias.any()
        _, plain = kb.slopes("loop", h=H)(network, data)
        for layer, slopes in plain.arrays().items():
            np.testing.assert_allclose(measured.arrays()[layer], slopes, atol=1e-9)


@pytest.mark.long
def test_xor_is_learned_whatever_the_seed() -> None:
    for seed in SEEDS:
        run = kb.train("xor", **XOR, h=H, seed=seed, record_every=5001)  # type: ignore[arg-type]
        assert run.correct.all(), seed


def test_backprop_moves_no_hidden_weight_of_xor() -> None:
    right = []
    for seed in SEEDS:
        run = kb.train("xor", **XOR, hidden=(3,), method="backprop", seed=seed, record_every=5001)  # type: ignore[arg-type]
        first, last = run.records[0].parameters.layers, run.network.layers
        assert (first[0].weights == last[0].weights).all()
        assert (first[0].bias == last[0].bias).all()
        assert (first[1].weights != last[1].weights).any()
        right.append(bool(run.correct.all()))
    assert not any(right)


def test_circles_are_learned_whatever_the_seed(circles: list[Splits]) -> None:
    for seed, parts in zip(SEEDS, circles, strict=True):
        run = kb.train(parts, **CIRCLES, h=H, seed=seed)  # type: ignore[arg-type]
        assert (run.scores("test").accuracy or 0) >= 0.95, seed


def test_backprop_does_not_learn_circles(circles: list[Splits]) -> None:
    for seed, parts in zip(SEEDS, circles, strict=True):
        run = kb.train(parts, **CIRCLES, method="backprop", seed=seed)  # type: ignore[arg-type]
        assert (run.records[0].parameters.layers[0].weights == run.network.layers[0].weights).all()
        assert (run.scores("test").accuracy or 0) < 0.65, seed
