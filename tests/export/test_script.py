"""The script of a run: it repeats the run, by itself, whatever the run was."""

import ast
import os
import re
import subprocess
import sys
import unicodedata
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import koubai as kb
from koubai.core.activations import ACTIVATIONS
from koubai.core.descent import RULES
from koubai.core.slopes import METHODS
from koubai.errors import FileFault, InputError
from koubai.experiment import Recording
from koubai.export import write_script
from koubai.export.literals import array, label, listed
from koubai.locale import LANGUAGES, sentences

RUN_AND_KEEP = """
import runpy, sys
import numpy as np
made = runpy.run_path(sys.argv[1])
kept = {f"parameter_{i}": parameter for i, parameter in enumerate(made["parameters"])}
np.savez(sys.argv[2], loss=made["loss"](made["parameters"]), targets=made["targets"], **kept)
"""


def processed(code: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """A Python of its own, which sees neither this folder nor the user's packages; every warning is an error."""
    environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": ""}
    command = [sys.executable, "-I", "-X", "utf8", "-W", "error", *code]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False
    )


def width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def written(run: kb.Run, folder: Path, language: str = "en") -> Path:
    """The script, checked for what holds of all scripts."""
    path = folder / "script.py"
    write_script(run, path, language)
    source = path.read_text(encoding="utf-8")
    imported = [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = {name.name for node in imported for name in node.names} | {getattr(node, "module", None) for node in imported}
    assert names <= {None, "math", "numpy", "matplotlib.pyplot", "pathlib", "Path", "statistics", "NormalDist"}
    assert not re.search(r"(import|from) koubai", source)
    assert run.data.classes == NASTY or max(map(width, source.splitlines())) <= 88
    linted = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--quiet", path], capture_output=True, text=True, check=False
    )
    assert linted.returncode == 0, linted.stdout
    return path


def repeated(run: kb.Run, folder: Path, language: str = "en") -> dict[str, Any]:
    """What the script comes to: its parameters, its loss, what it printed."""
    path = written(run, folder, language)
    done = processed(["-c", RUN_AND_KEEP, str(path), str(folder / "made.npz")], folder)
    assert (done.returncode, done.stderr) == (0, "")
    with np.load(folder / "made.npz") as kept:
        return {**kept, "printed": done.stdout}


def difference(run: kb.Run, made: dict[str, Any]) -> float:
    """The largest difference of a parameter, relative to the largest parameter."""
    arrays = list(run.network.arrays().values())
    largest = max(np.abs(values).max() for values in arrays)
    for place, values in enumerate(arrays):
        assert made[f"parameter_{place}"].dtype == values.dtype
    return float(max(np.abs(made[f"parameter_{place}"] - values).max() for place, values in enumerate(arrays)) / largest)


@pytest.fixture(scope="module")
def founding() -> kb.Run:
    return kb.train("xor")


def test_the_founding_example(founding: kb.Run, tmp_path: Path) -> None:
    """All 5001 steps: the same start, slopes, losses, weights and answers; and a picture at the end."""
    made = repeated(founding, tmp_path)
    assert difference(founding, made) < 1e-12
    assert abs(made["loss"] - founding.losses[-1]) < 1e-12
    losses = [float(line.split()[-1]) for line in made["printed"].splitlines()[:52]]
    assert losses == [float(f"{founding.losses[n]:.6f}") for n in (*range(0, 5001, 100), 5001)]
    assert made["printed"].splitlines()[52].startswith("[0. 0.] -> 0 [")
    assert "right answers: 4 / 4" in made["printed"]
    with Image.open(tmp_path / "script.png") as picture:
        assert len(picture.convert("RGB").getcolors(10**6) or []) > 50
    assert sorted(os.listdir(tmp_path)) == ["made.npz", "script.png", "script.py"]


