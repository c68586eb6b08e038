"""Write docs/playground-protocol.md: what the page sends from protocol.py, what the server sends from types.js."""

import re
from pathlib import Path
from typing import Any

import msgspec

import koubai
from koubai.playground.protocol import incoming

PAGE = Path(__file__).with_name("playground-protocol.md")
TYPES = Path(koubai.__file__).parent / "playground" / "static" / "types.js"


def described() -> str:
    """The whole page."""
    parts = [
        "# What page and server of the playground tell each other\n",
        "Made by `python docs/make_protocol.py` from `playground/protocol/incoming.py` and `playground/static/types.js`.\n",
        f"The page sends JSON texts, at most {incoming.MOST_MESSAGE} bytes each, but for {incoming.MOST_LINK} of a link, and",
        f"{incoming.MOST_TABLE} of a file in base64. The server answers with JSON texts and with frames.\n",
        "A value that isn't possible is answered by a fault, which names the field, the value and what is possible. What is no",
        "message at all ends the connection.\n",
        "## The setting\n",
        *_message(incoming.Setting),
        "## What the page sends\n",
        *[line for message in incoming.MESSAGES for line in (f"### {_tag(message)}\n", *_message(message))],
        "## What the server sends\n",
        *_types(TYPES.read_text(encoding="utf-8")),
    ]
    return "\n".join(parts)


def _tag(message: type[incoming.Message]) -> str:
    return str(message.__struct_config__.tag)


def _message(kind: type[msgspec.Struct]) -> list[str]:
    text = _plain(kind.__doc__ or "")
    rows = [f"| `{field.encode_name}` | {_kind(field.type)} | {_default(field)} |" for field in msgspec.structs.fields(kind)]
    table = ["| field | what | by default |", "|---|---|---|", *rows, ""] if rows else []
    return [f"{text}\n", *table]


def _plain(doc: str) -> str:
    return re.sub(r"``([^`]*)``", r"`\1`", "\n".join(line.strip() for line in doc.strip().splitlines()))


def _default(field: Any) -> str:
    if field.required:
        return "must be given"
    return f"`{msgspec.json.encode(field.default).decode()}`"


def _kind(kind: Any) -> str:
    """A type and its bounds, as JSON has them."""
    schema = msgspec.json.schema(kind)
    return _schema(schema)


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
    said = [text.format(str(schema[name]).replace("|", "\\|")) for name, text in bounds.items() if name in schema]
    if kind == "array" and isinstance(schema.get("items"), dict):
        said.insert(0, f"of {_schema(schema['items'])}")
    if kind == "array" and "prefixItems" in schema:
        said = [f"of {', '.join(_schema(one) for one in schema['prefixItems'])}"]
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict) and schema["additionalProperties"]:
        said.insert(0, f"of {_schema(schema['additionalProperties'])}")
    return " ".join([kind, *said])


def _types(text: str) -> list[str]:
    made: list[str] = []
    for block in re.findall(r"/\*\*(.*?)\*/", text, re.DOTALL):
        lines = [re.sub(r"^\s*\* ?", "", line) for line in block.strip().splitlines()]
        about = " ".join(line for line in lines if not line.startswith("@")).strip()
        for line in lines:
            if match := re.match(r"@typedef \{Object\} (\w+)\s*(.*)", line):
                said = ". ".join(part for part in (match[2], about) if part)
                made += [
                    f"### {match[1]}\n",
                    *([f"{said[0].upper()}{said[1:]}\n"] if said else []),
                    "| field | type | what |",
                    "|---|---|---|",
                ]
            elif match := re.match(r"@property \{(.*)\} (\[?\w+\]?)\s*(.*)", line):
                made.append(f"| `{match[2]}` | `{match[1].replace('|', chr(92) + '|')}` | {match[3]} |")
        if made and made[-1].startswith("|"):
            made.append("")
    return made


if __name__ == "__main__":
    PAGE.write_text(described(), encoding="utf-8")
