"""JSON from outside that is nested deeply: our own sentence, from every door."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

import koubai as kb
from koubai.errors import FileFault, InputError
from koubai.export import read_safetensors
from koubai.playground.protocol import incoming
from koubai.store.run_rows import EMPTY, entry_of
from koubai.untrusted_json import parsed

DEPTHS = (80, 700, 950, 100_000)  # too deep for us; for who writes it again; for who reads it; for any


def lists(depth: int) -> str:
    return "[" * depth + "]" * depth


def mappings(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


def test_what_is_nested_as_usual_is_read() -> None:
    assert parsed('{"a": [1, {"b": null}]}') == {"a": [1, {"b": None}]}
    assert parsed(b"7") == 7


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("text", [lists, mappings])
def test_deep_nesting_is_one_sentence_everywhere(tmp_path: Path, text: Callable[[int], str], depth: int) -> None:
    deep = text(depth)
    with pytest.raises(ValueError):  # noqa: PT011
        parsed(deep)
    for content in (deep, f'{{"steps": {deep}}}', f'{{"problem": {{"learning": {deep}}}}}'):
        with pytest.raises(InputError) as caught:
            kb.Experiment.from_json(content)
        assert len(caught.value.sentence("ja")) < 1000
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "run.json").write_text(f'{{"format": 1, "experiment": {deep}, "sha256": ""}}')
    with ZipFile(tmp_path / "run.zip", "w") as archive:
        archive.write(folder / "run.json", "run.json")
    for path in (folder, tmp_path / "run.zip"):
        with pytest.raises(FileFault, match="run"):
            kb.load(path)
    header = json.dumps({"__metadata__": {"koubai": f'{{"format": 2, "preparation": {deep}}}'}}).encode()
    (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    with pytest.raises(FileFault, match=r"a\.safetensors"):
        read_safetensors(tmp_path / "a.safetensors")
    with pytest.raises(InputError):
        incoming.read(deep)
    row = entry_of(
        {**EMPTY, "name": "xor-0", "experiment": deep, "metrics": deep, "surroundings": deep, "tags": deep}, "finished"
    )
    for name in ("experiment", "metrics", "surroundings", "tags"):
        with pytest.raises(FileFault, match="xor-0"):
            getattr(row, name)
