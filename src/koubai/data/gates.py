"""The sixteen gates of two inputs, and the parities of three to eight."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from koubai.data.dataset import Dataset
from koubai.data.load_options import LoadOptions
from koubai.data.named_set import NamedSet
from koubai.data.prepared_rows import Splits
from koubai.errors import chosen

_TWO_INPUTS = (
    "false", "and", "nimply", "a", "ncimply", "b", "xor", "or",
    "nor", "xnor", "not-b", "cimply", "not-a", "imply", "nand", "true",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Gate(NamedSet):
    """A truth table. A person learns all of its rows, so that it takes no options.

    Attributes:
        answers: What the rows 0…0 to 1…1 are to be answered, as binary digits, the first row's first.
        hidden: The units of the hidden layers with which a page begins.
    """

    answers: str
    hidden: tuple[int, ...]

    @cached_property
    def dataset(self) -> Dataset:
        """The truth table, rows in counting order, classes 0 and 1."""
        inputs = np.array([*product((0.0, 1.0), repeat=self.features)])
        return Dataset.from_arrays(inputs, [int(answer) for answer in self.answers], classes=(0, 1), name=self.name)

    def _splits(self, options: LoadOptions) -> Splits:
        return Splits(self.dataset, None, None)


def _gate(name: str, description: str, answers: str, hidden: tuple[int, ...]) -> Gate:
    return Gate(
        name=name,
        kind="gate",
        description=description,
        rows=len(answers),
        features=len(answers).bit_length() - 1,
        classes=2,
        options=(),
        answers=answers,
        hidden=hidden,
    )


def _parity(inputs: int) -> Gate:
    answers = "".join(str(sum(row) % 2) for row in product((0, 1), repeat=inputs))
    return _gate(f"parity-{inputs}", "list-gate-parity", answers, (16,))


GATES: dict[str, Gate] = {
    one.name: one
    for one in (
        *(_gate(name, f"list-gate-{name}", f"{number:04b}", (8,)) for number, name in enumerate(_TWO_INPUTS)),
        *map(_parity, range(3, 9)),
    )
}


def gate(name: str) -> Dataset:
    """Return the truth table of a gate.

    Args:
        name: A name of ``GATES``.

    Returns:
        The rows in counting order, with classes 0 and 1.

    Raises:
        InputError: There is no such gate.

    Example:
        >>> import koubai as kb
        >>> kb.data.gate("xor").labels
        array([0, 1, 1, 0])
    """
    return chosen("gate", name, GATES).dataset
