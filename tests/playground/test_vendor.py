"""What of others is in the page: bundled once, with licences beside, and asking nobody for anything."""

import json
import re
from pathlib import Path

import pytest

import koubai

VENDOR = Path(koubai.__file__).parent / "playground" / "static" / "vendor"
ROOT = Path(__file__).parents[2]
MODULES = sorted(VENDOR.glob("*.js"))


def packages() -> dict[str, str]:
    """The versions that package-lock.json has."""
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    return {path.removeprefix("node_modules/"): about["version"] for path, about in lock.items() if path}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_has_its_licences_and_types_beside(path: Path) -> None:
    named = re.findall(r"([a-z0-9-]+) (\d+\.\d+\.\d+) \(([A-Za-z0-9.-]+)\)", path.read_text().splitlines()[0])
    assert named
    licences = (VENDOR / f"{path.stem}.LICENSE.txt").read_text()
    for name, version, licence in named:
        assert packages()[name] == version
        assert licence in ("MIT", "ISC", "Apache-2.0")
        assert f"{name} {version}\n" in licences
    assert (VENDOR / f"{path.stem}.d.ts").exists()


def test_nothing_is_asked_of_others() -> None:
    for path in [*MODULES, VENDOR / "uplot.css"]:
        text = path.read_text()
        assert all(address.startswith("http://www.w3.org/") for address in re.findall(r"https?://[\w./-]+", text)), path
        assert not re.search(r"\b(eval|Function|fetch|XMLHttpRequest|WebSocket|importScripts)\(", text), path
        assert "@import" not in text


def test_all_that_is_there_is_made_by_the_script() -> None:
    assert {path.name for path in VENDOR.iterdir()} == {
        *(f"{name}{end}" for name in ("preact", "uplot", "contour") for end in (".js", ".d.ts", ".LICENSE.txt")),
        "uplot.css",
    }


def test_the_lock_names_no_address_of_a_package() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert not any("resolved" in about for about in lock.values())
    assert all("integrity" in about for path, about in lock.items() if path)
