"""What all displays and films have in common: they are frozen, they can be sent elsewhere, they leave pyplot alone."""

import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import FrozenInstanceError, fields
from functools import cache
from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

import koubai as kb
from koubai import pictures
from koubai.errors import InputError
from koubai.pictures import Display, Film, LossDisplay, displays_of, film_of
from koubai.pictures.display import RunDisplay
from koubai.pictures.run_displays import comparisons_of


@cache
def run_of(name: str) -> kb.Run:
    if name == "curve":
        x = np.linspace(-1, 1, 20)[:, None]
        return kb.train(kb.data.Dataset.from_arrays(x, x[:, 0] ** 2, task="regress"), steps=2, record_every=1, hidden=(3,))
    return kb.train(name, steps=2, record_every=1, hidden=(3,))


RUNS = ("xor", "parity-3", "parity-5", "moons", "digits", "curve")


def classes() -> dict[type[RunDisplay | Film], str]:
    """Every kind of which a run has one, and the name of such a run."""
    kinds: dict[type[RunDisplay | Film], str] = {}
    for name in RUNS:
        film = film_of(run_of(name))
        kinds |= dict.fromkeys([*displays_of(run_of(name)).values(), *([film] if film else [])], name)
    return kinds


@cache
def objects() -> list[Display | Film]:
    """One of every kind."""
    shown: list[Display | Film] = [kind.from_run(run_of(name)) for kind, name in classes().items()]
    return shown + [prepare() for prepare in comparisons_of([run_of("xor")] * 2, ["a", "b"], "en").values()]


def arrays_in(value: Any) -> Iterator[np.ndarray[Any, Any]]:
    if isinstance(value, np.ndarray):
        yield value
    elif hasattr(value, "__dataclass_fields__"):
        for field in fields(value):
            yield from arrays_in(getattr(value, field.name))
    elif isinstance(value, (Mapping, tuple, list)):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from arrays_in(each)


def test_there_is_one_of_every_kind() -> None:
    kinds = {name for name in pictures.__all__ if name.endswith(("Display", "Film"))} - {"Display", "Film"}
    assert {type(one).__name__ for one in objects()} == kinds
    assert all(getattr(pictures, name) is not None for name in pictures.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        pictures.nothing  # noqa: B018


def test_nobody_can_change_what_is_shown() -> None:
    for one in objects():
        with pytest.raises(FrozenInstanceError):
            one.language = "ja"  # type: ignore[misc]
        assert not any(array.flags.writeable for array in arrays_in(one))


def test_they_are_the_same_when_they_were_sent_elsewhere() -> None:
    for one in objects():
        again = pickle.loads(pickle.dumps(one))
        assert (type(again), repr(again)) == (type(one), repr(one))
        for ours, theirs in zip(arrays_in(one), arrays_in(again), strict=True):
            assert np.array_equal(ours, theirs, equal_nan=ours.dtype.kind == "f")


def test_a_given_array_stays_the_person_s_own() -> None:
    losses = np.array([1.0, 0.5])
    display = LossDisplay(losses)
    losses[0] = 2.0
    assert losses.flags.writeable
    assert not display.losses.flags.writeable


HAVE: dict[str, set[str]] = {  # what a run can show, whether it does so by itself or not
    "parity-5": {"TruthTableDisplay", "TruthTableFilm", "MulticlassRegionsDisplay", "ConfusionMatrixDisplay", "ClassFilm"},
    "digits": {
        *("MulticlassRegionsDisplay", "ConfusionMatrixDisplay", "MisclassifiedImagesDisplay", "WeightImagesDisplay"),
        "ClassFilm",
    },
    "curve": {"PredictionErrorDisplay", "RegressionCurveDisplay", "CurveFilm"},
}


@pytest.mark.parametrize("name", HAVE)
def test_a_run_that_has_no_such_picture_is_refused(name: str) -> None:
    refused = 0
    for kind in classes():
        if kind.__name__ in HAVE[name] | {"LossDisplay", "HistoryDisplay", "NetworkDiagramDisplay"}:
            kind.from_run(run_of(name))
        else:
            with pytest.raises(InputError, match=r"There is no (picture .* of a run like this|film of)"):
                kind.from_run(run_of(name))
            refused += 1
    assert refused >= 7


def test_a_notebook_shows_the_picture() -> None:
    content = LossDisplay(np.array([1.0, 0.5]), title="t")._repr_png_()
    with Image.open(BytesIO(content)) as image:
        assert image.size == (960, 600)


def test_the_users_settings_stay() -> None:
    settings = dict(mpl.rcParams)
    LossDisplay(np.array([1.0, 0.5])).plot()
    assert dict(mpl.rcParams) == settings


MAKES_ONE = """
import sys
import koubai as kb
from koubai.pictures import displays_of, film_of
run = kb.train("xor", steps=1)
for display in displays_of(run).values():
    display.from_run(run)
film_of(run).from_run(run)
print("matplotlib" in sys.modules)
display.from_run(run).plot()
print("matplotlib" in sys.modules, "matplotlib.pyplot" in sys.modules)
"""


def test_matplotlib_is_imported_when_something_is_drawn_and_pyplot_never() -> None:
    out = subprocess.run([sys.executable, "-c", MAKES_ONE], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "True", "False"]


def test_what_draws_elsewhere_needs_no_experiment() -> None:
    code = f"import sys, koubai.pictures; {'; '.join(f'koubai.pictures.{kind.__name__}' for kind in classes())}"
    code += "; from koubai.pictures.theme import load_matplotlib; load_matplotlib(); print('koubai.experiment' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
