"""Frames encoded as MP4 and GIF, and decoded.

Frames go to the encoders one by one, so that a long film needs no more memory than a short one.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from koubai.errors import FileFault
from koubai.files import reason
from koubai.pictures.films.canvas import Image
from koubai.pictures.theme import BLUE, INK, ORANGE

if TYPE_CHECKING:
    from av import VideoFrame

SECONDS_HELD = 1.0  # the first and the last frame
FRAMES_WAITING = 4  # for each encoder, at most
THREADS = 2  # of the encoder: the same number everywhere makes the same bytes everywhere
COLOURS = 128  # of a GIF, one palette for all its frames
SAMPLES = 5  # frames that the palette is made from
RATES = ((2, 8), (5, 30), (10, 100), (20, 300))  # frames a second, for at most so many records
FASTEST = 25  # frames a second, for more
MP4_OPTIONS: dict[str, object] = {"crf": "23", "preset": "fast", "tune": "animation", "threads": str(THREADS)}


def frames_per_second(records: int) -> int:
    """A rate at which the whole film lasts some five to twenty seconds, whatever the number of records."""
    return next((rate for rate, most in RATES if records <= most), FASTEST)


def write_video(frame: Callable[[int], Image], count: int, paths: Sequence[Path], *, size: tuple[int, int], rate: int) -> None:
    """Encode frames into files.

    Args:
        frame: Draws the frame of a number from 0 to ``count`` - 1, (height, width, 3).
        count: How many frames there are. The first and the last are shown for a second.
        paths: Where to; each ends in .mp4 or .gif.
        size: Width and height in pixels, both even.
        rate: Frames a second.

    Raises:
        FileFault: A file can't be written.
    """
    held = max(1, round(SECONDS_HELD * rate))
    with ExitStack() as stack:
        samples = np.unique(np.linspace(0, count - 1, SAMPLES).astype(int))
        palette = _Palette([frame(int(number)) for number in samples]) if any(p.suffix == ".gif" for p in paths) else None
        encoders = [stack.enter_context(_Encoder(path, size, rate, palette)) for path in paths]
        queues = [stack.enter_context(_EncodingQueue(encoder)) for encoder in encoders]
        for number in range(count):
            image = frame(number)
            for queue in queues:
                queue.add(image, held if number in (0, count - 1) else 1)
        for queue in queues:
            queue.drain()


def read_video(path: Path) -> Iterator[Image]:
    """The frames of a film, decoded: each (height, width, 3)."""
    import av

    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


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


class _Encoder:
    """A file that takes frames: H.264 that browsers and slides play, or GIF."""

    def __init__(self, path: Path, size: tuple[int, int], rate: int, palette: _Palette | None) -> None:
        self.path, self.size, self.rate, self.palette = path, size, rate, palette
        self.frames = 0

    def __enter__(self) -> "_Encoder":
        import av

        with self._faults():
            if self.path.suffix == ".gif":
                self.container = av.open(str(self.path), "w", format="gif")
                self.stream = self.container.add_stream("gif", rate=self.rate)
                self.stream.pix_fmt = "pal8"
            else:
                self.container = av.open(str(self.path), "w", format="mp4", options={"movflags": "+faststart"})
                self.stream = self.container.add_stream("libx264", rate=self.rate)
                self.stream.pix_fmt = "yuv420p"
                self.stream.options = MP4_OPTIONS
            self.stream.width, self.stream.height = self.size
            self.stream.codec_context.time_base = Fraction(1, self.rate)
        return self

    def add(self, image: Image, times: int) -> None:
        """One more frame, shown ``times`` times as long as the others."""
        with self._faults():
            frame = self._video_frame(image)
            for _ in range(times):
                frame.pts, frame.time_base = self.frames, Fraction(1, self.rate)
                self.frames += 1
                for packet in self.stream.encode(frame):
                    self.container.mux(packet)

    def _video_frame(self, image: Image) -> "VideoFrame":
        from av import VideoFrame

        if self.path.suffix == ".gif" and self.palette is not None:
            indexed = (self.palette.indexed(image), self.palette.colours)
            return VideoFrame.from_ndarray(indexed, format="pal8")  # type: ignore[arg-type]  # what pal8 needs
        return VideoFrame.from_ndarray(image, format="rgb24")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            with self._faults():
                if kind is None:
                    for packet in self.stream.encode():
                        self.container.mux(packet)
                self.container.close()
        except FileFault:
            if kind is None:
                raise

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Within it, what goes wrong with the file is a FileFault."""
        import av

        try:
            yield
        except (OSError, av.FFmpegError) as error:
            said = reason(error) if isinstance(error, OSError) else str(error)
            raise FileFault("file", path=str(self.path), reason=said) from error


class _EncodingQueue:
    """Hands frames to an encoder in a thread of its own, which encodes while the next frame is drawn."""

    def __init__(self, encoder: _Encoder) -> None:
        self.encoder = encoder
        self.thread = ThreadPoolExecutor(1)
        self.waiting: deque[Future[None]] = deque()

    def __enter__(self) -> "_EncodingQueue":
        return self

    def add(self, image: Image, times: int) -> None:
        """Let ``image`` be encoded; waits while too many are waiting. What went wrong with an earlier one is raised."""
        self.waiting.append(self.thread.submit(self.encoder.add, image, times))
        while len(self.waiting) > FRAMES_WAITING:
            self.waiting.popleft().result()

    def drain(self) -> None:
        """Wait for all frames."""
        while self.waiting:
            self.waiting.popleft().result()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.thread.shutdown(cancel_futures=True)
