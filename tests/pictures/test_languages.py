"""Every picture in every language: no glyph is missing (matplotlib warns of one, and a warning fails here)."""

from pathlib import Path

import pytest
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font

import koubai as kb
from koubai import pictures
from koubai.cli.drawing import pictures_of, reel_of
from koubai.locale import LANGUAGES, sentences
from koubai.pictures.style import _fonts


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("gate", ["xor", "parity-3", "parity-5"])
def test_all_pictures_are_drawn(gate: str, language: str, tmp_path: Path) -> None:
    run = kb.train(gate, steps=2, record_every=1, hidden=(20,), loss="squared" if gate == "parity-3" else "cross-entropy")
    for name, function, values in pictures_of(run, language):
        getattr(pictures, function)(tmp_path / f"{name}.png", language=language, **values)
        assert (tmp_path / f"{name}.png").stat().st_size > 5000
    pictures.save_film([tmp_path / "film.mp4"], size=(320, 240), language=language, **reel_of(run))
    assert (tmp_path / "film.mp4").stat().st_size > 5000


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fonts_have_every_letter(language: str) -> None:
    known: set[int] = set()
    for family in _fonts():
        known |= set(FT2Font(findfont(FontProperties(family=family), fallback_to_default=False)).get_charmap())
    for key, text in sentences(language).items():
        if key.startswith(("picture-", "film-", "progress-")):
            assert {ord(letter) for letter in text} - known - {0x0A} == set(), key
