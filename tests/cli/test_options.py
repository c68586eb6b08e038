"""The options of train, the commands show and list, both languages: as a process."""

import json
import subprocess
from pathlib import Path

import av
import jsonschema
import pytest
from PIL import Image
from tests.cli_process import KOUBAI, PLAIN, koubai, on_a_full_disk, store_of

import koubai as kb
from koubai.cli.main import _ended
from koubai.cli.options import command

SCHEMA = json.loads((Path(__file__).parent.parent.parent / "docs" / "train-result.schema.json").read_text())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kept run with all its pictures and films, small."""
    folder = tmp_path_factory.mktemp("small")
    options = ["--steps", "300", "--record-every", "50", "--learning-rate", "0.2"]
    drawn = ["--pictures", "both", "--film", "both", "--film-size", "640x360", "--film-rate", "7"]
    done = koubai("train", "xor", *options, *drawn, "--out", "kept", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_all_numbers_of_the_example_are_options(tmp_path: Path) -> None:
    options = (
        "--hidden 4,3 --activation tanh --scale 0.7 --seed 9 --method forward --h 0.01 --loss squared --precision float32 "
        "--optimizer adam:b1=0.8,eps=1e-6 --learning-rate 0.05 --steps 20 --record-every 4 --json"
    )
    done = koubai("train", "nor", *options.split(), *PLAIN, cwd=tmp_path)
    result = json.loads(done.stdout)
    jsonschema.validate(result, SCHEMA)
    expected = kb.Experiment(
        kb.Learning("nor", hidden=(4, 3), activation="tanh", scale=0.7, loss="squared"),
        method="forward",
        h=0.01,
        precision="float32",
        optimizer="adam",
        optimizer_options={"b1": 0.8, "eps": 1e-6},
        learning_rate=0.05,
        steps=20,
        record_every=4,
        seed=9,
    )
    assert kb.Experiment.from_dict(result["experiment"]) == expected
    assert "values" in result["table"][0]


def test_the_schema_fits_every_way_to_end(tmp_path: Path) -> None:
    for options in (["--steps", "3"], ["--learning-rate", "1e300"]):
        done = koubai("train", "parity-3", "--json", *options, *PLAIN, cwd=tmp_path)
        jsonschema.validate(json.loads(done.stdout), SCHEMA)


def test_pictures_and_films_are_what_was_asked_for(small: Path) -> None:
    names = {path.name for path in (small / "kept").iterdir()}
    pictures = {f"{name}.{form}" for name in ("region", "network", "units", "loss") for form in ("png", "svg")}
    assert names == {
        *pictures,
        "film.mp4",
        "film.gif",
        "run.json",
        "losses.csv",
        "records.safetensors",
        "weights.safetensors",
    }
    with av.open(str(small / "kept" / "film.mp4")) as container:
        stream = container.streams.video[0]
        assert [stream.width, stream.height, stream.average_rate] == [640, 360, 7]
    assert "<svg" in (small / "kept" / "network.svg").read_text()[:500]


@pytest.mark.parametrize(
    ("gate", "pictures"),
    [
        ("parity-3", ["loss", "network", "region", "table", "units"][:4]),
        ("parity-4", ["loss", "network", "region", "table"]),
        ("parity-5", ["loss", "network", "table"]),
        ("or", ["loss", "network", "region"]),
    ],
)
def test_which_pictures_a_gate_has(gate: str, pictures: list[str], tmp_path: Path) -> None:
    done = koubai("train", gate, "--steps", "3", "--hidden", "none", "--film", "none", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(path.stem for path in (tmp_path / "koubai-runs" / f"{gate}-0").glob("*.png")) == pictures
    for picture in pictures:
        assert f"{picture}.png" in done.stdout


def test_show_draws_it_again_in_another_language_and_size(small: Path) -> None:
    before = {path.name: path.read_bytes() for path in (small / "kept").iterdir() if path.is_file()}
    done = koubai("show", "kept", "--lang", "ja", "--film", "gif", "--film-size", "480x270", "--film-rate", "3", cwd=small)
    assert (done.returncode, done.stderr) == (0, "")
    shown = small / "kept" / "shown"
    assert {path.name for path in shown.iterdir()} == {"film.gif", "loss.png", "network.png", "region.png", "units.png"}
    assert str(Path("kept") / "shown") in done.stdout
    with Image.open(shown / "film.gif") as film:
        assert film.size == (480, 270)
    with Image.open(shown / "loss.png") as japanese, Image.open(small / "kept" / "loss.png") as english:
        assert japanese.tobytes() != english.tobytes()
    again = koubai("show", "kept", "--film", "none", "--pictures", "svg", cwd=small)
    assert str(Path("kept") / "shown-2") in again.stdout
    nothing = koubai("show", "kept", *PLAIN, cwd=small)
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert {path.name: path.read_bytes() for path in (small / "kept").iterdir() if path.is_file()} == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("show", "Say which folder to show"),
        ("show none", "There is no file or folder none; check how it is written"),
        ("show . --out taken", "There is no run in ."),
        ("train xor --film mpeg", "no kind of film called 'mpeg'; did you mean 'mp4'?"),
        ("train xor --film-size 1280", "size of the film is '1280', but it must be width x height in even numbers"),
        ("train xor --film-size 1281x720", "'1281x720'"),
        ("train xor --film-size 20x20", "from 240 to 4096"),
        ("train xor --film-rate 0", "rate of the film is 0"),
        ("train xor --film-rate fast", "rate of the film is fast"),
        ("train xor --pictures jpg", "no kind of picture called 'jpg'; did you mean 'png'?"),
        ("train xor --scale -1", "scale of the starting weights is -1.0"),
        ("train xor --scale wide", "scale of the starting weights is wide"),
        ("train xor --loss square", "no loss called 'square'; did you mean 'squared'?"),
        ("train xor --precision float16", "no precision called 'float16'"),
        ("train xor --optimizer adamm", "no optimizer called 'adamm'; did you mean 'adam'?"),
        ("train xor --optimizer adam:b9=1", "adam has no parameter called 'b9'; it has: b1, b2, eps"),
        ("train xor --optimizer adam:b1=often", "parameter b1 of the optimizer adam is often"),
        ("train xor --optimizer adam:b1", "parameter b1 of the optimizer adam is ,"),
        ("train xor --optimizer gradient-descent:momentum=1", "has no parameters to set"),
        ("train xor --lang fr", "--lang is 'fr', but it must be one of: en, ja"),
        ("list colours", "There is no list of 'colours'"),
        ("list gate", "did you mean 'gates'?"),
    ],
)
def test_bad_input_is_one_sentence(words: str, message: str, tmp_path: Path) -> None:
    done = koubai(*words.split(), cwd=tmp_path)
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.returncode == (1 if "no run in" in message else 2)
    assert list(tmp_path.iterdir()) == []


def test_list_shows_everything(tmp_path: Path) -> None:
    everything = koubai("list", cwd=tmp_path).stdout
    for name in ("xor", "parity-8", "leaky-relu", "random-directions", "squared", "lamb"):
        assert f"  {name}" in everything
    assert "b1=0.9, b2=0.999" in everything
    only = koubai("list", "methods", cwd=tmp_path).stdout
    assert "central" in only
    assert "xor" not in only
    assert all(len(line) <= 80 for line in everything.splitlines())


@pytest.mark.parametrize("words", ["--help", "train --help", "show --help", "list --help", "cache --help", "list"])
def test_help_is_in_both_languages_and_fits(words: str, tmp_path: Path) -> None:
    from rich.cells import cell_len

    english = koubai(*words.split(), cwd=tmp_path).stdout
    japanese = koubai(*words.split(), cwd=tmp_path, env={"KOUBAI_LANG": "ja"}).stdout
    assert any("\u3040" <= letter <= "\u9fff" for letter in japanese)
    assert not any("\u3040" <= letter <= "\u9fff" for letter in english)
    for text in (english, japanese):
        assert all(cell_len(line) <= 80 for line in text.splitlines())
        assert all(line == line.rstrip() for line in text.splitlines())
    options = {word for word in english.split() if word.startswith("--")}
    assert options == {word for word in japanese.split() if word.startswith("--")}


@pytest.mark.parametrize(
    ("environment", "words", "language"),
    [
        ({"KOUBAI_LANG": "", "LC_ALL": "ja_JP.UTF-8"}, [], "ja"),
        ({"KOUBAI_LANG": "", "LC_ALL": "", "LC_MESSAGES": "ja_JP.eucJP"}, [], "ja"),
        ({"KOUBAI_LANG": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": "ja_JP"}, [], "ja"),
        ({"KOUBAI_LANG": "", "LC_ALL": "C", "LANG": "ja_JP"}, [], "en"),
        ({"KOUBAI_LANG": "en", "LC_ALL": "ja_JP.UTF-8"}, [], "en"),
        ({"KOUBAI_LANG": "en"}, ["--lang=ja"], "ja"),
        ({"KOUBAI_LANG": "ja"}, ["--lang", "en"], "en"),
    ],
)
def test_the_language_is_looked_up(environment: dict[str, str], words: list[str], language: str, tmp_path: Path) -> None:
    text = koubai("train", "xro", *words, cwd=tmp_path, env=environment).stderr
    assert ("xor" in text, "There is no set" in text) == (True, language == "en")


def test_a_language_that_is_not_there(tmp_path: Path) -> None:
    done = koubai("list", cwd=tmp_path, env={"KOUBAI_LANG": "fr"})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "koubai: KOUBAI_LANG is 'fr', but it must be one of: en, ja.\n"


def test_japanese_tables_are_aligned(tmp_path: Path) -> None:
    from rich.cells import cell_len

    done = koubai("train", "xor", "--steps", "5", "--lang", "ja", *PLAIN, cwd=tmp_path)
    table = done.stdout.splitlines()[1:6]
    ends = {cell_len(line) for line in table}
    assert len(ends) == 1
    assert all(cell_len(line) <= 80 for line in (done.stdout + done.stderr).splitlines())


def test_a_console_that_knows_no_japanese_gets_replacements(tmp_path: Path) -> None:
    done = subprocess.run(
        [*KOUBAI, "train", "xor", "--steps", "5", "--lang", "ja", *PLAIN],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        env={"PATH": "/usr/bin", "PYTHONIOENCODING": "ascii", "KOUBAI_STORE": str(store_of(tmp_path))},
    )
    assert done.returncode == 0
    assert b"?" in done.stdout
    assert (done.stdout + done.stderr).isascii()


def test_a_full_disk_while_the_film_is_made_harms_nothing_else(tmp_path: Path) -> None:
    """No file may grow beyond 256 KiB here: the pictures fit, the film does not."""
    done = on_a_full_disk(256, "train", "xor", "--film", "gif", "--no-store", cwd=tmp_path)
    folder = tmp_path / "koubai-runs" / "xor-0"
    assert "Learned: all 4 answers are right." in done.stdout
    assert done.returncode == 1
    assert "film.gif" in done.stderr.splitlines()[-1]
    assert "could not be written (File too large)" in done.stderr.splitlines()[-1]
    assert {path.name for path in folder.iterdir()} >= {"region.png", "network.png", "run.json"}
    assert not [path.name for path in folder.iterdir() if "film" in path.name]
    assert kb.load(folder).status == "finished"


@pytest.mark.parametrize("fault", [EOFError("cut"), KeyboardInterrupt()])
def test_what_a_command_raises_is_no_wish_to_end(fault: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    def call() -> int:
        raise fault

    made = command("list", "en", call, [])
    assert _ended(lambda: made.main([], standalone_mode=False), "en") == 1
    said = capsys.readouterr().err
    assert type(fault).__name__ in said
    assert len(said.splitlines()) == 1
