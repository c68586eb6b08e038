"""The film: its frames, decoded, are the records of the run."""

import tracemalloc
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from matplotlib.colors import to_rgb

import koubai as kb
from koubai.core.projection import plane
from koubai.errors import FileFault
from koubai.pictures import save_film
from koubai.pictures.dataset_plots import MOST_FRAMES, thinned
from koubai.pictures.film import frames_per_second, read_film
from koubai.pictures.run_plots import FILM_FINE, reel_of
from koubai.pictures.theme import FIELD

SIZE = (640, 360)


@pytest.fixture(scope="module")
def run() -> kb.Run:
    return kb.train("xor", steps=2000, record_every=500, learning_rate=0.05)


@pytest.fixture(scope="module")
def films(run: kb.Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    paths = {"mp4": folder / "film.mp4", "gif": folder / "film.gif"}
    save_film(list(paths.values()), size=SIZE, **reel_of(run))
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
    frames = list(read_film(films[form]))
    rate = frames_per_second(len(run.records))
    assert len(frames) == len(run.records) + 2 * (rate - 1)
    assert {frame.shape for frame in frames} == {(360, 640, 3)}
    with av.open(str(films[form])) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == rate


@pytest.mark.parametrize("form", ["mp4", "gif"])
def test_the_first_and_the_last_frame_show_the_regions_of_their_records(form: str, films: dict[str, Path], run: kb.Run) -> None:
    frames = list(read_film(films[form]))
    for frame, step in ((frames[0], run.records[0]), (frames[-1], run.records[-1])):
        field = plane(step.parameters, FILM_FINE, FILM_FINE).lead
        for x, y in ((-1.24, -1.24), (-1.24, 0.8), (1.24, -1.24), (1.24, 1.24), (0.45, 0.05), (-0.55, 0.55)):
            value = field[np.abs(FILM_FINE - y).argmin(), np.abs(FILM_FINE - x).argmin()]
            if abs(value - 0.5) > 0.12 or step.number == 0:
                assert np.abs(colour_at(frame, x, y) - to_rgb(FIELD(value))).max() < 0.13, (x, y, value)
    assert np.abs(frames[0].astype(int) - frames[-1]).mean() > 5


def test_the_mp4_plays_everywhere(films: dict[str, Path]) -> None:
    with av.open(str(films["mp4"])) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
    content = films["mp4"].read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # it begins to play before it has all arrived


def test_the_same_run_makes_the_same_bytes(run: kb.Run, films: dict[str, Path], tmp_path: Path) -> None:
    again = [tmp_path / "film.mp4", tmp_path / "film.gif"]
    save_film(again, size=SIZE, **reel_of(run))
    assert again[0].read_bytes() == films["mp4"].read_bytes()
    assert again[1].read_bytes() == films["gif"].read_bytes()


def test_rates() -> None:
    assert [frames_per_second(n) for n in (1, 8, 9, 52, 101, 600)] == [2, 2, 5, 10, 20, 25]
    assert all(1.5 <= n / frames_per_second(n) <= 25 for n in range(6, 601))


def test_many_records_are_thinned_with_their_ends_kept() -> None:
    records: Any = tuple(range(5000))
    kept: Any = thinned(records, MOST_FRAMES)
    assert len(kept) == MOST_FRAMES
    assert (kept[0], kept[-1]) == (0, 4999)
    assert max(np.diff(kept)) - min(np.diff(kept)) <= 1
    few: Any = thinned(records[:3], MOST_FRAMES)
    assert few == [0, 1, 2]


def test_a_long_film_needs_no_more_memory_than_a_short_one(run: kb.Run, tmp_path: Path) -> None:
    reel = reel_of(run)
    many = {
        name: np.repeat(value, 12, axis=0) if isinstance(value, np.ndarray) and len(value) == len(run.records) else value
        for name, value in reel.items()
    }
    many["layers"] = [layers for layers in reel["layers"] for _ in range(12)]
    many["numbers"] = np.repeat(reel["numbers"], 12)
    peaks = []
    for fields in (reel, many):
        tracemalloc.start()
        save_film([tmp_path / "a.gif", tmp_path / "a.mp4"], size=SIZE, **fields)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.25 * peaks[0]


@pytest.mark.parametrize("size", [(400, 720), (1920, 1080)])
@pytest.mark.parametrize("gate", ["and", "parity-3"])
def test_other_sizes_and_gates(gate: str, size: tuple[int, int], tmp_path: Path) -> None:
    run = kb.train(gate, steps=2, record_every=1, hidden=())
    save_film([tmp_path / "film.mp4"], size=size, rate=3, **reel_of(run))
    frames = list(read_film(tmp_path / "film.mp4"))
    assert {frame.shape for frame in frames} == {(size[1], size[0], 3)}
    assert len(frames) == 3 + 4


def test_a_place_that_can_not_be_written(run: kb.Run, tmp_path: Path) -> None:
    for form in ("mp4", "gif"):
        with pytest.raises(FileFault, match=r"film.* could not be written \(No such file or directory\)"):
            save_film([tmp_path / "none" / f"film.{form}"], size=SIZE, **reel_of(run))
