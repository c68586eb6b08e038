"""What a page may ask for at most, and the types of JSON values within these limits."""

from typing import Annotated

from msgspec import Meta

from koubai.core.parameters import entry_pattern

VERSION = 1
FRAMES_AHEAD = 2
MOST_MESSAGE = 2**16  # bytes of a text message, but for two kinds:
MOST_LINK = 2**19  # of a link
MOST_TABLE = 2**21  # of a file, which comes as base64
MOST_POINTS = 2000  # that are drawn by hand
MOST_SAMPLES = 5000
MOST_LAYERS, MOST_LAYER_UNITS, MOST_PARAMETERS = 10, 64, 20_000
MOST_FEATURES = 100
MOST_CLASSES = 10
MOST_STEPS = 100_000_000  # in all: the number of each fits into 32 bits, also where as many are made again
MOST_NUMBER = 1e30  # a coordinate or a weight: its square, and the square of a sum of thousands, are numbers still
LEAST_SPEED = 0.01  # steps a second: of one that is slower nobody would see that anything happens
LEAST_H = 1e-300  # its reciprocal, and that of its double, are numbers still
FIELD = 96  # the side of a field's grid, in points
SMALL = 32  # of a unit's small picture

Name = Annotated[str, Meta(max_length=200)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Number = Annotated[float, Meta(ge=-MOST_NUMBER, le=MOST_NUMBER)]
Seed = Annotated[int, Meta(ge=0, le=2**32 - 1)]
StepNumber = Annotated[int, Meta(ge=0, le=MOST_STEPS)]
Share = Annotated[float, Meta(ge=0, le=0.9)]
ParameterEntry = Annotated[str, Meta(pattern=f"^{entry_pattern(layer_digits=2, index_digits=3)}$")]
Unit = Annotated[str, Meta(pattern=r"^([0-9]{1,2}\[[0-9]{1,3}\])?$")]
UnitCount = Annotated[int, Meta(ge=1, le=MOST_LAYER_UNITS)]
