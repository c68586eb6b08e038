"""What holds of every page of the documentation."""

import re
from pathlib import Path


def lost_links(text: str, folder: Path) -> list[str]:
    """The links of a page in ``folder`` that lead nowhere."""
    lost = [target for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if not (folder / target).exists()]
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    return lost + [target for target in re.findall(r"\]\(#([^)]+)\)", text) if target not in headings]
