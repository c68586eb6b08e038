"""What a page downloads of its run: pictures, the film, the numbers, a script, the run itself."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import gettempdir
from threading import Lock
from unicodedata import normalize
from zipfile import ZIP_DEFLATED, ZipFile

from koubai import export
from koubai.errors import InputError, KoubaiError
from koubai.experiment import Run
from koubai.experiment.run_files import pack
from koubai.experiment.run_format import losses_text
from koubai.pictures.data_names import dataset_name
from koubai.pictures.run_displays import displays_of, film_of
from koubai.temporary_files import sweep, temporary

MOST_FRAMES = 300
FILM_SIZE = (1280, 720)
FILMS_AT_ONCE = 2
MEDIA = {
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".mp4": "video/mp4",
    ".gif": "image/gif",
    ".csv": "text/csv;charset=utf-8",
    ".py": "text/x-python;charset=utf-8",
    ".zip": "application/zip",
}
LONGEST_STEM = 60  # characters of a file's name that are the data's


class Busy(KoubaiError):
    """Too much is being drawn already."""


@dataclass(frozen=True)
class Download:
    """A file: its ``name``, its ``content``."""

    name: str
    content: bytes

    @property
    def media(self) -> str:
        """Its media type."""
        return MEDIA[Path(self.name).suffix]


class Downloads:
    """Makes files. It may be asked by several threads at once.

    They draw one after another, since matplotlib's settings are everybody's.
    """

    def __init__(self) -> None:
        self._pen = Lock()
        self._filmed: set[str] = set()
        self._counting = Lock()

    def take(self, key: str, run_of: Callable[[], Run], what: str, language: str) -> Download | None:
        """The file ``what`` of the run of the session ``key``; None where there is no such file.

        There are film.mp4, film.gif, weights.csv, losses.csv, script.py (a zip archive where the script reads other files),
        run.koubai.zip, and picture-NAME.png and .svg, where NAME is one of those that a State names. InputError where this run
        can't be shown so; Busy where too many films are being made.
        """
        make = _PLAIN.get(what)
        if make is not None:
            run = run_of()
            return make(run, _stem(run), language)
        if what in ("film.mp4", "film.gif"):
            with self._filming(key):
                run = run_of()
                return self._film(run, f"{_stem(run)}-{what}", language)
        match = re.fullmatch(r"picture-([a-z]{1,20})(\.png|\.svg)", what)
        if match is None:
            return None
        run = run_of()
        display = next((display for name, display in displays_of(run).items() if name == match[1]), None)
        if display is None:
            return None
        picture = display.from_run(run, language)
        return self._drawn(picture.save, f"{_stem(run)}-{match[1]}{match[2]}")

    def _film(self, run: Run, name: str, language: str) -> Download:
        film_class = film_of(run)
        if film_class is None:
            raise InputError("take-no-film", data=dataset_name(run.data, language))
        film = film_class.from_run(run, language, MOST_FRAMES)
        return self._drawn(lambda path: film.save([path], FILM_SIZE), name)

    def _drawn(self, save: Callable[[Path], None], name: str) -> Download:
        with self._pen:
            return Download(name, _written(name, save))

    @contextmanager
    def _filming(self, key: str) -> Iterator[None]:
        with self._counting:
            if key in self._filmed or len(self._filmed) >= FILMS_AT_ONCE:
                raise Busy("take-busy")
            self._filmed.add(key)
        try:
            yield
        finally:
            with self._counting:
                self._filmed.discard(key)


def _weights(run: Run, stem: str, language: str) -> Download:
    return Download(f"{stem}-weights.csv", _written("weights.csv", lambda path: export.write_csv(run.network, path)))


def _losses(run: Run, stem: str, language: str) -> Download:
    return Download(f"{stem}-losses.csv", losses_text(run.losses).encode())


def _script(run: Run, stem: str, language: str) -> Download:
    with _folder() as folder:
        export.write_script(run, folder / f"{stem}.py", language)
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    if len(files) == 1:
        return Download(f"{stem}.py", files[f"{stem}.py"])
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return Download(f"{stem}-script.zip", packed.getvalue())


def _run(run: Run, stem: str, language: str) -> Download:
    name = f"{stem}.koubai.zip"
    return Download(name, _written(name, lambda path: pack(run, path)))


_PLAIN = {"weights.csv": _weights, "losses.csv": _losses, "script.py": _script, "run.koubai.zip": _run}


def _written(name: str, write: Callable[[Path], None]) -> bytes:
    """What ``write`` writes to a path that ends as ``name`` does."""
    with _folder() as folder:
        path = folder / f"file{Path(name).suffix}"
        write(path)
        return path.read_bytes()


@contextmanager
def _folder() -> Iterator[Path]:
    """An empty folder, for now. Those that a server left which was killed are taken away."""
    own = Path(gettempdir()) / f"koubai-page-{os.getpid()}"
    sweep(own.parent)
    with temporary(own) as beside:
        folder = beside / "files"
        folder.mkdir()
        yield folder


def _stem(run: Run) -> str:
    """What the files of ``run`` are called: the name of its data, as far as any system can have it in a file's name."""
    name = Path(run.data.name).stem if "." in run.data.name else run.data.name
    kept = re.sub(r"[^\w]+", "-", normalize("NFKC", name)).strip("-_")[:LONGEST_STEM]
    return kept.encode(errors="ignore").decode() or "run"
