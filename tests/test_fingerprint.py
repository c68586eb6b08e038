"""What compiled code depends on: the same text in every process, another one for another thing, none where nobody can say."""

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from koubai import core, fingerprint
from koubai.core import methods
from koubai.core.losses import LOSSES
from koubai.core.methods import METHODS
from koubai.core.slopes import chunked_map
from koubai.fingerprint import Unknown, described, of_package

PACKAGE = core.__name__


def test_things_of_koubai_are_told_apart() -> None:
    things: list[Any] = [*METHODS.values(), *LOSSES.values(), METHODS, 1, 1.0, "1", (1,), None, {"a": 1}, partial(described, 1)]
    things += [np.arange(3), np.arange(3.0), np.arange(4), np.float32(1), np.float64(1), frozenset("ab"), partial(described, 2)]
    assert len({described(thing) for thing in things}) == len(things)


def test_the_text_is_the_same_in_every_process() -> None:
    code = "from koubai.core.methods import METHODS; from koubai.fingerprint import described; print(described(METHODS))"
    told = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert told == [f"{described(METHODS)}\n"] * 2
    assert " at 0x" not in told[0]


@pytest.mark.parametrize("thing", [lambda x: x, partial(lambda x: x), object(), (1, [object()]), {"f": lambda: 0}])
def test_what_is_not_of_a_known_place_has_none(thing: Any) -> None:
    with pytest.raises(Unknown):
        described(thing)


def test_what_refers_to_itself_has_none() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(Unknown):
        described(loop)


def test_a_package_is_another_one_when_something_in_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    before = of_package(PACKAGE)
    assert of_package(PACKAGE) == before
    monkeypatch.setattr(chunked_map, "NUMBERS_AT_ONCE", 3000)
    assert of_package(PACKAGE) != before
    monkeypatch.undo()
    assert of_package(PACKAGE) == before
    monkeypatch.setattr(methods, "check_h", lambda *_: None)
    with pytest.raises(Unknown):
        of_package(PACKAGE)


def test_every_source_file_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "somepackage"
    (package / "inner").mkdir(parents=True)
    texts = {package / "__init__.py": "", package / "inner" / "one.py": "x = 1\n"}
    for path, text in texts.items():
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    __import__("somepackage")
    told = of_package("somepackage")
    for path in texts:
        path.write_text("y = 1\n")
        fingerprint._source.cache_clear()
        assert of_package("somepackage") != told
        path.write_text(texts[path])
    for path in texts:
        path.unlink()
    fingerprint._source.cache_clear()
    with pytest.raises(Unknown):
        of_package("somepackage")
    fingerprint._source.cache_clear()


def test_the_surroundings_are_those_of_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint.compiler_variables()
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=false")
    assert fingerprint.compiler_variables() != before
    assert fingerprint.version_of("numpy") == np.__version__
    assert fingerprint.version_of("nosuchpackage") == ""
    assert len(fingerprint.processor()) > 10


def test_what_the_core_holds_is_known() -> None:
    """Else nothing would be kept on disk, and nobody would notice but by waiting."""
    assert len(of_package("koubai.core")) == 128
