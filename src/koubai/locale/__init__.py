"""Every sentence that a person reads, by key and language. No state: the language is passed in.

A language is a module here that holds ``SENTENCES``: key -> text with {placeholders}. English is the first and the fallback.
"""

from functools import cache
from importlib import import_module
from typing import Any

LANGUAGES = ("en", "ja")


@cache
def sentences(language: str) -> dict[str, str]:
    """All sentences of ``language``, one of ``LANGUAGES``."""
    texts: dict[str, str] = import_module(f"koubai.locale.{language}").SENTENCES
    return texts


def sentence(key: str, language: str, **values: Any) -> str:
    """The sentence called ``key``, with ``values`` in its places. KeyError for a key that English doesn't have."""
    text = sentences(language).get(key) or sentences("en")[key]
    return text.format(**{name: shown(value) for name, value in values.items()})


def meaning(kind: str, name: str, language: str) -> str:
    """The line about what can be chosen: ``kind`` is "gate", "set", "method" and so on, ``name`` one of these."""
    if name.startswith("parity-"):
        return sentence("list-gate-parity", language, inputs=name.removeprefix("parity-"))
    return sentence(f"list-{kind}-{name}", language)


def shown(value: Any) -> Any:
    """A value as a person would write it: NumPy's numbers plain, shapes as (2, 8)."""
    if isinstance(value, (tuple, list)):
        inside = ", ".join(str(shown(part)) for part in value)
        return f"({inside},)" if isinstance(value, tuple) and len(value) == 1 else f"({inside})"
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else value
