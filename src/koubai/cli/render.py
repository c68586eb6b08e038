"""The pictures and films of a run, drawn into a folder."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from koubai.cli.render_options import RenderOptions
from koubai.cli.render_process import RenderProcess
from koubai.errors import KoubaiError, memory_faults
from koubai.experiment import Run
from koubai.files import new_file
from koubai.pictures.picture_names import PictureName

if TYPE_CHECKING:
    from koubai.pictures import Display, Film

Drawing = Callable[[], None]  # draws one file, or all films of a run; raises what goes wrong, or Stopped


class Stopped(Exception):
    """A signal came while something was drawn: it is not kept."""


def draw(
    run: Run, folder: Path, options: RenderOptions, process: RenderProcess, stop: Callable[[], bool], language: str
) -> list[KoubaiError]:
    """Draw what the options ask for of ``run`` into ``folder``. Returns what went wrong."""
    from koubai.pictures import displays_of, film_of

    pictures = {name: partial(display.from_run, run, language) for name, display in displays_of(run).items()}
    drawings = [_picture_drawings(pictures, folder, options, process, stop)]
    film = film_of(run) if options.films else None
    if film is not None:
        paths = [folder / f"film.{form}" for form in options.films]
        drawings.append(iter([partial(_draw_film, partial(film.from_run, run, language), paths, options, process, stop)]))
    return _draw_each(drawing for some in drawings for drawing in some)


def draw_pictures(
    pictures: "Mapping[PictureName, Callable[[], Display]]",
    folder: Path,
    options: RenderOptions,
    process: RenderProcess,
    stop: Callable[[], bool],
) -> list[KoubaiError]:
    """Draw pictures into files, each whole or not at all.

    Args:
        pictures: From the names of files, without suffixes, to functions that compute what is shown.
        folder: Where the files go.
        options: Which formats are drawn; where none is, nothing is computed either.
        process: Who draws.
        stop: Says whether nothing more is to be drawn.

    Returns:
        What went wrong.
    """
    return _draw_each(_picture_drawings(pictures, folder, options, process, stop))


def _draw_each(drawings: Iterable[Drawing]) -> list[KoubaiError]:
    faults: list[KoubaiError] = []
    for drawing in drawings:
        try:
            with memory_faults():
                drawing()
        except Stopped:
            break
        except KoubaiError as fault:
            faults.append(fault)
    return faults


def _picture_drawings(
    pictures: "Mapping[PictureName, Callable[[], Display]]",
    folder: Path,
    options: RenderOptions,
    process: RenderProcess,
    stop: Callable[[], bool],
) -> Iterator[Drawing]:
    """Every picture in every format; what it shows is computed once, when the first is drawn."""
    for name, prepare in pictures.items():
        prepared = cache(prepare)
        for form in options.pictures:
            yield partial(_draw_picture, prepared, folder / f"{name}.{form}", process, stop)


def _draw_picture(prepare: "Callable[[], Display]", path: Path, process: RenderProcess, stop: Callable[[], bool]) -> None:
    _check(not stop(), process)
    display = prepare()
    with new_file(path) as unfinished:
        _check(process.call(partial(display.save, unfinished), stop), process)


def _draw_film(
    prepare: "Callable[[], Film]",
    paths: Sequence[Path],
    options: RenderOptions,
    process: RenderProcess,
    stop: Callable[[], bool],
) -> None:
    """All films of a run, whose frames are drawn once."""
    _check(not stop(), process)
    film = prepare()
    with ExitStack() as files:
        unfinished = [files.enter_context(new_file(path)) for path in paths]
        _check(process.call(partial(film.save, unfinished, options.size, options.rate), stop), process)


def _check(finished: bool, process: RenderProcess) -> None:
    """Stopped, with the process ended, unless what was asked for is finished."""
    if not finished:
        process.close()
        raise Stopped
