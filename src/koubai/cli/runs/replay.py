"""koubai runs replay: a run once more, on the terminal or as a film."""

import sys
from pathlib import Path

from koubai.cli.render_options import RenderOptions
from koubai.cli.runs.lookup import load_run
from koubai.cli.show import draw_anew
from koubai.cli.signals import deferred_signals
from koubai.cli.train import PLACE, places_for
from koubai.errors import InputError
from koubai.files import check_free
from koubai.store.run_metadata import folder_name
from koubai.terminal.live_view import fits, replay
from koubai.terminal.progress import line


def replay_run(
    run: str, store: Path | None, seconds: object, out: Path | None, render_options: RenderOptions, language: str
) -> int:
    """Replay ``run`` over ``seconds``; or, where a film is wanted, draw that. Returns the exit code."""
    if not (isinstance(seconds, float) and 0 < seconds < 1e6):
        raise InputError("replay-seconds", value=seconds)
    if out is not None and render_options.films:
        check_free(out)
    loaded = load_run(run, store)
    with deferred_signals() as interrupts:
        if render_options.films:
            places = places_for(out, PLACE / f"{folder_name(loaded.name)}-film")
            return draw_anew(loaded.run, places, render_options, interrupts, quiet=False, replayed=False, language=language)
        if fits(sys.stderr) and sys.stdout.isatty():
            replay(loaded.run, sys.stderr, language, seconds=seconds, stop=interrupts.__bool__)
        else:
            for step in loaded.run.records:
                sys.stdout.write(line(step, loaded.run.experiment, None, language) + "\n")
        return interrupts.exit_code if interrupts else 0
