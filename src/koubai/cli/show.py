"""koubai show: the pictures, the film and the replay of a kept run, again."""

import sys
from collections.abc import Iterator
from pathlib import Path

from koubai.cli.render import Stopped
from koubai.cli.render_options import RenderOptions
from koubai.cli.render_process import RenderProcess
from koubai.cli.report import drawn
from koubai.cli.signals import Interrupts, deferred_signals
from koubai.cli.train import draw_beside, places_for, report_errors
from koubai.errors import KoubaiError
from koubai.experiment import Run, load
from koubai.files import check_free, check_writable, new_folder
from koubai.store.run_metadata import folder_name
from koubai.terminal.live_view import fits


def show(folder: Path, out: Path | None, quiet: bool, no_replay: bool, render_options: RenderOptions, language: str) -> int:
    """Draw the run that is kept in ``folder`` into a new folder, and replay it. Returns the exit code."""
    run = load(folder)
    beside = folder / "shown" if folder.is_dir() else folder.with_name(f"{folder_name(folder.name.partition('.')[0])}-shown")
    if out:
        check_free(out)
    check_writable(out or beside)
    replayed = fits(sys.stderr) and sys.stdout.isatty() and not quiet and not no_replay
    with deferred_signals() as interrupts:
        places = places_for(out, beside)
        return draw_anew(run, places, render_options, interrupts, quiet=quiet, replayed=replayed, language=language)


def draw_anew(
    run: Run,
    places: Iterator[Path],
    render_options: RenderOptions,
    interrupts: Interrupts,
    *,
    quiet: bool,
    replayed: bool,
    language: str,
) -> int:
    """Draw what is asked for of ``run`` into a new folder at the first of ``places`` that is free. Returns the exit code.

    The folder is there at the end, with all that could be drawn; not where a signal comes first.
    """
    faults: list[KoubaiError] = []

    def fill(folder: Path) -> None:
        faults.extend(draw_beside(run, folder, render_options, RenderProcess(), interrupts, quiet, replayed, language))
        if interrupts:
            raise Stopped

    drawn_folder = None
    try:
        if render_options.draws:
            drawn_folder = new_folder(places, fill)
        else:
            fill(Path())
    except Stopped:
        return interrupts.exit_code
    if drawn_folder is not None and not quiet:
        sys.stdout.write("\n".join(drawn(drawn_folder, language)) + "\n")
    return report_errors(faults, language)
