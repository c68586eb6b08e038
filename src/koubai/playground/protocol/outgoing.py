"""What the server sends as JSON texts, declared once: ``encoded`` writes them, and the page's types are made of them.

Frames, which come often and hold arrays, are in ``frames``.
"""

from math import isfinite
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.inspect import FloatType, IntType, StructType, Type, UnionType

from koubai.playground.protocol.limits import Number
from koubai.playground.protocol.setting import Setting
from koubai.playground.protocol.structures import LanguageCode, OnPage, complete

Task = Literal["classify", "regress"]
SettingValue = str | float | tuple[int | str, ...] | None


class Choice(Struct, frozen=True, kw_only=True):
    """Something that can be chosen, or is named."""

    name: str
    text: str  # in the page's language


class Choices(Struct, frozen=True, kw_only=True):
    """What the controls offer."""

    gates: tuple[Choice, ...]
    sets: tuple[Choice, ...]
    features: tuple[Choice, ...]
    activations: tuple[Choice, ...]
    inits: tuple[Choice, ...]
    methods: tuple[Choice, ...]
    losses: tuple[Choice, ...]
    optimizers: tuple[Choice, ...]


class NumberBounds(Struct, frozen=True, kw_only=True):
    """What a number may be."""

    least: float
    most: float
    above: bool  # whether it must be above ``least``
    whole: bool
    empty: bool  # whether it may be null


class Limits(Struct, frozen=True, kw_only=True):
    """What a page may ask for at most, and the sizes of its pictures."""

    samples: tuple[int, int]
    points: int
    rates: tuple[float, ...]  # learning rates to choose from
    numbers: dict[str, NumberBounds]  # of every field of a setting that is a number, and of a "parameter"
    layers: int
    units: int
    parameters: int
    field: int
    small: int
    table: int  # bytes of a file


