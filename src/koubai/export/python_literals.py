"""Values as Python source: they come back exactly, and no text among them can become code."""

from collections.abc import Sequence
from textwrap import wrap

import numpy as np
from numpy.typing import NDArray

WIDTH = 88  # columns of a line


def text(value: object) -> str:
    """A text in quotes, with whatever can't be printed escaped; double quotes where none need escaping."""
    quoted = str.__repr__(str(value))
    return f'"{quoted[1:-1]}"' if quoted[0] == "'" and '"' not in quoted else quoted


def label(value: object) -> str:
    """A class label: a truth value, a number, or a text."""
    if isinstance(value, bool):
        return repr(bool(value))
    if isinstance(value, (int, float)):
        return repr(int(value)) if isinstance(value, int) else _number(float(value))
    return text(value)


def listed(parts: Sequence[str], opening: str = "[", closing: str = "]", *, indent: int = 0, before: int = 0) -> str:
    """Source of several parts with commas between, in brackets where they are a list or take several lines.

    ``indent``: of the line on which it begins, ``before``: what stands on that line before it, in columns.
    """
    inside = ", ".join(parts)
    if indent + before + len(inside) + 12 <= WIDTH:
        return inside if opening == "(" else f"{opening}{inside}{closing}"
    lines = wrap(f"{inside},", WIDTH - indent - 4, break_long_words=False, break_on_hyphens=False)
    if any('"' in part or "'" in part for part in parts):
        lines = [f"{part}," for part in parts]  # texts aren't cut
    return "\n".join([opening, *(f"{' ' * (indent + 4)}{line}" for line in lines), f"{' ' * indent}{closing}"])


def comment(sentences: str, indent: int = 0) -> str:
    """Sentences as lines of a comment."""
    lines = [part for line in sentences.splitlines() for part in wrap(line, WIDTH - indent - 2)]
    return "\n".join(f"{' ' * indent}# {line}" for line in lines)


def array(values: NDArray[np.generic], kind: str = "") -> str:
    """Source of an array of one or two dimensions; ``kind`` is the source of its type, where it isn't NumPy's own choice."""
    numbers = [f"[{', '.join(map(_number, row.tolist()))}]" for row in np.atleast_2d(values)]
    ended = f", dtype={kind})" if kind else ")"
    short = f"np.array({numbers[0]}{ended}"
    if values.ndim == 1 and len(short) + 12 <= WIDTH:
        return short
    if values.ndim == 1:
        return "\n".join(["np.array(", *_row(numbers[0], 4), *([f"    dtype={kind},"] if kind else []), ")"])
    rows = [line for row in numbers for line in _row(row, 8)]
    return "\n".join(["np.array(", "    [", *rows, *(["    ],", f"    dtype={kind},"] if kind else ["    ]"]), ")"])


def _row(numbers: str, indent: int) -> list[str]:
    """A list of numbers on a line, or, where it is longer, on as many as it takes."""
    space = " " * indent
    if indent + len(numbers) < WIDTH:
        return [f"{space}{numbers},"]
    return [f"{space}[", *(f"{space}    {line}" for line in wrap(f"{numbers[1:-1]},", WIDTH - indent - 4)), f"{space}],"]


def _number(value: float) -> str:
    return repr(value) if np.isfinite(value) else f'float("{value!r}")'
