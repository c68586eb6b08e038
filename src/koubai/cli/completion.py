"""koubai completion: what a shell reads in order to complete commands, options and the names of runs."""

from collections.abc import Sequence
from pathlib import Path

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

from koubai.errors import KoubaiError, chosen

SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
MOST_NAMES = 1000


def script(shell: str) -> str:
    """Write what ``shell`` is to evaluate; InputError for an unknown one."""
    complete = chosen("shell", shell, SHELLS)(click.Command("koubai"), {}, "koubai", "_KOUBAI_COMPLETE")
    return str(complete.source_template % complete.source_vars())


def names_of_runs(context: click.Context, beginning: str, given: Sequence[object]) -> list[CompletionItem]:
    """List the names in the store that begin so, and aren't ``given`` already. A shell waits for it: it never raises."""
    from koubai.cli.runs.lookup import reading

    store = next((Path(one.params["store"]) for one in (context, context.parent) if one and one.params.get("store")), None)
    try:
        with reading(store) as runs:
            names = [name for name in runs.names(beginning) if name not in given]
    except KoubaiError:
        return []
    return [CompletionItem(name) for name in names[:MOST_NAMES]]
