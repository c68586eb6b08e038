"""load: from a source to Splits."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

import koubai as kb
from koubai.data import GATES, NAMED, SETS, Splits, Table, load, read_table
from koubai.data.synthetic import PLANAR
from koubai.errors import InputError
from koubai.locale import sentence

ROWS = 60


def frame(task: str = "classify", gaps: bool = False) -> pd.DataFrame:
    random = np.random.default_rng(1)
    size = random.normal(3, 2, ROWS).round(4)
    found = pd.DataFrame(
        {
            "size": size,
            "colour": random.choice(["red", "green, dark", 'say "blue"'], ROWS),
            "old": random.choice([True, False], ROWS),
            "count": random.integers(0, 2000, ROWS),
            "y": np.where(size > 3, "large", "small") if task == "classify" else (size * 3 + 1).round(4),
        }
    )
    if gaps:
        found.loc[[3, 8], "size"] = np.nan
        found.loc[9, "colour"] = None
    return found


def same(a: Splits, b: Splits) -> bool:
    pairs = [(a.train, b.train), (a.validation, b.validation), (a.test, b.test)]
    return all(x is not None and y is not None and x.digests == y.digests and x.preparation == y.preparation for x, y in pairs)


@pytest.mark.parametrize("task", ["classify", "regress"])
@pytest.mark.parametrize("gaps", [False, True])
def test_every_way_gives_the_same(tmp_path: Path, task: str, gaps: bool) -> None:
    data = frame(task, gaps)
    options: dict[str, Any] = {"missing": "impute", "seed": 3}
    expected = load(data, **options)
    data.to_csv(tmp_path / "a.csv", index=False)
    data.to_csv(tmp_path / "a.tsv", index=False, sep="\t", encoding="utf-16")
    data.to_csv(tmp_path / "b.csv", index=False, sep=";", encoding="cp932", lineterminator="\r\n")
    parquet.write_table(pa.Table.from_pandas(data.set_index("y", drop=False).rename_axis(None)), tmp_path / "a.parquet")
    for name in ("a.csv", "a.tsv", "b.csv", "a.parquet"):
        parts = load(str(tmp_path / name), **options)
        assert same(parts, expected), name
        assert parts.train.name == name[0]
        assert same(load(read_table(tmp_path / name), **options), expected)
    assert same(load(pl.from_pandas(data), **options), expected)
    assert same(load(pa.Table.from_pandas(data), **options), expected)
    assert not same(load(data, missing="impute", seed=4), expected)
    assert expected.train.task == task
    keys = ["note-target", f"note-task-{task}", *(["note-filled"] if gaps else [])]
    assert [key for key, _ in expected.notes] == keys
    for key, values in expected.notes:
        assert sentence(key, "en", **values) != sentence(key, "ja", **values)


def test_parts_are_what_the_preparation_makes_of_the_rows() -> None:
    data = frame("regress")
    parts = load(data, validation=0.25, test=0.1)
    preparation = parts.train.preparation
    assert preparation is not None
    assert parts.validation is not None
    assert parts.test is not None
    assert [len(part.inputs) for part in (parts.train, parts.validation, parts.test)] == [39, 15, 6]
    rows = {row.tobytes(): value for row, value in zip(preparation.inputs_of(data), data["y"], strict=True)}
    for part in (parts.train, parts.validation, parts.test):
        values = preparation.values_of(part.targets)[:, 0]
        np.testing.assert_allclose(values, [rows[row.tobytes()] for row in part.inputs], rtol=1e-12)
    np.testing.assert_allclose(parts.train.targets.mean(), 0, atol=1e-12)
    np.testing.assert_allclose(parts.train.targets.std(), 1)
    assert parts.train.feature_names[:4] == ("size", "colour=green, dark", "colour=red", 'colour=say "blue"')


def test_values_that_are_filled_in() -> None:
    parts = load(frame(gaps=True), missing="impute")
    assert parts.notes[-1] == ("note-filled", {"count": 3, "names": "size, colour"})
    preparation = parts.train.preparation
    assert preparation is not None
    assert all(column.fill is not None for column in preparation.columns)
    assert np.isfinite(preparation.inputs_of(frame(gaps=True))).all()
    with pytest.raises(InputError, match=r"missing in the column 'size' \(2, the first in row 3"):
        load(frame(gaps=True))


def test_what_a_file_says_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "花.csv"
    path.write_bytes("大きさ,色\n1,赤\n2,青\n,\n3,赤\n4,青\n5,赤\n6,青\n".encode("cp932"))
    parts = load(path)
    assert parts.train.name == "花"
    assert parts.train.classes == ("赤", "青") == tuple(sorted(parts.train.classes))
    assert [key for key, _ in parts.notes] == ["note-encoding", "note-empty-rows", "note-target", "note-task-classify"]
    assert [key for key, _ in load(path, encoding="cp932", target="色", task="classify").notes] == ["note-empty-rows"]
    path.write_text("a,b\n1,x\n2,y\nNA,x\n3,y\n")
    with pytest.raises(InputError, match=r"missing in the column 'a' \(1, the first in line 4 of .*花.csv\)"):
        load(path)


def test_a_column_that_is_constant_in_the_training_rows() -> None:
    rare = [0.0] * (ROWS - 1) + [1.0]
    data = frame().assign(rare=rare)[["size", "rare", "y"]]
    for seed in range(8):
        parts = load(data, seed=seed)
        assert parts.train.preparation is not None
        column = parts.train.preparation.columns[1]
        if len(set(parts.train.inputs[:, 1])) == 1:
            assert (column.mean, column.scale) == (0, 1)  # type: ignore[union-attr]
            break
    else:
        pytest.fail("no seed leaves the rare row out")


def test_classes_of_one_row_are_trained_on() -> None:
    data = frame().assign(y=["a"] * 30 + ["b"] * 29 + ["c"])
    for seed in range(10):
        parts = load(data, seed=seed)
        assert parts.train.classes == ("a", "b", "c")
        assert parts.train.targets.sum(axis=0).min() == 1


@pytest.mark.parametrize("name", ["xor", "parity-3", "nand"])
def test_gates_are_not_split(name: str) -> None:
    parts = load(name, seed=8)
    assert (parts.validation, parts.test, parts.notes) == (None, None, ())
    assert parts.train.digests == kb.data.gate(name).digests
    for options in ({"target": "a"}, {"samples": 50}, {"missing": "impute"}, {"test": 0.5}, {"encoding": "utf-8"}):
        with pytest.raises(InputError, match=f"option {next(iter(options))} was given, but {name} has no use for it"):
            load(name, **options)
    assert load(name, validation=0, test=0).train.name == name


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("moon", {}, "no set and no file called 'moon'; did you mean 'moons'"),
        ("breast", {}, "did you mean 'breast-cancer'"),
        ("xro", {}, "did you mean 'xor'"),
        ("zzzzzz", {}, "no set and no file called 'zzzzzz'; name a CSV, TSV or Parquet file, or choose one of: moons, circles"),
        ("a\0b", {}, "no set and no file called"),
        ("a\nb\n1,2", {}, "no set and no file called"),
        ("", {}, "is a folder"),
        ("irs.csv", {}, "no file or folder irs.csv"),
        (Path("nowhere/iris"), {}, "no file or folder nowhere/iris"),
        (3, {}, "Data can't be made of 'int'"),
        (None, {}, "Data can't be made of 'NoneType'"),
        (["a.csv"], {}, "Data can't be made of 'list'"),
        ("iris", {"seed": -1}, "seed is -1"),
        ("iris", {"seed": 1.5}, "seed is 1.5"),
        ("iris", {"missing": "drop"}, "treated as 'drop', but this must be 'refuse' or 'impute'"),
        ("iris", {"missing": []}, "treated as"),
        ("iris", {"test": 2}, "fraction for test is 2"),
        ("iris", {"test": 0.999, "validation": 0}, "150 rows are too few"),
    ],
)
def test_what_can_not_be(source: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        load(source, **options)
    assert caught.value.sentence("ja")


def test_options_of_others() -> None:
    data = frame()
    for options in ({"samples": 50}, {"noise": 0.1}, {"folder": "."}, {"delimiter": ","}, {"encoding": "utf-8"}):
        with pytest.raises(InputError, match=f"option {next(iter(options))} was given, but Table"):
            load(data, **options)
    with pytest.raises(InputError, match="60 rows are too few"):
        load(Table.of(data), validation=0.49, test=0.509)


@pytest.mark.parametrize("name", [*GATES, *PLANAR])
def test_a_set_is_what_its_facts_say(name: str) -> None:
    """The sizes of those that come with libraries are in test_bundled."""
    known = NAMED[name]
    parts = load(name) if known.kind == "gate" else load(name, validation=0, test=0)
    assert (parts.validation, parts.test, parts.notes) == (None, None, ())
    assert (known.name, parts.train.name, parts.train.task) == (name, name, known.task)
    assert (*parts.train.inputs.shape, len(parts.train.classes)) == (known.rows, known.features, known.classes)
    assert all("{" not in known.meaning(language) for language in ("en", "ja"))


GIVEN: dict[str, Any] = {
    "target": "species", "features": "species", "task": "classify", "samples": 50, "noise": 0.5, "missing": "impute",
    "folder": ".", "delimiter": ",", "encoding": "utf-8", "validation": 0.3, "test": 0.3,
}  # fmt: skip


@pytest.mark.parametrize("name", ["xor", "parity-5", "moons", "bumps", "iris", "digits", "digits28"])
def test_a_set_refuses_the_options_that_it_does_not_take(name: str) -> None:
    for option, value in GIVEN.items():
        if option not in NAMED[name].options:
            with pytest.raises(InputError, match=f"The option {option} was given, but {name} has no use for it"):
                load(name, **{option: value})


def named_in(source: str) -> set[str]:
    """The sets whose names stand as texts in a module's ``source``, apart from those that mean something else too."""
    ambiguous = {"plane", "a", "b", "and", "or", "not-a", "true", "false", "xor"}  # a view; words; what a page begins with
    constants = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    texts = {constant for constant in constants if isinstance(constant, str)}
    return texts & {*NAMED, "parity", "parity-"} - ambiguous


