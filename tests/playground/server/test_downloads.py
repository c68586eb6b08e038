"""What a page downloads of a run."""

import csv
import io
import threading
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from tests.runs import same

import koubai as kb
from koubai.data.features import with_features
from koubai.errors import InputError
from koubai.experiment import Run
from koubai.pictures import TruthTableFilm
from koubai.playground.server import downloads
from koubai.playground.server.downloads import Busy, Download, Downloads
from koubai.playground.session.snapshot import picture_names


@pytest.fixture(scope="module")
def xor() -> Run:
    return kb.train("xor", steps=20, record_every=5)


def drawn(points: list[list[float]], answers: list[Any], task: Any = "classify") -> Run:
    """A run that learned points drawn by hand."""
    return kb.train(kb.data.Dataset.from_arrays(points, answers, task=task), steps=0)


POINTS = [[-0.8, 0.3], [0.6, 0.9], [2.5, -0.7], [0.1, 0.2]]
RUNS = {
    "gate": lambda: kb.train("xor", steps=0),
    "no step": lambda: kb.train("or", steps=0, hidden=()),
    "table": lambda: kb.train("parity-5", steps=0),
    "set": lambda: kb.train("moons", steps=0),
    "classes": lambda: drawn(POINTS, ["a", "b", "c", "a"]),
    "one input": lambda: kb.train(with_features(kb.data.gate("xor"), ["x1"]), steps=0),
    "three features": lambda: kb.train(with_features(kb.data.gate("xor"), ["x1", "x2", "x1*x2"]), steps=0),
    "values": lambda: drawn(POINTS, [0.1, 0.2, 0.3, 0.5], "regress"),
}
HAVE = {
    "gate": ("region", "network", "units", "loss"),
    "no step": ("region", "network", "loss"),
    "table": ("table", "network", "loss"),
    "set": ("plane", "confusion", "history", "network"),
    "classes": ("plane", "confusion", "history", "network"),
    "one input": ("confusion", "history", "network"),
    "three features": ("plane", "confusion", "history", "network"),
    "values": ("fit", "history", "network"),
}


@pytest.mark.parametrize("kind", RUNS)
def test_every_run_has_its_pictures(kind: str) -> None:
    run = RUNS[kind]()
    assert picture_names(run) == HAVE[kind]
    taken = Downloads().take("a", lambda: run, f"picture-{HAVE[kind][0]}.png", "ja")
    assert taken is not None
    assert taken.media == "image/png"
    with Image.open(io.BytesIO(taken.content)) as image:
        assert min(image.size) > 300


@pytest.mark.parametrize("kind", ["no step", "set", "values", "one input"])
def test_the_film_or_why_there_is_none(kind: str) -> None:
    run, downloads = RUNS[kind](), Downloads()
    if kind in ("values", "one input"):
        with pytest.raises(InputError, match="There is no film of"):
            downloads.take("a", lambda: run, "film.mp4", "en")
        return
    taken = downloads.take("a", lambda: run, "film.mp4", "en")
    assert taken is not None
    with av.open(io.BytesIO(taken.content)) as container:
        stream = container.streams.video[0]
        assert stream.frames >= len(run.records)
        assert (stream.width, stream.height) == (1280, 720)


def test_a_long_film_is_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    run = kb.train("xor", steps=40, record_every=1)
    monkeypatch.setattr(downloads, "MOST_FRAMES", 5)
    monkeypatch.setattr(downloads, "FILM_SIZE", (320, 240))
    taken = Downloads().take("a", lambda: run, "film.gif", "en")
    assert taken is not None
    assert (taken.name, taken.media) == ("xor-film.gif", "image/gif")
    with Image.open(io.BytesIO(taken.content)) as film:
        assert film.n_frames == 5 + 2  # type: ignore[attr-defined]  # the first and the last are held


def test_numbers(xor: Run) -> None:
    losses = Downloads().take("a", lambda: xor, "losses.csv", "en")
    weights = Downloads().take("a", lambda: xor, "weights.csv", "en")
    assert losses is not None
    assert weights is not None
    assert (losses.name, weights.name) == ("xor-losses.csv", "xor-weights.csv")
    rows = list(csv.reader(io.StringIO(losses.content.decode())))
    assert rows[0] == ["step", "loss"]
    np.testing.assert_array_equal([float(loss) for _, loss in rows[1:]], xor.losses)
    values = [float(row[-1]) for row in list(csv.reader(io.StringIO(weights.content.decode())))[1:]]
    np.testing.assert_array_equal(values, np.concatenate([array.ravel() for array in xor.network.arrays().values()]))


def test_the_run_itself(xor: Run, tmp_path: Path) -> None:
    taken = Downloads().take("a", lambda: xor, "run.koubai.zip", "en")
    assert taken is not None
    path = tmp_path / taken.name
    path.write_bytes(taken.content)
    assert taken.name == "xor.koubai.zip"
    assert same(kb.load(path), xor)


def test_the_script_alone_or_with_its_data(xor: Run) -> None:
    taken = Downloads().take("a", lambda: xor, "script.py", "ja")
    assert taken is not None
    assert taken.name == "xor.py"
    assert "傾き" in taken.content.decode()
    taken = Downloads().take("a", lambda: RUNS["set"](), "script.py", "en")
    assert taken is not None
    assert (taken.name, taken.media) == ("moons-script.zip", "application/zip")
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        assert archive.namelist() == ["moons-data.csv", "moons.py"]
        assert "moons-data.csv" in archive.read("moons.py").decode()


@pytest.mark.parametrize(
    "what", ["", "film", "film.avi", "picture-.png", "picture-nothing.png", "picture-loss.pdf", "weights", "../x"]
)
def test_what_is_not_there(what: str, xor: Run) -> None:
    assert Downloads().take("a", lambda: xor, what, "en") is None


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("flowers.csv", "flowers"),
        ("../../etc/passwd", "passwd"),
        ("アヤメ の データ.csv", "アヤメ-の-データ"),
        ('a"b\r\nc', "a-b-c"),
        ("", "run"),
        ("…", "run"),
        ("x" * 200, "x" * downloads.LONGEST_STEM),
    ],
)
def test_names_of_files(name: str, stem: str, xor: Run) -> None:
    data = replace(xor.data, name=name)
    named = replace(xor, experiment=replace(xor.experiment, problem=replace(xor.experiment.problem, data=data)))
    taken = Downloads().take("a", lambda: named, "losses.csv", "en")
    assert taken is not None
    assert taken.name == f"{stem}-losses.csv"


def test_films_are_few_at_a_time(xor: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, goes_on = threading.Semaphore(0), threading.Event()

    def slow(film: TruthTableFilm, paths: list[Path], size: tuple[int, int]) -> None:
        paths[0].write_bytes(b"film")

    def run_of() -> Run:
        begun.release()
        goes_on.wait(10)
        return xor

    monkeypatch.setattr(TruthTableFilm, "save", slow)
    downloads, taken = Downloads(), list[Download | None]()
    threads = [
        threading.Thread(target=lambda key=key: taken.append(downloads.take(key, run_of, "film.mp4", "en")))
        for key in ("a", "b")
    ]
    for thread in threads:
        thread.start()
        assert begun.acquire(timeout=10)
    for key in ("a", "c"):
        with pytest.raises(Busy, match="try again"):
            downloads.take(key, lambda: xor, "film.gif", "en")
    assert downloads.take("c", lambda: xor, "losses.csv", "en") is not None
    goes_on.set()
    for thread in threads:
        thread.join()
    assert [each and each.content for each in taken] == [b"film"] * 2
    assert downloads.take("a", lambda: xor, "film.gif", "en") is not None
