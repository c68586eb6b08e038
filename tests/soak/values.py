"""Values for every field of a message, from its declaration: usual ones, the extremes, what lies beyond, and what is none."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from random import Random
from struct import pack
from typing import Any
from urllib.parse import quote
from zlib import compress

import msgspec
from msgspec import inspect

from koubai.playground.protocol import incoming, limits
from koubai.playground.protocol.setting import Setting

NONSENSE: tuple[Any, ...] = (None, True, -1, 0, 1e308, -1e308, 5e-324, 10**30, 10**400, 2**63, "", "x", "𝕏" * 50, "x" * 20_000,
                             [], {}, [[[[[]]]]], {"a": {"b": []}}, [None] * 300, "\0", "1")  # fmt: skip
PLACES = ("w1[0,0]", "w1[1,7]", "b1[0]", "w2[0,1]", "b2[1]", "b9[63]", "1[3]", "2[0]", "w1[999,999]", "")
NO_JSON = ("", "{", "[]", "nonsense", '{"type":"price"', '{"type":"fly"}', '{"type":["go"]}', "null", "[" * 3000, '{"type":5}')
NO_NUMBERS = ("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" * 5000)


class Values:
    """Draws values; ``names`` are the words that the server offers, by the field in which they are used."""

    def __init__(self, seed: int, names: Mapping[str, list[str]]) -> None:
        self.random = Random(seed)
        self.names = names

    def message(self) -> str:
        """The text of one message: about two in three are possible, the others not quite, or not at all."""
        draw = self.random.random()
        if draw < 0.01:
            return self.random.choice(NO_JSON)
        kind = self.random.choice([one for one in incoming.MESSAGES if one is not incoming.Hello])
        wild = self.random.random() < 0.3
        content = {"type": kind.__struct_config__.tag, **self._fields(kind, wild)}
        if draw < 0.03:
            content[self.random.choice(("type", "more", "step"))] = self.random.choice(NONSENSE)
        text = json.dumps(content)
        if draw < 0.05 and (numbers := re.findall(r"\b[0-9]+\b(?![^\[]*\])", text)):
            text = text.replace(self.random.choice(numbers), self.random.choice(NO_NUMBERS), 1)
        return text

    def is_fatal(self, text: str) -> bool:
        """Whether the connection may be closed for it."""
        try:
            incoming.read(text)
        except incoming.Malformed:
            return True
        except Exception:
            return False
        return False

    def link(self) -> str:
        """The text of a link, possible or not."""
        parts: list[tuple[str, Any]] = [*self._fields(Setting, self.random.random() < 0.4).items()]
        self.random.shuffle(parts)
        parts = parts[: self.random.randrange(1, 8)]
        extremes = [0, 1, 5, limits.MOST_STEPS, limits.MOST_STEPS + 1, 9_999_999_999, 10**30, -1]
        if self.random.random() < 0.5:
            parts += [("begin", self.random.choice(extremes)), ("step", self.random.choice(extremes))]
        counts = {"weights": (42, 42, 42, 1, 50_000), "points": (3, 12, 9000)}
        for name, count in ((name, self.random.choice(some)) for name, some in counts.items()):
            if self.random.random() < 0.3:
                parts.append((name, _packed([self._number() for _ in range(count)])))
        if self.random.random() < 0.2:
            parts += [("data", "run"), ("run", self.random.choice(self.names["run"]))]
        if self.random.random() < 0.05:
            return "x" * self.random.choice((10, 100_000, 600_000))
        return "&".join(f"{name}={quote(_as_text(value))}" for name, value in parts)

    def _number(self) -> float:
        return self.random.choice((0.0, 1.0, -0.5, 1e30, -1e30, 1e31, 1e200, -1e308, 1e-308, float("inf"), float("nan")))

    def _fields(self, kind: type[msgspec.Struct], wild: bool) -> dict[str, Any]:
        made = {}
        for field in inspect.type_info(kind).fields:  # type: ignore[attr-defined]
            if field.required or self.random.random() < 0.5:
                spoilt = wild and self.random.random() < 0.3
                made[field.encode_name] = self.random.choice(NONSENSE) if spoilt else self._value(field.name, field.type)
        return made

    def _value(self, name: str, kind: inspect.Type) -> Any:
        match kind:
            case inspect.UnionType(types=kinds):
                return self._value(name, self.random.choice(kinds))
            case inspect.NoneType():
                return None
            case inspect.BoolType():
                return self.random.random() < 0.5
            case inspect.LiteralType(values=values):
                return self.random.choice(values)
            case inspect.IntType() | inspect.FloatType():
                return self.random.choice(list(_numbers(kind)))
            case inspect.StrType(pattern=str()):
                return self.random.choice(PLACES)
            case inspect.StrType():
                return self.random.choice(self.names.get(name, ["", "y", "x" * 200]))
            case inspect.VarTupleType(item_type=inside, min_length=least, max_length=most):
                count = self.random.choice((least or 0, 1, 1, 2, 3, min(most or 3, 400)))
                return [self._value(name, inside) for _ in range(count)]
            case inspect.TupleType(item_types=kinds):
                return [self._value(name, one) for one in kinds]
            case inspect.DictType(key_type=inspect.StrType(pattern=None)):
                return self._fields(Setting, self.random.random() < 0.3)
            case inspect.DictType(key_type=key, value_type=inside):
                return {self._value(name, key): self._value(name, inside) for _ in range(self.random.choice((1, 1, 3)))}
        raise AssertionError(f"{name} is of a kind that this doesn't know: {kind}")


def _numbers(kind: inspect.IntType | inspect.FloatType) -> Iterator[float]:
    """The extremes of a number, what lies beyond them, and some between."""
    whole = isinstance(kind, inspect.IntType)
    for bound, way in ((kind.ge if kind.ge is not None else kind.gt, -1), (kind.le if kind.le is not None else kind.lt, 1)):
        if bound is not None:
            yield bound
            yield bound + way if whole else bound * (1 + way * 1e-9) + way * 1e-300
    least = kind.ge if kind.ge is not None else kind.gt or 0
    most = kind.le if kind.le is not None else 1
    for share in (1e-9, 1e-6, 1e-3, 0.01):
        between = least + share * (most - least)
        yield int(between) if whole else between
    yield from (1, 3) if whole else (0.01, 0.1, 1.0)


def _as_text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ";".join(map(str, value)) or "none"
    return str(value)


def _packed(numbers: list[float]) -> str:
    return urlsafe_b64encode(compress(pack(f"<{len(numbers)}d", *numbers))).decode().rstrip("=")
