"""What all pictures draw alike."""

import pytest
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font

from koubai.locale import LANGUAGES, sentences
from koubai.pictures.theme import _fonts, shortened

LONG = "a-run-with-a-name-that-is-far-too-long-for-any-legend-of-the-world-{}"


def test_texts_are_shortened_in_the_middle() -> None:
    assert shortened("spiral-12-wide-network-2", 170, 9.5) == "spiral-12-wide-network-2"
    assert shortened("spiral-12-wide-network-2", 80, 9.5) == "spiral-…twork-2"
    assert shortened("", 80, 9.5) == ""
    assert shortened("abc", 0, 9.5) == "a…"
    lengths = [len(shortened(LONG, room, 9.5)) for room in range(20, 600, 20)]
    assert lengths == sorted(lengths)
    assert len(shortened("学" * 40, 100, 10)) < len(shortened("x" * 40, 100, 10))


def test_letters_that_no_font_has_are_squares() -> None:
    assert shortened("a\u0e01 b", 100, 10) == "a□ b"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fonts_have_every_letter(language: str) -> None:
    known: set[int] = set()
    for family in _fonts():
        known |= set(FT2Font(findfont(FontProperties(family=family), fallback_to_default=False)).get_charmap())
    for key, text in sentences(language).items():
        if key.startswith(("picture-", "film-", "progress-")):
            assert {ord(letter) for letter in text} - known - {0x0A} == set(), key
