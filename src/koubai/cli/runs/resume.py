"""koubai runs resume and extend: a run goes on where it stopped."""

import sys
from pathlib import Path
from typing import Any

from koubai.cli.signals import deferred_signals
from koubai.cli.train import PLACE, Display, carry_out, check_place, places_for
from koubai.errors import InputError, KoubaiError
from koubai.experiment.environment import differences
from koubai.locale import sentence
from koubai.store import Store
from koubai.store.run_metadata import folder_name


def continue_run(run: str, store: Path | None, out: Path | None, steps: Any = None, *, extend: bool, **display: Any) -> int:
    """Train on, show, keep. Returns the exit code."""
    if extend and steps is None:
        raise InputError("extend-no-steps", name=run)
    shown = Display(**display)
    check_place(out)
    with deferred_signals() as interrupts, Store(store) as runs:
        then = runs.entry(run)
        keeping = runs.resume(then.uid, steps)
        try:
            keeping.experiment.check_resources(kept=True)
        except KoubaiError:
            keeping.end()
            raise
        shown.get_ready()
        for name, before, now in differences(then.surroundings):
            if not shown.quiet:
                sys.stderr.write(sentence("resume-differs", shown.language, name=name, then=before, now=now) + "\n")
        return carry_out(
            keeping.experiment, runs, keeping, places_for(out, PLACE / folder_name(keeping.name)), interrupts, shown
        )
