"""The film: its frames, decoded, are the records of the run."""

import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from matplotlib.colors import to_rgb

import koubai as kb
from koubai.core.projection import plane
from koubai.errors import FileFault
from koubai.pictures import TruthTableFilm
from koubai.pictures.films.film import MOST_FRAMES, thinned_records
from koubai.pictures.films.truth_table_film import FINE
from koubai.pictures.films.video import frames_per_second, read_video
from koubai.pictures.theme import class_colormap

SIZE = (640, 360)


@pytest.fixture(scope="module")
def run() -> kb.Run:
    return kb.train("xor", steps=2000, record_every=500, learning_rate=0.05)


@pytest.fixture(scope="module")
def films(run: kb.Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    paths = {"mp4": folder / "film.mp4", "gif": folder / "film.gif"}
    TruthTableFilm.from_run(run).save(list(paths.values()), SIZE)
    return paths


def colour_at(frame: Any, x: float, y: float) -> Any:
    """The colour of a frame where the region's point (x, y) is."""
    height, width, _ = frame.shape
    column = (0.055 + 0.42 * (x + 1.5) / 3) * width
    side = 0.72 * height  # the region is square, in the middle of its place
    left, place = 0.055 * width, 0.42 * width
    column = left + (place - side) / 2 + side * (x + 1.5) / 3
    row = height * (1 - 0.17) - side * (y + 1.5) / 3
    return frame[round(row), round(column)] / 255


@pytest.mark.parametrize("form", ["mp4", "gif"])
def test_every_record_is_a_frame_and_the_ends_are_held(form: str, films: dict[str, Path], run: kb.Run) -> None:
    frames = list(read_video(films[form]))
    rate = frames_per_second(len(run.records))
    assert len(frames) == len(run.records) + 2 * (rate - 1)
    assert {frame.shape for frame in frames} == {(360, 640, 3)}
    with av.open(str(films[form])) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == rate


@pytest.mark.parametrize("form", ["mp4", "gif"])
def test_the_first_and_the_last_frame_show_the_regions_of_their_records(form: str, films: dict[str, Path], run: kb.Run) -> None:
    frames = list(read_video(films[form]))
    for frame, step in ((frames[0], run.records[0]), (frames[-1], run.records[-1])):
        field = plane(step.parameters, FINE, FINE).lead
        for x, y in ((-1.24, -1.24), (-1.24, 0.8), (1.24, -1.24), (1.24, 1.24), (0.45, 0.05), (-0.55, 0.55)):
            value = field[np.abs(FINE - y).argmin(), np.abs(FINE - x).argmin()]
            if abs(value - 0.5) > 0.12 or step.number == 0:
                assert np.abs(colour_at(frame, x, y) - to_rgb(class_colormap()(value))).max() < 0.13, (x, y, value)
    assert np.abs(frames[0].astype(int) - frames[-1]).mean() > 5


def test_the_mp4_plays_everywhere(films: dict[str, Path]) -> None:
    with av.open(str(films["mp4"])) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
    content = films["mp4"].read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # it begins to play before it has all arrived


def test_the_same_run_makes_the_same_bytes(run: kb.Run, films: dict[str, Path], tmp_path: Path) -> None:
    again = [tmp_path / "film.mp4", tmp_path / "film.gif"]
    TruthTableFilm.from_run(run).save(again, SIZE)
    assert again[0].read_bytes() == films["mp4"].read_bytes()
    assert again[1].read_bytes() == films["gif"].read_bytes()


def test_rates() -> None:
    assert [frames_per_second(n) for n in (1, 8, 9, 52, 101, 600)] == [2, 2, 5, 10, 20, 25]
    assert all(1.5 <= n / frames_per_second(n) <= 25 for n in range(6, 601))


def test_many_records_are_thinned_with_their_ends_kept() -> None:
    records: Any = tuple(range(5000))
    kept: Any = thinned_records(records, MOST_FRAMES)
    assert len(kept) == MOST_FRAMES
    assert (kept[0], kept[-1]) == (0, 4999)
    assert max(np.diff(kept)) - min(np.diff(kept)) <= 1
    few: Any = thinned_records(records[:3], MOST_FRAMES)
    assert few == [0, 1, 2]


@pytest.mark.long
def test_a_long_film_needs_no_more_memory_than_a_short_one(run: kb.Run, tmp_path: Path) -> None:
    film = TruthTableFilm.from_run(run)
    region = film.region
    assert region is not None
    long = replace(
        film,
        layers=[layers for layers in film.layers for _ in range(6)],
        numbers=np.repeat(film.numbers, 6),
        answers=np.repeat(film.answers, 6, axis=0),
        region=replace(
            region,
            fields=np.repeat(region.fields, 6, axis=0),
            grid_fields=np.repeat(np.asarray(region.grid_fields), 6, axis=0),
        ),
    )
    peaks = []
    for each in (film, long):
        tracemalloc.start()
        each.save([tmp_path / "a.gif", tmp_path / "a.mp4"], SIZE)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.25 * peaks[0]


@pytest.mark.parametrize("size", [(400, 720), (1920, 1080)])
@pytest.mark.parametrize("gate", ["and", "parity-3"])
def test_other_sizes_and_gates(gate: str, size: tuple[int, int], tmp_path: Path) -> None:
    run = kb.train(gate, steps=2, record_every=1, hidden=())
    TruthTableFilm.from_run(run).save([tmp_path / "film.mp4"], size, rate=3)
    frames = list(read_video(tmp_path / "film.mp4"))
    assert {frame.shape for frame in frames} == {(size[1], size[0], 3)}
    assert len(frames) == 3 + 4


def test_a_place_that_can_not_be_written(run: kb.Run, tmp_path: Path) -> None:
    for form in ("mp4", "gif"):
        with pytest.raises(FileFault, match=r"film.* could not be written \(No such file or directory\)"):
            TruthTableFilm.from_run(run).save([tmp_path / "none" / f"film.{form}"], SIZE)
