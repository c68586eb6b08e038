"""Films: frames drawn one by one, a frame a record, and encoded.

Frames go to the encoders one by one, so that a long film needs no more memory than a short one.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from koubai.errors import FileFault
from koubai.files import reason
from koubai.pictures.film_canvas import Image, Stage
from koubai.pictures.theme import BLUE, INK, ORANGE, look

SECONDS_HELD = 1.0  # the first and the last frame
FRAMES_WAITING = 4  # for each encoder, at most
THREADS = 2  # of the encoder: the same number everywhere makes the same bytes everywhere
COLOURS = 128  # of a GIF, one palette for all its frames
SAMPLES = 5  # frames that the palette is made from


class Filmed(Protocol):
    """What a film can show: records of the steps ``numbers`` (k,), set on a stage of ``size`` pixels."""

    @property
    def numbers(self) -> NDArray[np.int64]:
        """(k,)."""

    def stage(self, size: tuple[int, int], language: str) -> Stage:
        """Where the film is drawn."""


def frames_per_second(records: int) -> int:
    """A rate at which the whole film lasts some five to twenty seconds, whatever the number of records."""
    return next(rate for rate, most in ((2, 8), (5, 30), (10, 100), (20, 300), (25, records)) if records <= most)


def save_film(
    reel: Filmed, *, paths: Sequence[Path], size: tuple[int, int], rate: int | None = None, language: str = "en"
) -> None:
    """Write the film to every one of ``paths`` (.mp4 or .gif), ``size`` (width, height) pixels, both even.

    ``rate``: frames a second, by default what ``frames_per_second`` says. FileFault where a file can't be written.
    """
    count = len(reel.numbers)
    rate = rate or frames_per_second(count)
    held = max(1, round(SECONDS_HELD * rate))
    repeats = [held if at in (0, count - 1) else 1 for at in range(count)]
    with look(), ExitStack() as stack:
        stage = reel.stage(size, language)
        samples = np.unique(np.linspace(0, count - 1, SAMPLES).astype(int))
        palette = _Palette([stage.frame(at) for at in samples]) if any(p.suffix == ".gif" for p in paths) else None
        sinks = [stack.enter_context(_Sink(path, size, rate, palette)) for path in paths]
        feeders = [stack.enter_context(_Feeder(sink)) for sink in sinks]
        for at, times in enumerate(repeats):
            image = stage.frame(at)
            for feeder in feeders:
                feeder.add(image, times)
        for feeder in feeders:
            feeder.drain()


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
