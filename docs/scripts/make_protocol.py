"""Write docs/playground-protocol.md and the page's types.js from the structures in koubai.playground.protocol."""

import ast
import inspect
import re
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent, wrap
from tokenize import COMMENT, generate_tokens
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import numpy as np

import koubai
from koubai.playground.protocol import frames, incoming, limits, outgoing
from koubai.playground.protocol.frames import FrameArrays, wire_name
from koubai.playground.protocol.setting import Setting
from koubai.playground.protocol.structures import OnPage

PAGE = Path(__file__).parents[1] / "playground-protocol.md"
TYPES = Path(koubai.__file__).parent / "playground" / "static" / "types.js"
WIDTH = 124  # characters of a line of types.js, but for the longest types
NAMES = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null"}
ARRAYS = {
    np.float64: "Float64Array",
    np.float32: "Float32Array",
    np.uint8: "Uint8Array",
    np.int8: "Int8Array",
    np.int32: "Int32Array",
}


class Property:
    """A field as the page sees it: its name, its type in TypeScript's notation, what it holds."""

    def __init__(self, name: str, hint: Any, text: str = "") -> None:
        self.name = name
        self.type = javascript_type(hint)
        self.text = text

    @property
    def optional(self) -> str:
        """The name of a field that may be absent."""
        return f"[{self.name}]"


def javascript_type(hint: Any) -> str:
    """The type in TypeScript's notation that the JSON of a value declared as ``hint`` has."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        on_page = next((part for part in parts if isinstance(part, OnPage)), None)
        return javascript_type(parts[0]) if on_page is None else on_page.javascript
    if origin in (Union, UnionType):
        return " | ".join(javascript_type(part) for part in parts)
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in parts)
    if origin is tuple and parts[-1] is not Ellipsis:
        return f"[{', '.join(map(javascript_type, parts))}]"
    if origin in (tuple, list):
        inside = javascript_type(parts[0])
        return f"({inside})[]" if " | " in inside else f"{inside}[]"
    if origin is dict:
        return f"Record<{javascript_type(parts[0])}, {javascript_type(parts[1])}>"
    if origin is np.ndarray:
        return ARRAYS[get_args(parts[1])[0]]
    return NAMES[hint] if hint in NAMES else str(hint.__name__)


def comments(kind: type) -> dict[str, str]:
    """The comments at the fields of a class, by the fields' names: behind a field, or in the lines before it."""
    source = dedent(inspect.getsource(kind))
    lines = source.splitlines()
    tokens = {}
    for token in generate_tokens(iter(source.splitlines(keepends=True)).__next__):
        if token.type == COMMENT:
            tokens[token.start[0]] = token
    texts = {}
    (definition,) = ast.parse(source).body
    assert isinstance(definition, ast.ClassDef)
    for field in definition.body:
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        own = [tokens[field.end_lineno].string] if field.end_lineno in tokens else []
        line = field.lineno - 1
        while line in tokens and lines[line - 1].lstrip().startswith("#"):
            own.insert(0, tokens[line].string)
            line -= 1
        texts[field.target.id] = " ".join(text.removeprefix("#").strip() for text in own)
    return texts


def properties(kind: type[msgspec.Struct]) -> list[Property]:
    """The fields of a structure, its ``type`` first where it is a message."""
    hints, texts = get_type_hints(kind, include_extras=True), comments(kind)
    tag = kind.__struct_config__.tag
    type_field = [] if tag is None else [Property("type", Literal[tag])]
    return type_field + [Property(name, hints[name], texts.get(name, "")) for name in kind.__struct_fields__]


def array_properties() -> list[tuple[Property, bool]]:
    """The arrays of a frame, and whether each may be absent."""
    pairs, texts = [], comments(FrameArrays)
    for name, hint in get_type_hints(FrameArrays, include_extras=True).items():
        array = Property(wire_name(name), hint, texts[name])
        is_optional = array.type.endswith(" | null")
        array.type = array.type.removesuffix(" | null")
        pairs.append((array, is_optional))
    return pairs


# types.js


def types() -> str:
    """The text of types.js."""
    kinds: list[type[msgspec.Struct]] = [Setting, *outgoing.PARTS, *outgoing.MESSAGES, *frames.PARTS]
    names = " | ".join(kind.__name__ for kind in outgoing.MESSAGES)
    blocks = [
        "// Made by docs/scripts/make_protocol.py from playground/protocol: what the server sends. Only types are here.",
        *[_block(kind.__name__, kind.__doc__ or "", [(each, each.name) for each in properties(kind)]) for kind in kinds],
        _block(
            "Frame",
            FrameArrays.__doc__ or "",
            [
                (Property("header", frames.FrameHeader), "header"),
                *[(array, array.optional if is_optional else array.name) for array, is_optional in array_properties()],
            ],
        ),
        f"/** @typedef {{{names}}} ServerMessage */",
        "export {};",
    ]
    return "\n\n".join(blocks) + "\n"


