"""The script of a run: it repeats the run, by itself, whatever the run was."""

import ast
import os
import re
import subprocess
import sys
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.scripts import assert_repeated, by_method, difference, processed, repeated, written

import koubai as kb
from koubai.core.activations import ACTIVATIONS
from koubai.core.losses import LOSSES
from koubai.core.methods import METHODS
from koubai.core.numpy_engine import random_numbers
from koubai.core.optimizers import OPTIMIZERS
from koubai.errors import FileFault, InputError
from koubai.experiment import Recording
from koubai.export import write_script
from koubai.export.engine_source import with_helpers
from koubai.export.python_literals import array, label, listed
from koubai.locale import LANGUAGES, sentences


@pytest.fixture(scope="module")
def founding() -> kb.Run:
    return kb.train("xor")


def assert_founding(run: kb.Run, folder: Path) -> None:
    made, lines = repeated(run, folder), (run.experiment.steps - 1) // 100 + 2
    assert difference(run, made) < 1e-12
    assert abs(made["loss"] - run.losses[-1]) < 1e-12
    printed = made["printed"].splitlines()
    losses = [float(line.split()[-1]) for line in printed[:lines]]
    steps = run.experiment.steps
    assert losses == [float(f"{run.losses[n]:.6f}") for n in (*range(0, steps, 100), steps)]
    assert printed[lines].startswith("[0. 0.] -> 0 [")
    assert "right answers: 4 / 4" in made["printed"]
    with Image.open(folder / "run" / "script.png") as picture:
        assert len(picture.convert("RGB").getcolors(10**6) or []) > 50
    assert sorted(os.listdir(folder / "run")) == ["made.npz", "printed", "script.png", "script.py"]


@pytest.mark.slow
def test_the_founding_example(founding: kb.Run, tmp_path: Path) -> None:
    """All 5001 steps: the same start, slopes, losses, weights and answers; and a picture at the end."""
    assert_founding(founding, tmp_path)


def test_the_beginning_of_the_founding_example(tmp_path: Path) -> None:
    assert_founding(kb.train("xor", steps=250, learning_rate=0.3), tmp_path)