class OutgoingMessage(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What the server sends as a JSON text."""


class Welcome(OutgoingMessage, frozen=True, kw_only=True, tag="welcome"):
    """The answer to hello, and to language."""

    session: str  # its key: to come back with
    resumed: bool  # whether the session of before goes on
    language: LanguageCode
    version: str  # of koubai
    keeps: bool  # whether runs are kept in a store
    choices: Choices
    limits: Limits


class RowCounts(Struct, frozen=True, kw_only=True):
    """How many rows there are."""

    train: int
    test: int


class DataAbout(Struct, frozen=True, kw_only=True):
    """What the data are."""

    kind: Literal["gate", "planar", "shipped", "own", "table", "run"]
    name: str  # to show
    task: Task
    classes: tuple[str, ...]  # empty for values
    target: str  # what is learned, by name
    features: tuple[str, ...]  # names of the network's inputs, in order
    columns: tuple[str, ...]  # of a table: all of them, to choose a target from; else empty
    rows: RowCounts
    planar: bool  # whether x1 and x2 are all there is: then features may be chosen, and points drawn
    axes: tuple[str, str]  # what the plane's axes are called
    share: float  # of the variance that lies in the plane shown; 1 where it is all
    extent: tuple[float, float, float, float]  # left, right, bottom, top of the plane
    table: list[list[float]] | None  # of a gate: the inputs of its rows; null else
    answers: list[int] | None  # of a gate: the right class of each row
    notes: tuple[str, ...]  # sentences that are to be said of the data


class Points(Struct, frozen=True, kw_only=True):
    """The data in the plane; the arrays have the same length."""

    x: list[float]
    y: list[float]
    value: list[float]  # class number, or the value
    part: list[int]  # 0: trained on, 1: of the test


class State(OutgoingMessage, frozen=True, kw_only=True, tag="state"):
    """Sent where anything but the training has changed; frames tell by ``state`` to which they belong."""

    state: int  # counts up
    setting: Setting
    link: str  # what the address is to hold after its #, but for the step
    run: str  # the name under which the run is kept; empty while it is not
    sizes: tuple[int, ...]  # inputs, units of every hidden layer, outputs
    inputs: tuple[str, ...]  # what the inputs are called
    output: Literal["softmax", "identity"]
    data: DataAbout
    points: Annotated[Points | None, OnPage("Points")]  # null on the way where they are as before; the shell fills them in
    speed: float  # steps a second; 0: as many as can be
    look: str  # the unit whose whole field is sent, such as "1[3]"; empty for none
    beside: Choice | None  # the kept run that is shown beside
    start: int  # number of the step from which the present segment (settings and edits unchanged) runs
    pictures: tuple[Choice, ...]  # to be downloaded: /take/SESSION/picture-NAME.png and .svg


class Fault(OutgoingMessage, frozen=True, kw_only=True, tag="fault"):
    """Something could not be done."""

    text: str  # one sentence


class Note(OutgoingMessage, frozen=True, kw_only=True, tag="note"):
    """Something that happened, which nobody asked for."""

    text: str  # one or two sentences


class KeptRun(Struct, frozen=True, kw_only=True):
    """A run in the store."""

    name: str
    data: str
    network: str  # such as 2-8-2
    method: str
    steps: int
    loss: float | None
    status: str  # in words
    started: str


class RunList(OutgoingMessage, frozen=True, kw_only=True, tag="runs"):
    """The kept runs, the latest first."""

    runs: tuple[KeptRun, ...]


class SlopeAnswer(OutgoingMessage, frozen=True, kw_only=True, tag="slope"):
    """A parameter's slope, by which the training moves on from the step that is looked at."""

    place: str
    step: int
    value: float  # of the parameter
    method: str  # that trains
    rows: int  # that the step sees, of
    all: int  # rows
    # the first number of the method's formula: the loss with the parameter h larger (of methods that draw: with all moved
    # along the direction); of the complex step the imaginary part; null for backprop
    above: float | None
    below: float | None  # the second: the loss with it h smaller; of forward: as it is; null where there is none
    drawn: float | None  # this parameter's part of the direction that was drawn; null where none was
    h: float
    measured: float | None
    exact: float | None  # by backprop, on the same rows


class PriceAnswer(OutgoingMessage, frozen=True, kw_only=True, tag="price"):
    """What one step costs."""

    method: str
    step: int  # at which it was measured
    rows: int  # that it sees
    defined: int  # evaluations of the loss by the definition of the method
    made: int | None  # evaluations that are really made; null where curves are measured instead:
    curves: int  # for each row and unit one
    points: int  # at which these are evaluated
    evaluation: float | None  # microseconds that one evaluation takes with NumPy, measured now
    microseconds: float | None  # that a step takes with this method, measured now
    backprop: float | None  # that it takes with backprop, measured now


MESSAGES: tuple[type[OutgoingMessage], ...] = (Welcome, State, Fault, Note, RunList, SlopeAnswer, PriceAnswer)
PARTS: tuple[type[Struct], ...] = (Choice, Choices, NumberBounds, Limits, RowCounts, DataAbout, Points, KeptRun)

complete(*PARTS, *MESSAGES)


class Sending(NamedTuple):
    """What is to be sent to a page: its kind, and the text of a message or the bytes of a frame."""

    kind: type[Struct]
    content: str | bytes


def encoded(message: OutgoingMessage) -> Sending:
    """Write a message as a JSON text.

    Args:
        message: One of ``MESSAGES``.

    Returns:
        The text, with its kind.

    Raises:
        ValueError: A number of it is infinite or not a number, which JSON doesn't have.
    """
    check_finite(message)
    return Sending(type(message), msgspec.json.encode(message).decode())


def check_finite(value: object) -> None:
    """ValueError where ``value``, or something in it, is a number that JSON doesn't have: msgspec would write null for it."""
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueError(f"not in JSON: {value}")
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            check_finite(getattr(value, name))
    elif isinstance(value, (list, tuple)):
        for item in value:
            check_finite(item)
    elif isinstance(value, dict):
        check_finite(list(value.values()))


def finite_or_none(value: float) -> float | None:
    """``value``, or None where it is a number that JSON doesn't have."""
    return value if isfinite(value) else None


def number_bounds() -> dict[str, NumberBounds]:
    """The bounds of every field of a Setting that is a number, and of a "parameter"."""
    setting = msgspec.inspect.type_info(Setting)
    assert isinstance(setting, StructType)
    types = {field.encode_name: field.type for field in setting.fields} | {"parameter": msgspec.inspect.type_info(Number)}
    return {name: bounds for name, declared in types.items() if (bounds := _bounds(declared)) is not None}


def _bounds(declared: Type) -> NumberBounds | None:
    parts = declared.types if isinstance(declared, UnionType) else (declared,)
    number = next((part for part in parts if isinstance(part, (IntType, FloatType))), None)
    if number is None:
        return None
    least, most = number.gt if number.ge is None else number.ge, number.le
    assert least is not None
    assert most is not None
    return NumberBounds(
        least=least, most=most, above=number.ge is None, whole=isinstance(number, IntType), empty=len(parts) > 1
    )
