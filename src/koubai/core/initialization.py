"""How starting weights are spread: standard normals × a spread that follows from a layer's sizes × a scale."""

from collections.abc import Callable
from dataclasses import dataclass

from koubai.errors import chosen


@dataclass(frozen=True)
class Init:
    """An initialization by name.

    Attributes:
        name: What people call it.
        spread: From a layer's inputs and units, the standard deviation of its weights where the scale is 1.
        scale: The usual scale.
        script: How an exported script writes the spread, from ``{inputs}`` and ``{units}``; empty where it is 1.
    """

    name: str
    spread: Callable[[int, int], float]
    scale: float
    script: str = ""


INITS = {
    init.name: init
    for init in (
        Init("normal", lambda inputs, units: 1.0, 0.1),
        Init("xavier", lambda inputs, units: (2 / (inputs + units)) ** 0.5, 1.0, "(2 / ({inputs} + {units})) ** 0.5"),
        Init("he", lambda inputs, units: (2 / inputs) ** 0.5, 1.0, "(2 / {inputs}) ** 0.5"),
    )
}


def init_named(name: object) -> Init:
    """Return the initialization called ``name``; InputError, with the nearest name, where there is none."""
    return chosen("init", name, INITS)
