"""A run as one file that is handed on: exact, and nothing damaged or hostile is believed."""

import json
import random
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.runs import same

import koubai as kb
from koubai.errors import FileFault, KoubaiError
from koubai.experiment import Experiment, Learning
from koubai.experiment.run import load_with_provenance
from koubai.experiment.run_files import pack, save
from koubai.experiment.run_format import FILES, Provenance, contents_of
from koubai.experiment.step_arrays import arrays_of, bytes_of, compact, expanded, from_bytes

SIGNED = [0.0, -0.0, 1.0, np.inf, 0.1, -3.5]
OWN = kb.data.Dataset.from_arrays(
    [[0.0, 1.0], [1.0, 0.5], [2.0, -1.0]], ["a", "b", "a"], name="mine", feature_names=["x", "日本"]
)
RUN = kb.train(Experiment(Learning(OWN, hidden=(3,)), steps=20, record_every=6, optimizer="adam"))
CAME = Provenance(uid="12ab", name="far", tags=("a", "b c"), note="n\nm", started="2026-01-02T03:04:05.678+00:00", seconds=1.5)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "far.koubai.zip"
    pack(RUN, path, CAME)
    return path


def test_it_comes_back_exactly(archive: Path, tmp_path: Path) -> None:
    run, came = load_with_provenance(archive)
    assert same(run, RUN)
    assert came == CAME
    assert run.data.feature_names == ("x", "日本")
    folder = save(RUN, [tmp_path / "folder"], CAME)
    assert same(kb.load(folder), RUN)
    assert load_with_provenance(folder)[1] == CAME
    again = tmp_path / "again.zip"
    pack(run, again, came)
    assert again.read_bytes() == archive.read_bytes()
    with zipfile.ZipFile(archive) as plain:
        assert set(plain.namelist()) == set(FILES)


def test_of_a_thousand_damaged_files_none_is_believed(archive: Path, tmp_path: Path) -> None:
    content, path, draw, refused = archive.read_bytes(), tmp_path / "damaged.zip", random.Random(1), 0
    for number in range(1000):
        made, at = bytearray(content), draw.randrange(len(content))
        kind = number % 5
        if kind == 0:
            made[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            made[at : at + 64] = draw.randbytes(64)
        elif kind == 2:
            del made[at:]
        elif kind == 3:
            made[at:at] = draw.randbytes(draw.randrange(1, 100))
        else:
            del made[at : at + draw.randrange(1, 200)]
        path.write_bytes(made)
        try:
            run, _ = load_with_provenance(path)
        except FileFault as fault:
            refused += 1
            assert str(path) in fault.sentence("ja")  # noqa: PT017
        else:
            assert same(run, RUN)
    assert refused > 700


def rewritten(tmp_path: Path, change: Any, **files: bytes) -> Path:
    """An archive whose sums are right, whatever ``change`` made of run.json, with some other ``files``."""
    contents = {**contents_of(RUN, CAME), **{name.replace("_", "."): content for name, content in files.items()}}
    about = json.loads(contents["run.json"])
    about["sha256_of_files"] = {name: sha256(content).hexdigest() for name, content in contents.items() if name != "run.json"}
    change(about)
    del about["sha256"]
    about["sha256"] = sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
    path = tmp_path / "made.zip"
    with zipfile.ZipFile(path, "w") as made:
        for name, content in {**contents, "run.json": json.dumps(about).encode()}.items():
            made.writestr(name, content)
    return path


HOSTILE: dict[str, list[Any]] = {
    "kept": [
        5,
        {"uid": 5},
        {"name": 5},
        {"tags": [1]},
        {"note": ["a"]},
        {"started": "soon"},
        {"seconds": -1},
        {"seconds": "x"},
    ],
    "diverged_at": ["x", 1.5, -1, 2**70],
    "status": [5, "running", None],
    "versions": [{"a": 5}, "x", {"a": "\udcff"}],
    "platform": [5],
    "experiment": [5, {}, {"steps": 2**31}, {"problem": {"learning": {"data": {"inputs": "a"}}}}, {"method": ["central"]}],
    "sha256_of_files": [{}, {"../../etc/passwd": "0"}, {"losses.csv": 5}, 5],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in HOSTILE.items() for value in values])
