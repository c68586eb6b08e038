"""The recipes of docs/architecture.md, each followed in a copy of the source: what it names is enough."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from tests import additions
from tests.additions import Addition

ROOT = Path(__file__).parent.parent
PAGES = {
    language: (ROOT / "docs" / name).read_text(encoding="utf-8")
    for language, name in (("en", "architecture.md"), ("ja", "architecture.ja.md"))
}
COPIED = ("src/koubai", "docs/scripts", "docs/settings.md", "docs/settings.ja.md", "docs/playground-protocol.md", "tests")
PATHS = r"`((?:src|docs|tests)/[\w/.-]+\.\w+)`"
COMMANDS = r"`python (docs/scripts/\w+\.py)`"

# what is tried once a recipe is followed: the heading of the recipe -> Python
USES: Mapping[str, str] = {
    "An activation": """
        from hypothesis import settings
        settings.register_profile("copy", deadline=None, max_examples=10, derandomize=True)
        settings.load_profile("copy")
        from tests.core.test_activations import test_values_are_the_definitions
        from koubai.export.onnx_graph import write_onnx
        data, net = kb.data.gate("xor"), kb.Network.random([2, 4, 2], activation="gaussian", scale=1.0, seed=0)
        slopes = [kb.slopes(method, h=1e-4)(net, data)[1].layers[0].weights for method in ("central", "loop", "backprop")]
        assert np.abs(slopes[0] - slopes[1]).max() < 1e-10 and np.abs(slopes[0] - slopes[2]).max() < 1e-6
        run = kb.train("xor", activation="gaussian", scale=1.0, learning_rate=0.5, steps=300)
        assert run.losses[-1] < run.losses[0] / 2
        assert listed("activations", "en") == "exp(-v²), a bell" and listed("activations", "ja") == "exp(-v²)、釣り鐘の形"
        test_values_are_the_definitions(name="gaussian")
        write_onnx(net, "net.onnx")
        write_script(run, "script.py")
        assert "np.exp(-v * v)" in Path("script.py").read_text()
        same_settings()
    """,
    "A loss": """
        data, net = kb.data.gate("xor"), kb.Network.random([2, 4, 2], scale=1.0, seed=0)
        slopes = [kb.slopes(m, h=1e-4, loss="quartic")(net, data)[1].layers[0].weights for m in ("central", "loop", "backprop")]
        assert np.abs(slopes[0] - slopes[1]).max() < 1e-10 and np.abs(slopes[0] - slopes[2]).max() < 1e-6
        run = kb.train("xor", loss="quartic", steps=50, engine="numpy")
        assert run.losses[-1] < run.losses[0]
        for language in kb.locale.LANGUAGES:
            assert listed("losses", language)
            LossDisplay.from_run(run, language).plot()
            write_script(run, f"script-{language}.py", language)
            assert "error**4" in Path(f"script-{language}.py").read_text()
        same_settings()
    """,
    "A method of slope": """
        data, net = kb.data.gate("xor"), kb.Network.random([2, 4, 2], activation="tanh", scale=1.0, seed=0)
        compiled = kb.slopes("backward", h=1e-6)(net, data)[1].layers[0].weights
        assert np.abs(compiled - kb.slopes("backprop")(net, data)[1].layers[0].weights).max() < 1e-5
        runs = [kb.train("xor", method="backward", steps=20, engine=engine) for engine in ("numpy", "jax")]
        assert np.abs(runs[0].losses - runs[1].losses).max() < 1e-12
        from koubai.experiment.sampled_slopes import SampledSlopes
        sampled = SampledSlopes(runs[0].experiment, runs[0].network)
        assert (sampled.at(0.5) == sampled.forward(-0.5)).all() and (sampled.at(0.5) != sampled.central(0.5)).any()
        from tests.playground.fake_page import Page
        from koubai.playground.protocol import incoming
        page = Page.open("method=backward").say(incoming.Slope(place="w2[0,0]"))
        (answer,) = [text for text in page.texts if text["type"] == "slope"]
        assert abs((answer["above"] - answer["below"]) / answer["h"] - answer["measured"]) < 1e-9
        for language in kb.locale.LANGUAGES:
            assert listed("methods", language)
            write_script(runs[0], f"script-{language}.py", language)
            assert "parameter[place] = kept - h" in Path(f"script-{language}.py").read_text()
        same_settings()
    """,
    "A setting": """
        import msgspec
        from koubai.cli.commands import koubai
        from koubai.playground.protocol.outgoing import number_bounds
        from koubai.playground.protocol.setting import Setting
        run = kb.train("xor", goal=0.6)
        assert run.records[-1].loss <= 0.6 < run.records[-2].loss
        assert kb.Experiment.from_json(run.experiment.to_json()).goal == 0.6
        for language in kb.locale.LANGUAGES:
            options = {option.name: option for option in koubai(language).commands["train"].params}
            assert options["goal"].help
            try:
                kb.train("xor", goal=-1.0)
            except kb.InputError as error:
                assert error.code == "goal" and error.sentence(language)
        assert msgspec.convert({"goal": 0.5}, Setting).goal == 0.5 and number_bounds()["goal"].most == 1e6
        from koubai.playground.model.data_source import UserData, source_of
        from koubai.playground.model.setting_changes import experiment_of, setting_of
        setting = Setting(goal=0.6)
        assert experiment_of(setting, source_of(setting, UserData())).goal == setting_of(run).goal == 0.6
        from tests.experiment import test_fields
        test_fields.test_train_has_the_settings_of_the_table()
        test_fields.test_a_page_may_change_what_the_table_says()
        for part, kind in (("experiment", kb.Experiment), ("problem", kb.Learning)):
            test_fields.test_an_object_has_the_settings_of_its_part(part, kind)
        same_settings()
        same_messages()
    """,
    "A data set": """
        data = kb.data.load("quadrants", samples=100, noise=0.0, validation=0, test=0).train
        assert ((data.inputs[:, 0] * data.inputs[:, 1] < 0) == (data.labels == 1)).all()
        for language in kb.locale.LANGUAGES:
            assert "300" in listed("sets", language)
        run = kb.train("quadrants", steps=300, engine="numpy")
        assert run.scores("test").accuracy > 0.8
    """,
    "A picture": """
        from koubai.cli.report import drawn
        from koubai.pictures import WeightSizesDisplay, displays_of
        from koubai.playground.session.snapshot import displays_of as offered
        run = kb.train("xor", steps=1)
        assert displays_of(run)["sizes"] is WeightSizesDisplay
        for language in kb.locale.LANGUAGES:
            display = displays_of(run)["sizes"].from_run(run, language)
            assert display.plot().get_title(loc="left") == display.title
            assert kb.locale.sentence("page-picture-sizes", language)
        display.save("sizes.png")
        for language in kb.locale.LANGUAGES:
            assert any("sizes.png" in line for line in drawn(Path(), language))
    """,
    "A message": """
        from tests.playground.fake_page import Page
        from koubai.playground.protocol import incoming
        page = Page.open().say(incoming.read('{"type": "largest"}'))
        (answer,) = [text for text in page.texts if text["type"] == "largest"]
        assert 0 < answer["value"] < 1
        assert "@typedef {Object} LargestAnswer" in Path("src/koubai/playground/static/types.js").read_text()
        assert "### largest" in Path("docs/playground-protocol.md").read_text()
        same_messages()
    """,
}

BEGIN = """
from pathlib import Path
import numpy as np
import koubai as kb
import koubai.locale
from koubai.cli.list_choices import listing
from koubai.export.script import write_script
from koubai.pictures import LossDisplay

