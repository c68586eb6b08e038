"""Networks as safetensors: an exact round trip, and no damaged file that gives wrong numbers."""

import json
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from safetensors import safe_open
from tests.strategies import Case, cases

import koubai as kb
from koubai.data import Preparation
from koubai.data.preprocessing import CategoryColumn, NumberColumn, Target
from koubai.errors import FileFault, InputError
from koubai.export import read_preparation, read_safetensors, write_safetensors

PREPARATION = Preparation((NumberColumn("größe", 170.25, 9.5),), Target("weight", "regress", (), (61.5,), (12.25,)))

OLD = (  # a file as koubai 0.1.0 wrote it, of the format 1
    b'(\x01\x00\x00\x00\x00\x00\x00{"__metadata__":{"koubai":"{\\"format\\": 1, \\"activation\\": \\"tanh\\", '
    b'\\"output\\": \\"softmax\\", \\"sha256\\": '
    b'\\"101435ab601a1c094f675fb9bd357b45664d5276b71e8315e05c5bee2c92e0d4\\"}"},'
    b'"b1":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"w1":{"dtype":"F64","shape":[1,2],"data_offsets":[16,32]}}     '
    b"\x9a\x99\x99\x99\x99\x99\xb9?\x00\x00\x00\x00\x00\x00\x08@\x00\x00\x00\x00\x00\x00\xf8?\x00\x00\x00\x00\x00\x00\x00\xc0"
)


def assert_same(a: kb.Network, b: kb.Network) -> None:
    assert (a.activation, a.output, a.sizes) == (b.activation, b.output, b.sizes)
    for name, array in a.arrays().items():
        other = b.arrays()[name]
        assert (array.dtype, array.shape, array.tobytes()) == (other.dtype, other.shape, other.tobytes())


