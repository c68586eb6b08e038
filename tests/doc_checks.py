"""What holds of every page of the documentation."""

import re
from collections.abc import Sequence
from pathlib import Path


def told_otherwise(english: str, japanese: str, patterns: Sequence[str], word: str) -> list[str]:
    """What differs between the two languages of a page: of ``patterns``, in their order; and the set of its ``word``s."""
    differing = [p for p in patterns if re.findall(p, english, re.MULTILINE) != re.findall(p, japanese, re.MULTILINE)]
    return differing if set(re.findall(word, english)) == set(re.findall(word, japanese)) else [*differing, word]


def lost_links(text: str, folder: Path) -> list[str]:
    """The links of a page in ``folder`` that lead nowhere."""
    lost = [target for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if not (folder / target).exists()]
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    return lost + [target for target in re.findall(r"\]\(#([^)]+)\)", text) if target not in headings]