def test_no_other_room_knows_a_set_by_its_name() -> None:
    """What is known of a set stands in the set."""
    root = Path(kb.__file__).parent
    modules = [path for path in root.rglob("*.py") if path.relative_to(root).parts[0] not in ("data", "locale")]
    assert len(modules) > 100
    assert {str(path): named for path in modules if (named := named_in(path.read_text(encoding="utf-8")))} == {}
    assert named_in('SIZES = {"moons": 2}\nif name.startswith("parity"): pass') == {"moons", "parity"}


def test_every_set_has_a_line_in_the_list() -> None:
    assert list(SETS) == [
        "moons", "circles", "spirals", "blobs", "checkerboard", "plane", "bumps",
        "iris", "wine", "breast-cancer", "digits", "digits28",
    ]  # fmt: skip
    for name, one in SETS.items():
        assert all(one.meaning(language) for language in ("en", "ja"))
        assert (one.name, one.description) == (name, f"list-set-{name}")
        assert (one.kind == "planar") == (one.noise is not None) == (one.samples is not None)


def test_a_gate_and_an_import_cost_nothing_heavy() -> None:
    code = (
        "import sys; import koubai.data as d; d.load('xor');"
        "print([name for name in ('sklearn', 'pyarrow', 'narwhals', 'pandas', 'jax', 'scipy') if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_value_far_from_the_others() -> None:
    data = pd.DataFrame({"p": [0.5, 1.5, 2.5, 3.5] * 5, "q": [1.0, 2.0] * 10})
    data.loc[7, "q"] = 1e308
    said = set()
    for seed in range(12):  # among the rows for training, or among the others
        with pytest.raises(InputError, match="'q'") as caught:
            load(data, seed=seed, task="regress")
        said.add(caught.value.code)
    assert said == {"table-too-large", "table-extreme"}
    huge = load(data.drop(7), task="regress").train.preparation
    assert huge is not None
    assert huge.values_of([[0.0]]).shape == (1, 1)
