"""The sixteen gates of two inputs, and the parities of three to eight."""

from itertools import product

import numpy as np

from koubai.data.dataset import Dataset
from koubai.errors import chosen

_TWO_INPUTS = (
    "false", "and", "nimply", "a", "ncimply", "b", "xor", "or",
    "nor", "xnor", "not-b", "cimply", "not-a", "imply", "nand", "true",
)  # fmt: skip

# name -> number of inputs, and the answers to 0…0 to 1…1 as binary digits, the first row's first
GATES: dict[str, tuple[int, str]] = {
    **{name: (2, f"{number:04b}") for number, name in enumerate(_TWO_INPUTS)},
    **{f"parity-{n}": (n, "".join(str(sum(row) % 2) for row in product((0, 1), repeat=n))) for n in range(3, 9)},
}


def gate(name: str) -> Dataset:
    """The truth table of the gate called ``name`` (a name of ``GATES``), rows in counting order, classes 0 and 1."""
    inputs, answers = chosen("gate", name, GATES)
    data = Dataset.from_arrays(
        np.array(list(product((0.0, 1.0), repeat=inputs))), [int(answer) for answer in answers], classes=(0, 1)
    )
    return Dataset(data.inputs, data.targets, data.classes, data.feature_names, data.task, name)
