"""Rasters: what is drawn of a network is what it answers."""

import numpy as np
import pytest

import koubai as kb
from koubai.core.projection import PlaneProjection, cell_centres
from koubai.core.rasters import LARGEST, layer_values, rasters_of

SIDE, SMALL = 24, 8


def grid() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return cell_centres(-1, 1, -2, 2, SIDE).astype(np.float32)


def test_the_middles_of_cells_go_row_by_row_from_the_highest() -> None:
    centres = cell_centres(0, 4, 10, 12, 2)
    assert centres.tolist() == [[1, 11.5], [3, 11.5], [1, 10.5], [3, 10.5]]
    projection = PlaneProjection(np.array([1.0, 0.0, 0.0]), np.eye(3)[1:])
    np.testing.assert_array_equal(projection.flat(projection.lifted(centres)), centres)


@pytest.mark.parametrize("activation", ["relu", "tanh,sin"])
def test_values_of_layers_are_those_of_the_network(activation: str) -> None:
    network = kb.Network.random([2, 4, 3, 2], activation=activation, scale=1.0, seed=2)
    layers = layer_values(network, grid())
    assert [layer.shape[1] for layer in layers] == [2, 4, 3, 2]
    np.testing.assert_allclose(layers[-1], network.logits(grid()), rtol=1e-4, atol=1e-5)
    first = network.activations[0].apply(grid() @ network.layers[0].weights + network.layers[0].bias, np)
    np.testing.assert_allclose(layers[1], first, rtol=1e-4, atol=1e-5)


def test_every_unit_has_its_picture_and_its_scale() -> None:
    network = kb.Network.random([2, 5, 3], activation="tanh", scale=1.0, seed=4)
    rasters = rasters_of(network, grid(), SMALL, unit=(1, 2))
    assert rasters.units.shape == (8, SMALL, SMALL)
    assert rasters.inspected is not None
    hidden = layer_values(network, grid())[1][:, 2].reshape(SIDE, SIDE)
    shown = rasters.inspected / 127 * rasters.scales[2]
    inside = np.abs(hidden) <= rasters.scales[2]
    np.testing.assert_allclose(shown[inside], hidden[inside], atol=rasters.scales[2] / 200)
    np.testing.assert_array_equal(rasters.units[2], rasters.inspected[1::3, 1::3])
    winner = network.classify(grid()).reshape(SIDE, SIDE)
    np.testing.assert_array_equal(rasters.winner, winner)
    np.testing.assert_allclose(rasters.field / 255, network.probabilities(grid()).max(axis=1).reshape(SIDE, SIDE), atol=0.01)


def test_values_are_shown_between_their_extremes_and_infinite_ones_as_the_largest() -> None:
    network = kb.Network.from_arrays([([[1.0], [0.0]], [0.0])], output="identity")
    rasters = rasters_of(network, grid(), SMALL, values=np.array([0.0, 1.0]))
    assert rasters.extremes == (0.0, 1.0)
    assert rasters.field.min() == 0
    np.testing.assert_allclose(rasters.field[0, SIDE // 2 :] / 255, grid()[SIDE // 2 : SIDE, 0], atol=0.01)
    assert rasters_of(network, grid(), SMALL, values=np.array([-1.0, 3.0])).extremes == (-3.0, 3.0)
    assert rasters_of(network, grid(), SMALL, values=np.array([2.0])).extremes == (1.0, 3.0)
    huge = kb.Network.from_arrays([([[1e38], [1e38]], [0.0])], output="identity")
    with np.errstate(all="ignore"):
        values = layer_values(huge, np.full((1, 2), 9, np.float32))[-1]
    assert values.tolist() == [[np.float32(LARGEST)]]
