"""How the protocol's structures are declared: msgspec's, where the comment at a field tells the page's types what it holds."""

from dataclasses import dataclass
from typing import Literal

import msgspec

LanguageCode = Literal["en", "ja"]

completed: set[type[msgspec.Struct]] = set()  # the structures whose fields msgspec knows


@dataclass(frozen=True)
class OnPage:
    """Annotates a field with its type on the page, where the declared one doesn't say it; msgspec passes it over."""

    javascript: str


def complete(*kinds: type[msgspec.Struct]) -> None:
    """Let msgspec read the declarations of these structures now, in one thread.

    It does so at their first use otherwise, and ends the process where two threads do that at once (msgspec 0.22).
    """
    for kind in kinds:
        msgspec.json.Decoder(kind)
        completed.add(kind)
