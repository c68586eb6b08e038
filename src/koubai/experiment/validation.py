"""What a person gives for a setting, checked against the table of settings."""

import sys
from typing import TypeGuard

import numpy as np

from koubai.errors import InputError
from koubai.experiment.fields import Field


def checked_number(field: Field[object], value: object, most: float | None = None) -> int | float | None:
    """Check a setting that is a number.

    Args:
        field: The setting.
        value: What was given; NumPy's numbers are numbers, True is none.
        most: The largest value, where it is smaller than the table's.

    Returns:
        The value as Python's int or float; None where that was given and the setting may be None.

    Raises:
        InputError: It is no number of the setting's kind, not finite, or out of bounds.
    """
    if value is None and field.optional:
        return None
    most = field.bounds.most if most is None else most
    number = _as_number(field, value)
    if number is None or not field.bounds.least <= number <= min(most, sys.float_info.max):
        raise InputError(field.error, name=field.name, value=value, most=f"{most:g}" if isinstance(most, float) else most)
    return number


def _as_number(field: Field[object], value: object) -> int | float | None:
    """Convert to Python's int or float; None where it is no number of the setting's kind, or beyond all floats."""
    if field.kind == "integer":
        return int(value) if is_whole(value) else None
    try:
        return float(value) if is_number(value) else None
    except OverflowError:
        return None


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether it is a number that isn't complex; True is none."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, (bool, np.timedelta64))


def is_whole(value: object) -> TypeGuard[int]:
    """Tell whether it is an integer; True is none."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.timedelta64))