def without_texts(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


def test_in_japanese(founding: kb.Run, tmp_path: Path) -> None:
    """The same code, but for what it says."""
    japanese = written(founding, tmp_path / "ja", "ja").read_text(encoding="utf-8")
    assert without_texts(japanese) == without_texts(written(founding, tmp_path / "en").read_text(encoding="utf-8"))
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


EVERY = pytest.param(True, marks=pytest.mark.slow)  # each with each; else each once


@pytest.mark.parametrize("every", [False, EVERY])
def test_every_method(every: bool, tmp_path: Path) -> None:
    """By how much rounding may differ: what is drawn by chance goes through another library's inverse of the error function."""
    fields: dict[str, Any] = {"steps": 5, "hidden": (4,), "activation": "tanh", "scale": 0.5, "seed": 7}
    runs = {
        f"{method}-{loss}": kb.train("parity-3", **{**fields, "method": method, "loss": loss})
        for number, method in enumerate(METHODS)
        for loss in (("cross-entropy", "squared") if every else (("cross-entropy", "squared")[number % 2],))
    }
    made = assert_repeated(runs, tmp_path, 1e-13)
    assert all(difference(runs[name], made[name]) == 0 for name in runs if name.startswith("loop"))


@pytest.mark.parametrize("every", [False, EVERY])
def test_every_method_in_float32(every: bool, tmp_path: Path) -> None:
    fields: dict[str, Any] = {"steps": 5, "hidden": (4,), "scale": 0.5, "seed": 2**32 - 1, "precision": "float32"}
    methods = METHODS if every else ("spsa", "random-directions")  # which draw other bits
    runs = {method: kb.train("parity-3", activation="sigmoid", **{**fields, "method": method}) for method in methods}
    made = assert_repeated(runs, tmp_path, 3e-6)
    assert {one["loss"].dtype for one in made.values()} == {np.dtype(np.float32)}


def somewhere(activation: str, **fields: Any) -> kb.Run:
    """A few steps from where no unit is at a kink, as those of a truth table's first row are while biases are 0."""
    random = np.random.default_rng(2)
    layers = [(random.normal(size=(m, n)), random.normal(size=n)) for m, n in pairwise((3, 3, 4, 2))]
    start = kb.Network.from_arrays(layers, activation=activation)
    return kb.train(start, "parity-3", steps=4, learning_rate=0.1, **fields)


@pytest.mark.long
def test_every_activation(tmp_path: Path) -> None:
    """The scripts of the exact methods come to what the plain loop comes to with a small h, to the digits that it has."""
    loops = {activation: somewhere(activation, method="loop", h=1e-5) for activation in ACTIVATIONS}
    assert_repeated(loops, tmp_path / "loop", 1e-10)
    for method in ("backprop", "complex-step"):
        runs = {name: by_method(run, method) for name, run in loops.items() if (method, name) != ("complex-step", "gelu")}
        assert_repeated(runs, tmp_path / method, 1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["backprop", "complex-step"])
def test_every_activation_by_an_exact_method(method: str, tmp_path: Path) -> None:
    names = [name for name in ACTIVATIONS if (method, name) != ("complex-step", "gelu")]
    runs = {name: somewhere(name, method=method) for name in names}
    assert_repeated(runs, tmp_path, 1e-13)


@pytest.mark.parametrize("activations", [("gelu",), pytest.param(tuple(ACTIVATIONS), marks=pytest.mark.slow)])
def test_every_activation_in_float32(activations: tuple[str, ...], tmp_path: Path) -> None:
    fields: dict[str, Any] = {
        "method": "backprop",
        "steps": 4,
        "hidden": (3, 4),
        "scale": 1.0,
        "precision": "float32",
        "seed": 3,
    }
    runs = {activation: kb.train("parity-3", activation=activation, **fields) for activation in activations}
    assert_repeated(runs, tmp_path, 1e-6)


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


def by_loop(optimizer: str, **more: Any) -> kb.Run:
    """With the plain loop's slopes, which are the same to the bit: a rule that divides by them would enlarge the last digit."""
    fields: dict[str, Any] = {"steps": 8, "learning_rate": 0.05, "scale": 0.5, "hidden": ()}  # radam divides from the 6th on
    return kb.train("parity-3", method="loop", **{**fields, "optimizer": optimizer}, **more)


@pytest.mark.long
def test_every_optimizer(tmp_path: Path) -> None:
    """And with parameters of its own."""
    runs = {optimizer: by_loop(optimizer) for optimizer in OPTIMIZERS}
    runs |= {f"{name}-own": by_loop(name, optimizer_options=options) for name, options in OPTIONS.items()}
    assert_repeated(runs, tmp_path, 1e-12)


@pytest.mark.parametrize(
    "optimizers", [("adam", "radam"), pytest.param(("adam", "nadam", "radam", "yogi", "lamb"), marks=pytest.mark.slow)]
)
def test_an_optimizer_in_float32(optimizers: tuple[str, ...], tmp_path: Path) -> None:
    assert_repeated({optimizer: by_loop(optimizer, precision="float32") for optimizer in optimizers}, tmp_path, 1e-4)


def test_no_hidden_layer_and_a_deep_one(tmp_path: Path) -> None:
    fields: dict[str, Any] = {"activation": "sin", "steps": 3, "scale": 1.0, "learning_rate": 0.3}
    runs = {
        f"{len(hidden)}-{method}": kb.train("parity-3", hidden=hidden, **{**fields, "method": method})
        for hidden, method in (((), "loop"), ((), "backprop"), ((2,) * 9, "loop"), ((2,) * 9, "backprop"))
    }
    assert_repeated(runs, tmp_path, 1e-12)


def test_values_and_a_start_of_ones_own(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    data = kb.data.Dataset.from_arrays(random.normal(size=(6, 2)), random.normal(size=(6, 3)))
    start = kb.Network.from_arrays(
        [(random.normal(size=(2, 4)), random.normal(size=4)), (random.normal(size=(4, 3)), [1e-9, -0.0, 2.5])],
        activation="gelu",
    )
    runs = {method: kb.train(start, data, loss="squared", method=method, steps=6, seed=9) for method in ("loop", "backprop")}
    for name, made in assert_repeated(runs, tmp_path, 1e-13).items():
        assert np.array_equal(made["targets"], data.targets)
        assert (tmp_path / name / "script.png").stat().st_size > 10_000


def test_large_data_and_a_large_start_go_into_files_beside_it(tmp_path: Path) -> None:
    def run_of(targets: Any) -> kb.Run:
        data = kb.data.Dataset.from_arrays(inputs, targets, feature_names=["a\n1,2", "#", '"', "x"])
        start = kb.Network.random([4, 60, data.targets.shape[1]], activation="softplus", scale=0.5)
        return kb.train(start, data, loss="squared", method="backprop", steps=3)

    random = np.random.default_rng(6)
    inputs = random.normal(size=(200, 4))
    runs = {"class": run_of(random.integers(0, 3, 200)), "y1,y2": run_of(random.normal(size=(200, 2)))}
    for name, made in assert_repeated(runs, tmp_path, 1e-13, "ja").items():
        assert np.array_equal(made["targets"], runs[name].data.targets)
        folder = tmp_path / name
        assert sorted(os.listdir(folder)) == ["made.npz", "printed", "script-data.csv", "script-start.csv", "script.py"]
        assert (folder / "script-data.csv").read_text().splitlines()[0] == f"x1,x2,x3,x4,{name}"
        assert len((folder / "script.py").read_text(encoding="utf-8").splitlines()) < 130


NASTY = ('"""', "'", "\\", "\n\nraise SystemExit(3)\n", "勾配", "{0}{{x}}{% x %}", "$\\bad$", "\u202e\x00\x1b", "a" * 100)


@pytest.mark.long
def test_texts_can_not_become_code(tmp_path: Path) -> None:
    names = ["\n1/0\n", "'''+exit()+'''"]
    data = kb.data.Dataset.from_arrays(np.random.default_rng(7).normal(size=(9, 2)), NASTY, classes=NASTY, feature_names=names)
    data = kb.data.Dataset(data.inputs, data.targets, data.classes, data.feature_names, name='"""\nraise SystemExit(4)\n"""')
    run = kb.train(data, steps=2, hidden=(3,), activation="step", method="loop")
    for language in LANGUAGES:
        made = repeated(run, tmp_path, language, widest=200)
        assert difference(run, made) < 1e-13
        assert "勾配" in made["printed"]
        source = (tmp_path / "run" / "script.py").read_text(encoding="utf-8")
        found = next(
            ast.literal_eval(node.value)
            for node in ast.parse(source).body
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "classes"
        )
        assert tuple(found) == NASTY
        assert not re.search("[\u202e\x00\x1b]", source)


def test_class_labels(tmp_path: Path) -> None:
    runs, inputs = {}, [[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]
    pairs: list[list[Any]] = [["no", "yes"], [True, False], [3, 7], [0.5, float("inf")], [1, 0]]
    for labels in pairs:
        data = kb.data.Dataset.from_arrays(inputs, [labels[1], labels[0]], classes=labels, task="classify")
        runs[str(labels[1])] = kb.train(data, steps=30, hidden=(), learning_rate=0.5, method="loop")
    for label_, made in assert_repeated(runs, tmp_path, 1e-12).items():
        assert f"-> {label_} " in made["printed"].splitlines()[-3]
        assert made["printed"].endswith("2 / 2\n")


def test_a_gate_and_many_features(tmp_path: Path) -> None:
    path = written(kb.train(kb.data.gate("xor"), steps=0), tmp_path / "gate")
    assert path.read_text().startswith('"""A neural network learns the truth table of xor ')
    data = kb.data.Dataset.from_arrays(np.random.default_rng(3).normal(size=(3, 30)), [0, 1, 0])
    pretended = kb.data.Dataset(data.inputs, data.targets, data.classes, data.feature_names, name="xor")
    made = repeated(kb.train(pretended, steps=1, method="loop"), tmp_path)
    assert (tmp_path / "run" / "script.py").read_text().startswith('"""A neural network learns by gradient descent.')
    assert made["printed"].splitlines()[2].startswith("0 -> ")


def test_three_classes_one_class_and_one_input(tmp_path: Path) -> None:
    runs = {}
    for classes, features in ((3, 2), (1, 2), (2, 1)):
        inputs = np.random.default_rng(8).normal(size=(5, features))
        data = kb.data.Dataset.from_arrays(inputs, np.arange(5) % classes, classes=list(range(classes)))
        runs[f"{classes}-{features}"] = kb.train(data, steps=2, hidden=(3,), method="loop")
    assert_repeated(runs, tmp_path, 1e-13)
    for name in runs:
        assert (tmp_path / name / "script.png").exists() == name.endswith("2")


def test_a_run_that_was_cut_is_repeated_as_far_as_it_came(tmp_path: Path) -> None:
    recording = Recording(kb.Experiment(kb.Learning("parity-3"), method="loop", steps=100_000, record_every=1000))
    for step in recording.of(recording.experiment.run()):
        if step.number >= 5:
            break
    assert recording.run is not None
    assert recording.run.status == "interrupted"
    assert difference(recording.run, repeated(recording.run, tmp_path)) == 0
    with pytest.warns(kb.DivergenceWarning):
        diverged = kb.train("parity-3", hidden=(), optimizer="adam", learning_rate=5e307, steps=50, method="loop")
    path = written(diverged, tmp_path / "diverged")
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
    folder = Path(kb.__file__).parent / "export" / "templates"
    templates = {path.name: path.read_text() for path in folder.iterdir()}
    assert all(len(template.splitlines()) <= 300 for template in templates.values())
    text = "\n".join(templates.values())
    asked = set(re.findall(r'(?:say|note|word)\("([a-z0-9-]+)"', text)) | set(re.findall(r'"([a-z-]+)" (?:if|else)', text))
    asked |= set(re.findall(r'else "([a-z-]+)"', text))
    asked |= {f"slopes-{method}" for method in METHODS} | {f"loss-{loss}" for loss in LOSSES}
    asked |= {activation.script.helper.replace("_", "-") for activation in ACTIVATIONS.values()}
    draws = (random_numbers.signs, random_numbers.normals)
    asked |= {one.__name__.replace("_", "-") for draw in draws for one in with_helpers(draw)}
    asked |= {one.__name__.replace("_", "-") for rule in OPTIMIZERS.values() for one in with_helpers(rule.plain)}
    asked |= {"init-he", "init-xavier", "slow-minutes", "slow-hours"}
    asked |= {"penalty-l1", "penalty-l2", "scores-classes", "scores-values", "scores-squares"}
    asked |= {"word-train", "word-validation", "word-test"}
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


def test_an_activation_for_each_layer_and_frozen_parameters(tmp_path: Path) -> None:
    fields: dict[str, Any] = {"frozen": ["w1[0,2]", "b3", "b1[1]"]}
    runs = {
        f"{method}-{optimizer}": somewhere(activation, method=method, optimizer=optimizer, **fields)
        for method, optimizer, activation in (
            ("loop", "gradient-descent", "relu,identity"),
            ("backprop", "adamw", "gelu,softplus"),
            ("backprop", "gradient-descent", "identity,sigmoid"),
            ("complex-step", "lion", "sigmoid,tanh"),
        )
    }
    made = assert_repeated(runs, tmp_path, 1e-12)
    for name, run in runs.items():
        start = run.records[0].parameters
        assert made[name]["parameter_0"][0, 2] == start.layers[0].weights[0, 2]
        assert np.array_equal(made[name]["parameter_5"], start.layers[2].bias)
    source = (tmp_path / "loop-gradient-descent" / "script.py").read_text(encoding="utf-8")
    assert "frozen[0][0, 2] = True  # w1[0,2]" in source
    assert "def tanh" not in source
