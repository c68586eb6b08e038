"""The rows of a setting, and the plane in which they are shown."""

import msgspec
import numpy as np
import pandas as pd
import pytest
from pyarrow import csv as arrow_csv

import koubai as kb
from koubai.core.network import parameters_in
from koubai.core.parameters import flatten, unflatten, widened
from koubai.core.projection import plane
from koubai.data import GATES, SETS, parquet_reader
from koubai.data.features import FEATURES, features_of
from koubai.errors import InputError
from koubai.experiment import Learning
from koubai.playground.model import setting_changes
from koubai.playground.model.configuration import linked_start
from koubai.playground.model.data_source import UserData, source_of
from koubai.playground.model.permalink import PermalinkState
from koubai.playground.model.rasters import page_rasters
from koubai.playground.protocol.limits import FIELD, MOST_FEATURES, MOST_SAMPLES, SMALL
from koubai.playground.protocol.setting import Setting


def test_the_founding_example_is_the_default() -> None:
    source = source_of(Setting(), UserData())
    assert setting_changes.experiment_of(Setting(), source) == kb.Experiment(engine="jax")
    seeded = Setting(seed=7, batch_seed=3)
    assert (
        setting_changes.experiment_of(seeded, source).to_dict() == kb.Experiment(seed=7, engine="jax").to_dict()
    )  # no batches
    assert setting_changes.experiment_of(Setting(batch_size=2, batch_seed=3), source).batch_seed == 3


@pytest.mark.parametrize("name", [name for name in (*GATES, *SETS) if name != "digits28"])
def test_every_set_is_shown(name: str) -> None:
    setting = setting_changes.normalized(
        msgspec.convert(setting_changes.default_settings(name), Setting), SETS[name].task if name in SETS else "classify"
    )
    source = source_of(setting, UserData())
    experiment = setting_changes.experiment_of(setting_changes.normalized(setting, source.train.task), source)
    network = experiment.problem.network(0)
    assert source.grid.shape == (FIELD * FIELD, network.sizes[0])
    left, right, bottom, top = source.extent
    assert ((left < source.points[:, 0]) & (source.points[:, 0] < right)).all()
    assert ((bottom < source.points[:, 1]) & (source.points[:, 1] < top)).all()
    rows = len(source.train.inputs) + (0 if source.test is None else len(source.test.inputs))
    assert source.points.shape == (rows, 2)
    rasters = page_rasters(network, source)
    hidden = sum(network.sizes[1:])
    assert rasters.units.shape == (hidden, SMALL, SMALL)
    assert (rasters.winner is None) == (network.sizes[-1] <= 2)


@pytest.mark.parametrize("activation", ["relu", "tanh", "relu,sin"])
def test_fields_are_the_network_s_answers(activation: str) -> None:
    features = ("x1", "x2", "x1*x2", "sin(πx1)")
    setting = Setting(data="moons", features=features, hidden=(5, 4), activations=("relu", "relu"))
    source = source_of(setting, UserData())
    network = kb.Network.random([4, 5, 4, 2], activation=activation, scale=1.0, seed=1)
    rasters = page_rasters(network, source, (2, 3))
    left, right, bottom, top = source.extent
    for row, column in ((0, 0), (95, 0), (40, 77)):
        x = left + (right - left) * (column + 0.5) / FIELD
        y = top - (top - bottom) * (row + 0.5) / FIELD  # row 0 is the highest
        inputs = features_of(np.array([[x, y]]), features)
        ahead = 2 * int(rasters.field[row, column]) / 255 - 1
        assert (1 + ahead * abs(ahead)) / 2 == pytest.approx(network.probabilities(inputs)[0, 1], abs=0.005)
        second = kb.Network(network.layers[:2], network.activation.split(",")[0], "identity").logits(inputs)[0, 3]
        value = network.activations[1].apply(second, np)
        assert rasters.inspected is not None
        expected = np.clip(127 * value / rasters.scales[8], -127, 127)
        assert rasters.inspected[row, column] == pytest.approx(expected, abs=0.6)
    assert rasters.scales[-2:].tolist() == [1, 1]


