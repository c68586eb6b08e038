"""MNIST from the four files that it comes in, checked to the last bit."""

import gzip
import zlib
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from koubai.errors import FileFault, InputError
from koubai.files import reason

# of the uncompressed files: how many bytes, and their SHA-256
FILES = {
    "train-images-idx3-ubyte": (47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    "train-labels-idx1-ubyte": (60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    "t10k-images-idx3-ubyte": (7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    "t10k-labels-idx1-ubyte": (10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
}
SIDE = 28  # pixels
_HEAD_IMAGES, _HEAD_LABELS = 16, 8  # bytes before the first pixel, before the first label

Digits = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def mnist(folder: str | Path) -> tuple[Digits, Digits]:
    """Read the whole of MNIST from its four files, which may end in .gz and be written with dots: train-images.idx3-ubyte.

    Args:
        folder: Where the files are.

    Returns:
        The 60,000 and the 10,000 digits: images (n, 784), 0 to 255, and labels (n,).

    Raises:
        InputError: A file is absent, or isn't the one that MNIST has, by its SHA-256.
        FileFault: A file can't be read.
    """
    contents = {name: _content(_path_of(Path(folder), name), name) for name in FILES}

    def digits(part: str) -> Digits:
        images = np.frombuffer(contents[f"{part}-images-idx3-ubyte"], np.uint8, offset=_HEAD_IMAGES)
        labels = np.frombuffer(contents[f"{part}-labels-idx1-ubyte"], np.uint8, offset=_HEAD_LABELS)
        return images.reshape(-1, SIDE * SIDE), labels

    return digits("train"), digits("t10k")


def _path_of(folder: Path, name: str) -> Path:
    for spelling in (name, f"{name}.gz", name.replace("-idx", ".idx"), f"{name.replace('-idx', '.idx')}.gz"):
        try:
            if (folder / spelling).is_file():
                return folder / spelling
        except (OSError, ValueError):
            continue
    raise InputError("mnist-absent", folder=str(folder), name=name)


def _content(path: Path, name: str) -> bytes:
    size, expected = FILES[name]
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(size + 1)  # no more, whatever a compressed file promises
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError("mnist-gzip", path=str(path)) from error
    except OSError as error:
        raise FileFault("load-unreadable", path=str(path), reason=reason(error)) from error
    if len(content) != size:
        raise InputError("mnist-short" if len(content) < size else "mnist-long", path=str(path), found=len(content), size=size)
    digest = sha256(content).hexdigest()
    if digest != expected:
        raise InputError("mnist-sum", path=str(path), name=name, found=digest, expected=expected)
    return content