def test_what_is_of_the_wrong_kind_is_refused(name: str, value: Any, tmp_path: Path) -> None:
    with pytest.raises(FileFault):
        load_with_provenance(rewritten(tmp_path, lambda about: about.update({name: value})))


def test_numbers_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    records = arrays_of(RUN.records)
    losses = contents_of(RUN)["losses.csv"].decode()
    wrong = {
        "no records": {**records, **{name: array[:0] for name, array in records.items() if name != "random_state"}},
        "not finite": {**records, "w1": records["w1"] * float("nan")},
        "another type": {**records, "w1": records["w1"].astype("float32")},
        "another state": {**records, "optimizer.1": records["optimizer.1"][:, :1]},
        "another random state": {**records, "random_state": records["random_state"][:1]},
        "out of order": {**records, "number": records["number"][::-1].copy()},
        "missing": {name: array for name, array in records.items() if name != "b2"},
    }
    for arrays in wrong.values():
        with pytest.raises(FileFault, match="is damaged"):
            load_with_provenance(rewritten(tmp_path, lambda _: None, records_safetensors=bytes_of(arrays)))
    for text in (losses.replace("0,", "0,nan,", 1), losses + "21,nan\n", "step,loss\n0," + "1" * 200_000, losses[:30]):
        with pytest.raises(FileFault, match="is damaged"):
            load_with_provenance(rewritten(tmp_path, lambda _: None, losses_csv=text.encode()))
    assert same(load_with_provenance(rewritten(tmp_path, lambda _: None))[0], RUN)
    assert set(from_bytes(bytes_of(records))) == set(records)


def test_archives_that_are_traps(archive: Path, tmp_path: Path) -> None:
    good = contents_of(RUN, CAME)
    path = tmp_path / "trap.zip"

    def made(names: dict[str, bytes], **how: Any) -> Path:
        with zipfile.ZipFile(path, "w", **how) as trap:
            for name, content in names.items():
                trap.writestr(name, content)
        return path

    traps = [
        {**good, "../outside": b"x"},
        {**good, "/etc/outside": b"x"},
        {"run.json": b"[" * 100_000},
        {"run.json": b"{}"},
        {"losses.csv": b""},
        {},
    ]
    for trap in traps:
        with pytest.raises(KoubaiError):
            load_with_provenance(made(trap))
    with pytest.raises(KoubaiError):
        load_with_provenance(made({**good, "arrays.safetensors": bytes(10**8)}, compression=zipfile.ZIP_DEFLATED))
    path.write_bytes(b"PK")
    with pytest.raises(KoubaiError, match="is not a run that koubai exported"):
        load_with_provenance(path)
    assert not (tmp_path.parent / "outside").exists()


@given(
    hnp.arrays(np.float64, st.sampled_from([(70, 60), (4096,), (3, 5)]), elements=st.sampled_from(SIGNED)),
    st.booleans(),
)
def test_arrays_of_few_numbers_come_back_to_the_bit(array: np.ndarray, many: bool) -> None:
    if many:
        array = array + np.arange(array.size).reshape(array.shape)
    made = compact({"a": array, "b": np.arange(9)})
    back = expanded(from_bytes(bytes_of(made)))
    assert set(back) == {"a", "b"}
    assert back["a"].tobytes() == array.tobytes()
    if array.size >= 4096 and not many:
        assert made["a.places"].dtype == np.uint8


def test_256_numbers_are_few_and_257_are_not() -> None:
    few, many = np.tile(np.linspace(0, 1, 256), 20), np.tile(np.linspace(0, 1, 257), 20)
    assert "a.places" in compact({"a": few})
    assert "a" in compact({"a": many})
    assert np.array_equal(expanded(compact({"a": few}))["a"], few)
    late = np.concatenate([np.zeros(2**21), np.arange(300.0)])  # it is noticed, however late
    assert "a" in compact({"a": late})
