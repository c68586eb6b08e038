"""Files that were damaged at random are read, or refused in one sentence: nothing else happens."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from koubai.data import load, read_table
from koubai.errors import FileFault, InputError

SOURCES = [
    "a,b,c\n" + "".join(f"{i % 7},{'xyz'[i % 3]},{'no' if i % 2 else 'yes'}\n" for i in range(24)),
    "x;y;z\r\n" + "".join(f'{i / 3:.3f};"t {i % 2};""q""";{i % 5}\r\n' for i in range(20)),
    '"n\n1"\tm\tt\n' + "".join(f"１{i},{i:03}\t{'TRUE' if i % 3 else 'false'}\t{i * 1.5}\n" for i in range(16)),
    "値,種類,答え\n" + "".join(f"{i - 4}.5,{'赤青'[i % 2]},{'はい' if i % 2 else 'いいえ'}\n" for i in range(18)),
    "p,q\n" + "".join(f"{i % 4},{i % 2}\n" for i in range(12)),
]
ENCODINGS = ["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "cp932"]
SPLINTERS = [
    b"", b'"', b'""', b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\n\n", b"\0", b"\xff", b"\xfe\xff", b"\x81",
    b"NA", b"inf", b"nan", b"-", b"1e999", b"1e308", b"-1e-320", b"\xef\xbb\xbf", b" ", "　".encode(), b"\xe9", b"true",
    b",,,,", b"9" * 400, b"'", b"\\",
]  # fmt: skip


def mutated(random: np.random.Generator) -> bytes:
    content = SOURCES[random.integers(len(SOURCES))].encode(ENCODINGS[random.integers(len(ENCODINGS))])
    for _ in range(random.integers(1, 4)):
        place = int(random.integers(0, len(content) + 1))
        end = place + int(random.integers(0, 4))
        kind = random.integers(6)
        if kind == 0:
            content = content[:place] + bytes([random.integers(256)]) + content[place + 1 :]
        elif kind == 1:
            content = content[:place] + content[place + int(random.integers(1, 4)) :]
        elif kind == 2:
            content = content[:end] + content[place:]
        elif kind == 3:
            content = content[:place]
        else:
            content = content[:place] + SPLINTERS[random.integers(len(SPLINTERS))] + content[end:]
    return content


def read_or_refused(path: Path, random: np.random.Generator) -> bool:
    missing = "impute" if random.random() < 0.5 else "refuse"
    try:
        parts = load(path, missing=missing, seed=int(random.integers(100)))  # type: ignore[arg-type]
    except (InputError, FileFault) as error:
        said = str(error), error.sentence("ja")
        assert all(said), path.read_bytes()
        return False
    preparation = parts.train.preparation
    assert preparation is not None
    for part in (parts.train, parts.validation, parts.test):
        assert part is None or np.isfinite(part.inputs).all()
    assert preparation.inputs_of(read_table(path)).shape[1] == parts.train.inputs.shape[1]
    return True


def fuzz(folder: Path, files: int, seed: int) -> int:
    read = 0
    for number in range(files):
        random = np.random.default_rng([seed, number])
        path = folder / "a.csv"
        path.write_bytes(mutated(random))
        try:
            read += read_or_refused(path, random)
        except BaseException as error:
            error.add_note(f"file {number} of seed {seed}: {path.read_bytes()!r}")
            raise
    return read


def test_damaged_files(tmp_path: Path) -> None:
    assert 10 < fuzz(tmp_path, 150, 0) < 140


@pytest.mark.slow
def test_ten_thousand_damaged_files(tmp_path: Path) -> None:
    assert 1000 < fuzz(tmp_path, 10_000, 1) < 9000


def test_damaged_parquet(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    table = pa.table({"a": random.normal(size=60).round(2), "b": ["x", "y", "z"] * 20, "c": [0, 1] * 30})
    parquet.write_table(table, tmp_path / "a.parquet", write_page_checksum=True)
    good, path, read = (tmp_path / "a.parquet").read_bytes(), tmp_path / "b.parquet", 0
    for _ in range(150):
        content = bytearray(good)
        for _ in range(random.integers(1, 4)):
            content[random.integers(len(content))] = random.integers(256)
        path.write_bytes(content)
        read += read_or_refused(path, random)
    assert read < 150
