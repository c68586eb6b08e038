"""Text in columns, by the cells that a terminal shows: Japanese letters take two."""

import re
from collections.abc import Sequence

GAP = "  "
WIDTH = 80  # cells of a line of text
_PIECES = re.compile(r"\s+|[^\s\u2e80-\uffef]+|.", re.DOTALL)  # spaces, a word of narrow letters, or one wide letter
_NEVER_FIRST, _NEVER_LAST = "、。，．）」』】：；？！…", "（「『【"


def cells(text: str) -> int:
    """Return how many cells ``text`` takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def widest(column: Sequence[str]) -> int:
    """Return the cells of the widest text."""
    return max(map(cells, column))


def at_right(text: str, width: int) -> str:
    """Return ``text`` moved to the right end of ``width`` cells."""
    return " " * (width - cells(text)) + text


def at_left(text: str, width: int) -> str:
    """Return ``text`` at the left end of ``width`` cells."""
    return text + " " * (width - cells(text))


def cut(text: str, width: int) -> str:
    """Return ``text``, or its beginning with … where it takes more than ``width`` cells."""
    if cells(text) <= width:
        return text
    from rich.cells import set_cell_size

    return set_cell_size(text, width - 1).rstrip() + "…"


def in_columns(rows: Sequence[Sequence[str]], numbers: str) -> list[str]:
    """Return a line for each of ``rows``, all equally long; ``numbers`` has an "r" for each column aligned at the right."""
    columns = [_padded(column, side == "r") for column, side in zip(zip(*rows, strict=True), numbers, strict=True)]
    return [GAP.join(line).rstrip() for line in zip(*columns, strict=True)]


def _padded(column: Sequence[str], right: bool) -> list[str]:
    if not all(map(str.isascii, column)):
        width = widest(column)
        return [(at_right if right else at_left)(text, width) for text in column]
    width = max(map(len, column))
    return [text.rjust(width) for text in column] if right else [text.ljust(width) for text in column]


def decimal(number: float, digits: int) -> str:
    """Return a number with so many digits after its point; what is nearly 0 has no sign."""
    return f"{round(number, digits) + 0.0:.{digits}f}"


def shown_loss(loss: float) -> str:
    """Return a loss with six digits after its point, or with a power of ten where that would be long."""
    return f"{loss:z.6f}" if abs(loss) < 1e4 else f"{loss:.3e}"


def wrapped(text: str, width: int = WIDTH) -> list[str]:
    """Return ``text`` in lines of at most ``width`` cells, broken at spaces and between Japanese letters.

    No line begins with a closing mark, none ends with an opening one, and no word is broken.
    """
    units: list[str] = []
    for piece in _PIECES.findall(text):
        if units and (piece[0] in _NEVER_FIRST or units[-1][-1] in _NEVER_LAST):
            units[-1] += piece
        else:
            units.append(piece)
    lines = [""]
    for unit in units:
        if lines[-1].strip() and cells(lines[-1] + unit.rstrip()) > width:
            lines.append("")
        lines[-1] += unit if lines[-1] else unit.lstrip()
    return [line.rstrip() for line in lines]