def test_more_classes_say_who_wins() -> None:
    source = source_of(Setting(data="blobs"), UserData())
    network = kb.Network.random([2, 6, 3], scale=1.0)
    rasters = page_rasters(network, source)
    x = np.linspace(*source.extent[:2], FIELD, endpoint=False) + (source.extent[1] - source.extent[0]) / FIELD / 2
    answers = plane(network, x, -x if source.extent[3] == -source.extent[2] else x).answers
    assert rasters.winner is not None
    assert set(np.unique(rasters.winner)) <= {0, 1, 2}
    if source.extent[3] == -source.extent[2]:
        assert (rasters.winner == answers.argmax(axis=2)).mean() > 0.999
    assert rasters.field.min() >= 255 / 3 - 1


def test_values_are_shown_over_their_range() -> None:
    source = source_of(Setting(data="plane", loss="squared"), UserData())
    exact = kb.Network.from_arrays([([[0.4], [0.3]], [0.0])], output="identity")
    rasters = page_rasters(exact, source)
    low, high = rasters.extremes
    assert low == -high
    assert rasters.field[0, -1] > 128 > rasters.field[-1, 0]  # upwards to the right


def test_own_points_are_rows() -> None:
    points = ((0.0, 0.0, 2.0), (1.0, 0.5, 0.0), (-1.0, 0.5, 0.0))
    source = source_of(Setting(data="own"), UserData(points))
    assert source.train.classes == (0, 1, 2)
    np.testing.assert_array_equal(source.points, np.array(points)[:, :2])
    values = source_of(Setting(data="own", task="regress"), UserData(points)).train
    assert values.targets[:, 0].tolist() == [2.0, 0.0, 0.0]
    split = source_of(Setting(data="own", test=0.34), UserData(points))
    assert split.test is not None
    assert len(split.train.inputs) + len(split.test.inputs) == 3


def test_a_table_is_learned_by_its_columns() -> None:
    content = "身長,体重,組\n" + "".join(f"{i},{i % 7 + i},{'あ' if i % 2 else 'い'}\n" for i in range(40))
    source = source_of(Setting(data="table", test=0.2), UserData((), "組.csv", content.encode("cp932")))
    assert source.columns == ("身長", "体重", "組")
    assert source.train.classes == ("あ", "い")
    assert "note-encoding" in [key for key, _ in source.notes]
    assert not source.is_planar


@pytest.mark.parametrize(
    ("setting", "brought", "word"),
    [
        (Setting(data="nothing"), UserData(), "nothing"),
        (Setting(data="own"), UserData(), "draw"),
        (Setting(data="own"), UserData(((0, 0, 10.0),)), "10"),
        (Setting(data="own"), UserData(((0, 0, 0.5),)), "0.5"),
        (Setting(data="table"), UserData((), "a.csv", b"x,y\n1,2\n"), "a.csv|split|rows"),
        (Setting(data="moons", features=("x3",)), UserData(), "x3"),
        (Setting(hidden=(64,) * 9, activations=("relu",) * 9, data="digits"), UserData(), "20000"),
        (Setting(data="digits", method="loop", hidden=(64,)), UserData(), "loop"),
        (Setting(method="central", activations=("wave",)), UserData(), "wave"),
    ],
)
def test_what_can_t_be_shown_is_explained(setting: Setting, brought: UserData, word: str) -> None:
    with pytest.raises(InputError, match=word):
        setting_changes.experiment_of(setting, source_of(setting, brought))


