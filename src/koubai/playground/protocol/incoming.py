"""What a page sends, declared once: read and checked by ``read``.

A page sends JSON texts, one message each; ``outgoing`` has what the server answers. A frame is sent only while fewer than
``FRAMES_AHEAD`` of those before it are waiting for the page's ``drawn``: a slow page gets fewer of them, never a queue.
"""

import json
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from koubai.errors import InputError
from koubai.playground.protocol.limits import (
    LEAST_SPEED,
    MOST_LAYERS,
    MOST_MESSAGE,
    MOST_NUMBER,
    MOST_PARAMETERS,
    MOST_POINTS,
    MOST_TABLE,
    Count,
    Name,
    Number,
    ParameterEntry,
    StepNumber,
    Unit,
    UnitCount,
)
from koubai.playground.protocol.setting import Setting
from koubai.playground.protocol.structures import LanguageCode, complete
from koubai.playground.protocol.validation import Unfit, check, explained


class Message(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type"):
    """What a page sends."""


class Hello(Message, frozen=True, tag="hello"):
    """The first message of every connection, within 10 seconds.

    ``session``: the key of a session that the page had before, to go on with it; else, or where it is gone, a new one is made
    as ``link`` says: what the address holds after its #, empty for the founding example.
    """

    version: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    language: LanguageCode = "en"
    session: Annotated[str, Meta(max_length=64)] = ""
    link: str = ""  # one that is too long is refused as a link: the page is to open all the same


class Language(Message, frozen=True, tag="language"):
    """In which language sentences are to come from now on."""

    language: LanguageCode


class Play(Message, frozen=True, tag="play"):
    """Train on, or, where an earlier step is looked at, play forward from there.

    Where all steps are made nothing happens, unless ``more`` steps, a frame's ``more``, are to be made beyond them.
    """

    more: Annotated[int, Meta(ge=0, le=100_000_000)] = 0


class Pause(Message, frozen=True, tag="pause"):
    """Rest."""


class Forward(Message, frozen=True, tag="forward"):
    """Go ``count`` steps on, and rest."""

    count: Count = 1


class Back(Message, frozen=True, tag="back"):
    """Go ``count`` steps back, and rest."""

    count: Count = 1


class Go(Message, frozen=True, tag="go"):
    """Show step ``step``: at most the last that was made."""

    step: StepNumber


class Speed(Message, frozen=True, tag="speed"):
    """How many steps are made in a second; null: as many as can be."""

    steps: Annotated[float, Meta(ge=LEAST_SPEED, le=1e6)] | None = None


class Reset(Message, frozen=True, tag="reset"):
    """Back to the same start."""


class Renew(Message, frozen=True, tag="renew"):
    """A new draw, by a new seed, of the starting weights, the data or the batches."""

    what: Literal["start", "data", "batches"]


class Change(Message, frozen=True, tag="change"):
    """Some fields of the setting anew. What the network can keep its weights with goes on from them; else it starts anew.

    For other data ``usual`` takes the rest as is usual for these.
    """

    setting: Annotated[dict[Name, Any], Meta(max_length=64)]
    usual: bool = False


class Layers(Message, frozen=True, tag="layers"):
    """Another shape of the network: ``hidden`` and ``activations``. Weights that are in both stay."""

    hidden: Annotated[tuple[UnitCount, ...], Meta(max_length=MOST_LAYERS)]
    activations: Annotated[tuple[Name, ...], Meta(max_length=MOST_LAYERS)]


class Edit(Message, frozen=True, tag="edit"):
    """Parameters anew: place -> value. ``w1[0,3]`` is the weight from input 0 to unit 3, ``b2[1]`` a bias."""

    values: Annotated[dict[ParameterEntry, Number], Meta(max_length=MOST_PARAMETERS)]


class Freeze(Message, frozen=True, tag="freeze"):
    """From now on these parameters stay as they are, or move again."""

    places: Annotated[tuple[ParameterEntry, ...], Meta(max_length=MOST_PARAMETERS)]
    frozen: bool


class Cut(Message, frozen=True, tag="cut"):
    """These parameters become 0, and stay so; or, with ``cut`` false, have the numbers again that they had before.

    Whoever edits one puts it back, too.
    """

    places: Annotated[tuple[ParameterEntry, ...], Meta(max_length=MOST_PARAMETERS)]
    cut: bool = True


class InspectUnit(Message, frozen=True, tag="look"):
    """Send also the whole field of this unit, ``1[3]`` being unit 3 of the first layer; none where it is empty."""

    unit: Unit = ""


class Drawn(Message, frozen=True, tag="drawn"):
    """The page has drawn the frame of this number, and all before it."""

    frame: Annotated[int, Meta(ge=0, le=2**53)]


class DrawPoints(Message, frozen=True, tag="mark"):
    """Points drawn by hand: x, y, and the class or the value; they become the data, with ``fresh`` in place of all before."""

    points: Annotated[tuple[tuple[Number, Number, Number], ...], Meta(max_length=MOST_POINTS)]
    replaces: bool = msgspec.field(name="fresh", default=False)


class Erase(Message, frozen=True, tag="rub"):
    """Points within ``radius`` of x, y are erased."""

    x: Number
    y: Number
    radius: Annotated[float, Meta(gt=0, le=MOST_NUMBER)]


class Table(Message, frozen=True, tag="table"):
    """A file that was dropped: its ``content`` in base64. ``target``: the column to learn, by default the last."""

    name: Name
    content: Annotated[str, Meta(max_length=MOST_TABLE * 4 // 3 + 4)]
    target: Name = ""


class Runs(Message, frozen=True, tag="runs"):
    """Ask for the list of kept runs."""


class Open(Message, frozen=True, tag="open"):
    """Go on with the kept run of this name."""

    name: Name


class Compare(Message, frozen=True, tag="beside"):
    """Show the kept run of this name beside; none where it is empty."""

    name: Name = ""


class Slope(Message, frozen=True, tag="slope"):
    """Ask for one parameter's slope here, as it is measured and exactly."""

    place: ParameterEntry


class Price(Message, frozen=True, tag="price"):
    """Ask what a step costs: with the slopes as they are measured, and with backprop."""


MESSAGES: tuple[type[Message], ...] = (
    Hello, Language, Play, Pause, Forward, Back, Go, Speed, Reset, Renew, Change, Layers, Edit, Freeze, Cut, InspectUnit, Drawn,
    DrawPoints, Erase, Table, Runs, Open, Compare, Slope, Price,
)  # fmt: skip

complete(*MESSAGES)

_decoder: msgspec.json.Decoder[Message] = msgspec.json.Decoder(reduce(or_, MESSAGES))

_KINDS = {str(message.__struct_config__.tag): message for message in MESSAGES}
MOST_DIGITS = 300  # of a whole number that is shown again
_LARGE = ('"hello"', '"table"')


class Malformed(InputError):
    """A message that no page of ours sends."""


def read(text: str | bytes) -> Message:
    """Read a message.

    Args:
        text: What a page has sent.

    Returns:
        The message.

    Raises:
        Malformed: It is no message, or too large.
        InputError: A value of it isn't possible.
    """
    size = len(text)
    try:
        head = text[:200] if isinstance(text, str) else text[:200].decode("latin-1")
        if size > MOST_MESSAGE and not any(name in head for name in _LARGE):
            raise Malformed("message-size", value=size, most=MOST_MESSAGE)
        message = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _refused(text, error) from error
    if size > MOST_MESSAGE and not isinstance(message, (Hello, Table)):
        raise Malformed("message-size", value=size, most=MOST_MESSAGE)
    if isinstance(message, Change):
        check(Setting, message.setting)
    return message


def _refused(text: str | bytes, error: Exception) -> InputError:
    """Why ``text`` could not be read: it is no message, or one of ours whose values don't fit."""
    malformed = Malformed("message-malformed", reason=str(error)[:200])
    if len(text) > MOST_MESSAGE:
        return _refused_table(text) or malformed
    try:  # numbers beyond all others are read as infinite: whoever typed one is to be told so
        content = json.loads(text, parse_int=_whole, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return malformed
    name = content.pop("type", None) if isinstance(content, dict) else None
    kind = _KINDS.get(name) if isinstance(name, str) else None
    return malformed if kind is None else explained(kind, content, error)


class _AnyTable(msgspec.Struct, frozen=True, tag="table"):
    name: str
    content: str
    target: str = ""


complete(_AnyTable)


def _refused_table(text: str | bytes) -> InputError | None:
    """Why a file can't be: its name may be too long. What is large and nothing of the kind isn't looked at for long."""
    try:
        check(Table, msgspec.structs.asdict(msgspec.json.decode(text, type=_AnyTable)))
    except Unfit as unfit:
        return unfit
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return None


def _whole(digits: str) -> float:
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)


def _no_number(name: str) -> None:
    raise ValueError(name)
