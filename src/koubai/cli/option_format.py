"""How the command line spells fields of an experiment: as options."""

from collections.abc import Mapping


def option_words(values: Mapping[str, object]) -> list[str]:
    """Write the words of a command line that give settings these values: ["--hidden", "16,16", "--seed", "1"]."""
    return [word for name, value in values.items() for word in (f"--{name.replace('_', '-')}", _formatted(value))]


def _formatted(value: object) -> str:
    if isinstance(value, (tuple, list)):
        return ",".join(map(str, value)) or "none"
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)
