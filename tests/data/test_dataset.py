"""A person's own arrays as Datasets."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

import koubai as kb
from koubai.arrays import digest
from koubai.data import Dataset, Preparation, dataset
from koubai.data.preprocessing import CategoryColumn, NumberColumn, Target
from koubai.errors import InputError


@pytest.mark.parametrize(
    ("targets", "task", "classes", "rows"),
    [
        ([0, 2, 2], None, (0, 2), [[1, 0], [0, 1], [0, 1]]),
        ([True, False, True], None, (False, True), [[0, 1], [1, 0], [0, 1]]),
        (["b", "a", "b"], None, ("a", "b"), [[0, 1], [1, 0], [0, 1]]),
        ([[1, 0], [0, 1], [1, 0]], None, (0, 1), [[1, 0], [0, 1], [1, 0]]),
        ([0.0, 1.0, 0.0], "classify", (0.0, 1.0), [[1, 0], [0, 1], [1, 0]]),
        ([[0], [2], [0]], None, (0, 2), [[1, 0], [0, 1], [1, 0]]),
        (np.array([5, 3, 5]), None, (3, 5), [[0, 1], [1, 0], [0, 1]]),
        ([0.5, 1.0, 2.0], None, (), [[0.5], [1.0], [2.0]]),
        ([0, 2, 2], "regress", (), [[0], [2], [2]]),
        ([[0.5, 1], [1, 1], [0, 0]], None, (), [[0.5, 1], [1, 1], [0, 0]]),
    ],
)
def test_from_arrays(targets: Any, task: Any, classes: Any, rows: Any) -> None:
    data = Dataset.from_arrays([[1], [2], [3]], targets, task=task)
    assert data.targets.tolist() == rows
    assert data.classes == classes
    assert data.task == ("classify" if classes else "regress")
    assert not data.inputs.flags.writeable


@pytest.mark.parametrize(
    ("inputs", "targets", "more", "message"),
    [
        ([1, 2], [0, 1], {}, r"inputs have the shape \(2,\), but"),
        ([[]], [0], {}, r"inputs have the shape \(1, 0\)"),
        ([[1], [2]], [0], {}, "2 rows of inputs but 1 targets"),
        ([[1], [np.nan]], [0, 1], {}, r"inputs holds nan at row 1, column 0 \(both counted from 0\)"),
        ([[1], ["x"]], [0, 1], {}, "inputs must hold real numbers"),
        ([[1], [1j]], [0, 1], {}, "inputs must hold real numbers"),
        ([[1], [10**400]], [0, 1], {}, "inputs must hold real numbers"),
        (np.ma.masked_equal([[1], [2]], 2), [0, 1], {}, "without gaps"),
        ([[1], [2]], [[1], [1, 2]], {}, "targets must hold real numbers"),
        ([[1], [2]], np.array([0, np.nan], object), {}, "labels must be distinct texts, numbers or booleans, but nan"),
        ([[1], [2]], np.array([0, []], object), {}, "but '..' is among them"),
        ([[1], [2]], [0, 1], {"classes": [0, 1, 0]}, "but 0 is among them"),
        ([[1], [2]], [[[0]], [[1]]], {}, r"targets have the shape \(2, 1, 1\)"),
        ([[1], [2]], [[1, 0], [1, 1]], {"task": "classify"}, "Row 1 of the targets is not one-hot"),
        ([[1], [2]], [0.5, np.inf], {}, "targets holds inf"),
        ([[1], [2]], [0, 1], {"task": "rank"}, "task is 'rank'"),
        ([[1], [2]], [0, 1], {"task": np.zeros(2)}, "task is"),
        ([[1], ["2"]], [0, 1], {}, "inputs must hold real numbers, but <U21"),
        (np.array([[1], ["2"]], object), [0, 1], {}, "inputs must hold real numbers, but 2 is among"),
        (np.array([["2020-01-01"], ["NaT"]], "M8[D]"), [0, 1], {}, r"inputs must hold real numbers, but datetime64\[D\]"),
        (np.array([[1], [2]], "m8[s]"), [0, 1], {}, r"but timedelta64\[s\]"),
        (np.array([[np.timedelta64(1)], [2]], object), [0, 1], {}, "but 1 is among"),
        (
            pd.DataFrame({"a": pd.to_datetime(["2020-01-01", None])}),
            [0, 1],
            {},
            "inputs must hold real numbers, but datetime64",
        ),
        (pd.DataFrame({"a": pd.cut([1, 2], 2)}), [0, 1], {}, "inputs must hold real numbers"),
        ([[1], [2]], pd.Series(pd.to_datetime(["2020-01-01", None])), {}, "targets must hold real numbers, but datetime64"),
        ([[1], [2]], np.array([1, 2], "m8[s]"), {}, "targets must hold real numbers, but timedelta64"),
        ([[1], [2]], [b"a", b"b"], {}, "targets must hold real numbers, but "),
        ([[1], [2]], [True, 1], {}, r"mix texts, numbers and truth values \(1, True\)"),
        ([[1], [2]], [[0], [False]], {}, r"mix .* \(False, 0\)"),
        ([[1], [2]], ["1", 1], {}, r"mix .* \(1, '1'\)"),
        ([[1], [2]], np.array([1, "1"], object), {}, r"mix .* \('1', 1\)"),
        ([[1], [2]], [True, 2.5], {"task": "regress"}, "mix"),
        ([[1], [2]], [0, 1], {"classes": {0, 1}}, "classes are given as set, but must be a list or tuple"),
        ([[1], [2]], [0, 1], {"classes": {0: "a", 1: "b"}}, "classes are given as dict"),
        ([[1], [2]], [0, 1], {"classes": "01"}, "classes are given as str"),
        ([[1], [2]], [0, 1], {"classes": 2}, "classes are given as int"),
        ([[1], [2]], [0, 1], {"classes": (one for one in (0, 1))}, "classes are given as generator"),
        ([[1], [2]], [0, 1], {"classes": [0, None]}, "labels must be distinct texts, numbers or booleans, but None"),
        ([[1], [2]], [0, 1], {"classes": [0, False, 1]}, "labels must be distinct .*, but False"),
        ([[1], [2]], [0, 1], {"feature_names": "a"}, "feature_names are given as str"),
        ([[1], [2]], [0, 1], {"feature_names": {"a"}}, "feature_names are given as set"),
        ([[1], [2]], [0, 1], {"preparation": 3}, "see columns"),
        ([[1], [2]], [0, 1], {"classes": (0, 2)}, "label 1, which is none of the classes: 0, 2"),
        ([[1], [2]], [0, 1], {"feature_names": ("a", "b")}, "2 names for 1 features"),
        ([[1], [2]], [[1, 0], [0, 1]], {"classes": ("a",)}, "1 names for 2 classes"),
    ],
)
def test_arrays_that_can_not_be(inputs: Any, targets: Any, more: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Dataset.from_arrays(inputs, targets, **more)


def test_labels_of_one_kind_are_what_they_are() -> None:
    assert Dataset.from_arrays([[1], [2]], [1, 1.0], task="classify").classes == (1.0,)
    assert Dataset.from_arrays([[1], [2]], pd.Series(["b", "a"], index=[7, 7], dtype="category")).classes == ("a", "b")
    assert Dataset.from_arrays([[1], [2]], [0, 1], classes=np.array([0, 1])).classes == (0, 1)
    assert Dataset.from_arrays([[1], [2]], [0, 1], classes=pd.Index([0, 1])).classes == (0, 1)
    assert Dataset.from_arrays([[1], [2]], [0, 1], classes=range(2)).classes == (0, 1)


def test_nobody_writes_to_a_dataset() -> None:
    inputs, targets = np.array([[1.0], [2.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    read_only = inputs[:]
    read_only.setflags(write=False)  # which can be written to by another name
    for data in (Dataset.from_arrays(read_only, targets), Dataset(read_only, targets, (0, 1), ("x1",))):
        inputs[0, 0], targets[0, 0] = 5.0, 5.0
        assert (data.inputs[0, 0], data.targets[0, 0]) == (1, 0)
        inputs[0, 0], targets[0, 0] = 1.0, 0.0
        for array in (data.inputs, data.targets):
            with pytest.raises(ValueError, match="read-only"):
                array[0, 0] = 3.0
        assert Dataset.from_arrays(data.inputs, data.targets).inputs is data.inputs  # nothing is copied twice


def test_regression_trains_with_several_outputs() -> None:
    x = np.linspace(-1, 1, 20)[:, None]
    data = kb.data.Dataset.from_arrays(x, np.hstack([2 * x, 1 - x]))
    run = kb.train(data, loss="squared", hidden=(), learning_rate=0.3, steps=200, scale=0.5)
    np.testing.assert_allclose(run.network.predict(x), data.targets, atol=1e-3)
    with pytest.raises(InputError, match="no row is right or wrong"):
        _ = run.correct
    with pytest.raises(InputError, match="cross-entropy needs classes"):
        kb.train(data, loss="cross-entropy")


SMALL = Preparation((NumberColumn("a", 1.0, 2.0), CategoryColumn("c", ("x", "y"))), Target("t", "classify", ("no", "yes")))


def test_a_dataset_comes_back_exactly() -> None:
    inputs, targets = np.arange(12.0).reshape(4, 3) / 7, ["yes", "no", "no", "yes"]
    plain = Dataset.from_arrays(inputs, targets, name="mine")
    assert list(plain.to_dict()) == ["inputs", "targets", "classes", "feature_names", "task", "name"]
    for data in (
        plain,
        Dataset.from_arrays(inputs, targets, preparation=SMALL),
        Dataset.from_arrays(inputs, [0.5, 1, 2, 3], image=(1, 3)),
    ):
        values = json.loads(json.dumps(data.to_dict()))
        again = Dataset.from_dict(values, data.arrays())
        assert again.to_dict() == values
        assert np.array_equal(again.inputs, data.inputs)
        assert np.array_equal(again.targets, data.targets)
        assert (again.classes, again.task, again.image, again.preparation) == (
            data.classes, data.task, data.image, data.preparation,
        )  # fmt: skip


def test_digests_are_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    data = Dataset.from_arrays(np.ones((3, 2)), [0, 1, 0])
    expected = {digest(data.inputs): data.inputs, digest(data.targets): data.targets}
    counted: list[Any] = []

    def counting(array: Any) -> str:
        counted.append(array)
        return digest(array)

    monkeypatch.setattr(dataset, "digest", counting)
    for _ in range(3):
        assert data.arrays().keys() == expected.keys() == {data.to_dict()["inputs"], data.to_dict()["targets"]}
    assert len(counted) == 2
    again = Dataset.from_dict(data.to_dict(), data.arrays())
    assert again.digests == data.digests
    assert len(counted) == 2  # from_dict has compared them already


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"colour": 1},
            "no field called 'colour'; it has: inputs, targets, classes, .*, preparation, image",
        ),
        ({"inputs": "0" * 64}, "array 0{64} is not at hand"),
        ({"inputs": ["a"]}, r"array .*a.* is not at hand"),
        ({"targets": None}, "array None is not at hand"),
        ({"classes": 5}, "no usable field 'classes'"),
        ({"classes": ["a", "a"]}, "'a' is among them"),
        ({"classes": [[]]}, "labels must be distinct"),
        ({"feature_names": "ab"}, "no usable field 'feature_names'"),
        ({"feature_names": [1, 2]}, "name 1 can't be used"),
        ({"name": None}, "name None can't be used"),
        ({"task": "rank"}, "task is 'rank'"),
        ({"task": ["rank"]}, "task is"),
        ({"image": [2, 2]}, r"image is \(2, 2\), but it must be \(height, width\) with height x width = 2"),
        ({"image": 2}, "image is 2"),
        ({"image": [True, 2]}, "image is"),
        ({"image": [1.0, 2]}, "image is"),
        ({"preparation": {}}, r"can't be read \(see preparation\)"),
        ({"preparation": SMALL.to_dict()}, r"can't be read \(see columns\)"),
    ],
)
def test_a_damaged_description(change: dict[str, Any], message: str) -> None:
    data = Dataset.from_arrays(np.ones((3, 2)), [0, 1, 0])
    with pytest.raises(InputError, match=message):
        Dataset.from_dict({**data.to_dict(), **change}, data.arrays())


def test_a_description_with_a_field_too_few() -> None:
    data = Dataset.from_arrays(np.ones((3, 2)), [0, 1, 0])
    for name in data.to_dict():
        values = {key: value for key, value in data.to_dict().items() if key != name}
        with pytest.raises(InputError, match=f"no usable field '{name}'"):
            Dataset.from_dict(values, data.arrays())
    with pytest.raises(InputError, match="must be a mapping"):
        Dataset.from_dict([], {})
