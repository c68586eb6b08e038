"""Every picture in every language: no glyph is missing (matplotlib warns of one, and a warning fails here)."""

from pathlib import Path
from typing import Any

import pytest

import koubai as kb
from koubai.core.projection import GRID, plane
from koubai.locale import LANGUAGES
from koubai.pictures import LossesDisplay, RegionPanel, RegionPanelsDisplay, TruthTableFilm, displays_of


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("gate", ["xor", "parity-3", "parity-5"])
def test_all_pictures_are_drawn(gate: str, language: str, tmp_path: Path) -> None:
    run = kb.train(gate, steps=2, record_every=1, hidden=(20,), loss="squared" if gate == "parity-3" else "cross-entropy")
    for name, display in displays_of(run).items():
        display.from_run(run, language).save(tmp_path / f"{name}.png")
        assert (tmp_path / f"{name}.png").stat().st_size > 5000
    TruthTableFilm.from_run(run, language).save([tmp_path / "film.mp4"], size=(320, 240))
    assert (tmp_path / "film.mp4").stat().st_size > 5000


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_of_several_runs_are_drawn(language: str, tmp_path: Path) -> None:
    runs = [kb.train("xor", steps=2, loss=loss, record_every=1) for loss in ("cross-entropy", "squared")]
    names = ["xor-0", "二乗和誤差の学習"]
    for loss in ("cross-entropy", "squared", None):
        curves = [run.losses * scale for run, scale in zip(runs, (1, 1e-4), strict=True)]
        LossesDisplay(curves, names, loss, language=language).save(tmp_path / "losses.png")
    panels = []
    for run, name in zip(runs, names, strict=True):
        over = plane(run.network, GRID, GRID)
        about: Any = {"points": run.data.inputs, "labels": run.data.labels, "output": run.network.output}
        panels.append(RegionPanel(name, over.lead, note="損失 0.7", **about))
    RegionPanelsDisplay(GRID, GRID, panels, title="両方", language=language).save(tmp_path / "regions.png")
    assert (tmp_path / "regions.png").stat().st_size > 5000
