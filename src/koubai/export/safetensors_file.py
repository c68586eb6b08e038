"""A network as one safetensors file, with a checksum over everything that determines its answers.

The arrays are called w1, b1, w2, b2, …: (inputs, units) and (units,). The metadata have one entry, ``koubai``: JSON with
``format``, ``activation``, ``output`` and ``sha256``, and, in the format 2, ``preparation``: how columns become the network's
inputs, and its outputs classes or values, as ``Preparation.to_dict`` has it.
"""

import json
from collections.abc import Mapping
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
from koubai.core.array_types import Array, Floats
from koubai.core.network import Layer, Network
from koubai.data import Preparation
from koubai.errors import FileFault, InputError
from koubai.files import new_file, reason
from koubai.untrusted_json import parsed

FORMAT = 2
WITHOUT_PREPARATION = 1  # the format of files that an older koubai reads, too
LONGEST_HEADER = 100_000_000  # bytes: what the format of safetensors itself allows


def write_safetensors(network: Network, path: str | Path, preparation: Preparation | None = None) -> None:
    """Write ``network`` to ``path``, float64 or, where it computes in that, float32; read by ``read_safetensors``.

    ``preparation``: what the data went through, for a run ``run.data.preparation``; read by ``read_preparation``.

    The file takes the place of one that was there, whole or not at all. InputError where the network's arrays don't fit each
    other or aren't finite, its activation is unknown, or the preparation is that of other data; FileFault where the file can't
    be written.
    """
    pairs = [(layer.weights, layer.bias) for layer in network.layers]
    Network.from_arrays(pairs, activation=network.activation, output=network.output)
    arrays = {name: _plain(array) for name, array in network.arrays().items()}
    known = {"format": WITHOUT_PREPARATION, "activation": network.activation, "output": network.output}
    if preparation is not None:
        check_fits(preparation, network)
        known |= {"format": FORMAT, "preparation": preparation.to_dict()}
    content = serialized(arrays, metadata={"koubai": json.dumps({**known, "sha256": _sum_of(known, arrays)})})
    with new_file(Path(path)) as temporary:
        temporary.write_bytes(content)


def read_safetensors(path: str | Path) -> Network:
    """The network that ``write_safetensors`` wrote: the same numbers, of the same type, to the bit.

    FileFault where the file is missing, unreadable, damaged, of a newer format, or none of koubai's.
    """
    return _read(Path(path))[0]


def read_preparation(path: str | Path) -> Preparation | None:
    """The preparation that ``write_safetensors`` wrote beside the network; None where there is none. FileFault as there."""
    return _read(Path(path))[1]


def check_fits(preparation: Preparation, network: Network) -> None:
    """InputError where the network has other numbers of inputs or outputs than ``preparation``."""
    target = preparation.target
    own = (len(preparation.feature_names), len(target.classes if target.task == "classify" else target.mean))
    sizes = (network.sizes[0], network.sizes[-1])
    if own != sizes:
        raise InputError("export-preparation", inputs=sizes[0], outputs=sizes[1], own=own[0], own_outputs=own[1])


def _read(path: Path) -> tuple[Network, Preparation | None]:
    content = _content(path)
    about = _about(content, path)
    if isinstance(about.get("format"), int) and about["format"] > FORMAT:
        raise FileFault("export-version", path=str(path), value=about["format"], expected=FORMAT)
    if "activation" not in about:
        raise FileFault("export-foreign", path=str(path))  # such as the weights in a run's folder
    damaged = FileFault("export-damaged", path=str(path))
    try:
        arrays = deserialized(content)
        known = {"format": WITHOUT_PREPARATION, "activation": about["activation"], "output": about["output"]}
        if "preparation" in about:
            known |= {"format": FORMAT, "preparation": about["preparation"]}
        if about != {**known, "sha256": _sum_of(known, arrays)}:
            raise damaged
        network = _network(arrays, about["activation"], about["output"])
        preparation = Preparation.from_dict(about["preparation"]) if "preparation" in about else None
        if preparation is not None:
            check_fits(preparation, network)
        return network, preparation
    except (SafetensorError, InputError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise damaged from error


def _plain(array: Array) -> Floats:
    """In one piece, in the machine's own order of bytes: safetensors asks for both."""
    kind = np.float32 if np.asarray(array).dtype == np.float32 else np.float64
    return np.ascontiguousarray(array, dtype=kind)


def _sum_of(known: Mapping[str, object], arrays: Mapping[str, NDArray[np.generic]]) -> str:
    sums = {name: digest(arrays[name]) for name in sorted(arrays)}
    return sha256(json.dumps([known, sums], sort_keys=True).encode()).hexdigest()


def _network(arrays: dict[str, Floats], activation: str, output: Any) -> Network:
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
        about = parsed(parsed(content[8 : 8 + length])["__metadata__"]["koubai"])
    except (ValueError, KeyError, TypeError) as error:
        raise FileFault("export-damaged", path=str(path)) from error
    if not isinstance(about, dict):
        raise FileFault("export-damaged", path=str(path))
    return about
