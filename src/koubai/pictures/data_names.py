"""What data and their outputs are called where a person reads it."""

from typing import TYPE_CHECKING

from koubai.locale import sentence

if TYPE_CHECKING:
    from koubai.data import Dataset


def dataset_name(data: "Dataset", language: str) -> str:
    """What the data are called, also where they have no name."""
    return data.name or sentence("data-unnamed", language)


def target_names(data: "Dataset") -> list[str]:
    """What the outputs of a regression are called."""
    target, outputs = data.preparation.target.name if data.preparation else "y", data.targets.shape[1]
    return [f"{target} {number}" for number in range(1, outputs + 1)] if outputs > 1 else [target]