@given(case=cases())
def test_it_comes_back_to_the_bit(case: Case, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("weights") / "network.safetensors"
    for network in (case.network, case.network.astype(np.float32)):
        write_safetensors(network, path)
        assert_same(read_safetensors(path), network)
    assert os.listdir(path.parent) == [path.name]


def test_extreme_numbers_and_layouts(tmp_path: Path) -> None:
    transposed = np.arange(6.0).reshape(3, 2).T  # not in one piece
    backwards = np.array([5e-324, -0.0, 1.7e308, 1 / 3])[::-1]
    network = kb.Network.from_arrays([(transposed, np.zeros(3)), (np.ones((3, 4)), backwards)], output="identity")
    write_safetensors(network, tmp_path / "a")
    again = read_safetensors(tmp_path / "a")
    assert np.array_equal(again.layers[0].weights, [[0, 2, 4], [1, 3, 5]])
    assert again.layers[1].bias.tolist() == backwards.tolist()
    assert np.signbit(again.layers[1].bias[2])


def test_the_file_is_plain_safetensors(tmp_path: Path) -> None:
    network = kb.Network.random([2, 3, 2], activation="tanh")
    kb.export.write_safetensors(network, tmp_path / "a.safetensors")
    arrays = safetensors.numpy.load_file(tmp_path / "a.safetensors")
    assert sorted(arrays) == ["b1", "b2", "w1", "w2"]
    assert np.array_equal(arrays["w1"], network.layers[0].weights)
    with safe_open(tmp_path / "a.safetensors", "numpy") as file:  # type: ignore[no-untyped-call]
        metadata = file.metadata()
    assert list(metadata) == ["koubai"]
    about = json.loads(metadata["koubai"])
    assert (about["format"], about["activation"], about["output"], len(about["sha256"])) == (1, "tanh", "softmax", 64)


def test_files_of_the_first_format(tmp_path: Path) -> None:
    """They are read, and written to the bit where there is no preparation."""
    network = kb.Network.from_arrays([([[1.5, -2.0]], [0.1, 3.0])], activation="tanh")
    (tmp_path / "old").write_bytes(OLD)
    assert_same(read_safetensors(tmp_path / "old"), network)
    assert read_preparation(tmp_path / "old") is None
    write_safetensors(network, tmp_path / "new")
    assert (tmp_path / "new").read_bytes() == OLD


def test_a_preparation_goes_along(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    texts = Preparation(
        (CategoryColumn("c", ("x", "y"), "x"), NumberColumn("n")), Target("t", "classify", ("no", True, 3, 0.5))
    )
    for preparation, sizes in ((PREPARATION, [1, 3, 1]), (texts, [3, 4])):
        network = kb.Network.random(sizes)
        write_safetensors(network, path, preparation)
        assert read_preparation(path) == preparation
        assert_same(read_safetensors(path), network)
        with safe_open(path, "numpy") as file:  # type: ignore[no-untyped-call]
            about = json.loads(file.metadata()["koubai"])
        assert (about["format"], about["preparation"]) == (2, json.loads(json.dumps(preparation.to_dict())))
    with pytest.raises(InputError, match="has 3 features and 4 outputs, but the network has 2 inputs and 2 outputs"):
        write_safetensors(kb.Network.random([2, 2]), path, texts)
    assert read_preparation(path) == texts


@pytest.mark.parametrize(
    "change",
    [
        lambda about: about.pop("preparation"),
        lambda about: about.update(format=1),
        lambda about: about["preparation"]["target"].update(mean=[61.25]),
        lambda about: about["preparation"]["columns"][0].update(scale=9.25),
        lambda about: about.update(preparation=None),
    ],
)
def test_another_preparation_than_the_checksums_is_refused(change: Any, tmp_path: Path) -> None:
    path = tmp_path / "network.safetensors"
    write_safetensors(kb.Network.random([1, 2, 1]), path, PREPARATION)
    rewritten(path, lambda header, about: change(about))
    with pytest.raises(FileFault, match="is damaged"):
        read_preparation(path)


def test_a_preparation_that_does_not_fit_is_refused_though_its_checksum_is_right(tmp_path: Path) -> None:
    from koubai.export.safetensors_file import _sum_of

    path, arrays = tmp_path / "a", {"w1": np.ones((2, 1)), "b1": np.ones(1)}
    damaged: list[Any] = [PREPARATION.to_dict(), {"columns": []}]
    for preparation in damaged:
        known = {"format": 2, "activation": "relu", "output": "identity", "preparation": preparation}
        about = json.dumps({**known, "sha256": _sum_of(known, arrays)})
        path.write_bytes(safetensors.numpy.save(arrays, metadata={"koubai": about}))
        with pytest.raises(FileFault, match="is damaged"):
            read_safetensors(path)


def flipped(content: bytearray, random: np.random.Generator) -> None:
    for _ in range(random.integers(1, 4)):
        content[random.integers(len(content))] ^= 1 << random.integers(8)


def overwritten(content: bytearray, random: np.random.Generator) -> None:
    start, size = random.integers(len(content)), random.integers(1, 64)
    content[start : start + size] = random.bytes(min(int(size), len(content) - int(start)))


def cut_off(content: bytearray, random: np.random.Generator) -> None:
    del content[random.integers(len(content)) :]


def left_out(content: bytearray, random: np.random.Generator) -> None:
    start = random.integers(len(content))
    del content[start : start + random.integers(1, 64)]


def inserted(content: bytearray, random: np.random.Generator) -> None:
    start = random.integers(len(content))
    content[start:start] = random.bytes(int(random.integers(1, 64)))


def appended(content: bytearray, random: np.random.Generator) -> None:
    content += random.bytes(int(random.integers(1, 64)))


def exchanged(content: bytearray, random: np.random.Generator) -> None:
    a, b = sorted(random.integers(len(content) // 8, size=2) * 8)
    content[a : a + 8], content[b : b + 8] = content[b : b + 8], content[a : a + 8]


def zeroed(content: bytearray, random: np.random.Generator) -> None:
    start = random.integers(len(content))
    content[start : start + 512] = bytes(len(content[start : start + 512]))


CORRUPTIONS: list[Callable[[bytearray, np.random.Generator], None]] = [
    flipped,
    overwritten,
    cut_off,
    left_out,
    inserted,
    appended,
    exchanged,
    zeroed,
]


@pytest.mark.parametrize("corrupt", CORRUPTIONS)
def test_a_damaged_file_is_refused(corrupt: Callable[[bytearray, np.random.Generator], None], tmp_path: Path) -> None:
    """Or it is the same network, where no byte that matters was hit: 1,000 files in all."""
    network = kb.Network.random([2, 8, 2], seed=3)
    path = tmp_path / "network.safetensors"
    write_safetensors(network, path)
    good = path.read_bytes()
    random = np.random.default_rng(CORRUPTIONS.index(corrupt))
    refused: list[FileFault] = []
    for _ in range(125):
        content = bytearray(good)
        corrupt(content, random)
        path.write_bytes(content)
        try:
            again = read_safetensors(path)
        except FileFault as error:
            refused.append(error)
        else:
            assert_same(again, network)
            assert content == good or corrupt is not cut_off
    assert len(refused) > 100
    assert all(str(path) in str(error) and error.exit_code == 1 for error in refused)


def test_every_byte_counts(tmp_path: Path) -> None:
    """Each byte of a small file, changed by itself."""
    network = kb.Network.from_arrays([([[1.0]], [2.0])])
    path = tmp_path / "network.safetensors"
    write_safetensors(network, path)
    good = path.read_bytes()
    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        try:
            assert_same(read_safetensors(path), network)
        except FileFault:
            continue


def rewritten(path: Path, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> None:
    """The file with another header: ``change`` is given it, and what the entry koubai says."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    about = json.loads(header["__metadata__"]["koubai"])
    change(header, about)
    if "__metadata__" in header:
        header["__metadata__"]["koubai"] = json.dumps(about)
    made = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(made)) + made + content[8 + length :])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda header, about: about.update(format=3), "has the format 3, but this koubai reads 2; install a newer koubai"),
        (lambda header, about: about.update(format=2), "is damaged"),
        (lambda header, about: about.update(preparation=PREPARATION.to_dict()), "is damaged"),
        (lambda header, about: about.update(format=0), "is damaged"),
        (lambda header, about: about.update(format="1"), "is damaged"),
        (lambda header, about: about.update(activation="tanh"), "is damaged"),
        (lambda header, about: about.update(activation=["tanh"]), "is damaged"),
        (lambda header, about: about.update(output="identity"), "is damaged"),
        (lambda header, about: about.pop("sha256"), "is damaged"),
        (lambda header, about: about.update(more=1), "is damaged"),
        (lambda header, about: about.pop("activation"), "is not a network that koubai exported"),
        (lambda header, about: header.pop("__metadata__"), "is not a network that koubai exported"),
        (lambda header, about: header.update(w1=header["w2"], w2=header["w1"]), "is damaged"),
        (lambda header, about: header["w1"].update(shape=[8, 2]), "is damaged"),
        (lambda header, about: header["w1"].update(dtype="I64"), "is damaged"),
        (lambda header, about: header.update(w3=header.pop("w1")), "is damaged"),
    ],
)
def test_a_header_that_says_something_else(change: Any, message: str, tmp_path: Path) -> None:
    path = tmp_path / "network.safetensors"
    write_safetensors(kb.Network.random([2, 8, 2]), path)
    rewritten(path, change)
    with pytest.raises(FileFault, match=message):
        read_safetensors(path)


def test_arrays_that_make_no_network_are_refused_though_their_checksum_is_right(tmp_path: Path) -> None:
    from koubai.export.safetensors_file import _sum_of

    path = tmp_path / "network.safetensors"
    known = {"format": 1, "activation": "relu", "output": "softmax"}
    for arrays in (
        {"w1": np.ones((2, 2)), "b1": np.ones(3)},
        {"w1": np.ones((2, 2)), "b1": np.array([np.nan, 0.0])},
        {"w1": np.ones((2, 2), np.int64), "b1": np.ones(2, np.int64)},
        {"w1": np.ones((2, 2)), "b1": np.ones(2), "w3": np.ones((2, 2)), "b3": np.ones(2)},
        {"w1": np.ones((2, 2)), "b1": np.ones(2), "more": np.ones(2)},
        {},
    ):
        about = json.dumps({**known, "sha256": _sum_of(known, arrays)})
        path.write_bytes(safetensors.numpy.save(arrays, metadata={"koubai": about}))
        with pytest.raises(FileFault, match="is damaged"):
            read_safetensors(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"\xff" * 8,
        struct.pack("<Q", 2**62) + b"{}",
        struct.pack("<Q", 99_999_999) + b"{}",
        struct.pack("<Q", 2) + b"{}",
        struct.pack("<Q", 200_000) + b"[" * 199_990 + b'"koubai"  ',
        struct.pack("<Q", 8) + b'"koubai"',
        struct.pack("<Q", 10) + b'["koubai"]',
        struct.pack("<Q", 12) + b"\x80\x04koubai\xff\xfe\x00\x00",
    ],
)
def test_other_files_are_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(FileFault, match=r"is not a network that koubai exported|is damaged"):
        read_safetensors(tmp_path / "a")


def test_a_large_file_of_somebody_else_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.write(struct.pack("<Q", 2) + b"{}")
        file.truncate(2**40)  # takes no room on the disk, and more than all memory if it were read
    with pytest.raises(FileFault, match="is not a network that koubai exported"):
        read_safetensors(tmp_path / "a")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "."):
        with pytest.raises(FileFault, match="is not a regular file"):
            read_safetensors(tmp_path / name)
    with pytest.raises(FileFault, match="There is no file"):
        read_safetensors(tmp_path / "missing")
    with pytest.raises(FileFault, match="can't be read"):
        read_safetensors(tmp_path / ("a" * 300))
    with pytest.raises(FileFault, match="can't be read"):
        read_safetensors("a\0b")


def test_the_weights_of_a_run_folder_are_told_apart(tmp_path: Path) -> None:
    folder = kb.train("xor", steps=0).save(tmp_path / "run")
    with pytest.raises(FileFault, match="load a whole run's folder"):
        read_safetensors(folder / "weights.safetensors")


def test_what_can_not_be_written(tmp_path: Path) -> None:
    layer = kb.Layer(np.array([[np.inf]]), np.zeros(1))
    with pytest.raises(InputError, match="must be finite"):
        write_safetensors(kb.Network((layer,)), tmp_path / "a")
    with pytest.raises(FileFault, match="could not be written"):
        write_safetensors(kb.Network.random([2, 2]), tmp_path / "nowhere" / "a")
    assert os.listdir(tmp_path) == []


def test_an_activation_for_each_layer_comes_back(tmp_path: Path) -> None:
    network = kb.Network.random([2, 3, 4, 2], activation="relu,tanh")
    write_safetensors(network, tmp_path / "a")
    assert_same(read_safetensors(tmp_path / "a"), network)