def _block(name: str, text: str, fields: Sequence[tuple[Property, str]]) -> str:
    lines = ["/**", *[f" * {line}" for line in wrap(" ".join(text.split()), WIDTH)], " *", f" * @typedef {{Object}} {name}"]
    for each, shown in fields:
        line = f"@property {{{each.type}}} {shown}" + (f"  {each.text}" if each.text else "")
        first, *others = wrap(line, WIDTH, break_long_words=False, subsequent_indent="    ") if len(line) > WIDTH else [line]
        lines += [f" * {first}", *[f" * {other}" for other in others]]
    return "\n".join([*lines, " */"])


# playground-protocol.md


def described() -> str:
    """The text of playground-protocol.md."""
    parts = [
        "# What page and server of the playground tell each other\n",
        "Made by `python docs/scripts/make_protocol.py` from the structures in `playground/protocol/`.\n",
        f"The page sends JSON texts, at most {limits.MOST_MESSAGE} bytes each, but for {limits.MOST_LINK} of a link, and",
        f"{limits.MOST_TABLE} of a file in base64. The server answers with JSON texts and with frames.\n",
        "A value that isn't possible is answered by a fault, which names the field, the value and what is possible. What is no",
        "message at all ends the connection.\n",
        "## The setting\n",
        *_incoming(Setting),
        "## What the page sends\n",
        *[line for message in incoming.MESSAGES for line in (f"### {_tag(message)}\n", *_incoming(message))],
        "## What the server sends\n",
        *[line for kind in (*outgoing.MESSAGES, *outgoing.PARTS) for line in _outgoing(kind)],
        "## Frames\n",
        _plain(frames.packed.__doc__ or "").split("\n\nArgs:")[0] + "\n",
        *[line for kind in reversed(frames.PARTS) for line in _outgoing(kind)],
        "### Arrays\n",
        _plain(FrameArrays.__doc__ or "") + "\n",
        *_table([(array, "not always" if is_optional else "always") for array, is_optional in array_properties()]),
    ]
    return "\n".join(parts)


def _tag(message: type[msgspec.Struct]) -> str:
    return str(message.__struct_config__.tag)


def _incoming(kind: type[msgspec.Struct]) -> list[str]:
    texts = comments(kind) if kind is Setting else {}
    rows = []
    for field in msgspec.structs.fields(kind):
        text = texts.get(field.name, "")
        shown = _kind(field.type) + (f": {text}" if text else "")
        rows.append(f"| `{field.encode_name}` | {shown} | {_default(field)} |")
    table = ["| field | what | by default |", "|---|---|---|", *rows, ""] if rows else []
    return [f"{_plain(kind.__doc__ or '')}\n", *table]


def _outgoing(kind: type[msgspec.Struct]) -> list[str]:
    return [f"### {kind.__name__}\n", f"{_plain(kind.__doc__ or '')}\n", *_table([(each, "") for each in properties(kind)])]


def _table(fields: Sequence[tuple[Property, str]]) -> list[str]:
    has_notes = any(note for _, note in fields)
    rows = []
    for each, note in fields:
        cells = [f"`{each.name}`", f"`{_escaped(each.type)}`", *([note] if has_notes else []), _plain(each.text)]
        rows.append(f"| {' | '.join(cells)} |")
    head = (
        ["| field | type | comes | what |", "|---|---|---|---|"] if has_notes else ["| field | type | what |", "|---|---|---|"]
    )
    return [*head, *rows, ""]


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _plain(doc: str) -> str:
    return re.sub(r"``([^`]*)``", r"`\1`", "\n".join(line.strip() for line in doc.strip().splitlines()))


def _default(field: Any) -> str:
    if field.required:
        return "must be given"
    return f"`{msgspec.json.encode(field.default).decode()}`"


def _kind(kind: Any) -> str:
    """A type and its bounds, as JSON has them."""
    return _schema(msgspec.json.schema(kind))


def _schema(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_schema(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f'`"{value}"`' for value in schema["enum"])
    kind = str(schema.get("type", "anything"))
    bounds = {
        "minimum": "from {}", "exclusiveMinimum": "above {}", "maximum": "to {}",
        "maxLength": "at most {} characters", "minItems": "at least {}", "maxItems": "at most {}",
        "maxProperties": "at most {}", "pattern": "like `{}`",
    }  # fmt: skip
    said = [text.format(_escaped(str(schema[name]))) for name, text in bounds.items() if name in schema]
    if kind == "array" and isinstance(schema.get("items"), dict):
        said.insert(0, f"of {_schema(schema['items'])}")
    if kind == "array" and "prefixItems" in schema:
        said = [f"of {', '.join(_schema(one) for one in schema['prefixItems'])}"]
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict) and schema["additionalProperties"]:
        said.insert(0, f"of {_schema(schema['additionalProperties'])}")
    return " ".join([kind, *said])


if __name__ == "__main__":
    TYPES.write_text(types(), encoding="utf-8")
    PAGE.write_text(described(), encoding="utf-8")
