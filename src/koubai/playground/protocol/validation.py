"""Validation: which value of a message isn't possible, as a sentence for the person who typed it.

msgspec says that a value doesn't fit, in English and in its own words; here the same declarations tell the field, the value and
what is possible.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import repeat
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from msgspec import inspect

from koubai.errors import InputError, KoubaiError
from koubai.locale import sentence

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


class Unfit(InputError):
    """A field has a value that isn't possible. The page's own word stands for the field where there is one."""

    def sentence(self, language: str = "en") -> str:
        """The sentence in ``language``."""
        name, _, rest = str(self.values["field"]).partition("[")
        label = sentence(LABELS[name], language) + (f" [{rest}" if rest else "") if name in LABELS else self.values["field"]
        return InputError(self.code, **{**self.values, "field": label}).sentence(language)


def check(kind: type[msgspec.Struct], values: Mapping[str, Any], *, strict: bool = True) -> None:
    """Unfit names the first of ``values`` that isn't possible for the field of ``kind`` with that name.

    Names that aren't fields aren't looked at. Where it isn't ``strict``, values are texts.
    """
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    for name, value in values.items():
        if name in fields and not _fits(value, fields[name], strict):
            place, found, declared = _innermost(name, value, fields[name], strict)
            raise Unfit("message-value", field=place, value=_short(found), possible=_possible(declared))


def explained(kind: type[msgspec.Struct], values: Mapping[str, Any], error: Exception, *, strict: bool = True) -> InputError:
    """What is wrong with ``values``, of which msgspec said ``error`` when they were to become a ``kind``."""
    try:
        check(kind, values, strict=strict)
    except Unfit as unfit:
        return unfit
    return InputError("message-fields", reason=str(error)[:200])


def _fits(value: Any, kind: Any, strict: bool) -> bool:
    with suppress(msgspec.ValidationError, OverflowError, RecursionError):
        msgspec.convert(value, kind, strict=strict)
        return True
    return False


def _innermost(place: str, value: Any, kind: Any, strict: bool) -> tuple[str, Any, Any]:
    """The place, the value and the declaration of the smallest part that doesn't fit."""
    plain = _plain(kind)
    for inside, part, declared in _parts(place, value, plain):
        if not _fits(part, declared, strict):
            return _innermost(inside, part, declared, strict)
    return place, value, kind


def _plain(kind: Any) -> Any:
    """A declaration without its bounds, and without the None that may stand in its place."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return _plain(next(one for one in get_args(kind) if one is not NoneType))
    return kind


def _parts(place: str, value: Any, plain: Any) -> Iterator[tuple[str, Any, Any]]:
    origin, kinds = get_origin(plain), get_args(plain)
    if origin is dict and isinstance(value, dict):
        for key, one in value.items():
            yield place, key, kinds[0]
            yield _short(key), one, kinds[1]
    elif origin is tuple and isinstance(value, (list, tuple)):
        each = repeat(kinds[0]) if kinds[-1] is Ellipsis else kinds
        for at, (one, kind) in enumerate(zip(value, each, strict=False)):
            yield f"{place}[{at}]", one, kind


def _possible(kind: Any) -> KoubaiError:
    """What a declaration allows, as a clause."""
    declared = inspect.type_info(kind)
    if isinstance(declared, inspect.UnionType):
        declared = next(one for one in declared.types if not isinstance(one, inspect.NoneType))
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


def _short(value: Any) -> str:
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):  # a number of thousands of digits, or lists in lists
        return "…"
    text = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
    return text.encode(errors="replace").decode()  # half a letter can't be sent
