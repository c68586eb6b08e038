"""What is made of the declarations of messages: the page's types and the documents are those of now."""

import runpy
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from koubai.playground.protocol import frames, outgoing
from koubai.playground.protocol.structures import OnPage

SCRIPT = Path(__file__).parents[3] / "docs" / "scripts" / "make_protocol.py"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    """What the script defines."""
    return runpy.run_path(str(SCRIPT))


def test_the_types_of_the_page_are_made_of_the_declarations(script: dict[str, Any]) -> None:
    assert script["TYPES"].read_text(encoding="utf-8") == script["types"]()


def test_the_documentation_is_made_of_the_declarations(script: dict[str, Any]) -> None:
    assert script["PAGE"].read_text(encoding="utf-8") == script["described"]()


def test_a_field_more_is_seen(script: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    class Wider(outgoing.Note, frozen=True, kw_only=True, tag="wider"):
        """A message that nobody sends."""

        colour: str  # of the note
        # where nobody
        # looks
        place: Annotated[int | None, OnPage("Place")]

    types, page = script["types"](), script["described"]()
    monkeypatch.setattr(outgoing, "MESSAGES", (*outgoing.MESSAGES, Wider))
    assert " * @property {string} colour  of the note" in script["types"]()
    assert " * @property {Place} place  where nobody looks" in script["types"]()
    assert "| `colour` | `string` | of the note |" in script["described"]()
    assert types != script["types"]()
    assert page != script["described"]()


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (int, "number"),
        (float | None, "number | null"),
        (Literal["a", "b"], '"a" | "b"'),
        (tuple[float, str], "[number, string]"),
        (tuple[str, ...], "string[]"),
        (list[list[float]], "number[][]"),
        (list[float | None], "(number | null)[]"),
        (dict[str, outgoing.NumberBounds], "Record<string, NumberBounds>"),
        (Annotated[bool, OnPage("Truth")], "Truth"),
        (NDArray[np.int8], "Int8Array"),
    ],
)
def test_types_in_the_notation_of_the_page(hint: object, expected: str, script: dict[str, Any]) -> None:
    assert script["javascript_type"](hint) == expected


def test_every_structure_is_described() -> None:
    kinds: tuple[type[msgspec.Struct], ...] = (*outgoing.MESSAGES, *outgoing.PARTS, *frames.PARTS)
    for kind in kinds:
        assert kind.__doc__
    tags = [message.__struct_config__.tag for message in outgoing.MESSAGES]
    assert len(set(tags)) == len(tags)
