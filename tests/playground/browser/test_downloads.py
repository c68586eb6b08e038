"""What is downloaded: pictures, films, tables, the script, the whole run."""

import csv
import re
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import numpy as np
import pytest
from playwright.sync_api import expect
from tests.playground.browser.conftest import Opens
from tests.playground.browser.page_driver import Watched
from tests.scripts import RUN_AND_KEEP, processed

import koubai as kb


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("taken")


def taken(page: Watched, name: str, folder: Path) -> Path:
    """The file behind the link of that name."""
    with page.page.expect_download() as started:
        page.page.get_by_role("link", name=name, exact=True).click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def test_everything_is_taken_home(opens: Opens, size: str, folder: Path) -> None:
    page = opens("record_every=50&learning_rate=0.1&seed=2&step=120", size=size)
    page.until_rest(120)
    page.tab("take")
    picture = page.say("picture-region")
    png = taken(page, f"{picture} PNG", folder)
    assert png.read_bytes().startswith(b"\x89PNG")
    weights = taken(page, page.say("take-weights"), folder)
    rows = list(csv.DictReader(StringIO(weights.read_text(encoding="utf-8"))))
    assert np.array_equal([float(row["value"]) for row in rows], page.parameters)
    if size != "1440x900":
        return  # the links are the same
    assert ET.fromstring(taken(page, f"{picture} SVG", folder).read_text(encoding="utf-8")).tag.endswith("svg")
    losses = list(csv.DictReader(StringIO(taken(page, page.say("take-losses"), folder).read_text())))
    assert float(losses[-1]["loss"]) == pytest.approx(page.header["loss"], abs=1e-12)
    assert len(losses) == 121
    whole = kb.load(taken(page, page.say("take-zip"), folder))
    assert whole.records[-1].number == 120
    assert np.array_equal(whole.network.layers[0].weights.ravel(), page.parameters[:16])


def test_the_script_repeats_what_the_page_shows(opens: Opens, folder: Path) -> None:
    page = opens(
        "data=moons&samples=40&test=0.25&batch_size=10&optimizer=adam&hidden=5&activations=tanh&h=0.0001&step=30&record_every=10"
    )
    page.until_rest(30)
    page.tab("take")
    script = taken(page, page.say("take-script"), folder)
    place = folder / "script"
    with ZipFile(script) as archive:  # with the rows beside it
        archive.extractall(place)
    next(place.glob("*.py")).rename(place / "script.py")
    done = processed(["-c", RUN_AND_KEEP, str(place)], folder)
    assert done.returncode == 0, done.stderr
    made = np.load(place / "made.npz")
    parameters = np.concatenate([made[f"parameter_{number}"].ravel() for number in range(4)])
    assert parameters == pytest.approx(page.parameters, abs=1e-9)
    assert float(made["loss"]) == pytest.approx(page.header["loss"], abs=1e-9)


def test_a_film(opens: Opens, folder: Path) -> None:
    page = opens("record_every=40&step=80")
    page.until_rest(80)
    page.tab("take")
    film = taken(page, f"{page.say('take-film')} MP4", folder)
    assert film.read_bytes()[4:8] == b"ftyp"


def test_pictures_speak_the_page_s_language(opens: Opens, folder: Path) -> None:
    page = opens("step=10", "lang=ja", language="ja")
    page.until_rest(10)
    page.tab("take")
    links = page.page.get_by_role("link")
    addresses = [link.get_attribute("href") or "" for link in links.all()]
    assert addresses
    assert all("lang=ja" in address for address in addresses)
    expect(links.filter(has_text="PNG").first).to_have_accessible_name(re.compile(f"^{page.say('picture-region')}"))
