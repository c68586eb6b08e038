"""A network as one safetensors file, with a checksum over everything that determines its answers.

The arrays are called w1, b1, w2, b2, …: (inputs, units) and (units,). The metadata have one entry, ``koubai``: JSON with
``format``, ``activation``, ``output`` and ``sha256``.
"""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as deserialized
from safetensors.numpy import save as serialized

from koubai.arrays import digest
from koubai.core.network import Layer, Network
from koubai.errors import FileFault, InputError
from koubai.files import new_file, reason

FORMAT = 1
LONGEST_HEADER = 100_000_000  # bytes: what the format of safetensors itself allows


def write_safetensors(network: Network, path: str | Path) -> None:
    """Write ``network`` to ``path``, float64 or, where it computes in that, float32; read by ``read_safetensors``.

    The file takes the place of one that was there, whole or not at all. InputError where the network's arrays don't fit each
    other or aren't finite, or its activation is unknown; FileFault where the file can't be written.
    """
    pairs = [(layer.weights, layer.bias) for layer in network.layers]
    Network.from_arrays(pairs, activation=network.activation, output=network.output)
    arrays = {name: _plain(array) for name, array in network.arrays().items()}
    known = {"format": FORMAT, "activation": network.activation, "output": network.output}
    content = serialized(arrays, metadata={"koubai": json.dumps({**known, "sha256": _sum_of(known, arrays)})})
    with new_file(Path(path)) as made:
        made.write_bytes(content)


def read_safetensors(path: str | Path) -> Network:
    """The network that ``write_safetensors`` wrote: the same numbers, of the same type, to the bit.

    FileFault where the file is missing, unreadable, damaged, of a newer format, or none of koubai's.
    """
    path = Path(path)
    content = _content(path)
    about = _about(content, path)
    if isinstance(about.get("format"), int) and about["format"] > FORMAT:
        raise FileFault("export-version", path=str(path), value=about["format"], expected=FORMAT)
    if "activation" not in about:
        raise FileFault("export-foreign", path=str(path))  # such as the weights in a run's folder
    damaged = FileFault("export-damaged", path=str(path))
    try:
        arrays = deserialized(content)
        known = {"format": FORMAT, "activation": about["activation"], "output": about["output"]}
        if about != {**known, "sha256": _sum_of(known, arrays)}:
            raise damaged
        return _network(arrays, about["activation"], about["output"])
    except (SafetensorError, InputError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise damaged from error


def _plain(array: Any) -> NDArray[Any]:
    """In one piece, in the machine's own order of bytes: safetensors asks for both."""
    kind = np.float32 if np.asarray(array).dtype == np.float32 else np.float64
    return np.ascontiguousarray(array, dtype=kind)


def _sum_of(known: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> str:
    sums = {name: digest(arrays[name]) for name in sorted(arrays)}
    return sha256(json.dumps([known, sums], sort_keys=True).encode()).hexdigest()


def _network(arrays: dict[str, NDArray[Any]], activation: str, output: Any) -> Network:
    """The network of these arrays; InputError or KeyError where they make none."""
    numbers = range(1, len(arrays) // 2 + 1)
    layers = tuple(Layer(arrays[f"w{number}"], arrays[f"b{number}"]) for number in numbers)
    pairs = [(layer.weights, layer.bias) for layer in layers]
    checked = Network.from_arrays(pairs, activation=activation, output=output)
    if len(arrays) % 2 or {array.dtype.str for array in arrays.values()} - {"<f4", "<f8"}:
        raise InputError("not-numbers", name="w1")
    return replace(checked, layers=layers)


def _content(path: Path) -> bytes:
    """The whole file, unless its beginning says that it is none of koubai's: then FileFault, and the rest isn't read."""
    try:
        if path.exists() and not path.is_file():
            raise FileFault("export-no-file", path=str(path))  # a pipe, say, that would never end
        with path.open("rb") as file:
            header = _header(file, path.stat().st_size)
            if b"koubai" not in header:
                raise FileFault("export-foreign", path=str(path))
            return header + file.read()
    except FileNotFoundError as error:
        raise FileFault("export-missing", path=str(path)) from error
    except FileFault:
        raise
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte
        why = reason(error) if isinstance(error, OSError) else str(error)
        raise FileFault("export-unreadable", path=str(path), reason=why) from error


def _header(file: BinaryIO, size: int) -> bytes:
    """The length of the header, 8 bytes, and the header; empty where that can't be its length."""
    start = file.read(8)
    length = int.from_bytes(start, "little")
    return start + file.read(length) if length <= min(size - 8, LONGEST_HEADER) else b""


def _about(content: bytes, path: Path) -> dict[str, Any]:
    """What the entry ``koubai`` of the metadata says."""
    length = int.from_bytes(content[:8], "little")
    try:
        about = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["koubai"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileFault("export-damaged", path=str(path)) from error
    if not isinstance(about, dict):
        raise FileFault("export-damaged", path=str(path))
    return about