def test_a_wide_table_and_many_classes_are_refused() -> None:
    rows = [[f"c{i}" for i in range(102)], *([str((i * j) % 97 + j / 7) for i in range(102)] for j in range(30))]
    wide = "\n".join(map(",".join, rows))
    with pytest.raises(InputError, match="101 features"):
        source_of(Setting(data="table"), UserData((), "wide.csv", wide.encode()))
    many = "x,y\n" + "\n".join(f"{i},c{i % 12}" for i in range(48))
    with pytest.raises(InputError, match="12 classes"):
        source_of(Setting(data="table"), UserData((), "many.csv", many.encode()))


@pytest.mark.long
def test_a_setting_of_a_run_means_the_same_run() -> None:
    mixed = kb.train("xor", steps=20, hidden=(4, 3), activation="relu,tanh", engine="jax")
    for run in (mixed, kb.train("moons", steps=20, l2=0.1, batch_size=8, engine="jax")):
        setting = setting_changes.setting_of(run)
        source = source_of(setting, UserData(run=run))
        again = setting_changes.experiment_of(setting, source, base=run.experiment)
        first, same = run.experiment.to_dict(), again.to_dict()
        first.pop("problem"), same.pop("problem")
        assert first == same
        np.testing.assert_array_equal(flatten(again.problem.network(0)), flatten(run.experiment.problem.network(0)))
        assert source.is_planar


def test_weights_go_to_a_flat_array_and_back() -> None:
    network = kb.Network.random([3, 4, 2], seed=5)
    parameters = flatten(network)
    assert len(parameters) == parameters_in((3, 4, 2))
    again = unflatten(parameters, (3, 4, 2))
    for one, other in zip(network.arrays().values(), again.arrays().values(), strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(InputError, match="26"):
        linked_start(PermalinkState(Setting(), weights=parameters[:-1]), (3, 4, 2))
    assert setting_changes.edited(network, {"w1[2,3]": 9.0, "b2[1]": -1.0}).layers[0].weights[2, 3] == 9.0
    for place in ("w3[0,0]", "w1[3,0]", "w1[0]", "b1[0,0]", "b0[0]", "w0[0,0]", "w01[0,0]", "b1[4]"):
        with pytest.raises(InputError, match=r"3-4-2"):
            setting_changes.entry_named(place, (3, 4, 2))


def test_units_that_are_added_leave_the_others_as_they_are() -> None:
    old, drawn = kb.Network.random([2, 3, 2], seed=1), kb.Network.random([2, 5, 2], seed=2)
    wide = widened(old, drawn)
    np.testing.assert_array_equal(wide.layers[0].weights[:, :3], old.layers[0].weights)
    np.testing.assert_array_equal(wide.layers[0].weights[:, 3:], drawn.layers[0].weights[:, 3:])
    deeper = kb.Network.random([2, 3, 3, 2], seed=2)
    assert widened(old, deeper).layers[1].weights.tolist() == deeper.layers[1].weights.tolist()


def test_features_are_those_of_the_data() -> None:
    source = source_of(Setting(features=tuple(FEATURES)), UserData())
    assert source.train.inputs.shape == (4, 7)
    assert Learning(source.data).sizes[0] == 7


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_that_is_too_large_is_refused_before_it_is_read(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def content(rows: int, columns: int) -> bytes:
        frame = pd.DataFrame(np.zeros((rows, columns)), columns=[f"c{number}" for number in range(columns)])
        content: bytes = frame.to_csv(index=False).encode() if kind == "csv" else frame.to_parquet()
        return content

    def read(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(arrow_csv, "read_csv", read)
    monkeypatch.setattr(parquet_reader, "_read_in_batches", read)
    setting = Setting(data="table")
    for rows, columns, message in (
        (MOST_SAMPLES + 1, 2, "There are 5001 rows, but the playground shows at most 5000"),
        (3, MOST_FEATURES + 2, "There are 101 features, but the playground shows at most 100"),
    ):
        with pytest.raises(InputError, match=message):
            source_of(setting, UserData(name=f"a.{kind}", content=content(rows, columns)))
