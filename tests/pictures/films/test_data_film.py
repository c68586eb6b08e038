"""Films of data: their frames show the records, in any size and language."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.pictures.figures import assert_nothing_is_cut, texts_in

from koubai.locale import LANGUAGES
from koubai.pictures import ClassFilm, CurveFilm, Film
from koubai.pictures.films.artist_tracks import CurveTrack
from koubai.pictures.films.canvas import FilmCanvas
from koubai.pictures.films.tracks import LossTrack, PartTrack
from koubai.pictures.films.video import read_video
from koubai.pictures.palette import FIELDS
from koubai.pictures.theme import use_theme

NUMBERS = np.array([0, 10, 40])
LOSSES = np.exp(-np.arange(41) / 20)
LONG = "$a$_とても長い名前 of a class that goes on and on"


def classes(count: int = 3, **changed: Any) -> dict[str, Any]:
    """The plane in upright stripes, a class each, which move to the right."""
    x, y = np.linspace(-2, 2, 41), np.linspace(-2, 2, 31)
    stripes = (np.arange(41) * count // 41) % count
    answers = np.stack([np.tile(np.roll(stripes, 3 * record), (31, 1)) for record in range(3)]).astype(np.uint8)
    labels = np.arange(5 * count) % count
    course = {"data": "own data", "numbers": NUMBERS, "losses": LOSSES}
    view = {"x": x, "y": y, "answers": answers, "confidence": np.full(answers.shape, 0.99, np.float32)}
    points = {"points": np.stack([labels / count, np.full(5 * count, -1.9)], axis=1), "labels": labels}
    return {**course, **view, **points, "classes": [str(number) for number in range(count)], **changed}


def curve(**changed: Any) -> dict[str, Any]:
    x = np.linspace(-1, 1, 50)
    points = np.linspace(-0.9, 0.9, 20)
    shown = {"x": x, "values": np.stack([slope * x for slope in (-1, 0, 1)]), "points": points, "targets": points}
    return {"data": "own data", "numbers": NUMBERS, "losses": LOSSES, **shown, **changed}


MORE: dict[str, Any] = {
    "validation": np.array([1.2, 0.8, 0.7]),
    "accuracy": {"train": np.array([0.3, 0.7, 0.95]), "validation": np.array([0.2, 0.6, 0.9])},
}


def canvas_of(film: Film, size: tuple[int, int] = (1280, 720)) -> FilmCanvas:
    with use_theme():
        return film.canvas(size)


def track_of(canvas: FilmCanvas, kind: type[Any]) -> list[Any]:
    return [track for track in canvas.tracks if isinstance(track, kind)]


def pixel(canvas: FilmCanvas, frame: NDArray[np.uint8], x: float, y: float) -> NDArray[np.float64]:
    """The colour of a frame at a place of its first axes."""
    across, up = canvas.figure.axes[0].transData.transform((x, y))
    return np.asarray(frame[round(frame.shape[0] - up), round(across)] / 255.0)


def test_frames_show_the_answers_of_their_records() -> None:
    film = ClassFilm(**classes(), **MORE)
    canvas = canvas_of(film)
    for record in (0, 2, 1):
        frame = canvas.frame(record)
        for x, y in ((-1.15, 0.33), (0.35, 1.13), (1.75, -0.77)):
            answer = film.answers[record][np.abs(film.y - y).argmin(), np.abs(film.x - x).argmin()]
            colour = [int(FIELDS[answer][at : at + 2], 16) / 255 for at in (1, 3, 5)]
            assert np.abs(pixel(canvas, frame, x, y) - colour).max() < 0.03, (record, x, y)


def test_the_words_of_a_frame() -> None:
    canvas = canvas_of(ClassFilm(**classes(), **MORE))
    canvas.frame(1)
    words = {*texts_in(canvas.figure)}
    assert {"own data    step 10 / 40    loss 0.6065", "training: 70.0%", "validation: 60.0%", "validation: 0.8000"} <= words
    assert {"0", "1", "2", "x1", "x2", "loss", "accuracy", "The paler, the less sure."} <= words
    assert len(canvas.figure.axes) == 3
    plain = canvas_of(ClassFilm(**classes()))
    assert len(plain.figure.axes) == 2
    assert "accuracy" not in texts_in(plain.figure)


def test_curves_end_at_the_record() -> None:
    canvas = canvas_of(ClassFilm(**classes(), **MORE))
    canvas.frame(1)
    validation, accuracy = track_of(canvas, PartTrack)
    (loss,) = track_of(canvas, LossTrack)
    assert loss.curve.get_xdata()[-1] == 10
    assert validation.lines[0].get_ydata().tolist() == [1.2, 0.8]
    assert [line.get_ydata().tolist() for line in accuracy.lines] == [[0.2, 0.6], [0.3, 0.7]]
    assert canvas.figure.axes[1].get_xlim() == canvas.figure.axes[2].get_xlim()


def test_a_frame_does_not_depend_on_those_before_it() -> None:
    canvas = canvas_of(ClassFilm(**classes(), **MORE), (640, 360))
    first = canvas.frame(0)
    other = canvas.frame(2)
    assert np.abs(first.astype(int) - other).mean() > 3
    assert np.array_equal(canvas.frame(0), first)
    curves = canvas_of(CurveFilm(**curve()), (640, 360))
    first = curves.frame(0)
    assert not np.array_equal(curves.frame(2), first)
    assert np.array_equal(curves.frame(0), first)


def test_the_curve_is_that_of_its_record() -> None:
    canvas = canvas_of(CurveFilm(**curve(names=("u", "v")), validation=MORE["validation"]))
    for record, slope in enumerate((-1, 0, 1)):
        canvas.frame(record)
        (track,) = track_of(canvas, CurveTrack)
        assert np.array_equal(track.curve.curve.get_ydata(), slope * np.linspace(-1, 1, 50))
    low, high = canvas.figure.axes[0].get_ylim()
    assert low < -1 < 1 < high
    assert {"u", "v", "prediction", "data", "validation: 0.7000"} <= {*texts_in(canvas.figure)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("count", "size"),
    [(2, (1280, 720)), (10, (640, 480)), (100, (720, 1280)), (10, (400, 720)), (2, (400, 720)), (100, (640, 480))],
)
def test_nothing_is_cut(count: int, size: tuple[int, int], language: str) -> None:
    long = [f"{LONG} {number}" for number in range(count)] if count != 10 else [str(number) for number in range(10)]
    names = ("principal component 1", "主成分 2") if count == 10 else (5 * LONG, 5 * LONG)
    canvas = canvas_of(ClassFilm(**classes(count, classes=long, names=names, data=9 * LONG, language=language), **MORE), size)
    canvas.frame(2)
    assert_nothing_is_cut(canvas.figure)
    if count == 2:
        curves = canvas_of(
            CurveFilm(**curve(names=names, data=9 * LONG, language=language), validation=MORE["validation"]), size
        )
        curves.frame(0)
        assert_nothing_is_cut(curves.figure)


def test_many_points_are_thinned_and_that_is_said() -> None:
    labels = np.arange(60_000) % 3
    canvas = canvas_of(ClassFilm(**classes(labels=labels, points=np.zeros((60_000, 2)))))
    assert "The paler, the less sure.  3,000 of 60,000 points are drawn." in texts_in(canvas.figure)


def test_losses_that_are_no_numbers() -> None:
    losses = LOSSES.copy()
    losses[30:] = np.nan
    canvas = canvas_of(ClassFilm(**classes(losses=losses), validation=np.array([1.0, np.inf, np.nan])), (640, 360))
    assert [canvas.frame(record).shape for record in range(3)] == [(360, 640, 3)] * 3


@pytest.mark.parametrize("film", [ClassFilm(**classes(language="ja"), **MORE), CurveFilm(**curve(language="ja"))])
def test_films_are_written_the_same_each_time(film: Film, tmp_path: Path) -> None:
    for name in ("a", "b"):
        film.save([tmp_path / f"{name}.mp4", tmp_path / f"{name}.gif"], size=(400, 224), rate=2)
    for form in ("mp4", "gif"):
        assert (tmp_path / f"a.{form}").read_bytes() == (tmp_path / f"b.{form}").read_bytes()
        frames = list(read_video(tmp_path / f"a.{form}"))
        assert {frame.shape for frame in frames} == {(224, 400, 3)}
        assert len(frames) == 2 + 1 + 2
