"""Cells of CSV that a spreadsheet shows as they are: a text that it would take for a formula begins with an apostrophe.

OWASP, "CSV Injection": a cell that begins with = + - @, a tab or a carriage return may be run as a formula, by which a file's
texts get at its reader's machine. Here the line feed and the full-width signs count as well, which some spreadsheets take for
the same. Numbers stay numbers. What is escaped is unescaped where koubai reads it.
"""

import re
from collections.abc import Iterable

SIGNS = "=+\\-@\t\r\n＝＋－＠"
_FORMULA = re.compile(f"'*[{SIGNS}]")
_ESCAPED = re.compile(f"'+[{SIGNS}]")
_APART = re.compile('[",;\t|\r\n]|^ | $|^$')  # what another spreadsheet may part cells by, or strip


def line(cells: Iterable[object]) -> str:
    """Return a line of CSV. Texts are escaped, and quoted where they hold any delimiter; every float comes back exactly."""
    return ",".join(_cell(cell) for cell in cells) + "\n"


def escaped(text: str) -> str:
    """Return ``text`` with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """Return what ``escaped`` was given."""
    return text[1:] if _ESCAPED.match(text) else text


def _cell(cell: object) -> str:
    if not isinstance(cell, str):
        return str(cell)
    text = escaped(cell)
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if _APART.search(text) else text
