"""JSON that comes from outside: it is refused where it is nested so deep that a walk through it would exceed Python's stack."""

import json
from typing import Any

JsonObject = dict[str, Any]  # plain values by name, as JSON has them; whoever reads one checks what he takes from it
MOST_DEPTH = 64  # of lists and mappings within each other; what koubai writes has at most 8


def parsed(text: str | bytes) -> Any:
    """Return the value of the JSON ``text``. ValueError where it is none, or nested deeper than ``MOST_DEPTH``."""
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError(str(error)) from error
    inside, depth = [value], 0
    while inside := [one for one in inside if isinstance(one, (list, dict))]:
        depth += 1
        if depth > MOST_DEPTH:
            raise ValueError(f"depth > {MOST_DEPTH}")
        inside = [part for one in inside for part in (one.values() if isinstance(one, dict) else one)]
    return value
