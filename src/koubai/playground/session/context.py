"""PageContext: what a page's messages act upon."""

from dataclasses import dataclass
from pathlib import Path

from koubai.playground.model.comparison import ComparisonRun
from koubai.playground.model.workspace import Workspace
from koubai.playground.session.outbox import Outbox
from koubai.playground.session.pacing import FramePacer
from koubai.playground.session.playback import Playback


@dataclass
class View:
    """What a page wants to see beside the training: a unit, such as "1[3]", and a kept run; empty and None for none."""

    inspected_unit: str = ""
    comparison: ComparisonRun | None = None


@dataclass(frozen=True, eq=False)
class PageContext:
    """All of one page but its messages and turns. ``key``: its session's. ``store``: where runs are kept, if they are."""

    key: str
    store: Path | None
    workspace: Workspace
    playback: Playback
    pacer: FramePacer
    outbox: Outbox
    view: View
