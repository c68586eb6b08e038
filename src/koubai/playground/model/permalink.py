"""Permalink: a whole setting as text for an address, and back. What is as in the founding example is left out.

Texts and numbers stand as they are; points, files and edited weights as base64 of compressed bytes. ``step`` is the step that
was reached; where weights were edited or a setting changed on the way, ``weights`` are those from which the present segment
began, ``begin`` its step.
"""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl, quote

import msgspec
import numpy as np
from numpy.typing import NDArray

from koubai.errors import InputError
from koubai.experiment.fields import BATCH_SIZE
from koubai.playground.model.data_source import Point, UserData
from koubai.playground.protocol.limits import MOST_LINK, MOST_NUMBER, MOST_PARAMETERS, MOST_POINTS, MOST_TABLE, Name, StepNumber
from koubai.playground.protocol.setting import Setting
from koubai.playground.protocol.structures import complete
from koubai.playground.protocol.validation import explained

MOST_IN_LINK = 2**14  # characters of a file, compressed; a larger one is named only
Part = TypeVar("Part", bound=msgspec.Struct)
USUAL = Setting()
NOTHING = UserData()
_LISTS = tuple(name for name, value in msgspec.structs.asdict(USUAL).items() if isinstance(value, tuple))
LONGEST_NAMED = 40  # characters of what a sentence repeats
_NONE = {"noise": "usual", BATCH_SIZE.name: BATCH_SIZE.word_for_none}


class _Extra(msgspec.Struct, frozen=True):
    """What a link holds beside the setting, and how large it may be."""

    points: str = ""
    table: Name = ""
    content: str = ""
    run: Name = ""
    weights: str = ""
    former: str = ""
    begin: StepNumber = 0
    step: StepNumber = 0


complete(_Extra)


@dataclass(frozen=True, eq=False)
class PermalinkState:
    """What a link holds. ``weights``: all parameters in order; None for those of the seed.

    ``former``: the numbers that what is cut had before, in the order of the setting's ``cut``.
    """

    setting: Setting
    user_data: UserData = NOTHING
    run: str = ""  # the name of the kept run whose rows are learned
    weights: NDArray[np.float64] | None = None
    begin: int = 0
    step: int = 0
    former: tuple[float, ...] = ()


def format_permalink(linked: PermalinkState) -> str:
    """Write a link, without the step.

    Args:
        linked: What it is to hold.

    Returns:
        What the address is to hold after its #.
    """
    given = msgspec.structs.asdict(linked.setting)
    usual = msgspec.structs.asdict(USUAL)
    parts = [(name, _text(name, value)) for name, value in given.items() if value != usual[name]]
    user_data = linked.user_data
    if linked.setting.data == "own":
        parts.append(("points", _packed(np.array(user_data.points, np.float64).tobytes())))
    if linked.setting.data == "table":
        content = _packed(user_data.content)
        parts.append(("table", user_data.name))
        parts += [("content", content)] if len(content) <= MOST_IN_LINK else []
    if linked.setting.data == "run":
        parts.append(("run", linked.run))
    if linked.weights is not None:
        parts += [("weights", _packed(linked.weights.astype("<f8").tobytes())), ("begin", str(linked.begin))]
    if linked.former:
        parts.append(("former", _packed(np.array(linked.former, "<f8").tobytes())))
    return "&".join(f"{name}={quote(text, safe=',()[]*^:')}" for name, text in parts)


def parse_permalink(text: str) -> PermalinkState:
    """Read a link.

    Args:
        text: What the address holds after its #.

    Returns:
        What the link says.

    Raises:
        InputError: A part of it isn't possible.
    """
    if len(text) > MOST_LINK:
        raise InputError("link-long", value=len(text), most=MOST_LINK)
    text = text.removeprefix("#").removeprefix("&")
    try:
        parts = dict(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=64))
    except ValueError as error:
        raise InputError("link-broken", name=text[:LONGEST_NAMED]) from error
    extra = _converted({name: parts.pop(name) for name in _Extra.__struct_fields__ if parts.get(name)}, _Extra)
    known: dict[str, object] = {}
    for name, value in parts.items():
        if name not in USUAL.__struct_fields__:
            raise InputError("link-field", name=name[:LONGEST_NAMED])
        known[name] = _value(name, value)
    setting = _converted(known, Setting)
    points = _points(_unpacked("points", extra.points, MOST_POINTS * 24)) if extra.points else ()
    content = _unpacked("content", extra.content, MOST_TABLE) if extra.content else b""
    weights = None
    if extra.weights:
        weights = _floats("weights", _unpacked("weights", extra.weights, MOST_PARAMETERS * 8))
    former = _floats("former", _unpacked("former", extra.former, MOST_PARAMETERS * 8)) if extra.former else ()
    if setting.data == "table" and not content:
        raise InputError("link-table", name=extra.table)
    user_data = UserData(points, extra.table, content)
    return PermalinkState(setting, user_data, extra.run, weights, extra.begin, extra.step, tuple(map(float, former)))


def _converted(values: Mapping[str, object], kind: type[Part]) -> Part:
    """``values``, which are texts, as a ``kind``. InputError where one isn't possible."""
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise explained(kind, values, error, strict=False) from error


def _text(name: str, value: object) -> str:
    if value is None:
        return _NONE[name]
    if isinstance(value, tuple):
        return ";".join(map(str, value)) or "none"
    return repr(value) if isinstance(value, float) else str(value)


def _value(name: str, text: str) -> str | tuple[str, ...] | None:
    if text == _NONE.get(name):
        return None
    if name in _LISTS:
        return () if text == "none" else tuple(text.split(";"))
    return text


def _packed(content: bytes) -> str:
    return urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


def _unpacked(name: str, text: str, most: int) -> bytes:
    try:
        opened = zlib.decompressobj()
        content = opened.decompress(urlsafe_b64decode(text + "=" * (-len(text) % 4)), most + 1)
    except (zlib.error, ValueError) as error:
        raise InputError("link-broken", name=name) from error
    if len(content) > most or not opened.eof:
        raise InputError("link-broken", name=name)
    return content


def _floats(name: str, content: bytes) -> NDArray[np.float64]:
    if len(content) % 8 or not np.isfinite(numbers := np.frombuffer(content, "<f8").astype(np.float64)).all():
        raise InputError("link-broken", name=name)
    if len(beyond := numbers[np.abs(numbers) > MOST_NUMBER]):
        raise InputError("link-number", name=name, value=f"{beyond[0]:g}", most=f"{MOST_NUMBER:g}")
    return numbers


def _points(content: bytes) -> tuple[Point, ...]:
    numbers = _floats("points", content)
    if len(numbers) % 3:
        raise InputError("link-broken", name="points")
    return tuple((x, y, value) for x, y, value in numbers.reshape(-1, 3).tolist())
