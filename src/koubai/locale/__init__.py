"""Every sentence that a person reads, by key and language. No state: the language is passed in.

A language is a module here that holds ``SENTENCES``: key -> text with {placeholders}. English is the first and the fallback.
"""

from functools import cache
from importlib import import_module
from pathlib import PurePath

LANGUAGES = ("en", "ja")
MOST_LETTERS = 500  # of a value within a sentence: paths are shorter, as a rule
MOST_DEPTH = 3  # of lists in lists


@cache
def sentences(language: str) -> dict[str, str]:
    """Return all sentences of ``language``, one of ``LANGUAGES``."""
    texts: dict[str, str] = import_module(f"koubai.locale.{language}").SENTENCES
    return texts


def sentence(key: str, language: str, **values: object) -> str:
    """Return the sentence called ``key``, with ``values`` in its placeholders. KeyError for a key that English doesn't have."""
    text = sentences(language).get(key) or sentences("en")[key]
    return text.format(**{name: shown(value) for name, value in values.items()})


def meaning(kind: str, name: str, language: str) -> str:
    """Return the line about what can be chosen: ``kind`` is "method", "loss" and so on, ``name`` one of these."""
    return sentence(f"list-{kind}-{name}", language)


class _Unquoted(str):
    """A text that stands in a sentence as it is, without quotes, even where its ``repr`` is asked for."""

    def __repr__(self) -> str:
        return str(self)


def shown(value: object) -> object:
    """Return a value as a person would write it, in one line and not too long: NumPy's numbers plain, shapes as (2, 8)."""
    if isinstance(value, (tuple, list)):
        return _cut(_listed(value, MOST_DEPTH))
    if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        value = value.item()
    if isinstance(value, str):
        return value if type(value) is _Unquoted else _cut(value)
    if value is None or isinstance(value, (bool, float, complex)):
        return value
    if isinstance(value, PurePath):
        return _Unquoted(str(value))
    if isinstance(value, int):
        digits = value.bit_length() * 0.30103  # of decimal ones there are so many for each binary one
        return value if digits < MOST_LETTERS else _Unquoted(f"{'-' if value < 0 else ''}10^{digits:.0f}")
    try:
        return _Unquoted(_cut(" ".join(repr(value).split())))
    except Exception:  # whatever a foreign object says when it is asked for its text, or one within itself without end
        return _Unquoted(f"<{type(value).__name__}>")


def _listed(values: tuple[object, ...] | list[object], depth: int) -> str:
    if depth == 0:
        return "(…)"
    parts = values[:MOST_LETTERS]
    inside = [_listed(part, depth - 1) if isinstance(part, (tuple, list)) else str(shown(part)) for part in parts]
    return f"({inside[0]},)" if isinstance(values, tuple) and len(inside) == 1 else f"({', '.join(inside)})"


def _cut(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"
