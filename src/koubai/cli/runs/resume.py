"""koubai runs resume and extend: a run goes on where it stopped."""

import sys
from pathlib import Path
from typing import cast

from koubai.cli.signals import deferred_signals
from koubai.cli.train import PLACE, Display, TrainingJob, check_place, places_for
from koubai.errors import InputError, KoubaiError
from koubai.experiment.environment import differences
from koubai.locale import sentence
from koubai.store import Store
from koubai.store.run_metadata import folder_name


def extend_run(run: str, store: Path | None, out: Path | None, steps: object, display: Display) -> int:
    """Give ``run`` so many ``steps`` in all, and make those that are missing. Returns the exit code."""
    if steps is None:
        raise InputError("extend-no-steps", name=run)
    return continue_run(run, store, out, steps, display)


def continue_run(run: str, store: Path | None, out: Path | None, steps: object, display: Display) -> int:
    """Train on, show, keep. Returns the exit code.

    Args:
        run: The name of a run in the store.
        store: The file of the store; None for the usual one.
        out: The new folder for the files; None for one of our own naming.
        steps: How many steps the run is to have in all; None for as many as it was to have.
        display: How it is shown.
    """
    check_place(out)
    with deferred_signals() as interrupts, Store(store) as runs:
        entry = runs.entry(run)
        recorder = runs.resume(entry.uid, cast("int | None", steps))  # the Experiment checks what it is
        try:
            recorder.experiment.check_resources(kept=True)
        except KoubaiError:
            recorder.end()
            raise
        display.start_render_process()
        for name, then, now in differences(entry.surroundings):
            if not display.quiet:
                sys.stderr.write(sentence("resume-differs", display.language, name=name, then=then, now=now) + "\n")
        places = places_for(out, PLACE / folder_name(recorder.name))
        return TrainingJob(recorder.experiment, places, interrupts, display, runs, recorder).carry_out()
