"""The film of a training: region (or truth table), network, loss and answers together, one frame a record.

What stays is drawn once; each frame draws only what moves, over a copy of it (the manner of matplotlib's blitting). Frames
go to the encoders one by one, so that a long film needs no more memory than a short one.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from koubai.errors import FileFault
from koubai.files import reason
from koubai.locale import sentence
from koubai.pictures.diagram import NetworkDisplay, Parameters, largest_of, network_legend
from koubai.pictures.region import RegionDisplay, region_legend
from koubai.pictures.style import BLUE, FAINT, INK, ORANGE, look
from koubai.pictures.table import TableDisplay

SECONDS_HELD = 1.0  # the first and the last frame
FRAMES_WAITING = 4  # for each encoder, at most
THREADS = 2  # of the encoder: the same number everywhere makes the same bytes everywhere
COLOURS = 128  # of a GIF, one palette for all its frames
SAMPLES = 5  # frames that the palette is made from
MOST_ANSWERS = 4  # rows of the truth table beside a region

Image = NDArray[np.uint8]  # (height, width, 3)


@dataclass(frozen=True, eq=False)
class Reel:
    """What a film shows: k records. With two inputs ``fields`` (k, n, m) over ``x`` (m,), ``y`` (n,), and ``marks`` (k, j, i)
    over ``grid`` (i,), (j,); with more inputs these are None. ``answers`` (k, rows): the probability of class 1 in every row of
    the data, ``inputs`` (rows, features) with ``labels`` (rows,). ``numbers`` (k,): the steps of the records; ``losses``:
    of all steps.
    """  # fmt: skip

    data: str
    numbers: NDArray[np.int64]
    losses: NDArray[np.float64]
    layers: Sequence[Parameters]
    answers: NDArray[np.floating[Any]]
    inputs: NDArray[np.float64]
    labels: NDArray[np.int64]
    names: Sequence[str]
    classes: Sequence[str]
    x: NDArray[np.float64] | None = None
    y: NDArray[np.float64] | None = None
    fields: NDArray[np.floating[Any]] | None = None
    grid: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    marks: NDArray[np.floating[Any]] | None = None
    output: str = "softmax"


def frames_per_second(records: int) -> int:
    """A rate at which the whole film lasts some five to twenty seconds, whatever the number of records."""
    return next(rate for rate, most in ((2, 8), (5, 30), (10, 100), (20, 300), (25, records)) if records <= most)


def save_film(
    reel: Reel, *, paths: Sequence[Path], size: tuple[int, int], rate: int | None = None, language: str = "en"
) -> None:
    """Write the film to every one of ``paths`` (.mp4 or .gif), ``size`` (width, height) pixels, both even.

    ``rate``: frames a second, by default what ``frames_per_second`` says. FileFault where a file can't be written.
    """
    count = len(reel.numbers)
    rate = rate or frames_per_second(count)
    held = max(1, round(SECONDS_HELD * rate))
    repeats = [held if at in (0, count - 1) else 1 for at in range(count)]
    with look(), ExitStack() as stack:
        scene = _Scene(reel, size, language)
        samples = np.unique(np.linspace(0, count - 1, SAMPLES).astype(int))
        palette = _Palette([scene.frame(at) for at in samples]) if any(p.suffix == ".gif" for p in paths) else None
        sinks = [stack.enter_context(_Sink(path, size, rate, palette)) for path in paths]
        feeders = [stack.enter_context(_Feeder(sink)) for sink in sinks]
        for at, times in enumerate(repeats):
            image = scene.frame(at)
            for feeder in feeders:
                feeder.add(image, times)
        for feeder in feeders:
            feeder.drain()


class _Scene:
    """The figure, and the frame of any record."""

    def __init__(self, reel: Reel, size: tuple[int, int], language: str) -> None:
        self.reel, self.language = reel, language
        width, height = size
        self.wide = width / height >= 1.2
        design = (1280, 720) if self.wide else (720, 1280)  # what all sizes below are meant for, at 100 dots per inch
        dots = 100 * min(width / design[0], height / design[1])
        self.figure = Figure(figsize=(width / dots, height / dots), dpi=dots)
        self.canvas = FigureCanvasAgg(self.figure)
        self.moving: list[Any] = []
        self._build()
        for artist in self.moving:
            artist.set_animated(True)
        self.canvas.draw()  # type: ignore[no-untyped-call]
        self.still = self.canvas.copy_from_bbox(self.figure.bbox)  # type: ignore[no-untyped-call]

    def _build(self) -> None:
        left = (0.055, 0.17, 0.42, 0.72) if self.wide else (0.13, 0.555, 0.8, 0.385)
        upper = (0.52, 0.44, 0.46, 0.46) if self.wide else (0.04, 0.26, 0.92, 0.22)
        lower = (0.57, 0.1, 0.28, 0.25) if self.wide else (0.13, 0.06, 0.5, 0.15)
        aside = (0.87, 0.1, 0.12, 0.25) if self.wide else (0.71, 0.06, 0.27, 0.15)
        height = 0.955 if self.wide else 0.972
        title = self.figure.text(left[0], height, "", fontsize=14, va="center", color=INK)
        self.title = title
        self.moving.append(title)
        self._build_answers(self.figure.add_axes(left))
        self._build_network(self.figure.add_axes(upper))
        self._build_loss(self.figure.add_axes(lower))
        self._build_table(self.figure.add_axes(aside))

    def _build_answers(self, ax: Axes) -> None:
        reel = self.reel
        self.region: RegionDisplay | None = None
        self.table: TableDisplay | None = None
        if reel.fields is not None and reel.x is not None and reel.y is not None:
            self.region = RegionDisplay(ax, reel.x, reel.y, reel.names, reel.output)
            self.region.mark_points(reel.inputs, reel.labels)
            region_legend(ax, self.language, below=-0.1 if self.wide else -0.09)
            self._move(ax, self.region.moving)  # over them the data's own points
        else:
            self.table = TableDisplay(ax, reel.inputs.shape[1], reel.labels)
            self.moving += [self.table.image, *ax.collections, *ax.texts]

    def _build_network(self, ax: Axes) -> None:
        reel = self.reel
        first = reel.layers[0]
        sizes = [np.shape(first[0][0])[0], *(np.shape(bias)[0] for _, bias in first)]
        largest = max(largest_of(layers) for layers in reel.layers)
        self.network = NetworkDisplay(ax, sizes, reel.names, reel.classes, largest)
        network_legend(ax, largest, self.language)
        self._move(ax, self.network.moving)  # over them the units, in which the lines end
        self.moving += self.network.numbers

    def _move(self, ax: Axes, moving: list[Any]) -> None:
        """Draw ``moving`` in every frame, and over it what else is there of ``ax``: it must stay on top."""
        self.moving += [*moving, *(artist for artist in ax.collections if artist not in moving)]

    def _build_loss(self, ax: Axes) -> None:
        losses = self.reel.losses
        shown = np.unique(np.linspace(0, len(losses) - 1, 1000).astype(int))
        ax.plot(shown, losses[shown], color=FAINT, linewidth=1.0, alpha=0.6)
        (self.curve,) = ax.plot([], [], color=BLUE, linewidth=2.0)
        (self.now,) = ax.plot([], [], "o", color=ORANGE, markersize=6)
        ax.grid(True)
        ax.set_ylim(0, 1.08 * max(float(losses.max()), 1e-12))
        ax.set_xlim(-0.03 * max(1, len(losses) - 1), 1.03 * max(1, len(losses) - 1))
        ax.set_title(sentence("picture-loss", self.language), fontsize=10, pad=4)
        ax.set_xlabel(sentence("picture-step", self.language))
        self.moving += [self.curve, self.now]

    def _build_table(self, ax: Axes) -> None:
        ax.set_axis_off()
        ax.set_title(sentence("film-answers", self.language), fontsize=10, pad=4)
        rows = min(MOST_ANSWERS, len(self.reel.inputs)) if self.region is not None else 0
        self.lines = [ax.text(0, 0.86 - 0.25 * row, "", fontsize=11, transform=ax.transAxes) for row in range(rows)]
        if not rows:
            self.lines = [ax.text(0, 0.6, "", fontsize=11, transform=ax.transAxes)]
        self.moving += self.lines

    def frame(self, at: int) -> Image:
        """The frame of record ``at``."""
        self._update(at)
        self.canvas.restore_region(self.still)  # type: ignore[no-untyped-call]
        for artist in self.moving:
            (artist.axes or self.figure).draw_artist(artist)
        image: Image = np.asarray(self.canvas.buffer_rgba())[..., :3].copy()  # type: ignore[no-untyped-call]
        return image

    def _update(self, at: int) -> None:
        reel, number = self.reel, int(self.reel.numbers[at])
        loss, last = f"{reel.losses[number]:.4f}", int(reel.numbers[-1])
        self.title.set_text(sentence("film-title", self.language, data=reel.data, step=number, last=last, loss=loss))
        if self.region is not None and reel.fields is not None:
            marks = (*reel.grid, reel.marks[at]) if reel.grid is not None and reel.marks is not None else None
            self.region.update(reel.fields[at], marks)
        if self.table is not None:
            self.table.update(reel.answers[at])
        self.network.update(reel.layers[at])
        shown = np.unique(np.linspace(0, number, 1000).astype(int))
        self.curve.set_data(shown, reel.losses[shown])
        self.now.set_data([number], [reel.losses[number]])
        self._write_answers(reel.answers[at] > 0.5)

    def _write_answers(self, answers: NDArray[np.bool_]) -> None:
        reel = self.reel
        right = answers == (reel.labels == 1)
        if self.region is None:
            counted = sentence("progress-right", self.language, right=int(right.sum()), rows=len(right))
            self.lines[0].set_text(counted)
            return
        for line, inputs, answer, good in zip(self.lines, reel.inputs, answers, right, strict=False):
            values = " ".join(f"{value:g}" for value in inputs)
            line.set_text(f"{values}  →  {reel.classes[int(answer)]}  {'✓' if good else '✗'}")
            line.set_color(INK if good else ORANGE)


class _Palette:
    """The colours of a GIF, and every frame in them. Without dithering: noise would not compress."""

    def __init__(self, samples: Sequence[Image]) -> None:
        import PIL.Image

        signal = [np.full((40, samples[0].shape[1], 3), _rgb(colour), np.uint8) for colour in (BLUE, ORANGE, INK)]
        stacked = PIL.Image.fromarray(np.concatenate([*samples, *signal]))
        self.paper = stacked.quantize(COLOURS, dither=PIL.Image.Dither.NONE)
        colours = np.array(self.paper.getpalette(), np.uint8).reshape(-1, 3)
        self.colours = np.zeros((256, 4), np.uint8)
        self.colours[: len(colours), 1:] = colours
        self.colours[:, 0] = 255

    def indexed(self, image: Image) -> NDArray[np.uint8]:
        """The frame as numbers of colours, (height, width)."""
        import PIL.Image

        return np.asarray(PIL.Image.fromarray(image).quantize(palette=self.paper, dither=PIL.Image.Dither.NONE))


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


class _Sink:
    """A file that takes frames: H.264 that browsers and slides play, or GIF."""

    def __init__(self, path: Path, size: tuple[int, int], rate: int, palette: _Palette | None) -> None:
        self.path, self.size, self.rate, self.palette, self.at = path, size, rate, palette, 0

    def __enter__(self) -> "_Sink":
        import av

        gif = self.path.suffix == ".gif"
        try:
            self.container = av.open(
                str(self.path), "w", format="gif" if gif else "mp4", options={} if gif else {"movflags": "+faststart"}
            )
            self.stream: Any = self.container.add_stream("gif" if gif else "libx264", rate=self.rate)
            self.stream.width, self.stream.height = self.size
            self.stream.pix_fmt = "pal8" if gif else "yuv420p"
            if not gif:
                self.stream.options = {"crf": "23", "preset": "fast", "tune": "animation", "threads": str(THREADS)}
            self.stream.codec_context.time_base = Fraction(1, self.rate)
        except (OSError, av.FFmpegError) as error:
            raise self._fault(error) from error
        return self

    def add(self, image: Image, times: int) -> None:
        """One more frame, shown ``times`` times as long as the others."""
        import av

        try:
            frame = self._framed(image)
            for _ in range(times):
                frame.pts, frame.time_base = self.at, Fraction(1, self.rate)
                self.at += 1
                for packet in self.stream.encode(frame):
                    self.container.mux(packet)
        except (OSError, av.FFmpegError) as error:
            raise self._fault(error) from error

    def _framed(self, image: Image) -> Any:
        import av

        if self.path.suffix == ".gif" and self.palette is not None:
            return av.VideoFrame.from_ndarray((self.palette.indexed(image), self.palette.colours), format="pal8")  # type: ignore[arg-type]
        return av.VideoFrame.from_ndarray(image, format="rgb24")

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        import av

        try:
            if kind is None:
                for packet in self.stream.encode():
                    self.container.mux(packet)
            self.container.close()
        except (OSError, av.FFmpegError) as fault:
            if kind is None:
                raise self._fault(fault) from fault

    def _fault(self, error: Exception) -> FileFault:
        said = reason(error) if isinstance(error, OSError) else str(error)
        return FileFault("file", path=str(self.path), reason=said)


class _Feeder:
    """Hands frames to a sink in a thread of its own, which encodes while the next frame is drawn."""

    def __init__(self, sink: _Sink) -> None:
        self.sink = sink
        self.thread = ThreadPoolExecutor(1)
        self.waiting: deque[Future[None]] = deque()

    def __enter__(self) -> "_Feeder":
        return self

    def add(self, image: Image, times: int) -> None:
        """Let ``image`` be encoded; waits while too many are waiting. What went wrong with an earlier one is raised."""
        self.waiting.append(self.thread.submit(self.sink.add, image, times))
        while len(self.waiting) > FRAMES_WAITING:
            self.waiting.popleft().result()

    def drain(self) -> None:
        """Wait for all frames."""
        while self.waiting:
            self.waiting.popleft().result()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.thread.shutdown(cancel_futures=True)


def read_film(path: Path) -> Iterator[Image]:
    """The frames of a film, decoded: each (height, width, 3)."""
    import av

    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
