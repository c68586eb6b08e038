"""What stands in JavaScript as text: strings and templates, without comments and regular expressions."""

import re
from collections.abc import Iterator

_BEFORE_PATTERN = re.compile(r"(?:^|[(,=:\[!&|?{};+\n]|\breturn|=>)\s*$")
_PATTERN = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
_TEXT = re.compile(r"""(["'])((?:\\.|(?!\1)[^\\\n])*)\1""")


def constants(source: str) -> Iterator[str]:
    """Every string and template of ``source``; {} for what is filled into one."""
    yield from _read(source, 0, "")[1]


def _read(source: str, at: int, end: str) -> tuple[int, list[str]]:
    """From ``at`` to the brace ``end``, or to the end of the file: where that is, and the texts on the way."""
    found: list[str] = []
    depth, begin = 0, at
    while at < len(source):
        sign = source[at]
        if source.startswith("//", at):
            at = source.find("\n", at) % (len(source) + 1)
        elif source.startswith("/*", at):
            at = source.index("*/", at) + 2
        elif sign == "/" and _BEFORE_PATTERN.search(source[max(begin, at - 20) : at]) and (match := _PATTERN.match(source, at)):
            at = match.end()
        elif sign in "\"'" and (match := _TEXT.match(source, at)):
            found.append(match[2])
            at = match.end()
        elif sign == "`":
            at, texts = _template(source, at + 1)
            found += texts
        elif sign == "}" and end and depth == 0:
            return at + 1, found
        else:
            depth += {"{": 1, "}": -1}.get(sign, 0)
            at += 1
    return at, found


def _template(source: str, at: int) -> tuple[int, list[str]]:
    text, inside = "", []
    while source[at] != "`":
        if source.startswith("${", at):
            at, texts = _read(source, at + 2, "}")
            inside += texts
            text += "{}"
        else:
            length = 2 if source[at] == "\\" else 1
            text += source[at : at + length]
            at += length
    return at + 1, [text, *inside]


def said(text: str) -> list[str]:
    """What a person reads of a constant, or of a whole page: what is between tags, and what their attributes say."""
    if not re.search(r"<[/!{a-z]", text):
        return [text]
    attributes = re.findall(r"""\b(?:aria-label|title|alt|placeholder|content)="([^"]*)\"""", text)
    return [*attributes, *re.sub(r"<[^>]*>", "\n", text).splitlines()]
