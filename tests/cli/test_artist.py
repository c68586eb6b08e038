"""Pictures drawn in a process of their own."""

import os
import signal
from pathlib import Path

import pytest

from koubai.cli.artist import Artist
from koubai.errors import FileFault


def test_it_draws_elsewhere_and_tells_what_went_wrong(tmp_path: Path) -> None:
    artist = Artist()
    assert artist._work is not None
    assert artist.call("save_loss", path=tmp_path / "loss.png", losses=[1.0, 0.5])
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(FileFault, match="No such file or directory"):
        artist.call("save_loss", path=tmp_path / "none" / "loss.png", losses=[1.0])
    with pytest.raises(TypeError):
        artist.call("save_loss", path=tmp_path / "loss.png", colour="red")
    assert not artist.call("save_loss", stop=lambda: True, path=tmp_path / "late.png", losses=[1.0])


def test_it_draws_here_where_the_process_is_gone(tmp_path: Path) -> None:
    artist = Artist()
    assert artist.call("save_loss", path=tmp_path / "a.png", losses=[1.0])
    (child,) = _children()
    os.kill(child, signal.SIGKILL)
    for name in ("b.png", "c.png"):
        assert artist.call("save_loss", path=tmp_path / name, losses=[1.0])
        assert (tmp_path / name).exists()


def test_it_never_hears_of_a_ctrl_c(tmp_path: Path) -> None:
    artist = Artist()
    for child in _children():
        os.kill(child, signal.SIGINT)
    assert artist.call("save_loss", path=tmp_path / "a.png", losses=[1.0])
    assert artist._work is not None


def _children() -> list[int]:
    """The processes that draw: this one's children that run Python's spawn."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
            command = (path.parent / "cmdline").read_text()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and "spawn_main" in command and fields[0] != "Z":
            found.append(int(path.parent.name))
    return sorted(found)[-1:]
