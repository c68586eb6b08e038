"""What a page may ask for at most, and the types of JSON values within these limits."""

from typing import Annotated

from msgspec import Meta

from koubai.core.parameters import entry_pattern
from koubai.experiment.fields import HIDDEN, ROWS_OF_A_PAGE, START_SEED, STEPS, STEPS_OF_A_PAGE, Bounds, Field, H


def page_bounds(setting: Field[object]) -> Bounds:
    """Look up the bounds within which a page may change a setting of the table.

    Args:
        setting: The setting, which a page may change.

    Returns:
        The smallest and the largest value.

    Raises:
        ValueError: A page may not change it.
    """
    if setting.page is None:
        raise ValueError(setting.name)
    return setting.page


def within(setting: Field[object]) -> Meta:
    """Declare that a number keeps to the bounds of a setting of the table.

    Args:
        setting: The setting, which a page may change.

    Returns:
        What msgspec checks.
    """
    bounds = page_bounds(setting)
    return Meta(gt=bounds.least, le=bounds.most) if bounds.above else Meta(ge=bounds.least, le=bounds.most)


VERSION = 1
FRAMES_AHEAD = 2
MOST_MESSAGE = 2**16  # bytes of a text message, but for two kinds:
MOST_LINK = 2**19  # of a link
MOST_TABLE = 2**21  # of a file, which comes as base64
MOST_POINTS = 2000  # that are drawn by hand
MOST_SAMPLES = ROWS_OF_A_PAGE
MOST_LAYERS, MOST_LAYER_UNITS, MOST_PARAMETERS = 10, int(page_bounds(HIDDEN).most), 20_000
MOST_FEATURES = 100
MOST_CLASSES = 10
MOST_STEPS = STEPS_OF_A_PAGE  # in all
MOST_NUMBER = 1e30  # a coordinate or a weight: its square, and the square of a sum of thousands, are numbers still
LEAST_SPEED = 0.01  # steps a second: of one that is slower nobody would see that anything happens
LEAST_H = page_bounds(H).least
FIELD = 96  # the side of a field's grid, in points
SMALL = 32  # of a unit's small picture

Name = Annotated[str, Meta(max_length=200)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Number = Annotated[float, Meta(ge=-MOST_NUMBER, le=MOST_NUMBER)]
Seed = Annotated[int, within(START_SEED)]
StepNumber = Annotated[int, within(STEPS)]
Share = Annotated[float, Meta(ge=0, le=0.9)]
ParameterEntry = Annotated[str, Meta(pattern=f"^{entry_pattern(layer_digits=2, index_digits=3)}$")]
Unit = Annotated[str, Meta(pattern=r"^([0-9]{1,2}\[[0-9]{1,3}\])?$")]
UnitCount = Annotated[int, within(HIDDEN)]
