"""Frames: a moment of the training as bytes: a header in JSON, and arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from struct import pack
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from koubai.playground.protocol.outgoing import SettingValue, check_finite
from koubai.playground.protocol.structures import OnPage, complete

Status = Literal["resting", "playing", "preparing", "finished", "diverged"]
Array = NDArray[np.generic]


class PartScores(Struct, frozen=True, kw_only=True):
    """How well the network does on the rows that are trained on, or on those of the test."""

    loss: Annotated[float | None, OnPage("number")]  # without the penalty; null where it isn't finite
    accuracy: float | None  # 0 to 1; null for values
    confusion: list[list[int]] | None  # true class down, answer across
    r2: float | None  # of values


class Diagnosis(Struct, frozen=True, kw_only=True):
    """Why the training has not learned."""

    kind: str
    text: str
    # with which it may learn; empty where nothing is known
    change: Annotated[dict[str, SettingValue], OnPage("Partial<Setting>")]
    remedy: str  # what a button that does so is called


class Divergence(Struct, frozen=True, kw_only=True):
    """That the training has diverged."""

    step: int  # at which it did
    text: str  # what happened, and why
    learning_rate: float  # to try


class ComparisonMoment(Struct, frozen=True, kw_only=True):
    """The last step of the run that is shown beside."""

    step: int
    loss: float | None
    accuracy: float | None


class ArrayPlace(Struct, frozen=True, kw_only=True):
    """An array of a frame: where it begins after the header, in bytes."""

    name: str
    type: str
    shape: tuple[int, ...]
    at: int


class FrameHeader(Struct, frozen=True, kw_only=True):
    """What a frame says beside its arrays."""

    frame: int  # to be named in ``drawn``
    state: int  # of the State that it belongs to
    status: Status  # preparing: a program is being compiled
    step: int  # that is shown
    last: int  # the last that was made
    more: int  # how many steps it would be as many again, where all are made; else 0
    loss: float | None  # what is descended, of all rows, with the penalty; null where it isn't finite
    penalty: float
    train: PartScores
    test: PartScores | None
    made: int  # steps, so far in this segment
    defined: int  # evaluations of the loss that the definition of the method needs for these
    rate: float  # steps a second, lately
    divergence: Divergence | None
    diagnosis: Diagnosis | None  # why it has not learned, where all steps are made
    answers: list[list[float]] | None  # of a gate: what the network answers to each row (probabilities or values)
    chosen: list[int]  # of a gate: the class answered to each row; else empty
    range: tuple[float, float]  # of values: those of 0 and 255 in ``field``
    run: str  # the name under which the run is kept; empty while it is not
    beside: ComparisonMoment | None
    arrays: tuple[ArrayPlace, ...] = ()  # written by ``packed``


PARTS: tuple[type[Struct], ...] = (PartScores, Diagnosis, Divergence, ComparisonMoment, ArrayPlace, FrameHeader)

complete(*PARTS)


@dataclass(frozen=True, eq=False, kw_only=True)
class FrameArrays:
    """The arrays of a frame. Row 0 of every field is the highest y.

    Two classes: ``field`` is how far class 1 leads (0: surely class 0, 255: surely class 1; with u = 2·field/255 - 1 its
    probability is (1 + u·|u|)/2), and ``winner`` is absent. More classes: ``winner`` is the class, ``field`` its probability.
    Values: ``field`` goes over ``range``.
    """

    parameters: NDArray[np.float64]  # w1 row by row (inputs, units), b1, w2, b2, …
    field: NDArray[np.uint8]  # FIELD × FIELD
    units: NDArray[np.int8]  # of every hidden unit in order, then of every output: SMALL × SMALL each, -127 to 127 of its scale
    scales: NDArray[np.float32]  # of ``units``: the value that 127 stands for
    winner: NDArray[np.uint8] | None = None
    look: NDArray[np.int8] | None = None  # FIELD × FIELD, of the unit that is looked at, with its scale
    course_step: NDArray[np.float64] | None = None  # the loss curve; comes not with every frame
    course_train: NDArray[np.float64] | None = None
    records: NDArray[np.int32] | None = None  # the numbers of the steps that are kept
    test_step: NDArray[np.float64] | None = None
    test_loss: NDArray[np.float64] | None = None
    test_accuracy: NDArray[np.float64] | None = None
    beside_field: NDArray[np.uint8] | None = None
    beside_step: NDArray[np.float64] | None = None
    beside_loss: NDArray[np.float64] | None = None
    beside_winner: NDArray[np.uint8] | None = None

    def named(self) -> dict[str, Array]:
        """Those that there are, by their names in the frame."""
        arrays = {wire_name(field.name): getattr(self, field.name) for field in fields(self)}
        return {name: array for name, array in arrays.items() if array is not None}


def wire_name(name: str) -> str:
    """The name that a field of FrameArrays has in a frame, such as besideLoss."""
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def packed(header: Struct, arrays: Mapping[str, Array]) -> bytes:
    """Write a frame: the length of the header (uint32), the header (JSON), then the arrays.

    Header and arrays are padded to 8 bytes. The header's ``arrays`` lists them: name, type, shape, and where each begins after
    the header. All numbers are little-endian.

    Args:
        header: A FrameHeader, or another structure that has a field ``arrays``.
        arrays: The arrays by name, in the order in which they are to be written.

    Returns:
        The bytes of the frame.

    Raises:
        ValueError: A number of the header is infinite or not a number, which JSON doesn't have.
    """
    check_finite(header)
    places, contents, offset = [], [], 0
    for name, array in arrays.items():
        plain = np.ascontiguousarray(array)
        content = plain.astype(plain.dtype.newbyteorder("<"), copy=False).tobytes()
        places.append(ArrayPlace(name=name, type=plain.dtype.name, shape=plain.shape, at=offset))
        content += b"\0" * (-len(content) % 8)
        contents.append(content)
        offset += len(content)
    head = msgspec.json.encode(msgspec.structs.replace(header, arrays=tuple(places)))
    head += b" " * (-(len(head) + 4) % 8)
    return b"".join([pack("<I", len(head)), head, *contents])
