"""Frozen parameters: their names, and that nothing moves them."""

import re

import numpy as np
import pytest

import koubai as kb
from koubai.core.parameters import (
    ParameterName,
    entry_pattern,
    flatten,
    frozen_mask,
    frozen_names,
    unflatten,
    value_of,
    with_values,
)
from koubai.core.step import ENGINES
from koubai.errors import InputError
from koubai.experiment.fields import EngineName, MethodName, OptimizerName

NAMES = ["w1[1,2]", "b1[0]", "w2"]


def test_the_mask_has_the_structure_of_the_network() -> None:
    network = kb.Network.random([2, 3, 2], activation="tanh")
    mask = frozen_mask(network, ["w1[1,2]", "b1[0]", "b2"])
    assert mask.layers[0].weights.tolist() == [[False] * 3, [False, False, True]]
    assert mask.layers[0].bias.tolist() == [True, False, False]
    assert not mask.layers[1].weights.any()
    assert mask.layers[1].bias.all()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("w0", "no parameter called 'w0'"),
        ("v1", "no parameter called 'v1'"),
        ("w1[0]", r"w1\[0\] can't be frozen, because w1 has the shape \(2, 3\); count its places from 0"),
        ("b1[0,0]", r"because b1 has the shape \(3,\)"),
        ("b1[3]", r"because b1 has the shape \(3,\)"),
        ("w1[-1,0]", "no parameter called"),
        ("w1[0,0", "no parameter called"),
        ("b3", "the network has only 2 layers; name arrays from w1 and b1 to w2 and b2"),
        (3, "no parameter called 3"),
    ],
)
def test_names_that_can_not_be(name: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        frozen_names([name], (2, 3, 2))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("method", ["central", "loop", "spsa"])
@pytest.mark.parametrize("optimizer", ["gradient-descent", "adamw", "lion"])
def test_frozen_parameters_stay_and_all_others_move(method: MethodName, optimizer: OptimizerName, engine: EngineName) -> None:
    learning = kb.Learning("xor", hidden=(3,), activation="tanh", scale=1.0, frozen=tuple(NAMES))
    run = kb.train(learning, method=method, optimizer=optimizer, batch_size=3, steps=9, engine=engine)
    start, end, mask = run.records[0].parameters, run.network, learning.mask()
    assert mask is not None
    for name, stays in mask.arrays().items():
        moved = start.arrays()[name] != end.arrays()[name]
        assert np.array_equal(moved, ~stays), name


def test_the_compiled_program_is_the_plain_one() -> None:
    learning = kb.Learning("xor", hidden=(3,), frozen=tuple(NAMES))
    runs = [kb.train(learning, method=method, optimizer="adam", steps=20, engine="jax") for method in ("central", "loop")]
    np.testing.assert_allclose(runs[0].losses, runs[1].losses, rtol=0, atol=1e-12)


def test_a_cut_weight_is_as_if_it_was_not_there() -> None:
    start = kb.Network.random([2, 3, 2], activation="tanh", scale=1.0)
    w1, w2 = start.layers[0].weights.copy(), start.layers[1].weights.copy()
    w1[:, 1] = w2[1] = 0
    cut = kb.Network.from_arrays([(w1, np.zeros(3)), (w2, np.zeros(2))], activation="tanh")
    small = kb.Network.from_arrays([(w1[:, [0, 2]], np.zeros(2)), (w2[[0, 2]], np.zeros(2))], activation="tanh")
    frozen = ["w1[0,1]", "w1[1,1]", "w2[1,0]", "w2[1,1]"]
    without = kb.train(small, "xor", method="backprop", steps=30)
    with_cut = kb.train(cut, "xor", method="backprop", steps=30, frozen=frozen)
    np.testing.assert_allclose(with_cut.losses, without.losses, rtol=0, atol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_with_frozen_parameters_goes_on_bit_for_bit(engine: str) -> None:
    learning = kb.Learning("xor", frozen=("w1",))
    experiment = kb.Experiment(learning, optimizer="adamw", steps=60, record_every=20, engine=engine)
    whole = list(experiment.run())
    cut = next(step for step in whole if step.number == 20)
    rest = list(experiment.run(resume=cut))
    assert np.array_equal(rest[-1].parameters.layers[1].weights, whole[-1].parameters.layers[1].weights)
    assert np.array_equal(rest[-1].parameters.layers[0].weights, whole[0].parameters.layers[0].weights)


@pytest.mark.parametrize("text", ["w1", "b12", "w1[0,3]", "b2[1]", "w10[63,0]"])
def test_a_name_is_written_as_it_was_read(text: str) -> None:
    name = ParameterName.parse(text)
    assert name is not None
    assert str(name) == text
    assert ParameterName.parse(f" {text.replace(',', ' , ')} ") == name
    assert bool(re.fullmatch(entry_pattern(layer_digits=2, index_digits=3), text)) == bool(name.index)


@pytest.mark.parametrize("text", ["", "w", "w0", "w01[0,0]", "v1", "w1[", "w1[0,0,0]", "w1[-1]", "1[3]", "w１"])
def test_other_texts_are_no_names(text: str) -> None:
    assert ParameterName.parse(text) is None


def test_parameters_go_into_a_flat_array_and_back_and_each_has_its_number() -> None:
    network = kb.Network.random([2, 3, 2], seed=3)
    again = unflatten(flatten(network), (2, 3, 2))
    for one, other in zip(network.arrays().values(), again.arrays().values(), strict=True):
        np.testing.assert_array_equal(one, other)
    name = ParameterName("w", 2, (1, 0))
    changed = with_values(network, {name: 9.0})
    assert (value_of(changed, name), changed.layers[1].weights[1, 0]) == (9.0, 9.0)
    assert (flatten(changed) != flatten(network)).sum() == 1
    assert (name.shape_in((2, 3, 2)), ParameterName("b", 3).shape_in((2, 3, 2))) == ((3, 2), ())
