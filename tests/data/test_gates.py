"""Gates and parities."""

from collections.abc import Callable

import pytest

from koubai.data import GATES, gate
from koubai.errors import InputError

TWO: dict[str, Callable[[bool, bool], bool]] = {
    "false": lambda a, b: False,
    "and": lambda a, b: a and b,
    "nimply": lambda a, b: a and not b,
    "a": lambda a, b: a,
    "ncimply": lambda a, b: b and not a,
    "b": lambda a, b: b,
    "xor": lambda a, b: a != b,
    "or": lambda a, b: a or b,
    "nor": lambda a, b: not (a or b),
    "xnor": lambda a, b: a == b,
    "not-b": lambda a, b: not b,
    "cimply": lambda a, b: a or not b,
    "not-a": lambda a, b: not a,
    "imply": lambda a, b: b or not a,
    "nand": lambda a, b: not (a and b),
    "true": lambda a, b: True,
}


@pytest.mark.parametrize("name", TWO)
def test_the_sixteen_gates(name: str) -> None:
    data = gate(name)
    assert data.inputs.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert data.labels.tolist() == [int(TWO[name](bool(a), bool(b))) for a, b in data.inputs]
    assert data.targets.sum(axis=1).tolist() == [1, 1, 1, 1]
    assert (data.classes, data.feature_names, data.name) == ((0, 1), ("x1", "x2"), name)


@pytest.mark.parametrize("n", range(3, 9))
def test_parities(n: int) -> None:
    data = gate(f"parity-{n}")
    assert data.inputs.shape == (2**n, n)
    assert data.labels.tolist() == [int(row.sum() % 2) for row in data.inputs]
    assert data.inputs[1].tolist() == [0] * (n - 1) + [1]


def test_there_are_no_others() -> None:
    assert len(GATES) == 22
    with pytest.raises(InputError, match="'xro'; did you mean 'xor'"):
        gate("xro")
    with pytest.raises(InputError, match="choose one of: false, and"):
        gate("zzz")


def test_a_page_begins_with_more_units_for_parities() -> None:
    assert {name: one.hidden for name, one in GATES.items() if one.hidden != (8,)} == {
        f"parity-{n}": (16,) for n in range(3, 9)
    }