def listed(kind, language):
    lines = [line.split(None, 1) for line in listing(kind, language).splitlines()]
    (line,) = [text for name, text in (words for words in lines if len(words) == 2) if name == NAME]
    return line

def same_settings():
    from tests.experiment import test_fields
    test_fields.test_what_can_be_chosen_is_what_there_is()
    for language in kb.locale.LANGUAGES:
        test_fields.test_the_documentation_is_made_of_the_table(language)

def same_messages():
    import runpy
    from tests.playground.protocol import test_generated as generated
    script = runpy.run_path(str(generated.SCRIPT))
    generated.test_the_types_of_the_page_are_made_of_the_declarations(script)
    generated.test_the_documentation_is_made_of_the_declarations(script)

assert Path(kb.__file__).is_relative_to(Path.cwd())
"""
END = """
assert list(kb.locale.sentences("en")) == list(kb.locale.sentences("ja"))
"""
ADDITIONS: Mapping[str, tuple[str, Addition]] = {
    "An activation": ("gaussian", additions.ACTIVATION),
    "A loss": ("quartic", additions.LOSS),
    "A method of slope": ("backward", additions.METHOD),
    "A setting": ("goal", additions.SETTING),
    "A data set": ("quadrants", additions.DATA_SET),
    "A picture": ("sizes", additions.PICTURE),
    "A message": ("largest", additions.MESSAGE),
}


def steps_of(recipe: str, page: str = PAGES["en"]) -> list[str]:
    """The numbered steps of a recipe."""
    (text,) = re.findall(rf"^### {recipe}$(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
    return re.findall(r"^\d+\. (.*(?:\n   +\S.*)*)", text, re.MULTILINE)


def follow(steps: list[str], addition: Addition, copy: Path) -> set[str]:
    """Edit the files that ``steps`` name, and run their commands. Returns the files."""
    named = set()
    for step in steps:
        for name in re.findall(PATHS, step):
            assert name in addition, f"the example has nothing for {name}, which the recipe names"
            named.add(name)
            path = copy / name
            content = path.read_text(encoding="utf-8") if path.exists() else ""
            for insertion in addition[name]:
                content = insertion.into(content)
            path.write_text(content, encoding="utf-8")
        for script in re.findall(COMMANDS, step):
            python(copy, script)
    return named


def python(folder: Path, *words: str) -> None:
    """Run Python with the copy in ``folder``."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder / "src"), str(folder)])}
    done = subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def copied(folder: Path) -> Path:
    """What a recipe edits, copied."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.sqlite", "vendor", "bundle", ".mypy_cache"))
        else:
            shutil.copy2(source, target)
    return folder


def try_it(recipe: str, steps: list[str], copy: Path) -> set[str]:
    """Follow ``steps`` in a copy, and use what they have added. Returns the files that were edited."""
    name, addition = ADDITIONS[recipe]
    named = follow(steps, addition, copied(copy))
    python(copy, "-W", "error", "-c", "\n".join([f"NAME = {name!r}", BEGIN, dedent(USES[recipe]), END]))
    return named


@pytest.mark.long
@pytest.mark.parametrize("recipe", ADDITIONS)
def test_a_recipe_is_enough(recipe: str, tmp_path: Path) -> None:
    assert try_it(recipe, steps_of(recipe), tmp_path) == set(ADDITIONS[recipe][1])


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ADDITIONS)
def test_a_recipe_that_forgets_a_step_is_seen(recipe: str, tmp_path: Path) -> None:
    """Each file and each command is needed."""
    steps = steps_of(recipe)
    names = sorted({name for step in steps for pattern in (PATHS, COMMANDS) for name in re.findall(pattern, step)})
    for number, name in enumerate(names):
        without = [re.sub(rf"`(?:python )?{re.escape(name)}`", "", step) for step in steps]
        with pytest.raises(AssertionError):
            try_it(recipe, without, tmp_path / str(number))


def test_every_recipe_is_tried() -> None:
    (recipes,) = re.findall(r"^## Recipes$(.*)", PAGES["en"], re.MULTILINE | re.DOTALL)
    assert re.findall(r"^### (.+)$", recipes, re.MULTILINE) == list(ADDITIONS) == list(USES)


def test_a_step_that_names_an_unknown_file_is_seen(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="has nothing for"):
        follow(["`src/koubai/core/nothing.py`: nothing."], additions.LOSS, tmp_path)


@pytest.mark.parametrize("recipe", ADDITIONS)
def test_the_japanese_recipe_has_the_same_steps(recipe: str) -> None:
    number = list(ADDITIONS).index(recipe)
    (recipes,) = re.findall(r"^## 追加の手順$(.*)", PAGES["ja"], re.MULTILINE | re.DOTALL)
    heading = re.findall(r"^### (.+)$", recipes, re.MULTILINE)[number]
    both = [
        [re.findall(f"{PATHS}|{COMMANDS}", step) for step in steps]
        for steps in (steps_of(recipe), steps_of(heading, PAGES["ja"]))
    ]
    assert both[0] == both[1]
