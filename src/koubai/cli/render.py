"""The pictures and films of a run, drawn into a folder."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from koubai.cli.render_options import RenderOptions
from koubai.cli.render_process import Artist
from koubai.errors import KoubaiError, memory_faults
from koubai.experiment import Run
from koubai.files import new_file
from koubai.pictures.dataset_plots import Picture
from koubai.pictures.run_plots import films_of, pictures_of

Job = tuple[list[str], str, dict[str, Any]]  # the files of the same picture or film, the function, its arrays


class Stopped(Exception):
    """A signal came while something was drawn: it is not kept."""


def draw(
    run: Run, folder: Path, wanted: RenderOptions, artist: Artist, stop: Callable[[], bool], language: str
) -> list[KoubaiError]:
    """Draw what is wanted of ``run`` into ``folder``. Returns what went wrong."""
    jobs = jobs_of(pictures_of(run, language), wanted)
    if wanted.films:
        names = [f"film.{form}" for form in wanted.films]
        jobs += [(names, function, reel) for function, reel in films_of(run, language)]
    return draw_jobs(jobs, folder, wanted, artist, stop, language)


def jobs_of(pictures: Iterable[Picture], wanted: RenderOptions) -> list[Job]:
    """``pictures`` in every format that is wanted; where none is, they aren't even prepared."""
    return [
        ([f"{name}.{form}"], function, values)
        for name, function, values in (pictures if wanted.pictures else ())
        for form in wanted.pictures
    ]


def draw_jobs(
    jobs: Sequence[Job], folder: Path, wanted: RenderOptions, artist: Artist, stop: Callable[[], bool], language: str
) -> list[KoubaiError]:
    """Draw ``jobs`` into ``folder``, each file whole or not at all. Returns what went wrong."""
    faults: list[KoubaiError] = []
    for names, function, values in jobs:
        try:
            with memory_faults():
                _draw_files([folder / name for name in names], function, values, wanted, artist, stop, language)
        except Stopped:
            break
        except KoubaiError as fault:
            faults.append(fault)
    return faults


def _draw_files(
    paths: list[Path],
    function: str,
    values: dict[str, Any],
    wanted: RenderOptions,
    artist: Artist,
    stop: Callable[[], bool],
    language: str,
) -> None:
    """One picture, or all films of a run, whose frames are drawn once."""
    with ExitStack() as files:
        beside = [files.enter_context(new_file(path)) for path in paths]
        where: dict[str, Any] = {"path": beside[0]}
        if function.endswith("film"):
            where = {"paths": beside, "size": wanted.size, "rate": wanted.rate}
        if not artist.call(function, stop=stop, **{**values, **where}, language=language):
            artist.close()
            raise Stopped