def without_texts(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


def test_in_japanese(founding: kb.Run, tmp_path: Path) -> None:
    """The same code, but for what it says."""
    japanese = written(founding, tmp_path, "ja").read_text(encoding="utf-8")
    assert without_texts(japanese) == without_texts(written(founding, tmp_path, "en").read_text(encoding="utf-8"))
    made = repeated(kb.train("xor", steps=3), tmp_path, "ja")
    assert made["printed"].startswith("ステップ 0  損失 0.694610\nステップ 3  損失 ")
    assert "正解数: " in made["printed"]
    assert made["printed"].endswith("図: script.png\n")


def test_the_first_slopes_and_the_start(founding: kb.Run, tmp_path: Path) -> None:
    """The script's own functions, called at its start."""
    path = tmp_path / "script.py"
    write_script(kb.train("xor", steps=0), path)
    code = (
        "import runpy, sys, numpy as np; made = runpy.run_path(sys.argv[1]);"
        "np.savez('slopes.npz', *made['parameters'], *made['slopes'](made['parameters']))"
    )
    assert processed(["-c", code, str(path)], tmp_path).stderr == ""
    start = founding.records[0].parameters
    _, gradient = kb.slopes("loop", h=0.1)(start, founding.data)
    with np.load(tmp_path / "slopes.npz") as kept:
        for name, expected in zip(kept, chain(start.arrays().values(), gradient.arrays().values()), strict=True):
            assert np.array_equal(kept[name], expected)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_founding_script_reads_well(founding: kb.Run, language: str, tmp_path: Path) -> None:
    path = tmp_path / "xor.py"
    write_script(founding, path, language)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 140
    assert "w1, b1, w2, b2 = parameters" in "\n".join(lines)
    form = [sys.executable, "-m", "ruff", "format", "--isolated", "--check", "--quiet", str(path)]
    assert subprocess.run(form, check=False).returncode == 0
    comments = [line.split("# ", 1)[1] for line in lines if "# " in line]
    assert len(comments) > 20
    japanese = [bool(re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", comment)) for comment in comments]
    assert set(japanese) == {language == "ja"}


# by how much rounding may differ: what is drawn by chance goes through another library's inverse of the error function
@pytest.mark.parametrize("loss", ["cross-entropy", "squared"])
@pytest.mark.parametrize("method", METHODS)
def test_every_method(method: str, loss: str, tmp_path: Path) -> None:
    run = kb.train("parity-3", method=method, loss=loss, steps=7, hidden=(4, 3), activation="tanh", scale=0.5, seed=7)
    assert difference(run, repeated(run, tmp_path)) < 1e-13
    if method == "loop":
        assert difference(run, repeated(run, tmp_path)) == 0


@pytest.mark.parametrize("method", METHODS)
def test_every_method_in_float32(method: str, tmp_path: Path) -> None:
    run = kb.train(
        "parity-3", method=method, steps=7, hidden=(4,), activation="sigmoid", scale=0.5, seed=2**32 - 1, precision="float32"
    )
    made = repeated(run, tmp_path)
    assert difference(run, made) < 3e-6
    assert made["loss"].dtype == np.float32


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("method", ["loop", "backprop", "complex-step"])
def test_every_activation(activation: str, method: str, tmp_path: Path) -> None:
    if method == "complex-step" and activation in ("gelu", "tanh", "sin", "identity"):
        return  # one has no complex form, and the others' code is the same
    run = kb.train("parity-3", method=method, activation=activation, steps=5, hidden=(3, 4, 2), scale=1.0, learning_rate=0.1)
    assert difference(run, repeated(run, tmp_path)) < 1e-13


@pytest.mark.parametrize("activation", ["relu", "leaky-relu", "softplus", "gelu", "step"])
def test_every_activation_in_float32(activation: str, tmp_path: Path) -> None:
    run = kb.train(
        "parity-3", method="backprop", activation=activation, steps=5, hidden=(3, 4), scale=1.0, precision="float32", seed=3
    )
    assert difference(run, repeated(run, tmp_path)) < 1e-6


@pytest.mark.parametrize("optimizer", RULES)
def test_every_optimizer(optimizer: str, tmp_path: Path) -> None:
    """With the plain loop's slopes, which are the same to the bit: a rule that divides by them would enlarge the last digit."""
    run = kb.train("parity-3", optimizer=optimizer, method="loop", steps=20, learning_rate=0.05, scale=0.5, hidden=(4,))
    assert difference(run, repeated(run, tmp_path)) < 1e-12


OPTIONS = {
    "momentum": {"momentum": 0.5},
    "adam": {"b1": 0.7, "b2": 0.95, "eps": 1e-3},
    "adamw": {"weight_decay": 0.1},
    "radam": {"threshold": 8.0, "b2": 0.9},
    "adagrad": {"initial_accumulator_value": 0.0, "eps": 0.0},
    "lamb": {"weight_decay": 0.2},
    "rmsprop": {"decay": 0.0},
    "lion": {"b1": 0.0, "weight_decay": 0.0},
}


@pytest.mark.parametrize("optimizer", OPTIONS)
def test_an_optimizer_with_parameters_of_its_own(optimizer: str, tmp_path: Path) -> None:
    run = kb.train(
        "parity-3", optimizer=optimizer, optimizer_options=OPTIONS[optimizer], method="loop", steps=20, hidden=(4,), scale=0.5
    )
    assert difference(run, repeated(run, tmp_path)) < 1e-12


@pytest.mark.parametrize("optimizer", ["adam", "nadam", "radam", "yogi", "lamb"])
def test_an_optimizer_in_float32(optimizer: str, tmp_path: Path) -> None:
    run = kb.train(
        "parity-3",
        optimizer=optimizer,
        method="loop",
        steps=20,
        learning_rate=0.05,
        scale=0.5,
        hidden=(4,),
        precision="float32",
    )
    assert difference(run, repeated(run, tmp_path)) < 1e-4


def test_no_hidden_layer_and_a_deep_one(tmp_path: Path) -> None:
    for hidden in ((), (2,) * 9):
        for method in ("loop", "backprop"):
            run = kb.train("parity-3", hidden=hidden, method=method, activation="sin", steps=4, scale=1.0, learning_rate=0.3)
            assert difference(run, repeated(run, tmp_path)) < 1e-12


@pytest.mark.parametrize("method", ["loop", "backprop", "spsa"])
def test_values_and_a_start_of_ones_own(method: str, tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    data = kb.data.Dataset.from_arrays(random.normal(size=(6, 2)), random.normal(size=(6, 3)))
    start = kb.Network.from_arrays(
        [(random.normal(size=(2, 4)), random.normal(size=4)), (random.normal(size=(4, 3)), [1e-9, -0.0, 2.5])],
        activation="gelu",
    )
    run = kb.train(start, data, loss="squared", method=method, steps=6, seed=9)
    made = repeated(run, tmp_path)
    assert difference(run, made) < 1e-13
    assert np.array_equal(made["targets"], data.targets)
    assert (tmp_path / "script.png").stat().st_size > 10_000


@pytest.mark.parametrize("classify", [True, False])
def test_large_data_and_a_large_start_go_into_files_beside_it(classify: bool, tmp_path: Path) -> None:
    random = np.random.default_rng(6)
    inputs = random.normal(size=(200, 4))
    targets = random.integers(0, 3, 200) if classify else random.normal(size=(200, 2))
    data = kb.data.Dataset.from_arrays(inputs, targets, feature_names=["a\n1,2", "#", '"', "x"])
    start = kb.Network.random([4, 60, data.targets.shape[1]], activation="softplus", scale=0.5)
    run = kb.train(start, data, loss="squared", method="backprop", steps=3)
    made = repeated(run, tmp_path, "ja")
    assert difference(run, made) < 1e-13
    assert np.array_equal(made["targets"], data.targets)
    assert sorted(os.listdir(tmp_path)) == ["made.npz", "script-data.csv", "script-start.csv", "script.py"]
    assert (tmp_path / "script-data.csv").read_text().splitlines()[0] == "x1,x2,x3,x4," + ("class" if classify else "y1,y2")
    assert len((tmp_path / "script.py").read_text(encoding="utf-8").splitlines()) < 130


NASTY = ('"""', "'", "\\", "\n\nraise SystemExit(3)\n", "勾配", "{0}{{x}}{% x %}", "$\\bad$", "\u202e\x00\x1b", "a" * 100)


def test_texts_can_not_become_code(tmp_path: Path) -> None:
    names = ["\n1/0\n", "'''+exit()+'''"]
    data = kb.data.Dataset.from_arrays(np.random.default_rng(7).normal(size=(9, 2)), NASTY, classes=NASTY, feature_names=names)
    data = kb.data.Dataset(data.inputs, data.targets, data.classes, data.feature_names, name='"""\nraise SystemExit(4)\n"""')
    for language in LANGUAGES:
        run = kb.train(data, steps=2, hidden=(3,), activation="step", method="loop")
        made = repeated(run, tmp_path, language)
        assert difference(run, made) < 1e-13
        assert "勾配" in made["printed"]
        source = (tmp_path / "script.py").read_text(encoding="utf-8")
        found = next(
            ast.literal_eval(node.value)
            for node in ast.parse(source).body
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "classes"
        )
        assert tuple(found) == NASTY
        assert not re.search("[\u202e\x00\x1b]", source)


@pytest.mark.parametrize("labels", [["no", "yes"], [True, False], [3, 7], [0.5, float("inf")], [1, 0]])
def test_class_labels(labels: list[Any], tmp_path: Path) -> None:
    data = kb.data.Dataset.from_arrays(
        [[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]], [labels[1], labels[0]], classes=labels, task="classify"
    )
    run = kb.train(data, steps=30, hidden=(), learning_rate=0.5)
    made = repeated(run, tmp_path)
    assert difference(run, made) < 1e-12
    assert f"-> {labels[1]} " in made["printed"].splitlines()[-3]
    assert made["printed"].endswith("2 / 2\n")


def test_a_gate_and_many_features(tmp_path: Path) -> None:
    path = written(kb.train(kb.data.gate("xor"), steps=0), tmp_path)
    assert path.read_text().startswith('"""A neural network learns the truth table of xor ')
    data = kb.data.Dataset.from_arrays(np.random.default_rng(3).normal(size=(3, 30)), [0, 1, 0])
    pretended = kb.data.Dataset(data.inputs, data.targets, data.classes, data.feature_names, name="xor")
    made = repeated(kb.train(pretended, steps=1, method="loop"), tmp_path)
    assert (tmp_path / "script.py").read_text().startswith('"""A neural network learns by gradient descent.')
    assert made["printed"].splitlines()[2].startswith("0 -> ")


def test_three_classes_one_class_and_one_input(tmp_path: Path) -> None:
    for classes, features in ((3, 2), (1, 2), (2, 1)):
        inputs = np.random.default_rng(8).normal(size=(5, features))
        data = kb.data.Dataset.from_arrays(inputs, np.arange(5) % classes, classes=list(range(classes)))
        run = kb.train(data, steps=2, hidden=(3,), method="loop")
        assert difference(run, repeated(run, tmp_path)) < 1e-13
        assert (tmp_path / "script.png").exists() == (features == 2)
        (tmp_path / "script.png").unlink(missing_ok=True)


def test_a_run_that_was_cut_is_repeated_as_far_as_it_came(tmp_path: Path) -> None:
    recording = Recording(kb.Experiment(kb.Learning("parity-3"), method="loop", steps=100_000, record_every=1000))
    for step in recording.of(recording.experiment.run()):
        if step.number >= 5:
            break
    assert recording.run is not None
    assert recording.run.status == "interrupted"
    assert difference(recording.run, repeated(recording.run, tmp_path)) == 0
    with pytest.warns(kb.DivergenceWarning):
        diverged = kb.train("parity-3", hidden=(), optimizer="adam", learning_rate=5e307, steps=50)
    path = written(diverged, tmp_path)
    assert f"\nsteps = {diverged.records[-1].number}  #" in path.read_text()


def test_nothing_is_half_written(founding: kb.Run, tmp_path: Path) -> None:
    path = tmp_path / "xor.py"
    path.write_text("old")
    write_script(founding, path)
    assert path.read_text().startswith('"""A neural network learns')
    with pytest.raises(FileFault, match="could not be written"):
        write_script(founding, tmp_path / "nowhere" / "xor.py")
    with pytest.raises(InputError, match="'fr', but it must be one of: en, ja"):
        write_script(founding, path, "fr")
    assert os.listdir(tmp_path) == ["xor.py"]


def test_every_sentence_of_a_script_is_in_the_template() -> None:
    template = (Path(kb.__file__).parent / "export" / "script.py.jinja").read_text()
    asked = set(re.findall(r'(?:say|note|word)\("([a-z0-9-]+)"', template)) | set(
        re.findall(r'"([a-z-]+)" (?:if|else)', template)
    )
    asked |= set(re.findall(r'else "([a-z-]+)"', template))
    asked |= {f"slopes-{method}" for method in METHODS} | {f"loss-{loss}" for loss in ("cross-entropy", "squared")}
    asked |= {"directions-spsa", "directions-random-directions"}
    keys = {key.removeprefix("script-") for key in sentences("en") if key.startswith("script-")}
    assert keys <= asked


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_stay_within_comments_and_quotes(language: str) -> None:
    for key, text in sentences(language).items():
        if key.startswith("script-"):
            assert "\\" not in text, key
            assert '"' not in text, key


def test_values_as_source() -> None:
    values = np.random.default_rng(1).normal(size=(3, 40)) * 10.0 ** np.arange(-20, 20)
    for some in (values, values[0], values[:, :2], np.array([0, 1, 1]), np.array([[-0.0, 5e-324, 1e308, 0.1]])):
        source = array(some)
        again = eval(source, {"np": np})
        assert (again.dtype, again.shape, again.tobytes()) == (some.dtype, some.shape, some.tobytes())
        assert max(map(len, source.splitlines())) <= 88
    single = eval(array(np.array([[0.1, 0.2]]), "np.float32"), {"np": np})
    assert single.dtype == np.float32
    assert label(np.str_("a")) == '"a"'
    assert label("'\"") == "'\\'\"'"
    assert eval(listed([label(text) for text in NASTY])) == list(NASTY)
