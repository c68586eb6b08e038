"""Validation: which value of a message isn't possible, as a sentence for the person who typed it.

msgspec says that a value doesn't fit, in English and in its own words; here the same declarations tell the field, the value and
what is possible.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import repeat
from types import NoneType, UnionType
from typing import Annotated, NamedTuple, Union, get_args, get_origin

import msgspec
from msgspec import inspect

from koubai.errors import InputError, KoubaiError
from koubai.locale import sentence

TypeHint = object  # what a field is declared as
LONGEST_SHOWN = 40  # characters of a value that a sentence repeats
LABELS = {  # what the page calls a field
    "learning_rate": "page-rate-of-learning",
    "h": "page-h",
    "l1": "page-l1",
    "l2": "page-l2",
    "batch_size": "page-batch",
    "batch_seed": "page-batch-seed",
    "data_seed": "page-data-seed",
    "seed": "page-seed",
    "scale": "page-scale",
    "samples": "page-samples",
    "noise": "page-noise",
    "test": "page-test",
    "hidden": "page-layers",
}


class _Part(NamedTuple):
    """A value of a message, or a part of one: where it stands, what it is, and as what that is declared."""

    field: str
    value: object
    kind: TypeHint


class Unfit(InputError):
    """A field has a value that isn't possible. The page's own word stands for the field where there is one."""

    def sentence(self, language: str = "en") -> str:
        """The sentence in ``language``."""
        name, _, rest = str(self.values["field"]).partition("[")
        label = sentence(LABELS[name], language) + (f" [{rest}" if rest else "") if name in LABELS else self.values["field"]
        return InputError(self.code, **{**self.values, "field": label}).sentence(language)


def check(kind: type[msgspec.Struct], values: Mapping[str, object], *, strict: bool = True) -> None:
    """Check values before they become a structure.

    Args:
        kind: The structure.
        values: Values by the names of fields; names that aren't fields aren't looked at.
        strict: Whether values have JSON's types; else they are texts.

    Raises:
        Unfit: A value isn't possible for its field; the first such is named.
    """
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    for name, value in values.items():
        if name in fields and not _fits(value, fields[name], strict):
            part = _innermost(name, value, fields[name], strict)
            raise Unfit("message-value", field=part.field, value=_short(part.value), possible=_possible(part.kind))


def explained(kind: type[msgspec.Struct], values: Mapping[str, object], error: Exception, *, strict: bool = True) -> InputError:
    """Say what is wrong with values.

    Args:
        kind: The structure that they were to become.
        values: The values by the names of fields.
        error: What msgspec said.
        strict: Whether values have JSON's types; else they are texts.

    Returns:
        The error, which names the value and what is possible.
    """
    try:
        check(kind, values, strict=strict)
    except Unfit as unfit:
        return unfit
    return InputError("message-fields", reason=str(error)[:200])


def _fits(value: object, kind: TypeHint, strict: bool) -> bool:
    with suppress(msgspec.ValidationError, OverflowError, RecursionError):
        msgspec.convert(value, kind, strict=strict)
        return True
    return False


def _innermost(field: str, value: object, kind: TypeHint, strict: bool) -> _Part:
    """The smallest part that doesn't fit."""
    for part in _parts(field, value, _plain(kind)):
        if not _fits(part.value, part.kind, strict):
            return _innermost(part.field, part.value, part.kind, strict)
    return _Part(field, value, kind)


def _plain(kind: TypeHint) -> TypeHint:
    """A declaration without its bounds, and without the None that may stand in its place."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return _plain(next(part for part in get_args(kind) if part is not NoneType))
    return kind


def _parts(field: str, value: object, plain: TypeHint) -> Iterator[_Part]:
    origin, kinds = get_origin(plain), get_args(plain)
    if origin is dict and isinstance(value, dict):
        for key, item in value.items():
            yield _Part(field, key, kinds[0])
            yield _Part(_short(key), item, kinds[1])
    elif origin is tuple and isinstance(value, (list, tuple)):
        each = repeat(kinds[0]) if kinds[-1] is Ellipsis else kinds
        for index, (item, kind) in enumerate(zip(value, each, strict=False)):
            yield _Part(f"{field}[{index}]", item, kind)


def _possible(kind: TypeHint) -> KoubaiError:
    """What a declaration allows, as a clause."""
    declared = inspect.type_info(kind)
    if isinstance(declared, inspect.UnionType):
        declared = next(part for part in declared.types if not isinstance(part, inspect.NoneType))
    match declared:
        case inspect.IntType(ge=least, le=most):
            return KoubaiError("possible-whole", least=f"{least:,}", most=f"{most:,}")
        case inspect.FloatType(gt=None, ge=least, le=most):
            return KoubaiError("possible-number", least=f"{least:,.7g}", most=f"{most:,.7g}")
        case inspect.FloatType(gt=above, le=most):
            return KoubaiError("possible-above", above=f"{above:,.7g}", most=f"{most:,.7g}")
        case inspect.StrType(pattern=str() as pattern):
            return KoubaiError("possible-place" if "wb" in pattern else "possible-unit")
        case inspect.StrType(max_length=most):
            return KoubaiError("possible-text", most=most)
        case inspect.LiteralType(values=names):
            return KoubaiError("possible-choice", choices=", ".join(map(str, names)))
        case inspect.BoolType():
            return KoubaiError("possible-choice", choices="true, false")
        case inspect.TupleType(item_types=parts):
            return KoubaiError("possible-count", count=len(parts))
    return KoubaiError("possible-list", least=getattr(declared, "min_length", 0) or 0, most=getattr(declared, "max_length", 0))


def _short(value: object) -> str:
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):  # a number of thousands of digits, or lists in lists
        return "…"
    text = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
    return text.encode(errors="replace").decode()  # half a letter can't be sent
