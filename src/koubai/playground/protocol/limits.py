"""Limits: what a page may ask for, told to it as the protocol declares it, so that no field of a page sends anything else."""

from typing import Any

import msgspec
from msgspec.inspect import FloatType, IntType, StructType, UnionType

from koubai.playground.protocol import incoming


def number_bounds() -> dict[str, dict[str, Any]]:
    """The bounds of every field of a Setting that is a number, and of a "parameter", as ``static/types.js`` has them."""
    setting = msgspec.inspect.type_info(incoming.Setting)
    assert isinstance(setting, StructType)
    told = {field.encode_name: _bounds(field.type) for field in setting.fields}
    told["parameter"] = _bounds(msgspec.inspect.type_info(incoming.Number))
    return {name: bounds for name, bounds in told.items() if bounds is not None}


def _bounds(declared: Any) -> dict[str, Any] | None:
    parts = declared.types if isinstance(declared, UnionType) else (declared,)
    number = next((part for part in parts if isinstance(part, (IntType, FloatType))), None)
    if number is None:
        return None
    return {
        "least": number.gt if number.ge is None else number.ge,
        "most": number.le,
        "above": number.ge is None,
        "whole": isinstance(number, IntType),
        "empty": len(parts) > 1,
    }
